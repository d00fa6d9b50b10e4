"""What runs through a time: «в течение учебного года», «весь период»."""

from __future__ import annotations

from dataclasses import replace

from engine.deadline.events import Events
from engine.deadline.periods import Bare
from engine.deadline.phrases import GAP
from engine.deadline.terms import (
    EACH_MONTH,
    EventBound,
    On,
    Ongoing,
    Period,
    Piece,
    Relation,
    Term,
    Unit,
)

_CARRYING_OUT = ("реализаци", "действи", "исполнени", "выполнени")
_PLAN = ("план", "программ", "дорожн", "карт", "мероприят", "муниципальн", "настоящ", "данн")


_ENDS = GAP | {"END", "THROUGH"}
_WHICH = frozenset({"QUARTER", "HALF_YEAR", "SCHOOL_QUARTER", "DAY_WORD", "SEASON_ADJECTIVE", "DECADE"})


class Spans(Events):
    """Reads what runs through a time."""

    def all_of(self) -> Term:
        """Read «весь период», «весь учебный год», «весь 2022 год»."""
        first = self.at
        self.take()
        if self.kinds[self.at] in {"PERIOD_WORD", "TERM_WORD"}:
            begins = self.at
            self.take()
            if self.kinds[self.at] in _ENDS or self.of_the_plan():
                return Ongoing(None, self.span(first))
            self.at = begins
            return EventBound(Relation.DURING, self.phrase(), None, "весь", self.span(first))
        self.skip("CALENDAR")
        return self.whole(first)

    def of_the_plan(self) -> bool:
        """Pass «реализации программы», «действия плана»: the period of the plan itself."""
        at = self.at
        if self.kinds[self.at] == "WORD" and self.tokens[at].low.startswith(_CARRYING_OUT):
            self.at += 1
            while self.kinds[self.at] == "WORD" and self.tokens[self.at].low.startswith(_PLAN):
                self.at += 1
            if self.kinds[self.at] in _ENDS:
                return True
        self.at = at
        return False

    def whole(self, first: int) -> Term:
        """Read the year, school year or season that something runs through."""
        begins = self.at
        if self.skip("YEAR_WORD"):
            return Ongoing(Period(Unit.YEAR, span=self.span(begins)), self.span(first))
        if self.kinds[self.at] == "YEAR":
            term = self.years()
            if isinstance(term, On):
                return Ongoing(term.period, self.span(first))
            return replace(term, span=self.span(first))
        found = self.end() if self.dated(self.at) else self.refuse()
        if isinstance(found, Bare):
            return self.refuse(begins)
        self.check_month(found)
        through = found.unit in {Unit.YEAR, Unit.SCHOOL_YEAR}
        return Ongoing(found, self.span(first)) if through else On(found, self.span(first))

    def through(self) -> list[Term]:
        """Read «в течение …»: a year, a period, a term of days, an event."""
        first = self.at
        self.take()
        at = self.at
        self.skip("ALL")
        if self.kinds[self.at] in {"THIS", "CALENDAR"} and self.ahead() == "YEAR_WORD":
            this = self.take().kind == "THIS"
            begins = self.at
            self.take()
            year = 0 if this else None
            return [Ongoing(Period(Unit.YEAR, year=year, span=self.span(begins)), self.span(first))]
        if self.kinds[self.at] in {"YEAR_WORD", "YEAR"} or (
            self.kinds[self.at] in {"SCHOOL", "THIS"} and self.dated(self.at)
        ):
            return [self.whole(first)]
        follows = self.ahead()
        alone = follows in _ENDS | {"DASH"}
        if self.kinds[self.at] in {"PERIOD_WORD", "CAMPAIGN", "TERM_WORD"}:
            begins = self.at
            season = self.take().low.startswith("сезон")
            if (alone and not season) or self.of_the_plan():
                return [Ongoing(None, self.span(first))]
            self.at = begins
        if self.kinds[self.at] == "MONTH_WORD" and alone:
            self.take()
            return [Ongoing(Period(Unit.MONTH, EACH_MONTH, span=self.span(self.at - 1)), self.span(first))]
        if alone and self.kinds[self.at] in _WHICH and self.tokens[self.at].low not in {"суток", "сутки"}:
            self.refuse()  # «в течение квартала»: of which one
        if self.item_ahead():
            return self.dates_through(first)
        if self.offset_ahead():
            return [self.after_offset(first)]
        self.at = at
        if self.kinds[at] in {"NUMBER", "EACH", "CARDINAL"}:
            self.refuse()
        return [EventBound(Relation.DURING, self.phrase(), None, "в течение", self.span(first))]

    def dates_through(self, first: int) -> list[Term]:
        """Return the dates after «в течение»."""
        items = self.items()
        for one in items:
            if isinstance(one, On):
                self.check_month(one.period)
        return [replace(items[0], span=(self.span(first)[0], items[0].span[1])), *items[1:]]

    def check_month(self, period: Period) -> None:
        """Refuse «в течение последней пятницы месяца»: it is no rhythm and names no month."""
        if period.number == EACH_MONTH and period.part is not None and period.part.piece is Piece.WEEKDAY:
            self.refuse_place(period.span, "не сказано, какого месяца, не разобрано", "month-not-named")
