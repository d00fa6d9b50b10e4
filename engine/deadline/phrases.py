"""Phrases of the cell that are kept as they stand: documents, conditions, events, labels."""

from __future__ import annotations

from engine.deadline.ahead import COUNTS, NUMBERS
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
EXCEPT = frozenset({"кроме", "исключая", "исключение", "без", "минус", "вместо"})
_REPORTS = ("отчет", "информаци", "сведени", "итог", "справк", "доклад", "анализ", "представ", "предостав", "сдач")
_LONGEST_LABEL = 6
_NO_EVENTS = EXCEPT | frozenset({"сегодня", "завтра", "послезавтра", "вчера", "скорого"})
_MAY_END = frozenset({"OPEN", "CLOSE", "THROUGH"})
_BETWEEN_WORDS = frozenset({"PUNCT", "AND", "COLON"})
_NO_PHRASE = GAP | {"END", "FROM", "TILL", "TIMES", "TIME"}
_AFTER_LENGTH = frozenset({"PUNCT", "OPEN", "SLASH", "MINUTE", "HOUR", "DAY_WORD", "WEEK", "MONTH_WORD", "END"})
_PREPOSITIONS = frozenset({"IN", "AT_THE", "ALONG", "FROM", "OF", "TILL", "TO", "FOR", "NOT", "AND", "BUT"})
_NOUNS = frozenset({"WORD", "HOLIDAYS", "CAMPAIGN", "EDGE", "SCHOOL_QUARTER", "QUARTER", "HALF_YEAR", "PERIOD_WORD"})
_NOUNS |= {"SEASON", "SCHOOL", "REPORTED", "YEAR_WORD", "MONTH_WORD"}
_DATE_WORDS = frozenset({"от", "на", "за"})
_PARTICIPLES = ("установлен", "предусмотрен", "определен", "утвержден", "указан", "согласован", "закрепл")
_DEMAND_LEADS = frozenset({"по мере", "в случае", "в случаях"})
LONGEST_LEAD = 4  # words between «по» and the document, «в» and the season


class Phrases(Lists):
    """Reads phrases."""

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
        if self.kinds[self.at] not in {"WORD", "FOR", "NUMBER", "ORDINAL"} or self.tokens[at].low in EXCEPT:
            return None
        while self.kinds[self.at] in _IN_LABEL and self.at < at + _LONGEST_LABEL:
            self.at += 1
        end = self.at
        if self.ends_label(at):
            self.check_label(at, end)
            self.at += self.kinds[self.at] in {"COLON", "DASH"}
            if self.item_ahead() or self.beat_ahead() or self.kinds[self.at] in {"THROUGH", "ONGOING"}:
                return Heading(self.words(at, end), self.span(at))
        self.at = at
        return None

    def ends_label(self, first: int) -> bool:
        """Whether words that began at token *first* are a label: a colon follows, a dash, or «отчёт до …»."""
        at, kind = self.at, self.kinds[self.at]
        if at > first and self.tokens[first].low.startswith(_REPORTS) and kind in {"TILL", "NOT_LATER", "RHYTHM"}:
            return True
        if not self.names_label(first, at) or self.ahead() == "YEAR":
            return False
        return kind == "COLON" or (kind == "DASH" and self.tokens[at - 1].end < self.tokens[at].start)

    def names_label(self, first: int, last: int) -> bool:
        """Whether a word of a label is more than a letter."""
        return any(token.kind in {"WORD", "FOR"} and len(token.low) > 1 for token in self.tokens[first:last])

    def label_after(self) -> Heading | None:
        """Read « – план» after a deadline: «до 1 августа – план; до 15 августа – акты»."""
        at = self.at + 1
        spaced = self.tokens[self.at - 1].end < self.tokens[self.at].start
        if self.kinds[self.at] != "DASH" or self.tokens[at].kind != "WORD" or not spaced:
            return None
        first = at
        while self.tokens[at].kind == "WORD" and at < first + _LONGEST_LABEL:
            at += 1
        if self.tokens[at].kind not in {"PUNCT", "END"} or not self.names_label(first, at):
            return None
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
            if glued or (token.kind == "WORD" and (token.low in EXCEPT or near_date(token.low))):
                self.refuse(at)

    def demand(self) -> OnDemand:
        """Read «по мере X», «при необходимости», «по запросу X», «в случае X»."""
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
        """Read «по графику», «согласно X», «в сроки, установленные X», «в установленные сроки»."""
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
        if self.kinds[first] != "WORD" and (self.kinds[first] in _NO_PHRASE or self.begins_date()):
            self.refuse()
        if self.kinds[first] == "NUMBER" and self.kinds[first + 1] in _AFTER_LENGTH:
            self.refuse()  # «1,5 месяцев»
        opened = 0
        while self.kinds[self.at] != "END":
            while self.kinds[self.at] in _BETWEEN_WORDS:
                self.at += 1
            if self.kinds[self.at] == "END" or (self.at > end and self.term_after(end, of_document=of_document)):
                break
            kind = self.kinds[self.at]
            if kind != "WORD":
                if not opened and kind in _MAY_END and self.ends_phrase():
                    break
                opened += (kind == "OPEN") - (kind == "CLOSE")
            self.check_word(first)
            self.at += 1
            end = self.at
        if opened > 0:
            self.refuse(end)
        self.at = end
        if self.kinds[end - 1] in _PREPOSITIONS or _NOUNS.isdisjoint(self.kinds[first:end]):
            self.refuse(first)
        return self.words(first, end)

    def ends_phrase(self) -> bool:
        """Whether a phrase ends here without a separator: a bracket of a term, a length of time."""
        kind = self.kinds[self.at]
        if kind == "OPEN":
            return self.depth == 0 and self.bracketed_term()
        return kind == "CLOSE" or (kind == "THROUGH" and self.offset_after_lead())

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
        if self.kinds[self.at] == "SCHOOL":
            return False  # «по окончании четверти, учебного года»
        if self.tokens[end - 1].kind in NUMBERS and self.kinds[self.at] in NUMBERS:
            return False  # «I, II четверти»
        return self.item_ahead() or (self.names_schedule() and not of_document)

    def check_word(self, first: int) -> None:
        """Refuse a date, a term of days, a rhythm or a misspelt month inside a phrase: its days would be lost."""
        kind, before = self.kinds[self.at], self.at - 1
        if kind == "WORD":
            word = self.tokens[self.at].low
            if word in _NO_EVENTS or resembles_a_month(word):
                self.refuse()
            return
        if kind == "EACH" and self.at == first:
            return  # «по окончании каждой четверти»
        if kind in _NEVER_IN_PHRASE or (kind == "TILL" and self.item_ahead()):
            self.refuse()
        if kind in COUNTS and self.ahead() in {"DAY_WORD", "WEEK", "HOUR", "TIMES", "WORKING", "CALENDAR"}:
            self.refuse()
        if kind == "IN" and self.ahead() in {"YEAR", "MONTH", "DATE"}:
            self.refuse()
        if kind in {"NOT", "AT_MOST", "DAY_OF_MONTH"}:
            self.refuse()
        if kind in {"MONTH", "DATE"}:
            number = kind == "MONTH" and self.tokens[before].kind in {"NUMBER", "ORDINAL"}
            before -= number
            if before < first or self.tokens[before].low not in _DATE_WORDS:
                self.refuse(before + 1)

    def offset_after_lead(self) -> bool:
        """Whether a length of time stands after the next token."""
        self.at += 1
        found = self.offset_ahead()
        self.at -= 1
        return found
