"""The days of a period and of an item in a given year; pure calendar, no horizon."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from engine.calendar.shapes import Window
from engine.deadline import LAST, Between, By, Item, Part, Period, Piece, Unit, month_length, months_of

_DAY = timedelta(days=1)
_PIECES = {
    (Piece.DECADE, 1): (1, 10),
    (Piece.DECADE, 2): (11, 20),
    (Piece.DECADE, 3): (21, 31),
    (Piece.HALF, 1): (1, 15),
    (Piece.HALF, 2): (16, 31),
    (Piece.START, 1): (1, 10),
    (Piece.MIDDLE, 1): (11, 20),
    (Piece.END, 1): (21, 31),
}
_MIDDLE_OF_MONTH = 15
_DAYS_OF_WEEK = 7
_SHORTEST_MONTH = 28
_window = tuple.__new__  # twice as fast as the constructor of a named tuple


def period_days(period: Period, year: int) -> tuple[date, date] | None:
    """First and last day of a period that begins in the year; None for a 29 February that the year does not have."""
    if period.part is None and period.unit is Unit.MONTH:
        month = period.number
        return date(year, month, 1), date(year, month, month_length(year, month))
    part = period.part
    if part is not None and part.piece is Piece.DAY and 1 <= part.number <= _SHORTEST_MONTH:
        day = date(year, period.number, part.number)
        return day, day
    first_month, last_month = months_of(period)
    last_year = year + (last_month < first_month)
    longest = month_length(last_year, last_month)
    if period.part is None:
        return date(year, first_month, 1), date(last_year, last_month, longest)
    if period.part.piece is Piece.WEEKDAY:
        return _weekday(period.part, year, first_month, longest)
    first, last = piece_days(period.part, longest)
    return (date(year, first_month, first), date(year, first_month, min(last, longest))) if first <= longest else None


def _weekday(part: Part, year: int, month: int, longest: int) -> tuple[date, date] | None:
    """The second Saturday of a month, or its last; None for a fifth that it does not have."""
    first = (part.weekday - date(year, month, 1).weekday()) % _DAYS_OF_WEEK + 1
    all_days = range(first, longest + 1, _DAYS_OF_WEEK)
    if part.number > len(all_days):
        return None
    found = date(year, month, all_days[part.number - 1 if part.number > 0 else -1])
    return found, found


def piece_days(part: Part, longest: int) -> tuple[int, int]:
    """First and last day of a piece of a month *longest* days long (conventions 1 to 3)."""
    piece, number, _ = part
    if piece is Piece.DAY:
        return (longest, longest) if number == LAST else (number, number)
    if piece is Piece.WEEK:
        if number == LAST:
            return longest - _DAYS_OF_WEEK + 1, longest
        return _DAYS_OF_WEEK * (number - 1) + 1, min(_DAYS_OF_WEEK * number, longest)
    first, last = _PIECES[piece, number]
    return first, min(last, longest)


def item_days(item: Item, year: int) -> Window | None:
    """The window of an item whose first day lies in the year; a deadline has no first day."""
    if isinstance(item, Between):
        years = (item.last.year or 0) - (item.first.year or 0)
        first, last = period_days(item.first, year), period_days(item.last, year + years)
        if last and first and last[1] < first[0]:
            last = period_days(item.last, year + 1)
        return _window(Window, (first[0], last[1])) if first and last else None
    days = period_days(item.period, year)
    if days is None:
        return None
    if not isinstance(item, By):
        return _window(Window, days)
    if item.before:
        return Window(None, days[0] - _DAY)
    if item.period.part and item.period.part.piece is Piece.MIDDLE:
        return Window(None, days[0].replace(day=_MIDDLE_OF_MONTH))
    return _window(Window, (None, days[1]))


def in_month(item: Item, year: int, month: int) -> Window | None:
    """The window of an item that names no month, in that month; the 31st of a shorter month is its last day."""
    longest = month_length(year, month)

    def put(period: Period) -> Period:
        part = period.part
        if part and part.piece is Piece.DAY and part.number > longest:
            part = Part(Piece.DAY, LAST)
        return replace(period, number=month, part=part)

    placed: Item = (
        Between(put(item.first), put(item.last))
        if isinstance(item, Between)
        else replace(item, period=put(item.period))
    )
    return item_days(placed, year)


def spans_years(period: Period) -> bool:
    """Whether the period is a year or a school year."""
    return period.unit in {Unit.YEAR, Unit.SCHOOL_YEAR}
