"""Lists of periods: «июнь, август», «5, 6 и 15 марта», «не позднее 1 марта, 1 июня»."""

from __future__ import annotations

from dataclasses import replace

from engine.deadline.ahead import DATE_STARTS, NUMBERS
from engine.deadline.lexer import Token
from engine.deadline.periods import Bare
from engine.deadline.ranges import Dated, Ranges, only_period
from engine.deadline.terms import (
    EACH_MONTH,
    Between,
    By,
    Heading,
    On,
    Ongoing,
    Period,
    Piece,
    Since,
    Unit,
)
from engine.deadline.years import months_of, order


class Lists(Ranges):
    """Reads a list of items."""

    __slots__ = ()

    def items(self) -> list[Dated]:
        """Read a list of periods: «июнь, август», «5, 6 и 15 марта», «не позднее 1 марта, 1 июня»."""
        if self.kinds[self.at] in DATE_STARTS:
            first = self.at
            item = self.range(first)
            if self.kinds[self.at] == "END" and not isinstance(item, (Bare, tuple)):
                return [item]
            self.at = first
        governed = self.kinds[self.at] == "NOT_LATER"
        self.headed = False
        items: list[Dated] = []
        end, depth = self.at, self.depth
        bare: list[tuple[int, Bare | tuple[Bare, Bare], Token]] = []  # place in items, numbers, governor
        while True:
            first = self.at
            governed = self.kinds[self.at] == "NOT_LATER" or (governed and self.kinds[self.at] != "TILL")
            governor = self.tokens[first]
            item = self.item()
            if isinstance(item, (Bare, tuple)):
                bare.append((first, item, governor))
            else:
                for _, numbers, token in bare:
                    items.append(self.lend_unit(numbers, item, token))
                    governed = governed or (token.kind == "TILL" and len(bare) > 0)
                if bare and bare[0][2].kind in {"TILL", "NOT_LATER", "TO"} and isinstance(item, On):
                    item = By(item.period, span=item.span)
                bare = []
                if governed and isinstance(item, On) and item.period.part:
                    item = By(item.period, span=item.span)
                if items and _names_month(items[-1]) != _names_month(item) and isinstance(item, (Between, Since)):
                    self.at, self.depth = end, depth  # «до 5 числа, с сентября по май»
                    break
                self.join(items, item, first)
            end, depth = self.at, self.depth
            opened = self.gap()
            if not self.item_ahead() and not (opened and self.kinds[self.at] in NUMBERS and self.bracketed_days()):
                self.at, self.depth = end, depth
                break
        if bare:
            self.refuse(bare[0][0])
        return self.inherit(items) if len(items) > 1 else items

    def gap(self) -> bool:
        """Pass what may stand between two items of a list; return whether it was a bracket or a colon."""
        opened = False
        while self.kinds[self.at] in {"PUNCT", "AND", "COLON", "OPEN"}:
            opened = opened or self.kinds[self.at] in {"COLON", "OPEN"}
            self.depth += self.kinds[self.at] == "OPEN"
            self.at += 1
        return opened

    def bracketed_days(self) -> bool:
        """Whether only numbers stand in the bracket: «сентябрь (1-15)»."""
        return self.tokens[self._numbers[0]].kind == "CLOSE" if not self.counted(self.at) else False

    def join(self, items: list[Dated], item: Dated, first: int) -> None:
        """Add an item to a list, or refuse it where the one before only explains it or is explained by it."""
        before = items[-1] if items else None
        if before is None:
            items.append(item)
            return
        separated = self.tokens[first - 1].kind in {"PUNCT", "AND"}
        if separated and self.another_year(before, item):
            assert isinstance(item, On)
            assert isinstance(before, (On, By))
            items.append(replace(before, period=replace(before.period, year=item.period.year), span=item.span))
            return
        if isinstance(before, On) and before.period.unit is Unit.YEAR and self.takes_year(item):
            items[-1] = self.in_year(item, before.period)
            return
        if separated and self.headed and self.takes_year(item) and isinstance(before, (On, Between, By)):
            year = last_year(before)
            item = item if year is None else self.in_year(item, Period(Unit.YEAR, year=year))
        if isinstance(before, On) and before.period.part is None and self.is_heading(before.period, item, first):
            last = item.last if isinstance(item, Between) else only_period(item)
            if last.number == EACH_MONTH and last.unit is Unit.MONTH:
                items[-1] = self.in_month(item, before.period)
                return
            items[-1] = Heading(" ".join(self.text[slice(*before.span)].split()).rstrip(" .,:"), before.span)
        elif not _fits(before, item, separated=separated):
            self.refuse(first)
        items.append(item)

    def another_year(self, before: Dated, item: Dated) -> bool:
        """Whether a bare year repeats the item before it: «февраль 2021, 2022»."""
        if not isinstance(before, (On, By)) or not isinstance(item, On) or item.period.unit is not Unit.YEAR:
            return False
        last = self.tokens[self.at - 1]
        plain = last.kind == "YEAR" or last.low in {"гг", "годы", "годов", "годах"}
        return plain and before.period.year is not None and before.period.unit not in {Unit.YEAR, Unit.SCHOOL_YEAR}

    def takes_year(self, item: Dated) -> bool:
        """Whether an item has no year and may take that of a heading: «2022: май, сентябрь»."""
        if not isinstance(item, (On, Between, By)):
            return False
        last = item.last if isinstance(item, Between) else item.period
        return last.year is None and last.number > EACH_MONTH

    def in_year(self, item: Dated, heading: Period) -> Dated:
        """Give an item the year of its heading."""
        self.headed = True
        assert heading.year is not None
        if isinstance(item, Between):
            last = self.lend_year(item.last, heading.year)
            return Between(self.match_ends(item.first, last, self.at - 1), last, item.span)
        assert isinstance(item, (On, By))
        return replace(item, period=self.lend_year(item.period, heading.year))

    def is_heading(self, heading: Period, item: Dated, first: int) -> bool:
        """Whether a month, quarter or half-year only heads the item after it (convention 8)."""
        if isinstance(item, (Since, Ongoing, Heading)) or heading.unit in {Unit.YEAR, Unit.SCHOOL_YEAR}:
            return False
        ends = (item.first, item.last) if isinstance(item, Between) else (item.period, item.period)
        if heading.unit is Unit.MONTH and all(end.part and end.number == EACH_MONTH for end in ends):
            return True
        joined = self.tokens[first - 1].kind
        if (joined in {"PUNCT", "AND"} and not isinstance(item, By)) or any(end.number < 1 for end in ends):
            return False
        if heading.year is not None and any(end.year not in {None, heading.year} for end in ends):
            return False
        if any(end.part and end.part.piece is Piece.DAY for end in ends) and heading.unit is not Unit.MONTH:
            return True
        begins, closes = months_of(heading)
        inside = all(begins <= end.number <= closes for end in ends if end.unit is Unit.MONTH)
        return inside and all(end.unit is Unit.MONTH and (end.part or heading.unit is not Unit.MONTH) for end in ends)

    def in_month(self, item: Dated, heading: Period) -> Dated:
        """Give an item without a month that of its heading: «сентябрь (1-15)», «май, 2-я декада»."""

        def put(period: Period) -> Period:
            return self.possible(replace(period, number=heading.number, year=heading.year))

        if isinstance(item, Between):
            return Between(put(item.first), put(item.last), item.span)
        assert isinstance(item, (On, By))
        return replace(item, period=put(item.period))

    def lend_unit(self, numbers: Bare | tuple[Bare, Bare], item: Dated, governor: Token) -> Dated:
        """Make bare numbers what the item after them is: the 1 of «1 и 15 сентября», the I of «I, II кварталы»."""
        pattern = item.last if isinstance(item, Between) else only_period(item)
        if isinstance(numbers, tuple):
            first, last = (self.like(number, pattern) for number in numbers)
            return Between(first, last, (numbers[0].span[0], numbers[1].span[1]))
        period = self.like(numbers, pattern)
        if governor.kind in {"TILL", "NOT_LATER", "TO"} or (governor.kind in NUMBERS and isinstance(item, By)):
            return By(period, item.before if isinstance(item, By) else False, numbers.span)
        return On(period, numbers.span)

    def inherit(self, items: list[Dated]) -> list[Dated]:
        """Lend the year of an item to those before it (convention 10)."""
        following: Period | None = None
        for at in reversed(range(len(items))):
            item = items[at]
            if isinstance(item, (Ongoing, Heading, Since)):
                following = None
                continue
            first, last = (item.first, item.last) if isinstance(item, Between) else (item.period, item.period)
            if following is not None and following.year is not None and first.year is None and last.number > EACH_MONTH:
                in_order = order(first) <= order(last) <= order(following)
                if in_order and {first.unit, last.unit}.isdisjoint({Unit.YEAR, Unit.SCHOOL_YEAR}):
                    first, last = self.lend_year(first, following.year), self.lend_year(last, following.year)
                    between = isinstance(item, Between)
                    items[at] = Between(first, last, item.span) if between else replace(item, period=first)  # type: ignore[call-arg]
            following = first
        return items


