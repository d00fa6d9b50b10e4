"""The report letter to the deputy head: when it is due after a month's or a quarter's end, and whether it has to say.

One letter a period: a quarter's stands in the place of that of its last month. Days are those of the recipient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.assignment import (
    GONE,
    OPEN,
    Action,
    Case,
    State,
    action_key,
    is_complete,
    is_overdue,
    term,
    without_channel,
)
from engine.calendar import WorkCalendar
from engine.office import Office

KIND = "report"
DAYS_AFTER = 10
"""The report is due so many days after the period's end (DESIGN.md 6), or on the first working day from then on."""
_QUARTER_ENDS = (3, 6, 9, 12)
_QUARTERS = ("I", "II", "III", "IV")
_MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """A month, or a quarter; both days inclusive."""

    first: date
    last: date

    @property
    def is_quarter(self) -> bool:
        """Whether it is three months long."""
        return self.first.month != self.last.month

    @property
    def key(self) -> str:
        """How message keys name it: «2026-08», «2026-Q3»."""
        year, month = self.last.year, self.last.month
        return f"{year}-Q{(month + 2) // 3}" if self.is_quarter else f"{year}-{month:02d}"

    @property
    def title(self) -> str:
        """«август 2026 года», «III квартал 2026 года»."""
        month = self.last.month
        named = f"{_QUARTERS[(month - 1) // 3]} квартал" if self.is_quarter else _MONTHS[month - 1]
        return f"{named} {self.last.year} года"


def period_before(day: date) -> Period:
    """Return the month before that of *day*; the quarter where one ended with it."""
    last = day.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    return Period(first.replace(month=last.month - 2) if last.month in _QUARTER_ENDS else first, last)


def period_of(key: str) -> Period:
    """Return the period that the key of a report speaks of."""
    year, month = key.split("|", 1)[0].rpartition("/")[2].split("-")
    last_month = int(month[1:]) * 3 if month.startswith("Q") else int(month)
    return period_before(date(int(year), last_month, 1) + timedelta(days=31))


def report_day(period: Period, calendar: WorkCalendar) -> date:
    """Return the day of the report on *period*: the tenth of the next month, later where that is a day off."""
    return calendar.next_working(period.last + timedelta(days=DAYS_AFTER))


def worth_reporting(cases: Sequence[Case], period: Period, today: date) -> bool:
    """Tell whether something was due or done in *period*, or is overdue on *today*."""
    return any(_is_told(case, period, today) for case in cases)


def _is_told(case: Case, period: Period, today: date) -> bool:
    occurrence = case.occurrence
    if occurrence.cancelled or occurrence.to_reconcile:
        return False
    complete = is_complete(case.assignments)
    for one in case.assignments:
        if not one.blocking or one.state in GONE or one.state is State.NOT_TRIGGERED:
            continue
        due, done = term(occurrence, one).due_on, one.reported_on if one.state not in OPEN else None
        if any(day is not None and period.first <= day <= period.last for day in (due, done)):
            return True
        if is_overdue(one, occurrence, today, complete=complete):
            return True
    return False


def report_actions(
    office: Office, cases: Sequence[Case], sent: AbstractSet[str], now: datetime, since: date
) -> tuple[list[Action], datetime]:
    """Return the report due now (none that would have nothing to say) and the next instant one may be due.

    Args:
        office: The plan's rules and people.
        cases: All of the plan.
        sent: Keys of its reports in the outbox.
        now: The instant of the pass.
        since: The plan's first day in the store: what ended before it is not reported on.
    """
    person = office.head()
    period, following = _last_period(now, person, office), next_report(now, office)
    said = {without_channel(key) for key in sent}
    today = now.astimezone(office.zone_of(person)).date()
    fresh = [one for one in _actions(person, period, today, office) if without_channel(one.key) not in said]
    if not fresh or period.last < since or not worth_reporting(cases, period, today):
        return [], following
    if not office.may_speak(person, now):
        return [], min(following, office.next_slot(person, now))
    return fresh, following


def _last_period(now: datetime, person: str | None, office: Office) -> Period:
    """Return the last period whose report is due by *now*."""
    period = period_before(now.astimezone(office.zone_of(person)).date())
    return period if _instant(period, person, office) <= now else period_before(period.last)


def _instant(period: Period, person: str | None, office: Office) -> datetime:
    return office.slot(person, report_day(period, office.calendar))


def _actions(person: str | None, period: Period, today: date, office: Office) -> Iterator[Action]:
    plan = office.roadmap.plan
    base, at = f"{plan.id}/{KIND}/{period.key}", office.slot(person, today)
    for channel in office.channels(person, today):
        key = action_key(base, 0, KIND, 1, person, channel)
        yield Action(key, at, KIND, KIND, 0, plan.id, None, None, None, person, channel)


def next_report(now: datetime, office: Office) -> datetime:
    """Return the first instant after *now* at which a report may be due: a plan synced in a month begins with it."""
    person = office.head()
    day = now.astimezone(office.zone_of(person)).date()
    while (instant := _instant(period_before(day), person, office)) <= now:
        day = day.replace(day=1) + timedelta(days=32)
    return instant
