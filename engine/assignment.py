"""Assignments: who answers for an occurrence, the states, who may move them, roll-up, message keys and slots.

Overdue is computed, never stored. Instants are UTC; slots are local times of the recipient.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from engine.calendar import WorkCalendar
from engine.errors import TransitionError
from engine.occurrence import Occurrence
from engine.people import Addressee, Directory
from engine.plan import Measure, Policy, is_group


class State(StrEnum):
    """Where an assignment stands (DESIGN.md 5)."""

    AWAITING = "awaiting"
    SCHEDULED = "scheduled"
    SENT = "sent"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    RETURNED = "returned"
    CLOSED = "closed"
    NOT_TRIGGERED = "not_triggered"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


RUSSIAN = {
    State.AWAITING: "ждёт даты",
    State.SCHEDULED: "не начато",
    State.SENT: "поручено",
    State.IN_PROGRESS: "в работе",
    State.REPORTED: "на проверке",
    State.RETURNED: "возвращено",
    State.CLOSED: "закрыто",
    State.NOT_TRIGGERED: "не наступило",
    State.CANCELLED: "отменено",
    State.SUPERSEDED: "заменено",
}
WORKING = frozenset({State.AWAITING, State.SCHEDULED, State.SENT, State.IN_PROGRESS, State.RETURNED})
"""States in which a report is still awaited."""
OPEN = WORKING | {State.REPORTED}


class Outcome(StrEnum):
    """How a closed assignment ended; `done` is what had no due day."""

    ON_TIME = "on_time"
    LATE = "late"
    DONE = "done"
    NOT_DONE = "not_done"


class Right(StrEnum):
    """In what quality a person acts on an assignment."""

    EXECUTOR = "executor"
    CONTROLLER = "controller"
    ISSUER = "issuer"


class Deed(StrEnum):
    """What a person does with an assignment."""

    START = "start"
    REPORT = "report"
    INTERIM = "interim"
    ACCEPT = "accept"
    RETURN = "return"
    CLOSE_NOT_DONE = "close-not-done"
    NOT_TRIGGERED = "not-triggered"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states, to which (None: the state stays), by whom, and whether a reason must be given."""

    sources: frozenset[State]
    target: State | None
    by: frozenset[Right]
    reason: bool = False


