"""The dispatcher: items of the outbox become letters, letters are sent, what came of it is recorded.

Claim, begin and record are transactions, sending is outside of any. Letters are claimed under a lease and begun one
by one; whoever finds the lease of a letter expired that was begun sends it once more under the same Message-ID, and
after a second doubt it is `uncertain`: shown to a person, never sent a third time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from engine.errors import DeliveryError
from engine.office import Office, channel_name
from engine.people import Directory
from engine.store import queries
from engine.store.database import Store
from engine.store.models import ItemRow, LetterRow, OccurrenceRow
from notifiers.composing import Offices, compose, compose_again, envelope
from notifiers.envelope import Channel, Outcome, OutcomeKind
from notifiers.relevance import outdated

_log = logging.getLogger(__name__)

LEASE = timedelta(minutes=6)
"""Twice what all time-outs of one delivery together can take; nothing is begun in its second half."""
GATHER = timedelta(minutes=15)
"""How long a slot's letters wait for what is due up to the slot and not yet claimed."""
BACKOFF = (1, 5, 15, 60, 240)
"""Minutes before the next try after a temporary failure; the last one repeats."""
MOST_ATTEMPTS = 12
CONFIG_WAIT = timedelta(minutes=15)
"""Until a channel that is not usable as configured, or a person nobody can reach, is tried again; uncounted."""
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
    """What the dispatcher is given: the store, people, how a channel is opened.

    ``where_to_answer`` is «ответьте на это письмо или сообщите …»; what to write stands in each letter.
    """

    store: Store
    directory: Directory
    owner: str | None
    open_channel: Callable[[str], Channel]
    where_to_answer: str


Group = tuple[str | None, str]
"""Person of record and channel: their items in a slot share a letter."""


@dataclass(slots=True)
class _Run:
    """One run: what came of it, whose letter could not be composed, how many items have nobody to go to."""

    sender: Sender
    result: Delivered = field(default_factory=Delivered)
    broken: set[Group] = field(default_factory=set)
    unreachable: dict[Group, int] = field(default_factory=dict)

    def fails(self, person: str | None, error: Exception) -> None:
        _log.error("letter to %s not composed", person, exc_info=error)
        self.result.failed += 1
        self.result.alarms.add(f"письмо для «{person}» не составлено: {type(error).__name__}, подробности в журнале")

    def finished(self) -> Delivered:
        if self.unreachable:
            n = sum(self.unreachable.values())
            self.result.alarms.add(f"некому отправить: {n}; проверьте людей и адреса в справочнике")
        return self.result


def deliver(sender: Sender, clock: Callable[[], datetime]) -> Delivered:
    """Send everything that may be sent; *clock* says when each claim, beginning and answer is.

    Many may run at once: a letter is claimed by one of them.
    """
    run = _Run(sender)
    channels = _Channels(sender)
    try:
        while True:
            with sender.store.writing() as session:
                claimed = _claim(session, run, clock())
            if not claimed:
                return run.finished()
            for letter in claimed:
                with sender.store.writing() as session:
                    begun = _begin(session, letter, clock())
                if begun:
                    outcome = channels.deliver(letter)
                    with sender.store.writing() as session:
                        _record(session, letter, outcome, clock(), run.result)
    finally:
        channels.close()


@dataclass(slots=True)
class _Channels:
    """The channels opened in one run; one that is not usable as configured is asked once, not for every letter."""

    sender: Sender
    opened: dict[str, Channel] = field(default_factory=dict)
    unusable: dict[str, Outcome] = field(default_factory=dict)

    def deliver(self, letter: LetterRow) -> Outcome:
        name = letter.channel.partition("-")[0]
        if name not in self.unusable:
            outcome = self._try(name, letter)
            if outcome.kind is not OutcomeKind.CONFIG:
                return outcome
            self.unusable[name] = outcome
        return self.unusable[name]

    def _try(self, name: str, letter: LetterRow) -> Outcome:
        where = self._where(letter)
        if where is None:
            return Outcome(OutcomeKind.PERM, None, f"канала «{letter.channel}» больше нет в справочнике людей")
        try:
            if name not in self.opened:
                self.opened[name] = self.sender.open_channel(name)
        except DeliveryError as error:
            return Outcome(OutcomeKind.CONFIG, None, str(error))
        try:
            return self.opened[name].deliver(envelope(letter, where))
        except Exception as error:  # noqa: BLE001 - a fault of one letter must not leave the rest of its claim in doubt
            _log.exception("channel %s failed", name)
            return Outcome(OutcomeKind.AMBIGUOUS, None, f"сбой канала «{name}»: {type(error).__name__}")

    def _where(self, letter: LetterRow) -> str | None:
        """Return the address; an Apprise URL, which may hold a password, comes from the directory at this moment."""
        if not letter.channel.startswith("apprise-"):
            return letter.address
        urls = (url for person in self.sender.directory.people.values() for url in person.channels)
        return next((url for url in urls if "://" in url and channel_name(url) == letter.channel), None)

    def close(self) -> None:
        for channel in self.opened.values():
            channel.close()


