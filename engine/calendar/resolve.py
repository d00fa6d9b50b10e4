"""What a deadline means in days, within the horizon of its plan.

«convention 12» is rule 12 of the conventions of the deadline corpus (tests/corpus/README.md).
Nothing here knows today's date: a year comes from the text or from the horizon.
"""

from __future__ import annotations

from datetime import date

from engine.calendar import remarks
from engine.calendar.days import in_month, item_days, period_days, spans_years
from engine.calendar.doubts import Doubts
from engine.calendar.rhythms import clip, each_year, frequency, meets, rhythm_windows
from engine.calendar.shapes import Horizon, Kind, Part, Reading, Window
from engine.deadline import (
    FIRST_REAL_YEAR,
    NO_WEEKDAY,
    Between,
    By,
    Deadline,
    EventBound,
    Heading,
    Item,
    On,
    OnDemand,
    Ongoing,
    Period,
    Piece,
    Relation,
    Rhythm,
    Schedule,
    Since,
    Term,
    Unit,
    canonical_term,
    month_length,
)

_SEPTEMBER = 9
_LONGEST_YEAR = 366
_LONGEST_CAMPAIGN = 62
_LEAP_CYCLE = 8  # years within which there is always a 29 February
_IN_A_YEAR = {Unit.QUARTER: 4, Unit.HALF_YEAR: 2}


_new = tuple.__new__  # twice as fast as the constructor of a named tuple


def resolve(deadline: Deadline, horizon: Horizon) -> Reading:
    """Give the windows of a deadline within the horizon, what was assumed, and what stays in doubt."""
    reader = _Reader(deadline.text, horizon)
    if len(deadline.terms) > 1:
        reader.listed = True
        reader.check_lists(deadline.terms)
    for term in deadline.terms:
        if isinstance(term, (On, By, Between)):
            reader.read_item(term)
        else:
            reader.read(term)
    return reader.reading()


