"""Periods with a governor or joined in two: «до 5 мая», «с 1 по 15 сентября», «март – май 2021»."""

from __future__ import annotations

from dataclasses import replace

from engine.deadline.ahead import NUMBERS
from engine.deadline.clock import BEFORE_INCLUSIVE
from engine.deadline.periods import Bare, Periods
from engine.deadline.terms import (
    EACH_MONTH,
    NEXT_YEAR,
    THIS_YEAR,
    Between,
    By,
    Heading,
    On,
    Ongoing,
    Part,
    Period,
    Piece,
    Since,
    Unit,
)
from engine.deadline.years import order

Dated = On | Between | By | Since | Heading | Ongoing
Bares = Bare | tuple[Bare, Bare]
"""A number, or the two ends of a range of numbers, whose unit stands at a later item."""


_DEADLINES = frozenset({"TILL", "TO", "NOT_LATER", "ALONG"})
_YEARS = frozenset({Unit.YEAR, Unit.SCHOOL_YEAR})
_RELATIVE = frozenset({THIS_YEAR, NEXT_YEAR})
_BEFORE_BUT = frozenset({"PUNCT", "BUT", "AND"})


class Ranges(Periods):
    """Reads one item."""

    def item(self) -> Dated | Bares:
        """Read one item of a list; numbers whose unit is still to come are returned bare."""
        kind = self.kinds[self.at]
        if kind in _DEADLINES:
            return self.by()
        if kind == "FROM":
            return self.since()
        if kind == "NOT_BEFORE":
            return self.not_before()
        self.at += kind == "IN"
        return self.range(self.at)

    def range(self, first: int) -> Dated | Bares:
        """Read a period, or two joined by a dash or «по»."""
        kind = self.kinds[first]
        if kind == "YEAR":
            return self.years()
        begin = self.month(first) if kind == "MONTH" else self.end()
        if isinstance(begin, Bare) and self.kinds[self.at] == "PUNCT" and self.ahead() == "DASH":
            self.take()  # «01.- 08.05.15»
        if (self.kinds[self.at] == "DASH" and self.range_ahead()) or (
            self.kinds[self.at] == "ALONG" and isinstance(begin, Period) and self.dated(self.at + 1)
        ):
            self.take()
            self.skip("IN")
            return self.between(begin, first)
        if self.kinds[self.at] in BEFORE_INCLUSIVE:
            self.inclusive()
        if isinstance(begin, Bare):
            return begin
        return Ongoing(begin, begin.span) if begin.unit is Unit.SCHOOL_YEAR else On(begin, begin.span)

    def range_ahead(self) -> bool:
        """Whether a period, or a number of a list, stands after the dash."""
        at = self.at + 1
        at += self.tokens[at].kind == "IN"
        return self.dated(at) or self.tokens[at].kind in NUMBERS

    def till_edge(self, begin: Period | Bare, first: int) -> Between:
        """Read «с 1 мая до конца июня»; «до середины» of a range is not said how."""
        begins = self.at
        edge: Piece = self.take().value
        last = self.whole_of_edge(edge, begins)
        if edge is not Piece.END or isinstance(begin, Bare):
            self.refuse(begins)
        return Between(self.match_ends(begin, last, begins), last, self.span(first))

    def between(self, begin: Period | Bare, first: int, *, till: bool = False) -> Between | tuple[Bare, Bare]:
        """Read the second end of a range; the year at the end covers both (convention 10)."""
        last_at = self.at
        last = self.end()
        day = isinstance(last, Period) and last.part is not None and last.part.piece is Piece.DAY
        if till and not day and not isinstance(last, Bare) and not self.inclusive():
            self.refuse(last_at, "не сказано, входит ли этот срок, не разобрано", "end-not-said")
        if isinstance(last, Period) and isinstance(begin, Period) and self.second_year(begin, last):
            last = replace(last, year=self.tokens[self.at - 1].value)
            self.skip("YEAR_WORD")
        self.inclusive()
        if isinstance(last, Bare):
            return (begin, last) if isinstance(begin, Bare) else self.refuse(last_at)
        if isinstance(begin, Bare):
            begin = self.like(begin, last)
            if order(begin) > order(last):
                self.refuse_place(begin.span, "конец раньше начала, не разобрано", "reversed-order")
        begin = self.match_ends(begin, last, last_at)
        return Between(begin, last, self.span(first))

    def second_year(self, begin: Period, last: Period) -> bool:
        """Pass the second year of «октябрь – май 2014-2015 гг.»."""
        year = self.tokens[min(self.at + 1, len(self.tokens) - 1)].value
        if last.year is None or self.kinds[self.at] != "DASH" or year != last.year + 1 or order(begin) <= order(last):
            return False
        self.at += 2
        return True

    def match_ends(self, begin: Period, last: Period, last_at: int) -> Period:
        """Give the first end the year of the last one, or refuse ends that do not go together."""
        if begin.unit is not last.unit and not _YEARS.isdisjoint({begin.unit, last.unit}):
            self.refuse(last_at)
        if (begin.number == EACH_MONTH) != (last.number == EACH_MONTH):
            self.refuse(last_at)
        if begin.year is not None and last.year is not None and (begin.year in _RELATIVE) != (last.year in _RELATIVE):
            self.refuse(last_at)
        begins, ends = order(begin), order(last)
        if begin.year is not None and last.year is None:
            self.refuse(last_at, "год назван только у начала, не разобрано", "year-of-end")
        if last.year is not None and begin.year is None:
            earlier = begins[0] > ends[0] and last.year not in _RELATIVE
            begin = self.lend_year(begin, last.year - earlier)
        if begin.year is not None and last.year is not None and (begin.year, begins) > (last.year, ends):
            self.refuse_place(begin.span, "конец раньше начала, не разобрано", "reversed-order")
        if begin.year is None and begin.part is not None and (begin.number, begin.part) == (last.number, last.part):
            self.refuse_place(begin.span, "начало и конец совпадают, не разобрано", "reversed-order")
        if begin.number == EACH_MONTH and begin.unit is Unit.MONTH and begins > ends:
            self.refuse_place(begin.span, "конец раньше начала, не разобрано", "reversed-order")
        return begin

    def by(self) -> Dated | Bare:
        """Read «до D», «не позднее D», «к D», «по D», and «до D, но не ранее D»."""
        first = self.at
        lead = self.kinds[first]
        self.at += 1
        if lead == "NOT_LATER":
            if self.kinds[self.at] == "PUNCT" and self.ahead() == "THAN":
                self.at += 1
            self.skip("THAN")
            self.skip("TILL")
        if self.kinds[self.at] not in NUMBERS:
            self.times_before()
            self.skip("IN")
        begins = self.at
        before = lead in {"TILL", "TO"}
        if self.kinds[self.at] == "EDGE":
            edge = self.take()
            period = self.whole_of_edge(edge.value, begins)
            before = before and edge.value is Piece.START
            if edge.value is Piece.MIDDLE or (edge.value is Piece.START and not before):
                period = replace(period, part=Part(edge.value))
        elif self.kinds[self.at] == "YEAR":
            period = self.year_or_school_year(begins)
        else:
            found = self.end()
            if isinstance(found, Bare):
                return found
            period = found
        day = period.part is not None and period.part.piece in {Piece.DAY, Piece.WEEKDAY}
        before = before and not day and not (period.part and period.part.piece is Piece.MIDDLE)
        if self.kinds[self.at] in BEFORE_INCLUSIVE and self.inclusive():
            before = False
        item = By(period, before, self.span(first))
        return self.but_not_before(item, first) if self.kinds[self.at] in _BEFORE_BUT else item

    def but_not_before(self, item: By, first: int) -> By | Between:
        """Read «…, но не ранее D» after a deadline (convention 32)."""
        end = self.at
        self.skip("PUNCT")
        if self.kinds[self.at] in {"BUT", "AND"} and self.ahead() == "NOT_BEFORE":
            self.take()
            self.take()
            begins = self.at
            begin = self.end()
            if not isinstance(begin, Period) or begin.number == EACH_MONTH or item.before:
                return self.refuse(begins)
            return Between(self.match_ends(begin, item.period, begins), item.period, self.span(first))
        self.at = end
        return item

    def not_before(self) -> Between:
        """Read «не ранее D и не позднее D»."""
        first = self.at
        self.take()
        begin = self.end()
        self.skip("PUNCT")
        if self.kinds[self.at] in {"BUT", "AND"}:
            self.take()
        if not isinstance(begin, Period) or self.kinds[self.at] not in {"NOT_LATER", "TILL"}:
            return self.refuse(first)
        last_at = self.at
        last = self.by()
        if not isinstance(last, By) or last.before:
            return self.refuse(last_at)
        return Between(self.match_ends(begin, last.period, last_at), last.period, self.span(first))

    def since(self) -> Dated | Bares:
        """Read «с D по D», «с D»."""
        first = self.at
        self.take()
        self.skip("IN")
        self.times_before()
        if self.kinds[self.at] == "YEAR":
            begin: Period | Bare = self.year_or_school_year(self.at)
        else:
            begin = self.end()
        if self.kinds[self.at] == "PUNCT" and self.ahead() == "BUT" and self.ahead(2) == "NOT_LATER":
            self.at += 1  # «с 1 мая, но не позднее 15 мая»
        joined = self.tokens[self.at].low in {",", "и", "но"} and self.ahead() in {"ALONG", "TILL", "NOT_LATER"}
        self.at += joined and self.dated(self.at + 2)
        if self.kinds[self.at] in {"ALONG", "TILL", "DASH", "NOT_LATER"}:
            at = self.at
            till = self.take().kind == "TILL"
            self.times_before()
            if till and self.edge_is_dated(self.at):
                return self.till_edge(begin, first)
            if self.dated(self.at):
                return self.between(begin, first, till=till)
            self.at = at
        if isinstance(begin, Bare):
            if self.kinds[self.at] in {"ALONG", "TILL", "DASH"} and self.ahead() in NUMBERS:
                self.take()
                return self.between(begin, first)
            self.refuse_place(begin.span)
        return Since(begin, self.span(first))

    def years(self) -> Dated:
        """Read a year, years or a school year: «2022 год», «2020-2021 гг.», «2021/22 учебный год»."""
        first = self.at
        if (
            self.ahead() == "YEAR"
            and self.ahead(2) == "YEAR_WORD"
            and self.tokens[self.at + 2].low in {"годы", "гг", "гг."}
        ):
            begin = Period(Unit.YEAR, year=self.take().value, span=self.span(first))
            period = self.year_or_school_year(self.at)
        else:
            begin = self.year_or_school_year(first)
            if begin.unit is Unit.SCHOOL_YEAR:
                return Ongoing(begin, self.span(first))
            if self.kinds[self.at] != "DASH" or self.ahead() not in {"YEAR", "NUMBER"}:
                self.inclusive()
                return On(begin, self.span(first))
            self.take()
            period = self.year_or_school_year(self.at)
        if period.unit is not Unit.YEAR or begin.year is None or period.year is None or period.year <= begin.year:
            self.refuse(first)
        return Between(begin, period, self.span(first))

    def like(self, number: Bare, pattern: Period) -> Period:
        """Return the period of that number, otherwise as *pattern*."""
        if pattern.part is not None:
            if number.roman and pattern.part.piece is Piece.DAY:
                self.refuse_place(number.span)
            if pattern.part.piece in {Piece.START, Piece.MIDDLE, Piece.END}:
                self.refuse_place(number.span)
            part = pattern.part._replace(number=int(number))
            if part.piece is Piece.DAY:
                part = Part(Piece.DAY, int(number))
            return self.possible(replace(pattern, part=part, implied=True, span=number.span))
        if pattern.unit in {Unit.MONTH, Unit.YEAR, Unit.SCHOOL_YEAR, Unit.SEASON}:
            self.refuse_place(number.span)
        return self.possible(replace(pattern, number=int(number), implied=True, span=number.span))


def governed_by(item: On) -> By:
    """Return an item as the «до» of a list makes it: «конец мая» is to be read as «до конца мая»."""
    period, part = item.period, item.period.part
    whole = part is not None and part.piece is Piece.END
    return By(replace(period, part=None) if whole else period, span=item.span)
