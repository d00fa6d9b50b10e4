"""What a deadline means in days, within the horizon of its plan.

«соглашение 12» is rule 12 of the conventions of the deadline corpus (tests/corpus/README.md).
Nothing here knows today's date: a year comes from the text or from the horizon.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

from engine.calendar.shapes import Assumption, Horizon, Kind, Part, Reading, Window
from engine.deadline import (
    Between,
    By,
    Day,
    Deadline,
    EventBound,
    Item,
    Month,
    On,
    OnDemand,
    Ongoing,
    Period,
    Schedule,
    SchoolYear,
    Term,
    Year,
    Yearly,
    canonical_term,
)

_AUGUST, _SEPTEMBER = 8, 9
_LONGEST_YEAR = 366
_LEAP_CYCLE = 8  # years within which there is always a 29 February

_MONTH_ENDS = Assumption("month-last-day", "срок месяца — его последний день (соглашение 1)")
_SCHOOL_YEAR = Assumption("school-year", "учебный год — с 1 сентября по 31 августа (соглашение 5)")
_UNTIL = Assumption("until-included", "день после «до» входит в срок (соглашение 6)")
_YEAR_LENT = Assumption("year-from-text", "год взят из следующей даты того же перечня (соглашение 10)")
_YEAR_OF_PLAN = Assumption("year-from-horizon", "год в тексте не назван и взят из срока плана (соглашение 12)")
_WHOLE_PLAN = Assumption("whole-horizon", "работа идёт весь срок плана (соглашение 16)")
_EACH_YEAR = Assumption("each-year", "«ежегодно» — в каждом году срока плана (соглашение 20)")
_CLIPPED = Assumption("clipped", "период обрезан сроком плана (соглашение 14)")
_OUTSIDE = Assumption("outside-horizon", "период лежит вне срока плана и оставлен как написан (соглашения 13, 14)")


def resolve(deadline: Deadline, horizon: Horizon) -> Reading:
    """Give the windows of a deadline within the horizon, what was assumed, and what stays in doubt."""
    reader = _Reader(deadline.text, horizon)
    reader.check_lists(deadline.terms)
    for term in deadline.terms:
        reader.read(term)
    return reader.reading()


class _Reader:
    """Gathers the parts of one deadline."""

    def __init__(self, text: str, horizon: Horizon) -> None:
        self.text = text
        self.horizon = horizon
        self.windows: dict[Kind, set[Window]] = {}
        self.parts: list[Kind | Part] = []  # a kind stands for the one part that takes all its windows
        self.assumptions: dict[Assumption, None] = {}
        self.doubts: dict[str, None] = {}

    def reading(self) -> Reading:
        parts: list[Part] = []
        for part in self.parts:
            if isinstance(part, Part):
                parts.append(part)
                continue
            windows = sorted(self.windows[part], key=lambda w: (w.last, w.first or date.min))
            parts.append(Part(part, tuple(windows), freq="yearly" if part is Kind.RECURRING else None))
        return Reading(tuple(parts), tuple(self.assumptions), tuple(self.doubts))

    def assume(self, assumption: Assumption) -> None:
        self.assumptions[assumption] = None

    def doubt(self, sentence: str) -> None:
        self.doubts[sentence] = None

    def put(self, kind: Kind, *windows: Window) -> None:
        if kind not in self.windows:
            self.windows[kind] = set()
            self.parts.append(kind)
        self.windows[kind].update(windows)

    # --- terms

    def read(self, term: Term) -> None:
        match term:
            case Between(Year(first), Year(last)) if first and last:
                self.run_through(term, Window(date(first, 1, 1), date(last, 12, 31)))
            case On() | Between() | By():
                self.read_item(term)
            case Yearly():
                self.read_yearly(term)
            case Ongoing():
                self.read_ongoing(term)
            case Schedule(_, ref):
                self.parts.append(Part(Kind.SCHEDULE, ref=ref))
            case EventBound(relation, event, offset):
                self.parts.append(Part(Kind.EVENT, relation=relation, offset=offset, event=event))
            case OnDemand(condition):
                self.parts.append(Part(Kind.ON_DEMAND, ref=condition))

    def read_item(self, item: Item) -> None:
        self.assume_ends(item)
        year = _last(item).year
        if year is None:
            self.find_year(item)
            return
        window = _window(item, year)
        assert window is not None
        if isinstance(_last(item), Year):
            self.doubt(f"«{canonical_term(item)}» прочитано как один срок на весь год, но работа может идти и весь год")
        if not self.meets(window):
            self.assume(_OUTSIDE)
        self.put(Kind.DATED, window)

    def find_year(self, item: Item) -> None:
        """Give an item without a year the years that put it inside the horizon (conventions 12, 34)."""
        self.assume(_YEAR_OF_PLAN)
        met = [window for window in self.each_year(item) if self.meets(window)]
        if isinstance(item, Between):
            met = [window for window in met if self.holds_whole_months(window)] or self.earliest(item, met)
        if len(met) > 1:
            years = ", ".join(str(window.last.year) for window in met)
            self.doubt(f"«{canonical_term(item)}» бывает в сроке плана не один раз ({years}), прочитано как ежегодно")
            self.put(Kind.RECURRING, *(self.clip(window) for window in met))
        elif met:
            self.put(Kind.DATED, *met)
            self.doubt_august(item)
        else:
            self.read_outside(item)

    def earliest(self, item: Item, met: list[Window]) -> list[Window]:
        if met:
            self.doubt(f"«{canonical_term(item)}» переходит границу срока плана, взят самый ранний случай")
        return met[:1]

    def doubt_august(self, item: Item) -> None:
        start = self.horizon.start
        is_august = isinstance(item, On) and isinstance(item.period, Month) and item.period.month == _AUGUST
        if is_august and (start.month, start.day) == (_SEPTEMBER, 1):
            self.doubt("«август» прочитан как конец срока плана, но часто имеют в виду август перед его началом")

    def read_outside(self, item: Item) -> None:
        """Take the nearest occurrence of a day (convention 34); no month is guessed."""
        if isinstance(item, Between) or isinstance(item.period, Month):
            self.doubt(f"«{canonical_term(item)}» не попадает в срок плана, а год не назван")
            self.parts.append(Part(Kind.UNKNOWN))
            return
        nearest = min(self.each_year(item, _LEAP_CYCLE), key=lambda window: (self.distance(window.last), window.last))
        self.doubt(f"«{canonical_term(item)}» не попадает в срок плана, взят ближайший к нему год {nearest.last.year}")
        self.put(Kind.DATED, nearest)

    def read_yearly(self, term: Yearly) -> None:
        self.assume(_EACH_YEAR)
        horizon = self.horizon
        if not term.terms:
            years = range(horizon.start.year, horizon.end.year + 1)
            whole = [Window(date(year, 1, 1), date(year, 12, 31)) for year in years]
            short = horizon.days <= _LONGEST_YEAR
            windows = [Window(horizon.start, horizon.end)] if short else [self.clip(window) for window in whole]
            self.put(Kind.RECURRING, *windows)
            return
        self.check_lists(term.terms)
        for item in term.terms:
            self.assume_ends(item)
            met = [self.clip(window) for window in self.each_year(item) if self.meets(window)]
            if met:
                self.put(Kind.RECURRING, *met)
            else:
                self.doubt(f"«{canonical_term(item)}» не попадает в срок плана")
                self.parts.append(Part(Kind.UNKNOWN))

    def read_ongoing(self, term: Ongoing) -> None:
        horizon = self.horizon
        match term.period:
            case SchoolYear(int(year)):
                self.assume(_SCHOOL_YEAR)
                self.run_through(term, Window(date(year, _SEPTEMBER, 1), date(year + 1, _AUGUST, 31)))
                return
            case Year(int(year)):
                self.run_through(term, Window(date(year, 1, 1), date(year, 12, 31)))
                return
            case SchoolYear() if _school_year(horizon.start) != _school_year(horizon.end):
                self.doubt("«в течение учебного года» прочитано как весь срок плана, а он не один учебный год")
            case Year() if horizon.days > _LONGEST_YEAR:
                self.doubt("«в течение года» прочитано как весь срок плана, а в нём больше года")
        self.assume(_WHOLE_PLAN)
        self.put(Kind.CONTINUOUS, Window(horizon.start, horizon.end))

    def run_through(self, term: Term, window: Window) -> None:
        """Put a continuous window, clipped to the horizon where they meet (conventions 14, 17)."""
        clipped = self.clip(window) if self.meets(window) else window
        if clipped != window:
            self.assume(_CLIPPED)
            self.doubt(f"«{canonical_term(term)}» обрезано сроком плана: {_days(clipped)}")
        elif not self.meets(window):
            self.assume(_OUTSIDE)
        self.put(Kind.CONTINUOUS, clipped)

    # --- what is said in passing

    def assume_ends(self, item: Item) -> None:
        last = _last(item)
        if isinstance(last, Month):
            self.assume(_MONTH_ENDS)
        if isinstance(item, By):
            self.assume(_UNTIL)
        first = item.first if isinstance(item, Between) else item.period
        if isinstance(first, (Day, Month)) and first.implied:
            self.assume(_YEAR_LENT)

    def check_lists(self, terms: tuple[Term, ...]) -> None:
        """Doubt two items that nothing joins, or that only the order joins (conventions 6, 33)."""
        for before, item in pairwise(terms):
            if not isinstance(before, (On, Between, By)) or not isinstance(item, (On, Between)):
                continue
            both = f"«{self.text[before.span[0] : item.span[1]]}»"
            if isinstance(before, By):
                self.doubt(f"{both}: «до» может относиться и к следующей дате")
            last = _last(before)
            unsaid = not isinstance(last, Year) and (last.year is None or last.implied)
            if unsaid and not self.text[before.span[1] : item.span[0]].strip() and not _neighbours(before, item):
                self.doubt(f"{both}: между датами ничего нет, прочитано как перечень, но может быть и период")

    # --- days

    def each_year(self, item: Item, around: int = 1) -> list[Window]:
        """The item in every year of the horizon and *around* years on both sides, in order."""
        years = range(self.horizon.start.year - around, self.horizon.end.year + around + 1)
        return [window for year in years if (window := _window(item, year))]

    def meets(self, window: Window) -> bool:
        """Whether the window, or the day of a deadline, lies in the horizon at least in part."""
        return (window.first or window.last) <= self.horizon.end and window.last >= self.horizon.start

    def holds_whole_months(self, window: Window) -> bool:
        """Whether the window lies in the horizon when each month it touches counts whole."""
        start, end = self.horizon.start, self.horizon.end
        ends = date(end.year, end.month, monthrange(end.year, end.month)[1])
        return (window.first or window.last) >= start.replace(day=1) and window.last <= ends

    def clip(self, window: Window) -> Window:
        first = window.first and max(window.first, self.horizon.start)
        return Window(first, window.last if first is None else min(window.last, self.horizon.end))

    def distance(self, day: date) -> timedelta:
        return max(self.horizon.start - day, day - self.horizon.end)


def _window(item: Item, year: int) -> Window | None:
    """The item with its last day in the year; None for a 29 February that the year does not have."""
    if isinstance(item, Between):
        first_year = item.first.year
        if first_year is None:
            first_year = year - (_start(item.first) > _start(item.last))
        first, last = _first_day(item.first, first_year), _last_day(item.last, year)
        return Window(first, last) if first and last else None
    last = _last_day(item.period, year)
    if last is None:
        return None
    return Window(None if isinstance(item, By) else _first_day(item.period, year), last)


def _start(period: Period) -> tuple[int, int]:
    match period:
        case Day(day, month):
            return month, day
        case Month(month):
            return month, 0
    return 1, 0


def _first_day(period: Period, year: int) -> date | None:
    match period:
        case Day():
            return _last_day(period, year)
        case Month(month):
            return date(year, month, 1)
    return date(year, 1, 1)


def _last_day(period: Period, year: int) -> date | None:
    match period:
        case Day(day, month):
            return date(year, month, day) if day <= monthrange(year, month)[1] else None
        case Month(month):
            return date(year, month, monthrange(year, month)[1])
    return date(year, 12, 31)


def _last(item: Item) -> Day | Month | Year:
    return item.last if isinstance(item, Between) else item.period


def _school_year(day: date) -> int:
    return day.year - (day.month < _SEPTEMBER)


def _neighbours(before: Item, item: Item) -> bool:
    """Whether two periods follow each other month by month, so that a list and a range give the same days."""
    first = item.first if isinstance(item, Between) else item.period
    return _start(first)[0] - _start(_last(before))[0] in {0, 1, -11}


def _days(window: Window) -> str:
    return f"{window.first:%d.%m.%Y} – {window.last:%d.%m.%Y}"
