"""Phrases of the cell that are kept as they stand: documents, conditions, events, labels."""

from __future__ import annotations

from engine.deadline.ahead import COUNTS
from engine.deadline.lists import Lists
from engine.deadline.terms import (
    Heading,
    OnDemand,
    Schedule,
)
from engine.deadline.words import DOCUMENTS, near_date, resembles_a_month

GAP = frozenset({"PUNCT", "COLON", "AND", "THEN", "BUT", "OPEN", "CLOSE"})
_STRONG = frozenset(
    {"THROUGH", "DURING", "LEAD_AFTER", "LEAD_AT", "LEAD_SCHEDULE", "DEMAND", "ONGOING", "RHYTHM", "AT_LEAST", "EACH"}
    | {"TWICE", "AHEAD"}
)
_NEVER_IN_PHRASE = frozenset({"RHYTHM", "ONGOING", "THROUGH", "NOT_LATER", "AT_LEAST", "TWICE", "EACH", "AT_MOST"})
_IN_LABEL = frozenset({"WORD", "FOR", "NUMBER", "ROMAN", "ORDINAL", "QUARTER", "HALF_YEAR", "MONTH_WORD", "YEAR_WORD"})
_EXCEPT = frozenset({"кроме", "исключая", "исключение", "без", "минус", "вместо"})
_REPORTS = ("отчет", "информаци", "сведени", "итог", "справк", "доклад", "анализ", "представ", "предостав", "сдач")
_LONGEST_LABEL = 6
_DATE_WORDS = frozenset({"от", "на", "за"})
_PARTICIPLES = ("установлен", "предусмотрен", "определен", "утвержден", "указан", "согласован", "закрепл")
_DEMAND_LEADS = frozenset({"по мере", "в случае", "в случаях"})
LONGEST_LEAD = 4  # words between «по» and the document, «в» and the season