def last_year(item: On | Between | By) -> int | None:
    """Year of the period an item ends with."""
    return (item.last if isinstance(item, Between) else item.period).year


def _fits(before: Dated, item: Dated, *, separated: bool) -> bool:
    """Whether an item may follow another in a list.

    «2021 март» is no list: one item only explains the other.
    """
    if isinstance(before, Heading):
        return True
    first = before.last if isinstance(before, Between) else only_period(before)
    second = item.first if isinstance(item, Between) else only_period(item)
    years = {Unit.YEAR, Unit.SCHOOL_YEAR}
    if first.unit in years or second.unit in years:
        return separated and first.unit is second.unit
    if EACH_MONTH in {first.number, second.number}:
        return separated and first.number == second.number
    if bool(first.part) == bool(second.part) and first.unit is second.unit:
        return separated or not (isinstance(before, (By, Since)) or isinstance(item, (By, Since)))
    return separated and _months(first).isdisjoint(_months(second))


def _names_month(item: Dated) -> bool:
    if isinstance(item, Heading):
        return True
    last = item.last if isinstance(item, Between) else item.period
    return last is None or last.unit is not Unit.MONTH or last.number != EACH_MONTH or last.part is None


def _months(period: Period) -> set[int]:
    if period.number < 1:
        return set()
    first, last = months_of(period)
    return set(range(first, last + 1)) if first <= last else {*range(first, 13), *range(1, last + 1)}
