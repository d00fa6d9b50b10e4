"""What a hostile reader found: facts that a sync, a change of people or a second deed must not lose."""

from datetime import date

import pytest

from engine.assignment import Outcome, State
from engine.errors import TransitionError
from engine.occurrence import Change
from engine.store.events import EventDeed
from engine.store.models import AssignmentRow, ItemRow, JournalRow, OccurrenceRow
from engine.transition import Deed
from flows.passes import track

LYSVA = "lysva-2021"
ONE = f"{LYSVA}/1.1"
EXECUTOR, CONTROLLER, ISSUER = "p-eskizov", "p-maketov", "p-primerova"
DUE, LATER = date(2021, 6, 21), date(2021, 7, 5)
GROUP = "[Муниципальная рабочая группа]"
OTHER = "[Управление образования]"
PAPER = {"basis": "резолюция от 17.06.2021"}


@pytest.fixture
def lysva(desk, at):
    """1.1 «До 21 июня 2021» of the working group, told on 16.06."""
    desk.sync(text(desk), at(2021, 6, 16, 3))
    passed(desk, at(2021, 6, 16, 4))
    return desk


def text(desk, responsible: str = GROUP) -> str:
    plan = desk.plan(LYSVA, "1.1", "2.4")
    assert GROUP in plan
    return plan.replace(GROUP, responsible)


def passed(desk, *moments) -> None:
    for now in moments:
        track(desk.store, desk.directory, None, now)


def one(desk, person: str = EXECUTOR) -> AssignmentRow:
    (row,) = [row for row in desk.rows(AssignmentRow) if row.occurrence_key == f"{ONE}/1" and row.person == person]
    return row


def occurrence(desk) -> OccurrenceRow:
    return next(row for row in desk.rows(OccurrenceRow) if row.key == f"{ONE}/1")


def rungs(desk, person: str) -> list[str]:
    items = [row for row in desk.rows(ItemRow) if row.occurrence_key == f"{ONE}/1" and row.person == person]
    return [row.rung for row in sorted(items, key=lambda row: (row.created_at, row.key))]


BEFORE = [
    # deeds before the plan asks for another and again for the first, the state afterwards
    ([(Deed.REPORT, EXECUTOR, {}), (Deed.RETURN, CONTROLLER, {"reason": "нет подписи"})], State.RETURNED),
    (
        [(Deed.REPORT, EXECUTOR, {}), (Deed.ACCEPT, CONTROLLER, {}), (Deed.REOPEN, CONTROLLER, {"reason": "не те"})],
        State.IN_PROGRESS,
    ),
    ([(Deed.REPORT, EXECUTOR, {})], State.REPORTED),
    ([(Deed.START, EXECUTOR, {})], State.IN_PROGRESS),
    ([], State.SCHEDULED),
]


@pytest.mark.parametrize(("deeds", "state"), BEFORE)
@pytest.mark.parametrize("struck", [True, False])
def test_what_comes_back_stands_where_it_stood(lysva, at, deeds, state, struck):
    now = at(2021, 6, 17, 4)
    for deed, by, said in deeds:
        lysva.do(deed, ONE, now, by, **said)
    away = lysva.plan(LYSVA, "2.4") if struck else text(lysva, OTHER)
    lysva.sync(away, at(2021, 6, 17, 5))
    assert one(lysva).state == "cancelled"
    lysva.sync(text(lysva), at(2021, 6, 17, 6))
    assert one(lysva).state == state
    if not struck:
        deeds = [row.deed for row in lysva.rows(JournalRow) if row.subject == one(lysva).key]
        assert deeds[-2:] == ["unassigned", "assigned"]


def test_an_extension_begins_the_ladder_of_an_old_term(desk, at):
    desk.sync(text(desk), at(2021, 6, 28, 4))  # after the due day: to reconcile
    assert occurrence(desk).to_reconcile
    desk.do(Deed.GRANT, ONE, at(2021, 6, 28, 5), ISSUER, until=LATER, **PAPER)
    passed(desk, *(at(2021, 7, day, 5) for day in range(1, 16)))
    assert not occurrence(desk).to_reconcile
    assert rungs(desk, EXECUTOR)[-2:] == ["due", "+1wd"]
    assert rungs(desk, CONTROLLER) == ["+3wd"]


