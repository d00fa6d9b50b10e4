"""Properties of readings: whatever text and horizon, windows are in order and their years are accounted for."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.calendar import Horizon, Kind, Reading, Window, resolve
from engine.deadline import Deadline, DeadlineError, canonical, parse_deadline
from tests.engine.deadline.texts import CELLS, READABLE

FIRST, LAST = date(1950, 1, 1), date(2150, 12, 31)
WIDE = st.tuples(st.dates(FIRST, LAST), st.dates(FIRST, LAST)).map(lambda ends: Horizon(min(ends), max(ends)))
PLANS = st.builds(
    lambda start, days: Horizon(start, start + timedelta(days=days)),
    st.dates(date(2010, 1, 1), date(2030, 1, 1)),
    st.integers(0, 1500),
)
EDGES = st.sampled_from([Horizon(FIRST, FIRST), Horizon(LAST, LAST), Horizon(FIRST, LAST)])


def read(text: str) -> Deadline:
    try:
        return parse_deadline(text)
    except DeadlineError:
        assume(condition=False)
        raise


def windows(reading: Reading) -> list[Window]:
    return [window for part in reading.parts for window in part.windows]


@given(READABLE, WIDE | PLANS | EDGES)
def test_what_is_read_is_resolved_in_any_horizon(text: str, horizon: Horizon) -> None:
    reading = resolve(read(text), horizon)
    assert reading.parts or reading.doubts
    for part in reading.parts:
        assert list(part.windows) == sorted(set(part.windows), key=lambda w: (w.last, w.first or date.min))
        assert all(window.first is None or window.first <= window.last for window in part.windows)
        assert bool(part.windows) == (part.kind in {Kind.DATED, Kind.RECURRING, Kind.CONTINUOUS})


@given(READABLE, PLANS)
def test_a_rhythm_stays_inside_the_horizon(text: str, horizon: Horizon) -> None:
    reading = resolve(read(text), horizon)
    late = "after-the-end" in {doubt.code for doubt in reading.doubts}
    for part in reading.parts:
        if part.kind is Kind.RECURRING:
            assert all(horizon.start <= (window.first or window.last) for window in part.windows)
            assert late or all(window.last <= horizon.end for window in part.windows)


# Why a window may have a year that stands nowhere in the cell.
IMPLIED = {
    "year-from-horizon",  # convention 12
    "this-year",
    "whole-horizon",  # 16
    "within-a-month",
    "spaced",  # 19, 28
    "clipped",  # 14
    "open-end",  # 7
    "year-from-text",  # 10: the year before
    "school-year",  # 5: the year after
    "season",  # 4: the February of a winter
    "before-period",  # 6: the day before 1 January
    *(f"each-{unit}" for unit in "day week month quarter half-year school-quarter season year".split()),  # noqa: SIM905
}


@given(READABLE, PLANS)
def test_every_year_stands_in_the_cell_or_is_accounted_for(text: str, horizon: Horizon) -> None:
    reading = resolve(read(text), horizon)
    said = {one.code for one in (*reading.assumptions, *reading.doubts)}
    written = {int(digits) for digits in re.findall(r"(?<!\d)\d{4}(?!\d)", text)}
    written |= {2000 + int(digits) for digits in re.findall(r"(?<!\d)\d{2}(?!\d)", text)}
    for window in windows(reading):
        assert window.last.year in written or said & IMPLIED, (window, said)


def yearless(text: str) -> Deadline:
    deadline = read(text)
    assume(not re.search(r"\d{4}", canonical(deadline)))
    return deadline


def later(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


def moved(found: list[Window], years: int) -> list[Window]:
    return [Window(one.first and later(one.first, years), later(one.last, years)) for one in found]


@given(READABLE, PLANS)
def test_what_names_no_year_moves_with_the_horizon(text: str, horizon: Horizon) -> None:
    """By 28 years, after which week days and leap years come round again."""
    deadline = yearless(text)
    there = resolve(deadline, horizon)
    here = resolve(deadline, Horizon(later(horizon.start, 28), later(horizon.end, 28)))
    assert [part.kind for part in here.parts] == [part.kind for part in there.parts]
    assert windows(here) == moved(windows(there), 28)


MONTHLY = ["май", "август", "ноябрь – январь", "до 1 октября", "1 сентября", "весна", "3 квартал", "до конца мая"]
MONTHLY += ["ежегодно июнь, август", "2-я декада мая", "сентябрь, январь", "1 полугодие", "с 4 сентября", "до июня"]
BEGINS = st.builds(date, st.integers(2010, 2020), st.sampled_from([1, 4, 9]), st.just(1))


@given(st.sampled_from(MONTHLY), BEGINS, st.sampled_from([3, 8, 11, 23, 35]))
def test_a_month_without_a_year_moves_with_the_horizon_by_one_year(text: str, start: date, months: int) -> None:
    month = start.month - 1 + months
    end = date(start.year + month // 12, month % 12 + 1, 1) + timedelta(days=27)
    deadline = parse_deadline(text)
    there = resolve(deadline, Horizon(start, end))
    here = resolve(deadline, Horizon(later(start, 1), later(end, 1)))
    assert windows(here) == moved(windows(there), 1)


@pytest.mark.parametrize("cell", CELLS)
def test_standard_russian_means_the_same(cell: str) -> None:
    try:
        deadline = parse_deadline(cell)
    except DeadlineError:
        return
    again = parse_deadline(canonical(deadline))
    for horizon in (Horizon(date(2020, 9, 1), date(2021, 8, 31)), Horizon(date(2021, 1, 1), date(2024, 12, 31))):
        there, here = resolve(deadline, horizon), resolve(again, horizon)
        assert [part.as_json() for part in here.parts] == [part.as_json() for part in there.parts]
