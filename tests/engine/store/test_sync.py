"""Plans into the store: keys are kept, what changed is told once, twice changes nothing."""

from datetime import date
from pathlib import Path

import pytest

from engine.assignment import Outcome, State
from engine.occurrence import Change
from engine.store import queries
from engine.store.models import AssignmentRow, ItemRow, JournalRow, OccurrenceRow, PlanRow
from engine.transition import Deed
from flows.passes import track

PLANS = Path(__file__).parents[3] / "plans"
LYSVA = "lysva-2021"
DOCUMENTS = ["artem-2020", "kislovodsk-2021", "lysva-2021", "vesyegonsk-2020", "yeniseysk-2023"]


@pytest.fixture
def june(at):
    """Tuesday 2021-06-01, 09:00 in Лысьва."""
    return at(2021, 6, 1, 4)


def occurrences(desk) -> dict[str, OccurrenceRow]:
    return {row.key: row for row in desk.rows(OccurrenceRow)}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_second_sync_writes_nothing(desk, at, name):
    text = (PLANS / f"{name}.yaml").read_text(encoding="utf-8")
    desk.sync(text, at(2020, 10, 14, 6))
    before = desk.dump()
    again = desk.sync(text, at(2021, 3, 3, 3))
    assert (again.written, desk.dump() == before) == (0, True)


def test_a_second_sync_writes_nothing_after_a_pass_either(desk, at, june):
    text = desk.plan(LYSVA, "1.1", "2.4")
    desk.sync(text, june)
    track(desk.store, desk.directory, None, at(2021, 6, 16, 4))
    before = desk.dump()
    assert desk.sync(text, at(2021, 6, 16, 20)).written == 0
    assert desk.dump() == before


def test_what_was_due_before_the_first_sync_is_to_be_reconciled_and_has_no_ladder(desk, at):
    desk.sync(desk.plan(LYSVA, "1.1", "2.4"), at(2021, 7, 5, 4))
    found = {key: (row.to_reconcile, row.next_action_at is None) for key, row in occurrences(desk).items()}
    assert found["lysva-2021/1.1/1"] == (True, True)
    assert found["lysva-2021/2.4/1"] == (True, True)  # June
    assert found["lysva-2021/2.4/2"] == (False, False)  # August
    assert track(desk.store, desk.directory, None, at(2021, 7, 5, 5)).queued == 0


def test_rewording_renumbering_and_reordering_keep_every_key(desk, june):
    desk.sync(desk.plan(LYSVA, "1.1", "2.4", "3.2"), june)
    before = {key: (row.first, row.due_on, row.revision) for key, row in occurrences(desk).items()}
    head, one, two, three = desk.plan(LYSVA, "1.1", "2.4", "3.2").split("\n  - id: ")
    one = one.replace('"1.1"', '"1.1"\n    number: "7"').replace("Разработка плана", "Подготовка плана")
    report = desk.sync(f"{head}\n  - id: {three}\n  - id: {two}\n  - id: {one}", june)
    assert {change for change, keys in report.changes.items() if keys} == {Change.SAME}
    assert {key: (row.first, row.due_on, row.revision) for key, row in occurrences(desk).items()} == before


def test_a_year_added_to_the_horizon_gives_new_numbers_at_the_end(desk, june):
    text = desk.plan(LYSVA, "3.2")
    desk.sync(text.replace("to: 2024-12-31", "to: 2023-12-31"), june)
    assert len(occurrences(desk)) == 3
    report = desk.sync(text, june)
    assert report.changes[Change.NEW] == ["lysva-2021/3.2/4"]
    assert occurrences(desk)["lysva-2021/3.2/4"].due_on == date(2024, 8, 30)


def test_a_later_day_in_the_file_without_a_decision_leaves_the_old_one(desk, june):
    desk.sync(desk.plan(LYSVA, "1.1"), june)
    moved = desk.plan(LYSVA, "1.1").replace("До 21 июня 2021", "До 25 июня 2021")
    report = desk.sync(moved, june)
    assert report.remarks == [
        ("1.1", "срок 21.06.2021 остаётся: в файле теперь 25.06.2021, но перенос не оформлен (fix: to, by, why)")
    ]
    assert occurrences(desk)["lysva-2021/1.1/1"].due_on == date(2021, 6, 21)
    assert desk.rows(ItemRow) == []