def test_what_was_reopened_or_tracked_is_not_put_aside(desk, at):
    desk.sync(text(desk), at(2021, 6, 28, 4))
    desk.do(Deed.REPORT, ONE, at(2021, 6, 28, 5), EXECUTOR)
    desk.do(Deed.ACCEPT, ONE, at(2021, 6, 28, 6), CONTROLLER)
    desk.do(Deed.REOPEN, ONE, at(2021, 6, 29, 6), CONTROLLER, reason="не те сроки")
    assert not occurrence(desk).to_reconcile
    earlier = text(desk).replace(
        "deadline: До 21 июня 2021",
        "deadline: {text: До 21 июня 2021, fix: {to: 2021-06-18, by: p-primerova, why: приказ}}",
    )
    desk.sync(earlier, at(2021, 6, 30, 4))
    assert (occurrence(desk).due_on, occurrence(desk).to_reconcile) == (date(2021, 6, 18), False)


def test_who_reported_does_not_accept_when_he_acts_no_more(lysva, at):
    absent = "    email: eskizov@example.org\n"
    away = absent + "    substitute: [{person: p-maketov, from: 2021-06-16, to: 2021-06-17}]\n"
    lysva.people = lysva.people.replace(absent, away)
    lysva.sync(text(lysva), at(2021, 6, 17, 3))
    lysva.do(Deed.REPORT, ONE, at(2021, 6, 17, 4), CONTROLLER)  # the controller, in the executor's place
    assert one(lysva).reported_by == CONTROLLER
    with pytest.raises(TransitionError, match="нельзя «принять отчёт»"):
        lysva.do(Deed.ACCEPT, ONE, at(2021, 6, 18, 4), CONTROLLER)
    assert lysva.do(Deed.ACCEPT, ONE, at(2021, 6, 18, 4), ISSUER).outcome is Outcome.ON_TIME


def test_what_a_controller_enters_for_the_executor_he_may_accept(lysva, at):
    lysva.do(Deed.REPORT, ONE, at(2021, 6, 17, 4), CONTROLLER)
    assert lysva.do(Deed.ACCEPT, ONE, at(2021, 6, 17, 5), CONTROLLER).state is State.CLOSED


def test_a_substitute_acts_by_the_day_on_which_he_does(lysva, at):
    absent = "    email: maketov@example.org\n"
    away = absent + "    substitute: [{person: p-zetova, from: 2021-06-14, to: 2021-06-18}]\n"
    lysva.people = lysva.people.replace(absent, away)
    lysva.sync(text(lysva), at(2021, 6, 17, 3))
    with pytest.raises(TransitionError, match="это делает исполнитель или контролёр"):
        lysva.do(Deed.REPORT, ONE, at(2021, 8, 16, 4), "p-zetova", day=date(2021, 6, 16))
    assert lysva.do(Deed.REPORT, ONE, at(2021, 6, 17, 4), "p-zetova", day=date(2021, 6, 10)).state is State.REPORTED


def test_what_the_issuer_cancelled_takes_nobody_new(lysva, at):
    lysva.do(Deed.CANCEL, ONE, at(2021, 6, 17, 4), ISSUER, basis="приказ № 40")
    lysva.sync(text(lysva, OTHER), at(2021, 6, 17, 5))
    assert [row.state for row in lysva.rows(AssignmentRow) if row.occurrence_key == f"{ONE}/1"] == ["cancelled"]


def test_an_extension_follows_the_person_under_another_name_of_the_role(lysva, at):
    lysva.do(Deed.GRANT, ONE, at(2021, 6, 17, 4), ISSUER, until=LATER, **PAPER)
    report = lysva.sync(text(lysva, "[p-eskizov]"), at(2021, 6, 17, 5))
    assert [
        row.extended_to for row in lysva.rows(AssignmentRow) if row.state == "scheduled" and row.person == EXECUTOR
    ] == [LATER]
    assert "действует 05.07.2021" in "".join(remark for _, remark in report.remarks)


def test_a_day_of_an_event_does_not_move_when_only_the_words_do(desk, at):
    plan = desk.plan("yeniseysk-2023", "3.3")
    desk.sync(plan, at(2023, 11, 9, 3))
    event = "yeniseysk-2023/ocenochnye-procedury-2024"
    desk.set_event(event, date(2024, 3, 4), date(2024, 5, 17), at(2024, 2, 5, 3))
    after = plan.replace(
        "deadline: В период проведения оценочных процедур",
        "deadline: через 30 дней после проведения оценочных процедур",
    )
    assert after != plan
    after = after.replace("phrases: [проведения оценочных процедур]", "phrases: [проведения оценочных процедур]")
    report = desk.sync(after, at(2024, 2, 6, 3))
    row = next(row for row in desk.rows(OccurrenceRow) if row.measure_id == "3.3")
    assert (row.due_on, len(report.changes[Change.KEPT])) == (date(2024, 5, 17), 1)


