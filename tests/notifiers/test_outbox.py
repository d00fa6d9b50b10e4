"""The dispatcher over a real database and real sockets: nothing lost, nothing twice, every fate recorded."""

import json
import re
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from engine.assignment import Action
from engine.office import channel_name
from engine.store.models import ItemRow, LetterRow, OccurrenceRow
from engine.store.queries import enqueue
from engine.transition import Deed
from flows.passes import track
from notifiers import composing, fates, outbox, pauses
from notifiers.channels import AppriseChannel
from notifiers.envelope import Outcome, OutcomeKind
from notifiers.fates import LEASE, Answer, Delivered
from notifiers.mail import MailChannel
from notifiers.outbox import deliver
from tests.notifiers.post_office import CONTROLLER, CUT, DUE_WEEK, EXECUTOR, MAY, MINUTE, Post, at, ids, read


def test_a_letter_is_sent_once(post, smtp) -> None:
    post.sync(MAY, "1.1")
    assert [post.tick(MAY + n * MINUTE).sent for n in range(5)] == [1, 0, 0, 0, 0]
    (letter,) = smtp.letters
    one = post.letter()
    assert (one.state, one.sent_at, one.attempts, one.message_id) == ("sent", MAY, 1, read(letter)["Message-ID"])
    assert read(letter)["X-Srok-Key"] == one.key


def test_items_of_one_slot_go_in_one_letter_under_the_first_key(post, smtp) -> None:
    """On 01.06.2021 both 2.3 «Ежегодно Май-июнь» and 3.1 «Ежегодно (июнь-июль)» speak to the same official."""
    june = at(2021, 6, 1, 4)
    post.sync(june, "2.3", "3.1")
    assert post.tick(june).sent == 1
    text = read(smtp.letters[0]).get_body(("plain",)).get_content()
    assert ("п. 2.3 «" in text, "п. 3.1 «" in text) == (True, True)
    keys = [one.key for one in post.rows(ItemRow)]
    assert len(keys) == 2
    assert {one.letter for one in post.rows(ItemRow)} == {read(smtp.letters[0])["X-Srok-Key"]} <= set(keys)


