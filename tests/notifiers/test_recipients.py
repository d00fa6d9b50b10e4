"""Who gets a letter: one without an address, one who left, a substitute, a stand-in, a service of another kind."""

import re
from datetime import timedelta

from engine.office import channel_name
from engine.store.models import ItemRow, LetterRow
from engine.transition import Deed
from flows.passes import track
from notifiers.channels import AppriseChannel
from notifiers.fates import Delivered
from notifiers.outbox import deliver
from tests.notifiers.post_office import CONTROLLER, DUE_WEEK, EXECUTOR, MAY, MINUTE, at, read

NOBODY = {"некому отправить: 1; проверьте людей и адреса в справочнике"}


def test_one_without_an_address_is_shown_and_told_when_there_is_one(post, smtp) -> None:
    """Five rungs wait; of them only the last is sent, in the words of the day."""
    people = post.people
    post.people = post.people.replace("    email: eskizov@example.org\n", "")
    post.sync(MAY, "1.1")
    for day in (MAY, at(2021, 6, 7, 4), DUE_WEEK, at(2021, 6, 18, 4), at(2021, 6, 21, 4)):
        done = post.tick(day)
        assert done.failed == 0
    assert done.alarms == NOBODY
    assert {one.person for one in post.letters()} == {CONTROLLER}
    assert {why for _, why in post.dropped()} == {"заменено более поздним"}
    post.people = people
    assert post.tick(at(2021, 6, 21, 5)).sent == 1
    assert read(smtp.letters[-1])["Subject"].startswith("Срок сегодня: п. 1.1")
    assert [one.key.split("|")[3] for one in post.letters() if one.person == EXECUTOR] == ["due"]


def test_one_who_waits_in_vain_and_has_reported_waits_no_more(post) -> None:
    post.people = post.people.replace("    email: eskizov@example.org\n", "")
    post.sync(MAY, "1.1")
    assert post.tick(MAY).alarms == NOBODY
    post.do(Deed.REPORT, "1.1", MAY)
    assert post.tick(MAY + MINUTE).alarms == set()
    assert post.dropped() == [("opening", "отчёт уже дан")]


def test_who_has_another_channel_by_now_is_told_there(post) -> None:
    post.people = post.people.replace("    email: eskizov@example.org\n", "")
    post.sync(MAY, "1.1")
    assert post.tick(MAY).alarms == NOBODY
    telegram = 'name: Эскизов Л. М.\n    telegram: "42"\n    channels: [telegram]'
    post.people = post.people.replace("name: Эскизов Л. М.", telegram)
    post.tick(MAY + MINUTE)
    (one,) = [one for one in post.letters() if one.person == EXECUTOR]
    assert (one.channel, one.address) == ("telegram", "42")


def test_who_has_left_the_directory_is_followed_by_the_controller(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    post.people = post.people.replace("p-eskizov", "p-naslednikov").replace("eskizov@", "naslednikov@")
    assert post.deliver(MAY).sent == 1
    letter = read(smtp.letters[0])
    assert (letter["To"], post.letter().person) == ('"Макетов В. Г." <maketov@example.org>', EXECUTOR)
    assert "Вы отвечаете за назначение исполнителя" in letter.get_body(("plain",)).get_content()


def test_of_one_who_left_before_the_day_came_the_controller_hears_every_step(post, smtp) -> None:
    """The directory no longer has him, the plan was not synced since: the assignment still names him."""
    post.sync(MAY, "1.1")
    post.people = post.people.replace("p-eskizov", "p-naslednikov").replace("eskizov@", "naslednikov@")
    for day in range(23):
        post.tick(MAY + timedelta(days=day))
    assert post.dropped() == []
    told = [read(one) for one in smtp.letters]
    assert [one.key.split("|")[3] for one in post.rows(ItemRow)] == ["opening", "-14d", "-5d", "-1wd", "due", "+1wd"]
    assert {one["To"] for one in told} == {'"Макетов В. Г." <maketov@example.org>'}
    assert len(told) == 6
    assert "Вы отвечаете за назначение исполнителя" in told[-1].get_body(("plain",)).get_content()


def test_the_address_of_another_service_stands_nowhere_but_in_the_directory(post, bot) -> None:
    secret = bot.base.replace("http://", "json://ivan:secret-7f3a@")
    post.people = post.people.replace("email: eskizov@example.org", f"channels: ['{secret}']")
    post.sync(MAY, "1.1")
    assert deliver(post.sender(lambda _name: AppriseChannel()), lambda: MAY) == Delivered()
    track(post.store, post.directory, None, MAY)
    assert deliver(post.sender(lambda _name: AppriseChannel()), lambda: MAY).sent == 1
    ((_, fields),) = bot.calls
    assert fields["title"].startswith("Поручение: п. 1.1")
    name = channel_name(secret)
    assert re.fullmatch(r"apprise-[0-9a-f]{8}", name)
    assert (post.letter().channel, post.letter().address) == (name, name)
    assert "7f3a" not in repr(post.rows(LetterRow)) + repr(post.rows(ItemRow))


def test_a_service_taken_out_of_the_directory_is_not_asked(post, bot, closed_port) -> None:
    secret = bot.base.replace("http://", "json://")
    post.people = post.people.replace("email: eskizov@example.org", f"channels: ['{secret}']")
    post.sync(MAY, "1.1")
    bot.answers = [b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"]
    track(post.store, post.directory, None, MAY)
    deliver(post.sender(lambda _name: AppriseChannel()), lambda: MAY)
    post.people = post.people.replace(secret, f"json://127.0.0.1:{closed_port}")
    deliver(post.sender(lambda _name: AppriseChannel()), lambda: MAY + MINUTE)
    name = channel_name(secret)
    found = {one.channel: (one.state, one.outcome) for one in post.letters()}
    assert found[name] == ("dead", f"канала «{name}» больше нет в справочнике людей")
    assert {state for state, _ in found.values()} == {"dead", "pending"}  # it is said by the one that is there now
    assert len(bot.calls) == 1


def test_a_substitute_gets_the_letter_in_the_persons_place(post, smtp) -> None:
    deputy = "email: eskizov@example.org\n    substitute: [{person: p-modelnov, from: 2021-05-31, to: 2021-06-04}]"
    post.people = post.people.replace("email: eskizov@example.org", deputy)
    post.sync(MAY, "1.1")
    post.tick(MAY)
    letter = read(smtp.letters[0])
    assert letter["To"] == '"Модельнов З. И." <modelnov@example.org>'
    assert "Вы замещаете исполнителя: " in letter.get_body(("plain",)).get_content()
    assert post.letter().person == EXECUTOR  # the key keeps the person of record


def test_who_is_missing_has_a_stand_in(post, smtp) -> None:
    post.sync(MAY, "1.1", edit=lambda text: text.replace("[Муниципальная рабочая группа]", "[Рабочая комиссия]"))
    post.tick(MAY)
    letter = read(smtp.letters[0])
    assert letter["To"] == '"Макетов В. Г." <maketov@example.org>'
    assert "в справочнике людей его нет" in letter.get_body(("plain",)).get_content()


def test_where_nobody_at_all_is_known_it_is_shown(post, smtp) -> None:
    def nobody(text: str) -> str:
        return re.sub(r"(?m)^  (controller|issuer|deputy_head): .*", r"  \1: Никто", text).replace(
            "[Муниципальная рабочая группа]", "[Рабочая комиссия]"
        )

    post.sync(MAY, "1.1", edit=nobody)
    assert post.tick(MAY) == Delivered(alarms=NOBODY)
    assert (post.dropped(), post.rows(LetterRow)) == ([], [])