def _claim(session: Session, run: _Run, now: datetime) -> list[LetterRow]:
    _expire(session, now)
    claimed = _again(session, run, now)
    groups = _waiting(session, now)
    offices = _offices(session, run, [one.plan_id for rows in groups.values() for one in rows])
    gathering = _unclaimed_since(session, now)
    run.unreachable.clear()
    for group, every in groups.items():
        rows = [row for row in every if row.plan_id in offices]
        if len(claimed) >= CLAIM:
            break
        if not rows:
            continue
        first, slot = rows[0].at, rows[-1].at
        if group in run.broken or (gathering is not None and gathering <= slot and now < first + GATHER):
            continue
        office = offices[rows[0].plan_id]
        if not office.may_speak(group[0], now):
            continue
        letter = _composed(session, run, group, rows, offices, now)
        if letter is not None:
            _lease(letter, now)
            claimed.append(letter)
    session.flush()
    return claimed


def _composed(
    session: Session, run: _Run, group: Group, rows: list[ItemRow], offices: Offices, now: datetime
) -> LetterRow | None:
    """Compose a letter; whatever goes wrong leaves its items waiting and stops nobody else's letter."""
    try:
        with session.begin_nested():
            letter = compose(session, rows, offices, run.sender.where_to_answer, now)
    except Exception as error:  # noqa: BLE001 - one unforeseen row must not silence the whole office
        run.broken.add(group)
        run.fails(group[0], error)
        return None
    dropped = sum(row.dropped is not None for row in rows)
    run.result.dropped += dropped
    if letter is None and dropped < len(rows):
        run.unreachable[group] = len(rows) - dropped
    return letter


def _offices(session: Session, run: _Run, plan_ids: Iterable[str]) -> Offices:
    """Return the offices of the plans named; a plan that does not read any more is left out, with an alarm."""
    wanted = set(plan_ids)
    given = (run.sender.directory, run.sender.owner)
    try:
        return queries.offices(session, wanted, *given)
    except ValueError:
        found: dict[str, Office] = {}
        for plan_id in sorted(wanted):
            try:
                found |= queries.offices(session, [plan_id], *given)
            except ValueError:
                run.result.alarms.add(f"план «{plan_id}» в базе не читается: внесите его снова (srok sync)")
        return found


def _expire(session: Session, now: datetime) -> None:
    """Take back letters whose sender is gone, or whose lease was given by a clock that has since gone back.

    Of a letter that was begun nobody knows whether it went out. Two leases ahead is no difference between hosts.
    """
    gone = select(LetterRow).where(
        LetterRow.state == "sending",
        or_(col(LetterRow.lease_until) < now, col(LetterRow.lease_until) > now + 2 * LEASE),
    )
    for letter in session.exec(gone.with_for_update(skip_locked=True)):
        if letter.begun_at is None:
            _put_back(letter, now)
        else:
            _doubt(letter, now, "отправитель прервался, исход неизвестен")


def _put_back(letter: LetterRow, now: datetime) -> None:
    letter.state, letter.lease_until, letter.next_try_at = "pending", None, now


def _doubt(letter: LetterRow, now: datetime, why: str) -> None:
    letter.doubts += 1
    letter.lease_until = None
    letter.outcome = why
    letter.state, letter.next_try_at = ("uncertain", None) if letter.doubts > 1 else ("pending", now)


