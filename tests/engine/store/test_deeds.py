"""What people do: the right and the wrong person, the journal, events, and two at once."""

import threading
from datetime import date

import pytest

from engine.assignment import RUSSIAN, Outcome, State
from engine.errors import NotFoundError, TransitionError
from engine.occurrence import Change
from engine.store.deeds import Act, Target, perform
from engine.store.events import EventDeed
from engine.store.models import AssignmentRow, JournalRow, OccurrenceRow
from engine.transition import DEED_RUSSIAN, Deed
from flows.passes import track

LYSVA = "lysva-2021"
ONE = f"{LYSVA}/1.1"
EXECUTOR, CONTROLLER, ISSUER, HEAD, STRANGER = "p-eskizov", "p-maketov", "p-primerova", "p-obraztsova", "p-uslovnova"


@pytest.fixture
def june(at):
    """Wednesday 2021-06-16, 09:00 in Лысьва."""
    return at(2021, 6, 16, 4)


@pytest.fixture
def lysva(desk, june):
    """1.1 «До 21 июня 2021» of the working group, 2.4 «Ежегодно Июнь, август» of the education office."""
    desk.sync(desk.plan(LYSVA, "1.1", "2.4"), june)
    return desk


def refusal(desk, *given, **more) -> str:
    before = desk.dump()
    with pytest.raises((NotFoundError, TransitionError)) as caught:
        desk.do(*given, **more)
    assert desk.dump() == before
    return str(caught.value)


def test_a_report_is_given_returned_given_again_and_accepted(lysva, at, june):
    assert lysva.do(Deed.START, ONE, june, EXECUTOR).state is State.IN_PROGRESS
    assert lysva.do(Deed.REPORT, ONE, june, EXECUTOR, text="план готов").state is State.REPORTED
    returned = lysva.do(Deed.RETURN, ONE, at(2021, 6, 17, 4), CONTROLLER, reason="нет подписи")
    assert returned.state is State.RETURNED
    lysva.do(Deed.REPORT, ONE, at(2021, 6, 21, 4), EXECUTOR)
    done = lysva.do(Deed.ACCEPT, ONE, at(2021, 6, 24, 4), CONTROLLER)
    assert (done.state, done.outcome, done.reported_on) == (State.CLOSED, Outcome.ON_TIME, date(2021, 6, 21))
    assert lysva.items("reported") == [(CONTROLLER, f"{ONE}/1")] * 2
    assert lysva.items("returned") == [(EXECUTOR, f"{ONE}/1")]
    assert [row.deed for row in lysva.rows(JournalRow)][-5:] == ["start", "report", "return", "report", "accept"]


def test_the_journal_keeps_the_person_the_account_and_both_days(lysva, at):
    lysva.do(Deed.REPORT, ONE, at(2021, 6, 23, 4), day=date(2021, 6, 21), evidence="справка № 5 от 21.06.2021")
    row = lysva.rows(JournalRow)[-1]
    assert (row.who, row.account, row.at.date()) == (EXECUTOR, "test", date(2021, 6, 23))
    facts = row.read()
    assert (facts["day"], facts["entered_for"], facts["evidence"]) == ("2021-06-21", True, "справка № 5 от 21.06.2021")


LATE = [(date(2021, 6, 21), Outcome.ON_TIME), (date(2021, 6, 22), Outcome.LATE)]


@pytest.mark.parametrize(("day", "outcome"), LATE)
def test_on_time_is_decided_by_the_stated_day_of_receipt(lysva, at, day, outcome):
    lysva.do(Deed.REPORT, ONE, at(2021, 6, 28, 4), day=day)
    assert lysva.do(Deed.ACCEPT, ONE, at(2021, 6, 29, 4)).outcome is outcome


def test_the_day_is_the_municipalitys_not_utcs(desk, at):
    desk.sync(desk.plan("artem-2020", "7"), at(2021, 4, 1, 0))
    late = at(2021, 4, 30, 15)  # 01.05.2021, 01:00 in Артём
    desk.do(Deed.REPORT, "artem-2020/7", late)
    assert desk.do(Deed.ACCEPT, "artem-2020/7", late).outcome is Outcome.LATE


def test_an_interim_report_closes_nothing(lysva, june):
    after = lysva.do(Deed.INTERIM, ONE, june, EXECUTOR, text="половина готова")
    assert (after.state, after.reports) == (State.SCHEDULED, 0)
    assert lysva.items("reported") == []


