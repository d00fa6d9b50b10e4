"""What comes next: a date, a rhythm, a length of time; nothing here moves on."""

from __future__ import annotations

from collections.abc import Sequence

from engine.deadline.lexer import Tokens
from engine.deadline.terms import (
    LAST,
    Period,
    Piece,
    Unit,
)

COUNTED = {
    "DECADE": Piece.DECADE,
    "WEEK": Piece.WEEK,
    "HALF": Piece.HALF,
    "QUARTER": Unit.QUARTER,
    "HALF_YEAR": Unit.HALF_YEAR,
    "SCHOOL_QUARTER": Unit.SCHOOL_QUARTER,
}
NUMBERS = frozenset({"NUMBER", "ROMAN", "ORDINAL"})
_IN_NUMBERS = NUMBERS | {"PUNCT", "AND", "DASH", "ALONG", "FROM", "IN", "TILL"}
AFTER_NUMBERS = frozenset(COUNTED) | {"MONTH", "DATE", "DAY_OF_MONTH", "SCHOOL"}
DATE_STARTS = frozenset({"MONTH", "DATE", "YEAR", "SEASON"})
COUNTS = frozenset({"NUMBER", "CARDINAL"})
OFFSET_UNITS = {"DAY_WORD": "D", "WEEK": "W", "MONTH_WORD": "M", "YEAR_WORD": "Y", "HOUR": "H"}


class Ahead(Tokens):
    """Looks at the tokens to come."""

    headed = False  # a year heads the list that is read
    previous = 0  # the first token of the item before
    month_headings: Sequence[Period] = ()  # the months that head its days
    school_year: int | None = None  # the school year that the last year of the list was given by
    _numbers = (0, "END")  # a scanned list of numbers: the token it ends before, the kind of that token

    def dated(self, at: int) -> bool:
        """Whether a calendar period begins at a token."""
        kind = self.tokens[at].kind
        if kind in DATE_STARTS:
            return True
        follows = self.tokens[min(at + 1, len(self.tokens) - 1)].kind
        match kind:
            case "NUMBER" | "ROMAN" | "ORDINAL":
                return self.counted(at)
            case "EDGE":
                return follows in {"MONTH", "MONTH_WORD", "EACH"}
            case "THIS" | "NEXT":
                return follows == "YEAR_WORD" or (kind == "THIS" and follows == "SCHOOL")
            case "SCHOOL":
                return follows == "YEAR_WORD"
            case "SEASON_ADJECTIVE":
                return follows in {"PERIOD_WORD", "MONTH_WORD"}
            case "WEEKDAY":
                at += follows == "PUNCT" and self.tokens[at + 1].low == ","
                return self.kinds[at + 1] in {"NUMBER", "DATE"} and not self.tokens[at].low.endswith("ам")
            case _:
                return False

    def counted(self, at: int) -> bool:
        """Whether the list of numbers that begins at a token is a list of days, quarters or decades."""
        if at >= self._numbers[0]:
            end = at
            while self.tokens[end].kind in _IN_NUMBERS:
                end += 1
            self._numbers = (end, self.tokens[end].kind)
        end, kind = self._numbers
        if kind == "DAY_WORD":
            return self.tokens[end - 1].kind == "ORDINAL" and self.tokens[end - 1].value == LAST
        follows = self.tokens[min(end + 1, len(self.tokens) - 1)].kind
        if kind == "SCHOOL":
            return follows in COUNTED
        if kind == "WEEKDAY":
            return not self.tokens[end - 1].low.isdigit() and follows in {"MONTH", "MONTH_WORD", "EACH"}
        if kind == "WEEK" and self.tokens[end - 1].low.isdigit():  # «2 недели» is a length, «2 недели мая» a time
            return self.tokens[end].low[-1] == "я" or follows in {"MONTH", "MONTH_WORD", "EACH"}
        return kind in AFTER_NUMBERS

    def item_ahead(self) -> bool:
        """Whether an item begins at the next token."""
        kind = self.kinds[self.at]
        if kind in {"IN", "FROM", "TILL", "TO", "ALONG", "NOT_LATER", "NOT_BEFORE"}:
            at = self.at + 1
            if kind in {"NOT_LATER", "TILL"}:
                at += self.tokens[at].kind == "PUNCT"
                at += self.tokens[at].kind == "THAN"
                at += self.tokens[at].kind == "TILL"
            if kind != "IN":
                while self.tokens[at].kind in {"TIME", "HOUR"}:
                    at += 1
            if self.tokens[at].kind == "IN" and kind != "IN":
                at += 1
            if kind in {"TILL", "TO", "NOT_LATER"} and self.tokens[at].kind == "EDGE":
                return self.edge_is_dated(at)
            return self.dated(at)
        return self.dated(self.at)

    def edge_is_dated(self, at: int) -> bool:
        """Whether «до конца …», «до середины …», «до начала …» names a day."""
        if self.kinds[at] != "EDGE":
            return False
        if self.dated(at):
            return True
        if self.tokens[at].value is not Piece.END:
            return False
        follows = self.tokens[min(at + 1, len(self.tokens) - 1)].kind
        return follows in {"YEAR_WORD", "CALENDAR"} or self.dated(at + 1)

    def beat_ahead(self) -> bool:
        """Whether a rhythm begins here: «ежегодно», «каждый», «2 раза в»."""
        if self.kinds[self.at] in {"RHYTHM", "EACH", "AT_LEAST", "TWICE", "TIMES"}:
            return True
        at = self.at
        if self.kinds[self.at] == "ALONG":
            return self.ahead() == "WEEKDAY"
        if self.tokens[at].kind not in COUNTS:
            return False
        at += 1
        while self.tokens[at].kind in {"DASH", "OPEN", "CLOSE"} | COUNTS and at < self.at + 6:
            at += 1
        return self.tokens[at].kind == "TIMES"

    def offset_ahead(self) -> bool:
        """Whether a length of time stands here: «10 рабочих дней», «неделю», «5 (пяти) дней»."""
        at = self.at
        if self.tokens[at].kind in COUNTS:
            at += 1
            if self.tokens[at].kind == "OPEN":
                at += 1
                while self.tokens[at].kind in {"CARDINAL", "CLOSE"}:
                    at += 1
        at += self.tokens[at].kind in {"WORKING", "CALENDAR"}
        return self.tokens[at].kind in OFFSET_UNITS

    def length_ahead(self) -> bool:
        """Whether «в 10-дневный срок», «в недельный срок» stands here."""
        at = self.at
        if self.tokens[at].kind != "IN":
            return False
        at += 1
        at += self.tokens[at].kind in COUNTS
        at += self.tokens[at].kind == "DASH"
        return self.tokens[at].kind == "LENGTH"

    def begins_date(self) -> bool:
        """Whether a day or month stands here, whose days a phrase would lose."""
        if self.kinds[self.at] in {"MONTH", "DATE"}:
            return True
        return self.kinds[self.at] in {"NUMBER", "ORDINAL"} and self.ahead() == "MONTH"
