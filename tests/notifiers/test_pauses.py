"""Channels that are left alone for a while: nobody calls inside a ban, nothing counts against anybody."""

from datetime import timedelta
from typing import Any

import pytest

from engine.store.models import AccountRow, PauseRow
from flows.passes import track
from notifiers.envelope import Outcome, OutcomeKind
from notifiers.outbox import deliver
from notifiers.pauses import CONFIG_WAIT, LONGEST_BAN, asked_for, pause
from tests.notifiers.post_office import MAY, MINUTE, at

FRIDAY = at(2021, 3, 12, 7)
SECOND = timedelta(seconds=1)
BAN = Outcome(OutcomeKind.TEMP, "429", "слишком часто", retry_after_seconds=90)
WELL = Outcome(OutcomeKind.SENT)


class Scripted:
    """A channel that answers by a list, then well; ``calls`` are the keys it was given."""

    name = "mail"

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.calls: list[str] = []

    def deliver(self, envelope: Any) -> Outcome:
        self.calls.append(envelope.key)
        return self.answers.pop(0) if self.answers else WELL

    def close(self) -> None:
        pass


@pytest.fixture
def four(post):
    """Кисловодск п. 1.2: four heads of schools, a letter each."""
    post.sync(FRIDAY, "1.2", name="kislovodsk-2021")
    track(post.store, post.directory, None, FRIDAY)
    return post


def send(post: Any, channel: Scripted, now: Any) -> Any:
    return deliver(post.sender(lambda _name: channel), lambda: now)


def test_nobody_calls_inside_a_ban(four) -> None:
    channel = Scripted(BAN)
    assert (send(four, channel, FRIDAY).failed, len(channel.calls)) == (1, 1)
    (row,) = four.rows(PauseRow)
    assert (row.channel, row.until, row.why, row.ours) == ("mail", FRIDAY + 90 * SECOND, "слишком часто", False)
    for later in (SECOND, 60 * SECOND, 89 * SECOND):
        send(four, channel, FRIDAY + later)
    assert len(channel.calls) == 1
    assert send(four, channel, FRIDAY + 90 * SECOND).sent == 4
    assert four.rows(PauseRow) == []


def test_a_ban_counts_as_nobodys_attempt(four) -> None:
    send(four, Scripted(BAN), FRIDAY)
    letters = four.letters()
    assert {(one.state, one.attempts, one.next_try_at) for one in letters} == {("pending", 0, FRIDAY + 90 * SECOND)}
    assert four.attempts() == [(1, "temp", "429")]


def test_a_ban_that_another_dispatcher_has_met_holds_for_what_was_claimed_before(four) -> None:
    """Two dispatchers: while the first one sends its first letter, the second one is told to wait."""
    other = Scripted()

    class Meets(Scripted):
        def deliver(self, envelope: Any) -> Outcome:
            if not self.calls:
                ban(four)
            return super().deliver(envelope)

    first = Meets()
    assert send(four, first, FRIDAY).sent == 1
    assert len(first.calls) == 1
    assert (send(four, other, FRIDAY + SECOND).sent, other.calls) == (0, [])
    assert sorted(one.attempts for one in four.letters()) == [0, 0, 0, 1]
    assert send(four, other, FRIDAY + 90 * SECOND).sent == 3


def ban(post: Any) -> None:

    with post.store.writing() as session:
        pause(session, "mail", FRIDAY, FRIDAY + 90 * SECOND, "слишком часто", ours=False)


def test_a_success_begun_before_a_ban_does_not_lift_it(four) -> None:
    class Meets(Scripted):
        def deliver(self, envelope: Any) -> Outcome:
            ban(four)
            return super().deliver(envelope)

    send(four, Meets(), FRIDAY)
    assert [one.until for one in four.rows(PauseRow)] == [FRIDAY + 90 * SECOND]


