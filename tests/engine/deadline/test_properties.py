"""Properties of the parser: any text is read or refused, standard Russian reads back, nothing foreign is imported."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.deadline import (
    LAST,
    Between,
    By,
    Deadline,
    DeadlineError,
    EventBound,
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
    canonical,
    month_length,
    parse_deadline,
)
from tests.engine.deadline.shapes import all_year, day_period, month_period, piece, school_year, yearly, years
from tests.engine.deadline.texts import ANY, CELLS


def nodes(node: object) -> Iterator[tuple[int, int]]:
    """The spans of a term and of all in it."""
    if isinstance(node, tuple):
        for each in node:
            yield from nodes(each)
    elif is_dataclass(node):
        yield getattr(node, "span")  # noqa: B009  # the type of a node is not known here
        for field in fields(node):
            if field.name != "span":
                yield from nodes(getattr(node, field.name))


@given(ANY)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        deadline = parse_deadline(text)
    except DeadlineError as error:
        assert 0 <= error.start <= len(text)  # noqa: PT017
        assert error.code  # noqa: PT017
    else:
        assert deadline.terms
        assert all(0 <= term.span[0] < term.span[1] <= len(text) for term in deadline.terms)
        assert all(0 <= first <= last <= len(text) for first, last in nodes(deadline.terms))


@given(ANY)
def test_what_is_read_in_standard_russian_reads_back(text: str) -> None:
    try:
        deadline = parse_deadline(text)
    except DeadlineError:
        return
    written = canonical(deadline)
    assert parse_deadline(written).terms == deadline.terms
    assert canonical(parse_deadline(written)) == written


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_in_standard_russian_reads_back(cell: str) -> None:
    try:
        deadline = parse_deadline(cell)
    except DeadlineError:
        return
    assert parse_deadline(canonical(deadline)).terms == deadline.terms


# --- terms that no text gave


def items(years: st.SearchStrategy[int | None]) -> st.SearchStrategy[Item]:
    month = st.builds(month_period, st.integers(1, 12), years)
    day = st.builds(day_period, st.integers(1, 28), st.integers(1, 12), years)
    quarter = st.builds(Period, st.just(Unit.QUARTER), st.integers(1, 4), years)
    half = st.builds(Period, st.just(Unit.HALF_YEAR), st.integers(1, 2), years)
    season = st.builds(Period, st.just(Unit.SEASON), st.integers(1, 4), years)
    kinds = [(Piece.DECADE, 1), (Piece.DECADE, 3), (Piece.HALF, 2), (Piece.WEEK, 4), (Piece.WEEK, LAST)]
    kinds += [(Piece.START, 1), (Piece.MIDDLE, 1), (Piece.END, 1)]
    pieces = st.builds(
        lambda kind, number, year: piece(*kind, number, year), st.sampled_from(kinds), st.integers(1, 12), years
    )
    ranges = (st.tuples(month, month) | st.tuples(day, day)).filter(in_order)
    return st.one_of(
        st.builds(On, month | day | quarter | half | season | pieces),
        st.builds(By, day | month, st.just(False)),  # noqa: FBT003  # «до» as hypothesis builds it
        st.builds(By, month | quarter | half, st.just(True)),  # noqa: FBT003
        ranges.map(lambda ends: Between(*ends)),
    )


def in_order(ends: tuple[Period, Period]) -> bool:
    first, last = ends
    if first.year is None or last.year is None:
        return first.number < last.number
    return key(first) <= key(last)


def key(period: Period) -> tuple[int, int, int]:
    return period.year or 0, period.number, period.part.number if period.part else 0


DATED = items(st.integers(1990, 2060))
YEARLESS = items(st.none())
OFFSETS = st.none() | st.sampled_from(["P1D", "P10D", "P2W", "P1M", "P1Y", "PT4H", "P3BD"])
OTHERS = st.one_of(
    st.builds(all_year, st.none() | st.integers(1990, 2060)),
    st.just(school_year()),
    st.builds(Schedule, st.just("согласно"), st.sampled_from(["плану работы", "Плану - графику, приказу ОУ"])),
    st.builds(EventBound, st.just(Relation.AFTER), st.just("проведения ВПР"), OFFSETS, st.just("после")),
    st.builds(EventBound, st.just(Relation.BEFORE), st.just("начала каникул"), OFFSETS, st.just("до")),
    st.just(EventBound(Relation.DURING, "проведения ВПР", lead="в период")),
    st.builds(OnDemand, st.just("по мере"), st.sampled_from(["необходимости", "поступления (по запросу)"])),
)
RHYTHMS = st.one_of(
    st.builds(Rhythm, st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR]), st.integers(1, 5)),
    st.builds(
        Rhythm,
        st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER]),
        times=st.sampled_from([(2, 2), (3, 3), (1, 2)]),
    ),
    st.builds(lambda number: Rhythm(Unit.MONTH, items=(By(day_period(number)),)), st.integers(1, 31)),
    st.builds(
        lambda number, unit: Rhythm(unit, items=(By(day_period(number)),), following=True),
        st.integers(1, 28),
        st.sampled_from([Unit.MONTH, Unit.QUARTER]),
    ),
    YEARLESS.map(yearly),
)
TERMS = st.one_of(
    st.tuples(DATED),
    st.tuples(YEARLESS),
    st.tuples(st.builds(Since, st.builds(day_period, st.integers(1, 28), st.integers(1, 12), st.integers(1990, 2060)))),
    st.tuples(DATED, OTHERS),
    st.tuples(OTHERS, DATED),
    st.tuples(RHYTHMS),
    st.tuples(st.builds(years, st.integers(1990, 2010), st.integers(2011, 2060))),
    st.tuples(st.builds(school_year, st.integers(1990, 2060))),
    st.tuples(st.just(Ongoing())),
)


@given(TERMS)
def test_terms_in_standard_russian_read_back(terms: tuple[Term, ...]) -> None:
    assert parse_deadline(canonical(Deadline("", terms))).terms == terms


@given(st.integers(0, 40), st.integers(0, 14), st.integers(1990, 2060), st.sampled_from(["{:02}.{:02}.{}", "{}.{}.{}"]))
def test_a_date_in_figures_is_that_day_or_no_day(day: int, month: int, year: int, form: str) -> None:
    exists = 1 <= month <= 12 and 1 <= day <= month_length(year, month)
    try:
        terms = parse_deadline(form.format(day, month, year)).terms
    except DeadlineError as error:
        assert not exists
        assert error.code == "impossible-date"  # noqa: PT017
    else:
        assert exists
        assert terms == (On(day_period(day, month, year)),)


def test_the_parser_imports_nothing_foreign() -> None:
    code = "import sys; import engine.deadline; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '.'); {code}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    roots = {name.partition(".")[0] for name in done.stdout.split()}
    foreign = {name for name in roots if name not in sys.stdlib_module_names and not name.startswith("_")}
    assert foreign <= {"engine", "sitecustomize"}
    assert "engine.calendar" not in done.stdout.split()