def test_a_temporary_refusal_backs_off_and_is_retried_with_the_same_bytes(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["BODY"] = "451 later"
    post.tick(MAY)
    assert (post.letter().state, post.letter().next_try_at) == ("pending", MAY + MINUTE)
    assert post.letter().outcome == "451 почтовый сервер отказал письму: 451 later"
    body = post.letter().body
    assert post.tick(MAY + MINUTE / 2) == Delivered()
    post.tick(MAY + MINUTE)
    assert post.letter().next_try_at == MAY + 6 * MINUTE
    smtp.script.clear()
    assert post.tick(MAY + 6 * MINUTE).sent == 1
    assert (post.letter().body, post.letter().attempts, post.letter().doubts) == (body, 3, 0)
    assert len(smtp.letters) == 3
    assert len(set(smtp.letters)) == 1


def test_a_retry_waits_for_the_morning(post, smtp) -> None:
    post.sync(MAY, "1.1")
    evening = at(2021, 6, 11, 12, 29)  # Friday, 17:29 in Лысьва; Saturday is Russia Day, Monday the day off for it
    smtp.script["RCPT"] = "450 greylisted"
    post.tick(evening)
    smtp.script.clear()
    for hours in (1, 10, 30, 60, 80):
        assert post.tick(evening + timedelta(hours=hours)).sent == 0
    assert post.letter().next_try_at == at(2021, 6, 15, 4)
    assert post.tick(at(2021, 6, 15, 4)).sent == 1


def test_after_many_temporary_refusals_the_letter_is_dead_and_shown(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["RCPT"] = "450 greylisted"
    now = MAY
    for _ in range(60):
        post.deliver(now) if post.rows(LetterRow) else post.tick(now)
        now += timedelta(hours=2)
    first = next(one for one in post.letters() if one.person == EXECUTOR)
    assert (first.state, first.attempts) == ("dead", fates.MOST_ATTEMPTS)
    assert smtp.letters == []


def test_a_permanent_refusal_is_dead_at_once_and_stops_nobody_else(post, smtp) -> None:
    """Кисловодск п. 1.2: four heads of schools."""
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    post.people = post.people.replace("email: zetova@example.org", "email: no mailbox@example.org")
    done = post.tick(at(2021, 3, 12, 7))
    assert (done.sent, done.failed) == (4, 1)  # the three, and the controller, who hears of the fourth
    dead = [one for one in post.rows(LetterRow) if one.state == "dead"]
    assert [(one.person, one.outcome) for one in dead] == [
        ("p-zetova", "неверный адрес почты: «no mailbox@example.org»")
    ]
    assert post.tick(at(2021, 3, 12, 9)) == Delivered()


def test_a_refused_recipient_is_dead_with_the_servers_words(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["RCPT"] = "550 no such user"
    assert post.tick(MAY).failed == 3  # the executor, and those above him
    assert {(one.state, one.outcome) for one in post.letters()} == {
        ("dead", "550 почтовый сервер отказал адресату: 550 no such user")
    }
    assert [post.tick(MAY + timedelta(hours=n)).failed for n in range(1, 4)] == [0, 0, 0]


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


def test_a_wrong_password_raises_an_alarm_and_kills_nobody(post, smtp) -> None:
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    post.url = smtp.url("srok:wrong@")
    smtp.script["AUTH"] = "535 wrong"
    now = at(2021, 3, 12, 7)
    done = post.tick(now)
    assert (done.sent, done.failed, done.alarms) == (0, 1, {"почтовый сервер не принял имя или пароль"})
    assert smtp.stages.count("AUTH") == 1  # not once for each letter: that locks the mailbox
    for n in range(1, 40):
        post.tick(now + n * timedelta(minutes=15))
    assert {(one.state, one.attempts) for one in post.rows(LetterRow)} == {("pending", 0)}
    smtp.script.clear()
    assert post.tick(at(2021, 3, 15, 7)).sent == 4  # those of Monday, who are spared those of Friday
    fates = [(one.state, one.outcome) for one in post.rows(LetterRow)]
    assert sorted(fates)[:4] == [("dropped", "заменено более поздним")] * 4


def test_a_temporary_refusal_after_days_of_a_wrong_password_is_not_the_end(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.url = smtp.url("srok:wrong@")
    smtp.script["AUTH"] = "535 wrong"
    for n in range(20):
        post.tick(MAY + n * timedelta(minutes=15))
    smtp.script = {"RCPT": "450 greylisted"}
    post.tick(MAY + timedelta(hours=6))
    assert post.letter().state == "pending"


def test_a_channel_that_is_not_set_up_waits_with_an_alarm(post) -> None:
    post.people = post.people.replace("email: eskizov@example.org", 'telegram: "42"\n    channels: [telegram]')
    post.sync(MAY, "1.1")
    assert post.tick(MAY).alarms == {"нет канала «telegram»"}
    assert post.letter().state == "pending"


def test_a_killed_sender_is_followed_by_one_repeat_under_the_same_message_id(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.killed(MAY)
    assert post.letter().state == "sending"
    assert post.tick(MAY + LEASE - MINUTE) == Delivered()  # the lease holds
    assert post.tick(MAY + LEASE + MINUTE).sent == 1
    assert (post.letter().state, post.letter().doubts, len(smtp.letters)) == ("sent", 1, 1)


def test_a_killed_sender_leaves_no_doubt_about_what_it_had_not_begun(post, smtp) -> None:
    """Кисловодск п. 1.2: four letters are claimed; two senders are killed, each after beginning one."""
    friday = at(2021, 3, 12, 7)
    post.sync(friday, "1.2", name="kislovodsk-2021")
    post.killed(friday)
    assert [one.state for one in post.rows(LetterRow)] == ["sending"] * 4
    post.killed(friday + LEASE + MINUTE)
    assert post.tick(friday + 2 * (LEASE + MINUTE)).sent == 3
    letters = sorted((one.state, one.doubts, one.attempts) for one in post.rows(LetterRow))
    assert letters == [("sent", 0, 1)] * 3 + [("uncertain", 2, 2)]


def test_a_lease_that_a_clock_gone_back_left_in_the_future_is_over(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.killed(MAY)
    with post.store.writing() as session:
        letter = session.get(LetterRow, post.letter().key)
        assert letter is not None
        letter.lease_until = at(2031, 1, 1)
    assert post.tick(MAY + MINUTE).sent == 1
    assert post.letter().doubts == 1


def test_after_a_second_doubt_nobody_sends_a_third_time(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["BODY"] = CUT
    post.tick(MAY)
    assert (post.letter().state, post.letter().doubts) == ("pending", 1)
    post.tick(MAY + MINUTE)
    assert (post.letter().state, post.letter().next_try_at) == ("uncertain", None)
    assert post.letter().outcome == "связь прервалась после передачи письма"
    for n in range(1, 30):
        post.tick(MAY + n * timedelta(hours=1))
    opening = [one for one in smtp.letters if "|opening|" in read(one)["X-Srok-Key"]]
    assert len(opening) == 2
    assert len(set(opening)) == 1


def test_two_kills_are_two_doubts(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.killed(MAY)
    post.killed(MAY + LEASE + MINUTE)
    post.tick(MAY + 2 * (LEASE + MINUTE))
    assert (post.letter().state, smtp.letters) == ("uncertain", [])
    assert post.letter().outcome == "отправитель прервался, исход неизвестен"


def late_answer(post: Post, kind: OutcomeKind, meanwhile: Callable[[], None]) -> None:
    """A sender hangs beyond its lease; *meanwhile* happens; then its answer comes."""

    class Hangs:
        name = "mail"

        def deliver(self, _envelope: Any) -> Outcome:
            meanwhile()
            return Outcome(kind, "250", "поздний ответ", provider_id="<late@example.org>")

        def close(self) -> None:
            pass

    deliver(post.sender(lambda _name: Hangs()), lambda: MAY)


def test_a_late_sent_is_taken_as_the_truth(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    smtp.script["RCPT"] = "450 greylisted"
    late_answer(post, OutcomeKind.SENT, lambda: post.tick(MAY + LEASE + MINUTE))
    assert (post.letter().state, post.letter().message_id) == ("sent", "<late@example.org>")
    smtp.script.clear()
    assert post.tick(MAY + timedelta(hours=1)).sent == 0


@pytest.mark.parametrize("kind", [OutcomeKind.TEMP, OutcomeKind.PERM, OutcomeKind.AMBIGUOUS, OutcomeKind.CONFIG])
def test_any_other_late_answer_changes_nothing(post, smtp, kind) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    late_answer(post, kind, lambda: post.tick(MAY + LEASE + MINUTE))
    assert (post.letter().state, post.letter().doubts, len(smtp.letters)) == ("sent", 1, 1)


def test_a_failure_after_a_late_sent_of_the_former_owner_sends_nothing_again(post, smtp) -> None:
    """Two owners at once: the former one reports «sent» while the new one is still talking and fails."""
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    later = MAY + LEASE + MINUTE

    class Fails:
        name = "mail"

        def deliver(self, _envelope: Any) -> Outcome:
            first.join_as_sent()
            return Outcome(OutcomeKind.TEMP, "451", "позже")

        def close(self) -> None:
            pass

    class First:
        def join_as_sent(self) -> None:
            with post.store.writing() as session:
                claimed = session.get(LetterRow, post.letter().key)
                assert claimed is not None
                former = LetterRow(**{**claimed.model_dump(), "attempts": claimed.attempts - 1})
                fates.record(
                    session, Answer(former, 1, Outcome(OutcomeKind.SENT), later), post.directory, lambda *_: None
                )

    first = First()
    post.killed(MAY)
    deliver(post.sender(lambda _name: Fails()), lambda: later)
    assert post.letter().state == "sent"
    assert post.tick(later + timedelta(hours=1)).sent == 0


def test_what_there_was_no_time_to_begin_is_put_back_and_counts_as_no_attempt(post, smtp, monkeypatch) -> None:
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    track(post.store, post.directory, None, at(2021, 3, 12, 7))
    now = [at(2021, 3, 12, 7)]

    class Slow:
        name = "mail"

        def deliver(self, _envelope: Any) -> Outcome:
            now[0] += LEASE / 3
            return Outcome(OutcomeKind.SENT)

        def close(self) -> None:
            pass

    done = deliver(post.sender(lambda _name: Slow()), lambda: now[0])
    assert (done.sent, done.failed) == (4, 0)
    assert {(one.state, one.attempts) for one in post.rows(LetterRow)} == {("sent", 1)}


def breaks(monkeypatch: pytest.MonkeyPatch, name: str, person: str) -> None:
    """Let composing break over one person."""
    whole = getattr(composing, name)

    def broken(kept: Any, to: Any, *given: Any) -> str:
        if to.person.id == person:
            raise KeyError("result")
        return str(whole(kept, to, *given))

    monkeypatch.setattr(composing, name, broken)


def test_a_letter_that_cannot_be_composed_stops_nobody_elses(post, smtp, monkeypatch) -> None:
    """Кисловодск п. 1.2: four heads of schools; of one letter something is wrong."""
    friday = at(2021, 3, 12, 7)
    post.sync(friday, "1.2", name="kislovodsk-2021")
    with monkeypatch.context() as patched:
        breaks(patched, "_body", "p-zetova")
        done = post.tick(friday)
    assert (done.sent, done.failed) == (3, 1)
    assert done.alarms == {"письмо для «p-zetova» не составлено: KeyError, подробности в журнале"}
    (waiting,) = [one for one in post.rows(ItemRow) if one.letter is None]
    assert (waiting.person, waiting.dropped) == ("p-zetova", None)
    assert post.tick(friday + MINUTE).sent == 1


def test_a_letter_that_cannot_be_composed_again_stops_nobody_elses(post, smtp, monkeypatch) -> None:
    friday, monday = at(2021, 3, 12, 7), at(2021, 3, 15, 6)
    post.sync(friday, "1.2", name="kislovodsk-2021")
    smtp.script["RCPT"] = "450 greylisted"
    post.tick(friday)
    smtp.script.clear()
    with monkeypatch.context() as patched:
        breaks(patched, "_body", "p-zetova")
        done = post.deliver(monday)
    assert (done.sent, done.failed) == (3, 1)
    (waiting,) = [one for one in post.rows(LetterRow) if one.state != "sent"]
    assert (waiting.state, waiting.next_try_at) == ("pending", monday + pauses.CONFIG_WAIT)


def test_what_surely_did_not_arrive_speaks_the_next_day_of_that_day(post, smtp) -> None:
    """«Срок сегодня» of Monday is not said on Tuesday; key and Message-ID stay."""
    post.sync(MAY, "1.1")
    post.tick(MAY)
    smtp.script["RCPT"] = "450 greylisted"
    post.tick(DUE_WEEK)
    smtp.script.clear()
    assert post.deliver(at(2021, 6, 17, 4)).sent == 1
    before, after = (read(one) for one in smtp.letters)
    assert before["Subject"].startswith("Поручение: ")
    assert after["Subject"].startswith("Осталось 4 дня: п. 1.1")
    assert after["X-Srok-Key"].split("|")[3] == "-5d"
    assert after["Date"].startswith("Thu, 17 Jun 2021")


def test_what_may_have_arrived_is_repeated_as_it_was(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["BODY"] = CUT
    post.tick(at(2021, 6, 16, 12, 29))  # 17:29 in Лысьва
    smtp.script.clear()
    post.deliver(at(2021, 6, 16, 12, 31))
    post.deliver(at(2021, 6, 17, 4))
    assert len(smtp.letters) == 2
    assert len(set(smtp.letters)) == 1


def test_of_a_letter_written_anew_what_became_pointless_is_left_out(post, smtp) -> None:
    """2.3 and 3.1 of Лысьва speak in one letter; next day one of them is done."""
    june = at(2021, 6, 1, 4)
    post.sync(june, "2.3", "3.1")
    smtp.script["RCPT"] = "450 greylisted"
    post.tick(june)
    post.do(Deed.REPORT, "2.3", june + MINUTE)
    smtp.script.clear()
    post.deliver(june + timedelta(days=1))
    (letter,) = [one for one in smtp.letters if read(one)["X-Srok-Key"] == post.rows(LetterRow)[0].key]
    text = read(letter).get_body(("plain",)).get_content()
    assert ("п. 2.3 «" in text, "п. 3.1 «" in text) == (False, True)
    assert post.dropped() == [("opening", "отчёт уже дан")]
    assert [one.letter for one in post.rows(ItemRow) if one.dropped] == [None]


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


def test_the_controller_reads_who_reported_what(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.tick(MAY)
    post.do(Deed.REPORT, "1.1", MAY, text="план утверждён", evidence="приказ № 5")
    post.tick(MAY)
    assert "Отчёт: Эскизов Л. М., 31.05.2021; сделано: план утверждён; подтверждение: приказ № 5" in said(smtp)


def test_a_moved_day_names_the_former_one_and_the_basis(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.tick(MAY)
    post.sync(MAY, "1.1", edit=lambda text: text.replace("deadline: До 21 июня 2021", FIX))
    post.tick(MAY)
    assert said(smtp)[4:7] == [
        "Срок: 25.06.2021 (пятница); осталось 25 дней",
        "Прежний срок: 21.06.2021",
        "Основание: решение",
    ]


def said(smtp: Any) -> list[str]:
    """The lines of the last letter."""
    text = read(smtp.letters[-1]).get_body(("plain",)).get_content()
    return [line for line in text.splitlines() if line]


def test_a_channel_that_breaks_leaves_the_other_letters_alone(post, smtp) -> None:
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    track(post.store, post.directory, None, at(2021, 3, 12, 7))
    mail = MailChannel.from_url(post.url)

    class Breaks:
        name = "mail"

        def deliver(self, envelope: Any) -> Outcome:
            if envelope.address == "zetova@example.org":
                raise ZeroDivisionError
            return mail.deliver(envelope)

        def close(self) -> None:
            mail.close()

    done = deliver(post.sender(lambda _name: Breaks()), lambda: at(2021, 3, 12, 7))
    assert (done.sent, done.failed) == (3, 1)
    (broken,) = [one for one in post.rows(LetterRow) if one.state != "sent"]
    assert (broken.state, broken.outcome) == ("pending", "сбой канала «mail»: ZeroDivisionError")


def test_an_item_whose_report_came_first_is_dropped(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    post.do(Deed.REPORT, "1.1", MAY)
    assert post.deliver(MAY).sent == 1  # to the controller: a report waits
    assert post.dropped() == [("opening", "отчёт уже дан")]
    assert read(smtp.letters[0])["To"] == '"Макетов В. Г." <maketov@example.org>'


def test_a_retry_is_given_up_when_the_report_came_first(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["RCPT"] = "450 greylisted"
    post.tick(DUE_WEEK)
    post.do(Deed.REPORT, "1.1", DUE_WEEK)
    post.do(Deed.ACCEPT, "1.1", DUE_WEEK)
    smtp.script.clear()
    assert post.tick(DUE_WEEK + timedelta(hours=1)).sent == 0
    assert post.dropped() == [("reported", "отчёт уже рассмотрен")]
    assert (post.letter().state, post.letter().outcome) == ("dropped", "отчёт уже дан")


FIX = 'deadline: {text: "До 21 июня 2021", fix: {to: 2021-06-25, by: p-primerova, why: "решение"}}'


def test_what_was_struck_from_the_plan_is_named_as_it_was(post, smtp) -> None:
    """Its № may be another measure's by now, so the № alone would name the wrong one."""
    post.sync(MAY, "1.1", "2.3")
    post.tick(MAY)
    post.sync(MAY + MINUTE, "2.3", edit=lambda text: text.replace('id: "2.3"', 'id: "2.3"\n    number: "1.1"'))
    post.tick(MAY + MINUTE)
    (letter,) = [one for one in map(read, smtp.letters) if "снято" in one["Subject"]]
    assert letter["Subject"].startswith("Поручение снято: п. 1.1 «Разработка плана мероприятий по реализации")
    assert "вычеркнуто" not in letter.get_body(("plain",)).get_content()


def test_before_a_due_day_off_nobody_is_told_that_it_is_today(post, smtp) -> None:
    """A plan's own ladder without a step the day before: the letter of the due day, a Sunday, goes out on Friday."""
    ladder = "plan:\n  escalation: {steps: [{rung: due, kind: due, to: executors}]}\n"
    post.sync(MAY, "1.1", edit=lambda t: t.replace("До 21 июня 2021", "20 июня 2021").replace("plan:\n", ladder, 1))
    assert post.tick(at(2021, 6, 18, 4)).sent == 1
    letter = read(smtp.letters[0])
    assert letter["Subject"].startswith("Осталось 2 дня: п. 1.1 «")
    assert "Сегодня" not in letter.get_body(("plain",)).get_content()


def test_after_many_that_became_pointless_the_others_are_tried_in_the_same_run(post, smtp) -> None:
    """A run that stops there would leave them to the next pass, on some installations the next day."""
    post.sync(MAY, "1.1")
    smtp.script["BODY"] = "451 later"
    post.tick(MAY)
    with post.store.writing() as session:
        (letter,) = session.exec(select(LetterRow))
        (item,) = session.exec(select(ItemRow))
        for n in range(outbox.CLAIM):
            key = f"{item.key}-{n}"
            session.add(LetterRow(**letter.model_dump() | {"key": key, "next_try_at": MAY}))
            session.flush()
            session.add(ItemRow(**item.model_dump() | {"key": key, "letter": key, "revision": 7}))
    smtp.script.clear()
    done = post.deliver(MAY + MINUTE)
    assert (done.sent, [one.state for one in post.letters()].count("dropped")) == (1, outbox.CLAIM)


def test_a_day_moved_in_between_drops_what_spoke_of_the_old_one(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, DUE_WEEK)
    post.sync(DUE_WEEK, "1.1", edit=lambda text: text.replace("deadline: До 21 июня 2021", FIX))
    post.tick(DUE_WEEK)
    assert post.dropped() == [("-5d", "срок с тех пор изменился")]
    (letter,) = smtp.letters
    assert read(letter)["Subject"].startswith("Срок изменён: п. 1.1")
    assert "25.06.2021" in read(letter)["Subject"]


def test_a_returned_report_is_told_although_the_day_moved_in_between(post, smtp) -> None:
    night = at(2021, 6, 16, 20)
    post.sync(MAY, "1.1")
    post.tick(MAY)
    post.do(Deed.REPORT, "1.1", DUE_WEEK)
    post.tick(DUE_WEEK)
    post.do(Deed.RETURN, "1.1", night, reason="нет подписи")
    post.sync(night, "1.1", edit=lambda text: text.replace("deadline: До 21 июня 2021", FIX))
    post.tick(at(2021, 6, 17, 4))
    text = read(smtp.letters[-1]).get_body(("plain",)).get_content()
    assert "ОТЧЁТ ВОЗВРАЩЁН" in text
    assert "Причина: нет подписи" in text


def test_nothing_is_put_together_while_something_due_is_unclaimed(post, smtp) -> None:
    """Two measures of one official in one slot; the pass that tracks has taken only the first."""
    june = at(2021, 6, 1, 4)
    post.sync(june, "2.3", "3.1")
    track(post.store, post.directory, None, june)
    with post.store.writing() as session:
        row = session.get(OccurrenceRow, "lysva-2021/3.1/1")
        assert row is not None
        row.next_action_at = june
    assert post.deliver(june + MINUTE) == Delivered()
    assert post.deliver(june + outbox.GATHER - MINUTE) == Delivered()
    assert post.deliver(june + outbox.GATHER).sent == 1


def test_the_wait_is_counted_from_the_first_item(post, smtp) -> None:
    june = at(2021, 6, 1, 4)
    post.sync(june, "2.3", "3.1")
    track(post.store, post.directory, None, june)
    with post.store.writing() as session:
        _, late = session.exec(select(ItemRow).order_by(ItemRow.key))
        late.at = june + 10 * MINUTE
        row = session.get(OccurrenceRow, late.occurrence_key)
        assert row is not None
        row.next_action_at = june  # something is never claimed
    assert post.deliver(june + 11 * MINUTE) == Delivered()
    assert post.deliver(june + outbox.GATHER).sent == 1


def test_nothing_is_sent_at_night_or_on_a_day_off(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    for moment in (at(2021, 6, 1, 3, 59), at(2021, 5, 31, 12, 31), at(2021, 6, 5, 5), at(2021, 6, 14, 5)):
        assert post.deliver(moment) == Delivered()
    assert post.deliver(at(2021, 6, 1, 4)).sent == 1


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


def test_the_controller_reads_what_was_sent_before_in_local_days(post, smtp) -> None:
    """Артём № 7, UTC+10: its 09:00 is the day before in UTC."""
    post.sync(at(2021, 3, 31, 22), "7", name="artem-2020")
    for day in (1, 26, 29, 30):
        post.tick(at(2021, 4, day, 0))
    post.do(Deed.REPORT, "7", at(2021, 4, 30, 1))
    post.tick(at(2021, 4, 30, 1))
    post.do(Deed.RETURN, "7", at(2021, 4, 30, 2), reason="нет подписи")
    post.tick(at(2021, 4, 30, 2))
    for day in (4, 5, 6):
        post.tick(at(2021, 5, day, 0))
    lines = read(smtp.letters[-1]).get_body(("plain",)).get_content().splitlines()
    told = lines[
        lines.index("Что уже отправлено:") + 1 : lines.index(
            "Ответственный исполнитель: МБУО Центр образования (Модельнов З. И.)"
        )
    ]
    assert told == [
        "  – 01.04.2021 поручение: отправлено",
        "  – 26.04.2021 напоминание за 5 дней: отправлено",
        "  – 29.04.2021 напоминание за рабочий день: отправлено",
        "  – 30.04.2021 напоминание в день срока: отправлено",
        "  – 30.04.2021 отчёт ждёт приёмки: отправлено",
        "  – 30.04.2021 отчёт возвращён: отправлено",
        "  – 04.05.2021 сообщение о просрочке: отправлено",
    ]


def test_of_what_many_share_is_read_once_for_all_their_letters(post, smtp) -> None:
    """Весьегонск 1.2: the heads of all schools answer for one term; a region has hundreds of them."""
    opening = at(2020, 9, 1, 6)
    post.sync(opening, "1.2", name="vesyegonsk-2020")
    track(post.store, post.directory, None, opening)
    asked: list[str] = []
    event.listen(post.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert post.deliver(opening).sent == 4
    assert sum("FROM assignment" in one for one in asked) == 1


@pytest.mark.parametrize("backend", ["sqlite"])
def test_every_question_about_items_letters_and_occurrences_uses_an_index(post, smtp) -> None:
    post.sync(MAY, "1.1", "2.3", "3.1")
    asked: dict[str, Any] = {}
    event.listen(post.store.engine, "before_cursor_execute", lambda *given: asked.update({given[2]: given[3]}))
    post.tick(MAY)
    plans = {}
    with post.store.engine.connect() as connection:
        for statement, values in list(asked.items()):
            if statement.startswith(("SELECT", "UPDATE")) and not isinstance(values, list):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                plans[statement] = [row[-1] for row in rows]
    assert [
        one
        for one, plan in plans.items()
        if any(re.match("SCAN (item|letter|occurrence|assignment)", row) for row in plan)
    ] == []
    used = {row for plan in plans.values() for row in plan}
    assert {
        "SEARCH item USING INDEX ix_item_waiting (at<?)",
        "SEARCH occurrence USING INDEX ix_occurrence_due (next_action_at<?)",
        "SEARCH letter USING INDEX ix_letter_open (state=? AND next_try_at<?)",
    } <= used


def test_four_senders_at_once_send_every_letter_once(post, smtp) -> None:
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    track(post.store, post.directory, None, at(2021, 3, 12, 7))
    together = threading.Barrier(4)
    sent: list[int] = []

    def work() -> None:
        together.wait()
        sent.append(post.deliver(at(2021, 3, 12, 7)).sent)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(sent) == len(smtp.letters) == len(set(ids(smtp))) == 4


def test_the_body_is_stored_as_it_was_sent(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.tick(MAY)
    body = json.loads(post.letter().body or "")
    letter = read(smtp.letters[0])
    assert body["subject"] == letter["Subject"]
    assert body["text"].splitlines() == letter.get_body(("plain",)).get_content().splitlines()
    assert body["thread"] == "lysva-2021/1.1/1"
    assert date(2021, 6, 21).strftime("%Y%m%d") in letter.get_payload()[-1].get_content()


def test_last_weeks_digest_is_not_sent_beside_this_weeks(post, smtp) -> None:
    post.sync(MAY, "1.1")
    for week, day in ((24, at(2021, 6, 15, 4)), (25, at(2021, 6, 21, 4))):
        key = f"lysva-2021/digest/2021-W{week}|r0|digest|1|{CONTROLLER}|mail"
        made = Action(key, day, "digest", "digest", 0, "lysva-2021", None, None, None, CONTROLLER, "mail")
        with post.store.writing() as session:
            enqueue(session, [made], day)
    assert post.deliver(at(2021, 6, 21, 4)).sent == 1
    assert read(smtp.letters[0])["Subject"].startswith("Сводка на 21.06.2021: ")
    assert post.dropped() == [("digest", "заменено более поздним")]


def test_what_was_sent_before_is_counted_in_letters(post, smtp) -> None:
    """Кисловодск п. 1.2: four schools, none of which reports."""
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    for day in (12, 15, 16, 17, 18, 19, 22):
        post.tick(at(2021, 3, day, 7))
    up = next(one for one in post.rows(ItemRow) if one.kind == "controller")
    body = next(json.loads(one.body) for one in post.rows(LetterRow) if one.key == up.letter)
    assert "12.03.2021 напоминание за 5 дней: отправлено, 4 письма\n" in body["text"]


def test_what_another_sender_has_claimed_since_is_left_to_it(post) -> None:
    """Кисловодск п. 1.2: while the first of four letters hangs, the lease of all ends and another claims them."""
    friday = at(2021, 3, 12, 7)
    post.sync(friday, "1.2", name="kislovodsk-2021")
    track(post.store, post.directory, None, friday)
    begun: list[str] = []
    now = [friday]

    class Hangs:
        name = "mail"

        def deliver(self, envelope: Any) -> Outcome:
            begun.append(envelope.key)
            if len(begun) == 1:
                post.killed(friday + LEASE + MINUTE)
            now[0] = friday + LEASE / 3  # the first one's clock is slow: it does not see its lease end
            return Outcome(OutcomeKind.SENT)

        def close(self) -> None:
            pass

    assert deliver(post.sender(lambda _name: Hangs()), lambda: now[0]).sent == 1
    assert len(begun) == 1
