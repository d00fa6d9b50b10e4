"""Terms that hang on an event: before, after, during, at, with or without a length of time."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from engine.deadline.ahead import COUNTS, NUMBERS, OFFSET_UNITS
from engine.deadline.phrases import EXCEPT, GAP, LONGEST_LEAD, Phrases
from engine.deadline.terms import (
    EventBound,
    Relation,
    Term,
    Unit,
)

RHYTHM_UNITS = {
    "DAY_WORD": Unit.DAY,
    "WEEK": Unit.WEEK,
    "MONTH_WORD": Unit.MONTH,
    "QUARTER": Unit.QUARTER,
    "HALF_YEAR": Unit.HALF_YEAR,
    "SCHOOL_QUARTER": Unit.SCHOOL_QUARTER,
    "YEAR_WORD": Unit.YEAR,
}
_EVENT_STARTS = frozenset({"WORD", "SEASON_ADJECTIVE", "HOLIDAYS"})
_LONGEST_OFFSETS = {"D": 3660, "BD": 2500, "W": 520, "M": 120, "Y": 10, "H": 9999}  # ten years; hours as they come


class Events(Phrases):
    """Reads terms that hang on an event."""

    def names_time(self) -> bool:
        """Whether a named time stands here: «осенние каникулы», «в отопительный сезон»."""
        at = self.at
        at += self.tokens[at].kind in {"IN", "AT_THE"}
        last = at + LONGEST_LEAD
        if self.tokens[at].low in EXCEPT:
            return False
        while at < last and self.tokens[at].kind in {"WORD", "SEASON_ADJECTIVE", "DASH", "SCHOOL"}:
            at += 1
        found = self.tokens[at].kind
        if found == "HOLIDAYS":
            return True
        if found != "PERIOD_WORD" or (self.dated(at - 1) and self.tokens[at - 2].kind != "DASH"):
            return False
        return self.tokens[at - 1].kind in {"WORD", "SEASON_ADJECTIVE"}

    def during(self) -> EventBound:
        """Read «в период X», «осенние каникулы», «в отопительный сезон»."""
        first = self.at
        lead = self.take().low if self.kinds[first] in {"DURING", "IN", "AT_THE"} else ""
        if self.kinds[first] != "DURING" and self.skip("PERIOD_WORD"):
            lead = "в период"
        return EventBound(Relation.DURING, self.phrase(), None, lead, self.span(first))

    def after(self) -> EventBound:
        """Read «после X», «через N дней после X», «на следующий день после X»."""
        first = self.at
        token = self.take()
        if token.kind == "LATER":
            return self.after_offset(first, needs_event=True)
        if token.kind == "AT_THE":
            count = 1
            if self.kinds[self.at] in {"NUMBER", "ORDINAL"}:
                count = self.take().value
            elif not self.skip("NEXT"):
                self.refuse(first)
            unit = "BD" if self.skip("WORKING") else "D"
            self.expect("DAY_WORD")
            if self.kinds[self.at] not in {"LEAD_AFTER", "FROM"} or not 1 <= count <= _LONGEST_OFFSETS[unit]:
                self.refuse()
            lead = self.take().low
            return EventBound(Relation.AFTER, self.phrase(), f"P{count}{unit}", lead, self.span(first))
        if token.low.startswith("по истечен"):
            return self.after_offset(first, needs_event=True)
        if token.low == "после" and self.dated(self.at) and not self.school_quarter_ahead():
            self.refuse()  # «после 2021 года» is a date
        event = self.phrase()
        if self.kinds[self.at] == "THROUGH" and self.offset_after_lead():
            self.take()
            offset = self.offset()
            return EventBound(Relation.AFTER, event, offset, token.low, self.span(first))
        return EventBound(Relation.AFTER, event, None, token.low, self.span(first))

    def school_quarter_ahead(self) -> bool:
        """Whether a numbered school quarter stands here."""
        return self._numbers[1] == "SCHOOL_QUARTER" and self.kinds[self.at] in NUMBERS

    def after_offset(self, first: int, *, needs_event: bool = False) -> EventBound:
        """Read «10 дней [со дня X]»: a term that runs from an event, or from the act itself."""
        if not self.offset_ahead():
            return self.refuse()
        offset = self.offset()
        return self.from_event(first, offset, needs_event=needs_event)

    def from_event(self, first: int, offset: str, *, needs_event: bool = False) -> EventBound:
        """Read the event that a length of time runs from; none: it runs from the act itself."""
        if self.kinds[self.at] in {"LEAD_AFTER", "FROM", "OF"}:
            lead = self.take().low
            if self.kinds[self.at] == "DAY_WORD":
                lead = f"{lead} {self.take().low}"
            return EventBound(Relation.AFTER, self.phrase(), offset, lead, self.span(first))
        if needs_event:
            self.refuse()
        return EventBound(Relation.AFTER, "", offset, "", self.span(first))

    def at_event(self) -> EventBound:
        """Read «в день X», «при X»."""
        first = self.at
        lead = self.take().low
        return EventBound(Relation.AT, self.phrase(), None, lead, self.span(first))

    def at_once(self) -> EventBound:
        """Read «немедленно при X», «сразу после X»."""
        first = self.at
        self.take()
        if self.kinds[self.at] not in {"LEAD_AT", "LEAD_AFTER"}:
            self.refuse(first)
        term = self.at_event() if self.kinds[self.at] == "LEAD_AT" else self.after()
        return replace(term, span=self.span(first))

    def before(self) -> list[Term]:
        """Read «до начала X», «за N дней до X», «накануне X», «к X», «до и в течение X»."""
        first = self.at
        token = self.take()
        offset = None
        if token.kind == "FOR":
            if not self.offset_ahead():
                self.refuse(first)
            offset = self.offset()
            if not (self.skip("TILL") or self.skip("AHEAD")):
                self.refuse()
        elif token.low == "накануне":
            offset = "P1D"
        elif (
            token.kind == "TILL"
            and self.kinds[self.at] == "AND"
            and self.ahead() in {"THROUGH", "DURING", "LEAD_AFTER"}
        ):
            self.take()
            second = self.take()
            if self.kinds[self.at] not in _EVENT_STARTS or self.dated(self.at):
                self.refuse()  # «до и в течение 2 сезонов»
            relation = Relation.AFTER if second.kind == "LEAD_AFTER" else Relation.DURING
            event = self.phrase()
            span = self.span(first)
            return [
                EventBound(Relation.BEFORE, event, None, "до", span),
                EventBound(relation, event, None, second.low, span),
            ]
        elif token.kind in {"TILL", "TO"} and self.kinds[self.at] == "EDGE" and self.ahead() in RHYTHM_UNITS:
            self.refuse()  # «до конца квартала»: of which one
        if self.kinds[self.at] in {"TIME", "WEEKDAY", "YEAR_WORD"} or (
            self.kinds[self.at] == "DAY_WORD" and self.ahead() in GAP | {"END"}
        ):
            self.refuse()
        lead = "до" if token.kind == "FOR" else token.low
        return [EventBound(Relation.BEFORE, self.phrase(), offset, lead, self.span(first))]

    def not_later(self) -> EventBound:
        """Read «не позднее чем за N дней до X», «не позднее N дней со дня X», «не позднее начала X»."""
        first = self.at
        self.take()
        self.skip("PUNCT")
        self.skip("THAN")
        match self.kinds[self.at]:
            case "FOR":
                (found,) = self.before()
                return replace(cast("EventBound", found), span=self.span(first))
            case "LATER":
                return replace(self.after(), span=self.span(first))
            case "EDGE" if self.ahead() not in RHYTHM_UNITS:
                return EventBound(Relation.BEFORE, self.phrase(), None, "до", self.span(first))
            case "NEXT" | "WORKING" | "DAY_WORD":
                return self.next_day(first)
            case _:
                return self.from_offset(first)

    def from_offset(self, first: int) -> EventBound:
        """Read «не позднее 3 дней до X», «не позднее 5 дней со дня X»."""
        if not self.offset_ahead():
            self.refuse()
        offset = self.offset()
        if self.skip("TILL") or self.skip("AHEAD"):
            return EventBound(Relation.BEFORE, self.phrase(), offset, "до", self.span(first))
        return self.from_event(first, offset)

    def next_day(self, first: int) -> EventBound:
        """Read «не позднее [рабочего] дня, следующего за днём X», «не позднее следующего дня после X»."""
        following = self.skip("NEXT")
        unit = "BD" if self.skip("WORKING") else "D"
        self.expect("DAY_WORD")
        self.skip("PUNCT")
        if not following:
            self.expect("NEXT")
            self.expect("FOR")
        elif self.kinds[self.at] in {"LEAD_AFTER", "FROM", "FOR"}:
            self.take()
        else:
            self.refuse()
        if self.kinds[self.at] == "DAY_WORD" and self.ahead() not in GAP | {"END"}:
            self.take()
        lead = "за днем" if not following else "после"
        return EventBound(Relation.AFTER, self.phrase(), f"P1{unit}", lead, self.span(first))

    def within(self) -> EventBound:
        """Read «в семидневный срок со дня X»."""
        first = self.at
        self.take()
        number = self.take().value if self.kinds[self.at] in COUNTS else None
        self.skip("DASH")
        length, unit = cast("tuple[int, str]", self.expect("LENGTH").value)
        if number is not None and length != 1:
            self.refuse(self.at - 1)
        self.expect("TERM_WORD")
        offset = self.shape_offset(length if number is None else number, unit, first + 1)
        return self.from_event(first, offset)

    def offset(self) -> str:
        """Read a length of time: «10 рабочих дней», «неделю», «5 (пяти) дней»."""
        first = self.at
        count = self.take().value if self.kinds[self.at] in COUNTS else 1
        if self.skip("OPEN"):
            written = 0
            while self.kinds[self.at] == "CARDINAL":
                written += self.take().value
            self.expect("CLOSE")
            if written != count:
                self.refuse(self.at - 2)
        working = self.kinds[self.at] == "WORKING"
        self.at += self.kinds[self.at] in {"WORKING", "CALENDAR"}
        unit = OFFSET_UNITS[self.take().kind]
        if working and unit != "D":
            self.refuse(self.at - 1)
        return self.shape_offset(count, "BD" if working else unit, first)

    def shape_offset(self, count: int, unit: str, first: int) -> str:
        """Return a length of time as it is kept: P10D, P3BD, PT4H."""
        if not 1 <= count <= _LONGEST_OFFSETS[unit]:
            self.refuse(first, "такого срока не бывает, не разобрано", "bad-offset")
        return f"PT{count}H" if unit == "H" else f"P{count}{unit}"
