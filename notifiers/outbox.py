"""The dispatcher: items of the outbox become letters, letters are sent, what came of it is recorded.

Claiming is a transaction, so is recording one answer and beginning the next letter; sending is outside of any.
Letters are claimed under a lease and begun one by one; whoever finds the lease of a letter expired that was begun sends
it once more under the same Message-ID, and after a second doubt it is `uncertain`: shown to a person, never sent again.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from engine.errors import StoreError
from engine.office import Office
from engine.store import queries
from engine.store.models import ItemRow, LetterRow, OccurrenceRow
from notifiers import pauses
from notifiers.composing import Cases, compose, compose_again
from notifiers.fates import Answer, Delivered, begin, expire, lease, record
from notifiers.recipients import Offices, fall_back, step_up
from notifiers.relevance import outdated
from notifiers.sending import Channels, Sender

_log = logging.getLogger(__name__)

GATHER = timedelta(minutes=15)
"""How long a slot's letters wait for what is due up to the slot and not yet claimed."""
CLAIM = 40
"""Letters a claim takes: they are rendered inside its transaction."""
WAITS = (0.5, 1, 2, 5, 10, 30)
"""Seconds before an answer that could not be recorded is tried again; the last one repeats."""


Group = tuple[str | None, str]
"""Person of record and channel: their items in a slot share a letter."""


@dataclass(slots=True)
class _Run:
    """One run: what came of it, whose letter could not be composed, how many items have nobody to go to.

    ``more_to_try`` says that the last claim has not looked at all letters that wait for another try.
    """

    sender: Sender
    result: Delivered = field(default_factory=Delivered)
    broken: set[Group] = field(default_factory=set)
    unreachable: dict[Group, int] = field(default_factory=dict)
    stepped_up: int = 0
    more_to_try: bool = False

    def given_up(self, session: Session, letter: LetterRow, now: datetime) -> None:
        """Say what a letter was to say on another channel, or that it reached nobody (`notifiers.fates.GivenUp`).

        What may have arrived by mail is left to a person. What goes wrong here leaves the letter's own fate as it is.
        """
        if letter.state == "uncertain" and letter.channel == "mail":
            return
        try:
            with session.begin_nested():
                self._say_elsewhere(session, letter, now)
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 - as in _composed
            self.fails(letter.person, error)

    def _say_elsewhere(self, session: Session, letter: LetterRow, now: datetime) -> None:
        rows = list(session.exec(select(ItemRow).where(ItemRow.letter == letter.key).order_by(col(ItemRow.key))))
        offices = _offices(session, self, [row.plan_id for row in rows])
        for row in [row for row in rows if row.plan_id in offices]:
            office = offices[row.plan_id]
            if not fall_back(session, row, letter.channel, office, now) and letter.state == "dead":
                step_up(session, row, office, now)

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
    channels = Channels(sender)
    try:
        while True:
            with sender.store.writing() as session:
                told_before = run.stepped_up
                claimed = _claim(session, run, clock())
            if not claimed and not run.more_to_try and run.stepped_up == told_before:
                return run.finished()
            _send(run, channels, claimed, clock)
    finally:
        channels.close()


def _send(run: _Run, channels: Channels, claimed: Sequence[LetterRow], clock: Callable[[], datetime]) -> None:
    """Send claimed letters; the answer to one and the beginning of the next are one transaction."""
    answer: Answer | None = None
    for letter in (*claimed, None):
        begun = _turn(run, answer, letter, clock)
        answer = None
        if letter is not None and begun is not None:
            outcome = channels.deliver(letter)
            answer = Answer(letter, begun, outcome, clock())


def _turn(run: _Run, answer: Answer | None, following: LetterRow | None, clock: Callable[[], datetime]) -> int | None:
    """Record an answer and begin the following letter; an answer is never thrown away: it is tried until it stands."""
    waits = iter(WAITS)
    while True:
        try:
            with run.sender.store.writing() as session:
                done = record(session, answer, run.sender.directory, run.given_up) if answer else Delivered()
                begun = begin(session, following, clock()) if following is not None else None
        except StoreError as error:
            if answer is None:
                raise
            _log.error("исход письма ещё не записан, попытка повторяется: %s", error)
            run.sender.wait(next(waits, WAITS[-1]))
        else:
            run.result.add(done)
            return begun


