"""The grammar of the «Сроки» column: terms, read to the end of the cell or refused with a place.

The first tokens of a term decide which rule reads it, so the order of the rules does not matter. The EBNF is
in docs/grammar.md; each method reads the rule of its name from the next token on."""

from __future__ import annotations

from engine.deadline.ahead import COUNTS
from engine.deadline.phrases import GAP
from engine.deadline.rhythms import Rhythms, _number, bounded_by, goes_on
from engine.deadline.terms import (
    EACH_MONTH,
    LAST_MONTH,
    Deadline,
    Heading,
    Ongoing,
    Since,
    Term,
    Unit,
)

_HEADS = frozenset({"IN", "TERM_WORD", "TIME", "NUMBER"})  # words that may stand before a date without meaning
_PLAIN = frozenset({"MONTH", "DATE", "YEAR"})  # nothing but dates begins so


def parse_deadline(text: str) -> Deadline:
    """Read a cell in full.

    Raises:
        DeadlineError: With the place of the first word that does not fit.
    """
    return Deadline(text, _Parser(text).deadline())


class _Parser(Rhythms):
    """Recursive descent over the terms of a cell."""

    __slots__ = ()

    def deadline(self) -> tuple[Term, ...]:
        terms: list[Term] = []
        separated = True
        while self.kinds[self.at] == "OPEN":
            self.depth += 1
            self.at += 1
        while self.kinds[self.at] != "END" or not terms:
            if not separated and not self.strong():
                self.refuse()
            begins = self.kinds[self.at]
            if begins in _PLAIN:
                terms += self.dates()
                separated = self.separators()
                continue
            if begins in _HEADS:
                self.header()
                self.time_ahead()
                begins = self.kinds[self.at]
            then = self.at > 0 and self.tokens[self.at - 1].kind == "THEN"
            for term in self.term():
                if then and terms:
                    term = goes_on(terms[-1], term)
                merged = bounded_by(terms[-1], term, begins) if terms else None
                terms[-1:] = [merged] if merged else [*terms[-1:], term]
            separated = self.separators() or isinstance(terms[-1], Heading)
        if self.depth:
            self.refuse(len(self.tokens) - 1)
        return tuple(terms)

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
        if self.beat_ahead():
            return self.rhythm()
        if (label := self.label()) is not None:
            return [label]
        if self.kinds[self.at] in {"IN", "AT_THE", "WORD", "SEASON_ADJECTIVE", "HOLIDAYS"} and self.names_time():
            return [self.during()]
        if self.kinds[self.at] == "AT_THE" and self.dated(self.at + 1):
            self.take()
        if self.item_ahead():
            return self.dates()
        if self.kinds[self.at] in COUNTS and self.offset_ahead():
            return [self.after_offset(self.at, needs_event=True)]
        match self.kinds[self.at]:
            case "ONGOING":
                self.take()
                return [Ongoing(None, self.span(self.at - 1))]
            case "ALL":
                return [self.all_of()]
            case "THROUGH":
                return self.through()
            case "DURING" | "PERIOD_WORD":
                return self.during_or_dates()
            case "LEAD_AFTER" | "LATER" | "AT_THE":
                return [self.after()]
            case "LEAD_AT":
                return [self.at_event()]
            case "AT_ONCE":
                return [self.at_once()]
            case "AHEAD" | "FOR" | "TILL" | "TO":
                return self.before()
            case "NOT_LATER":
                return [self.not_later()]
            case "DEMAND":
                return [self.demand()]
            case "LEAD_SCHEDULE":
                return [self.schedule()]
            case "ALONG" | "IN":
                if self.names_schedule():
                    return [self.schedule()]
                if self.length_ahead():
                    return [self.within()]
        return self.refuse()

    def dates(self) -> list[Term]:
        """Read items, and the rhythm when it stands after them."""
        first = self.at
        items = self.items()
        if isinstance(items[-1], Since) and self.kinds[self.at] in {"PUNCT", "DASH"} and self.ahead() == "ONGOING":
            self.at += 2  # «с 1 июля – постоянно»
        if self.kinds[self.at] == "END" and self.kinds[self.at - 1] != "MONTH_WORD":
            return [*items]
        if len(items) == 1 and (label := self.label_after()) is not None:
            return [label, *items]
        end, depth = self.at, self.depth
        following = self.following()
        self.gap()
        rhythmic = self.kinds[self.at] in {"RHYTHM", "EACH"} or self.beat_ahead()
        if following is None and not rhythmic:
            self.at, self.depth = end, depth
            if any(_number(item) == LAST_MONTH for item in items):
                return [self.make_rhythm(first, Unit.QUARTER, items, implied=True)]
            if self.tokens[end - 1].kind == "MONTH_WORD" and all(_number(item) == EACH_MONTH for item in items):
                return [self.make_rhythm(first, Unit.MONTH, items, implied=True)]
            return [*items]
        if not rhythmic:
            self.at, self.depth = end, depth
            self.following()
            return [self.make_rhythm(first, following or Unit.MONTH, items, following=True, implied=True)]
        beat = self.at
        unit, every, times = self.beat()
        if self.weekday_of_beat(beat) or (self.kinds[self.at] in {"COLON", "OPEN"} or self.tail_ahead()):
            self.at, self.depth = end, depth  # the rhythm has days of its own
            if following is not None:
                self.refuse(beat)
            return [*items]
        following = following or self.following()
        before = items[:-1] if isinstance(items[-1], Since) else []  # «сентябрь 2020, с января 2021 ежеквартально»
        rhythm = self.make_rhythm(
            first, unit, items[len(before) :], every=every, times=times, following=following is not None
        )
        return [*before, rhythm]

    def tail_ahead(self) -> bool:
        """Whether dates of its own stand after a rhythm."""
        at, depth = self.at, self.depth
        self.gap()
        found = self.item_ahead() and not self.beat_ahead()
        self.at, self.depth = at, depth
        return found

    def weekday_of_beat(self, beat: int) -> bool:
        return self.tokens[self.at - 1].kind == "WEEKDAY" and self.at - 1 > beat

    def during_or_dates(self) -> list[Term]:
        """Read «в период с D по D», or «в период» and an event."""
        at = self.at
        self.take()
        self.skip("COLON")
        if self.item_ahead():
            return self.dates()
        self.at = at
        return [self.during()]
