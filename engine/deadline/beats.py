"""The beat of a rhythm: «ежемесячно», «каждые две недели», «не реже 2 раз в год»."""

from __future__ import annotations

from engine.deadline.ahead import COUNTS
from engine.deadline.events import RHYTHM_UNITS
from engine.deadline.lexer import Token
from engine.deadline.spans import Spans
from engine.deadline.terms import Unit

_PIECES = frozenset({"WEEKDAY", "WEEK", "DECADE", "DAY_WORD", "HALF"})
_MOST_TIMES = 100


class Beats(Spans):
    """Reads how often, before anything is said of it."""

    def beat(self) -> tuple[Unit, int, tuple[int, int] | None]:
        """Read the rhythm itself: its unit, how many units apart, how often within them."""
        first = self.at
        token = self.take()
        if token.kind == "RHYTHM":
            return token.value, 1, None
        if token.kind == "EACH":
            return self.each(first)
        self.at = first
        times = self.how_often()
        if self.kinds[self.at] == "EACH":
            self.take()
            unit, every, _ = self.each(first)
            return self.twice_a_year(unit, every, times)
        if self.kinds[self.at] == "LEAD_AT" and self.tokens[self.at].low == "в день":
            self.take()
            return Unit.DAY, 1, times
        if self.kinds[self.at] not in {"IN", "SLASH", "FOR", "AT_THE", "THROUGH"}:
            self.refuse()
        self.take()
        every = 1
        if self.kinds[self.at] in COUNTS and self.ahead() in RHYTHM_UNITS:
            every = self.count(self.take())
        return self.twice_a_year(self.rhythm_unit(), every, times)

    def twice_a_year(
        self, unit: Unit, every: int, times: tuple[int, int] | None
    ) -> tuple[Unit, int, tuple[int, int] | None]:
        """Return a rhythm as it is kept: «2 раза в год» is a rhythm of half-years (convention 20)."""
        if unit is Unit.YEAR and every == 1 and times == (2, 2):
            return Unit.HALF_YEAR, 1, None
        return unit, every, times

    def each(self, first: int) -> tuple[Unit, int, tuple[int, int] | None]:
        """Read what follows «каждый»."""
        if self.kinds[self.at] == "WEEKDAY":
            self.take()
            return Unit.WEEK, 1, None
        if self.kinds[self.at] in {"ORDINAL", "NUMBER"} and self.ahead() in _PIECES and self.ahead(2) == "MONTH_WORD":
            return Unit.MONTH, 1, None  # «каждый второй вторник месяца»: its day is read as an item
        every = self.count(self.take()) if self.kinds[self.at] in COUNTS else 1
        self.skip("WORKING")
        if every == 1 and self.kinds[self.at] not in RHYTHM_UNITS and self.kinds[self.at] != "SCHOOL":
            self.refuse(first if self.kinds[self.at] == "END" else None)
        return self.rhythm_unit(), every, None

    def count(self, token: Token) -> int:
        """Return the number of a token that counts how often."""
        number: int = token.value
        if not 1 <= number <= _MOST_TIMES:
            self.refuse(self.at - 1)
        return number

    def rhythm_unit(self) -> Unit:
        """Read the unit of «раз в …»."""
        self.skip("THIS")
        self.skip("CALENDAR")
        if self.kinds[self.at] == "SCHOOL" and self.ahead() in {"YEAR_WORD", "SCHOOL_QUARTER"}:
            self.take()
        if self.kinds[self.at] == "SEASON_ADJECTIVE" and self.ahead() == "PERIOD_WORD":
            return Unit.SEASON  # its period is read as an item
        unit = RHYTHM_UNITS.get(self.kinds[self.at])
        if unit is None:
            self.refuse()
        self.take()
        return unit

    def how_often(self) -> tuple[int, int] | None:
        """Read «раз», «не реже 2 раз», «1-2 раза», «дважды»; once is None."""
        if self.skip("AT_LEAST"):
            self.skip("PUNCT")
            self.skip("THAN")
        if self.kinds[self.at] == "TWICE":
            number = self.take().value
            return number, number
        if self.skip("TIMES"):
            return None
        least = most = self.count(self.expect_count())
        if self.skip("OPEN"):
            if self.expect("CARDINAL").value != least:
                self.refuse(self.at - 1)
            self.expect("CLOSE")
        if self.skip("DASH"):
            most = self.count(self.expect_count())
        self.expect("TIMES")
        if most < least:
            self.refuse()
        return None if least == most == 1 else (least, most)

    def expect_count(self) -> Token:
        """Pass a number, which must stand here."""
        return self.take() if self.kinds[self.at] in COUNTS else self.refuse()
