"""What is said of a reading: by which conventions it was made, and what another reader may take otherwise.

«convention 12» is rule 12 of the conventions of the deadline corpus (tests/corpus/README.md).
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from engine.calendar import remarks
from engine.calendar.days import spans_years
from engine.calendar.shapes import Horizon, Remark, Window
from engine.deadline import (
    NO_WEEKDAY,
    Between,
    By,
    Item,
    On,
    Period,
    Piece,
    Term,
    Unit,
    canonical_term,
    months_of,
)

_FEBRUARY, _AUGUST, _SEPTEMBER, _NOVEMBER = 2, 8, 9, 11


class Doubts:
    """Gathers assumptions and doubts, each once, in the order in which they are met."""

    __slots__ = ("assumptions", "before", "doubts", "horizon", "text")

    def __init__(self, text: str, horizon: Horizon) -> None:
        self.text = text
        self.horizon = horizon
        self.assumptions: dict[Remark, None] = {}
        self.doubts: dict[Remark, None] = {}
        self.before: tuple[int, date] | None = None  # first month and last day of the yearless item before

    def assume(self, remark: Remark) -> None:
        """Say by what convention something was taken."""
        self.assumptions[remark] = None

    def doubt(self, code: str, text: str) -> None:
        """Say what a person may read otherwise."""
        self.doubts[Remark(code, text)] = None

    def remark_ends(self, item: Item, first: Period, last: Period) -> None:
        """Say by which conventions the ends of an item are found, and doubt what readers take differently."""
        part = last.part
        if isinstance(item, By):
            self.assumptions[remarks.BEFORE if item.before else remarks.UNTIL] = None
            if item.before:
                said = canonical_term(item)
                self.doubt("before-period", f"«{said}» прочитано как день перед началом этого периода")
        elif remark := remarks.ENDS.get(part.piece if part else last.unit):
            self.assumptions[remark] = None
        if part is not None and part.piece is Piece.WEEK:
            said = canonical_term(item)
            self.doubt("week-of-month", f"«{said}»: недели месяца считаются с 1-го числа, а не с понедельника")
        if last.unit is not Unit.MONTH:
            self.doubt_school(item, last)
        if first.implied and first.year is not None:
            self.assume(remarks.YEAR_LENT)
            if isinstance(item, Between) and last.year == first.year + 1 and months_of(first)[0] > months_of(last)[0]:
                said = canonical_term(item)
                self.doubt("reversed-order", f"«{said}»: год назван только у конца, начало отнесено к году раньше")

    def doubt_school(self, item: Item, last: Period) -> None:
        """Doubt days that each school sets for itself."""
        if last.unit is Unit.SCHOOL_QUARTER or (isinstance(item, By) and last.unit is Unit.SCHOOL_YEAR):
            said = canonical_term(item)
            self.doubt("school-calendar", f"«{said}»: дни учебной четверти и года у школ бывают и другими")

    def doubt_edges(self, item: Item, window: Window) -> None:
        """Doubt what may well be meant a year earlier or later."""
        start = self.horizon.start
        begins_school = start.month == _SEPTEMBER and start.day == 1
        first = item.first
        august = first.number == _AUGUST and first.unit is Unit.MONTH and first.part is None
        if begins_school and august and isinstance(item, On):
            said = "«август» прочитан как конец срока плана, но часто имеют в виду август перед его началом"
            self.doubt("august", said)
        if isinstance(item, By) and window.last == start:
            said = f"«{canonical_term(item)}» — первый день срока плана; может быть, имеется в виду следующий год"
            self.doubt("first-day", said)
        if isinstance(item, By) and item.period.unit is Unit.YEAR and start.year != self.horizon.end.year:
            self.doubt("end-of-year", "«год» прочитан как календарный, а срок плана идёт через новый год")
        if begins_school and first.unit is Unit.HALF_YEAR:
            self.doubt("half-year", "полугодие прочитано как календарное, а срок плана — учебный год")

    def doubt_weekday(self, item: Item, window: Window) -> None:
        """Doubt a day whose named day of the week is another one in the year that was found."""
        for period, day in ((item.first, window.first), (item.last, window.last)):
            part = period.part
            if part is None or day is None or part.piece is not Piece.DAY or part.weekday == NO_WEEKDAY:
                continue
            if day.weekday() != part.weekday:
                self.doubt("wrong-weekday", f"«{canonical_term(item)}»: {day:%d.%m.%Y} — другой день недели")

    def doubt_order(self, item: Item, window: Window) -> None:
        """Doubt «28-29 августа, 1 сентября», which the horizon puts into another order than the text."""
        begins = months_of(item.first)[0]
        over_new_year = self.before is not None and self.before[0] >= _NOVEMBER and begins <= _FEBRUARY
        if self.before and window.last < self.before[1] and (begins > self.before[0] or over_new_year):
            said = f"«{canonical_term(item)}» стоит в тексте позже, а по сроку плана наступает раньше"
            self.doubt("reversed-order", said)
        self.before = begins, window.last

    def check_lists(self, terms: tuple[Term, ...]) -> None:
        """Doubt two items that nothing joins, or that only the order joins (conventions 6, 33)."""
        for before, item in pairwise(terms):
            if not isinstance(before, (On, Between, By)) or not isinstance(item, (On, Between)):
                continue
            between = self.text[before.span[1] : item.span[0]]
            if ";" in between or item.span[0] < before.span[1]:
                continue
            both = f"«{self.text[before.span[0] : item.span[1]]}»"
            if (before.last.year is None) != (item.first.year is None) and not item.first.implied:
                self.doubt("year-of-list", f"{both}: год назван только у одной из дат, у другой взят из срока плана")
            if isinstance(before, By):
                self.doubt("governs-next", f"{both}: «до» может относиться и к следующей дате")
            last = before.last
            unsaid = not spans_years(last) and (last.year is None or last.implied)
            if unsaid and not between.strip() and not ("\n" in between or _neighbours(before, item)):
                said = f"{both}: между датами ничего нет, прочитано как перечень, но может быть и период"
                self.doubt("nothing-between", said)


def _neighbours(before: Item, item: Item) -> bool:
    """Whether two periods follow each other month by month, so that a list and a range give the same days."""
    if item.first.number < 1 or before.last.number < 1 or item.first.part or before.last.part:
        return False
    return months_of(item.first)[0] - months_of(before.last)[1] in {0, 1, -11}
