"""One calendar period: «5 марта», «1-я декада мая», «II квартал 2021 г.», «начало сентября»."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from engine.deadline.ahead import COUNTED
from engine.deadline.clock import Clock
from engine.deadline.lexer import Token
from engine.deadline.terms import (
    EACH_MONTH,
    LAST,
    LAST_MONTH,
    Part,
    Period,
    Piece,
    Span,
    Unit,
)
from engine.deadline.years import HOW_MANY, months_of

_DAYS = {number: Part(Piece.DAY, number) for number in range(1, 32)}
_PLURAL = frozenset({"числах", "чисел", "числами"})
_PLURAL_ENDINGS = ("ые", "ых", "ие", "их", "-е")
_WINTER = 4
_MONTHS, _SHORTEST_MONTH = 12, 28
_FIRST_YEAR, _LAST_YEAR = 1900, 2099


class Bare(int):
    """A number whose unit stands at a later item: the 1 of «1 и 15 сентября»."""

    span: Span
    roman: bool


class Periods(Clock):
    """Reads one period."""

    def end(self) -> Period | Bare:  # noqa: C901  # one case for each way to begin
        """Read one period; a number alone is returned bare."""
        first = self.at
        weekday = self.weekday_before() if self.kinds[first] == "WEEKDAY" else None
        if weekday is not None and self.kinds[self.at] not in {"DATE", "NUMBER"}:
            self.refuse(first)
        match self.kinds[self.at]:
            case "MONTH":
                return self.month(first)
            case "DATE":
                return self.day_of_date(first, weekday)
            case "NUMBER" | "ROMAN" | "ORDINAL":
                return self.numbered(first, weekday)
            case "EDGE":
                piece: Piece = self.take().value
                month = self.whole_of_edge(piece, first)
                if month.unit is not Unit.MONTH:
                    self.refuse(first)
                return replace(month, part=Part(piece), span=self.span(first))
            case "SEASON":
                return self.season(first)
            case "SEASON_ADJECTIVE":
                return self.season(first, self.take())
            case "YEAR":
                return self.year_or_school_year(first)
            case "THIS" | "NEXT":
                return self.relative_year(first)
            case "SCHOOL":
                return self.school_year_first(first)
            case _:
                return self.refuse(first)

    def day_of_date(self, first: int, weekday: int | None) -> Period:
        """Read a date in figures: «21.02.2023», «01.09»."""
        day, month, year = self.tokens[self.at][1]
        self.at += 1
        if not 1 <= month <= _MONTHS:
            self.refuse(first, "такой даты нет, не разобрано", "impossible-date")
        if year is not None and not _FIRST_YEAR <= year <= _LAST_YEAR:
            self.refuse(first, "год не тот, не разобрано", "bad-year")
        part = _DAYS[day] if day in _DAYS else Part(Piece.DAY, day)
        if self.kinds[self.at] != "END":
            if year is None:
                if self.ahead() in {"YEAR", "THIS_YEAR", "THIS"}:
                    self.skip("PUNCT")
                year = self.year(month)
            else:
                self.skip("YEAR_WORD")
        found = Period(Unit.MONTH, month, year, part, span=self.span(first))
        if not 1 <= day <= _SHORTEST_MONTH:
            self.possible(found)
        return found if weekday is None and self.kinds[self.at] == "END" else self.after_day(found, weekday)

    def numbered(self, first: int, weekday: int | None) -> Period | Bare:  # noqa: C901  # one case for each unit
        """Read a number and what it counts."""
        token = self.tokens[self.at]
        self.at += 1
        number: int = token.value
        if self.kinds[self.at] == "MONTH" and token.kind != "ROMAN":
            part = _DAYS[number] if number in _DAYS else Part(Piece.DAY, number)
            day = self.month(first, part)
            return day if weekday is None and self.kinds[self.at] == "END" else self.after_day(day, weekday)
        if weekday is not None and self.kinds[self.at] != "DAY_OF_MONTH":
            self.refuse(first)
        school = self.kinds[self.at] == "SCHOOL" and self.ahead() in COUNTED
        self.at += school
        match self.kinds[self.at]:
            case "DAY_OF_MONTH":
                if self.take().low in _PLURAL or token.low.endswith(_PLURAL_ENDINGS):
                    self.refuse(first)  # «в первых числах»
                return self.after_day(self.piece(first, Part(Piece.DAY, number)), weekday)
            case "DAY_WORD" if number == LAST:
                self.take()
                return self.piece(first, Part(Piece.DAY, LAST))
            case "WEEKDAY" if number == LAST or 1 <= number <= HOW_MANY[Piece.WEEK]:
                return self.piece(first, Part(Piece.WEEKDAY, number, self.take().value))
            case "DECADE" | "WEEK":
                return self.piece(first, Part(cast("Piece", COUNTED[self.take().kind]), number))
            case "HALF":
                return self.half(first, number)
            case "QUARTER" | "HALF_YEAR" | "SCHOOL_QUARTER":
                return self.unit(first, cast("Unit", COUNTED[self.take().kind]), number, school=school)
        if school or weekday is not None:
            self.refuse(first)
        bare = Bare(number)
        bare.span, bare.roman = self.span(first), token.kind == "ROMAN"
        return bare

    def half(self, first: int, number: int) -> Period:
        """Read half of a month or of a year."""
        self.take()
        if self.kinds[self.at] in {"MONTH", "MONTH_WORD"} or (
            self.kinds[self.at] == "EACH" and self.ahead() == "MONTH_WORD"
        ):
            return self.piece(first, Part(Piece.HALF, number))
        if self.kinds[self.at] == "SCHOOL" and self.ahead() == "YEAR_WORD":
            return self.unit(first, Unit.SCHOOL_HALF, number)
        if self.kinds[self.at] not in {"YEAR", "YEAR_WORD", "THIS"}:
            return self.refuse(first)
        return self.unit(first, Unit.HALF_YEAR, number)

    def piece(self, first: int, part: Part) -> Period:
        """Read the month of a piece: «1-я декада сентября», «5 числа», «последний день месяца»."""
        if self.kinds[self.at] == "MONTH":
            return self.month(first, part)
        number = EACH_MONTH
        if self.kinds[self.at] == "ORDINAL" and self.tokens[self.at].value == LAST and self.ahead() == "MONTH_WORD":
            self.at += 2
            self.skip("EACH")
            if not (self.skip("QUARTER") or self.skip("HALF_YEAR")):
                self.refuse()
            number = LAST_MONTH
        elif self.kinds[self.at] == "MONTH_WORD" and self.ahead() not in {"QUARTER", "HALF_YEAR"}:
            self.take()
        return self.possible(Period(Unit.MONTH, number, None, part, span=self.span(first)))

    def month(self, first: int, part: Part | None = None) -> Period:
        """Read a month and its year."""
        number: int = self.tokens[self.at][1]
        self.at += 1
        kind = self.kinds[self.at]
        if kind == "MONTH_WORD":
            self.at += 1
            kind = self.kinds[self.at]
        year = self.year_in_figures(number) if kind == "YEAR" else None if kind == "END" else self.year(number)
        found = Period(Unit.MONTH, number, year, part, span=self.span(first))
        if part is None or (part.piece is Piece.DAY and 1 <= part.number <= _SHORTEST_MONTH):
            return found
        return self.possible(found, token=first)

    def unit(self, first: int, unit: Unit, number: int, *, school: bool = False) -> Period:
        """Read the year of a quarter or half-year; halves of a school year are school halves."""
        if unit is Unit.HALF_YEAR and (school or self.school_year_ahead()):
            unit = Unit.SCHOOL_HALF
        if not 1 <= number <= HOW_MANY[unit]:
            self.refuse(first, "такого номера не бывает, не разобрано", "impossible-date")
        period = Period(unit, number)
        return replace(period, year=self.year(months_of(period)[0]), span=self.span(first))

    def season(self, first: int, adjective: Token | None = None) -> Period:
        """Read «весна 2021», «летний период», «зима 2021-2022»."""
        token = adjective or self.tokens[self.at]
        self.take()
        period = Period(Unit.SEASON, token.value)
        pair = self.kinds[self.at] == "YEAR" and self.ahead() in {"DASH", "SLASH"} and token.value == _WINTER
        year = self.winter_pair() if pair else self.year(months_of(period)[0])
        return replace(period, year=year, span=self.span(first))

    def whole_of_edge(self, edge: Piece, begins: int) -> Period:
        """Read the period whose begin, middle or end is named."""
        if self.ahead() == "MONTH_WORD":
            self.skip("EACH")
        if self.kinds[self.at] == "MONTH_WORD":
            self.take()
            return Period(Unit.MONTH, EACH_MONTH, span=self.span(begins))
        if self.kinds[self.at] == "CALENDAR" and self.ahead() == "YEAR_WORD":
            self.take()
        if self.kinds[self.at] == "YEAR_WORD":
            self.take()
            return Period(Unit.YEAR, span=self.span(begins))
        at = self.at
        found = self.year_or_school_year(at) if self.kinds[self.at] == "YEAR" else self.end()
        if not isinstance(found, Period) or found.part or (edge is not Piece.END and found.unit is not Unit.MONTH):
            return self.refuse(begins)
        return found
