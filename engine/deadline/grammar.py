"""The grammar of the «Сроки» column: terms, read to the end of the cell or refused with a place.

The first tokens of a term decide which rule reads it, so the order of the rules does not matter. The EBNF is
in docs/grammar.md; each method reads the rule of its name from the next token on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from engine.deadline.ahead import COUNTS, DATE_STARTS
from engine.deadline.joining import SHORT_UNITS, bounded_by, goes_on, month_number
from engine.deadline.phrases import GAP
from engine.deadline.ranges import Dated
from engine.deadline.rhythms import Rhythms
from engine.deadline.terms import (
    EACH_MONTH,
    LAST_MONTH,
    Between,
    By,
    Deadline,
    Heading,
    Item,
    On,
    Ongoing,
    Period,
    Since,
    Term,
    Unit,
)

_HEADS = frozenset({"IN", "TERM_WORD", "TIME", "NUMBER"})  # words that may stand before a date without meaning
_NAMED = frozenset({"MONTH", "DATE", "YEAR", "YEAR_WORD"})  # what an item ends with that is not of each month
_GOVERNORS = frozenset({"TILL", "NOT_LATER", "TO", "FROM", "IN"})
_BEATS = frozenset({"RHYTHM", "EACH", "AT_LEAST", "TWICE", "TIMES", "ALONG"}) | COUNTS
_LABELS = frozenset({"WORD", "FOR", "NUMBER", "ORDINAL"})
_NAMES = frozenset({"IN", "AT_THE", "WORD", "SEASON_ADJECTIVE", "HOLIDAYS"})
_NO_ITEMS = frozenset({"THROUGH", "DURING", "LEAD_AFTER", "LEAD_AT", "LEAD_SCHEDULE", "DEMAND", "ONGOING", "ALL"})
_PLAIN = frozenset({"MONTH", "DATE", "YEAR"})  # nothing but dates begins so


def parse_deadline(text: str) -> Deadline:
    """Read a cell in full.

    Raises:
        DeadlineError: With the place of the first word that does not fit.
    """
    return Deadline(text, _Parser(text).deadline())


class _Parser(Rhythms):
    """Recursive descent over the terms of a cell."""

    def deadline(self) -> tuple[Term, ...]:
        """Read the cell to its end."""
        while self.kinds[self.at] == "OPEN":
            self.at += 1
            self.depth += 1
        terms, begins = self.next_terms()
        if self.kinds[self.at] == "END" and not self.depth:
            return tuple(terms)
        while self.kinds[self.at] != "END":
            gap = self.between_terms()
            if self.kinds[self.at] == "END":
                break
            if not gap and not isinstance(terms[-1], Heading) and not self.strong():
                self.refuse()
            headed = self.headed
            found, begins = self.next_terms()
            if headed and ";" in gap and isinstance(terms[-1], Item):  # «2022: май; сентябрь»
                found = self.dated_within(terms[-1].last, found)
            self.join_terms(terms, found, begins, gap)
        if self.depth:
            self.refuse(len(self.tokens) - 1)
        return tuple(self.inherit(cast("list[Dated]", terms)))

    def next_terms(self) -> tuple[list[Term], str]:
        """Read a term, or the items of a list, with what may stand before it; return the kind it begins with."""
        begins = self.kinds[self.at]
        if begins in _PLAIN:
            return self.dates(), begins
        if begins in _HEADS:
            self.header()
            self.time_ahead()
            begins = self.kinds[self.at]
        return self.term(), begins

    def between_terms(self) -> set[str]:
        """Pass what stands between two terms; return the kinds of its tokens, a semicolon as itself."""
        end = self.at
        self.separators()
        return {";" if token.low == ";" else token.kind for token in self.tokens[end : self.at]}

    def join_terms(self, terms: list[Term], found: list[Term], begins: str, gap: set[str]) -> None:
        """Add the terms just read; what holds through the term before them, or goes on from it, is joined to it."""
        before = terms[-1]
        if isinstance(before, Heading) and isinstance(found[0], Heading):
            self.refuse_place(found[0].span)  # «отчёт до 25 мая – справка»
        if "THEN" in gap and isinstance(before, (On, Between, By)):
            whole = isinstance(before, By) and (before.period.part is None or before.before)
            if isinstance(before, Between) or whole or isinstance(found[0], (On, Between, By)):
                self.refuse_place(found[0].span)  # «до конца года, далее …»: from when
            found = [goes_on(before, term) for term in found]
        year = before.period if isinstance(before, Ongoing) else None
        if year is not None and year.unit is Unit.YEAR and {"OPEN", "COLON"} & gap:
            found = self.dated_within(year, found)
        terms[-1:] = self.joined(before, found[0], begins, gap)
        terms += found[1:]

    def dated_within(self, heading: Period, terms: list[Term]) -> list[Term]:
        """Return the terms, dates without a year in that of what heads them."""
        return [self.within_year(term, heading) if isinstance(term, Item) else term for term in terms]

    def joined(self, before: Term, term: Term, begins: str, gap: set[str]) -> list[Term]:
        """Return two terms in turn, or the one that they are together."""
        if ";" in gap:
            return [before, term]
        if (merged := bounded_by(before, term, begins)) is not None:
            return [merged]
        whole = isinstance(term, Ongoing) and term.period is None
        if isinstance(before, Since) and whole:
            return [replace(before, span=(before.span[0], term.span[1]))]  # «с 1 мая постоянно»
        if isinstance(before, Ongoing) and before.period is None and isinstance(term, Since):
            return [replace(term, span=(before.span[0], term.span[1]))]
        opened = isinstance(before, Ongoing) and before.period is not None and {"OPEN", "COLON"} & gap
        if opened and isinstance(term, (On, Between, By)) and term.first.implied:
            return [term]  # «в течение 2022 года (март, май)»
        if isinstance(term, On) and term.period.unit is Unit.YEAR and "CLOSE" in gap:
            self.refuse_place(term.span)  # «(март, май) 2021»
        return [before, term]

    def separators(self) -> bool:
        """Pass what stands between terms; «и» must join something, brackets must close."""
        first = self.at
        if self.kinds[first] == "END":
            return False
        while (
            self.kinds[self.at] in GAP
            or self.reason()
            or (self.kinds[self.at] == "DASH" and self.tokens[self.at - 1].kind == "THEN")
        ):
            if self.kinds[self.at] == "OPEN":
                self.depth += 1
            if self.kinds[self.at] == "CLOSE":
                self.depth -= 1
                if self.depth < 0:
                    self.refuse()
            self.at += 1
        if self.kinds[self.at] == "END" and self.at > first and self.tokens[self.at - 1].kind not in {"PUNCT", "CLOSE"}:
            self.refuse(self.at - 1)
        return self.at > first

    def reason(self) -> bool:
        """Pass «(в связи с праздничным днём 9 мая)»: why a day was moved is no day (convention 32)."""
        if self.kinds[self.at] != "REASON" or not self.depth:
            return False
        while self.kinds[self.at] not in {"CLOSE", "END"}:
            self.at += 1
        return self.kinds[self.at] != "END"

    def time_ahead(self) -> None:
        """Pass a time of day before its date: «15.00 час. 20.03.2025»."""
        at = self.at
        led = self.skip("IN")
        if self.clock(led=led):
            self.skip("PUNCT")
            if self.item_ahead():
                return
        self.at = at

    def header(self) -> None:
        """Pass «Срок:», «срок исполнения –», «в срок» before a date."""
        at = self.at
        self.skip("IN")
        if not self.skip("TERM_WORD"):
            self.at = at
            return
        named = self.at
        while self.kinds[self.at] == "WORD" and self.at < named + 2:
            self.at += 1
        if self.kinds[self.at] in {"COLON", "DASH"}:
            self.at += 1
            return
        self.at = named
        self.skip("PUNCT")
        if not self.item_ahead():
            self.at = at

    def term(self) -> list[Term]:
        """Read one term, or the items of a list."""
        kind = self.kinds[self.at]
        if kind in _GOVERNORS and self.kinds[self.at + 1] in DATE_STARTS:
            return self.dates()
        if kind in _BEATS and self.beat_ahead():
            return self.rhythm()
        if kind in _LABELS and (label := self.label()) is not None:
            return [label]
        if kind in _NAMES and self.names_time():
            return [self.during()]
        if kind == "AT_THE" and self.dated(self.at + 1):
            self.at += 1
        if kind not in _NO_ITEMS and self.item_ahead():
            return self.dates()
        if kind in COUNTS and self.offset_ahead():
            return [self.after_offset(self.at, needs_event=True)]
        read = _TERMS.get(self.kinds[self.at])
        found = read(self) if read else self.refuse()
        return found if isinstance(found, list) else [found]

    def ongoing(self) -> Ongoing:
        """Read «постоянно»."""
        self.take()
        return Ongoing(None, self.span(self.at - 1))

    def preposition(self) -> Term:
        """Read what «по» and «в» begin: a document, a length of time."""
        if self.names_schedule():
            return self.schedule()
        return self.within() if self.length_ahead() else self.refuse()

    def dates(self) -> list[Term]:
        """Read items, and the rhythm when it stands after them."""
        first = self.at
        items = self.items()
        if self.kinds[self.at] == "END" and self.kinds[self.at - 1] in _NAMED:
            return [*items]
        if isinstance(items[-1], Since) and self.kinds[self.at] in {"PUNCT", "DASH"} and self.ahead() == "ONGOING":
            self.at += 2  # «с 1 июля – постоянно»
            if self.kinds[self.at] == "END":
                return [*items]
        if len(items) == 1 and isinstance(items[0], By) and (label := self.label_after()) is not None:
            return [label, *items]
        end, depth = self.at, self.depth
        following = self.following()
        self.gap()
        another = any(token.low == ";" for token in self.tokens[end : self.at])
        rhythmic = not another and (self.kinds[self.at] in {"RHYTHM", "EACH"} or self.beat_ahead())
        if following is None and not rhythmic:
            self.at, self.depth = end, depth
            return self.days_of_each(first, items)
        if not rhythmic:
            self.at, self.depth = end, depth
            self.following()
            return [self.make_rhythm(first, following or Unit.MONTH, items, following=True, implied=True)]
        return self.items_of_rhythm(first, items, (end, depth), following)

    def days_of_each(self, first: int, items: list[Dated]) -> list[Term]:
        """Return items that no rhythm follows; «последний день месяца» is one without its word (convention 35)."""
        months = {month_number(item) for item in items if isinstance(item, Item)}
        if LAST_MONTH in months:
            return [self.make_rhythm(first, Unit.QUARTER, items, implied=True)]
        if months == {EACH_MONTH} and "MONTH_WORD" in self.kinds[first : self.at]:
            return [self.make_rhythm(first, Unit.MONTH, items, implied=True)]
        return [*items]

    def items_of_rhythm(
        self, first: int, items: list[Dated], end: tuple[int, int], following: Unit | None
    ) -> list[Term]:
        """Read the rhythm that stands after its items: «до 5 числа ежемесячно», «март, еженедельно по средам»."""
        beat = self.at
        unit, every, times = self.beat()
        weekdays: list[int] = []
        if self.kinds[self.at - 1] != "WEEKDAY" or self.at - 1 == beat:
            self.weekday(weekdays)
        apart = beat > end[0]
        adjacent = self.item_ahead() and not self.beat_ahead()
        bound = self.bound_after(unit) if not apart and adjacent and month_number(items[-1]) < 1 else None
        if bound is None and not apart and adjacent and (unit not in SHORT_UNITS or month_number(items[-1]) < 1):
            self.refuse(beat)  # «май ежегодно июнь», «2-й вторник каждого месяца IV квартала»
        own_days = adjacent or (apart and (self.kinds[self.at] in {"COLON", "OPEN"} or self.tail_ahead()))
        if bound is None and (self.weekday_of_beat(beat, weekdays) or own_days):
            self.at, self.depth = end  # the rhythm has days of its own
            if following is not None:
                self.refuse(beat)
            return self.days_of_each(first, items)
        following = following or self.following()
        self.check_following(following, unit, items)
        before = items[:-1] if isinstance(items[-1], Since) else []  # «сентябрь 2020, с января 2021 ежеквартально»
        rhythm = self.make_rhythm(
            first,
            unit,
            items[len(before) :],
            every=every,
            times=times,
            weekdays=tuple(weekdays),
            bound=bound,
            following=following is not None,
        )
        return [*before, rhythm]

    def tail_ahead(self) -> bool:
        """Whether dates of its own stand after a rhythm."""
        at, depth = self.at, self.depth
        self.gap()
        another = any(token.low == ";" for token in self.tokens[at : self.at])
        found = not another and self.item_ahead() and not self.beat_ahead()
        self.at, self.depth = at, depth
        return found

    def weekday_of_beat(self, beat: int, weekdays: list[int]) -> bool:
        """Whether the rhythm just read is «каждый вторник»."""
        return not weekdays and self.kinds[self.at - 1] == "WEEKDAY" and self.at - 1 > beat

    def during_or_dates(self) -> list[Term]:
        """Read «в период с D по D», or «в период» and an event."""
        at = self.at
        self.take()
        self.skip("COLON")
        if self.item_ahead():
            return self.dates()
        self.at = at
        return [self.during()]


_TERMS: dict[str, Callable[[_Parser], Term | list[Term]]] = {
    "ONGOING": _Parser.ongoing,
    "ALL": _Parser.all_of,
    "THROUGH": _Parser.through,
    "DURING": _Parser.during_or_dates,
    "PERIOD_WORD": _Parser.during_or_dates,
    "LEAD_AFTER": _Parser.after,
    "LATER": _Parser.after,
    "AT_THE": _Parser.after,
    "LEAD_AT": _Parser.at_event,
    "AT_ONCE": _Parser.at_once,
    "AHEAD": _Parser.before,
    "FOR": _Parser.before,
    "TILL": _Parser.before,
    "TO": _Parser.before,
    "NOT_LATER": _Parser.not_later,
    "DEMAND": _Parser.demand,
    "LEAD_SCHEDULE": _Parser.schedule,
    "ALONG": _Parser.preposition,
    "IN": _Parser.preposition,
}
"""Which rule reads a term, by its first token."""
