"""From a reading to planned windows with their due days, under the work calendar and the events of the plan.

No day is invented: what hangs on an event without days, on another document or on a case that has not
arisen has no due day and says what it awaits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from engine.calendar.shapes import Event, EventStatus, Horizon, Kind, Part, PlannedWindow, Reading, Window
from engine.calendar.workdays import WorkCalendar
from engine.deadline import Relation

_DAY = timedelta(days=1)
_JANUARY_REPORT = 20  # a continuous measure reports on the past year by 20 January
_OFFSET = re.compile(r"PT?([1-9][0-9]{0,3})(D|BD|W|M|Y|H)")
_HOURS_OF_DAY = 24
_LEADS = {
    Relation.BEFORE: "до",
    Relation.AFTER: "после",
    Relation.DURING: "в период",
    Relation.AT: "в день",
}


def normalise_phrase(text: str) -> str:
    """The phrase without what writers differ in: case, ё, kinds of dashes and spaces, the mark at the end."""
    text = unicodedata.normalize("NFC", text.replace("\u00ad", "")).casefold().replace("ё", "е")
    text = re.sub(r"\s*[-\u2010-\u2015\u2212]\s*", "-", text)
    return " ".join(text.split()).rstrip(" .,;:!")


def match_event(phrase: str, events: Sequence[Event]) -> Event | None:
    """The first event one of whose phrases is the same after normalisation."""
    wanted = normalise_phrase(phrase)
    return next((event for event in events if wanted in map(normalise_phrase, event.phrases)), None)


def plan_windows(
    reading: Reading,
    horizon: Horizon,
    events: Sequence[Event],
    calendar: WorkCalendar,
    order_date: date | None,
    event: Event | None = None,
) -> tuple[PlannedWindow, ...]:
    """Give each window of a reading its days, sorted by due day, those that await one last.

    Args:
        reading: The deadline within the horizon.
        horizon: Days of the plan.
        events: Events of the plan, which event parts name by phrase.
        calendar: Work calendar of the plan.
        order_date: Day of the order that approved the plan.
        event: The event that the measure itself names; it stands for what an event or schedule part names.
    """
    planner = _Planner(calendar, max(filter(None, (order_date, horizon.start))), events, event)
    windows = [window for part in reading.parts for window in planner.part(part)]
    windows.sort(key=lambda w: (w.due_on or date.max, w.first or date.max))
    return tuple(windows)


class _Planner:
    """Plans the parts of one reading; ``opening`` is the day a window without a first day opens."""

    def __init__(
        self, calendar: WorkCalendar, opening: date, events: Sequence[Event], named_event: Event | None
    ) -> None:
        self.calendar = calendar
        self.opening = opening
        self.events = events
        self.named_event = named_event

    def part(self, part: Part) -> Iterator[PlannedWindow]:
        match part.kind:
            case Kind.DATED:
                for window in part.windows:
                    yield self.due(part.kind, window.first, window.last)
            case Kind.RECURRING:
                yield from self.recurring(part)
            case Kind.CONTINUOUS:
                for window in part.windows:
                    yield from self.continuous(window)
            case Kind.EVENT:
                yield self.event(part)
            case Kind.SCHEDULE if self.named_event:
                yield self.by_event(part, Relation.DURING, self.named_event)
            case _:
                yield PlannedWindow(part.kind, awaiting=_reason(part))

    def due(self, kind: Kind, first: date | None, last: date, nominal: date | None = None) -> PlannedWindow:
        """A window due on its last day, or on *nominal*; a single named day does not shift."""
        opens = min(self.opening, last) if first is None else first
        nominal = nominal or last
        due = nominal if first == nominal else self.calendar.shift(nominal, opens)
        provisional = self.calendar.is_provisional(nominal.year) or self.calendar.is_provisional(due.year)
        return PlannedWindow(kind, opens, last, nominal, due, provisional=provisional)

    def recurring(self, part: Part) -> Iterator[PlannedWindow]:
        """Windows of a rhythm; one without a first day opens when the one before was due."""
        before: date | None = None
        for window in part.windows:
            planned = self.due(part.kind, window.first, window.last)
            if window.first is None and before and planned.due_on:
                planned = replace(planned, first=min(before + _DAY, window.last, planned.due_on))
            before = planned.due_on
            yield planned

    def continuous(self, window: Window) -> Iterator[PlannedWindow]:
        """One piece for each calendar year: reported by 20 January, the last one at the end of the window."""
        assert window.first
        first = window.first
        while first.year < window.last.year:
            report = date(first.year + 1, 1, _JANUARY_REPORT)
            yield self.due(Kind.CONTINUOUS, first, date(first.year, 12, 31), report)
            first = date(first.year + 1, 1, 1)
        yield self.due(Kind.CONTINUOUS, first, window.last)

    # --- events

    def event(self, part: Part) -> PlannedWindow:
        event = self.named_event or match_event(part.event or "", self.events)
        if event is None and not part.event:
            return PlannedWindow(part.kind, awaiting=_reason(part))
        if event is None:
            return PlannedWindow(part.kind, awaiting=f"{_reason(part)}: такого события в плане нет")
        return self.by_event(part, part.relation or Relation.DURING, event)

    def by_event(self, part: Part, relation: Relation, event: Event) -> PlannedWindow:
        by_end = relation in {Relation.DURING, Relation.AFTER}
        day = event.end if by_end else event.start
        if event.status is EventStatus.CANCELLED:
            planned = self.awaiting(part, f"событие «{event.title}» отменено")
        elif day is None:
            planned = self.awaiting(part, f"у события «{event.title}» нет дня {'окончания' if by_end else 'начала'}")
        elif event.start and event.end and event.end < event.start:
            planned = self.awaiting(part, f"событие «{event.title}» кончается раньше, чем начинается")
        else:
            planned = self.on_days(part, relation, event.start, day)
        return replace(planned, event_id=event.id)

    def on_days(self, part: Part, relation: Relation, start: date | None, day: date) -> PlannedWindow:
        """The window at an event that starts on *start* and whose day for the relation is *day*."""
        away = self.away(day, part.offset, -1 if relation is Relation.BEFORE else 1)
        match relation:
            case Relation.DURING:
                return self.within(part.kind, start, day)
            case Relation.AT:
                return self.due(part.kind, day, day)
            case Relation.AFTER if away:
                return self.within(part.kind, min(day + _DAY, away), away)
            case Relation.AFTER:
                return replace(self.awaiting(part, "день срока не назначен"), first=day + _DAY)
            case Relation.BEFORE:
                return self.before(part.kind, away or day - _DAY)

    def awaiting(self, part: Part, why: str) -> PlannedWindow:
        return PlannedWindow(part.kind, awaiting=f"{_reason(part)}: {why}")

    def within(self, kind: Kind, first: date | None, last: date) -> PlannedWindow:
        """A window whose due day shifts even when it is one day long: no text names that day."""
        opens = min(self.opening, last) if first is None else first
        return replace(self.due(kind, None, last), first=opens, due_on=self.calendar.shift(last, opens))

    def before(self, kind: Kind, last: date) -> PlannedWindow:
        """A window due on the last working day up to *last*, whatever the rule of the plan."""
        due = self.calendar.previous_working(last)
        return replace(self.due(kind, None, last), first=min(self.opening, due), due_on=due)

    def away(self, day: date, offset: str | None, sign: int) -> date | None:
        """The day an offset away, counted from the next day (Civil Code, article 191); None without whole days."""
        found = _OFFSET.fullmatch(offset or "")
        if found is None:
            return None
        count = sign * int(found[1])
        match found[2]:
            case "D":
                return day + timedelta(days=count)
            case "W":
                return day + timedelta(weeks=count)
            case "M":
                return day + relativedelta(months=count)
            case "Y":
                return day + relativedelta(years=count)
            case "H":
                return day + timedelta(days=sign * (int(found[1]) // _HOURS_OF_DAY))
            case _:
                return self.calendar.add_working_days(day, count)


def _reason(part: Part) -> str:
    """What a part without days of its own awaits, in the words of the cell."""
    match part.kind:
        case Kind.EVENT:
            if not part.event:
                return "событие, от которого считается срок, не названо"
            return f"{part.lead or _LEADS[part.relation or Relation.DURING]} «{part.event}»"
        case Kind.SCHEDULE:
            return f"по графику: «{part.ref}»"
        case Kind.ON_DEMAND if normalise_phrase(part.ref or "").endswith(" необходимости"):
            return "по мере необходимости"
        case Kind.ON_DEMAND:
            return f"по мере необходимости: «{part.ref}»"
        case _:
            return "срок по тексту и сроку плана не определяется"
