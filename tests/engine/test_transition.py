"""The table of states: every state, deed and quality, and what no sequence of deeds can do."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from engine.assignment import OPEN, RUSSIAN, Assignment, Outcome, State, term
from engine.calendar import Kind
from engine.errors import TransitionError
from engine.occurrence import Occurrence
from engine.transition import DEED_RUSSIAN, TRANSITIONS, Deed, Need, Right, Said, performed

DUE, LATER, LATEST = date(2021, 4, 30), date(2021, 5, 17), date(2021, 6, 1)
NOW = datetime(2021, 4, 20, 6, tzinfo=UTC)
OCCURRENCE = Occurrence(
    "artem-2020/8/1", "artem-2020", "8", 1, Kind.DATED, date(2021, 4, 1), DUE, DUE, DUE, DUE
)  # Артём 8, «Апрель 2021»
UNDATED = replace(OCCURRENCE, first=None, last=None, nominal_due_on=None, due_on=None, awaiting="по графику")
EVERYTHING = Said(date(2021, 4, 20), LATER, "нет подписи", "приказ № 5 от 20.04.2021")
EXECUTOR, CONTROLLER, ISSUER = {Right.EXECUTOR}, {Right.CONTROLLER}, {Right.ISSUER}


def given(state: State = State.SENT, **facts) -> Assignment:
    one = Assignment("artem-2020/8/1|a", OCCURRENCE.key, "a", "А", "p-a", None, lead=True, blocking=True, state=state)
    return replace(one, **facts)


def done(one, deed, by, said=EVERYTHING, occurrence=OCCURRENCE):
    return performed(one, occurrence, deed, by, said, NOW)


# --- the whole table (DESIGN.md 5; notes/domain.md A4), written here a second time

WORKING = "awaiting scheduled sent in_progress returned"
MAY = {
    # deed: states it is done in, who does it, the state after it (None: the same), what must be said
    Deed.START: ("awaiting scheduled sent returned", EXECUTOR, State.IN_PROGRESS, ""),
    Deed.REPORT: (WORKING, EXECUTOR | CONTROLLER, State.REPORTED, ""),
    Deed.INTERIM: (WORKING, EXECUTOR | CONTROLLER, None, ""),  # an interim report never closes
    Deed.ACCEPT: ("reported", CONTROLLER | ISSUER, State.CLOSED, ""),
    Deed.RETURN: ("reported", CONTROLLER | ISSUER, State.RETURNED, "reason"),
    Deed.CLOSE_NOT_DONE: (f"{WORKING} reported", CONTROLLER, State.CLOSED, "reason"),  # any open state
    Deed.NOT_TRIGGERED: ("awaiting scheduled sent in_progress", CONTROLLER, State.NOT_TRIGGERED, "reason"),
    Deed.REOPEN: ("closed not_triggered", CONTROLLER | ISSUER, State.IN_PROGRESS, "reason"),
    Deed.ASK: (WORKING, EXECUTOR, None, "until reason"),
    Deed.GRANT: (WORKING, ISSUER, None, "until basis"),  # only the issuer extends
    Deed.REFUSE: (f"{WORKING} reported", ISSUER, None, "reason"),
    Deed.CANCEL: (f"{WORKING} reported", ISSUER, State.CANCELLED, "basis"),
    Deed.SUPERSEDE: (f"{WORKING} reported", ISSUER, State.SUPERSEDED, "basis"),
}
RIGHTS = [set(some) for count in range(4) for some in combinations(Right, count)]


@pytest.mark.parametrize("deed", Deed)
@pytest.mark.parametrize("state", State)
def test_each_deed_is_done_in_its_states_by_its_people(state: State, deed: Deed) -> None:
    states, people, after, _ = MAY[deed]
    asked = LATER if deed is Deed.REFUSE else None
    before = given(state, reported_on=date(2021, 4, 29) if state is State.REPORTED else None, asked_until=asked)
    for rights in RIGHTS:
        # nobody accepts his own work: an issuer who executes does not, a controller in self-control does
        may = rights - ISSUER if Right.EXECUTOR in rights and people == CONTROLLER | ISSUER else rights
        if state.value in states.split() and may & people:
            assert done(before, deed, rights).state is (after or state)
        else:
            with pytest.raises(TransitionError):
                done(before, deed, rights)


@pytest.mark.parametrize("deed", Deed)
@pytest.mark.parametrize("need", Need)
def test_what_must_be_said_is_asked_for(deed: Deed, need: Need) -> None:
    states, people, _, needs = MAY[deed]
    before = given(State(states.split()[-1]), asked_until=LATER if deed is Deed.REFUSE else None)
    unsaid = replace(EVERYTHING, **{need.value: None})
    if need.value in needs.split():
        with pytest.raises(TransitionError, match=f"--{need.value}"):
            done(before, deed, people, unsaid)
        if need is not Need.UNTIL:
            with pytest.raises(TransitionError, match=f"--{need.value}"):
                done(before, deed, people, replace(EVERYTHING, **{need.value: "  "}))
    else:
        assert done(before, deed, people, unsaid)


REFUSALS = [
    # state, deed, rights, said, message
    (State.CLOSED, Deed.REPORT, Right, {}, "нельзя «отчитаться»: поручение в состоянии «закрыто»"),
    (State.REPORTED, Deed.START, Right, {}, "нельзя «взять в работу»: поручение в состоянии «на проверке»"),
    (State.SENT, Deed.ACCEPT, Right, {}, "нельзя «принять отчёт»: поручение в состоянии «поручено»"),
    (State.SENT, Deed.START, CONTROLLER, {}, "нельзя «взять в работу»: это делает исполнитель"),
    (
        State.REPORTED, Deed.ACCEPT, EXECUTOR, {},
        "нельзя «принять отчёт»: это делает давший поручение или контролёр",
    ),
    (State.REPORTED, Deed.RETURN, Right, {"reason": None}, "нельзя «вернуть отчёт» без причины: укажите --reason"),
    (
        State.SENT, Deed.CLOSE_NOT_DONE, Right, {"reason": "  "},
        "нельзя «закрыть как не исполненное» без причины: укажите --reason",
    ),
    (
        State.SENT, Deed.CANCEL, ISSUER, {"basis": None},
        "нельзя «отменить» без документа: укажите --basis «вид, № и дата»",
    ),
    (State.SENT, Deed.GRANT, CONTROLLER, {}, "нельзя «продлить»: это делает давший поручение"),
    (State.SENT, Deed.GRANT, ISSUER, {"until": None}, "нельзя «продлить» без дня: укажите --until"),
    (State.SENT, Deed.GRANT, ISSUER, {"until": DUE}, "нельзя «продлить» до 30.04.2021: срок и так 30.04.2021"),
    (
        State.SENT, Deed.GRANT, ISSUER, {"day": LATEST, "until": LATER},
        "нельзя «продлить» до 17.05.2021: этот день прошёл",
    ),
    (State.SENT, Deed.REFUSE, ISSUER, {}, "нельзя «отказать в продлении»: о продлении никто не просил"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "deed", "rights", "said", "message"), REFUSALS)
def test_a_refusal_says_why(state, deed, rights, said, message) -> None:
    with pytest.raises(TransitionError) as refused:
        done(given(state), deed, rights, replace(EVERYTHING, **said))
    assert str(refused.value) == message


def test_every_state_and_deed_has_its_russian_name() -> None:
    assert set(RUSSIAN) == set(State)
    assert set(DEED_RUSSIAN) == set(TRANSITIONS) == set(MAY) == set(Deed)


def test_nothing_is_done_about_what_is_cancelled() -> None:
    with pytest.raises(TransitionError, match="нельзя «отчитаться»"):
        done(given(), Deed.REPORT, Right, occurrence=replace(OCCURRENCE, cancelled=True))


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
    reported = done(given(), Deed.REPORT, EXECUTOR, Said(day), occurrence)
    assert (reported.reported_on, reported.reports) == (day, 1)
    closed = done(reported, Deed.ACCEPT, CONTROLLER, Said(LATEST), occurrence)
    assert (closed.state, closed.outcome) == (State.CLOSED, outcome)


def test_a_returned_report_does_not_stop_the_clock() -> None:
    one = done(given(), Deed.REPORT, EXECUTOR, Said(date(2021, 4, 29)))
    one = done(one, Deed.RETURN, CONTROLLER, Said(DUE, reason="нет подписи"))
    one = done(one, Deed.REPORT, EXECUTOR, Said(date(2021, 5, 4)))
    assert one.reports == 2
    assert done(one, Deed.ACCEPT, ISSUER, Said(DUE)).outcome is Outcome.LATE


def test_what_the_controller_closes_is_not_done() -> None:
    assert done(given(), Deed.CLOSE_NOT_DONE, CONTROLLER) == given(State.CLOSED, outcome=Outcome.NOT_DONE)


def test_what_is_reopened_has_no_outcome_and_can_be_accepted_anew() -> None:
    one = done(given(State.REPORTED, reported_on=DUE, reports=1), Deed.ACCEPT, CONTROLLER)
    again = done(one, Deed.REOPEN, CONTROLLER)
    assert (again.state, again.outcome, again.reported_on, again.reports) == (State.IN_PROGRESS, None, None, 1)
    late = done(done(again, Deed.REPORT, EXECUTOR, Said(LATEST)), Deed.ACCEPT, CONTROLLER)
    assert (late.outcome, late.reports) == (Outcome.LATE, 2)


# --- extensions


def test_an_extension_asked_and_granted_decides_what_is_on_time() -> None:
    asked = done(given(), Deed.ASK, EXECUTOR)
    assert (asked.asked_until, asked.state, term(OCCURRENCE, asked).due_on) == (LATER, State.SENT, DUE)
    granted = done(asked, Deed.GRANT, ISSUER, replace(EVERYTHING, until=None))  # to the day that was asked for
    assert (granted.extended_to, granted.extensions, granted.asked_until) == (LATER, 1, None)
    assert (term(OCCURRENCE, granted).due_on, term(OCCURRENCE, granted).original_due_on) == (LATER, DUE)
    reported = done(granted, Deed.REPORT, EXECUTOR, Said(LATER))
    assert done(reported, Deed.ACCEPT, CONTROLLER).outcome is Outcome.ON_TIME


def test_a_refused_extension_keeps_the_day() -> None:
    refused = done(done(given(), Deed.ASK, EXECUTOR), Deed.REFUSE, ISSUER)
    assert (refused.asked_until, term(OCCURRENCE, refused)) == (None, OCCURRENCE)


def test_one_request_waits_at_a_time() -> None:
    with pytest.raises(TransitionError) as refused:
        done(done(given(), Deed.ASK, EXECUTOR), Deed.ASK, EXECUTOR, replace(EVERYTHING, until=LATEST))
    assert str(refused.value) == "нельзя «попросить о продлении»: просьба до 17.05.2021 уже ждёт решения"


def test_what_has_no_day_is_not_extended() -> None:
    with pytest.raises(TransitionError) as refused:
        done(given(State.AWAITING), Deed.ASK, EXECUTOR, occurrence=UNDATED)
    assert str(refused.value) == "нельзя «попросить о продлении»: срока ещё нет (по графику)"


# --- sequences

DAYS = st.dates(date(2021, 4, 1), date(2021, 7, 31))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(Deed), st.sets(st.sampled_from(Right)),
        st.builds(Said, DAYS, st.none() | DAYS, st.sampled_from([None, "", "нет"]), st.sampled_from([None, "№ 5"])),
    ),
    max_size=30,
)  # fmt: skip


@examples(st.sampled_from([OCCURRENCE, UNDATED]), STEPS)
def test_no_sequence_leaves_the_table_closes_without_a_report_or_loses_the_first_day(occurrence, steps) -> None:
    one = given(State.AWAITING if occurrence is UNDATED else State.SCHEDULED)
    accepted = False
    for deed, rights, said in steps:
        before = one
        try:
            one = performed(before, occurrence, deed, rights, said, NOW)
        except TransitionError:
            assert one is before
            continue
        states, people, after, _ = MAY[deed]
        assert before.state.value in states.split()
        assert rights & people
        assert one.state is (after or before.state)
        if deed in {Deed.ACCEPT, Deed.REOPEN}:
            accepted = deed is Deed.ACCEPT
            assert before.reports > 0 or deed is Deed.REOPEN
        own = term(occurrence, one)
        assert (own.original_due_on, own.key) == (occurrence.original_due_on, occurrence.key)
        assert own.due_on == occurrence.due_on or deed is Deed.GRANT or one.extensions == before.extensions > 0
        assert own.due_on is None or own.due_on >= (occurrence.due_on or own.due_on)
        assert own.revision >= term(occurrence, before).revision
        assert one.extensions == before.extensions or Right.ISSUER in rights
        done_well = one.state is State.CLOSED and one.outcome is not Outcome.NOT_DONE
        assert accepted or not done_well
        assert (one.outcome is None) == (one.state is not State.CLOSED)
        assert one.asked_until is None or one.state in OPEN
