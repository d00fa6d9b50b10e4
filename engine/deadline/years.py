"""Years, school years and the checks that a period exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NoReturn

from engine.deadline.ahead import Ahead
from engine.deadline.lexer import Token
from engine.deadline.terms import (
    EACH_MONTH,
    FIRST_REAL_YEAR,
    LAST,
    LAST_MONTH,
    NEXT_YEAR,
    NO_WEEKDAY,
    THIS_YEAR,
    Part,
    Period,
    Piece,
    Span,
    Unit,
)
from engine.errors import DeadlineError

HOW_MANY = {
    Piece.DECADE: 3,
    Piece.WEEK: 5,
    Piece.WEEKDAY: 5,
    Piece.HALF: 2,
    Unit.QUARTER: 4,
    Unit.HALF_YEAR: 2,
    Unit.SCHOOL_QUARTER: 4,
    Unit.SCHOOL_HALF: 2,
}
_LEAP_YEAR = _CENTURY = 2000
_LAST_SHORT_YEAR = 99
TWO_FIGURES = 2  # figures of «2021/22»
_FULL = 4
_FEBRUARY, _SEPTEMBER = 2, 9
_SHORT_MONTHS = frozenset({4, 6, 9, 11})
_LENGTHS = {Piece.DAY: 1, Piece.WEEKDAY: 7, Piece.WEEK: 7, Piece.DECADE: 10, Piece.HALF: 15}
_MONTHS, _SHORTEST_MONTH = 12, 28
FIRST_MONTHS = {
    Unit.QUARTER: (1, 4, 7, 10),
    Unit.HALF_YEAR: (1, 7),
    Unit.SEASON: (3, 6, 9, 12),
    Unit.SCHOOL_QUARTER: (9, 11, 1, 4),
    Unit.SCHOOL_HALF: (9, 1),
}
_LAST_MONTHS = {
    Unit.QUARTER: (3, 6, 9, 12),
    Unit.HALF_YEAR: (6, 12),
    Unit.SEASON: (5, 8, 11, 2),
    Unit.SCHOOL_QUARTER: (10, 12, 3, 5),
    Unit.SCHOOL_HALF: (12, 8),
}


def month_length(year: int, month: int) -> int:
    """How many days a month has."""
    if month != _FEBRUARY:
        return 30 if month in _SHORT_MONTHS else 31
    return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28


def months_of(period: Period) -> tuple[int, int]:
    """First and last month of a period, 1 to 12; the last one lies in the next year when it is the smaller."""
    if period.unit is Unit.MONTH:
        return period.number, period.number
    match period.unit:
        case Unit.YEAR:
            return 1, 12
        case Unit.SCHOOL_YEAR:
            return 9, 8
        case unit:
            return FIRST_MONTHS[unit][period.number - 1], _LAST_MONTHS[unit][period.number - 1]


class Years(Ahead):
    """Reads years."""

    def year(self, month: int) -> int | None:  # noqa: C901  # one case for each way to write a year
        """Read the year of a period that begins in *month*; of a school year the calendar year the month falls in."""
        at = self.at
        if self.kinds[at] == "YEAR":
            return self.year_in_figures(month)
        if self.kinds[at] == "PUNCT" and self.tokens[at].low == "," and self.ahead() in {"YEAR", "THIS_YEAR"}:
            if self.ahead(2) in {"DASH", "SLASH"} or self.ahead(3) in {"DASH", "SLASH"}:
                return None
            self.take()
        match self.kinds[self.at]:
            case "YEAR":
                return self.year_in_figures(month)
            case "NUMBER" if self.ahead() == "YEAR_WORD" and self.tokens[self.at].low.isdigit():
                if len(self.tokens[self.at].low) != TWO_FIGURES:
                    self.refuse(None, "год пишется четырьмя цифрами, не разобрано", "bad-year")
                year = full_year(self.take())
                self.skip("YEAR_WORD")
                return year
            case "THIS_YEAR":
                self.take()
                return THIS_YEAR
            case "THIS" if self.ahead() == "YEAR_WORD" or (self.ahead() == "CALENDAR" and self.ahead(2) == "YEAR_WORD"):
                self.at += 2 + (self.ahead() == "CALENDAR")
                return THIS_YEAR
            case "THIS" if self.ahead() == "SCHOOL" and self.ahead(2) == "YEAR_WORD":
                self.at += 3
                return None
            case "NEXT" if self.ahead() == "YEAR_WORD":
                self.at += 2
                return NEXT_YEAR
            case "SCHOOL" if self.ahead() == "YEAR_WORD":
                self.at += 2
                return None
            case "NUMBER" if len(self.tokens[self.at].low) > TWO_FIGURES and self.tokens[self.at].low.isdigit():
                return self.refuse(None, "год пишется четырьмя цифрами, не разобрано", "bad-year")
        self.at = at
        return None

    def year_in_figures(self, month: int) -> int:
        """Read «2021», or the school year «2021-2022 учебного года» that the month lies in."""
        first = self.at
        begin: int = self.tokens[first][1]
        self.at += 1
        kind = self.kinds[self.at]
        if kind == "END":
            return begin
        if kind in {"DASH", "SLASH"} and self.ahead() in {"YEAR", "NUMBER"}:
            school = self.ahead(2) == "SCHOOL" and self.ahead(3) == "YEAR_WORD"
            if school or (self.kinds[self.at] == "SLASH" and self.ahead(2) in {"YEAR_WORD", "END", "PUNCT", "CLOSE"}):
                if full_year(self.tokens[self.at + 1]) != begin + 1:
                    self.refuse(first)
                self.at += 2 + 2 * school
                self.skip("YEAR_WORD")
                self.school_year = begin
                return begin if month >= _SEPTEMBER else begin + 1
        self.skip("YEAR_WORD")
        return begin

    def year_or_school_year(self, first: int, *, school: bool = False) -> Period:
        """Read one year, or a pair that is a school year: with «учебный», or with a slash (convention 5)."""
        token = self.take()
        if token.kind == "NUMBER" and (len(token.low) != TWO_FIGURES or self.kinds[self.at] != "YEAR_WORD"):
            self.refuse(first - 2 if first > 1 else first)  # «2010-12» may be a month
        begin = full_year(token)
        pair = self.kinds[self.at] in {"DASH", "SLASH"} and self.ahead() in {"YEAR", "NUMBER"}
        if pair and (school or self.kinds[self.at] == "SLASH" or self.ahead(2) == "SCHOOL"):
            self.take()
            end = self.take()
            if self.skip("SCHOOL"):
                self.expect("YEAR_WORD")
            else:
                self.skip("YEAR_WORD")
            if full_year(end) != begin + 1 or len(end.low) not in {TWO_FIGURES, _FULL}:
                self.refuse(first)
            return Period(Unit.SCHOOL_YEAR, year=begin, span=self.span(first))
        if self.kinds[self.at] == "CALENDAR" and self.ahead() == "YEAR_WORD":
            self.take()
        self.skip("YEAR_WORD")
        return Period(Unit.YEAR, year=begin, span=self.span(first))

    def winter_pair(self) -> int:
        """Read the two years of a winter: «зима 2021-2022»."""
        first = self.at
        begin: int = self.take().value
        self.take()
        end = self.take()
        self.skip("YEAR_WORD")
        if not isinstance(end.value, int) or full_year(end) != begin + 1:
            self.refuse(first)
        return begin

    def relative_year(self, first: int) -> Period:
        """Read «текущий год», «этого года»; «текущий учебный год» is the school year of the plan."""
        token = self.take()
        if self.skip("SCHOOL"):
            self.expect("YEAR_WORD")
            return Period(Unit.SCHOOL_YEAR, span=self.span(first))
        self.skip("CALENDAR")
        self.expect("YEAR_WORD")
        return Period(Unit.YEAR, year=THIS_YEAR if token.kind == "THIS" else NEXT_YEAR, span=self.span(first))

    def school_year_first(self, first: int) -> Period:
        """Read «учебный год», «учебный год 2021-2022»."""
        self.take()
        self.expect("YEAR_WORD")
        if self.kinds[self.at] == "YEAR":
            found = self.year_or_school_year(self.at, school=True)
            return replace(found, span=self.span(first))
        return Period(Unit.SCHOOL_YEAR, span=self.span(first))

    def school_year_ahead(self) -> bool:
        """Whether a school year follows: «2021-2022 учебного года», «учебного года»."""
        if self.kinds[self.at] == "SCHOOL":
            return True
        if self.kinds[self.at] != "YEAR" or self.ahead() not in {"DASH", "SLASH"}:
            return False
        return self.ahead() == "SLASH" or self.ahead(3) == "SCHOOL"

    def lend_year(self, period: Period, year: int) -> Period:
        """Return the period with a year that stands at another one."""
        part = period.part
        lent = Period(period.unit, period.number, year, part, implied=True, span=period.span)
        if part is None:
            return lent
        if part.piece is Piece.DAY and part.weekday != NO_WEEKDAY and year >= FIRST_REAL_YEAR:
            lent = replace(self.possible(lent), part=Part(Piece.DAY, part.number))
            if date(year, period.number, part.number).weekday() != part.weekday:
                self.refuse_place(period.span, "день недели не тот, не разобрано", "wrong-weekday")
        return self.possible(lent)

    def possible(self, period: Period, token: int | None = None) -> Period:
        """Refuse a day that its month does not have, a fourth decade."""
        part = period.part
        if part is not None and part.piece is Piece.DAY and 1 <= part.number <= _SHORTEST_MONTH and period.number > 0:
            return period if period.number <= _MONTHS else self.refuse_place(period.span)
        if part is None:
            counted = HOW_MANY.get(period.unit)
            fits = counted is None or 1 <= period.number <= counted
        elif part.piece is Piece.DAY:
            real_year = period.year if period.year and period.year >= FIRST_REAL_YEAR else _LEAP_YEAR
            known = 1 <= period.number <= _MONTHS
            longest = month_length(real_year, period.number) if known else 31
            fits = period.number <= _MONTHS and (1 <= part.number <= longest or part.number == LAST)
            fits = fits and (known or (period.unit is Unit.MONTH and period.number in {EACH_MONTH, LAST_MONTH}))
        else:
            most = HOW_MANY.get(part.piece, 1)
            fits = 1 <= part.number <= most or part.number == LAST
        if not fits:
            span = period.span if token is None else self.place(token)
            self.refuse_place(span, "такой даты нет, не разобрано", "impossible-date")
        if period.part and period.part.number == LAST and period.part.piece in {Piece.DECADE, Piece.HALF}:
            return replace(period, part=Part(period.part.piece, HOW_MANY[period.part.piece]))
        return period

    def place(self, token: int) -> Span:
        """Place in the cell of the beginning of a token."""
        start = self.tokens[token].start
        return (start, start) if self._places is None else (self._places[start], self._places[start])

    def refuse_place(self, span: Span, reason: str = "не разобрано", code: str = "not-read") -> NoReturn:
        """Refuse the cell at a place of the text."""
        raise DeadlineError(self.text, span[0], reason, code)


def full_year(token: Token) -> int:
    """Year of two or four figures; two are of this century (convention 11)."""
    year: int = token.value
    return year if year > _LAST_SHORT_YEAR else _CENTURY + year


def order(period: Period) -> tuple[int, int]:
    """Sort key of the first day of a period within its year."""
    if period.part is None:
        return months_of(period)[0] if period.number > EACH_MONTH or period.unit is not Unit.MONTH else 0, 0
    piece, number, _ = period.part
    day = {Piece.MIDDLE: 11, Piece.END: 21}.get(piece, _LENGTHS.get(piece, 0) * (number - 1) + 1)
    return period.number, 31 if number == LAST else day
