"""The failure matrix of the outbox (notes/delivery.md 3.3), a row each: what is left behind, and what comes of it.

A row names the event, the state and the doubts it leaves behind, the state after the next passes, and how often the
mail server was given the letter. Nothing is lost; twice only after a real doubt, and then under the same Message-ID.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from engine.errors import StoreError
from engine.store.models import AttemptRow, ItemRow
from flows.passes import track
from notifiers import outbox
from notifiers.envelope import Outcome, OutcomeKind
from notifiers.fates import INTERRUPTED, LEASE
from notifiers.mail import MailChannel
from notifiers.outbox import deliver
from notifiers.sending import Sender
from tests.notifiers.post_office import CUT, MAY, MINUTE, Dead, Post, ids

AFTER_LEASE = LEASE + MINUTE


class Wraps:
    """The mail channel, with something that happens before or after it has spoken."""

    name = "mail"

    def __init__(self, post: Post, before: Callable[[], object] = int, after: Callable[[], object] = int) -> None:
        self.mail, self.before, self.after = MailChannel.from_url(post.url), before, after

    def deliver(self, envelope: Any) -> Outcome:
        self.before()
        outcome = self.mail.deliver(envelope)
        self.after()
        return outcome

    def close(self) -> None:
        self.mail.close()


def dies() -> None:
    raise Dead


def killed(post: Post, now: Any, **moments: Callable[[], object]) -> None:
    track(post.store, post.directory, None, now)
    with pytest.raises(Dead):
        deliver(post.sender(lambda _name: Wraps(post, **moments)), lambda: now)


def before_the_claim_commits(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    track(post.store, post.directory, None, MAY)
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "lease", lambda *_: dies())
        with pytest.raises(Dead):
            post.deliver(MAY)


def after_the_claim(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    track(post.store, post.directory, None, MAY)
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "begin", lambda *_: dies())
        with pytest.raises(Dead):
            post.deliver(MAY)


def before_the_server_hears(post: Post, _: pytest.MonkeyPatch) -> None:
    killed(post, MAY, before=dies)


def after_the_server_has_it(post: Post, _: pytest.MonkeyPatch) -> None:
    killed(post, MAY, after=dies)


def before_the_answer_is_recorded(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    track(post.store, post.directory, None, MAY)
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "record", lambda *_: dies())
        with pytest.raises(Dead):
            post.deliver(MAY)


def twice_after_the_server_has_it(post: Post, _: pytest.MonkeyPatch) -> None:
    killed(post, MAY, after=dies)
    killed(post, MAY + AFTER_LEASE, after=dies)


# event, (state, doubts) left behind, state in the end, letters the server was given
KILLS = [
    (before_the_claim_commits, None, "sent", 1),
    (after_the_claim, ("sending", 0), "sent", 1),
    (before_the_server_hears, ("sending", 0), "sent", 1),
    (after_the_server_has_it, ("sending", 0), "sent", 2),
    (before_the_answer_is_recorded, ("sending", 0), "sent", 2),
    (twice_after_the_server_has_it, ("sending", 1), "uncertain", 2),
]


@pytest.mark.parametrize(("event", "left", "end", "given"), KILLS, ids=[row[0].__name__ for row in KILLS])
def test_killed(post, smtp, monkeypatch, event, left, end, given) -> None:
    post.sync(MAY, "1.1")
    event(post, monkeypatch)
    assert [(one.state, one.doubts) for one in post.letters()] == ([left] if left else [])
    for n in (1, 2, 3):
        post.tick(MAY + n * AFTER_LEASE)
    assert (post.letter().state, len(smtp.letters)) == (end, given)
    assert len(set(ids(smtp))) == 1
    if end == "uncertain":
        assert post.letter().outcome == INTERRUPTED
        assert post.attempts() == [(1, None, None), (2, None, None)]


def test_a_worker_that_hangs_beyond_its_lease_is_heard_only_if_it_sent(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    channel = Wraps(post, after=lambda: post.tick(MAY + AFTER_LEASE))
    deliver(post.sender(lambda _name: channel), lambda: MAY)
    assert (post.letter().state, len(smtp.letters), len(set(ids(smtp)))) == ("sent", 2, 1)
    assert [(n, outcome) for n, outcome, _ in post.attempts()] == [(1, "sent"), (2, "sent")]


@pytest.mark.parametrize(("cuts", "end", "given"), [(1, "sent", 2), (2, "uncertain", 2)])
def test_an_ambiguous_answer_is_repeated_once(post, smtp, cuts, end, given) -> None:
    post.sync(MAY, "1.1")
    for n in range(4):
        smtp.script = {"BODY": CUT} if n < cuts else {}
        post.tick(MAY + n * MINUTE)
    assert (post.letter().state, len(smtp.letters), len(set(ids(smtp)))) == (end, given, 1)


def test_the_planner_that_runs_twice_says_all_once(post, smtp) -> None:
    post.sync(MAY, "1.1")
    for _ in range(3):
        track(post.store, post.directory, None, MAY)
    post.deliver(MAY)
    assert (len(post.rows(ItemRow)), len(smtp.letters)) == (1, 1)


def test_after_three_days_without_the_planner_the_youngest_rung_is_said(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.tick(MAY)
    post.tick(MAY + timedelta(days=18))  # «за 5 дней» was on the 16th, «за рабочий день» is today
    assert [one.rung for one in sorted(post.rows(ItemRow), key=lambda one: one.at)] == ["opening", "-1wd"]
    assert len(smtp.letters) == 2


def test_a_clock_that_jumps_back_sends_nothing_twice(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.tick(MAY + timedelta(hours=2))
    for minutes in (0, 30, 60):
        post.tick(MAY + minutes * MINUTE)
    assert len(smtp.letters) == 1


def quick(post: Post) -> None:
    """Let SQLite give up on a lock at once."""
    post.store.engine.dispose()
    with post.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")


def patient(post: Post, channel: Any, wait: Callable[[float], None]) -> Sender:
    return Sender(post.store, post.directory, None, lambda _name: channel, "ответьте на это письмо", wait)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_answer_waits_for_a_database_that_is_locked(post, smtp, caplog) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    quick(post)
    waits: list[float] = []
    with closing(sqlite3.connect(post.store.engine.url.database or "", isolation_level=None)) as other:

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                other.execute("COMMIT")

        channel = Wraps(post, after=lambda: other.execute("BEGIN IMMEDIATE"))
        done = deliver(patient(post, channel, wait), lambda: MAY)
    assert (done.sent, post.letter().state, len(smtp.letters), waits) == (1, "sent", 1, [0.5, 1, 2])
    assert "исход письма ещё не записан" in caplog.text
    assert post.attempts() == [(1, "sent", "250")]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_answer_waits_for_room_on_a_full_disk(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)

    class Talks(Wraps):
        def deliver(self, envelope: Any) -> Outcome:
            super().deliver(envelope)
            limit(post, 1)
            return Outcome(OutcomeKind.SENT, "250", "x" * 500_000)

    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        limit(post, 2_000_000_000)

    done = deliver(patient(post, Talks(post), wait), lambda: MAY)
    assert (done.sent, post.letter().state, len(smtp.letters), waits) == (1, "sent", 1, [0.5])


def limit(post: Post, pages: int) -> None:
    """Let the file take so many pages, not fewer than it has."""
    with post.store.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_claim_does_not_wait_for_ever_for_a_locked_database(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    quick(post)
    with closing(sqlite3.connect(post.store.engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="её держит другая программа"):
            post.deliver(MAY)
        other.execute("COMMIT")
    assert (post.letters(), smtp.letters) == ([], [])
    assert post.deliver(MAY).sent == 1


def test_the_answer_of_one_and_the_beginning_of_the_next_stand_together(post) -> None:
    """Кисловодск п. 1.2: who is killed in the second letter has the first one recorded."""
    friday = MAY.replace(month=3, day=12, hour=7)
    post.sync(friday, "1.2", name="kislovodsk-2021")
    spoken: list[int] = []

    def second() -> None:
        spoken.append(1)
        if len(spoken) == 2:
            dies()

    killed(post, friday, before=second)
    assert sorted(one.state for one in post.letters()) == ["sending", "sending", "sending", "sent"]
    assert [one.outcome for one in sorted(post.rows(AttemptRow), key=lambda one: one.id)] == ["sent", None]
