"""The dispatcher: items of the outbox become letters, letters are sent, what came of it is recorded.

Claim and record are transactions, sending is outside of any. A letter is claimed under a lease; whoever finds the
lease expired sends it once more under the same Message-ID, and after a second doubt it is `uncertain`: shown to a
person, never sent a third time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.assignment import may_speak, next_slot
from engine.errors import DeliveryError
from engine.people import Directory
from engine.store import queries
from engine.store.database import Store
from engine.store.models import ItemRow, LetterRow, OccurrenceRow
from notifiers.composing import compose, envelope, outdated
from notifiers.envelope import Channel, Outcome, OutcomeKind

_log = logging.getLogger(__name__)

LEASE = timedelta(minutes=6)
"""Twice what all time-outs of one delivery together can take; nothing is begun in its second half."""
GATHER = timedelta(minutes=15)
"""How long a slot's letters wait for what is due up to the slot and not yet claimed."""
BACKOFF = (1, 5, 15, 60, 240)
"""Minutes before the next try after a temporary failure; the last one repeats."""
MOST_ATTEMPTS = 12
CONFIG_WAIT = timedelta(minutes=15)
"""Until a channel that is not usable as configured is asked again; such a try is not counted."""
CLAIM = 40
"""Letters a claim takes: they are rendered inside its transaction."""


