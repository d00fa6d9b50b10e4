"""A plan as a chart: a bar an occurrence over the months of the plan.

A place on the chart is a share of its width, 0 at the first day, 1 at the end of the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.office import Office
from engine.report import STANDING_RUSSIAN, Line, Standing, in_plan_order, printed, standing, waited_for

SYMBOLS = {
    Standing.OVERDUE: "!",
    Standing.UNCLEAR: "?",
    Standing.AWAITING: "…",
    Standing.AHEAD: "○",
    Standing.REVIEW: "◐",
    Standing.NOT_DONE: "✗",
    Standing.LATE: "±",
    Standing.ON_TIME: "✓",
    Standing.DONE: "●",
    Standing.DROPPED: "–",
}
"""What marks the due day, so that colour is never the only sign."""
STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
"""How many months one label may stand for."""
_MONTHS = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")


@dataclass(frozen=True, slots=True)
class Bar:
    """One occurrence: its window to the plan's own day, and on to the day that counts now where that is another.

    ``first`` and ``due_on`` are None together: it awaits a date, and ``awaiting`` says why.
    """

    number: str
    title: str
    first: date | None
    planned_on: date | None
    due_on: date | None
    awaiting: str
    standing: Standing

    @property
    def words(self) -> str:
        """The bar in words, for who does not see it."""
        if self.first is None or self.due_on is None:
            when = f"ждёт даты ({self.awaiting})" if self.awaiting else "без срока"
            return when if self.standing is Standing.AWAITING else f"{when}, {STANDING_RUSSIAN[self.standing]}"
        before = f", по плану {self.planned_on:%d.%m.%Y}" if self.planned_on != self.due_on and self.planned_on else ""
        return f"с {self.first:%d.%m.%Y} по {self.due_on:%d.%m.%Y}{before}, {STANDING_RUSSIAN[self.standing]}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """A plan's bars in its order, and the days the chart spans, both inclusive; those are whole months."""

    plan: str
    title: str
    today: date
    first: date
    last: date
    bars: tuple[Bar, ...]

    def place(self, day: date) -> float:
        """Return where *day* begins."""
        return (day - self.first).days / ((self.last - self.first).days + 1)

    @property
    def has_today(self) -> bool:
        """Whether the day of the chart lies in it."""
        return self.first <= self.today <= self.last

    def months(self) -> list[date]:
        """Return the first day of each month."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return [_month(self.first, n) for n in range(count)]

    def labels(self, room: int) -> list[tuple[date, str]]:
        """Return at most *room* labels, each with the day it begins at; January is called by its year."""
        months = self.months()
        step = next((one for one in STEPS if len(months) <= one * room), STEPS[-1])
        shown = [one for one in months if (one.year * 12 + one.month - 1) % step == 0]
        return [(one, str(one.year) if one.month == 1 else _MONTHS[one.month - 1]) for one in shown]


def _month(first: date, number: int) -> date:
    years, month = divmod(first.month - 1 + number, 12)
    return date(first.year + years, month + 1, 1)


def cut(text: str, length: int) -> str:
    """Return *text* in *length* characters at most; what is left out shows."""
    return text if len(text) <= length else text[: length - 1] + "…"


def timeline(office: Office, found: Sequence[Line], today: date) -> Timeline:
    """Return the chart of a plan; *found* are its lines on *today*."""
    bars = tuple(_bar(office, part) for part in in_plan_order(office.roadmap, found))
    days = [day for one in bars for day in (one.first, one.planned_on, one.due_on) if day is not None]
    horizon = office.roadmap.horizon
    first, last = min([horizon.start, *days]), max([horizon.end, *days])
    return Timeline(
        office.roadmap.plan.id,
        " ".join(printed(office.roadmap.plan.title).split()),
        today,
        _month(first, 0),
        _month(last, 1) - timedelta(days=1),
        bars,
    )


def _bar(office: Office, part: Sequence[Line]) -> Bar:
    occurrence = part[0].case.occurrence
    due = max((day for line in waited_for(part) if (day := line.occurrence.due_on)), default=None)
    return Bar(
        printed(office.roadmap.label(part[0].measure)),
        " ".join(printed(part[0].measure.title).split()),
        None if due is None else min(occurrence.first or office.roadmap.first_day, due),
        occurrence.original_due_on,
        due,
        printed(occurrence.awaiting or ""),
        standing(part),
    )
