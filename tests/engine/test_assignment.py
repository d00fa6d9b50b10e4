"""Who answers for an occurrence and until when, and in what quality each may act."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.assignment import (
    Assignment,
    Case,
    State,
    awaited_checkpoints,
    common_term,
    fan_out,
    is_complete,
    is_overdue,
    may_speak,
    term,
)
from engine.calendar import Kind, WorkCalendar
from engine.errors import TransitionError
from engine.occurrence import Occurrence
from engine.plan import Measure, Policy
from engine.transition import Deed, Right, Said, performed

DUE = date(2021, 4, 30)
OCCURRENCE = Occurrence(
    "artem-2020/8/1", "artem-2020", "8", 1, Kind.DATED, date(2021, 4, 1), DUE, DUE, DUE, DUE
)  # Артём 8, «Апрель 2021»
UNDATED = replace(OCCURRENCE, first=None, last=None, nominal_due_on=None, due_on=None, awaiting="по графику")


def given(state: State = State.SENT, **facts) -> Assignment:
    one = Assignment("artem-2020/8/1|a", OCCURRENCE.key, "a", "А", "p-a", None, lead=True, blocking=True, state=state)
    return replace(one, **facts)


# --- who answers

FANS = [
    # responsible, completion, who answers: key's end, person, lead, blocking
    (
        ["Управление образования"],  # Лысьва 2.4
        None,
        ["upravlenie p-uslovnova lead blocking"],
    ),
    (
        ["Муниципальный координатор", "Руководители ММО"],  # Весьегонск 2.12: several roles wait for the first
        None,
        [
            "coordinator p-shablonova lead blocking",
            "subject-leaders|p-etalonova p-etalonova",
            "subject-leaders|p-zadachnikov p-zadachnikov",
        ],
    ),
    (
        ["Руководители ММО"],  # Весьегонск 2.8: a group that leads waits for all its members
        None,
        [
            "subject-leaders|p-etalonova p-etalonova lead blocking",
            "subject-leaders|p-zadachnikov p-zadachnikov lead blocking",
        ],
    ),
    (
        ["Руководители ММО", "Муниципальный координатор"],
        None,
        [
            "subject-leaders|p-etalonova p-etalonova lead blocking",
            "subject-leaders|p-zadachnikov p-zadachnikov lead blocking",
            "coordinator p-shablonova",
        ],
    ),
    (
        ["Муниципальный координатор", "Отдел образования"],
        "all",
        ["coordinator p-shablonova lead blocking", "otdel p-tipovaya blocking"],
    ),
    (["Руководители ОУ"], None, [  # Весьегонск 1.2: one a school
        "school-heads|sosh-17 p-iksova lead blocking",
        "school-heads|sosh-7 p-igrekov lead blocking",
        "school-heads|licey-8 p-zetova lead blocking",
        "school-heads|ozernovskaya-47 p-nektova lead blocking",
    ]),
    (["Отдел связи"], None, ["отдел связи None lead blocking"]),
    ([], None, ["- None lead blocking"]),
    (
        ["Управление образования", "управление образования,"],  # the same words twice are one duty
        None,
        ["upravlenie p-uslovnova lead blocking"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("responsible", "completion", "fan"), FANS)
def test_an_occurrence_fans_out_to_those_who_answer(directory, responsible, completion, fan) -> None:
    measure = Measure(id="8", title="а", responsible=tuple(responsible), completion=completion)
    found = fan_out(OCCURRENCE, measure, directory)
    lines = [
        f"{one.key.removeprefix('artem-2020/8/1|')} {one.person}{' lead' * one.lead}{' blocking' * one.blocking}"
        for one in found
    ]
    assert lines == fan
    assert {one.state for one in found} == {State.SCHEDULED}
    assert {one.state for one in fan_out(UNDATED, measure, directory)} == {State.AWAITING}


def test_a_cell_written_as_text_is_divided_at_its_commas(directory) -> None:
    """Весьегонск 2.12."""
    measure = Measure(id="8", title="а", responsible="Муниципальный координатор, Руководители ММО")
    assert len(fan_out(OCCURRENCE, measure, directory)) == 3


def test_a_group_of_no_school_is_still_a_duty(directory) -> None:
    measure = Measure(id="8", title="а", responsible=("Руководители ОУ",), schools=("no-such",))
    assert [(one.key, one.person) for one in fan_out(OCCURRENCE, measure, directory)] == [
        ("artem-2020/8/1|school-heads", None)
    ]


# --- roll-up

COMPLETE = [
    # states of (blocking, not blocking), whether the occurrence is finished
    (["closed"], [], True),
    (["closed", "closed"], ["sent"], True),
    (["closed", "reported"], [], False),
    (["closed", "not_triggered", "cancelled", "superseded"], ["awaiting"], True),
    (["returned"], ["closed"], False),
    (["awaiting"], [], False),
]


@pytest.mark.parametrize(("blocking", "others", "complete"), COMPLETE)
def test_an_occurrence_is_finished_when_all_it_waits_for_are(blocking, others, complete) -> None:
    found = [given(State(one)) for one in blocking] + [given(State(one), blocking=False) for one in others]
    assert is_complete(found) is complete


LATE = [
    # state, occurrence, complete, today, overdue
    (State.SENT, OCCURRENCE, False, DUE, False),
    (State.SENT, OCCURRENCE, False, date(2021, 5, 1), True),
    (State.RETURNED, OCCURRENCE, False, date(2021, 5, 1), True),
    (State.CLOSED, OCCURRENCE, False, date(2021, 5, 1), False),
    (State.SENT, OCCURRENCE, True, date(2021, 5, 1), False),  # a co-executor, when the lead is accepted
    (State.AWAITING, UNDATED, False, date(2021, 5, 1), False),
    (State.SENT, replace(OCCURRENCE, cancelled=True), False, date(2021, 5, 1), False),
]


ON_REVIEW = [
    # the day of the report that waits for its acceptance, whether it is overdue a month later
    (date(2021, 4, 30), False),
    (date(2021, 5, 1), True),
    (None, True),
]


@pytest.mark.parametrize(("day", "overdue"), ON_REVIEW)
def test_a_report_given_in_time_is_on_review_not_overdue(day, overdue) -> None:
    one = given(State.REPORTED, reported_on=day)
    assert is_overdue(one, OCCURRENCE, date(2021, 6, 1), complete=False) is overdue


@pytest.mark.parametrize(("state", "occurrence", "complete", "today", "overdue"), LATE)
def test_overdue_is_computed(state, occurrence, complete, today, overdue) -> None:
    assert is_overdue(given(state), occurrence, today, complete=complete) is overdue


# --- a day of one's own

LATER = date(2021, 5, 17)


def test_a_day_granted_counts_for_the_one_it_was_granted_to() -> None:
    own = term(OCCURRENCE, given(extensions=1, extended_to=LATER))
    assert (own.due_on, own.nominal_due_on, own.original_due_on, own.revision) == (LATER, LATER, DUE, 1)
    assert term(OCCURRENCE, given()) is OCCURRENCE


def test_an_event_that_moves_past_the_granted_day_gives_the_later_one() -> None:
    moved = replace(OCCURRENCE, due_on=date(2021, 6, 1), nominal_due_on=date(2021, 6, 1), revision=1)
    own = term(moved, given(extensions=1, extended_to=LATER))
    assert (own.due_on, own.revision) == (date(2021, 6, 1), 2)
    assert term(UNDATED, given(extensions=1, extended_to=LATER)).due_on is None


COMMON = [
    # extended_to of the blocking ones, the day a plan's calendar shows
    ([None], DUE),
    ([LATER], LATER),
    ([LATER, LATER], LATER),
    ([LATER, None], DUE),
]


@pytest.mark.parametrize(("days", "shown"), COMMON)
def test_a_plan_shows_the_day_all_share(days, shown) -> None:
    ones = [given(extensions=int(day is not None), extended_to=day) for day in days]
    case = Case(OCCURRENCE, [*ones, given(State.CANCELLED), given(blocking=False)], Measure(id="8", title="а"))
    assert common_term(case).due_on == shown
    assert common_term(case).revision == sum(day is not None for day in days)


def test_overdue_is_counted_from_the_granted_day() -> None:
    one = given(extensions=1, extended_to=LATER)
    assert not is_overdue(one, OCCURRENCE, LATER, complete=False)
    assert is_overdue(one, OCCURRENCE, date(2021, 5, 18), complete=False)


# --- checkpoints

TENTH, TWENTIETH = date(2021, 4, 10), date(2021, 4, 20)
AWAITED = [
    # checkpoints, the last interim report, the granted day, which are awaited in the term 01.04–30.04.2021
    ([], None, None, []),
    ([TENTH, TWENTIETH], None, None, [TENTH, TWENTIETH]),
    ([TWENTIETH, TENTH], None, None, [TENTH, TWENTIETH]),  # in whatever order they are written
    ([TENTH, TWENTIETH], date(2021, 4, 8), None, [TWENTIETH]),  # early
    ([TENTH, TWENTIETH], TENTH, None, [TWENTIETH]),  # on the day
    ([TENTH, TWENTIETH], TWENTIETH, None, []),
    ([TENTH], date(2021, 4, 12), None, []),  # late
    ([TENTH, TWENTIETH], date(2021, 4, 12), None, [TWENTIETH]),  # late is not early for the next
    ([TENTH, TWENTIETH], date(2021, 4, 2), None, [TENTH, TWENTIETH]),  # too early to speak of the tenth
    ([TENTH, TWENTIETH], date(2021, 4, 3), None, [TWENTIETH]),
    ([date(2021, 3, 31), date(2021, 4, 1)], None, None, [date(2021, 4, 1)]),  # the first day is inside
    ([date(2021, 4, 29), DUE, date(2021, 5, 5)], None, None, [date(2021, 4, 29)]),  # on the due day the report itself
    ([DUE, date(2021, 5, 5), LATER], None, LATER, [DUE, date(2021, 5, 5)]),  # a day of one's own
]


@pytest.mark.parametrize(("days", "interim", "granted", "awaited"), AWAITED)
def test_checkpoints_are_awaited_inside_the_term_until_they_are_answered(days, interim, granted, awaited) -> None:
    one = given(interim_on=interim, extended_to=granted, extensions=int(granted is not None))
    measure = Measure(id="8", title="а", checkpoints=tuple(days))
    assert awaited_checkpoints(measure, term(OCCURRENCE, one), one) == awaited


def test_what_has_no_day_has_no_checkpoints() -> None:
    measure = Measure(id="8", title="а", checkpoints=(TENTH,))
    assert awaited_checkpoints(measure, UNDATED, given(State.AWAITING)) == []


def accepted(one: Assignment, case: Case, rights: set[Right], said: Said) -> bool:
    try:
        performed(one, case.occurrence, Deed.ACCEPT, rights, said, datetime(2021, 6, 15, 6, tzinfo=UTC))
    except TransitionError:
        return False
    return True


# --- rights (DESIGN.md 5: the controller closes, not the executor)

ARTEM_ISSUER, ARTEM_CONTROLLER = "p-primerova", "p-obraztsova"
ONE_MAY = [
    # measure of Артём, person, in what qualities
    ("2", "p-modelnov", {Right.EXECUTOR}),
    ("2", ARTEM_CONTROLLER, {Right.CONTROLLER}),
    ("2", ARTEM_ISSUER, {Right.ISSUER}),
    ("2", "p-zetova", set()),
    ("1", ARTEM_CONTROLLER, {Right.EXECUTOR}),  # the controller executes: the issuer accepts
    ("1", ARTEM_ISSUER, {Right.CONTROLLER, Right.ISSUER}),
]


def the_case(cases, office, measure: str) -> tuple[Case, Assignment]:
    case = cases(office, measure, date(2020, 9, 1))[0]
    return case, case.assignments[0]


@pytest.mark.parametrize(("measure", "person", "rights"), ONE_MAY)
def test_each_has_the_rights_of_the_plan(office, cases, measure, person, rights) -> None:
    artem = office("artem-2020")
    case, one = the_case(cases, artem, measure)
    assert artem.rights(person, one, case, date(2020, 10, 20)) == rights


def test_self_control_lets_the_controller_accept(office, cases) -> None:
    artem = office("artem-2020", {"  source: artem-2020.txt": "  source: artem-2020.txt\n  self_control: true"})
    case, one = the_case(cases, artem, "1")
    assert artem.rights(ARTEM_CONTROLLER, one, case, DUE) == {Right.EXECUTOR, Right.CONTROLLER}


def test_who_stands_in_has_the_rights_of_the_missing_and_a_substitute_those_of_the_absent(office, cases) -> None:
    lysva = office(
        "lysva-2021",
        {
            "[Муниципальная рабочая группа]": "[Рабочая комиссия]",
            "controller: Начальник отдела общего": "controller: Кто",
        },
        {
            "    email: uslovnova@example.org\n": (
                "    email: uslovnova@example.org\n"
                "    substitute: [{person: p-chernovikov, from: 2021-06-01, to: 2021-06-30}]\n"
            )
        },
        owner="p-uslovnova",
    )
    case, one = the_case(cases, lysva, "1.1")
    assert lysva.executor(one, case.measure) == "p-uslovnova"
    assert lysva.rights("p-uslovnova", one, case, date(2021, 6, 15)) == {Right.EXECUTOR}
    assert lysva.rights("p-chernovikov", one, case, date(2021, 6, 15)) == {Right.EXECUTOR}
    assert lysva.rights("p-chernovikov", one, case, date(2021, 7, 1)) == set()


STAND_INS = [
    # the person of record, the owner, who answers
    ("p-eskizov", None, "p-eskizov"),
    ("p-gone", "p-uslovnova", "p-maketov"),  # he is no longer in the directory: the controller of Лысьва
    (None, "p-uslovnova", "p-maketov"),
]


@pytest.mark.parametrize(("person", "owner", "answers"), STAND_INS)
def test_who_is_not_in_the_directory_is_missing(office, cases, person, owner, answers) -> None:
    lysva = office("lysva-2021", owner=owner)
    case, one = the_case(cases, lysva, "1.1")
    assert lysva.executor(replace(one, person=person), case.measure) == answers


NOBODY_CONTROLS = {"controller: Начальник отдела общего образования": "controller: Никто"}


def test_an_owner_who_names_nobody_is_none(office, cases) -> None:
    lysva = office("lysva-2021", NOBODY_CONTROLS, owner="p-nobody")
    case, one = the_case(cases, lysva, "1.1")
    assert (lysva.controller(case.measure), lysva.executor(replace(one, person="p-gone"), case.measure)) == (None, None)


def away(person: str, substitute: str) -> dict[str, str]:
    email = f"    email: {person.removeprefix('p-')}@example.org\n"
    return {email: f"{email}    substitute: [{{person: {substitute}, from: 2021-06-01, to: 2021-06-30}}]\n"}


NOBODY_ELSE = {
    "  issuer: Начальник управления образования\n": "",
    "  deputy_head: Заместитель начальника управления образования\n": "",
}
ACCEPTS = [
    # Лысьва 1.1 (Эскизов executes, Макетов controls): edits, substitutes, executor, who accepts in June, who may
    ({}, {}, "p-eskizov", "p-maketov", {"p-maketov", "p-primerova"}),
    ({}, {}, "p-maketov", "p-primerova", {"p-primerova"}),  # the controller executes: the issuer
    # the controller substitutes the executor: the issuer
    ({}, away("p-eskizov", "p-maketov"), "p-eskizov", "p-primerova", {"p-primerova"}),
    # the executor substitutes the controller, and does not accept in his place
    ({}, away("p-maketov", "p-eskizov"), "p-eskizov", "p-maketov", {"p-maketov", "p-primerova"}),
    ({}, {}, "p-primerova", "p-maketov", {"p-maketov"}),  # the issuer executes
    (NOBODY_ELSE, {}, "p-maketov", "p-uslovnova", {"p-uslovnova"}),  # the owner is left
    (NOBODY_ELSE, away("p-maketov", "p-uslovnova"), "p-maketov", "p-maketov", {"p-maketov", "p-uslovnova"}),
]


@pytest.mark.parametrize(("edits", "who", "executor", "acceptor", "may"), ACCEPTS)
def test_nobody_accepts_what_he_executes_or_substitutes_the_executor_of(
    office, cases, edits, who, executor, acceptor, may
) -> None:
    lysva = office("lysva-2021", edits, who, owner="p-uslovnova")
    case, one = the_case(cases, lysva, "1.1")
    one, day = replace(one, person=executor), date(2021, 6, 15)
    assert lysva.acceptor(one, case, day) == acceptor
    people = ("p-eskizov", "p-maketov", "p-primerova", "p-obraztsova", "p-uslovnova")
    reported = replace(one, state=State.REPORTED)
    said = Said(day, reason="проверено")
    assert {person for person in people if accepted(reported, case, lysva.rights(person, one, case, day), said)} == may


# --- slots

VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")
CALENDAR = WorkCalendar()
SPEAKS = [
    # local time in Artyom, whether it may be told, the next slot
    ("2021-04-30 08:59", False, "2021-04-30 09:00"),
    ("2021-04-30 09:00", True, "2021-05-04 09:00"),  # Friday, then the May holidays
    ("2021-04-30 17:30", True, "2021-05-04 09:00"),
    ("2021-04-30 17:31", False, "2021-05-04 09:00"),
    ("2021-05-01 12:00", False, "2021-05-04 09:00"),
    ("2021-02-20 12:00", True, "2021-02-24 09:00"),  # a working Saturday
    ("2020-12-31 23:00", False, "2021-01-11 09:00"),
]


@pytest.mark.parametrize(("local", "speaks", "following"), SPEAKS)
def test_people_are_told_in_their_working_hours(office, local, speaks, following) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=VLADIVOSTOK)
    slot = datetime.fromisoformat(following).replace(tzinfo=VLADIVOSTOK)
    assert may_speak(now, VLADIVOSTOK, Policy(), CALENDAR) is speaks
    assert office("artem-2020").next_slot(None, now) == slot