def _again(session: Session, run: _Run, now: datetime) -> list[LetterRow]:
    """Claim letters that wait for another try; outside working hours they wait for the next slot."""
    query = (
        select(LetterRow)
        .where(LetterRow.state == "pending", col(LetterRow.next_try_at) <= now)
        .order_by(col(LetterRow.next_try_at), col(LetterRow.key))
        .limit(CLAIM)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for letter in list(session.exec(query)):
        try:
            with session.begin_nested():
                claimable = _still_to_send(session, run, letter, now)
        except Exception as error:  # noqa: BLE001 - as in _composed
            run.fails(letter.person, error)
            claimable, letter.next_try_at = False, now + CONFIG_WAIT
        if claimable:
            _lease(letter, now)
            claimed.append(letter)
    return claimed


def _still_to_send(session: Session, run: _Run, letter: LetterRow, now: datetime) -> bool:
    """Tell whether a letter may go out now; what surely did not arrive on an earlier day is written anew."""
    plan_ids = list(session.exec(select(ItemRow.plan_id).where(ItemRow.letter == letter.key).distinct()))
    offices = _offices(session, run, plan_ids)
    office = offices[plan_ids[0]]
    zone = office.zone_of(letter.person)
    if not office.may_speak(letter.person, now):
        letter.next_try_at = office.next_slot(letter.person, now)
        return False
    if letter.doubts == 0 and letter.composed_at.astimezone(zone).date() != now.astimezone(zone).date():
        why = compose_again(session, letter, offices, run.sender.where_to_answer, now)
        if why is not None and letter.state == "pending":
            run.result.alarms.add(f"{why}: письмо для «{letter.person}»; проверьте людей и адреса в справочнике")
            letter.next_try_at = now + CONFIG_WAIT
    elif (why := outdated(session, letter)) is not None:
        letter.state, letter.next_try_at = "dropped", None
    letter.outcome = why or letter.outcome
    return why is None


def _lease(letter: LetterRow, now: datetime) -> None:
    letter.state, letter.lease_until, letter.begun_at = "sending", now + LEASE, None


def _begin(session: Session, claimed: LetterRow, now: datetime) -> bool:
    """Write down that the sending of a claimed letter begins; False when it is another's by now, or too late."""
    letter = session.get(LetterRow, claimed.key, with_for_update=True)
    assert letter is not None
    if not _is_owned(letter, claimed):
        return False
    assert letter.lease_until is not None
    if now >= letter.lease_until - LEASE / 2:
        _put_back(letter, now)
        return False
    letter.begun_at = now
    letter.attempts += 1
    return True


def _is_owned(letter: LetterRow, claimed: LetterRow) -> bool:
    """Tell whether a letter is still under the lease it was claimed with; no two leases of it end at one instant."""
    return (letter.state, letter.lease_until) == ("sending", claimed.lease_until)


def _waiting(session: Session, now: datetime) -> dict[Group, list[ItemRow]]:
    query = (
        select(ItemRow)
        .where(col(ItemRow.letter).is_(None), col(ItemRow.dropped).is_(None), col(ItemRow.at) <= now)
        .order_by(col(ItemRow.at), col(ItemRow.key))
        .with_for_update(skip_locked=True)
    )
    groups: dict[Group, list[ItemRow]] = defaultdict(list)
    for row in session.exec(query):
        groups[row.person, row.channel].append(row)
    return groups


def _unclaimed_since(session: Session, now: datetime) -> datetime | None:
    query = select(func.min(OccurrenceRow.next_action_at)).where(col(OccurrenceRow.next_action_at) <= now)
    return session.exec(query).one()


def _record(session: Session, claimed: LetterRow, outcome: Outcome, now: datetime, result: Delivered) -> None:
    """Write down what came of a letter.

    Who comes when the lease is over, or after another sender, is heard only if he sent it.
    """
    letter = session.get(LetterRow, claimed.key, with_for_update=True)
    assert letter is not None
    sent = outcome.kind is OutcomeKind.SENT
    if not _is_owned(letter, claimed) and (not sent or letter.state == "sent"):
        return
    letter.lease_until = None
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
