"""When the steps of a ladder fall: days by the work calendar, instants by the recipient's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.assignment import slot
from engine.calendar import CalendarRules, WorkCalendar
from engine.occurrence import Occurrence
from engine.plan import Anchor, Audience, Policy, Step

Steps = tuple[tuple[datetime, Step], ...]
"""When each step is said, in the order of the policy."""


class Timetable:
    """The steps of a policy with their instants, worked out once for a window and a zone: plans share both."""

    def __init__(self, policy: Policy, calendar: WorkCalendar) -> None:
        self._policy = policy
        self._calendar = calendar
        self._known: dict[tuple[date | None, date, int, ZoneInfo, tuple[Audience, ...]], Steps] = {}

    def steps(self, term: Occurrence, zone: ZoneInfo, to: tuple[Audience, ...]) -> Steps:
        """Return the steps to the audiences *to* about *term*, which has a due day; a short window has fewer."""
        assert term.due_on is not None
        window = (term.first, term.due_on, term.window_days, zone, to)
        found = self._known.get(window)
        if found is None:
            policy = self._policy
            found = self._known[window] = tuple(
                (slot(step_day(step, term, policy, self._calendar), zone, policy.slot_time), step)
                for step in policy.steps
                if step.to in to and term.window_days >= step.min_window
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