FIX = 'deadline: {text: "До 21 июня 2021", fix: {to: 2021-06-25, by: "%s", why: "решение о переносе"}}'


def test_a_day_moved_by_the_issuer_is_told_once_and_journalled(desk, june):
    desk.sync(desk.plan(LYSVA, "1.1"), june)
    moved = desk.plan(LYSVA, "1.1").replace("deadline: До 21 июня 2021", FIX % "p-primerova")
    for _ in range(3):
        desk.sync(moved, june)
    row = occurrences(desk)["lysva-2021/1.1/1"]
    assert (row.due_on, row.original_due_on, row.revision) == (date(2021, 6, 25), date(2021, 6, 21), 1)
    assert desk.items("moved") == [("p-eskizov", "lysva-2021/1.1/1")]
    facts = [one.read() for one in desk.rows(JournalRow) if one.deed == "moved"]
    assert facts == [{"before": "2021-06-21", "after": "2021-06-25", "by": "p-primerova", "why": "решение о переносе"}]


def test_a_later_day_set_by_anybody_else_does_not_count(desk, june):
    desk.sync(desk.plan(LYSVA, "1.1"), june)
    report = desk.sync(desk.plan(LYSVA, "1.1").replace("deadline: До 21 июня 2021", FIX % "p-eskizov"), june)
    assert report.remarks == [("1.1", "перенос на 25.06.2021 не действует: позже срок ставит только давший поручение")]
    assert occurrences(desk)["lysva-2021/1.1/1"].due_on == date(2021, 6, 21)


def test_a_struck_measure_is_cancelled_and_told_once(desk, june):
    desk.sync(desk.plan(LYSVA, "1.1", "3.2"), june)
    for _ in range(3):
        desk.sync(desk.plan(LYSVA, "3.2"), june)
    row = occurrences(desk)["lysva-2021/1.1/1"]
    assert (row.cancelled, row.next_action_at) == (True, None)
    assert {one.state for one in desk.assignments(LYSVA) if one.occurrence == row.key} == {State.CANCELLED}
    assert desk.items("cancelled") == [("p-eskizov", row.key)]
    assert [one.deed for one in desk.rows(JournalRow)].count("cancelled") == 1


def test_a_struck_measure_that_comes_back_keeps_its_key_and_its_facts(desk, june):
    desk.sync(desk.plan(LYSVA, "1.1", "3.2"), june)
    desk.do(Deed.REPORT, "lysva-2021/1.1", june)
    desk.sync(desk.plan(LYSVA, "3.2"), june)
    report = desk.sync(desk.plan(LYSVA, "1.1", "3.2"), june)
    assert report.changes[Change.RESTORED] == ["lysva-2021/1.1/1"]
    found = {key: (row.cancelled, row.revision) for key, row in occurrences(desk).items() if "/1.1/" in key}
    assert found == {"lysva-2021/1.1/1": (False, 1)}
    (one,) = [one for one in desk.assignments(LYSVA) if one.occurrence == "lysva-2021/1.1/1"]
    assert (one.state, one.reports, one.reported_on) == (State.REPORTED, 1, date(2021, 6, 1))
    assert [row.deed for row in desk.rows(JournalRow)].count("restored") == 1
    assert desk.sync(desk.plan(LYSVA, "1.1", "3.2"), june).written == 0


KISLOVODSK = "kislovodsk-2021"
"""1.2: every school's head answers."""
COMES_BACK = [
    # what the school had done before it was left out, its state when it is named again
    ([], State.SCHEDULED),
    ([Deed.REPORT], State.REPORTED),
]


