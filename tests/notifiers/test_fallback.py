"""Where a channel fails for good: the next one, then the next one up; it ends, and nothing is silent."""

from datetime import timedelta
from typing import Any

import pytest

from engine.store.models import ItemRow, LetterRow
from engine.transition import Deed
from flows.passes import track
from notifiers import outbox
from notifiers.envelope import Envelope, Outcome, OutcomeKind
from notifiers.fates import MOST_ATTEMPTS
from notifiers.outbox import deliver
from tests.notifiers.post_office import CONTROLLER, DUE_WEEK, MAY, MINUTE, Post, at, read

WELL = Outcome(OutcomeKind.SENT, "200")
BLOCKED = Outcome(OutcomeKind.PERM, "403", "Telegram отказал: 403 Forbidden: bot was blocked by the user")
NO_USER = Outcome(OutcomeKind.PERM, "550", "почтовый сервер отказал адресату: 550 no such user")
DOUBT = Outcome(OutcomeKind.AMBIGUOUS, None, "связь прервалась после передачи")
TEMP = Outcome(OutcomeKind.TEMP, "451", "позже")


class World:
    """All channels in one: what each address answers; ``heard`` are the envelopes in order."""

    def __init__(self, post: Post, **answers: Outcome) -> None:
        self.post, self.answers = post, answers
        self.heard: list[Envelope] = []
        self.name = "world"

    def deliver(self, envelope: Envelope) -> Outcome:
        self.heard.append(envelope)
        return self.answers.get(envelope.address.partition("@")[0], WELL)

    def close(self) -> None:
        pass

    def tick(self, now: Any) -> Any:
        track(self.post.store, self.post.directory, None, now)
        return deliver(self.post.sender(lambda _name: self), lambda: now)

    def to(self) -> list[str]:
        return [one.address.partition("@")[0] for one in self.heard]


@pytest.fixture
def both(post: Post) -> Post:
    """Лысьва 1.1: the executor has Telegram, then mail."""
    post.people = post.people.replace(
        "email: eskizov@example.org", 'email: eskizov@example.org\n    telegram: "t42"\n    channels: [telegram]'
    )
    post.sync(MAY, "1.1")
    return post


def keys(post: Post) -> list[tuple[str, str | None]]:
    return [(one.key, one.instead_of) for one in sorted(post.rows(ItemRow), key=lambda one: one.created_at)]


def test_a_permanent_refusal_falls_back_to_the_next_channel_at_once(both) -> None:
    world = World(both, t42=BLOCKED)
    done = world.tick(MAY)
    assert (done.sent, done.failed, world.to()) == (1, 1, ["t42", "eskizov"])
    dead, sent = sorted(both.letters(), key=lambda one: one.state)
    assert (dead.state, dead.channel, sent.state, sent.channel) == ("dead", "telegram", "sent", "mail")
    (first, none), (second, instead) = keys(both)
    assert (none, instead) == (None, first)
    assert second == first.replace("|telegram", "|mail")


def test_what_fell_back_is_not_said_again_by_the_ladder(both) -> None:
    world = World(both, t42=BLOCKED)
    for n in range(8):
        world.tick(MAY + n * timedelta(hours=3))
    assert world.to() == ["t42", "eskizov"]


def test_a_permanent_refusal_is_never_tried_again(both) -> None:
    world = World(both, t42=BLOCKED, eskizov=NO_USER)
    for n in range(8):
        world.tick(MAY + n * timedelta(hours=3))
    assert world.to() == ["t42", "eskizov", "maketov"]


def test_a_second_doubt_of_a_messenger_falls_back_to_mail(both) -> None:
    world = World(both, t42=DOUBT)
    world.tick(MAY)
    assert world.to() == ["t42"]
    world.tick(MAY + MINUTE)
    assert world.to() == ["t42", "t42", "eskizov"]
    assert sorted(one.state for one in both.letters()) == ["sent", "uncertain"]


def test_a_second_doubt_of_mail_is_left_to_a_person(post) -> None:
    post.sync(MAY, "1.1")
    world = World(post, eskizov=DOUBT)
    for n in range(5):
        world.tick(MAY + n * MINUTE)
    assert (world.to(), post.letter().state) == (["eskizov", "eskizov"], "uncertain")


def test_exhausted_attempts_fall_back_too(both) -> None:
    world = World(both, t42=TEMP)
    now = MAY
    while "eskizov" not in world.to():
        assert now < MAY + timedelta(days=9)
        world.tick(now)
        now += timedelta(hours=2)
    first = next(one for one in both.letters() if one.channel == "telegram")
    assert (first.state, first.attempts) == ("dead", MOST_ATTEMPTS)


def test_what_came_later_stands_for_what_falls_back(both) -> None:
    """«За 5 дней» dies on Telegram when «за рабочий день» is out already: it is not said by mail after that."""
    world = World(both, t42=TEMP)
    world.tick(DUE_WEEK)
    with both.store.writing() as session:
        letter = session.get(LetterRow, both.letter().key)
        assert letter is not None
        letter.attempts = MOST_ATTEMPTS - 1
        letter.next_try_at = at(2021, 6, 18, 4)
    world.answers = {"t42": NO_USER}
    world.tick(at(2021, 6, 18, 4))
    assert [one.address for one in world.heard].count("eskizov@example.org") == 1
    assert [why for _, why in both.dropped()] == ["заменено более поздним"]