@dataclass(slots=True)
class Delivered:
    """What one run of the dispatcher did."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    alarms: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Sender:
    """What the dispatcher is given: the store, people, how a channel is opened, how to answer without a link."""

    store: Store
    directory: Directory
    owner: str | None
    open_channel: Callable[[str], Channel]
    how_to_answer: str


def deliver(sender: Sender, clock: Callable[[], datetime]) -> Delivered:
    """Send everything that may be sent; *clock* says when each claim and each answer is.

    Many may run at once: a letter is claimed by one of them.
    """
    result = Delivered()
    channels = _Channels(sender.open_channel)
    try:
        while True:
            with sender.store.writing() as session:
                claimed = _claim(session, sender, clock(), result)
            if not claimed:
                return result
            for letter in claimed:
                outcome = channels.deliver(letter) if _in_time(letter, clock()) else None
                with sender.store.writing() as session:
                    _record(session, letter, outcome, clock(), result)
    finally:
        channels.close()


@dataclass(slots=True)
class _Channels:
    """The channels opened in one run; one that is not usable as configured is asked once, not for every letter."""

    open_channel: Callable[[str], Channel]
    opened: dict[str, Channel] = field(default_factory=dict)
    unusable: dict[str, Outcome] = field(default_factory=dict)

    def deliver(self, letter: LetterRow) -> Outcome:
        name = "apprise" if "://" in letter.channel else letter.channel
        if name not in self.unusable:
            outcome = self._try(name, letter)
            if outcome.kind is not OutcomeKind.CONFIG:
                return outcome
            self.unusable[name] = outcome
        return self.unusable[name]

    def _try(self, name: str, letter: LetterRow) -> Outcome:
        try:
            if name not in self.opened:
                self.opened[name] = self.open_channel(name)
        except DeliveryError as error:
            return Outcome(OutcomeKind.CONFIG, None, str(error))
        try:
            return self.opened[name].deliver(envelope(letter))
        except Exception as error:  # noqa: BLE001 - a fault of one letter must not leave the rest of its claim in doubt
            _log.exception("channel %s failed", name)
            return Outcome(OutcomeKind.AMBIGUOUS, None, f"сбой канала «{name}»: {type(error).__name__}")

    def close(self) -> None:
        for channel in self.opened.values():
            channel.close()


def _in_time(letter: LetterRow, now: datetime) -> bool:
    """Tell whether enough of the lease is left for one delivery with all its time-outs."""
    return letter.lease_until is not None and now < letter.lease_until - LEASE / 2


def _claim(session: Session, sender: Sender, now: datetime, result: Delivered) -> list[LetterRow]:
    _expire(session, now)
    claimed = _again(session, sender, now)
    groups = _waiting(session, now)
    offices = queries.offices(
        session, {one.plan_id for rows in groups.values() for one in rows}, sender.directory, sender.owner
    )
    gathering = _unclaimed_since(session, now)
    for (person_id, _), rows in groups.items():
        if len(claimed) >= CLAIM:
            break
        office = offices[rows[0].plan_id]
        first, slot = rows[0].at, rows[-1].at
        if gathering is not None and gathering <= slot and now < first + GATHER:
            continue
        zone = office.zone_of(person_id)
        if not may_speak(now, zone, office.roadmap.plan.escalation, office.calendar):
            continue
        today = now.astimezone(zone).date()
        acting = sender.directory.acting(person_id, today) if person_id else None
        letter = compose(session, rows, acting, offices, sender.how_to_answer, now)
        result.dropped += sum(row.dropped is not None for row in rows)
        if letter is not None and letter.state == "pending":
            _lease(letter, now)
            claimed.append(letter)
        elif letter is not None:
            result.failed += 1
    session.flush()
    return claimed


def _expire(session: Session, now: datetime) -> None:
    """Take back letters whose sender is gone: nobody knows whether they went out."""
    gone = select(LetterRow).where(LetterRow.state == "sending", col(LetterRow.lease_until) < now)
    for letter in session.exec(gone.with_for_update(skip_locked=True)):
        _doubt(letter, now, "отправитель прервался, исход неизвестен")


def _doubt(letter: LetterRow, now: datetime, why: str) -> None:
    letter.doubts += 1
    letter.lease_until = None
    letter.outcome = why
    letter.state, letter.next_try_at = ("uncertain", None) if letter.doubts > 1 else ("pending", now)


def _again(session: Session, sender: Sender, now: datetime) -> list[LetterRow]:
    """Claim letters that wait for another try; outside working hours they wait for the next slot."""
    query = (
        select(LetterRow)
        .where(LetterRow.state == "pending", col(LetterRow.next_try_at) <= now)
        .order_by(col(LetterRow.next_try_at), col(LetterRow.key))
        .limit(CLAIM)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for letter in session.exec(query):
        plan_id = session.exec(select(ItemRow.plan_id).where(ItemRow.letter == letter.key)).first()
        office = queries.offices(session, [plan_id or ""], sender.directory, sender.owner)[plan_id or ""]
        zone, policy = office.zone_of(letter.person), office.roadmap.plan.escalation
        if not may_speak(now, zone, policy, office.calendar):
            letter.next_try_at = next_slot(now, zone, policy, office.calendar)
        elif (why := outdated(session, letter)) is not None:
            letter.state, letter.next_try_at, letter.outcome = "dropped", None, why
        else:
            _lease(letter, now)
            claimed.append(letter)
    return claimed


def _lease(letter: LetterRow, now: datetime) -> None:
    letter.state = "sending"
    letter.attempts += 1
    letter.lease_until = now + LEASE
    letter.first_claimed_at = letter.first_claimed_at or now


def _waiting(session: Session, now: datetime) -> dict[tuple[str | None, str], list[ItemRow]]:
    query = (
        select(ItemRow)
        .where(col(ItemRow.letter).is_(None), col(ItemRow.dropped).is_(None), col(ItemRow.at) <= now)
        .order_by(col(ItemRow.at), col(ItemRow.key))
        .with_for_update(skip_locked=True)
    )
    groups: dict[tuple[str | None, str], list[ItemRow]] = defaultdict(list)
    for row in session.exec(query):
        groups[row.person, row.channel].append(row)
    return groups


def _unclaimed_since(session: Session, now: datetime) -> datetime | None:
    query = select(func.min(OccurrenceRow.next_action_at)).where(col(OccurrenceRow.next_action_at) <= now)
    return session.exec(query).one()


def _record(session: Session, claimed: LetterRow, outcome: Outcome | None, now: datetime, result: Delivered) -> None:
    """Write down what came of a letter; None: it was not begun, as too little of the lease was left.

    Who comes when the lease is over, or after another sender, is heard only if he sent it.
    """
    letter = session.get(LetterRow, claimed.key, with_for_update=True)
    assert letter is not None
    sent = outcome is not None and outcome.kind is OutcomeKind.SENT
    if (letter.state, letter.attempts) != ("sending", claimed.attempts) and (not sent or letter.state == "sent"):
        return
    letter.lease_until = None
    if outcome is None:
        letter.state, letter.next_try_at, letter.attempts = "pending", now, letter.attempts - 1
        return
    letter.outcome = " ".join(part for part in (outcome.code, outcome.text) if part) or outcome.kind.value
    if outcome.kind is OutcomeKind.SENT:
        letter.state, letter.sent_at, letter.next_try_at = "sent", now, None
        letter.message_id = outcome.provider_id
        result.sent += 1
        return
    result.failed += 1
    if outcome.kind is OutcomeKind.AMBIGUOUS:
        _doubt(letter, now + timedelta(minutes=BACKOFF[0]), letter.outcome)
    elif outcome.kind is OutcomeKind.CONFIG:
        letter.state, letter.next_try_at, letter.attempts = "pending", now + CONFIG_WAIT, letter.attempts - 1
        result.alarms.add(outcome.text)
    elif outcome.kind is OutcomeKind.PERM or letter.attempts >= MOST_ATTEMPTS:
        letter.state, letter.next_try_at = "dead", None
    else:
        wait = timedelta(seconds=outcome.retry_after_seconds or 0)
        step = timedelta(minutes=BACKOFF[min(letter.attempts, len(BACKOFF)) - 1])
        letter.state, letter.next_try_at = "pending", now + max(wait, step)
