"""Extensions, reopening, cancelling: who is told, what counts afterwards, and what a sync leaves alone."""

from datetime import date

import pytest

from engine.assignment import Outcome, State
from engine.errors import NotFoundError, TransitionError
from engine.store.models import AssignmentRow, ItemRow, JournalRow, OccurrenceRow
from engine.transition import Deed
from flows.passes import track

LYSVA = "lysva-2021"
ONE = f"{LYSVA}/1.1"
EXECUTOR, CONTROLLER, ISSUER = "p-eskizov", "p-maketov", "p-primerova"
DUE, LATER = date(2021, 6, 21), date(2021, 7, 5)
WHY = {"until": LATER, "reason": "группа в отпуске"}
PAPER = {"basis": "резолюция от 17.06.2021"}


@pytest.fixture
def lysva(desk, at):
    """1.1 «До 21 июня 2021» of the working group; its opening was told on Wednesday 2021-06-16."""
    desk.sync(desk.plan(LYSVA, "1.1", "2.4"), at(2021, 6, 16, 3))
    passed(desk, at(2021, 6, 16, 4))
    return desk


def passed(desk, now) -> None:
    track(desk.store, desk.directory, None, now)


def told(desk, since) -> list[tuple[str, str]]:
    """Rung and person of what was put into the outbox about 1.1 after *since*."""
    rows = [one for one in desk.rows(ItemRow) if one.occurrence_key == f"{ONE}/1"]
    return sorted((one.rung, one.person) for one in rows if one.created_at > since)


def test_what_is_asked_goes_to_the_issuer_and_what_is_decided_to_the_executor(lysva, at):
    asked, granted = at(2021, 6, 17, 4), at(2021, 6, 18, 4)
    lysva.do(Deed.ASK, ONE, asked, EXECUTOR, **WHY)
    assert lysva.items("asked") == [(ISSUER, f"{ONE}/1")]
    after = lysva.do(Deed.GRANT, ONE, granted, ISSUER, **PAPER)
    assert (after.extended_to, after.extensions, after.state) == (LATER, 1, State.SENT)
    assert lysva.items("extended") == [(EXECUTOR, f"{ONE}/1")]
    row = lysva.rows(JournalRow)[-1].read()
    assert (row["before"], row["after"], row["basis"]) == ("2021-06-21", "2021-07-05", PAPER["basis"])
    (occurrence,) = [one for one in lysva.rows(OccurrenceRow) if one.measure_id == "1.1"]
    assert (occurrence.due_on, occurrence.original_due_on, occurrence.changed_at) == (DUE, DUE, granted)


def test_the_ladder_climbs_to_the_granted_day(lysva, at):
    lysva.do(Deed.GRANT, ONE, at(2021, 6, 18, 4), ISSUER, until=LATER, **PAPER)
    for day in range(18, 31):
        passed(lysva, at(2021, 6, day, 5))
    assert told(lysva, at(2021, 6, 18, 4)) == [
        ("-14d", EXECUTOR), ("-5d", EXECUTOR)  # 21.06 and 30.06; the term is over sixty days long
    ]  # fmt: skip
    for day in range(1, 31):
        passed(lysva, at(2021, 7, day, 5))
    assert told(lysva, at(2021, 6, 30, 6)) == [
        ("+1wd", EXECUTOR), ("+3wd", CONTROLLER), ("+7wd", "p-obraztsova"), ("-1wd", EXECUTOR), ("due", EXECUTOR)
    ]  # fmt: skip


def test_what_is_given_by_the_granted_day_is_on_time(lysva, at):
    lysva.do(Deed.GRANT, ONE, at(2021, 6, 18, 4), ISSUER, until=LATER, **PAPER)
    lysva.do(Deed.REPORT, ONE, at(2021, 7, 5, 4), EXECUTOR)
    assert lysva.do(Deed.ACCEPT, ONE, at(2021, 7, 9, 4), CONTROLLER).outcome is Outcome.ON_TIME


