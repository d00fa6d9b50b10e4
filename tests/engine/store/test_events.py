"""Dates of events: who may set, move and cancel them, what has to be said, and what is told."""

from datetime import date

import pytest

from engine.assignment import State
from engine.errors import NotFoundError, TransitionError
from engine.occurrence import Change
from engine.store.events import EventDeed
from engine.store.models import EventRow, JournalRow, OccurrenceRow
from engine.transition import Deed
from flows.passes import track

PLAN = "yeniseysk-2023"
EVENT, MEASURE, UNDATED = f"{PLAN}/ocenochnye-procedury-2024", f"{PLAN}/2.4", f"{PLAN}/osnovnoy-period-vpr"
FIRST, LAST, LATER = date(2024, 3, 4), date(2024, 4, 26), date(2024, 5, 17)
COORDINATOR, CONTROLLER, ISSUER, HEAD_OF_SCHOOL = "p-shablonova", "p-maketov", "p-primerova", "p-nektova"
SET, MOVE, CANCEL = EventDeed.SET, EventDeed.MOVE, EventDeed.CANCEL


@pytest.fixture
def now(at):
    """Tuesday 2024-03-12, 15:00 in Енисейск."""
    return at(2024, 3, 12, 8)


@pytest.fixture
def office(desk, at):
    """2.1 and 3.2 hang on events, 2.4 follows a schedule, 1.3 has a date of its own."""
    desk.sync(desk.plan(PLAN, "1.3", "2.1", "2.4", "3.2"), at(2023, 11, 9, 3))
    return desk


@pytest.fixture
def dated(office, now):
    """The event of 3.2 has dates, and people have heard of it."""
    office.set_event(EVENT, FIRST, LAST, now)
    track(office.store, office.directory, None, now)
    return office


def refusal(desk, ref, start, end, now, **given) -> str:
    before = desk.dump()
    with pytest.raises((NotFoundError, TransitionError)) as caught:
        desk.set_event(ref, start, end, now, **given)
    assert desk.dump() == before
    return str(caught.value)


WRONG_PERSON = "даты вносит координатор или контролёр плана, а не Нектова У. Ф.: передайте им документ с датами"
NO_BASIS = "без документа даты не меняются: укажите --basis «вид, № и дата»"
UNDATED_REFUSED = [
    # event or measure, first, last, what else, what is answered
    (EVENT, FIRST, LAST, {"by": HEAD_OF_SCHOOL}, WRONG_PERSON),
    (EVENT, FIRST, LAST, {"by": "p-nobody"}, "человека «p-nobody» нет в справочнике людей"),
    (EVENT, LAST, FIRST, {}, "конец 04.03.2024 раньше начала 26.04.2024: поменяйте даты"),
    (
        EVENT, date(2026, 3, 4), date(2026, 4, 26), {},
        "событие лежит далеко за сроком плана (01.09.2023 – 31.08.2024): проверьте год",
    ),
    (EVENT, FIRST, LAST, {"deed": MOVE}, "переносить нечего, дат ещё нет: внесите их — srok event set"),
    (UNDATED, FIRST, LAST, {"deed": MOVE}, "переносить нечего, дат ещё нет: внесите их — srok event set"),
    (EVENT, None, None, {"deed": CANCEL, "basis": None}, NO_BASIS),
    (
        f"{PLAN}/1.3", FIRST, LAST, {},
        "срок мероприятия «1.3» не по графику: другую дату ставит fix в файле плана",
    ),
    (
        f"{PLAN}/нет", FIRST, LAST, {},
        "в плане «yeniseysk-2023» нет ни события, ни мероприятия «нет»: см. раздел events плана",
    ),
]  # fmt: skip


def test_what_cannot_be_set_moved_or_cancelled_before_there_are_dates(office, now):
    found = [refusal(office, ref, start, end, now, **given) for ref, start, end, given, _ in UNDATED_REFUSED]
    assert found == [message for *_, message in UNDATED_REFUSED]


DATED_REFUSED = [
    (FIRST, LATER, {"deed": MOVE, "by": HEAD_OF_SCHOOL}, WRONG_PERSON),
    (FIRST, LATER, {"deed": MOVE, "basis": None}, NO_BASIS),
    (FIRST, LATER, {"deed": MOVE, "basis": "  "}, NO_BASIS),
    (None, None, {"deed": CANCEL, "by": HEAD_OF_SCHOOL}, WRONG_PERSON),
    (None, None, {"deed": CANCEL, "basis": None}, NO_BASIS),
    (FIRST, LATER, {}, "даты уже внесены (04.03.2024): перенести их — srok event move с --basis"),
    (FIRST, LATER, {"deed": MOVE, "by": "p-nobody"}, "человека «p-nobody» нет в справочнике людей"),
    (LATER, FIRST, {"deed": MOVE}, "конец 04.03.2024 раньше начала 17.05.2024: поменяйте даты"),
]


def test_what_cannot_be_done_to_dates_that_are_there(dated, at):
    later = at(2024, 4, 10, 3)
    found = [refusal(dated, EVENT, start, end, later, **given) for start, end, given, _ in DATED_REFUSED]
    assert found == [message for *_, message in DATED_REFUSED]