def test_what_has_no_date_may_be_reported_and_counts_as_done(desk, at):
    desk.sync(desk.plan("artem-2020", "4"), at(2020, 10, 14, 0))
    desk.do(Deed.REPORT, "artem-2020/4", at(2020, 11, 2, 0))
    assert desk.do(Deed.ACCEPT, "artem-2020/4", at(2020, 11, 3, 0)).outcome is Outcome.DONE


def test_the_controller_closes_as_not_done_with_a_reason(lysva, june):
    after = lysva.do(Deed.CLOSE_NOT_DONE, ONE, june, CONTROLLER, reason="группа не создана")
    assert (after.state, after.outcome) == (State.CLOSED, Outcome.NOT_DONE)
    (row,) = [one for one in lysva.rows(OccurrenceRow) if one.key == f"{ONE}/1"]
    assert row.next_action_at is None


def test_what_never_arose_stays_off_after_another_sync_and_speaks_no_more(lysva, june, at):
    assert lysva.do(Deed.NOT_TRIGGERED, ONE, june, CONTROLLER, reason="группа не нужна").state is State.NOT_TRIGGERED
    lysva.sync(lysva.plan("lysva-2021", "1.1"), at(2021, 6, 17, 4))
    row = next(one for one in lysva.rows(AssignmentRow) if one.occurrence_key == f"{ONE}/1")
    assert row.state == "not_triggered"
    assert next(one for one in lysva.rows(OccurrenceRow) if one.key == f"{ONE}/1").next_action_at is None


NO_SUCH = "такого поручения нет: проверьте --occurrence, --school и --responsible"
NO_REASON = "нельзя «закрыть как не исполненное» без причины: укажите --reason"


def test_a_report_that_is_no_report_may_be_closed_as_not_done(lysva, june):
    lysva.do(Deed.REPORT, ONE, june, EXECUTOR)
    after = lysva.do(Deed.CLOSE_NOT_DONE, ONE, june, CONTROLLER, reason="приложен не тот план")
    assert (after.state, after.outcome) == (State.CLOSED, Outcome.NOT_DONE)


REFUSED = [
    (Deed.START, CONTROLLER, {}, "нельзя «взять в работу»: это делает исполнитель"),
    (Deed.REPORT, STRANGER, {}, "нельзя «отчитаться»: это делает исполнитель или контролёр"),
    (Deed.REPORT, ISSUER, {}, "нельзя «отчитаться»: это делает исполнитель или контролёр"),
    (Deed.INTERIM, STRANGER, {}, "нельзя «дать промежуточную информацию»: это делает исполнитель или контролёр"),
    (Deed.ACCEPT, CONTROLLER, {}, "нельзя «принять отчёт»: поручение в состоянии «не начато»"),
    (Deed.RETURN, CONTROLLER, {"reason": "нет"}, "нельзя «вернуть отчёт»: поручение в состоянии «не начато»"),
    (Deed.CLOSE_NOT_DONE, EXECUTOR, {"reason": "нет"}, "нельзя «закрыть как не исполненное»: это делает контролёр"),
    (Deed.CLOSE_NOT_DONE, CONTROLLER, {}, NO_REASON),
    (Deed.NOT_TRIGGERED, EXECUTOR, {"reason": "нет"}, "нельзя «снять: основание не наступило»: это делает контролёр"),
    (Deed.CLOSE_NOT_DONE, CONTROLLER, {"reason": " "}, NO_REASON),
    (Deed.REPORT, "p-nobody", {}, "человека «p-nobody» нет в справочнике людей"),
    (Deed.REPORT, EXECUTOR, {"occurrence": 2}, NO_SUCH),
    (Deed.REPORT, EXECUTOR, {"school": "sosh-7"}, NO_SUCH),
    (Deed.REPORT, EXECUTOR, {"responsible": "Школьные координаторы"}, NO_SUCH),
    (
        Deed.REPORT, EXECUTOR, {"day": date(2021, 6, 17)},
        "день 17.06.2021 ещё не наступил: укажите --on не позже сегодняшнего",
    ),
]  # fmt: skip


