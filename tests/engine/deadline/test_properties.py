"""Properties of the parser: any text is read or refused, standard Russian reads back, nothing foreign is imported."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.deadline import (
    Between,
    By,
    Day,
    Deadline,
    DeadlineError,
    EventBound,
    Month,
    On,
    OnDemand,
    Ongoing,
    Relation,
    Schedule,
    SchoolYear,
    Term,
    Year,
    Yearly,
    canonical,
    parse_deadline,
)

SEED = Path(__file__).parents[2] / "corpus" / "seed.jsonl"
CELLS = sorted({json.loads(line)["text"] for line in SEED.read_text(encoding="utf-8").splitlines()})

WORDS = [
    *" ".join(CELLS).split(),
    ",",
    "-",
    "–",
    "(",
    ")",
    "до",
    "не позднее",
    "31",
    "марта",
    "2021",
    "по",
    "и",
    "г",
    "раз",
]


@given(st.text(max_size=300) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        deadline = parse_deadline(text)
    except DeadlineError as error:
        assert 0 <= error.start <= len(text)  # noqa: PT017
    else:
        assert deadline.terms
        assert all(0 <= term.span[0] < term.span[1] <= len(text) for term in deadline.terms)
        assert parse_deadline(canonical(deadline)).terms == deadline.terms


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_in_standard_russian_reads_back(cell: str) -> None:
    deadline = parse_deadline(cell)
    assert parse_deadline(canonical(deadline)).terms == deadline.terms


def periods(years: st.SearchStrategy[int | None]) -> st.SearchStrategy[On | Between | By]:
    month = st.builds(Month, st.integers(1, 12), years)
    day = st.builds(Day, st.integers(1, 28), st.integers(1, 12), years)
    span = st.tuples(month, month) | st.tuples(day, day)
    ranges = span.filter(lambda ends: _year(ends[0]) <= _year(ends[1]))
    return st.builds(On, month | day) | st.builds(By, day) | ranges.map(lambda ends: Between(*ends))


def _year(end: Day | Month) -> tuple[int, int, int]:
    return end.year or 0, end.month if end.year else 0, end.day if end.year and isinstance(end, Day) else 0


DATED = periods(st.integers(1990, 2060))
YEARLESS = periods(st.none())
OTHERS = st.one_of(
    st.builds(Ongoing, st.none() | st.builds(Year, st.none() | st.integers(1990, 2060))),
    st.builds(Ongoing, st.builds(SchoolYear, st.none())),
    st.builds(Schedule, st.just("согласно"), st.sampled_from(["плану работы", "Плану - графику, приказу ОУ"])),
    st.builds(EventBound, st.sampled_from([Relation.DURING, Relation.AFTER]), st.sampled_from(["проведения ВПР"])),
    st.builds(OnDemand, st.sampled_from(["необходимости", "поступления (по запросу)"])),
)


def mixed(terms: tuple[On | Between | By, ...]) -> bool:
    """Whether months and days stand side by side, which may explain one another."""
    return len({type(term.first if isinstance(term, Between) else term.period) for term in terms}) > 1


YEARLY = st.lists(YEARLESS, max_size=3).map(tuple).filter(lambda terms: not mixed(terms))
TERMS = st.one_of(
    st.lists(DATED, min_size=1, max_size=4).map(tuple).filter(lambda terms: not mixed(terms)),
    st.tuples(DATED, OTHERS),
    st.tuples(OTHERS, DATED),
    st.tuples(st.builds(Yearly, YEARLY)),
    st.tuples(st.builds(Yearly, YEARLY.filter(bool)), OTHERS, DATED),
    st.tuples(st.builds(Between, st.builds(Year, st.integers(1990, 2010)), st.builds(Year, st.integers(2011, 2060)))),
    st.tuples(st.builds(Ongoing, st.builds(SchoolYear, st.integers(1990, 2060)))),
)


@given(TERMS)
def test_terms_in_standard_russian_read_back(terms: tuple[Term, ...]) -> None:
    assert parse_deadline(canonical(Deadline("", terms))).terms == terms


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