@pytest.mark.parametrize(("deeds", "state"), COMES_BACK)
def test_an_assignment_cancelled_by_an_edit_comes_back_though_the_rest_is_closed(desk, at, deeds, state):
    march = at(2021, 3, 15, 7)
    text = desk.plan(KISLOVODSK, "1.2")
    fewer = text.replace('  - id: "1.2"', '  - id: "1.2"\n    schools: [sosh-17, licey-8, ozernovskaya-47]')
    desk.sync(text, at(2021, 3, 12, 7))
    for deed in deeds:
        desk.do(deed, f"{KISLOVODSK}/1.2", march, school="sosh-7")
    desk.sync(fewer, march)
    for school in ("sosh-17", "licey-8", "ozernovskaya-47"):
        desk.do(Deed.REPORT, f"{KISLOVODSK}/1.2", march, school=school)
        desk.do(Deed.ACCEPT, f"{KISLOVODSK}/1.2", march, school=school)
    assert {one.school: one.state for one in desk.assignments(KISLOVODSK)}["sosh-7"] is State.CANCELLED
    assert desk.sync(text, march).assignments == 1
    states = {one.school: one.state for one in desk.assignments(KISLOVODSK)}
    assert states.pop("sosh-7") is state
    assert set(states.values()) == {State.CLOSED}
    assert desk.sync(text, march).written == 0


def test_who_is_no_longer_asked_is_told_so_if_he_knew(desk, at, june):
    text = desk.plan(LYSVA, "1.1", "2.4")
    desk.sync(text, june)
    desk.do(Deed.START, "lysva-2021/1.1", june)
    other = text.replace("[Муниципальная рабочая группа]", "[МБУО Центр образования]")
    report = desk.sync(other.replace("[Управление образования]", "[МБУО Центр образования]"), june)
    assert desk.items("cancelled") == [("p-eskizov", "lysva-2021/1.1/1")]  # 2.4 was told to nobody yet
    assert report.assignments == 18  # one went and one came in each of nine occurrences


def test_a_sync_counts_what_is_to_be_reconciled_once(desk, at):
    text = desk.plan(LYSVA, "1.1", "2.4")
    assert [desk.sync(text, at(2021, 7, 5, 4)).to_reconcile for _ in range(2)] == [2, 0]


def test_dates_that_differ_between_the_file_and_the_database_are_told(desk, at):
    text = desk.plan("vesyegonsk-2020", "2.5")
    assert desk.sync(text, at(2021, 2, 1, 7)).remarks == []
    desk.set_event("vesyegonsk-2020/vpr-2021", date(2021, 4, 1), date(2021, 5, 28), at(2021, 2, 1, 7))
    remark = "даты события: в базе 01.04.2021–28.05.2021, в файле 15.03.2021–21.05.2021: действует база"
    assert desk.sync(text, at(2021, 2, 1, 7)).remarks == [("vpr-2021", remark)]


def test_a_digest_put_too_far_away_is_brought_back(desk, at, june):
    text = desk.plan(LYSVA, "1.1")
    desk.sync(text, june)
    (row,) = desk.rows(PlanRow)
    monday = row.next_digest_at
    with desk.store.writing() as session:
        row.next_digest_at = at(2030, 1, 1, 4)
        session.merge(row)
    assert desk.sync(text, june).written == 1
    (row,) = desk.rows(PlanRow)
    assert (row.next_digest_at, monday) == (at(2021, 6, 7, 4), at(2021, 6, 7, 4))


def test_an_assignment_of_one_who_left_the_directory_goes_to_the_controller(desk, at, june):
    desk.sync(desk.plan(LYSVA, "1.1"), june)
    desk.people = desk.people.replace("p-eskizov", "p-nabroskov")
    track(desk.store, desk.directory, None, june)
    assert desk.items("opening") == [("p-maketov", "lysva-2021/1.1/1")]


def close(desk, ref: str, now) -> None:
    desk.do(Deed.REPORT, ref, now)
    desk.do(Deed.ACCEPT, ref, now)


def test_what_is_closed_stays_closed_when_its_measure_is_struck(desk, june):
    desk.sync(desk.plan(LYSVA, "1.1", "3.2"), june)
    close(desk, "lysva-2021/1.1", june)
    report = desk.sync(desk.plan(LYSVA, "3.2"), june)
    assert report.changes[Change.CANCELLED] == []
    (one,) = [one for one in desk.assignments(LYSVA) if one.occurrence == "lysva-2021/1.1/1"]
    assert (one.state, one.outcome) == (State.CLOSED, Outcome.ON_TIME)
    assert not occurrences(desk)["lysva-2021/1.1/1"].cancelled
    assert desk.items("cancelled") == []


