"""The grammar of the «Сроки» column.

The first token of a term decides which rule reads it, so the order of the rules does not matter.
A cell is read to its end or refused with the place of the first token that does not fit. Tokens
are written in capitals and stand in lexer.py::

    deadline  := term {[separator] term} {PUNCT}
    separator := {PUNCT | AND}                   none is needed between months or days only
    term      := items | yearly | through | ONGOING | schedule | event | demand
    items     := item {[separator] item} [separator YEARLY | YEARLY]
    item      := range | years | by
    range     := [IN] date [DASH [IN] date]      ends of one type, the later one last
    date      := DATE [YEARWORD] | NUMBER MONTH [year] | MONTH [year]
    year      := YEAR [YEARWORD] | NUMBER YEARWORD
    years     := [IN] YEAR [(DASH | SLASH) (YEAR | NUMBER)] [[SCHOOL] YEARWORD]
    by        := BY date | NOTLATER date {separator date}                    date is a day
    yearly    := YEARLY [[PUNCT] (items | OPEN items CLOSE)]                 items without a year
    through   := THROUGH ([SCHOOL] YEARWORD | years)
    schedule  := SCHEDULE phrase
    event     := (DURING | AFTER) phrase
    demand    := DEMAND phrase

A phrase begins with a WORD and runs to the end of the cell, or to a separator that a new term follows.
It is refused where it would swallow a date or a rhythm; only after «от», «на», «за» a date belongs to
its words («приказ от 14.10.2020»).

A year at the end of a range covers both ends; in a list it covers the months and days before it
that have none, as long as that keeps the order of time (convention 10).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace

from engine.deadline.lexer import Tokens
from engine.deadline.terms import (
    Between,
    By,
    Day,
    Deadline,
    EventBound,
    Item,
    Month,
    On,
    OnDemand,
    Ongoing,
    Relation,
    Schedule,
    SchoolYear,
    Term,
    Year,
    Yearly,
)
from engine.errors import DeadlineError

_Dated = On | Between | By | Ongoing

_MONTHS = {"янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5, "мае": 5, "маю": 5, "июн": 6, "июл": 7}
_MONTHS |= {"авг": 8, "сен": 9, "окт": 10, "ноя": 11, "дек": 12}
_MONTHS_IN_YEAR = 12
_LEAP_YEAR = 2000
_SHORT = 2  # figures of «2021/22»
_DATE_WORDS = frozenset({"от", "на", "за"})
_FROM = frozenset({"с", "со"})  # «в период с … по …» names days
_ITEM = frozenset({"MONTH", "DATE", "NUMBER", "YEAR", "IN", "BY", "NOTLATER"})
_TERM = frozenset(
    {"MONTH", "DATE", "IN", "BY", "NOTLATER", "YEARLY", "ONGOING", "THROUGH", "DURING", "AFTER", "DEMAND"}
)
_NEVER_IN_PHRASE = frozenset({"REPEAT", "YEARLY", "ONGOING", "THROUGH", "BY", "NOTLATER"})
_NEVER_IN_PHRASE_TOGETHER = frozenset({("NUMBER", "UNIT"), ("IN", "YEAR")})


def parse_deadline(text: str) -> Deadline:
    """Read a cell in full.

    Raises:
        DeadlineError: With the place of the first word that does not fit.
    """
    return Deadline(text, _Parser(text).deadline())


class _Parser(Tokens):
    """Recursive descent: each method reads the rule of its name from the next token on."""

    def deadline(self) -> tuple[Term, ...]:
        terms: list[Term] = []
        separated = True
        while self.kind != "END" or not terms:
            if not separated:
                self.refuse()
            terms += self.dates() if self.kind in _ITEM else [self.other()]
            separated = self.separator()
        if len(terms) > 1 and Yearly() in terms:
            self.refuse_term(terms[terms.index(Yearly())])
        return tuple(terms)

    def separator(self) -> bool:
        """Pass commas and «и»; «и» must join something."""
        first = self.at
        while self.kind in {"PUNCT", "AND"}:
            self.at += 1
        if self.kind == "END" and self.at > first and self.tokens[self.at - 1].kind == "AND":
            self.refuse(self.at - 1)
        return self.at > first

    def other(self) -> Term:
        """Read a term that is no item."""
        match self.kind:
            case "YEARLY":
                return self.yearly()
            case "THROUGH":
                return self.through()
            case "ONGOING":
                self.take()
                return Ongoing(None, self.span(self.at - 1))
            case "SCHEDULE":
                return self.schedule()
            case "DURING" | "AFTER":
                return self.event()
            case "DEMAND":
                return self.demand()
            case _:
                return self.refuse()

    def dates(self) -> list[_Dated | Yearly]:
        """Read items, and «ежегодно» when it stands after them."""
        first = self.at
        items = self.items()
        end = self.at
        separated = self.separator()
        if self.kind == "YEARLY":
            follows = self.at + 1
            while self.tokens[follows].kind == "PUNCT":
                follows += 1
            opens = self.tokens[follows].kind
            if opens not in _ITEM and opens != "OPEN":
                self.take()
                return [self.each_year(items, first)]
            if not separated or (opens != "OPEN" and not all(_ends(item)[0].year for item in items)):
                self.refuse()
        self.at = end
        return [*items]

    def yearly(self) -> Yearly:
        first = self.at
        self.take()
        end = self.at
        self.skip("PUNCT")
        if self.skip("OPEN"):
            items = self.items()
            self.expect("CLOSE")
        elif self.kind in _ITEM:
            items = self.items()
        else:
            self.at = end
            items = []
        return self.each_year(items, first)

    def each_year(self, items: list[_Dated], first: int) -> Yearly:
        terms: list[Item] = []
        for item in items:
            if isinstance(item, Ongoing) or _ends(item)[0].year:
                self.refuse_term(item)
            terms.append(item)
        return Yearly(tuple(terms), self.span(first))

    def through(self) -> Term:
        first = self.at
        self.take()
        if self.kind == "YEAR":
            term = self.years()
            return (
                Ongoing(term.period, self.span(first))
                if isinstance(term, On) and isinstance(term.period, Year)
                else term
            )
        begins = self.at
        kind = SchoolYear if self.skip("SCHOOL") else Year
        self.expect("YEARWORD")
        return Ongoing(kind(None, self.span(begins)), self.span(first))

    # --- items

    def items(self) -> list[_Dated]:
        """Read a list of months, days and years."""
        governed = self.kind == "NOTLATER"
        items = [self.item()]
        while True:
            end = self.at
            separated = self.separator()
            if self.kind not in _ITEM:
                self.at = end
                return self.inherit(items) if len(items) > 1 else items
            first = self.at
            governed = self.kind == "NOTLATER" or (governed and self.kind != "BY")
            item = self.item()
            if governed and isinstance(item, On) and isinstance(item.period, Day):
                item = By(item.period, item.span)
            if not _fits(items[-1], item, separated=separated):
                self.refuse(first)
            items.append(item)

    def item(self) -> _Dated:
        first = self.at
        if self.kind in {"BY", "NOTLATER"}:
            self.take()
            begins = self.at
            day = self.date()
            return By(day, self.span(first)) if isinstance(day, Day) else self.refuse(begins)
        self.skip("IN")
        return self.years() if self.kind == "YEAR" else self.range(first)

    def range(self, begins: int) -> On | Between:
        at = self.at
        first = self.date()
        if not self.skip("DASH"):
            return On(first, self.span(begins))
        self.skip("IN")
        last_at = self.at
        last = self.date()
        if type(first) is not type(last) or (first.year and not last.year):
            self.refuse(last_at)
        if last.year and not first.year:
            first = self.lend(first, last.year)
        if first.year and _order(first) > _order(last):
            self.refuse(at, "конец раньше начала, не разобрано")
        return Between(first, last, self.span(begins))

    def date(self) -> Day | Month:
        first = self.at
        if self.kind == "DATE":
            day, month, year = self.take().low.split(".")
            self.skip("YEARWORD")
            return self.possible(Day(int(day), int(month), _full(year), span=self.span(first)))
        number = self.take() if self.kind == "NUMBER" else None
        if self.kind != "MONTH":
            self.refuse(first)
        month_number = _MONTHS[self.take().low[:3]]
        if number is None:
            return Month(month_number, self.year(), span=self.span(first))
        return self.possible(Day(int(number.low), month_number, self.year(), span=self.span(first)))

    def year(self) -> int | None:
        short = self.kind == "NUMBER" and len(self.tokens[self.at].low) == _SHORT and self.after() == "YEARWORD"
        if self.kind == "YEAR" or short:
            year = _full(self.take().low)
            self.skip("YEARWORD")
            return year
        return None

    def years(self) -> On | Between | Ongoing:
        first = self.at
        begin = int(self.take().low)
        span = self.span(first)
        if self.kind not in {"DASH", "SLASH"}:
            self.skip("YEARWORD")
            return On(Year(begin, span), self.span(first))
        slash = self.take().kind == "SLASH"
        second = self.at
        if self.kind not in {"YEAR", "NUMBER"}:
            self.refuse(second - 1)
        short = self.take().low
        span_of_end = self.span(second)
        end = _full(short)
        school = self.skip("SCHOOL")
        if school:
            self.expect("YEARWORD")
        elif not self.skip("YEARWORD") and not slash and len(short) == _SHORT:
            self.refuse(first)  # «2010-12» may be a month
        if end <= begin or ((school or slash) and end != begin + 1):
            self.refuse(first)
        if school or slash:
            return Ongoing(SchoolYear(begin, self.span(first)), self.span(first))
        return Between(Year(begin, span), Year(end, span_of_end), self.span(first))

    def inherit(self, items: list[_Dated]) -> list[_Dated]:
        """Lend the year of an item to those before it (convention 10)."""
        following: Day | Month | None = None
        for at in reversed(range(len(items))):
            item = items[at]
            first, last = _ends(item)
            if isinstance(first, (Year, SchoolYear)) or isinstance(last, (Year, SchoolYear)):
                return items
            in_order = following and _order(first) <= _order(last) and _order(first)[1:] <= _order(following)[1:]
            if following and following.year and not first.year and in_order:
                first, last = self.lend(first, following.year), self.lend(last, following.year)
                items[at] = _redated(item, first, last)
            following = first
        return items

    def lend(self, period: Day | Month, year: int) -> Day | Month:
        return self.possible(replace(period, year=year, implied=True))

    def possible(self, period: Day | Month) -> Day | Month:
        """Refuse a day that its month does not have."""
        if isinstance(period, Day) and not (
            1 <= period.month <= _MONTHS_IN_YEAR
            and 1 <= period.day <= monthrange(period.year or _LEAP_YEAR, period.month)[1]
        ):
            raise DeadlineError(self.text, period.span[0])
        return period

    # --- phrases

    def schedule(self) -> Schedule:
        first = self.at
        lead = " ".join(self.take().low.split())
        lead = "в соответствии с" if lead.startswith("в ") else lead
        return Schedule(lead, self.phrase(_TERM), self.span(first))

    def event(self) -> EventBound:
        first = self.at
        relation = Relation.DURING if self.take().kind == "DURING" else Relation.AFTER
        return EventBound(relation, self.phrase(_TERM | {"SCHEDULE"}), None, self.span(first))

    def demand(self) -> OnDemand:
        first = self.at
        self.take()
        return OnDemand(self.phrase(_TERM | {"SCHEDULE"}), self.span(first))

    def phrase(self, stops: frozenset[str]) -> str:
        """Read a phrase up to a separator that one of *stops* begins; return it with single spaces."""
        if self.kind != "WORD" or self.tokens[self.at].low in _FROM:
            self.refuse()
        first = end = self.at
        while self.kind != "END":
            while self.kind in {"PUNCT", "AND"}:
                self.at += 1
            if self.at > end and (self.kind in stops or (self.kind == "NUMBER" and self.after() == "MONTH")):
                break
            if self.kind != "END":
                self.check_word_of_phrase(first)
                self.at += 1
                end = self.at
        self.at = end
        return " ".join(self.clean[self.tokens[first].start : self.tokens[end - 1].end].split())

    def check_word_of_phrase(self, first: int) -> None:
        """Refuse a date, a term of days or a rhythm inside a phrase: its days would be lost."""
        kind, before = self.kind, self.at - 1
        if kind in _NEVER_IN_PHRASE or (kind, self.after()) in _NEVER_IN_PHRASE_TOGETHER:
            self.refuse()
        if kind in {"MONTH", "DATE"}:
            number = kind == "MONTH" and self.tokens[before].kind == "NUMBER"
            before -= number
            if before < first or self.tokens[before].low not in _DATE_WORDS:
                self.refuse(before + 1)


def _full(year: str) -> int:
    """Year of two or four figures; two are of this century (convention 11)."""
    return int(year) if len(year) > _SHORT else 2000 + int(year)


def _ends(item: _Dated) -> tuple[Day | Month | Year | SchoolYear, Day | Month | Year | SchoolYear]:
    if isinstance(item, Between):
        return item.first, item.last
    assert item.period is not None
    return item.period, item.period


def _redated(item: _Dated, first: Day | Month, last: Day | Month) -> _Dated:
    """The item over other periods of the same type."""
    if isinstance(item, Between):
        return Between(first, last, item.span)
    return By(first, item.span) if isinstance(item, By) and isinstance(first, Day) else On(first, item.span)


def _order(period: Day | Month | Year) -> tuple[int, int, int]:
    """Sort key of the first day of a period; a year that is not given counts as 0."""
    if isinstance(period, Year):
        return period.year or 0, 0, 0
    return period.year or 0, period.month, period.day if isinstance(period, Day) else 0


def _fits(before: _Dated, item: _Dated, *, separated: bool) -> bool:
    """Whether an item may follow another in a list.

    «2021 март» and «Август 31.08.2023» are no lists: one item only explains the other.
    """
    first, second = _ends(before)[1], _ends(item)[0]
    if isinstance(first, (Year, SchoolYear)) or isinstance(second, (Year, SchoolYear)):
        return separated and isinstance(before, On) and isinstance(item, On) and type(first) is type(second)
    if type(first) is not type(second):
        return separated and first.month != second.month
    return separated or not (isinstance(before, By) or isinstance(item, By))