def test_only_the_issuer_decides_and_the_operator_enters_it_for_the_issuer(lysva, at):
    now = at(2021, 6, 18, 4)
    before = lysva.dump()
    for person in (EXECUTOR, CONTROLLER):
        with pytest.raises(TransitionError, match="нельзя «продлить»: это делает давший поручение"):
            lysva.do(Deed.GRANT, ONE, now, person, until=LATER, **PAPER)
    assert lysva.dump() == before
    lysva.do(Deed.GRANT, ONE, now, until=LATER, **PAPER)
    row = lysva.rows(JournalRow)[-1]
    assert (row.who, row.account, row.read()["entered_for"]) == (ISSUER, "test", True)


def test_a_plan_without_an_issuer_extends_nothing(desk, at):
    text = desk.plan(LYSVA, "1.1").replace("  issuer: Начальник управления образования\n", "")
    desk.sync(text, at(2021, 6, 16, 3))
    with pytest.raises(TransitionError, match="в плане он не назван: впишите issuer"):
        desk.do(Deed.GRANT, ONE, at(2021, 6, 18, 4), until=LATER, **PAPER)


def test_another_sync_keeps_the_granted_day_and_says_so(lysva, at):
    lysva.do(Deed.GRANT, ONE, at(2021, 6, 18, 4), ISSUER, until=LATER, **PAPER)
    report = lysva.sync(lysva.plan(LYSVA, "1.1", "2.4"), at(2021, 6, 19, 4))
    said = "срок 21.06.2021 продлён (Муниципальная рабочая группа): действует 05.07.2021"
    assert (report.written, [remark for _, remark in report.remarks]) == (0, [said])
    (row,) = [one for one in lysva.rows(AssignmentRow) if one.occurrence_key == f"{ONE}/1"]
    assert (row.extended_to, row.extensions) == (LATER, 1)


def test_one_school_gets_its_own_day_and_the_controller_hears_of_the_others_first(desk, at):
    """Кисловодск 1.2 «до 16 марта 2021 года» of four schools: СОШ № 7 gets ten days more."""
    ref = "kislovodsk-2021/1.2"
    desk.sync(desk.plan("kislovodsk-2021", "1.2"), at(2021, 3, 12, 6))
    passed(desk, at(2021, 3, 12, 7))
    granted = at(2021, 3, 15, 7)
    desk.do(Deed.GRANT, ref, granted, school="sosh-7", until=date(2021, 3, 26), basis="приказ № 2")
    for day in range(16, 32):
        passed(desk, at(2021, 3, day, 7))
    items = [one for one in desk.rows(ItemRow) if one.kind == "controller"]
    assert [(one.at.date(), one.assignment_key) for one in items] == [
        (date(2021, 3, 19), None), (date(2021, 3, 31), f"{ref}/1|school-heads|sosh-7")
    ]  # fmt: skip
    late = [one for one in desk.rows(ItemRow) if one.rung == "+1wd"]
    assert [(one.at.date(), one.person) for one in late if one.person == "p-igrekov"] == [
        (date(2021, 3, 29), "p-igrekov")
    ]
    assert len(late) == 4


def test_all_schools_may_be_granted_at_once_or_none(desk, at):
    ref, now = "kislovodsk-2021/1.2", at(2021, 3, 15, 7)
    desk.sync(desk.plan("kislovodsk-2021", "1.2"), at(2021, 3, 12, 6))
    done = desk.do_on_all(Deed.GRANT, ref, now, until=date(2021, 3, 26), basis="приказ № 2")
    assert {one.extended_to for one in done} == {date(2021, 3, 26)}
    assert len(desk.items("extended")) == len(done) == 4
    before = desk.dump()
    desk.do(Deed.GRANT, ref, now, school="sosh-7", until=date(2021, 3, 30), basis="приказ № 3")
    again = desk.dump()
    with pytest.raises(TransitionError, match=r"срок и так 30\.03\.2021"):
        desk.do_on_all(Deed.GRANT, ref, now, until=date(2021, 3, 29), basis="приказ № 4")
    assert desk.dump() == again != before


