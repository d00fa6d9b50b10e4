"""Assignments: who answers for an occurrence and until when, the states, roll-up, message keys and slots.

Overdue is computed, never stored. Instants are UTC; slots are local times of the recipient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.calendar import WorkCalendar
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
GONE = frozenset({State.CANCELLED, State.SUPERSEDED})
"""States that count neither as done nor as asked for."""


class Outcome(StrEnum):
    """How a closed assignment ended; `done` is what had no due day."""

    ON_TIME = "on_time"
    LATE = "late"
    DONE = "done"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One who answers for one occurrence.

    Attributes:
        key: The occurrence's key, the reference and, in a group, the school or person.
        blocking: The occurrence is done only when this one is closed.
        reported_on: Local day of the last report; what on time is decided by.
        reports: How many final reports were given; the ordinal of their messages.
        extended_to: The day the issuer granted; it counts where it lies after the occurrence's own (`term`).
        extensions: How many were granted.
        asked_until: The day an extension is asked to, while the issuer has not decided.
        told_at: When an extension or a reopening was told; it stands in the place of the rungs before.
        interim_on: Local day of the last interim report.
        reported_by: Who gave the last report as executor (id): it is not theirs to accept.
        resumes: The state before a sync let it go, in which it comes back.
        ended_by: The document by which the issuer cancelled or replaced it; a sync does not bring it back.
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
    extended_to: date | None = None
    extensions: int = 0
    asked_until: date | None = None
    told_at: datetime | None = None
    interim_on: date | None = None
    ended_by: str | None = None
    reported_by: str | None = None
    resumes: State | None = None


def term(occurrence: Occurrence, one: Assignment) -> Occurrence:
    """Return *occurrence* as it stands for *one*: with the day granted to it, where that lies later."""
    if not one.extensions:
        return occurrence
    due, own = occurrence.due_on, replace(occurrence, revision=occurrence.revision + one.extensions)
    if due is None or one.extended_to is None or one.extended_to <= due:
        return own
    return replace(own, nominal_due_on=one.extended_to, due_on=one.extended_to)


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


def is_complete(assignments: Sequence[Assignment]) -> bool:
    """Tell whether an occurrence is finished: everybody it waits for is closed or gone."""
    return all(one.state not in OPEN for one in assignments if one.blocking)


def is_overdue(assignment: Assignment, occurrence: Occurrence, today: date, *, complete: bool) -> bool:
    """Tell whether a report is late; *complete* is `is_complete` of the occurrence.

    One given by the due day that waits for its acceptance is on review, not late.
    """
    due = term(occurrence, assignment).due_on
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


def common_term(case: Case) -> Occurrence:
    """Return the occurrence as it stands for all it waits for; with the plan's day where theirs differ."""
    waited_for = [term(case.occurrence, one) for one in case.assignments if one.blocking and one.state not in GONE]
    shown = waited_for[0] if len({one.due_on for one in waited_for}) == 1 else case.occurrence
    return replace(shown, revision=case.occurrence.revision + sum(one.extensions for one in case.assignments))


def awaited_checkpoints(measure: Measure, own: Occurrence, one: Assignment) -> list[date]:
    """Return the checkpoints of *measure* inside the term *own* for which *one* has given no interim report yet.

    A report answers for every checkpoint up to its day, and for the next one where it comes shortly before it.
    """
    if own.due_on is None:
        return []
    inside = [day for day in sorted(measure.checkpoints) if (own.first or day) <= day < own.due_on]
    if one.interim_on is None:
        return inside
    later = [day for day in inside if day > one.interim_on]
    return later[1:] if later and later[0] <= one.interim_on + EARLY else later


EARLY = timedelta(days=7)
"""How long before a checkpoint an interim report speaks of it already; it is asked for five days before."""


def missed_checkpoint(case: Case, one: Assignment, today: date) -> date | None:
    """Return the last checkpoint before *today* that passed without interim information of one who is waited for."""
    if one.state not in WORKING or not one.blocking:
        return None
    awaited = awaited_checkpoints(case.measure, term(case.occurrence, one), one)
    return max((day for day in awaited if day < today), default=None)


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


@lru_cache(maxsize=4096)
def slot(day: date, zone: ZoneInfo, at: time) -> datetime:
    """Return the instant of a local time on *day*, in UTC."""
    return datetime.combine(day, at, zone).astimezone(ZoneInfo("UTC"))


def may_speak(now: datetime, zone: ZoneInfo, policy: Policy, calendar: WorkCalendar) -> bool:
    """Tell whether *now* lies in the recipient's working hours; never at night or on a day off."""
    local = now.astimezone(zone)
    start, end = policy.working_hours
    return calendar.is_working(local.date()) and start <= local.time() <= end