def _claim(session: Session, run: _Run, now: datetime) -> list[LetterRow]:
    expire(session, run.given_up, now)
    paused = pauses.standing(session, now)
    run.result.alarms |= {one.why for one in paused.values() if one.ours}
    claimed = _again(session, run, paused, now)
    groups = _waiting(session, now)
    offices = _offices(session, run, [one.plan_id for rows in groups.values() for one in rows])
    known: Cases = {}
    gathering = _unclaimed_since(session, now)
    run.unreachable.clear()
    for group, every in groups.items():
        rows = [row for row in every if row.plan_id in offices]
        if len(claimed) >= CLAIM:
            break
        if not rows or group[1] in paused:
            continue
        first, slot = rows[0].at, rows[-1].at
        if group in run.broken or (gathering is not None and gathering <= slot and now < first + GATHER):
            continue
        office = offices[rows[0].plan_id]
        if not office.may_speak(group[0], now):
            continue
        letter = _composed(session, run, group, rows, offices, known, now)
        if letter is not None and letter.channel in paused:  # the person is told on another channel by now
            letter.next_try_at = paused[letter.channel].until
        elif letter is not None:
            lease(letter, now)
            claimed.append(letter)
    session.flush()
    return claimed


def _composed(
    session: Session, run: _Run, group: Group, rows: list[ItemRow], offices: Offices, known: Cases, now: datetime
) -> LetterRow | None:
    """Compose a letter; whatever goes wrong leaves its items waiting and stops nobody else's letter."""
    try:
        with session.begin_nested():
            letter = compose(session, rows, offices, run.sender.where_to_answer, now, run.sender.links, known)
            waiting = [row for row in rows if letter is None and row.dropped is None]
            run.stepped_up += sum(step_up(session, row, offices[row.plan_id], now) for row in waiting)
    except Exception as error:  # noqa: BLE001 - one unforeseen row must not silence the whole office
        run.broken.add(group)
        run.fails(group[0], error)
        return None
    run.result.dropped += sum(row.dropped is not None for row in rows)
    if waiting:
        run.unreachable[group] = len(waiting)
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


def _again(session: Session, run: _Run, paused: Iterable[str], now: datetime) -> list[LetterRow]:
    """Claim letters that wait for another try; outside working hours they wait for the next slot."""
    query = (
        select(LetterRow)
        .where(LetterRow.state == "pending", col(LetterRow.next_try_at) <= now)
        .where(col(LetterRow.channel).not_in(list(paused)))
        .order_by(col(LetterRow.next_try_at), col(LetterRow.key))
        .limit(CLAIM)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    waiting = list(session.exec(query))
    run.more_to_try = len(waiting) == CLAIM
    for letter in waiting:
        try:
            with session.begin_nested():
                claimable = _still_to_send(session, run, letter, now)
        except Exception as error:  # noqa: BLE001 - as in _composed
            run.fails(letter.person, error)
            claimable, letter.next_try_at = False, now + pauses.CONFIG_WAIT
        if claimable:
            lease(letter, now)
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
        why = compose_again(session, letter, offices, run.sender.where_to_answer, now, run.sender.links)
        if why is not None and letter.state == "pending":
            run.result.alarms.add(f"{why}: письмо для «{letter.person}»; проверьте людей и адреса в справочнике")
            letter.next_try_at = now + pauses.CONFIG_WAIT
            rows = session.exec(select(ItemRow).where(ItemRow.letter == letter.key))
            run.stepped_up += sum(step_up(session, row, offices[row.plan_id], now) for row in list(rows))
    elif (why := outdated(session, letter, run.sender.directory)) is not None:
        letter.state, letter.next_try_at = "dropped", None
    letter.outcome = why or letter.outcome
    return why is None


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