class Phrases(Lists):
    """Reads phrases."""

    __slots__ = ()

    def strong(self) -> bool:
        """Whether a term begins here that needs no separator before it."""
        if self.kinds[self.at] in _STRONG:
            return True
        if self.kinds[self.at] == "TILL":
            return not self.item_ahead()
        if self.kinds[self.at] in {"ALONG", "IN"}:
            return self.names_schedule() or self.length_ahead()
        return self.beat_ahead()

    def label(self) -> Heading | None:
        """Read «отчёт –», «за I квартал –», «школьный этап:» before a deadline, which it only names."""
        at = self.at
        if self.kinds[self.at] not in {"WORD", "FOR", "NUMBER", "ORDINAL"} or self.tokens[at].low in _EXCEPT:
            return None
        while self.kinds[self.at] in _IN_LABEL and self.at < at + _LONGEST_LABEL:
            self.at += 1
        end = self.at
        if (
            end > at
            and self.tokens[at].low.startswith(_REPORTS)
            and self.kinds[self.at] in {"TILL", "NOT_LATER", "RHYTHM"}
        ):
            if self.kinds[self.at] == "RHYTHM" or self.item_ahead():
                self.check_label(at, end)
                return Heading(self.words(at, end), self.span(at))
        named = any(token.kind in {"WORD", "FOR"} and len(token.low) > 1 for token in self.tokens[at:end])
        spaced = self.tokens[self.at - 1].end < self.tokens[self.at].start
        if (
            named
            and end > at
            and (self.kinds[self.at] == "COLON" or (self.kinds[self.at] == "DASH" and spaced))
            and self.ahead() != "YEAR"
        ):
            self.check_label(at, end)
            self.at += 1
            if self.item_ahead() or self.beat_ahead():
                return Heading(self.words(at, end), self.span(at))
        self.at = at
        return None

    def label_after(self) -> Heading | None:
        """Read « – план» after a deadline: «до 1 августа – план; до 15 августа – акты»."""
        at = self.at + 1
        if self.kinds[self.at] != "DASH" or self.tokens[at].kind != "WORD":
            return None
        while self.tokens[at].kind == "WORD":
            at += 1
        if self.tokens[at].kind not in {"PUNCT", "END"}:
            return None
        first = self.at + 1
        self.check_label(first, at)
        self.at = at
        return Heading(self.words(first, at), self.span(first))

    def check_label(self, first: int, last: int) -> None:
        """Refuse a label in which a word may be a misspelt date: «аперль – май»."""
        for at in range(first, last):
            token = self.tokens[at]
            glued = (
                token.kind == "WORD" and self.tokens[at - 1].kind == "NUMBER" and self.tokens[at - 1].end == token.start
            )
            if glued or (token.kind == "WORD" and (token.low in _EXCEPT or near_date(token.low))):
                self.refuse(at)

    def demand(self) -> OnDemand:
        first = self.at
        token = self.take()
        if token.low in _DEMAND_LEADS:
            return OnDemand(token.low.replace("случаях", "случае"), self.phrase(), self.span(first))
        lead = token.low.split()[0]
        rest = ""
        if self.kinds[self.at] not in GAP | {"END"} and not self.strong():
            rest = f" {self.phrase()}"
        return OnDemand(lead, self.clean[token.start : token.end].split()[1] + rest, self.span(first))

    def names_schedule(self) -> bool:
        """Whether «по», «в сроки» leads to a document that fixes the dates."""
        at = self.at + 1
        if self.kinds[self.at] == "ALONG":
            for token in self.tokens[at : at + LONGEST_LEAD]:
                if not token.low.isalpha():
                    return False
                if token.low.startswith(DOCUMENTS):
                    return True
            return False
        if self.kinds[self.at] != "IN":
            return False
        if self.tokens[at].kind == "TERM_WORD":
            at += 1
            at += self.tokens[at].kind == "PUNCT"
            return self.tokens[at].low.startswith(_PARTICIPLES)
        if not self.tokens[at].low.startswith(_PARTICIPLES):
            return False
        last = min(at + 2 * LONGEST_LEAD, len(self.tokens) - 1)
        while at < last and self.tokens[at].kind in {"WORD", "MONTH_WORD"}:
            at += 1
        return self.tokens[at].kind == "TERM_WORD"

    def schedule(self) -> Schedule:
        first = self.at
        token = self.take()
        lead = token.low
        if token.kind == "LEAD_SCHEDULE":
            lead = "согласно" if lead == "согласно" else "в соответствии с"
        elif token.kind == "IN":
            lead = ""
            if self.skip("TERM_WORD"):
                self.skip("PUNCT")
                self.take()
                lead = "в сроки, установленные"
                if self.kinds[self.at] in GAP | {"END"}:
                    self.refuse(first)
        return Schedule(lead, self.phrase(of_document=True), self.span(first))

    def phrase(self, *, of_document: bool = False) -> str:
        """Read a phrase up to a separator that a new term follows; return it with single spaces."""
        first = end = self.at
        if self.kinds[self.at] in GAP | {"END", "FROM", "TILL", "TIMES", "TIME"} or self.begins_date():
            self.refuse()
        opened = 0
        while self.kinds[self.at] != "END":
            while self.kinds[self.at] in {"PUNCT", "AND", "COLON"}:
                self.at += 1
            if self.at > end and self.kinds[self.at] != "END" and self.term_after(end, of_document=of_document):
                break
            if self.kinds[self.at] == "CLOSE":
                opened -= 1
                if opened < 0:
                    break
            elif self.kinds[self.at] == "OPEN":
                if not opened and self.depth == 0 and self.bracketed_term():
                    break
                opened += 1
            elif self.kinds[self.at] == "THROUGH" and self.offset_after_lead():
                break
            elif self.kinds[self.at] != "END":
                self.check_word(first, of_document=of_document)
            if self.kinds[self.at] != "END":
                self.at += 1
                end = self.at
        if opened > 0:
            self.refuse(end)
        self.at = end
        if not any(len(token.low) > 1 and token.low.isalpha() for token in self.tokens[first:end]):
            self.refuse(first)
        return self.words(first, end)

    def bracketed_term(self) -> bool:
        """Whether a rhythm or a deadline stands in the bracket that opens here."""
        at = self.at
        self.at += 1 + (self.ahead() == "BUT")
        found = self.kinds[self.at] == "ONGOING" or self.beat_ahead()
        found = found or (self.kinds[self.at] in {"NOT_LATER", "TILL"} and self.dated(self.at + 1))
        self.at = at
        return found

    def term_after(self, end: int, *, of_document: bool) -> bool:
        """Whether a new term begins after a separator inside a phrase."""
        if self.tokens[self.at - 1].kind not in {"PUNCT", "AND", "COLON"}:
            return False
        if self.tokens[self.at - 1].low == ";":
            return True
        if self.kinds[self.at] in _STRONG - {"LEAD_SCHEDULE"} | {"THEN", "BUT"} or self.beat_ahead():
            return not (of_document and self.kinds[self.at] == "LEAD_AT")
        if self.kinds[self.at] == "LEAD_SCHEDULE":
            return not of_document
        if self.tokens[end - 1].kind in {"NUMBER", "ROMAN", "ORDINAL"} and self.kinds[self.at] in {
            "NUMBER",
            "ROMAN",
            "ORDINAL",
        }:
            return False  # «I, II четверти»
        return self.item_ahead() or (self.names_schedule() and not of_document)

    def check_word(self, first: int, *, of_document: bool) -> None:
        """Refuse a date, a term of days, a rhythm or a misspelt month inside a phrase: its days would be lost."""
        kind, before = self.kinds[self.at], self.at - 1
        if kind == "EACH" and self.at == first:
            return  # «по окончании каждой четверти»
        if kind in _NEVER_IN_PHRASE or (kind == "TILL" and self.item_ahead()):
            self.refuse()
        if kind in COUNTS and self.ahead() in {"DAY_WORD", "WEEK", "HOUR", "TIMES", "WORKING", "CALENDAR"}:
            self.refuse()
        if kind == "IN" and self.ahead() in {"YEAR", "MONTH", "DATE"}:
            self.refuse()
        if kind == "WORD" and resembles_a_month(self.tokens[self.at].low):
            self.refuse()
        if kind in {"MONTH", "DATE"}:
            number = kind == "MONTH" and self.tokens[before].kind in {"NUMBER", "ORDINAL"}
            before -= number
            if before < first or self.tokens[before].low not in _DATE_WORDS:
                self.refuse(before + 1)

    def offset_after_lead(self) -> bool:
        self.at += 1
        found = self.offset_ahead()
        self.at -= 1
        return found
