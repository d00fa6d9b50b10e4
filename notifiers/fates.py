"""What becomes of a claimed letter: begun, answered, in doubt, put back; each step under the lease of its claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, update
from sqlmodel import Session, col, func, select

from engine.office import address
from engine.people import Directory
from engine.store.models import AccountRow, AttemptRow, LetterRow
from notifiers import pauses
from notifiers.envelope import Outcome, OutcomeKind

LEASE = timedelta(minutes=6)
"""Twice what all time-outs of one delivery together can take; nothing is begun in its second half."""
BACKOFF = (1, 5, 15, 60, 240)
"""Minutes before the next try after a temporary failure; the last one repeats."""
MOST_ATTEMPTS = 12
INTERRUPTED = "отправитель прервался, исход неизвестен"

GivenUp = Callable[[Session, LetterRow, datetime], None]
"""What is done, in the same transaction, about a letter that is dead, or of which nobody knows whether it arrived."""


@dataclass(slots=True)
class Delivered:
    """What one run of the dispatcher did."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    alarms: set[str] = field(default_factory=set)

    def add(self, other: Delivered) -> None:
        """Take in what a part of the run did."""
        self.sent += other.sent
        self.failed += other.failed
        self.dropped += other.dropped
        self.alarms |= other.alarms


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try to send a claimed letter, and when."""

    letter: LetterRow
    attempt: int
    outcome: Outcome
    at: datetime


def lease(letter: LetterRow, now: datetime) -> None:
    """Claim a letter: nobody else sends it before the lease is over."""
    letter.state, letter.lease_until, letter.begun_at = "sending", now + LEASE, None


def expire(session: Session, given_up: GivenUp, now: datetime) -> None:
    """Take back letters whose sender is gone, or whose lease was given by a clock that has since gone back.

    Of a letter that was begun nobody knows whether it went out. Two leases ahead is no difference between hosts.
    """
    gone = select(LetterRow).where(
        LetterRow.state == "sending",
        or_(col(LetterRow.lease_until) < now, col(LetterRow.lease_until) > now + 2 * LEASE),
    )
    for letter in session.exec(gone.with_for_update(skip_locked=True)):
        if letter.begun_at is None:
            put_back(letter, now)
        else:
            _doubt(letter, now, INTERRUPTED)
            if letter.state == "uncertain":
                given_up(session, letter, now)


def put_back(letter: LetterRow, at: datetime) -> None:
    """Let a letter that was not begun wait until *at*."""
    letter.state, letter.lease_until, letter.next_try_at = "pending", None, at


def _doubt(letter: LetterRow, at: datetime, why: str) -> None:
    letter.doubts += 1
    letter.lease_until = None
    letter.outcome = why
    letter.state, letter.next_try_at = ("uncertain", None) if letter.doubts > 1 else ("pending", at)


def begin(session: Session, claimed: LetterRow, now: datetime) -> int | None:
    """Write down that the sending of a claimed letter begins, and return the number of the attempt's row.

    None when it is another's by now, when it is too late, or when its channel may not be spoken on.
    """
    letter = session.get(LetterRow, claimed.key, with_for_update=True)
    assert letter is not None
    if not _is_owned(letter, claimed):
        return None
    assert letter.lease_until is not None
    until = pauses.paused_until(session, letter.channel, now)
    if until is not None or now >= letter.lease_until - LEASE / 2:
        put_back(letter, until or now)
        return None
    letter.begun_at = now
    letter.attempts += 1
    before = select(func.max(AttemptRow.n)).where(AttemptRow.letter == letter.key).scalar_subquery()
    row = insert(AttemptRow).values(letter=letter.key, n=func.coalesce(before, 0) + 1, began_at=now)
    return int(session.execute(row.returning(col(AttemptRow.id))).scalar_one())


def _is_owned(letter: LetterRow, claimed: LetterRow) -> bool:
    """Tell whether a letter is still under the lease it was claimed with; no two leases of it end at one instant."""
    return (letter.state, letter.lease_until) == ("sending", claimed.lease_until)


def record(session: Session, answer: Answer, directory: Directory, given_up: GivenUp) -> Delivered:
    """Write down what came of a letter, and return what it adds to the run.

    Who comes when the lease is over, or after another sender, is heard only if he sent it; his attempt is kept anyway.
    """
    outcome, now = answer.outcome, answer.at
    _end_attempt(session, answer)
    letter = session.get(LetterRow, answer.letter.key, with_for_update=True)
    assert letter is not None
    sent = outcome.kind is OutcomeKind.SENT
    if not _is_owned(letter, answer.letter) and (not sent or letter.state == "sent"):
        return Delivered()
    letter.lease_until = None
    letter.outcome = said(outcome)
    if sent:
        letter.state, letter.sent_at, letter.next_try_at = "sent", now, None
        letter.message_id = outcome.provider_id
        pauses.spoke(session, letter.channel, now)
        return Delivered(sent=1)
    alarms = _fail(session, letter, outcome, now, directory)
    if letter.state in {"dead", "uncertain"}:
        given_up(session, letter, now)
    return Delivered(failed=1, alarms=alarms)


def _end_attempt(session: Session, answer: Answer) -> None:
    outcome = answer.outcome
    values = {"ended_at": answer.at, "outcome": outcome.kind.value, "code": outcome.code, "text": outcome.text or None}
    session.execute(update(AttemptRow).where(col(AttemptRow.id) == answer.attempt).values(values))


def said(outcome: Outcome) -> str:
    """Return an outcome in words: the code, and what was said where that does not begin with it."""
    code, text = outcome.code or "", outcome.text
    return (text if text.startswith(code) else f"{code} {text}".rstrip()) or outcome.kind.value


def _fail(session: Session, letter: LetterRow, outcome: Outcome, now: datetime, directory: Directory) -> set[str]:
    """Write down a failure, and return what a person has to mend."""
    pause, ours = pauses.asked_for(outcome), outcome.kind is OutcomeKind.CONFIG
    if outcome.kind is OutcomeKind.AMBIGUOUS:
        _doubt(letter, now + timedelta(minutes=BACKOFF[0]), letter.outcome or "")
    elif outcome.new_address is not None and letter.attempts < MOST_ATTEMPTS:
        _move_account(session, letter, outcome.new_address, now, directory)
    elif outcome.kind is OutcomeKind.PERM:
        letter.state, letter.next_try_at = "dead", None
    elif pause is not None:
        letter.attempts -= 1
        put_back(letter, now + pause)
    elif letter.attempts >= MOST_ATTEMPTS:
        letter.state, letter.next_try_at = "dead", None
    else:
        put_back(letter, now + timedelta(minutes=BACKOFF[min(letter.attempts, len(BACKOFF)) - 1]))
    if pause is not None:
        pauses.pause(session, letter.channel, now, now + pause, outcome.text or said(outcome), ours=ours)
    return {outcome.text} if ours else set()


def _move_account(session: Session, letter: LetterRow, to: str, now: datetime, directory: Directory) -> None:
    """Take over the address that the other side names; the letter goes there at once."""
    for person in directory.people.values():
        if address(person, letter.channel) == letter.address:
            row = AccountRow(person=person.id, channel=letter.channel, address=to, linked_at=now)
            session.merge(row)
    letter.address = to
    put_back(letter, now)
