"""Lists of periods: «июнь, август», «5, 6 и 15 марта», «не позднее 1 марта, 1 июня»."""

from __future__ import annotations

from dataclasses import replace

from engine.deadline.ahead import DATE_STARTS, NUMBERS
from engine.deadline.lexer import Token
from engine.deadline.periods import Bare
from engine.deadline.ranges import Bares, Dated, Ranges, governed_by
from engine.deadline.terms import (
    EACH_MONTH,
    NOWHERE,
    Between,
    By,
    Heading,
    Item,
    On,
    Ongoing,
    Part,
    Period,
    Piece,
    Since,
    Span,
    Unit,
)
from engine.deadline.years import months_of, order

_SEPTEMBER = 9
_BETWEEN_NUMBERS = frozenset({",", "и", "(", "а также"})
_DEADLINES = frozenset({"TILL", "NOT_LATER", "TO"})


class Lists(Ranges):
    """Reads a list of items."""

    def items(self) -> list[Dated]:
        """Read a list of periods: «июнь, август», «5, 6 и 15 марта», «не позднее 1 марта, 1 июня»."""
        first = self.at
        self.school_year = None
        item = self.range(first) if self.kinds[first] in DATE_STARTS else self.item()
        if self.kinds[self.at] == "END" and not isinstance(item, (Bare, tuple)):
            return [item]
        return self.listed(first, item)

    def listed(self, first: int, item: Dated | Bares) -> list[Dated]:
        """Read what follows the first item of a list."""
        self.headed = False
        self.month_headings = ()
        self.school_year = None
        items: list[Dated] = []
        bare: list[tuple[Bares, Token]] = []  # numbers whose unit is still to come, with their governors
        governed = False
        end, depth = first, self.depth
        while True:
            governor = self.tokens[first]
            governed = governor.kind == "NOT_LATER" or (governed and governor.kind != "TILL")
            if isinstance(item, (Bare, tuple)):
                bare.append((item, governor))
                if self.tokens[self.at].low not in _BETWEEN_NUMBERS and not self.bracket_closes():
                    self.refuse()
            else:
                for numbers, token in bare:
                    self.join(items, self.lend_unit(numbers, item, token), first)
                    governed = governed or token.kind in _DEADLINES
                item = governed_by(item) if governed and isinstance(item, On) and item.period.part else item
                bare = []
                if items and not _names_month(items[-1]) and _names_month(item) and isinstance(item, (Between, Since)):
                    self.at, self.depth = end, depth  # «до 5 числа, с сентября по май»
                    break
                self.join(items, item, first)
            self.previous = first
            end, depth = self.at, self.depth
            if not self.goes_on():
                self.at, self.depth = end, depth
                break
            first = self.at
            item = self.item()
        if bare and items and self.bracket_closes():
            days = On(Period(Unit.MONTH, EACH_MONTH, None, Part(Piece.DAY)))
            for numbers, token in bare:  # «сентябрь (1-15)»
                self.join(items, self.lend_unit(numbers, days, token), first)
        elif bare:
            self.refuse_place((bare[0][0] if isinstance(bare[0][0], Bare) else bare[0][0][0]).span)
        return self.inherit(items) if len(items) > 1 else items

    def goes_on(self) -> bool:
        """Pass what stands between two items; return whether another item of the same list follows."""
        end, inside = self.at, self.depth
        opened = self.gap()
        if not inside and any(token.low == ";" for token in self.tokens[end : self.at]):
            return False  # another work
        return self.item_ahead() or (opened and self.bracketed_days())

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
        if self.kinds[self.at] not in NUMBERS or self.counted(self.at):
            return False
        return self.kinds[self._numbers[0]] == "CLOSE"

    def join(self, items: list[Dated], item: Dated, first: int) -> None:
        """Add an item to a list, or refuse it where the one before only explains it or is explained by it."""
        if not items:
            items.append(item)
            return
        before = items[-1]
        separated = self.kinds[first - 1] in {"PUNCT", "AND"}
        if self.month_headings and not _names_month(item):
            items += [self.in_month(item, heading) for heading in self.month_headings]
        elif separated and self.another_year(before, item):
            items.append(self.in_other_year(items, item, first))
        elif separated and self.another_month(before, item):
            items += self.in_other_month(items, item)
        elif isinstance(before, On) and before.period.unit is Unit.YEAR and self.takes_year(item):
            items[-1] = self.in_year(item, before.period)
        elif isinstance(before, On) and before.period.part is None and self.is_heading(before.period, item, first):
            self.under(items, item)
        else:
            if separated and self.headed and isinstance(before, Item):
                item = self.within_year(item, before.last)
            if not _fits(before, item, separated=separated) or not (separated or self.same_form(before, item, first)):
                self.refuse(first)
            items.append(item)

    def within_year(self, item: Dated, heading: Period) -> Dated:
        """Give an item without a year that of what heads it: «2022: май, сентябрь», «в течение 2022 года (март)»."""
        return self.in_year(item, heading) if heading.year is not None and self.takes_year(item) else item

    def in_other_year(self, items: list[Dated], item: Dated, first: int) -> Dated:
        """Return the one item of a list in another year: «февраль 2021, 2022»; several are refused."""
        alike = [self.with_period(one, year=None, span=NOWHERE) for one in items if isinstance(one, (On, Between, By))]
        if len(alike) < len(items) or any(one != alike[-1] for one in alike):
            self.refuse(first)  # «май, июнь 2021, 2022»
        return self.with_period(items[-1], year=_last(item).year, span=item.span)

    def in_other_month(self, items: list[Dated], item: Dated) -> list[Dated]:
        """Return the pieces at the end of a list in the month of *item*: «1 и 15 марта, апреля»."""
        month, pieces = _last(item), [items[-1]]
        for one in reversed(items[:-1]):
            lent = not isinstance(one, (Heading, Ongoing)) and one.first.implied
            if not lent or _last(one).number != _last(items[-1]).number:
                break
            pieces.insert(0, one)
        return [self.with_period(one, number=month.number, year=month.year, span=item.span) for one in pieces]

    def with_period(self, item: Dated, *, year: int | None, span: Span, number: int | None = None) -> Item:
        """Return the item in another month or year, which must have its days."""
        assert isinstance(item, (On, Between, By))

        def put(period: Period) -> Period:
            month = period.number if number is None else number
            return self.possible(replace(period, year=year, number=month, span=span))

        if isinstance(item, Between):
            return Between(put(item.first), put(item.last), span)
        return replace(item, period=put(item.period), span=span)

    def same_form(self, before: Dated, item: Dated, first: int) -> bool:
        """Whether two items with nothing between are written alike: «25.09 24.09», «сентябрь 2020 март 2021»."""
        if isinstance(before, Heading) or self.kinds[first - 1] in {"COLON", "OPEN", "CLOSE"}:
            return True
        earlier = self.tokens[self.previous]
        kinds = {"IN": "MONTH"}
        alike = kinds.get(earlier.kind, earlier.kind) == kinds.get(self.kinds[first], self.kinds[first])
        return alike and (earlier.kind != "DATE" or (_last(before).year is None) == (_last(item).year is None))

    def under(self, items: list[Dated], item: Dated) -> None:
        """Put an item in the place of its heading (convention 8)."""
        heading = items[-1]
        assert isinstance(heading, On)
        assert isinstance(item, (On, Between, By))
        if item.last.number == EACH_MONTH and item.last.unit is Unit.MONTH:
            months: list[On] = []
            while (
                items
                and isinstance(items[-1], On)
                and items[-1].period.unit is Unit.MONTH
                and not items[-1].period.part
            ):
                months.append(items.pop())  # type: ignore[arg-type]
            if len(months) > 1 and self.kinds[self.at] != "CLOSE":
                self.refuse_place(item.span, "не сказано, какого месяца, не разобрано", "month-not-named")
            years = [*self.inherit([*reversed(months)])] if len(months) > 1 else months
            self.month_headings = [_last(one) for one in years]
            items += [self.in_month(item, heading) for heading in self.month_headings]
            return
        items[-1] = Heading(" ".join(self.text[slice(*heading.span)].split()).rstrip(" .,:"), heading.span)
        year = heading.period.year
        items.append(self.in_year(item, heading.period) if year is not None and item.last.year is None else item)

    def another_month(self, before: Dated, item: Dated) -> bool:
        """Whether a month in the genitive repeats the piece before it: «15 марта, апреля»."""
        if not isinstance(before, (On, Between, By)) or not isinstance(item, On) or before.last.part is None:
            return False
        period = item.period
        if before.first.number != before.last.number:
            return False
        months = period.unit is Unit.MONTH and period.part is None and before.last.number > EACH_MONTH
        if not months:
            return False
        at = self.at - 1
        while self.kinds[at] != "MONTH":
            at -= 1
        return self.tokens[at].low.endswith(("я", "та"))

    def bracket_closes(self) -> bool:
        """Whether a bracket of numbers ends here: «сентябрь (1-15)»."""
        return self.kinds[self.at] == "CLOSE" and self.depth > 0

    def another_year(self, before: Dated, item: Dated) -> bool:
        """Whether a bare year repeats the item before it: «февраль 2021, 2022»."""
        if not isinstance(before, (On, By)) or not isinstance(item, On) or item.period.unit is not Unit.YEAR:
            return False
        last = self.tokens[self.at - 1]
        plain = last.kind == "YEAR" or last.low in {"гг", "гг.", "годы", "годов", "годах"}
        return plain and before.period.year is not None and before.period.unit not in {Unit.YEAR, Unit.SCHOOL_YEAR}

    def takes_year(self, item: Dated) -> bool:
        """Whether an item has no year and may take that of a heading: «2022: май, сентябрь»."""
        return isinstance(item, (On, Between, By)) and item.last.year is None and item.last.number > EACH_MONTH

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
        if self.kinds[self.previous] == "YEAR":
            return False  # a year that stands for an item: «май 2021, 2022»
        ends = item.first, item.last
        if heading.unit is Unit.MONTH and all(end.part and end.number == EACH_MONTH for end in ends):
            return True
        joined = self.tokens[first - 1].kind
        if (joined in {"PUNCT", "AND"} and not isinstance(item, By)) or any(end.number < 1 for end in ends):
            return False
        over_new_year = order(ends[0]) > order(ends[1])
        if heading.year is not None and (over_new_year or any(end.year not in {None, heading.year} for end in ends)):
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
        pattern = _last(item)
        if isinstance(numbers, tuple):
            if numbers[0] > numbers[1]:
                self.refuse_place(numbers[0].span, "конец раньше начала, не разобрано", "reversed-order")
            first, last = (self.like(number, pattern) for number in numbers)
            return Between(first, last, (numbers[0].span[0], numbers[1].span[1]))
        period = self.like(numbers, pattern)
        if governor.kind in _DEADLINES or (governor.kind in NUMBERS and isinstance(item, By)):
            return By(period, item.before if isinstance(item, By) else False, numbers.span)
        return On(period, numbers.span)

    def inherit(self, items: list[Dated]) -> list[Dated]:
        """Lend the year of an item to those before it (convention 10)."""
        following: Period | None = None
        for at in reversed(range(len(items))):
            item = items[at]
            if not isinstance(item, (On, Between, By)):
                following = None
                continue
            first, last = item.first, item.last
            if self.school_year is not None and first.year is None and last.number > EACH_MONTH:
                year = self.school_year + (months_of(last)[0] < _SEPTEMBER)
                items[at] = self.in_year(item, Period(Unit.YEAR, year=year))
            elif (
                following is not None and following.year is not None and first.year is None and last.number > EACH_MONTH
            ):
                in_order = order(first) <= order(last) <= order(following)
                if in_order and {first.unit, last.unit}.isdisjoint({Unit.YEAR, Unit.SCHOOL_YEAR}):
                    first, last = self.lend_year(first, following.year), self.lend_year(last, following.year)
                    if isinstance(item, Between):
                        items[at] = Between(first, last, item.span)
                    else:
                        items[at] = replace(item, period=first)
            following = first
        return items