_EXECUTOR = frozenset({Right.EXECUTOR})
_ACCEPTS = frozenset({Right.CONTROLLER, Right.ISSUER})
TRANSITIONS = {
    Deed.START: Transition(WORKING - {State.IN_PROGRESS}, State.IN_PROGRESS, _EXECUTOR),
    Deed.REPORT: Transition(WORKING, State.REPORTED, _EXECUTOR | {Right.CONTROLLER}),
    Deed.INTERIM: Transition(WORKING, None, _EXECUTOR | {Right.CONTROLLER}),
    Deed.ACCEPT: Transition(frozenset({State.REPORTED}), State.CLOSED, _ACCEPTS),
    Deed.RETURN: Transition(frozenset({State.REPORTED}), State.RETURNED, _ACCEPTS, reason=True),
    Deed.CLOSE_NOT_DONE: Transition(OPEN, State.CLOSED, frozenset({Right.CONTROLLER}), reason=True),
    Deed.NOT_TRIGGERED: Transition(
        WORKING - {State.RETURNED}, State.NOT_TRIGGERED, frozenset({Right.CONTROLLER}), reason=True
    ),
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """One who answers for one occurrence.

    Attributes:
        key: The occurrence's key, the reference and, in a group, the school or person.
        blocking: The occurrence is done only when this one is closed.
        reported_on: Local day of the last report; what on time is decided by.
        reports: How many final reports were given; the ordinal of their messages.
    """

    key: str
    occurrence: str
    reference: str
    title: str
    person: str | None
    school: str | None
    lead: bool
    blocking: bool
    state: State
    outcome: Outcome | None = None
    reported_on: date | None = None
    reports: int = 0


def fan_out(occurrence: Occurrence, measure: Measure, directory: Directory) -> list[Assignment]:
    """Return the assignments of an occurrence: one a responsible, one a school or member of a group.

    The first responsible leads. `completion: all` waits for everybody, `lead` for the lead alone; by default
    a cell with several responsibles waits for its lead, and a group that leads for all its members.
    """
    state = State.AWAITING if occurrence.due_on is None else State.SCHEDULED
    waits_for_all = measure.completion == "all" or (measure.completion is None and len(measure.responsibles) == 1)
    found: dict[str, Assignment] = {}
    references = measure.responsibles or ("",)
    for index, reference in enumerate(references):
        for one in directory.addressees(reference, measure.school_ids) or _nobody(reference, directory):
            key = "|".join(part for part in (occurrence.key, one.reference or "-", _member(one)) if part)
            lead = index == 0
            made = Assignment(
                key, occurrence.key, one.reference, one.title or "ответственный не назван", one.person, one.school,
                lead, lead or waits_for_all, state,
            )  # fmt: skip
            found.setdefault(key, made)
    return list(found.values())


def _nobody(reference: str, directory: Directory) -> tuple[Addressee, ...]:
    """A group without members is still somebody's duty."""
    entry = directory.find(reference)
    assert entry is None or is_group(reference, directory)
    return (Addressee(getattr(entry, "id", reference), getattr(entry, "title", reference), None),)


def _member(one: Addressee) -> str | None:
    return (one.school or one.person) if one.group else None


def performed(
    assignment: Assignment, occurrence: Occurrence, deed: Deed, rights: Iterable[Right], day: date, reason: str | None
) -> Assignment:
    """Return *assignment* after *deed*, or refuse.

    Args:
        assignment: As it stands.
        occurrence: Its occurrence, whose due day decides on time or late.
        deed: What is done.
        rights: In what qualities the person may act here.
        day: Local day of the deed; of a report: the day it was received.
        reason: Why, where one is obligatory.

    Raises:
        TransitionError: The state, the person or the missing reason forbids it.
    """
    rule = TRANSITIONS[deed]
    if assignment.state not in rule.sources or occurrence.cancelled:
        raise TransitionError(f"нельзя «{DEED_RUSSIAN[deed]}»: поручение в состоянии «{RUSSIAN[assignment.state]}»")
    if not rule.by & set(rights):
        who = " или ".join(sorted(RIGHT_RUSSIAN[right] for right in rule.by))
        raise TransitionError(f"нельзя «{DEED_RUSSIAN[deed]}»: это делает {who}")
    if rule.reason and not (reason or "").strip():
        raise TransitionError(f"нельзя «{DEED_RUSSIAN[deed]}» без причины: укажите --reason")
    if deed is Deed.REPORT:
        return replace(assignment, state=State.REPORTED, reported_on=day, reports=assignment.reports + 1)
    if deed is Deed.ACCEPT:
        return replace(assignment, state=State.CLOSED, outcome=_outcome(assignment, occurrence))
    if deed is Deed.CLOSE_NOT_DONE:
        return replace(assignment, state=State.CLOSED, outcome=Outcome.NOT_DONE)
    return replace(assignment, state=rule.target or assignment.state)


DEED_RUSSIAN = {
    Deed.START: "взять в работу",
    Deed.REPORT: "отчитаться",
    Deed.INTERIM: "дать промежуточную информацию",
    Deed.ACCEPT: "принять отчёт",
    Deed.RETURN: "вернуть отчёт",
    Deed.CLOSE_NOT_DONE: "закрыть как не исполненное",
    Deed.NOT_TRIGGERED: "снять: основание не наступило",
}
RIGHT_RUSSIAN = {
    Right.EXECUTOR: "исполнитель",
    Right.CONTROLLER: "контролёр",
    Right.ISSUER: "давший поручение",
}


def _outcome(assignment: Assignment, occurrence: Occurrence) -> Outcome:
    if occurrence.due_on is None or assignment.reported_on is None:
        return Outcome.DONE
    return Outcome.ON_TIME if assignment.reported_on <= occurrence.due_on else Outcome.LATE


def is_complete(assignments: Sequence[Assignment]) -> bool:
    """Tell whether an occurrence is finished: everybody it waits for is closed or gone."""
    return all(one.state not in OPEN for one in assignments if one.blocking)


def is_overdue(assignment: Assignment, occurrence: Occurrence, today: date, *, complete: bool) -> bool:
    """Tell whether a report is late; *complete* is `is_complete` of the occurrence.

    One given by the due day that waits for its acceptance is on review, not late.
    """
    due = occurrence.due_on
    if due is None or due >= today or occurrence.cancelled or complete:
        return False
    day = assignment.reported_on if assignment.state is State.REPORTED else None
    return assignment.state in OPEN and (day is None or day > due)


@dataclass(frozen=True, slots=True)
class Case:
    """One occurrence with all its assignments and its measure."""

    occurrence: Occurrence
    assignments: Sequence[Assignment]
    measure: Measure


@dataclass(frozen=True, slots=True)
class Action:
    """One message of one rung to one person on one channel.

    ``key`` is base | due revision | rung | ordinal | person | channel (DESIGN.md 8); the base is the assignment's key,
    for a roll-up the occurrence's, for a digest its scope and period. ``person`` is the person of record,
    None where nobody at all could be found: it is shown, not lost.
    """

    key: str
    at: datetime
    kind: str
    rung: str
    revision: int
    plan: str
    measure: str | None
    occurrence: str | None
    assignment: str | None
    person: str | None
    channel: str


def action_key(base: str, revision: int, rung: str, ordinal: int, person: str | None, channel: str) -> str:
    """Return the key that makes a message unique for ever."""
    return "|".join((base, f"r{revision}", rung, str(ordinal), person or "-", channel))


def without_channel(key: str) -> str:
    """Return what *key* says whatever the channel: said on one, a thing is not said again on another."""
    return key.rpartition("|")[0]


def slot(day: date, zone: ZoneInfo, at: time) -> datetime:
    """Return the instant of a local time on *day*, in UTC."""
    return datetime.combine(day, at, zone).astimezone(ZoneInfo("UTC"))


def may_speak(now: datetime, zone: ZoneInfo, policy: Policy, calendar: WorkCalendar) -> bool:
    """Tell whether *now* lies in the recipient's working hours; never at night or on a day off."""
    local = now.astimezone(zone)
    start, end = policy.working_hours
    return calendar.is_working(local.date()) and start <= local.time() <= end


def next_slot(now: datetime, zone: ZoneInfo, policy: Policy, calendar: WorkCalendar) -> datetime:
    """Return the first slot after *now*."""
    day = now.astimezone(zone).date()
    while True:
        instant = slot(day, zone, policy.slot_time)
        if instant > now and calendar.is_working(day):
            return instant
        day += timedelta(days=1)


def at_once(now: datetime, zone: ZoneInfo, policy: Policy, calendar: WorkCalendar) -> datetime:
    """Return *now* in working hours, else the next slot."""
    return now if may_speak(now, zone, policy, calendar) else next_slot(now, zone, policy, calendar)
