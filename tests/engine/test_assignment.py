"""Who answers for an occurrence, what each may do in each state, and how it ends."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from engine.assignment import (
    DEED_RUSSIAN,
    RUSSIAN,
    Assignment,
    Case,
    Deed,
    Outcome,
    Right,
    State,
    at_once,
    fan_out,
    is_complete,
    is_overdue,
    may_speak,
    next_slot,
    performed,
)
from engine.calendar import Kind, WorkCalendar
from engine.errors import TransitionError
from engine.occurrence import Occurrence
from engine.plan import Measure, Policy

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


# --- the whole table of states, deeds and rights (DESIGN.md 5; notes/domain.md A4)

WORKING = "awaiting scheduled sent in_progress returned"
MAY = {
    # deed: states it is done in, who does it, the state after it (None: the same)
    Deed.START: ("awaiting scheduled sent returned", {Right.EXECUTOR}, State.IN_PROGRESS),
    Deed.REPORT: (WORKING, {Right.EXECUTOR, Right.CONTROLLER}, State.REPORTED),
    Deed.INTERIM: (WORKING, {Right.EXECUTOR, Right.CONTROLLER}, None),  # an interim report never closes
    Deed.ACCEPT: ("reported", {Right.CONTROLLER, Right.ISSUER}, State.CLOSED),
    Deed.RETURN: ("reported", {Right.CONTROLLER, Right.ISSUER}, State.RETURNED),
    Deed.CLOSE_NOT_DONE: (f"{WORKING} reported", {Right.CONTROLLER}, State.CLOSED),  # any open state
    Deed.NOT_TRIGGERED: ("awaiting scheduled sent in_progress", {Right.CONTROLLER}, State.NOT_TRIGGERED),
}
RIGHTS = [set(some) for count in range(4) for some in combinations(Right, count)]


@pytest.mark.parametrize("deed", Deed)
@pytest.mark.parametrize("state", State)
def test_each_deed_is_done_in_its_states_by_its_people(state: State, deed: Deed) -> None:
    states, people, after = MAY[deed]
    before = given(state, reported_on=date(2021, 4, 29) if state is State.REPORTED else None)
    for rights in RIGHTS:
        if state.value in states.split() and rights & people:
            assert performed(before, OCCURRENCE, deed, rights, DUE, "нет подписи").state is (after or state)
        else:
            with pytest.raises(TransitionError):
                performed(before, OCCURRENCE, deed, rights, DUE, "нет подписи")


REFUSALS = [
    # state, deed, rights, reason, message
    (State.CLOSED, Deed.REPORT, Right, "а", "нельзя «отчитаться»: поручение в состоянии «закрыто»"),
    (State.REPORTED, Deed.START, Right, "а", "нельзя «взять в работу»: поручение в состоянии «на проверке»"),
    (State.SENT, Deed.ACCEPT, Right, "а", "нельзя «принять отчёт»: поручение в состоянии «поручено»"),
    (State.SENT, Deed.START, [Right.CONTROLLER], None, "нельзя «взять в работу»: это делает исполнитель"),
    (
        State.REPORTED,
        Deed.ACCEPT,
        [Right.EXECUTOR],
        None,
        "нельзя «принять отчёт»: это делает давший поручение или контролёр",
    ),
    (State.REPORTED, Deed.RETURN, Right, None, "нельзя «вернуть отчёт» без причины: укажите --reason"),
    (
        State.SENT,
        Deed.CLOSE_NOT_DONE,
        Right,
        "  ",
        "нельзя «закрыть как не исполненное» без причины: укажите --reason",
    ),
]


@pytest.mark.parametrize(("state", "deed", "rights", "reason", "message"), REFUSALS)
def test_a_refusal_says_why(
    state: State, deed: Deed, rights: Iterable[Right], reason: str | None, message: str
) -> None:
    with pytest.raises(TransitionError) as refused:
        performed(given(state), OCCURRENCE, deed, rights, DUE, reason)
    assert str(refused.value) == message


def test_every_state_and_deed_has_its_russian_name() -> None:
    assert set(RUSSIAN) == set(State)
    assert set(DEED_RUSSIAN) == set(Deed)


def test_nothing_is_done_about_what_is_cancelled() -> None:
    with pytest.raises(TransitionError, match="нельзя «отчитаться»"):
        performed(given(), replace(OCCURRENCE, cancelled=True), Deed.REPORT, Right, DUE, None)


# --- how it ends

ENDS = [
    # occurrence, day of the accepted report, outcome
    (OCCURRENCE, date(2021, 4, 29), Outcome.ON_TIME),
    (OCCURRENCE, date(2021, 4, 30), Outcome.ON_TIME),  # the due day is the last day on time
    (OCCURRENCE, date(2021, 5, 1), Outcome.LATE),
    (UNDATED, date(2021, 5, 1), Outcome.DONE),
]


@pytest.mark.parametrize(("occurrence", "day", "outcome"), ENDS)
def test_on_time_is_decided_by_the_day_of_the_report_accepted(occurrence, day, outcome) -> None:
    reported = performed(given(), occurrence, Deed.REPORT, [Right.EXECUTOR], day, None)
    assert (reported.reported_on, reported.reports) == (day, 1)
    closed = performed(reported, occurrence, Deed.ACCEPT, [Right.CONTROLLER], date(2021, 6, 1), None)
    assert (closed.state, closed.outcome) == (State.CLOSED, outcome)


def test_a_returned_report_does_not_stop_the_clock() -> None:
    one = performed(given(), OCCURRENCE, Deed.REPORT, [Right.EXECUTOR], date(2021, 4, 29), None)
    one = performed(one, OCCURRENCE, Deed.RETURN, [Right.CONTROLLER], date(2021, 4, 30), "нет подписи")
    one = performed(one, OCCURRENCE, Deed.REPORT, [Right.EXECUTOR], date(2021, 5, 4), None)
    assert one.reports == 2
    assert performed(one, OCCURRENCE, Deed.ACCEPT, [Right.ISSUER], DUE, None).outcome is Outcome.LATE


def test_what_the_controller_closes_is_not_done() -> None:
    assert performed(given(), OCCURRENCE, Deed.CLOSE_NOT_DONE, [Right.CONTROLLER], DUE, "нет отчёта") == given(
        State.CLOSED, outcome=Outcome.NOT_DONE
    )


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
    accepts = {Right.CONTROLLER, Right.ISSUER}
    assert {person for person in people if lysva.rights(person, one, case, day) & accepts} == may


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
def test_people_are_told_in_their_working_hours(local, speaks, following) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=VLADIVOSTOK)
    slot = datetime.fromisoformat(following).replace(tzinfo=VLADIVOSTOK)
    assert may_speak(now, VLADIVOSTOK, Policy(), CALENDAR) is speaks
    assert next_slot(now, VLADIVOSTOK, Policy(), CALENDAR) == slot
    assert at_once(now, VLADIVOSTOK, Policy(), CALENDAR) == (now if speaks else slot)