def test_dates_of_the_file_are_not_set_anew_without_a_document(desk, at):
    desk.sync(desk.plan("yeniseysk-2023", "3.3"), at(2023, 11, 9, 3))
    with pytest.raises(TransitionError, match="без документа даты не меняются"):
        desk.set_event("yeniseysk-2023/vpr-2024", date(2024, 3, 1), date(2024, 7, 14), at(2024, 2, 5, 3), basis=None)
    desk.set_event("yeniseysk-2023/vpr-2024", date(2024, 3, 1), date(2024, 5, 17), at(2024, 2, 5, 3), basis=None)


def test_who_takes_over_what_was_reopened_is_told(lysva, at):
    lysva.do(Deed.REPORT, ONE, at(2021, 6, 17, 4), EXECUTOR)
    lysva.do(Deed.ACCEPT, ONE, at(2021, 6, 17, 5), CONTROLLER)
    lysva.do(Deed.REOPEN, ONE, at(2021, 7, 12, 4), CONTROLLER, reason="не те сроки")
    lysva.people = lysva.people.replace("holder: p-eskizov", "holder: p-zetova")
    lysva.sync(text(lysva), at(2021, 7, 12, 5))
    passed(lysva, *(at(2021, 7, day, 5) for day in range(12, 16)))
    assert rungs(lysva, "p-zetova") != []


def test_a_new_date_after_an_event_was_taken_back_is_told_to_who_knew(desk, at):
    desk.sync(desk.plan("yeniseysk-2023", "3.3"), at(2023, 11, 9, 3))
    event = "yeniseysk-2023/ocenochnye-procedury-2024"
    desk.set_event(event, date(2024, 3, 4), date(2024, 5, 17), at(2024, 2, 5, 3))
    passed(desk, at(2024, 3, 4, 2))
    desk.set_event(event, None, None, at(2024, 3, 5, 3), deed=EventDeed.CANCEL)
    desk.set_event(event, date(2024, 4, 1), date(2024, 6, 14), at(2024, 3, 6, 3))
    row = next(row for row in desk.rows(OccurrenceRow) if row.measure_id == "3.3")
    moved = [item for item in desk.rows(ItemRow) if item.kind == "moved" and item.revision == row.revision]
    heard = {item.person for item in desk.rows(ItemRow) if item.rung == "opening"}
    assert {item.person for item in moved} == heard != set()


def test_what_is_off_is_told_to_who_knew_though_it_waits_again(desk, at):
    desk.sync(desk.plan("yeniseysk-2023", "3.3"), at(2023, 11, 9, 3))
    event = "yeniseysk-2023/ocenochnye-procedury-2024"
    desk.set_event(event, date(2024, 3, 4), date(2024, 5, 17), at(2024, 2, 5, 3))
    passed(desk, at(2024, 3, 4, 2))
    desk.set_event(event, None, None, at(2024, 3, 5, 3), deed=EventDeed.CANCEL)
    done = desk.do_on_all(Deed.CANCEL, "yeniseysk-2023/3.3", at(2024, 3, 6, 3), basis="приказ № 9")
    assert len(desk.items("cancelled")) == len(done)


@pytest.mark.parametrize("deed", [Deed.ASK, Deed.GRANT])
def test_a_day_has_a_year_that_can_be(lysva, at, deed):
    who = EXECUTOR if deed is Deed.ASK else ISSUER
    with pytest.raises(TransitionError, match="год вне 1950–2150"):
        lysva.do(deed, ONE, at(2021, 6, 17, 4), who, until=date(9999, 12, 31), reason="а", basis="б")


def test_the_issuers_own_work_may_be_extended_by_him_and_not_accepted(lysva, at):
    lysva.people = lysva.people.replace("holder: p-eskizov", "holder: p-primerova")
    lysva.sync(text(lysva), at(2021, 6, 17, 4))
    assert lysva.do(Deed.GRANT, ONE, at(2021, 6, 17, 5), ISSUER, until=LATER, **PAPER).extended_to == LATER
    lysva.do(Deed.REPORT, ONE, at(2021, 6, 17, 6), ISSUER)
    with pytest.raises(TransitionError, match="нельзя «принять отчёт»"):
        lysva.do(Deed.ACCEPT, ONE, at(2021, 6, 17, 7), ISSUER)