def test_a_new_responsible_is_not_asked_for_what_is_closed(desk, at, june):
    text = desk.plan(LYSVA, "2.4")
    desk.sync(text, june)
    close(desk, "lysva-2021/2.4", june)  # June 2021
    desk.sync(text.replace("[Управление образования]", "[МБУО Центр образования]"), at(2021, 7, 1, 4))
    asked = {one.occurrence: one.person for one in desk.assignments(LYSVA) if one.state is State.SCHEDULED}
    assert "lysva-2021/2.4/1" not in asked
    assert asked["lysva-2021/2.4/2"] == "p-modelnov"


def test_one_who_is_no_longer_responsible_is_left_in_peace_when_the_measure_is_struck(desk, june):
    text = desk.plan(LYSVA, "1.1", "3.2")
    desk.sync(text, june)
    desk.sync(text.replace("[Муниципальная рабочая группа]", "[МБУО Центр образования]"), june)
    desk.sync(desk.plan(LYSVA, "3.2"), june)
    assert desk.items("cancelled") == [("p-modelnov", "lysva-2021/1.1/1")]


def test_a_ladder_edited_later_is_climbed_from_its_new_rungs(desk, at, june):
    text = desk.plan(LYSVA, "3.2")  # August 2021: the opening is the first rung
    desk.sync(text, june)
    assert occurrences(desk)["lysva-2021/3.2/1"].next_action_at == at(2021, 7, 30, 4)
    step = "{rung: early, kind: reminder, to: executors, offset: -80}"
    desk.sync(text.replace("  source:", f"  escalation: {{steps: [{step}]}}\n  source:"), june)
    assert occurrences(desk)["lysva-2021/3.2/1"].next_action_at == at(2021, 6, 11, 4)


def test_a_new_school_joins_what_is_open(desk, at):
    desk.sync(desk.plan("kislovodsk-2021", "1.2"), at(2021, 3, 12, 7))
    assert len(desk.assignments("kislovodsk-2021")) == 4
    desk.do(Deed.REPORT, "kislovodsk-2021/1.2", at(2021, 3, 15, 7), school="sosh-7")
    desk.people = desk.people.replace("\nunits:", "  - {id: sosh-1, name: МБОУ СОШ № 1, head: p-dosugov}\n\nunits:")
    desk.sync(desk.plan("kislovodsk-2021", "1.2"), at(2021, 3, 15, 7))
    states = {one.school: one.state for one in desk.assignments("kislovodsk-2021")}
    assert states["sosh-7"] is State.REPORTED
    assert states["sosh-1"] is State.SCHEDULED


def test_an_unknown_responsible_falls_to_the_controller(desk, june):
    desk.sync(desk.plan(LYSVA, "1.1").replace("[Муниципальная рабочая группа]", "[Рабочая комиссия]"), june)
    track(desk.store, desk.directory, None, june)
    assert desk.items("opening") == [("p-maketov", "lysva-2021/1.1/1")]


def test_a_plan_that_fails_half_way_is_not_half_synced(desk, june, monkeypatch):
    desk.sync(desk.plan(LYSVA, "1.1"), june)
    before = desk.dump()

    def broken(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(queries, "enqueue", broken)
    with pytest.raises(ZeroDivisionError):
        desk.sync(desk.plan(LYSVA, "1.1", "3.2"), june)
    assert desk.dump() == before


def test_the_plan_row_holds_what_the_passes_decide_by(desk, june):
    desk.sync(desk.plan(LYSVA, "1.1"), june)
    (row,) = desk.rows(PlanRow)
    assert queries.roadmap(row) == desk.offices[LYSVA].roadmap
    assert (row.timezone, row.first_synced_on) == ("Asia/Yekaterinburg", date(2021, 6, 1))
    assert len(desk.rows(AssignmentRow)) == 1
