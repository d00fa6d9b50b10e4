"""The report letter: when it is due, what it speaks of, to whom it goes."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.assignment import Outcome, State
from engine.calendar import WorkCalendar
from engine.monthly import next_report, period_before, period_of, report_actions, report_day, worth_reporting
from flows.rehearsal import planned

URAL = ZoneInfo("Asia/Yekaterinburg")
CALENDAR = WorkCalendar()
FIRST = date(2021, 1, 1)


def ural(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y %H:%M").replace(tzinfo=URAL)


PERIODS = [
    # a day, the period before it, its key, its title, the day of its report
    (date(2021, 9, 5), (date(2021, 8, 1), date(2021, 8, 31)), "2021-08", "август 2021 года", date(2021, 9, 10)),
    # a Sunday
    (date(2021, 10, 10), (date(2021, 7, 1), date(2021, 9, 30)), "2021-Q3", "III квартал 2021 года", date(2021, 10, 11)),
    # the holidays
    (date(2026, 1, 1), (date(2025, 10, 1), date(2025, 12, 31)), "2025-Q4", "IV квартал 2025 года", date(2026, 1, 12)),
    (date(2021, 4, 30), (date(2021, 1, 1), date(2021, 3, 31)), "2021-Q1", "I квартал 2021 года", date(2021, 4, 12)),
    (date(2024, 3, 1), (date(2024, 2, 1), date(2024, 2, 29)), "2024-02", "февраль 2024 года", date(2024, 3, 11)),
    (date(2021, 6, 11), (date(2021, 5, 1), date(2021, 5, 31)), "2021-05", "май 2021 года", date(2021, 6, 10)),
]


@pytest.mark.parametrize(("day", "days", "key", "title", "due"), PERIODS)
def test_a_period_is_the_month_before_or_the_quarter_that_ended_with_it(day, days, key, title, due) -> None:
    period = period_before(day)
    assert ((period.first, period.last), period.key, period.title) == (days, key, title)
    assert report_day(period, CALENDAR) == due
    assert period_of(f"lysva-2021/report/{key}|r0|report|1|p-a|mail") == period


NEXT = [
    ("10.09.2021 08:59", "10.09.2021 09:00"),
    ("10.09.2021 09:00", "11.10.2021 09:00"),
    ("26.08.2021 12:00", "10.09.2021 09:00"),  # a plan synced in August begins with August
    ("31.12.2025 12:00", "12.01.2026 09:00"),
    ("31.01.2026 12:00", "10.02.2026 09:00"),
]


@pytest.mark.parametrize(("now", "following"), NEXT)
def test_the_next_report_is_after_now(office, now, following) -> None:
    assert next_report(ural(now), office("lysva-2021")) == ural(following)


PASSES = [
    # now in Lysva, whether the report on August 2021 is said (2.4 and others are due on the 31st)
    ("10.09.2021 08:59", False),
    ("10.09.2021 09:00", True),
    ("10.09.2021 18:00", False),  # the machine was off: on the next working day
    ("12.09.2021 12:00", False),  # a Sunday
    ("08.10.2021 12:00", True),  # off for a month: it is still the last one
    ("11.10.2021 09:00", False),  # the quarter's comes in its place
]


@pytest.mark.parametrize(("now", "is_said"), PASSES)
def test_a_report_goes_to_the_deputy_head_in_working_hours_once(office, now, is_said) -> None:
    lysva = office("lysva-2021")
    known = planned(lysva, ural("01.08.2021 00:00"))
    found, following = report_actions(lysva, known, frozenset(), ural(now), date(2021, 8, 1))
    keys = [one.key for one in found if "/2021-08|" in one.key]
    assert keys == (["lysva-2021/report/2021-08|r0|report|1|p-obraztsova|mail"] if is_said else [])
    assert all(one.at == ural(f"{now[:10]} 09:00") for one in found)
    assert following > ural(now)
    assert report_actions(lysva, known, {one.key for one in found}, ural(now), FIRST)[0] == []
    assert report_actions(lysva, known, {one.key[:-4] + "max" for one in found}, ural(now), FIRST)[0] == []


def test_after_a_quarter_its_report_is_the_only_one(office) -> None:
    lysva = office("lysva-2021")
    known = planned(lysva, ural("01.08.2021 00:00"))
    (found,), _ = report_actions(lysva, known, frozenset(), ural("11.10.2021 09:00"), FIRST)
    assert found.key == "lysva-2021/report/2021-Q3|r0|report|1|p-obraztsova|mail"


def test_what_ended_before_the_plan_came_is_not_reported_on(office) -> None:
    lysva = office("lysva-2021")
    known = planned(lysva, ural("01.08.2021 00:00"))
    now = ural("10.09.2021 09:00")
    assert report_actions(lysva, known, frozenset(), now, date(2021, 8, 31))[0] != []
    assert report_actions(lysva, known, frozenset(), now, date(2021, 9, 1))[0] == []


WORTH = [
    # Лысьва 2.4, due 31.08.2021: its state, when it was reported; the month of which a report tells of it
    ({"state": State.SENT}, date(2021, 8, 1), True),  # due in it
    ({"state": State.SENT}, date(2021, 7, 1), True),  # overdue by now
    ({"state": State.CLOSED, "outcome": Outcome.ON_TIME, "reported_on": date(2021, 7, 30)}, date(2021, 7, 1), True),
    ({"state": State.CLOSED, "outcome": Outcome.ON_TIME, "reported_on": date(2021, 7, 30)}, date(2021, 5, 1), False),
    ({"state": State.REPORTED, "reported_on": date(2021, 7, 30)}, date(2021, 7, 1), False),  # not accepted yet
    ({"state": State.CANCELLED}, date(2021, 8, 1), False),
    ({"state": State.NOT_TRIGGERED}, date(2021, 8, 1), False),
]


@pytest.mark.parametrize(("change", "month", "told"), WORTH)
def test_a_report_is_worth_sending_where_something_was_due_or_done_or_is_overdue(
    office, cases, change, month, told
) -> None:
    case = cases(office("lysva-2021"), "2.4", FIRST)[1]
    case = replace(case, assignments=[replace(case.assignments[0], **change)])
    period = period_before(month.replace(day=1, month=month.month + 1))
    assert worth_reporting([case], period, date(2021, 9, 10)) is told
    for flag in ("cancelled", "to_reconcile"):
        struck = replace(case, occurrence=replace(case.occurrence, **{flag: True}))
        assert not worth_reporting([struck], period, date(2021, 9, 10))


def test_a_silent_deputy_head_gets_it_after_the_silence(office) -> None:
    silence = {
        "    email: obraztsova@example.org\n": "    email: obraztsova@example.org\n"
        "    silence: [{from: 2021-09-01, to: 2021-09-17}]\n"
    }
    lysva = office("lysva-2021", who=silence)
    known = planned(lysva, ural("01.08.2021 00:00"))
    found, following = report_actions(lysva, known, frozenset(), ural("10.09.2021 09:00"), FIRST)
    assert (found, following) == ([], ural("20.09.2021 09:00"))
    found, following = report_actions(lysva, known, frozenset(), following, FIRST)
    assert [one.at for one in found] == [ural("20.09.2021 09:00")]
