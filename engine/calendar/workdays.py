"""The Russian work calendar: days off by decree, as the library «holidays» keeps them, and the shift of due days.

The paid non-working days of the presidential decrees of 2020 and 2021 are working days here: they are
neither days off nor holidays of articles 111 and 112 of the Labour Code and move no deadline.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import TYPE_CHECKING

from engine.calendar.shapes import CalendarRules, Shift

if TYPE_CHECKING:
    from holidays import HolidayBase

_DAY = timedelta(days=1)


class WorkCalendar:
    """Working days under the rules of a plan."""

    __slots__ = ("rules",)

    def __init__(self, rules: CalendarRules = CalendarRules()) -> None:  # noqa: B008  # frozen
        self.rules = rules

    def is_working(self, day: date) -> bool:
        """Whether people work that day; the plan's own exceptions stand above the decree."""
        if day in self.rules.extra_days_off:
            return False
        return day in self.rules.extra_working_days or day not in _days_off(day.year)

    def next_working(self, day: date) -> date:
        """The day itself if working, else the next working day."""
        while not self.is_working(day):
            day += _DAY
        return day

    def previous_working(self, day: date) -> date:
        """The day itself if working, else the working day before."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The working day number *count* after the day, or before it when negative; 0 gives the day itself."""
        for _ in range(abs(count)):
            day = self.next_working(day + _DAY) if count > 0 else self.previous_working(day - _DAY)
        return day

    def shift(self, day: date, not_before: date | None) -> date:
        """The due day for a nominal day: moved off a day off by the plan's rule, but never before *not_before*."""
        if self.rules.shift is Shift.NONE:
            return day
        if self.rules.shift is Shift.NEXT:
            return self.next_working(day)
        moved = self.previous_working(day)
        return moved if not_before is None else max(moved, not_before)

    def is_provisional(self, year: int) -> bool:
        """Whether no decree on the days off of the year is known yet."""
        return year not in _library(year).special_public_holidays


@lru_cache(maxsize=64)
def _library(year: int) -> HolidayBase:
    return _russia()(years=year)


@cache
def _russia() -> type[HolidayBase]:
    """Load the days of Russia alone: the package would read its 250 countries, 100 ms of a command with due days."""
    import holidays  # noqa: PLC0415 - 50 ms that a command without due days does not pay

    folder = [f"{path}/countries" for path in holidays.__path__]
    spec = PathFinder.find_spec("holidays.countries.russia", folder)
    if spec is None or spec.loader is None:
        return holidays.RU  # type: ignore[attr-defined, no-any-return]
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Russia  # type: ignore[no-any-return]


@lru_cache(maxsize=64)
def _days_off(year: int) -> frozenset[date]:
    """All days off of a year.

    Without a decree a holiday on a day off moves that day off to the next working day, but for
    January (Labour Code, article 112), which the library leaves out.
    """
    russia = _library(year)
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1)]
    off = {day for day in days if not russia.is_working_day(day)}
    if year not in russia.special_public_holidays:
        for holiday in sorted(day for day in russia if day.year == year and day.month != 1 and russia.is_weekend(day)):
            moved = holiday
            while moved in off:
                moved += _DAY
            off.add(moved)
    return frozenset(off)