class _Reader(Doubts):
    """Gathers the parts of one deadline."""

    __slots__ = ("listed", "parts", "unsorted")

    def __init__(self, text: str, horizon: Horizon) -> None:
        super().__init__(text, horizon)
        self.parts: list[Part] = []
        self.unsorted = False  # windows may have come out of their order
        self.listed = False  # there are several terms

    def reading(self) -> Reading:
        if self.unsorted or self.listed:
            for at, part in enumerate(self.parts):
                in_order = sorted(set(part.windows), key=lambda w: (w.last, w.first or date.min))
                self.parts[at] = part._replace(windows=tuple(in_order))
        return _new(Reading, (tuple(self.parts), tuple(self.assumptions), tuple(self.doubts)))

    def put(self, kind: Kind, *windows: Window, freq: str | None = None, times: int | None = None) -> None:
        """Add windows to the part of their kind; all of one kind and rhythm are one part."""
        for at, part in enumerate(self.parts) if self.parts else ():
            if part.kind is kind and part.freq == freq and part.times == times:
                self.parts[at] = part._replace(windows=part.windows + windows)
                return
        self.parts.append(_new(Part, (kind, windows, freq, times, None, None, None, None, None)))

    def unknown(self, code: str, text: str) -> None:
        """Give no days, and say why."""
        self.doubt(code, text)
        self.parts.append(Part(Kind.UNKNOWN))

    # --- terms

    def read(self, term: Term) -> None:
        match term:
            case Since():
                self.read_since(term)
            case Rhythm():
                self.read_rhythm(term)
            case Ongoing():
                self.read_ongoing(term)
            case Schedule(_, ref):
                self.parts.append(Part(Kind.SCHEDULE, ref=ref))
            case EventBound(relation, event, offset, lead):
                if not event:
                    self.doubt("no-event", "событие, от которого считается срок, не названо")
                self.parts.append(Part(Kind.EVENT, relation=relation, offset=offset, event=event, lead=lead))
            case OnDemand(lead, condition):
                self.parts.append(Part(Kind.ON_DEMAND, ref=f"{lead} {condition}"))
            case Heading(said):
                self.doubt("heading", f"«{said}» прочитано как заголовок: срок — то, что названо после него")

    def read_item(self, item: Item) -> None:
        first, last = (item.first, item.last) if isinstance(item, Between) else (item.period, item.period)
        self.remark_ends(item, first, last)
        if last.number < 1 and last.unit is Unit.MONTH:
            self.read_unnamed_month(item)
        elif isinstance(item, Between) and spans_years(last) and (years := self.years_of(item)):
            self.run_through(item, years)
        elif last.year is None:
            self.find_year(item)
        else:
            year = first.year
            self.read_dated(item, year if year and year >= FIRST_REAL_YEAR else self.year(first))

    def read_dated(self, item: Item, year: int) -> None:
        """Put an item whose year the text gives."""
        window = item_days(item, year)
        if window is None:
            self.unknown("impossible-date", f"«{canonical_term(item)}»: такого дня в этом году нет")
            return
        if isinstance(item, On) and item.period.unit is Unit.YEAR:
            said = canonical_term(item)
            self.doubt("whole-year", f"«{said}» прочитано как один срок на весь год, но работа может идти и весь год")
        if window.last < self.horizon.start or (window.first or window.last) > self.horizon.end:
            self.assume(remarks.OUTSIDE)
        self.put(Kind.DATED, window)

    def year(self, period: Period) -> int:
        """Calendar year of a period that has one; «текущий» is the first of the horizon (convention 12)."""
        assert period.year is not None
        if period.year < FIRST_REAL_YEAR:
            self.assume(remarks.THIS_YEAR)
            if self.horizon.start.year != self.horizon.end.year:
                self.doubt("this-year", "«текущий год» прочитан как первый год срока плана")
            return self.horizon.start.year + period.year
        return period.year

    def years_of(self, item: Between) -> Window | None:
        if item.first.year is None or item.last.year is None:
            return None
        first = period_days(item.first, self.year(item.first))
        last = period_days(item.last, self.year(item.last))
        return Window(first[0], last[1]) if first and last else None

    def read_unnamed_month(self, item: Item) -> None:
        """Read «вторая неделя» in a plan of one month; elsewhere nobody knows the month (convention 2)."""
        start, end = self.horizon.start, self.horizon.end
        window = in_month(item, start.year, start.month) if item.last.number == 0 else None
        if (start.year, start.month) != (end.year, end.month) or window is None:
            self.unknown("month-not-named", f"«{canonical_term(item)}»: не сказано, какого месяца")
            return
        self.assume(remarks.YEAR_OF_PLAN)
        self.put(Kind.DATED, window)

    def find_year(self, item: Item) -> None:
        """Give an item without a year the years that put it inside the horizon (conventions 12, 34)."""
        self.assumptions[remarks.YEAR_OF_PLAN] = None
        start, end = self.horizon.start, self.horizon.end
        if isinstance(item, By) and item.period.part is None:  # a month that the end cuts counts as inside
            end = date(end.year, end.month, month_length(end.year, end.month))
        long = isinstance(item, Between) or item.period.unit is not Unit.MONTH
        met: list[Window] = []
        if long or (isinstance(item, By) and item.before):
            met = [one for one in each_year(item, self.horizon) if one.last >= start and (one.first or one.last) <= end]
        else:
            for year in range(start.year, end.year + 1):
                window = item_days(item, year)
                if window is not None and window.last >= start and (window.first or window.last) <= end:
                    met.append(window)
        if long and not isinstance(item, By):
            met = [window for window in met if self.holds_whole_months(window)] or self.earliest(item, met)
        if len(met) > 1:
            years = ", ".join(str(window.last.year) for window in met)
            said = f"«{canonical_term(item)}» бывает в сроке плана не один раз ({years}), прочитано как ежегодно"
            self.doubt("several-years", said)
            self.put(Kind.RECURRING, *(clip(window, self.horizon) for window in met), freq="yearly")
        elif met:
            self.put(Kind.DATED, *met)
            self.doubt_edges(item, met[0])
            if self.listed:
                self.doubt_order(item, met[0])
            if item.last.part is not None and item.last.part.weekday != NO_WEEKDAY:
                self.doubt_weekday(item, met[0])
        else:
            self.read_outside(item)

    def earliest(self, item: Item, met: list[Window]) -> list[Window]:
        if met:
            said = f"«{canonical_term(item)}» переходит границу срока плана, взят самый ранний случай"
            self.doubt("over-the-edge", said)
        return met[:1]

    def read_outside(self, item: Item) -> None:
        """Take the nearest occurrence of a day (convention 34); no month is guessed."""
        said = f"«{canonical_term(item)}» не попадает в срок плана"
        part = item.last.part
        if isinstance(item, Between) or part is None or part.piece is not Piece.DAY:
            self.unknown("outside-horizon", f"{said}, а год не назван")
            return
        windows = each_year(item, self.horizon, _LEAP_CYCLE)
        nearest = min(windows, key=lambda window: (self.distance(window.last), window.last))
        self.doubt("nearest-year", f"{said}, взят ближайший к нему год {nearest.last.year}")
        self.put(Kind.DATED, nearest)

    def read_since(self, term: Since) -> None:
        """Run from a day to the end of the horizon (convention 7)."""
        said = canonical_term(term)
        first = self.first_day(term.period)
        if first is None or first > self.horizon.end:
            self.unknown("outside-horizon", f"«{said}» начинается после срока плана")
            return
        self.doubt("open-end", f"«{said}»: конец не назван, взят конец срока плана")
        self.put(Kind.CONTINUOUS, clip(Window(first, self.horizon.end), self.horizon))

    def first_day(self, period: Period) -> date | None:
        """First day of a period; without a year the first one inside the horizon."""
        if period.number < 1 and period.unit is Unit.MONTH:
            return None
        if period.year is not None:
            days = period_days(period, self.year(period))
            return days[0] if days else None
        self.assume(remarks.YEAR_OF_PLAN)
        windows = each_year(On(period), self.horizon)
        return next((w.first for w in windows if w.first and meets(w, self.horizon)), None)

    def read_rhythm(self, term: Rhythm) -> None:
        self.assume(remarks.SPACED if term.every > 1 else remarks.RHYTHMS[term.unit])
        named = _IN_A_YEAR.get(term.unit) if term.items else None
        if named is not None and named != sum(item.last.number > 0 for item in term.items) > 0:
            self.doubt("not-as-often", f"«{canonical_term(term)}»: сроков названо не столько, сколько раз в году")
        for item in term.items:
            self.unsorted = True
            self.remark_ends(item, item.first, item.last)
        if len(term.items) > 1:
            self.check_lists(term.items)
        if isinstance(term.bound, (On, Between, By)):
            self.remark_ends(term.bound, term.bound.first, term.bound.last)
        if term.bound is None:
            windows = rhythm_windows(term, self.horizon)
        else:
            self.unsorted = True
            windows = [window for horizon in self.bounds(term) for window in rhythm_windows(term, horizon)]
        if term.implied:
            self.doubt(
                "rhythm-implied", f"«{canonical_term(term)}» прочитано как каждый раз, а периодичность не названа"
            )
        if not windows:
            self.unknown("outside-horizon", f"«{canonical_term(term)}» не попадает в срок плана")
            return
        latest = max(window.last for window in windows) if self.unsorted else windows[-1].last
        if latest > self.horizon.end:
            self.doubt("after-the-end", "последний срок отчётности наступает после конца плана и оставлен")
        times = term.times[0] if term.times else None
        self.put(Kind.RECURRING, *windows, freq=frequency(term), times=times)

    def bounds(self, term: Rhythm) -> list[Horizon]:
        """The parts of the horizon in which a rhythm holds."""
        return [
            Horizon(clipped.first, clipped.last)
            for window in self.bound_windows(term)
            if meets(window, self.horizon) and (clipped := clip(window, self.horizon)).first
        ]

    def bound_windows(self, term: Rhythm) -> list[Window]:
        whole = Window(self.horizon.start, self.horizon.end)
        match term.bound:
            case Since(period):
                first = self.first_day(period)
                return [Window(first, max(self.horizon.end, first))] if first else []
            case Between() | On() as item if item.last.year is None:
                self.assume(remarks.YEAR_OF_PLAN)
                return each_year(item, self.horizon)
            case By(period) as item if period.year is not None:
                until = item_days(item, self.year(period))
                return [Window(min(self.horizon.start, until.last), until.last)] if until else []
            case Between() as item:
                years = self.years_of(item)
                return [years] if years else []
            case Ongoing(Period(year=int()) as period) | On(period):
                days = period_days(period, self.year(period))
                return [Window(*days)] if days else []
            case _:
                return [whole]

    def read_ongoing(self, term: Ongoing) -> None:
        horizon, period = self.horizon, term.period
        if period is not None and period.year is not None:
            if period.unit is Unit.SCHOOL_YEAR:
                self.assume(remarks.SCHOOL_YEAR)
            days = period_days(period, self.year(period))
            assert days
            self.run_through(term, Window(*days))
            return
        if period is not None and period.unit is Unit.MONTH:
            self.read_within_a_month()
            return
        school = period is not None and period.unit is Unit.SCHOOL_YEAR
        if school and _school_year(horizon.start) != _school_year(horizon.end):
            said = f"«{canonical_term(term)}» прочитано как весь срок плана"
            self.doubt("not-one-year", f"{said}, а он не один учебный год")
        if period is not None and period.unit is Unit.YEAR and horizon.days > _LONGEST_YEAR:
            said = f"«{canonical_term(term)}» прочитано как весь срок плана"
            self.doubt("not-one-year", f"{said}, а в нём больше года")
        self.assume(remarks.WHOLE_PLAN)
        self.put(Kind.CONTINUOUS, Window(horizon.start, horizon.end))

    def read_within_a_month(self) -> None:
        """Read «в течение месяца»: the campaign, or a month from an act that is not named (convention 16)."""
        if self.horizon.days <= _LONGEST_CAMPAIGN:
            self.doubt("within-a-month", "«в течение месяца» прочитано как весь срок плана")
            self.put(Kind.CONTINUOUS, Window(self.horizon.start, self.horizon.end))
            return
        self.doubt("no-event", "событие, от которого считается месяц, не названо")
        self.parts.append(Part(Kind.EVENT, relation=Relation.AFTER, offset="P1M", event=""))

    def run_through(self, term: Term, window: Window) -> None:
        """Put a continuous window, clipped to the horizon where they meet (conventions 14, 17)."""
        clipped = clip(window, self.horizon) if meets(window, self.horizon) else window
        if clipped != window:
            self.assume(remarks.CLIPPED)
            days = f"{clipped.first:%d.%m.%Y} – {clipped.last:%d.%m.%Y}"
            self.doubt("clipped", f"«{canonical_term(term)}» обрезано сроком плана: {days}")
        elif not meets(window, self.horizon):
            self.assume(remarks.OUTSIDE)
        self.put(Kind.CONTINUOUS, clipped)

    # --- days

    def holds_whole_months(self, window: Window) -> bool:
        """Whether the window lies in the horizon when each month it touches counts whole."""
        start, end = self.horizon.start, self.horizon.end
        ends = date(end.year, end.month, month_length(end.year, end.month))
        return (window.first or window.last) >= start.replace(day=1) and window.last <= ends

    def distance(self, day: date) -> object:
        """How far a day lies outside the horizon."""
        return max(self.horizon.start - day, day - self.horizon.end)


def _school_year(day: date) -> int:
    return day.year - (day.month < _SEPTEMBER)
