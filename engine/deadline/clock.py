"""The day of the week and the time of day that stand beside a date; neither moves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.deadline.ahead import AFTER_NUMBERS
from engine.deadline.terms import (
    FIRST_REAL_YEAR,
    Period,
)
from engine.deadline.years import TWO_FIGURES, Years

_CLOCKS = frozenset({"TIME", "DATE", "NUMBER"})
_MAY_FOLLOW_DAY = _CLOCKS | {"PUNCT", "OPEN", "WEEKDAY", "IN", "FROM", "TO", "TILL", "DASH", "ALONG"}
BEFORE_INCLUSIVE = frozenset({"PUNCT", "OPEN", "INCLUSIVE"})
_BEFORE_TIME = frozenset({"IN", "FROM", "TO", "TILL", "DASH", "ALONG"})
_HOURS, _MINUTES = 24, 59


class Clock(Years):
    """Passes times of day."""

    def weekday_before(self) -> int:
        """Pass a day of the week before a date: «понедельник, 5 сентября»."""
        weekday: int = self.take().value
        self.skip("PUNCT")
        return weekday

    def after_day(self, period: Period, weekday: int | None) -> Period:
        """Pass the day of the week and the time of day after a date; neither moves it."""
        at = self.at
        if self.kinds[at] not in _MAY_FOLLOW_DAY:
            return period if weekday is None else self.check_weekday(period, weekday)
        opened = self.kinds[self.at] in {"OPEN", "PUNCT"} and self.ahead() == "WEEKDAY"
        if opened and self.kinds[self.at] == "OPEN" and self.ahead(2) != "CLOSE":
            opened = False
        if opened or self.kinds[self.at] == "WEEKDAY":
            bracket = self.kinds[self.at] == "OPEN"
            self.at += opened
            value = self.take().value
            if bracket:
                self.take()
            if (
                (weekday is None and self.kinds[self.at] not in {"NUMBER", "DATE", "PUNCT"})
                or bracket
                or self.kinds[self.at] == "END"
            ):
                weekday = value
            else:
                self.at = at
        self.time_of_day()
        return self.check_weekday(period, weekday)

    def check_weekday(self, period: Period, weekday: int | None) -> Period:
        """Refuse a date whose day of the week is another one; without a year it is kept until the year is found."""
        if weekday is None:
            return period
        if period.part is None or period.number < 1 or period.part.number < 1:
            self.refuse_place(period.span)
        if period.year is None or period.year < FIRST_REAL_YEAR:
            return replace(period, part=period.part._replace(weekday=weekday))
        if date(period.year, period.number, period.part.number).weekday() != weekday:
            self.refuse_place(period.span, "день недели не тот, не разобрано", "wrong-weekday")
        return period

    def time_of_day(self) -> None:
        """Pass a time of day after a date: «10.00 ч.», «11-30-13-30», «с 09-00 до 16-00»."""
        ticked = False
        while True:
            at = self.at
            opened = self.kinds[self.at] == "OPEN"
            while self.kinds[self.at] in {"PUNCT", "OPEN"} or (ticked and self.kinds[self.at] == "AND"):
                self.at += 1
            lead = self.kinds[self.at] if self.kinds[self.at] in _BEFORE_TIME else None
            self.at += lead is not None
            if self.kinds[self.at] not in _CLOCKS:
                self.at = at
                return
            if ticked and lead not in {None, "IN"} and self.kinds[self.at] == "DATE" and self.ahead() != "HOUR":
                self.refuse(None, "время или дата, не разобрано", "time-or-date")
            plain = ticked or lead in {None, "IN", "FROM"} or self.kinds[self.at] == "TIME"
            if not plain or not self.clock(led=lead == "IN", ranged=ticked or lead == "FROM") or self.dated(self.at):
                self.at = at
                return
            if opened and not self.skip("CLOSE"):
                self.at = at
                return
            ticked = True

    def clock(self, *, led: bool, ranged: bool = False) -> bool:
        """Pass one time of day; return whether there was one.

        «12.10» is one only after «в»; «11-30» after «в», «с» or another time, or before another one.
        """
        token = self.tokens[self.at]
        follows = self.ahead()
        if token.kind == "TIME":
            self.at += 1
        elif token.kind == "DATE" and (led or follows == "HOUR"):
            hour, minute, year = token.value
            if year is not None or hour > _HOURS or minute > _MINUTES or len(token.low.split(".")[1]) != TWO_FIGURES:
                return False
            self.at += 1
        elif token.kind == "NUMBER" and follows == "HOUR":
            self.at += 1
        elif token.kind == "NUMBER" and follows == "DASH" and self.ahead(2) == "NUMBER":
            minutes = self.tokens[self.at + 2]
            four = self.ahead(3) == "DASH" and self.ahead(4) == "NUMBER" and self.ahead(5) == "DASH"
            if (
                not (led or ranged or four or minutes.value == 0 or self.ahead(3) == "HOUR")
                or token.value > _HOURS
                or not token.low.isdigit()
                or len(minutes.low) != TWO_FIGURES
                or minutes.value > _MINUTES
                or self.ahead(3) in AFTER_NUMBERS
            ):
                return False
            self.at += 3
        else:
            return False
        if self.skip("HOUR") and self.kinds[self.at] == "NUMBER" and self.ahead() == "MINUTE":
            self.at += 2
        return True

    def times_before(self) -> None:
        """Pass a time of day before a date: «до 12.00 5 марта»."""
        while self.kinds[self.at] in {"TIME", "HOUR"}:
            self.take()

    def inclusive(self) -> bool:
        """Pass «включительно»."""
        at = self.at
        if self.kinds[at] not in BEFORE_INCLUSIVE:
            return False
        opened = self.kinds[self.at] in {"PUNCT", "OPEN"} and self.ahead() == "INCLUSIVE"
        closes = opened and self.kinds[self.at] == "OPEN"
        self.at += opened
        if self.skip("INCLUSIVE"):
            if closes:
                self.expect("CLOSE")
            return True
        self.at = at
        return False
