"""Rhythms and what is said of them: «ежеквартально до 15 числа месяца, следующего за отчётным»."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from engine.deadline.ahead import COUNTS
from engine.deadline.beats import Beats
from engine.deadline.events import RHYTHM_UNITS
from engine.deadline.joining import SHORT_UNITS, YEARS, Bound, month_number, without_year
from engine.deadline.ranges import Dated, governed_by
from engine.deadline.terms import (
    EACH_MONTH,
    LAST_MONTH,
    NEXT_YEAR,
    THIS_YEAR,
    Between,
    By,
    Heading,
    Item,
    On,
    Ongoing,
    Part,
    Period,
    Piece,
    Rhythm,
    Since,
    Term,
    Unit,
)

_MONTH_BASED = frozenset({Unit.QUARTER, Unit.HALF_YEAR, Unit.YEAR, Unit.SCHOOL_QUARTER, Unit.SEASON})


@dataclass(slots=True)
class _Tail:
    """What is said of a rhythm, as it is read."""

    items: list[Dated] = field(default_factory=list)
    weekdays: list[int] = field(default_factory=list)
    bound: Bound | None = None
    following: bool = False


class Rhythms(Beats):
    """Reads rhythms."""

    def rhythm(self) -> list[Term]:
        """Read a rhythm and what is said of it: days, months, weekdays, the time it holds."""
        first = self.at
        tail = _Tail()
        if self.kinds[first] == "ALONG":
            unit, every, times = Unit.WEEK, 1, None
        else:
            unit, every, times = self.beat()
            if self.kinds[self.at - 1] == "WEEKDAY":
                tail.weekdays.append(self.tokens[self.at - 1].value)
        if unit is Unit.SEASON:
            season = self.at
            tail.items = [On(cast("Period", self.end()), self.span(season))]
        while self.kinds[self.at] != "END" and self.tail(unit, tail):
            pass
        if self.kinds[self.at] == "COLON":
            self.refuse(self.at + 1)  # what follows the colon is of the rhythm
        terms: list[Term] = [
            self.make_rhythm(
                first,
                unit,
                tail.items,
                every=every,
                times=times,
                weekdays=tuple(tail.weekdays),
                bound=tail.bound,
                following=tail.following,
            )
        ]
        while self.slashed():
            self.take()
            terms += self.rhythm()
        return terms

    def tail(self, unit: Unit, tail: _Tail) -> bool:
        """Read one thing more that is said of a rhythm; return whether there was one."""
        end, depth = self.at, self.depth
        self.tail_gap()
        another = any(token.low == ";" for token in self.tokens[end : self.at])
        self.skip_period()
        if another or self.kinds[self.at] in {"THEN", "BUT"} or self.slashed() or not self.tail_item(unit, tail):
            self.at, self.depth = end, depth
            return False
        if self.depth > depth and self.skip("CLOSE"):
            self.depth -= 1
        return True

    def tail_item(self, unit: Unit, tail: _Tail) -> bool:
        """Read weekdays, days or months, the time that bounds the rhythm, or a time of day."""
        at = self.at
        if self.weekday(tail.weekdays):
            return True
        if tail.items and tail.bound is None and (bound := self.bound_after(unit)) is not None:
            tail.bound = bound
        elif tail.items and tail.bound is None and self.days_after(unit, tail):
            pass
        elif not tail.items and self.item_ahead() and not self.beat_ahead():
            tail.items = self.items()
            following = self.following()
            self.check_following(following, unit, tail.items)
            tail.following = following is not None
        elif not tail.items and self.kinds[at] == "THROUGH" and self.dated(at + 1) and not self.bound_ahead():
            self.take()
            tail.items = self.items()
        elif tail.bound is None and self.kinds[at] == "THROUGH" and self.bound_ahead():
            tail.bound = cast("Bound", self.through()[0])
        elif not tail.items and self.term_of_report_ahead():
            tail.items, tail.following = [self.term_of_report()], True
        else:
            self.time_of_day()
        return self.at > at

    def days_after(self, unit: Unit, tail: _Tail) -> bool:
        """Read the days of a rhythm after its months: «ежемесячно с сентября по май до 5 числа»."""
        at, depth = self.at, self.depth
        if unit is not Unit.MONTH or not self.item_ahead() or self.beat_ahead():
            return False
        items = self.items()
        if any(month_number(one) != EACH_MONTH for one in items) or len(tail.items) > 1:
            self.at, self.depth = at, depth
            return False
        tail.items += items
        return True

    def bound_after(self, unit: Unit) -> Bound | None:
        """Read the time a rhythm with days of its own holds: «ежемесячно до 5 числа с сентября по май»."""
        at, depth = self.at, self.depth
        if unit not in SHORT_UNITS or not self.item_ahead() or self.beat_ahead():
            return None
        (item, *more) = self.items()
        if not more and isinstance(item, (Between, Since)) and month_number(item) != EACH_MONTH:
            return item
        self.at, self.depth = at, depth
        return None

    def skip_period(self) -> None:
        """Pass «в период» before dates."""
        at = self.at
        if self.skip("DURING") or self.skip("PERIOD_WORD"):
            self.skip("COLON")
            if not self.item_ahead():
                self.at = at

    def slashed(self) -> bool:
        """Whether another rhythm stands after a slash: «ежемесячно/ежеквартально»."""
        return self.kinds[self.at] == "SLASH" and self.ahead() == "RHYTHM"

    def tail_gap(self) -> None:
        """Pass what may stand between a rhythm and its days."""
        while self.kinds[self.at] in {"PUNCT", "COLON", "DASH", "OPEN"}:
            self.depth += self.kinds[self.at] == "OPEN"
            self.at += 1

    def weekday(self, weekdays: list[int]) -> bool:
        """Read «по пятницам», «в пятницу», «каждую пятницу», «пятница»."""
        at = self.at
        if self.kinds[self.at] in {"ALONG", "IN", "EACH"}:
            self.at += 1
        if self.kinds[self.at] != "WEEKDAY" or self.dated(self.at):
            self.at = at
            return False
        while self.kinds[self.at] == "WEEKDAY":
            weekdays.append(self.take().value)
            if self.kinds[self.at] == "DASH" and self.ahead() == "WEEKDAY":
                last = self.tokens[self.at + 1].value
                if last <= weekdays[-1]:
                    self.refuse()
                weekdays += range(weekdays[-1] + 1, last + 1)
                self.at += 2
            end = self.at
            while self.kinds[self.at] in {"PUNCT", "AND"}:
                self.at += 1
            if self.kinds[self.at] != "WEEKDAY":
                self.at = end
        return True

    def bound_ahead(self) -> bool:
        """Whether «в течение …» names a time and no event."""
        follows = self.ahead()
        if follows in {"ALL", "THIS", "CALENDAR"}:
            follows = self.ahead(2)
        if follows == "SCHOOL":
            at = self.at + 1 + (self.ahead() != "SCHOOL")
            return self.kinds[at + 1] == "YEAR_WORD"
        return follows in {"YEAR_WORD", "SCHOOL", "YEAR"} or (
            follows in {"PERIOD_WORD", "SCHOOL_QUARTER", "CAMPAIGN"}
            and self.ahead(2) in {"END", "PUNCT", "CLOSE"}
            and not self.tokens[self.at + 1].low.startswith("сезон")
        )

    def following(self) -> Unit | None:
        """Read «месяца, следующего за отчётным [кварталом]», «следующего месяца»; return what is reported on."""
        at = self.at
        if self.kinds[self.at] == "ORDINAL" and self.tokens[at].value == 1:
            self.take()
        first_month = self.kinds[self.at] in {"MONTH_WORD", "YEAR_WORD"} and self.skip(self.kinds[self.at])
        of_year = self.tokens[self.at - 1].kind == "YEAR_WORD" and self.at > at
        self.skip("PUNCT")
        if not self.skip("NEXT"):
            self.at = at
            return None
        if self.kinds[self.at] in {"MONTH_WORD", "QUARTER", "PERIOD_WORD"}:
            unit = RHYTHM_UNITS.get(self.take().kind, Unit.MONTH)
            if self.kinds[self.at] == "FOR":
                return self.reported_period(unit, at)
            return unit
        if self.kinds[self.at] != "FOR":
            self.at = at
            return None
        found = self.reported_period(Unit.YEAR if of_year else Unit.MONTH, at)
        if not first_month and self.kinds[self.at] in {"MONTH_WORD", "YEAR_WORD"}:
            of_year = self.take().kind == "YEAR_WORD"
        return Unit.YEAR if of_year else found

    def check_following(self, following: Unit | None, unit: Unit, items: list[Dated]) -> None:
        """Refuse «следующего за отчётным …» of another unit than the rhythm, or after several named days."""
        if following is None:
            return
        other = following in {Unit.QUARTER, Unit.HALF_YEAR} and following is not unit
        several = len(items) > 1 and any(month_number(item) != EACH_MONTH for item in items)
        if other or several or (following is Unit.YEAR) != (unit is Unit.YEAR):
            self.refuse(self.at - 1)

    def reported_period(self, otherwise: Unit, at: int) -> Unit:
        """Read «за отчётным кварталом» and what it counts."""
        self.take()
        reported = self.skip("REPORTED")
        if self.kinds[self.at] in {"QUARTER", "HALF_YEAR"} or (
            self.kinds[self.at] in {"PERIOD_WORD", "MONTH_WORD", "YEAR_WORD"} and reported
        ):
            if (
                self.kinds[self.at] in {"MONTH_WORD", "YEAR_WORD"}
                and self.tokens[self.at].low[-2:] != "ом"
                and not self.tokens[self.at].low.endswith("ем")
            ):
                return otherwise
            return RHYTHM_UNITS.get(self.take().kind, otherwise)
        if not reported:
            self.refuse(at)
        return otherwise

    def term_of_report_ahead(self) -> bool:
        """Whether «не позднее 20 дней с окончания отчётного периода» stands here."""
        if self.kinds[self.at] != "NOT_LATER" or self.ahead() not in COUNTS:
            return False
        at = self.at + 2
        at += self.tokens[at].kind == "CALENDAR"
        kinds = [token.kind for token in self.tokens[at : at + 6]]
        if kinds[:1] != ["DAY_WORD"] or kinds[1:2] not in (["FROM"], ["LEAD_AFTER"]):
            return False
        at += 2
        at += self.tokens[at].low in {"окончания", "завершения"}
        at += self.tokens[at].kind == "REPORTED"
        return self.tokens[at].kind in {"PERIOD_WORD", "QUARTER", "MONTH_WORD"}

    def term_of_report(self) -> By:
        """Read «не позднее 20 дней с окончания отчётного периода»: the 20th of the next month (convention 21)."""
        first = self.at
        self.take()
        number = self.take().value
        self.skip("CALENDAR")
        self.at += 2
        self.at += self.tokens[self.at].low in {"окончания", "завершения"}
        self.skip("REPORTED")
        self.take()
        period = Period(Unit.MONTH, EACH_MONTH, None, Part(Piece.DAY, number), span=self.span(first))
        return By(self.possible(period), span=self.span(first))

    def make_rhythm(
        self,
        first: int,
        unit: Unit,
        items: list[Dated],
        *,
        every: int = 1,
        times: tuple[int, int] | None = None,
        weekdays: tuple[int, ...] = (),
        bound: Bound | None = None,
        following: bool = False,
        implied: bool = False,
    ) -> Rhythm:
        """Put a rhythm together; what does not belong to one is refused."""
        kept: list[Item] = []
        named = [item for item in items if month_number(item) > EACH_MONTH]
        for item in items:
            fitted = self.fitted(item, unit, following=following)
            if self.is_bound(fitted, unit, alone=len(named) == 1):
                relative = isinstance(fitted, On) and fitted.period.year in {THIS_YEAR, NEXT_YEAR} and unit is Unit.YEAR
                until = isinstance(fitted, By) and fitted.period.year is None
                mixed = len(items) > 1 and (len(named) > 1 or isinstance(fitted, On))
                if bound is not None or mixed or relative or until:
                    self.refuse_place(item.span)
                bound = fitted
            else:
                kept.append(cast("Item", fitted))
            following = following or (unit is Unit.YEAR and isinstance(item, Item) and item.last.year == NEXT_YEAR)
        if unit in _MONTH_BASED and kept and isinstance(kept[0], By):
            kept = [governed_by(one) if isinstance(one, On) and one.period.part else one for one in kept]
        if (following or every > 1) and (not kept if following else bool(kept)):
            self.refuse(first)
        return Rhythm(unit, every, times, tuple(kept), weekdays, bound, following, implied, self.span(first))

    def is_bound(self, item: Bound, unit: Unit, *, alone: bool) -> bool:
        """Whether an item is the time a rhythm holds, and not its days."""
        if isinstance(item, (Since, Ongoing)) or item.last.year is not None or item.last.unit in YEARS:
            return True
        return alone and unit in SHORT_UNITS and (item.last.number > EACH_MONTH or item.last.unit is not Unit.MONTH)

    def fitted(self, item: Dated, unit: Unit, *, following: bool) -> On | Between | By | Since | Ongoing:
        """Return the item as it stands in a rhythm of that unit, or refuse it."""
        if isinstance(item, Heading):
            return self.refuse_place(item.span)
        if isinstance(item, (Since, Ongoing)):
            return item
        last = item.last
        if unit in YEARS and last.unit not in YEARS and last.year in {THIS_YEAR, NEXT_YEAR}:
            item = without_year(item)  # «ежегодно до 1 мая текущего года» (convention 30)
            last = item.last
        if last.number in {EACH_MONTH, LAST_MONTH} and last.unit is Unit.MONTH:
            longer = {Unit.QUARTER, Unit.HALF_YEAR}
            if unit not in (longer if last.number == LAST_MONTH else {Unit.MONTH, *(longer if following else ())}):
                self.refuse_place(item.span, "не сказано, какого месяца, не разобрано", "month-not-named")
            return item
        day = last.part is not None and last.part.piece is Piece.DAY and isinstance(item, On)
        if unit in SHORT_UNITS and (isinstance(item, By) or day):
            self.refuse_place(item.span)
        if last.year is not None and unit in _MONTH_BASED and last.unit not in YEARS:
            self.refuse_place(item.span)
        return item