def test_a_refusal_is_told_with_its_reason(lysva, at):
    lysva.do(Deed.ASK, ONE, at(2021, 6, 17, 4), EXECUTOR, **WHY)
    lysva.do(Deed.REFUSE, ONE, at(2021, 6, 18, 4), ISSUER, reason="срок дан министерством")
    assert lysva.items("refused") == [(EXECUTOR, f"{ONE}/1")]
    lysva.do(Deed.ASK, ONE, at(2021, 6, 18, 5), EXECUTOR, **WHY)  # asked again on the day of the refusal
    lysva.do(Deed.REFUSE, ONE, at(2021, 6, 18, 6), ISSUER, reason="нет")
    assert (len(lysva.items("asked")), len(lysva.items("refused"))) == (2, 2)


def test_what_is_reopened_is_told_and_does_not_repeat_the_ladder(lysva, at):
    lysva.do(Deed.REPORT, ONE, at(2021, 6, 18, 4), EXECUTOR)
    lysva.do(Deed.ACCEPT, ONE, at(2021, 6, 18, 5), CONTROLLER)
    reopened = at(2021, 7, 12, 4)
    after = lysva.do(Deed.REOPEN, ONE, reopened, CONTROLLER, reason="в плане нет сроков")
    assert (after.state, after.outcome) == (State.IN_PROGRESS, None)
    assert lysva.items("reopened") == [(EXECUTOR, f"{ONE}/1")]
    for day in range(12, 31):
        passed(lysva, at(2021, 7, day, 5))
    assert told(lysva, reopened) == []  # the digest shows it as overdue from now on


def test_what_the_issuer_cancels_stays_so_after_a_sync(lysva, at):
    lysva.do(Deed.CANCEL, ONE, at(2021, 6, 17, 4), ISSUER, basis="приказ № 7 от 17.06.2021")
    assert lysva.items("cancelled") == [(EXECUTOR, f"{ONE}/1")]
    lysva.sync(lysva.plan(LYSVA, "1.1", "2.4"), at(2021, 6, 18, 4))
    (row,) = [one for one in lysva.rows(AssignmentRow) if one.occurrence_key == f"{ONE}/1"]
    assert (row.state, row.ended_by) == ("cancelled", "приказ № 7 от 17.06.2021")
    passed(lysva, at(2021, 7, 20, 4))
    assert {one.rung for one in lysva.rows(ItemRow) if one.occurrence_key == f"{ONE}/1"} == {"-5d", "cancelled"}


def test_what_is_superseded_is_not_told_to_one_who_never_heard_of_it(lysva, at):
    ref = f"{LYSVA}/2.4"
    after = lysva.do(Deed.SUPERSEDE, ref, at(2021, 6, 17, 4), ISSUER, occurrence=2, basis="приказ № 8")
    assert (after.state, lysva.items("cancelled")) == (State.SUPERSEDED, [])


def test_an_unknown_school_is_refused(lysva, at):
    with pytest.raises(NotFoundError, match="такого поручения нет"):
        lysva.do(Deed.GRANT, ONE, at(2021, 6, 18, 4), school="sosh-99", until=LATER, **PAPER)


def test_who_helps_is_not_told_of_days_that_passed_while_the_matter_was_closed(desk, at):
    """Енисейск 2.2 «Январь 2024г.»: accepted the day before its due day, reopened in April; the schools help."""
    ref = "yeniseysk-2023/2.2"
    desk.sync(desk.plan("yeniseysk-2023", "2.2"), at(2024, 1, 9, 3))
    for day in (9, 16, 26, 30):
        passed(desk, at(2024, 1, day, 2))
    desk.do(Deed.REPORT, ref, at(2024, 1, 30, 3), "p-shablonova")
    desk.do(Deed.ACCEPT, ref, at(2024, 1, 30, 4), CONTROLLER)
    passed(desk, at(2024, 1, 31, 2))
    reopened = at(2024, 4, 15, 3)
    desk.do(Deed.REOPEN, ref, reopened, CONTROLLER, reason="протокол без подписей")
    for day in (15, 16, 17):
        passed(desk, at(2024, 4, day, 4))
    about = [one for one in desk.rows(ItemRow) if one.occurrence_key == f"{ref}/1" and one.created_at >= reopened]
    assert [(one.rung, one.person) for one in about] == [("reopened", "p-shablonova")]