def test_of_two_bans_the_longer_one_holds(four) -> None:

    with four.store.writing() as session:
        pause(session, "mail", FRIDAY, FRIDAY + MINUTE, "долго", ours=False)
        pause(session, "mail", FRIDAY, FRIDAY + SECOND, "коротко", ours=True)
    assert [(one.until, one.why, one.ours) for one in four.rows(PauseRow)] == [(FRIDAY + MINUTE, "долго", False)]


def test_a_pause_of_one_channel_stops_no_other(four) -> None:
    four.people = four.people.replace(
        "email: zetova@example.org", 'email: zetova@example.org\n    telegram: "42"\n    channels: [telegram, mail]'
    )
    ban(four)
    monday = at(2021, 3, 15, 6)
    four.sync(FRIDAY, "1.2", name="kislovodsk-2021")
    channel = Scripted()
    with four.store.writing() as session:
        pause(session, "mail", monday, monday + timedelta(hours=1), "слишком часто", ours=False)
    track(four.store, four.directory, None, monday)
    send(four, channel, monday)
    assert {key.rpartition("|")[2] for key in channel.calls} == {"telegram"}


def test_a_pause_set_by_a_clock_that_was_ahead_is_let_go(four, caplog) -> None:
    ahead = FRIDAY + timedelta(days=403)
    send(four, Scripted(BAN), ahead)
    channel = Scripted()
    assert send(four, channel, FRIDAY + MINUTE).sent == 4
    assert four.rows(PauseRow) == []
    assert "её поставили часы, ушедшие вперёд" in caplog.text


@pytest.mark.parametrize(
    ("seconds", "waits"),
    [
        (None, None),
        (0, None),
        (-5, None),
        (float("nan"), None),
        (90, timedelta(seconds=90)),
        (1e300, LONGEST_BAN),
        (float("inf"), LONGEST_BAN),
    ],
)
def test_what_a_server_asks_for_is_believed_within_reason(seconds, waits) -> None:
    assert asked_for(Outcome(OutcomeKind.TEMP, retry_after_seconds=seconds)) == waits


def test_a_fault_of_ours_pauses_the_channel_with_an_alarm_as_long_as_it_lasts(four) -> None:
    wrong = Outcome(OutcomeKind.CONFIG, "535", "почтовый сервер не принял имя или пароль")
    channel = Scripted(wrong)
    assert send(four, channel, FRIDAY).alarms == {"почтовый сервер не принял имя или пароль"}
    (row,) = four.rows(PauseRow)
    assert (row.ours, row.until) == (True, FRIDAY + CONFIG_WAIT)
    assert send(four, channel, FRIDAY + MINUTE).alarms == {"почтовый сервер не принял имя или пароль"}
    assert len(channel.calls) == 1
    assert {(one.state, one.attempts) for one in four.letters()} == {("pending", 0)}
    assert send(four, channel, FRIDAY + CONFIG_WAIT).sent == 4
    assert send(four, channel, FRIDAY + CONFIG_WAIT).alarms == set()


def test_what_nobody_has_composed_yet_waits_for_the_end_of_a_pause_too(four) -> None:
    ban(four)
    channel = Scripted()
    send(four, channel, FRIDAY)
    assert (channel.calls, four.letters()) == ([], [])
    assert send(four, channel, FRIDAY + 90 * SECOND).sent == 4


def test_a_moved_chat_is_taken_over_and_written_to_at_once(post) -> None:
    post.people = post.people.replace(
        "email: eskizov@example.org", 'email: eskizov@example.org\n    telegram: "42"\n    channels: [telegram]'
    )
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    moved = Outcome(OutcomeKind.TEMP, "400", "чат переехал", new_address="-10042")
    channel = Scripted(moved)
    assert send(post, channel, MAY).sent == 1
    assert (post.letter().address, post.letter().attempts, len(channel.calls)) == ("-10042", 2, 2)
    assert [(one.person, one.channel, one.address) for one in post.rows(AccountRow)] == [
        ("p-eskizov", "telegram", "-10042")
    ]
