"""The weekly digest: when it is due, to whom it goes, and which assignments each recipient sees in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta

from engine.assignment import (
    OPEN,
    Action,
    Assignment,
    Case,
    State,
    action_key,
    is_complete,
    missed_checkpoint,
    term,
    without_channel,
)
from engine.calendar import WorkCalendar
from engine.office import Office
from engine.people import Unit

KIND = "digest"
AHEAD_DAYS = 7
WEEK_DAYS = 7


def week_day(day: date, calendar: WorkCalendar) -> date | None:
    """Return the first working day of the week of *day*; None in a week without any."""
    monday = day - timedelta(days=day.weekday())
    return next(
        (one for one in (monday + timedelta(days=n) for n in range(WEEK_DAYS)) if calendar.is_working(one)), None
    )


def recipients(office: Office) -> list[tuple[str, str | None]]:
    """Return who gets which digest: controller and deputy head of all (None), heads of units of each unit (its id)."""
    see_all = dict.fromkeys(one for one in (office.controller(None), office.head()) if one is not None)
    units: dict[tuple[str, str | None], None] = {}
    for measure in office.roadmap.tracked():
        for reference in measure.responsibles:
            entry = office.directory.find(reference)
            if isinstance(entry, Unit) and entry.head in office.directory.people and entry.head not in see_all:
                units[entry.head, entry.id] = None
    return [*units, *((person, None) for person in see_all)]


def worth_telling(case: Case, unit: str | None, today: date) -> list[Assignment]:
    """Return what a digest of *today* shows of *case*: late, due within a week, awaiting, or waiting for a decision."""
    occurrence = case.occurrence
    if occurrence.cancelled or occurrence.to_reconcile or is_complete(case.assignments):
        return []
    last = today + timedelta(days=AHEAD_DAYS)
    return [
        one
        for one in case.assignments
        if one.state in OPEN
        and unit in {None, one.reference}
        and (
            one.state is State.REPORTED
            or one.asked_until is not None
            or (term(occurrence, one).due_on or today) <= last
            or missed_checkpoint(case, one, today) is not None
        )
    ]


def digest_actions(
    office: Office, cases: Sequence[Case], sent: AbstractSet[str], now: datetime
) -> tuple[list[Action], datetime | None]:
    """Return the digests due now (none that would be empty) and the next instant one may be due."""
    actions: list[Action] = []
    upcoming: list[datetime] = []
    said = {without_channel(key) for key in sent}
    for person, unit in recipients(office):
        zone = office.zone_of(person)
        today = now.astimezone(zone).date()
        upcoming.append(next_digest(now, person, office))
        day = week_day(today, office.calendar)
        if day is None or office.slot(person, day) > now:
            continue
        fresh = [one for one in _actions(person, unit, day, office) if without_channel(one.key) not in said]
        if not fresh or not any(worth_telling(case, unit, today) for case in cases):
            continue
        if office.may_speak(person, now):
            actions += fresh
        else:
            upcoming.append(office.next_slot(person, now))
    return actions, min(upcoming, default=None)


def _actions(person: str, unit: str | None, day: date, office: Office) -> Iterator[Action]:
    plan = office.roadmap.plan
    year, week, _ = day.isocalendar()
    base = f"{plan.id}/digest{f':{unit}' if unit else ''}/{year}-W{week:02d}"
    for channel in office.channels(person, day):
        key = action_key(base, 0, KIND, 1, person, channel)
        yield Action(key, office.slot(person, day), KIND, KIND, 0, plan.id, None, None, None, person, channel)


def next_digest(now: datetime, person: str | None, office: Office) -> datetime:
    """Return the first digest slot after *now* of *person*: a plan synced in mid-week begins with the next week."""
    day = now.astimezone(office.zone_of(person)).date()
    while True:
        first = week_day(day, office.calendar)
        if first is not None:
            instant = office.slot(person, first)
            if instant > now:
                return instant
        day += timedelta(days=WEEK_DAYS)


def first_digest(office: Office, now: datetime) -> datetime:
    """Return the first digest slot after *now* of any recipient; of the plan's zone where there is nobody."""
    people: list[str | None] = [person for person, _ in recipients(office)]
    return min(next_digest(now, person, office) for person in people or [None])


def unit_of(key: str) -> str | None:
    """Return the unit a digest's key is limited to; None for the whole plan."""
    scope = key.split("|", 1)[0].split("/")[1]
    return scope.partition(":")[2] or None
