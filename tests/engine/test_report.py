"""Where a plan stands: the flags, the counts, the order of urgency."""

from dataclasses import replace
from datetime import date

import pytest

from engine.assignment import Case, State
from engine.report import counts, lines

FIRST = date(2021, 1, 1)


@pytest.fixture
def august(office, cases) -> Case:
    """Лысьва 2.4: due on Tuesday 31.08.2021."""
    return cases(office("lysva-2021"), "2.4", FIRST)[1]


def with_state(case: Case, state: State) -> Case:
    return replace(case, assignments=[replace(case.assignments[0], state=state)])


FLAGS = [
    # day, state, overdue, due soon
    (date(2021, 8, 23), State.SENT, False, False),
    (date(2021, 8, 24), State.SENT, False, True),  # seven days ahead
    (date(2021, 8, 31), State.SENT, False, True),
    (date(2021, 9, 1), State.SENT, True, False),
    (date(2021, 9, 1), State.CLOSED, False, False),
    (date(2021, 8, 31), State.CLOSED, False, False),
]


@pytest.mark.parametrize(("today", "state", "overdue", "soon"), FLAGS)
def test_flags_are_computed_for_the_day(august, today, state, overdue, soon) -> None:
    [line] = lines([with_state(august, state)], today)
    assert (line.overdue, line.due_soon) == (overdue, soon)
    assert (counts([line])["overdue"], counts([line])["due_soon"]) == (int(overdue), int(soon))


@pytest.mark.parametrize(("ambiguous", "today", "unconfirmed"), [
    (True, date(2021, 9, 1), True),
    (True, date(2021, 8, 31), False),
    (False, date(2021, 9, 1), False),
])  # fmt: skip
def test_what_is_late_by_a_doubtful_reading_alone_is_unconfirmed(august, ambiguous, today, unconfirmed) -> None:
    doubtful = replace(august, occurrence=replace(august.occurrence, ambiguous=ambiguous))
    [line] = lines([doubtful], today)
    assert line.unconfirmed is unconfirmed


def test_an_awaiting_measure_is_neither_overdue_nor_soon(office, cases) -> None:
    """Артём 4, «по графику»."""
    artem = office("artem-2020")
    [line] = lines(cases(artem, "4", FIRST), date(2030, 1, 1))
    assert (line.overdue, line.due_soon) == (False, False)
    row = line.as_json(artem.directory)
    assert (row["state"], row["due_on"], row["awaiting_reason"]) == ("awaiting", None, "по графику: «графику»")


def test_the_most_urgent_comes_first(office, cases) -> None:
    lysva, artem = office("lysva-2021"), office("artem-2020")
    today = date(2021, 8, 31)
    june, august, next_june, next_august = cases(lysva, "2.4", FIRST)[:4]
    found = lines(
        [
            with_state(next_june, State.CLOSED),
            *cases(artem, "4", FIRST),
            next_august,
            august,
            with_state(cases(lysva, "2.4", FIRST)[4], State.REPORTED),
            june,
        ],
        today,
    )
    assert [line.occurrence.key for line in found] == [
        "lysva-2021/2.4/1",  # overdue
        "lysva-2021/2.4/5",  # on review
        "lysva-2021/2.4/2",  # due today
        "lysva-2021/2.4/4",  # later
        "artem-2020/4/1",  # awaits its date
        "lysva-2021/2.4/3",  # closed
    ]
    numbers = counts(found)
    assert {name: number for name, number in numbers.items() if number} == {
        "scheduled": 3,
        "reported": 1,
        "awaiting": 1,
        "closed": 1,
        "overdue": 1,
        "due_soon": 1,
    }
    assert set(numbers) == {*State, "overdue", "due_soon"}


def test_the_row_of_the_status_names_both_days_and_the_school(office, cases) -> None:
    """Артём 1: 31.10.2020 is a Saturday; Артём 8 goes to the schools."""
    artem = office("artem-2020")
    [one] = lines(cases(artem, "1", FIRST), date(2020, 10, 20))
    row = one.as_json(artem.directory)
    assert (row["nominal_due_on"], row["due_on"], row["original_due_on"]) == ("2020-10-31", "2020-10-30", "2020-10-30")
    assert (row["plan"], row["measure"], row["occurrence"]) == ("artem-2020", "1", "artem-2020/1/1")
    schools = [line.as_json(artem.directory)["school"] for line in lines(cases(artem, "8", FIRST), date(2021, 4, 1))]
    assert sorted(filter(None, schools)) == [
        "МБОУ Лицей № 8",
        "МБОУ Озерновская СОШ № 47",
        "МБОУ СОШ № 17",
        "МКОУ СОШ № 7",
    ]
