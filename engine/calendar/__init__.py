"""Terms + horizon + events -> windows -> due days; the Russian work calendar."""

from engine.calendar.explain import explain, named_day
from engine.calendar.resolve import resolve
from engine.calendar.shapes import (
    CalendarRules,
    Event,
    EventStatus,
    Horizon,
    Kind,
    Part,
    PlannedWindow,
    Reading,
    Remark,
    Shift,
    Window,
)
from engine.calendar.windows import match_event, normalise_phrase, plan_windows
from engine.calendar.workdays import WorkCalendar

__all__ = [
    "CalendarRules",
    "Event",
    "EventStatus",
    "Horizon",
    "Kind",
    "Part",
    "PlannedWindow",
    "Reading",
    "Remark",
    "Shift",
    "Window",
    "WorkCalendar",
    "explain",
    "match_event",
    "named_day",
    "normalise_phrase",
    "plan_windows",
    "resolve",
]
