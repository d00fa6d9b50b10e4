"""Terms + horizon + events -> windows -> due days; the Russian work calendar."""

from engine.calendar.explain import explain
from engine.calendar.resolve import resolve
from engine.calendar.shapes import (
    Assumption,
    CalendarRules,
    Event,
    EventStatus,
    Horizon,
    Kind,
    Part,
    PlannedWindow,
    Reading,
    Shift,
    Window,
)
from engine.calendar.windows import match_event, normalise_phrase, plan_windows
from engine.calendar.workdays import WorkCalendar

__all__ = [
    "Assumption",
    "CalendarRules",
    "Event",
    "EventStatus",
    "Horizon",
    "Kind",
    "Part",
    "PlannedWindow",
    "Reading",
    "Shift",
    "Window",
    "WorkCalendar",
    "explain",
    "match_event",
    "normalise_phrase",
    "plan_windows",
    "resolve",
]