REFUSED += [
    (
        Deed.REPORT, EXECUTOR, {"day": date(2021, 6, 15)},
        "задним числом исполнитель не отчитывается сам: день получения вносят за него (без --by)",
    ),
    (
        Deed.REPORT, None, {"day": date(2020, 12, 31)},
        "день 31.12.2020 раньше первого дня плана (01.01.2021): проверьте --on",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("deed", "by", "given", "message"), REFUSED)
def test_refused_at_the_start(lysva, june, deed, by, given, message):
    assert refusal(lysva, deed, ONE, june, by, **given) == message


REFUSED_AFTER_REPORT = [
    (Deed.ACCEPT, EXECUTOR, {}, "нельзя «принять отчёт»: это делает давший поручение или контролёр"),
    (Deed.ACCEPT, HEAD, {}, "нельзя «принять отчёт»: это делает давший поручение или контролёр"),
    (Deed.RETURN, EXECUTOR, {"reason": "нет"}, "нельзя «вернуть отчёт»: это делает давший поручение или контролёр"),
    (Deed.RETURN, CONTROLLER, {}, "нельзя «вернуть отчёт» без причины: укажите --reason"),
    (Deed.REPORT, EXECUTOR, {}, "нельзя «отчитаться»: поручение в состоянии «на проверке»"),
    (Deed.START, EXECUTOR, {}, "нельзя «взять в работу»: поручение в состоянии «на проверке»"),
]  # fmt: skip


@pytest.mark.parametrize(("deed", "by", "given", "message"), REFUSED_AFTER_REPORT)
def test_refused_after_the_report(lysva, june, deed, by, given, message):
    lysva.do(Deed.REPORT, ONE, june, EXECUTOR)
    assert refusal(lysva, deed, ONE, june, by, **given) == message


def test_an_unknown_or_struck_measure_is_refused(lysva, june):
    message = "мероприятия «{}» нет в плане «lysva-2021» или оно снято: см. srok status"
    assert refusal(lysva, Deed.REPORT, f"{LYSVA}/9.9", june) == message.format("9.9")
    lysva.sync(lysva.plan(LYSVA, "2.4"), june)
    assert refusal(lysva, Deed.REPORT, ONE, june) == message.format("1.1")


def test_the_issuer_accepts_as_well(lysva, june):
    lysva.do(Deed.REPORT, ONE, june, EXECUTOR)
    assert lysva.do(Deed.ACCEPT, ONE, june, ISSUER).state is State.CLOSED


def test_of_several_terms_the_earliest_that_fits_is_meant(lysva, june):
    ref = f"{LYSVA}/2.4"
    assert lysva.do(Deed.REPORT, ref, june).occurrence == f"{ref}/1"
    assert lysva.do(Deed.REPORT, ref, june).occurrence == f"{ref}/2"
    assert lysva.do(Deed.ACCEPT, ref, june).occurrence == f"{ref}/1"
    assert lysva.do(Deed.REPORT, ref, june, occurrence=8).occurrence == f"{ref}/8"


def test_a_controller_who_executes_is_replaced_by_the_issuer(desk, at):
    """Артём № 1: responsible and controller are one post, the deputy head."""
    desk.sync(desk.plan("artem-2020", "1"), at(2020, 10, 14, 0))
    ref, now = "artem-2020/1", at(2020, 10, 20, 0)
    desk.do(Deed.REPORT, ref, now, HEAD)
    assert desk.items("reported") == [(ISSUER, f"{ref}/1")]
    assert refusal(desk, Deed.ACCEPT, ref, now, HEAD).endswith("это делает давший поручение или контролёр")
    assert desk.do(Deed.ACCEPT, ref, now, ISSUER).state is State.CLOSED


def test_with_self_control_the_controller_accepts_his_own(desk, at):
    text = desk.plan("artem-2020", "1").replace("  source:", "  self_control: true\n  source:")
    desk.sync(text, at(2020, 10, 14, 0))
    now = at(2020, 10, 20, 0)
    desk.do(Deed.REPORT, "artem-2020/1", now, HEAD)
    assert desk.do(Deed.ACCEPT, "artem-2020/1", now, HEAD).state is State.CLOSED


def test_missing_evidence_is_refused_and_an_interim_report_needs_none(desk, june):
    proof = "result: План мероприятий\n    evidence: {kind: [приказ, справка]}"
    desk.sync(desk.plan(LYSVA, "1.1").replace("result: План мероприятий", proof), june)
    message = "отчёт принимается с подтверждением (приказ, справка): укажите --evidence «вид, № и дата» или ссылку"
    assert refusal(desk, Deed.REPORT, ONE, june, EXECUTOR) == message
    assert refusal(desk, Deed.REPORT, ONE, june, EXECUTOR, evidence="  ") == message
    desk.do(Deed.INTERIM, ONE, june, EXECUTOR)
    assert desk.do(Deed.REPORT, ONE, june, EXECUTOR, evidence="приказ № 3").state is State.REPORTED


def test_one_of_several_schools_has_to_be_named(desk, at):
    """Кисловодск п. 1.2: every school's head answers."""
    ref, now = "kislovodsk-2021/1.2", at(2021, 3, 15, 7)
    desk.sync(desk.plan("kislovodsk-2021", "1.2"), at(2021, 3, 12, 7))
    names = ("МБОУ Лицей № 8", "МБОУ Озерновская СОШ № 47", "МБОУ СОШ № 17", "МКОУ СОШ № 7")
    listed = "; ".join(f"Руководители ОУ ({name})" for name in names)
    message = f"подходит несколько поручений: {listed}; уточните --school или --responsible"
    assert refusal(desk, Deed.REPORT, ref, now) == message
    assert desk.do(Deed.REPORT, ref, now, "p-igrekov").school == "sosh-7"
    assert desk.do(Deed.REPORT, ref, now, school="МБОУ СОШ № 17").school == "sosh-17"
    assert refusal(desk, Deed.REPORT, ref, now, "p-igrekov", school="licey-8").endswith("исполнитель или контролёр")


def test_without_a_name_the_lead_is_meant(desk, at):
    """Артём № 8: the coordinator leads, the heads of schools take part."""
    desk.sync(desk.plan("artem-2020", "8"), at(2021, 3, 1, 0))
    assert desk.do(Deed.REPORT, "artem-2020/8", at(2021, 4, 5, 0)).person == "p-shablonova"


def test_a_substitute_acts_only_in_his_days(desk, at, june):
    deputy = "email: eskizov@example.org\n    substitute: [{person: p-modelnov, from: 2021-06-14, to: 2021-06-18}]"
    desk.people = desk.people.replace("email: eskizov@example.org", deputy)
    desk.sync(desk.plan(LYSVA, "1.1"), june)
    refused = refusal(desk, Deed.REPORT, ONE, at(2021, 6, 21, 4), "p-modelnov")
    assert refused == "нельзя «отчитаться»: это делает исполнитель или контролёр"
    assert desk.do(Deed.REPORT, ONE, june, "p-modelnov").state is State.REPORTED


def test_who_stands_in_for_a_missing_responsible_has_his_rights(desk, june):
    desk.sync(desk.plan(LYSVA, "1.1").replace("[Муниципальная рабочая группа]", "[Рабочая комиссия]"), june)
    assert desk.do(Deed.START, ONE, june, CONTROLLER).state is State.IN_PROGRESS
    assert desk.rows(JournalRow)[-1].who == CONTROLLER


def test_two_reports_at_once_one_wins_and_one_is_told(lysva, june):
    together = threading.Barrier(2)
    answers: list[str] = []

    def report() -> None:
        together.wait()
        try:
            answers.append(lysva.do(Deed.REPORT, ONE, june, EXECUTOR).state)
        except TransitionError as error:
            answers.append(str(error))

    threads = [threading.Thread(target=report) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == ["reported", "нельзя «отчитаться»: поручение в состоянии «на проверке»"]
    assert len(lysva.items("reported")) == 1
    assert [row.deed for row in lysva.rows(JournalRow)].count("report") == 1


def test_of_two_who_decide_on_one_report_at_once_one_wins_and_the_other_is_told(lysva, at, june):
    """Accepted and returned in the same moment: the state, the journal and the outbox tell of the winner alone."""
    lysva.do(Deed.REPORT, ONE, june, EXECUTOR)
    together = threading.Barrier(2)
    won: list[tuple[Deed, State]] = []
    told: list[str] = []

    def decide(deed: Deed) -> None:
        together.wait()
        try:
            won.append((deed, lysva.do(deed, ONE, at(2021, 6, 17, 4), CONTROLLER, reason="нет подписи").state))
        except TransitionError as error:
            told.append(str(error))

    threads = [threading.Thread(target=decide, args=(deed,)) for deed in (Deed.ACCEPT, Deed.RETURN)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    ((deed, state),) = won
    lost = Deed.RETURN if deed is Deed.ACCEPT else Deed.ACCEPT
    assert told == [f"нельзя «{DEED_RUSSIAN[lost]}»: поручение в состоянии «{RUSSIAN[state]}»"]
    (kept,) = [one for one in lysva.assignments(LYSVA) if one.occurrence == f"{ONE}/1"]
    assert kept.state is state
    assert [row.deed for row in lysva.rows(JournalRow)][-2:] == ["report", deed.value]
    assert len(lysva.items("returned")) == (deed is Deed.RETURN)


def test_a_sync_waits_for_an_acceptance_under_way(lysva, at, june):
    """The sync strikes the measure: it must not cancel what is being closed."""
    lysva.do(Deed.REPORT, ONE, june, EXECUTOR)
    later = at(2021, 6, 17, 4)
    sync = threading.Thread(target=lysva.sync, args=(lysva.plan(LYSVA, "2.4"), later))
    with lysva.store.writing() as session:
        perform(session, lysva.offices[LYSVA], Target("1.1"), Act(Deed.ACCEPT, CONTROLLER, None, "test"), later)
        session.flush()
        sync.start()
        sync.join(0.5)
        assert sync.is_alive()
    sync.join()
    (kept,) = [one for one in lysva.assignments(LYSVA) if one.occurrence == f"{ONE}/1"]
    assert kept.state is State.CLOSED


YENISEYSK = "yeniseysk-2023"
EVENT = f"{YENISEYSK}/ocenochnye-procedury-2024"
HEADS = ["p-igrekov", "p-iksova", "p-nektova", "p-zetova"]


@pytest.fixture
def yeniseysk(desk, at):
    """3.3 «В период проведения оценочных процедур»: the plan knows no dates of the event."""
    desk.sync(desk.plan(YENISEYSK, "3.3", "2.4"), at(2023, 11, 9, 3))
    return desk


def of_33(desk) -> OccurrenceRow:
    (row,) = [row for row in desk.rows(OccurrenceRow) if row.measure_id == "3.3"]
    return row


def test_an_event_that_gets_its_dates_wakes_what_waited(yeniseysk, at):
    assert (of_33(yeniseysk).due_on, of_33(yeniseysk).next_action_at) == (None, None)
    report = yeniseysk.set_event(EVENT, date(2024, 3, 1), date(2024, 5, 17), at(2024, 2, 5, 3))
    row = of_33(yeniseysk)
    assert report.changes[Change.DATED] == [row.key]
    assert (row.first, row.due_on, row.awaiting) == (date(2024, 3, 1), date(2024, 5, 17), None)
    assert {one.state for one in yeniseysk.assignments(YENISEYSK) if one.occurrence == row.key} == {State.SCHEDULED}
    assert yeniseysk.items("moved") == []  # the opening of the ladder tells it
    assert row.next_action_at == at(2024, 3, 1, 2)


def test_an_event_moved_moves_what_hangs_on_it_and_is_told_once(yeniseysk, at):
    yeniseysk.set_event(EVENT, date(2024, 3, 1), date(2024, 5, 17), at(2024, 2, 5, 3))
    for _ in range(3):
        yeniseysk.set_event(EVENT, date(2024, 3, 1), date(2024, 5, 24), at(2024, 4, 1, 3), deed=EventDeed.MOVE)
    row = of_33(yeniseysk)
    assert (row.due_on, row.original_due_on) == (date(2024, 5, 24), date(2024, 5, 17))
    assert yeniseysk.items("moved") == [(one, row.key) for one in HEADS]
    journal = [one for one in yeniseysk.rows(JournalRow) if one.subject in {row.key, EVENT}]
    assert [one.deed for one in journal] == ["event", "dated", "event-moved", "moved"]
    assert journal[3].read() == {"before": "2024-05-17", "after": "2024-05-24"}
    assert (journal[2].who, journal[2].read()["basis"]) == ("p-shablonova", "приказ № 1")


def test_an_event_that_loses_its_dates_sends_back_to_waiting(yeniseysk, at):
    yeniseysk.set_event(EVENT, date(2024, 3, 1), date(2024, 5, 17), at(2024, 2, 5, 3))
    report = yeniseysk.set_event(EVENT, None, None, at(2024, 4, 1, 3), deed=EventDeed.CANCEL)
    row = of_33(yeniseysk)
    assert report.changes[Change.RELEASED] == [row.key]
    assert (row.due_on, row.next_action_at) == (None, None)
    assert {one.state for one in yeniseysk.assignments(YENISEYSK) if one.occurrence == row.key} == {State.AWAITING}
    assert yeniseysk.items("moved") == [(one, row.key) for one in HEADS]


def test_dates_entered_by_a_person_win_over_the_file(yeniseysk, at):
    yeniseysk.set_event(EVENT, date(2024, 3, 1), date(2024, 5, 17), at(2024, 2, 5, 3))
    later = yeniseysk.plan(YENISEYSK, "3.3", "2.4").replace(
        "id: ocenochnye-procedury-2024", "id: ocenochnye-procedury-2024\n    start: 2024-04-01\n    end: 2024-06-14"
    )
    yeniseysk.sync(later, at(2024, 2, 6, 3))
    assert of_33(yeniseysk).due_on == date(2024, 5, 17)


def test_a_measure_that_follows_a_schedule_gets_its_own_dates(yeniseysk, at):
    """Енисейск 2.4 «Согласно плану работы»."""
    report = yeniseysk.set_event(f"{YENISEYSK}/2.4", date(2024, 2, 12), date(2024, 2, 16), at(2024, 1, 15, 3))
    assert report.changes[Change.DATED] == [f"{YENISEYSK}/2.4/1"]
    track(yeniseysk.store, yeniseysk.directory, None, at(2024, 2, 5, 2))
    assert yeniseysk.items("opening") == [("p-shablonova", f"{YENISEYSK}/2.4/1")]


def test_a_report_given_before_the_date_came_is_kept_when_it_comes(yeniseysk, at):
    yeniseysk.do(Deed.REPORT, f"{YENISEYSK}/3.3", at(2024, 1, 15, 3), "p-igrekov")
    yeniseysk.set_event(EVENT, date(2024, 3, 1), date(2024, 5, 17), at(2024, 2, 5, 3))
    (one,) = [one for one in yeniseysk.assignments(YENISEYSK) if one.school == "sosh-7"]
    assert (one.state, one.reports) == (State.REPORTED, 1)


EVENTS_REFUSED = [
    (
        f"{YENISEYSK}/vpr-2030", date(2024, 5, 17),
        "в плане «yeniseysk-2023» нет ни события, ни мероприятия «vpr-2030»: см. раздел events плана",
    ),
    (EVENT, date(2024, 2, 1), "конец 01.02.2024 раньше начала 01.03.2024: поменяйте даты"),
]  # fmt: skip


FAR = "событие лежит далеко за сроком плана (01.09.2023 – 31.08.2024): проверьте год"
DAYS_REFUSED = [
    # first and last day, message; None: allowed (a year before the plan begins, a year after it ends)
    (date(1949, 12, 31), None, "год вне 1950–2150: 31.12.1949"),
    (date(2024, 3, 1), date(2151, 1, 1), "год вне 1950–2150: 01.01.2151"),
    (date(2022, 8, 1), date(2022, 8, 30), FAR),
    (date(2022, 8, 1), date(2022, 8, 31), None),
    (date(2025, 9, 1), date(2025, 9, 5), None),
    (date(2025, 9, 2), date(2025, 9, 5), FAR),
]


@pytest.mark.parametrize(("start", "end", "message"), DAYS_REFUSED)
def test_days_far_from_the_plan_are_refused(yeniseysk, at, start, end, message):
    if message is None:
        yeniseysk.set_event(EVENT, start, end, at(2024, 2, 5, 3))
        return
    before = yeniseysk.dump()
    with pytest.raises(TransitionError) as caught:
        yeniseysk.set_event(EVENT, start, end, at(2024, 2, 5, 3))
    assert (str(caught.value), yeniseysk.dump() == before) == (message, True)


def test_dates_are_entered_by_somebody_who_is_known(yeniseysk, at):
    yeniseysk.set_event(EVENT, date(2024, 3, 1), None, at(2024, 2, 5, 3), by="Муниципальный координатор")
    assert [row.who for row in yeniseysk.rows(JournalRow) if row.deed == "event"] == ["p-shablonova"]
    with pytest.raises(NotFoundError) as caught:
        yeniseysk.set_event(EVENT, date(2024, 3, 1), None, at(2024, 2, 5, 3), by="p-nobody")
    assert str(caught.value) == "человека «p-nobody» нет в справочнике людей"


@pytest.mark.parametrize(("ref", "end", "message"), EVENTS_REFUSED)
def test_an_event_refused_changes_nothing(yeniseysk, at, ref, end, message):
    before = yeniseysk.dump()
    with pytest.raises((NotFoundError, TransitionError)) as caught:
        yeniseysk.set_event(ref, date(2024, 3, 1), end, at(2024, 2, 5, 3))
    assert (str(caught.value), yeniseysk.dump() == before) == (message, True)
