"""The windows of a rhythm within a horizon (conventions 19 to 21, 27 to 30)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache

from engine.calendar.days import in_month, item_days
from engine.calendar.shapes import Horizon, Window
from engine.deadline import EACH_MONTH, LAST_MONTH, By, Item, Rhythm, Unit, month_length

_DAY = timedelta(days=1)
_LONGEST_YEAR = 366
_SEPTEMBER = 9
_LENGTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF_YEAR: 6, Unit.YEAR: 12}
_PERIODS = {unit: tuple((first, first + size - 1) for first in range(1, 13, size)) for unit, size in _LENGTHS.items()}
_SCHOOL_QUARTERS = ((1, 3), (4, 5), (9, 10), (11, 12))
_SCHOOL_HALVES = ((1, 8), (9, 12))
_FREQUENCIES = {
    Unit.DAY: "daily",
    Unit.WEEK: "weekly",
    Unit.MONTH: "monthly",
    Unit.QUARTER: "quarterly",
    Unit.HALF_YEAR: "half-yearly",
    Unit.SCHOOL_QUARTER: "quarterly",
    Unit.SEASON: "yearly",
    Unit.YEAR: "yearly",
}


def frequency(rhythm: Rhythm) -> str:
    """Return the rhythm as the corpus spells it: «monthly», «every-2-weeks»."""
    return f"every-{rhythm.every}-{rhythm.unit}s" if rhythm.every > 1 else _FREQUENCIES[rhythm.unit]


def clip(window: Window, horizon: Horizon) -> Window:
    """The part of a window inside the horizon; a deadline stays as it is."""
    first = window.first and max(window.first, horizon.start)
    return Window(first, window.last if first is None else min(window.last, horizon.end))


def meets(window: Window, horizon: Horizon) -> bool:
    """Whether the window, or the day of a deadline, lies in the horizon at least in part."""
    return (window.first or window.last) <= horizon.end and window.last >= horizon.start


def rhythm_windows(rhythm: Rhythm, horizon: Horizon) -> list[Window]:
    """All windows of the rhythm inside the horizon, in order, none twice."""
    if rhythm.following:
        return list(_following(rhythm, horizon))
    if not rhythm.items:
        return _periods(rhythm, horizon)
    found: dict[Window, None] = {}
    for item in rhythm.items:
        if item.last.number < 1 and item.last.unit is Unit.MONTH:
            windows: Iterable[Window] = _each_month(rhythm, item, horizon)
        elif rhythm.unit is Unit.MONTH:
            windows = _months_of(item, horizon)
        else:
            windows = each_year(item, horizon)
        found |= dict.fromkeys(clip(window, horizon) for window in windows if meets(window, horizon))
    if rhythm.unit is Unit.SEASON and horizon.days <= _LONGEST_YEAR:
        return list(found)[:1]  # a winter that a calendar year cuts twice (convention 27)
    return list(found)


def each_year(item: Item, horizon: Horizon, around: int = 1) -> list[Window]:
    """The item in every year of the horizon and *around* years on both sides, in order."""
    if around == 1 and _within_a_year(item):
        around = 0  # it lies within one year
    years = range(horizon.start.year - around, horizon.end.year + around + 1)
    return [window for year in years if (window := item_days(item, year))]


def _within_a_year(item: Item) -> bool:
    first, last = item.first, item.last
    if first.unit is not Unit.MONTH or last.unit is not Unit.MONTH or first.number > last.number:
        return False
    return not (isinstance(item, By) and item.before) and (first is last or first.number < last.number)


@lru_cache(maxsize=256)
def _of_year(year: int, months: tuple[tuple[int, int], ...]) -> tuple[Window, ...]:
    """The periods of a year, each from its first month to its last."""
    return tuple(Window(date(year, first, 1), date(year, last, month_length(year, last))) for first, last in months)


def _periods(rhythm: Rhythm, horizon: Horizon) -> list[Window]:
    short = horizon.days <= _LONGEST_YEAR
    if rhythm.every > 1 or rhythm.unit in {Unit.DAY, Unit.WEEK} or (rhythm.unit is Unit.YEAR and short):
        return [Window(horizon.start, horizon.end)]
    months: tuple[tuple[int, int], ...]
    if rhythm.unit is Unit.SCHOOL_QUARTER:
        months = _SCHOOL_QUARTERS
    elif rhythm.unit is Unit.HALF_YEAR and short and (horizon.start.month, horizon.start.day) == (_SEPTEMBER, 1):
        months = _SCHOOL_HALVES
    else:
        months = _PERIODS[rhythm.unit]
    start, end = horizon.start, horizon.end
    found = [
        window
        for year in range(start.year, end.year + 1)
        for window in _of_year(year, months)
        if window[0] <= end and window[1] >= start  # type: ignore[operator]
    ]
    if found:
        found[0] = clip(found[0], horizon)
        found[-1] = clip(found[-1], horizon)
    return found


def _each_month(rhythm: Rhythm, item: Item, horizon: Horizon) -> Iterator[Window]:
    """The item in each month, or in the last month of each quarter or half-year."""
    length = _LENGTHS[rhythm.unit] if item.last.number == LAST_MONTH else 1
    for year in range(horizon.start.year, horizon.end.year + 1):
        for month in range(length, 13, length):
            if window := in_month(item, year, month):
                yield window


def _months_of(item: Item, horizon: Horizon) -> Iterator[Window]:
    """Each month of «ежемесячно (сентябрь-май)»; one window where the item names days."""
    for window in each_year(item, horizon):
        if item.last.part or window.first is None:
            yield window
            continue
        first = window.first
        while first <= window.last:
            last = first.replace(day=month_length(first.year, first.month))
            yield Window(first, last)
            first = last + _DAY


def _following(rhythm: Rhythm, horizon: Horizon) -> Iterator[Window]:
    """The item in the month (year) after each period that ends inside the horizon (convention 21)."""
    length = _LENGTHS.get(rhythm.unit, 1)
    for year in range(horizon.start.year, horizon.end.year + 1):
        for month in range(length, 13, length):
            end = date(year, month, month_length(year, month))
            if not horizon.start <= end <= horizon.end:
                continue
            after = end + _DAY
            for item in rhythm.items:
                named = item.last.number != EACH_MONTH
                window = item_days(item, after.year) if named else in_month(item, after.year, after.month)
                if window:
                    yield window