def test_where_nothing_is_left_the_controller_hears_at_once_what_could_not_be_said(both) -> None:
    world = World(both, t42=BLOCKED, eskizov=NO_USER)
    done = world.tick(MAY)
    assert (done.sent, done.failed) == (1, 2)
    letter = world.heard[-1]
    assert letter.address == "maketov@example.org"
    assert letter.subject.startswith("Не доставлено исполнителю: п. 1.1")
    lines = letter.text.splitlines()
    assert lines[lines.index("Не доставлено:") + 1 :][:3] == [
        "  – поручение, 31.05.2021",
        "  – Эскизов Л. М., Telegram: 403 Telegram отказал: 403 Forbidden: bot was blocked by the user",
        "  – Эскизов Л. М., почта: 550 почтовый сервер отказал адресату: 550 no such user",
    ]
    up = [one for one in both.rows(ItemRow) if one.kind == "unreachable"]
    assert [(one.rung, one.person, one.instead_of) for one in up] == [
        ("unreachable:opening", CONTROLLER, "lysva-2021/1.1/1|working-group|r0|opening|1|p-eskizov|mail")
    ]


def test_it_climbs_to_the_head_and_the_owner_and_ends(post) -> None:
    post.sync(MAY, "1.1")
    every = {name.partition("@")[0]: NO_USER for name in addresses(post)}
    world = World(post, **every)
    for n in range(6):
        world.tick(MAY + n * timedelta(hours=1))
    up = [one.person for one in sorted(post.rows(ItemRow), key=lambda one: one.key) if one.kind == "unreachable"]
    assert len(up) == len(set(up)) == len(world.to()) - 1 >= 2
    assert {one.state for one in post.letters()} == {"dead"}


def addresses(post: Post) -> list[str]:
    return [one.email for one in post.directory.people.values() if one.email]


def test_one_without_any_address_is_told_on_at_once_and_once(post, smtp) -> None:
    post.people = post.people.replace("    email: eskizov@example.org\n", "")
    post.sync(MAY, "1.1")
    assert [post.tick(MAY + n * MINUTE).sent for n in range(4)] == [1, 0, 0, 0]
    letter = read(smtp.letters[0])
    assert (letter["To"], letter["Subject"][:25]) == (
        '"Макетов В. Г." <maketov@example.org>',
        "Не доставлено исполнителю",
    )
    assert "Эскизов Л. М., адреса нет ни на одном канале" in letter.get_body(("plain",)).get_content()


def test_at_night_the_next_one_up_is_told_in_the_morning(both) -> None:
    world = World(both, t42=BLOCKED, eskizov=NO_USER)
    track(both.store, both.directory, None, MAY)
    late = at(2021, 5, 31, 12, 29)  # 17:29 in Лысьва
    now = [late]

    def clock() -> Any:
        now[0] += MINUTE
        return now[0]

    deliver(both.sender(lambda _name: world), clock)
    deliver(both.sender(lambda _name: world), clock)
    assert "maketov" not in world.to()
    world.tick(at(2021, 6, 1, 4))
    assert world.to()[-1] == "maketov"


def test_nobody_hears_of_it_when_the_report_came(both) -> None:
    world = World(both, t42=BLOCKED, eskizov=NO_USER)
    answered = world.answers.copy()
    world.answers = {"t42": BLOCKED, "eskizov": NO_USER, "maketov": TEMP}
    world.tick(MAY)
    both.do(Deed.REPORT, "1.1", MAY)
    both.do(Deed.ACCEPT, "1.1", MAY)
    world.answers = answered
    world.tick(MAY + timedelta(hours=1))
    fates = {one.key.rsplit("|", 5)[2]: (one.state, one.outcome) for one in both.letters() if one.person == CONTROLLER}
    assert fates["unreachable:opening"] == ("dropped", "отчёт уже дан")


def test_a_fault_while_looking_for_another_way_leaves_the_answer_recorded(
    both, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: Any) -> bool:
        raise KeyError("people")

    monkeypatch.setattr(outbox, "fall_back", broken)
    done = World(both, t42=BLOCKED).tick(MAY)
    assert both.letter().state == "dead"
    assert any("p-eskizov" in one for one in done.alarms)


def test_the_channel_that_a_letter_really_went_by_is_not_tried_again(post) -> None:
    """The item was meant for mail; by the time it is composed the person has Telegram alone, and that is dead."""
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    post.people = post.people.replace("email: eskizov@example.org", 'telegram: "t42"\n    channels: [telegram]')
    world = World(post, t42=BLOCKED)
    for n in range(4):
        world.tick(MAY + n * timedelta(hours=1))
    assert world.to() == ["t42", "maketov"]
