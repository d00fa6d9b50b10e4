"""The work calendar against the government's decrees, and the shift of due days of the five plans."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from engine.calendar import CalendarRules, Shift, WorkCalendar
from engine.calendar.workdays import _library

CALENDAR = WorkCalendar()


# All working Saturdays of the decrees for 2020–2027.
WORKING_SATURDAYS = ["2021-02-20", "2022-03-05", "2024-04-27", "2024-11-02", "2024-12-28", "2025-11-01", "2027-02-20"]


def test_exactly_the_seven_saturdays_of_the_decrees_are_working() -> None:
    days = (date(2020, 1, 1) + timedelta(days=n) for n in range(8 * 366))
    assert [f"{d}" for d in days if d.weekday() > 4 and d.year < 2028 and CALENDAR.is_working(d)] == WORKING_SATURDAYS


@pytest.mark.parametrize(
    ("year", "count"),
    [(2020, 248), (2021, 247), (2022, 247), (2023, 247), (2024, 248), (2025, 247), (2026, 247), (2027, 247)],
)
def test_a_year_has_the_working_days_of_its_production_calendar(year: int, count: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    assert sum(CALENDAR.is_working(d) for d in days if d.year == year) == count


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2025-05-02", False),  # a transferred day off: a library that has not loaded the year calls it working
        ("2021-12-31", False),  # transferred from a Saturday
        ("2021-02-22", False),  # for the working Saturday 20.02.2021
        ("2021-05-05", True),  # paid non-working by a presidential decree: moves no deadline
        ("2021-11-01", True),  # the same
        ("2028-11-06", False),  # no decree yet; article 112 moves 4 November, a Saturday
        ("2028-01-10", True),  # no guess where the Saturday of January goes
    ],
)
def test_a_day_is_working_or_off(day: str, working: bool) -> None:
    assert CALENDAR.is_working(date.fromisoformat(day)) is working


def test_a_year_without_a_decree_is_provisional() -> None:
    assert [year for year in range(2020, 2030) if CALENDAR.is_provisional(year)] == [2028, 2029]


# Due days of the plans: text, nominal, previous, next.
SHIFTS = [
    ("Октябрь 2020", "2020-10-31", "2020-10-30", "2020-11-02"),  # Артём 1
    ("Февраль-июль 2021", "2021-07-31", "2021-07-30", "2021-08-02"),  # Артём 9
    (
        "Октябрь 2021",
        "2021-10-31",
        "2021-10-29",
        "2021-11-01",
    ),  # Артём 15: 1 November is paid non-working, not a day off
    ("Ноябрь - декабрь 2021", "2021-12-31", "2021-12-30", "2022-01-10"),  # Артём 16
    ("Февраль 2021г", "2021-02-28", "2021-02-26", "2021-03-01"),  # Весьегонск 2.2
    ("Ежегодно (август), 2024", "2024-08-31", "2024-08-30", "2024-09-02"),  # Лысьва 3.2
    ("Ежегодно, 2024", "2024-12-31", "2024-12-28", "2025-01-09"),  # Лысьва 2.6: to a working Saturday
    ("Декабрь 2023г.", "2023-12-31", "2023-12-29", "2024-01-09"),  # Енисейск 2.3
    ("март 2024г.", "2024-03-31", "2024-03-29", "2024-04-01"),  # Енисейск 4.1
    ("до 16 марта 2021", "2021-03-16", "2021-03-16", "2021-03-16"),  # Кисловодск 1.2
    ("До 21 июня 2021", "2021-06-21", "2021-06-21", "2021-06-21"),  # Лысьва 1.1
    ("до 01.12.2023", "2023-12-01", "2023-12-01", "2023-12-01"),  # Енисейск 1.5
    ("Апрель 2021", "2021-04-30", "2021-04-30", "2021-04-30"),  # Артём 7
]


@pytest.mark.parametrize(
    ("nominal", "previous", "following"), [row[1:] for row in SHIFTS], ids=[row[0] for row in SHIFTS]
)
def test_a_due_day_moves_off_a_day_off(nominal: str, previous: str, following: str) -> None:
    day = date.fromisoformat(nominal)
    moved = {shift: WorkCalendar(CalendarRules(shift=shift)).shift(day, None) for shift in Shift}
    assert moved == {
        Shift.PREVIOUS: date.fromisoformat(previous),
        Shift.NEXT: date.fromisoformat(following),
        Shift.NONE: day,
    }


def test_a_due_day_never_moves_before_the_first_day() -> None:
    assert CALENDAR.shift(date(2021, 1, 8), date(2021, 1, 2)) == date(2021, 1, 2)
    assert CALENDAR.shift(date(2021, 1, 8), date(2020, 12, 1)) == date(2020, 12, 31)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2021-04-30", 0, "2021-04-30"),
        ("2021-04-30", 1, "2021-05-04"),
        ("2021-05-01", 0, "2021-05-01"),  # none added: the day stands, though off
        ("2021-05-01", 1, "2021-05-04"),
        ("2021-05-04", -1, "2021-04-30"),
        ("2021-02-19", 1, "2021-02-20"),  # a working Saturday
        ("2020-12-31", 10, "2021-01-22"),
    ],
)
def test_working_days_are_counted_from_the_next_day(day: str, count: int, expected: str) -> None:
    assert CALENDAR.add_working_days(date.fromisoformat(day), count) == date.fromisoformat(expected)


def test_the_days_of_the_plan_stand_above_the_decree() -> None:
    tuesday, saturday = date(2021, 4, 27), date(2021, 4, 24)
    calendar = WorkCalendar(
        CalendarRules(extra_days_off=frozenset({tuesday}), extra_working_days=frozenset({saturday}))
    )
    assert (calendar.is_working(tuesday), calendar.is_working(saturday)) == (False, True)
    assert calendar.previous_working(date(2021, 4, 25)) == saturday
    assert calendar.next_working(tuesday) == date(2021, 4, 28)


def test_days_off_do_not_depend_on_the_language_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "th")
    assert not CALENDAR.is_working(date(2019, 5, 2))


def test_russia_read_alone_is_the_russia_of_the_library_and_the_other_countries_are_not_read() -> None:
    for year in range(2018, 2036):
        russia = holidays.RU(years=year)
        assert set(_library(year)) == set(russia)  # the names are in the language of who asked first
        assert _library(year).special_public_holidays == russia.special_public_holidays
    alone = (
        "import sys; from datetime import date; from engine.calendar import WorkCalendar as C, CalendarRules as R\n"
        "assert not C(R()).is_working(date(2026, 1, 1)); assert 'holidays' in sys.modules\n"
        "assert 'holidays.countries' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", alone], check=True, cwd=Path(__file__).parents[3])