def _last(item: Dated) -> Period:
    """The period an item ends with."""
    assert not isinstance(item, Heading)
    last = item.period if isinstance(item, Ongoing) else item.last
    assert last is not None
    return last


def _fits(before: Dated, item: Dated, *, separated: bool) -> bool:
    """Whether an item may follow another in a list.

    «2021 март» is no list: one item only explains the other.
    """
    if isinstance(before, Heading):
        return True
    first = _last(before)
    second = item.first if isinstance(item, Between) else _last(item)
    years = {Unit.YEAR, Unit.SCHOOL_YEAR}
    if first.unit in years or second.unit in years:
        return separated and first.unit is second.unit
    if EACH_MONTH in {first.number, second.number}:
        return separated and first.number == second.number
    if bool(first.part) == bool(second.part) and first.unit is second.unit:
        return separated or not (isinstance(before, (By, Since)) or isinstance(item, (By, Since)))
    return separated and _months(first).isdisjoint(_months(second))


def _names_month(item: Dated) -> bool:
    if isinstance(item, (Heading, Ongoing)):
        return True
    last = item.last
    return last.unit is not Unit.MONTH or last.number != EACH_MONTH or last.part is None


def _months(period: Period) -> set[int]:
    if period.number < 1:
        return set()
    first, last = months_of(period)
    return {(month - 1) % 12 + 1 for month in range(first, last + 1 + 12 * (last < first))}