def test_coordinator_controller_issuer_and_owner_may_date_an_event(office, now):
    office.set_event(EVENT, FIRST, LAST, now, COORDINATOR)
    office.set_event(EVENT, FIRST, LATER, now, CONTROLLER, deed=MOVE)
    office.set_event(EVENT, None, None, now, ISSUER, deed=CANCEL)
    office.set_event(EVENT, FIRST, LAST, now, "p-uslovnova")
    found = [(one.deed, one.who) for one in office.rows(JournalRow) if one.subject == EVENT]
    assert found == [
        ("event", COORDINATOR), ("event-moved", CONTROLLER), ("event-cancelled", ISSUER), ("event", "p-uslovnova")
    ]  # fmt: skip


def test_a_substitute_dates_an_event_in_the_coordinators_place(desk, at, now):
    email = "    email: shablonova@example.org\n"
    away = f"{email}    substitute: [{{person: p-chernovikov, from: 2024-03-11, to: 2024-03-15}}]\n"
    desk.people = desk.people.replace(email, away)
    desk.sync(desk.plan(PLAN, "3.2"), at(2023, 11, 9, 3))
    assert refusal(desk, EVENT, FIRST, LAST, at(2024, 3, 18, 3), by="p-chernovikov").startswith("даты вносит")
    assert desk.set_event(EVENT, FIRST, LAST, now, "p-chernovikov").changes[Change.DATED]


def test_done_twice_it_changes_nothing(dated, at):
    for deed, start, end in ((MOVE, FIRST, LATER), (CANCEL, None, None), (SET, FIRST, LAST)):
        dated.set_event(EVENT, start, end, at(2024, 4, 10, 3), deed=deed)
        before = dated.dump()
        assert dated.set_event(EVENT, start, end, at(2024, 4, 11, 3), deed=deed).changes == {}
        assert dated.dump() == before


def test_who_moves_dates_to_where_they_are_changes_nothing(dated, at):
    before = dated.dump()
    dated.set_event(EVENT, FIRST, LAST, at(2024, 4, 10, 3), deed=MOVE)
    assert dated.dump() == before


def test_a_move_is_told_and_keeps_both_days(dated, at):
    report = dated.set_event(EVENT, FIRST, LATER, at(2024, 4, 10, 3), deed=MOVE, basis="приказ № 96")
    assert report.days == {f"{PLAN}/3.2/1": (LAST, LATER)}
    assert report.told == {HEAD_OF_SCHOOL, COORDINATOR}
    assert dated.items("moved") == [(HEAD_OF_SCHOOL, f"{PLAN}/3.2/1"), (COORDINATOR, f"{PLAN}/3.2/1")]
    row = next(one for one in dated.rows(JournalRow) if one.deed == "event-moved")
    assert (row.read()["before"], row.read()["end"], row.read()["basis"]) == (
        ["2024-03-04", "2024-04-26", "confirmed"], "2024-05-17", "приказ № 96"
    )  # fmt: skip
    (occurrence,) = [one for one in dated.rows(OccurrenceRow) if one.measure_id == "3.2"]
    assert (occurrence.due_on, occurrence.original_due_on) == (LATER, LAST)


def test_what_is_over_is_not_told_of_a_move(dated, at):
    """The school is let go; the coordinator, who was to help it, is asked for nothing either."""
    dated.do(Deed.NOT_TRIGGERED, f"{PLAN}/3.2", at(2024, 3, 26, 3), CONTROLLER, school="ozernovskaya-47", reason="нет")
    assert dated.set_event(EVENT, FIRST, LATER, at(2024, 4, 10, 3), deed=MOVE).told == set()
    assert dated.items("moved") == []


def test_a_cancelled_event_lets_its_measures_wait_again(dated, at):
    report = dated.set_event(EVENT, None, None, at(2024, 4, 10, 3), deed=CANCEL, basis="приказ № 97")
    assert report.changes[Change.RELEASED] == [f"{PLAN}/3.2/1"]
    assert {one.state for one in dated.assignments(PLAN) if one.occurrence == f"{PLAN}/3.2/1"} == {State.AWAITING}
    (row,) = dated.rows(EventRow)
    assert (row.start, row.end, row.status, row.basis) == (None, None, "cancelled", "приказ № 97")
    assert dated.items("moved") == [(HEAD_OF_SCHOOL, f"{PLAN}/3.2/1"), (COORDINATOR, f"{PLAN}/3.2/1")]
    assert dated.set_event(EVENT, FIRST, LATER, at(2024, 4, 15, 3)).changes[Change.DATED] == [f"{PLAN}/3.2/1"]


def test_a_measure_by_schedule_is_dated_moved_and_cancelled_for_itself(office, at):
    day, other = date(2023, 12, 14), date(2023, 12, 20)
    assert refusal(office, MEASURE, day, None, at(2023, 11, 14, 3), deed=MOVE).startswith("переносить нечего")
    assert office.set_event(MEASURE, day, None, at(2023, 11, 14, 3)).days == {f"{MEASURE}/1": (None, day)}
    assert refusal(office, MEASURE, other, None, at(2023, 11, 15, 3)).startswith("даты уже внесены (14.12.2023)")
    moved = office.set_event(MEASURE, other, None, at(2023, 11, 15, 3), deed=MOVE, basis="план на декабрь")
    assert moved.days == {f"{MEASURE}/1": (day, other)}
    released = office.set_event(MEASURE, None, None, at(2023, 11, 16, 3), deed=CANCEL, basis="письмо № 5")
    assert released.days == {f"{MEASURE}/1": (other, None)}
