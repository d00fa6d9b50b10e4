"""When the steps of a ladder fall: days by the work calendar, instants by the recipient's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.assignment import slot
from engine.calendar import CalendarRules, WorkCalendar
from engine.occurrence import Occurrence
from engine.plan import Anchor, Policy, Step

Instants = tuple[datetime | None, ...]
"""One a step of the policy; None where the window is too short for it."""


class Timetable:
    """The instants of a policy's steps, worked out once for a window and a zone: plans share both."""

    def __init__(self, policy: Policy, calendar: WorkCalendar) -> None:
        self._policy = policy
        self._calendar = calendar
        self._known: dict[tuple[date | None, date, int, ZoneInfo], Instants] = {}

    def instants(self, term: Occurrence, zone: ZoneInfo) -> Instants:
        """Return when each step about *term*, which has a due day, is said in *zone*."""
        assert term.due_on is not None
        window = (term.first, term.due_on, term.window_days, zone)
        found = self._known.get(window)
        if found is None:
            found = self._known[window] = tuple(
                slot(step_day(step, term, self._policy, self._calendar), zone, self._policy.slot_time)
                if term.window_days >= step.min_window
                else None
                for step in self._policy.steps
            )
        return found


@lru_cache(maxsize=64)
def timetable(policy: Policy, rules: CalendarRules) -> Timetable:
    """Return the timetable that all plans of one policy and one calendar share."""
    return Timetable(policy, WorkCalendar(rules))


def step_day(step: Step, term: Occurrence, policy: Policy, calendar: WorkCalendar) -> date:
    """Return the working day of a step: before the due day it moves back, after it forward."""
    assert term.due_on is not None
    day = term.due_on
    if step.anchor is not Anchor.DUE and term.first is not None:
        whole = (term.due_on - term.first).days
        day = term.first + timedelta(days=whole // 2 if step.anchor is Anchor.HALF else 0)
    if step.anchor is Anchor.OPENING and term.window_days < policy.short_window_days:
        day = calendar.add_working_days(day, -policy.short_window_lead)
    if step.working:
        day = calendar.add_working_days(day, step.offset)
    else:
        day += timedelta(days=step.offset)
    return calendar.previous_working(day) if day <= term.due_on else calendar.next_working(day)
