"""From facts to the words of an item: days left, windows, roles, who is missing, digests, calendar entries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.assignment import Action, Case, State, fan_out
from engine.calendar import WorkCalendar
from engine.digest import KIND
from engine.feed import alive
from engine.occurrence import expected, resync
from engine.office import Office
from engine.people import Directory
from engine.people_file import read_people
from engine.plan import DeadlineCell, Fix
from engine.plan_file import read_plan
from notifiers import letters

PLANS = Path(__file__).parents[2] / "plans"
SYNCED = datetime(2021, 1, 1, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def directory() -> Directory:
    return read_people((PLANS / "people.example.yaml").read_text(encoding="utf-8"), "people.yaml")[0]


@pytest.fixture(scope="module")
def office(directory) -> Any:
    def build(name: str) -> Office:
        roadmap, _ = read_plan((PLANS / f"{name}.yaml").read_text(encoding="utf-8"), name, directory)
        assert roadmap is not None
        return Office(roadmap, directory, WorkCalendar(roadmap.rules))

    return build


def cases(office: Office) -> Iterator[Case]:
    """Every occurrence of a plan as its first sync makes it."""
    roadmap = office.roadmap
    events = [one.to_event() for one in roadmap.events]
    for measure in roadmap.tracked():
        wanted = expected(measure, roadmap, office.directory, events, office.calendar)
        for one in resync(roadmap.plan.id, measure.id, (), wanted, SYNCED.date(), SYNCED):
            yield Case(one.after, fan_out(one.after, measure, office.directory), measure)


def case_of(office: Office, key: str) -> Case:
    return next(one for one in cases(office) if one.occurrence.key == key)


def action(case: Case, kind: str, person: str = "p-uslovnova", at: datetime = SYNCED) -> Action:
    one, occurrence = case.assignments[0], case.occurrence
    return Action(
        f"{one.key}|r0|{kind}|1|{person}|mail", at, kind, kind, 0, occurrence.plan, occurrence.measure,
        occurrence.key, one.key, person, "mail",
    )  # fmt: skip


GIVEN = [
    (date(2021, 8, 31), "Срок исполнения начнётся 01.09.2021."),
    (date(2021, 9, 1), ""),  # the words of the kind
    (date(2021, 9, 2), "Срок исполнения уже идёт."),
]


@pytest.mark.parametrize(("today", "words"), GIVEN)
def test_an_assignment_is_given_out_before_or_after_its_window_opens(office, today, words) -> None:
    """Лысьва 2.10 «Сентябрь-октябрь 2021 г.»."""
    lysva = office("lysva-2021")
    case = case_of(lysva, "lysva-2021/2.10/1")
    assert letters.item(action(case, "opening"), case, lysva, today).ask == words
    assert letters.item(action(case, "reminder"), case, lysva, today).ask == ""


def test_a_day_that_a_person_decided_has_its_basis(office) -> None:
    lysva = office("lysva-2021")
    case = case_of(lysva, "lysva-2021/1.1/1")
    fix = Fix(to=case.occurrence.due_on, by="Начальник управления образования", why="приказ № 9")
    decided = replace(
        case, measure=case.measure.model_copy(update={"deadline": DeadlineCell(text="май 2021", fix=fix)})
    )
    today = date(2021, 6, 1)
    assert letters.item(action(case, "opening"), case, lysva, today).basis is None
    assert letters.item(action(decided, "opening"), decided, lysva, today).basis == "приказ № 9"
    moved = replace(decided, occurrence=replace(case.occurrence, due_on=date(2021, 7, 1)))
    assert letters.item(action(moved, "opening"), moved, lysva, today).basis is None


DAYS = [
    (date(2021, 6, 14), "осталось 7 дней"),
    (date(2021, 6, 20), "осталось 1 день"),
    (date(2021, 6, 19), "осталось 2 дня"),
    (date(2021, 6, 21), "срок сегодня"),
    (date(2021, 6, 22), "просрочено на 1 рабочий день"),
    (date(2021, 6, 24), "просрочено на 3 рабочих дня"),
    (date(2021, 6, 26), "просрочено на 4 рабочих дня"),  # a Saturday adds none
    (date(2021, 6, 28), "просрочено на 5 рабочих дней"),
]


@pytest.mark.parametrize(("today", "words"), DAYS)
def test_days_left_and_working_days_late(office, today, words) -> None:
    """Лысьва 1.1 «До 21 июня 2021»."""
    lysva = office("lysva-2021")
    case = case_of(lysva, "lysva-2021/1.1/1")
    assert letters.item(action(case, "reminder"), case, lysva, today).days_left_text == words


def test_a_report_that_waits_counts_from_its_day(office) -> None:
    lysva = office("lysva-2021")
    case = case_of(lysva, "lysva-2021/1.1/1")
    given = replace(case.assignments[0], state=State.REPORTED, reported_on=date(2021, 6, 18))
    item = letters.item(action(case, "stalled"), replace(case, assignments=[given]), lysva, date(2021, 6, 23))
    assert item.days_left_text == "отчёт ждёт 3 рабочих дня"


def test_what_has_no_day_says_no_days(office) -> None:
    artem = office("artem-2020")
    case = case_of(artem, "artem-2020/4/1")
    item = letters.item(action(case, "moved"), case, artem, date(2021, 3, 1))
    assert (item.days_left_text, item.window_text, item.due_on) == ("", "", None)
    assert item.reason == "по графику: «графику»"


WINDOWS = [
    ("lysva-2021", "lysva-2021/2.1/1", "01.07.2021 – 31.08.2021"),
    ("lysva-2021", "lysva-2021/1.1/1", "01.01.2021 – 21.06.2021"),
    ("artem-2020", "artem-2020/4/1", ""),
]


@pytest.mark.parametrize(("name", "key", "words"), WINDOWS)
def test_windows(office, name, key, words) -> None:
    assert letters.window_text(case_of(office(name), key).occurrence) == words


ROLES = [
    ("lysva-2021/1.1/1", 0, "reminder", "Вы ответственный исполнитель"),
    ("lysva-2021/1.1/1", 0, "controller", "Вы контролёр"),
    ("lysva-2021/1.1/1", 0, "reported", "Вы контролёр"),
    ("lysva-2021/1.1/1", 0, "head", "Вам докладывают как руководителю"),
]


@pytest.mark.parametrize(("key", "number", "kind", "words"), ROLES)
def test_in_what_quality_one_is_written_to(office, key, number, kind, words) -> None:
    lysva = office("lysva-2021")
    case = case_of(lysva, key)
    assert letters.role_text(action(case, kind), case.assignments[number], case, lysva, date(2021, 6, 28)) == words


def test_a_co_executor_and_a_missing_one_are_told_so(office) -> None:
    """Артём № 8: the coordinator leads, heads of schools take part."""
    artem = office("artem-2020")
    case = case_of(artem, "artem-2020/8/1")
    april = date(2021, 4, 1)
    assert letters.role_text(action(case, "reminder"), case.assignments[1], case, artem, april) == "Вы соисполнитель"
    nobody = replace(case.assignments[0], person=None)
    words = "Вы отвечаете за назначение исполнителя: в справочнике людей его нет"
    assert letters.role_text(action(case, "reminder"), nobody, case, artem, april) == words


def test_a_letter_of_one_school_names_it_and_only_the_controllers_names_the_missing(office) -> None:
    """Кисловодск п. 1.2: four schools, one has reported."""
    kislovodsk = office("kislovodsk-2021")
    case = case_of(kislovodsk, "kislovodsk-2021/1.2/1")
    given = [replace(one, state=State.REPORTED) if one.school == "sosh-7" else one for one in case.assignments]
    case = replace(case, assignments=given)
    own = letters.item(action(case, "overdue", "p-iksova"), case, kislovodsk, date(2021, 3, 17))
    assert (own.schools, own.missing, own.history) == (("МБОУ СОШ № 17",), (), ())
    of_all = replace(action(case, "controller"), assignment=None)
    up = letters.item(of_all, case, kislovodsk, date(2021, 3, 19), letters.Past(history=("было",)))
    assert up.missing == ("МБОУ СОШ № 17", "МБОУ Лицей № 8", "МБОУ Озерновская СОШ № 47")
    assert up.history == ("было",)


def test_the_item_of_a_struck_measure_still_names_its_number(office) -> None:
    from engine.store.queries import struck  # noqa: PLC0415 - what the store gives where the plan has nothing

    lysva = office("lysva-2021")
    case = replace(case_of(lysva, "lysva-2021/1.1/1"), measure=struck("1.1"))
    item = letters.item(action(case, "cancelled"), case, lysva, date(2021, 6, 1))
    assert (item.number, item.title, item.deadline_text) == ("1.1", "(вычеркнуто из плана)", "")


def digest(office: Office, today: date, given: list[Case], unit: str = "") -> Any:
    scope = f"digest:{unit}" if unit else "digest"
    key = f"{office.roadmap.plan.id}/{scope}/2021-W26|r0|digest|1|p-maketov|mail"
    made = SimpleNamespace(key=key, kind=KIND, person="p-maketov", at=SYNCED)
    return letters.digest_item(made, given, office, today)  # type: ignore[arg-type]


def test_a_digest_groups_by_what_is_to_be_done(office) -> None:
    lysva = office("lysva-2021")
    given = [one for one in cases(lysva) if one.occurrence.key in {f"lysva-2021/{n}/1" for n in ("1.1", "2.3", "2.4")}]
    waiting = [replace(one, state=State.REPORTED, reported_on=date(2021, 6, 28)) for one in given[1].assignments]
    given[1] = replace(given[1], assignments=waiting)
    item = digest(lysva, date(2021, 6, 28), given)
    assert [(name, [line[:7] for line in lines]) for name, lines in item.sections] == [
        ("Просрочено", ["п. 1.1 "]),
        ("Ждёт приёмки", ["п. 2.3 "]),
        ("Срок в ближайшие 7 дней", ["п. 2.4 "]),
    ]
    assert item.sections[0][1][0].endswith(" — срок 21.06.2021; Муниципальная рабочая группа")


def test_a_digest_of_a_unit_shows_its_own(office) -> None:
    lysva = office("lysva-2021")
    given = [one for one in cases(lysva) if one.occurrence.key in {"lysva-2021/1.1/1", "lysva-2021/2.4/1"}]
    item = digest(lysva, date(2021, 6, 28), given, "upravlenie")
    assert [name for name, _ in item.sections] == ["Срок в ближайшие 7 дней"]


def test_a_digest_says_why_a_date_is_missing(office) -> None:
    artem = office("artem-2020")
    item = digest(artem, date(2021, 6, 28), [case_of(artem, "artem-2020/4/1")])
    assert [name for name, _ in item.sections] == ["Ждут даты"]
    assert item.sections[0][1] == (
        "п. 4 Участие ОО в региональных оценочных процедурах: в плане «по графику», дату вносит координатор",
    )


def test_a_digest_with_nothing_to_tell_is_none(office) -> None:
    lysva = office("lysva-2021")
    assert digest(lysva, date(2021, 1, 11), [case_of(lysva, "lysva-2021/2.4/1")]) is None


def test_what_has_no_day_is_in_no_letters_calendar(office) -> None:
    artem = office("artem-2020")
    assert letters.calendar_of(case_of(artem, "artem-2020/4/1"), None, artem, SYNCED) is None


def test_a_digest_names_its_day_and_puts_what_nobody_confirmed_apart(office) -> None:
    lysva = office("lysva-2021")
    case = case_of(lysva, "lysva-2021/1.1/1")
    doubtful = replace(case, occurrence=replace(case.occurrence, ambiguous=True))
    item = digest(lysva, date(2021, 6, 28), [doubtful, case_of(lysva, "lysva-2021/2.4/1")])
    assert item.days_left_text == "сводка на 28.06.2021"
    assert [name for name, _ in item.sections] == ["Срок не подтверждён", "Срок в ближайшие 7 дней"]


def test_a_report_given_in_time_waits_for_acceptance_in_the_digest_and_is_not_called_late(office) -> None:
    lysva = office("lysva-2021")
    case = case_of(lysva, "lysva-2021/1.1/1")
    given = [replace(case.assignments[0], state=State.REPORTED, reported_on=date(2021, 6, 18))]
    case = replace(case, assignments=given)
    assert [name for name, _ in digest(lysva, date(2021, 6, 28), [case]).sections] == ["Ждёт приёмки"]
    item = letters.item(action(case, "reported"), case, lysva, date(2021, 6, 22))
    assert item.days_left_text == "отчёт дан в срок"


def test_the_deputy_head_hears_which_controller_leaves_a_report_lying(office) -> None:
    """The head of the plan and its controller get the same kind of letter."""
    lysva = office("lysva-2021")
    case = case_of(lysva, "lysva-2021/1.1/1")
    given = replace(case.assignments[0], state=State.REPORTED, reported_on=date(2021, 6, 18))
    case = replace(case, assignments=[given])
    head = letters.item(action(case, "stalled", "p-primerova"), case, lysva, date(2021, 6, 29))
    assert head.role_text == (
        "Вам докладывают как руководителю: контролёр Макетов В. Г. 7 рабочих дней не рассматривает отчёт"
    )
    assert (
        letters.item(action(case, "stalled", "p-maketov"), case, lysva, date(2021, 6, 23)).role_text == "Вы контролёр"
    )


def test_lead_and_co_executors_stand_apart_and_who_is_gone_is_not_named(office) -> None:
    """Артём № 8: the coordinator leads; heads of schools are a group, named once."""
    artem = office("artem-2020")
    case = case_of(artem, "artem-2020/8/1")
    assert letters.responsibles(case, artem) == ("Муниципальный координатор (Шаблонова Г. Д.)", "Руководители ОУ")
    gone = [one if one.lead else replace(one, state=State.CANCELLED) for one in case.assignments]
    assert letters.responsibles(replace(case, assignments=gone), artem)[1] == ""
    assert [one.title for one in alive(replace(case, assignments=gone))] == ["Муниципальный координатор"]


def test_a_continuous_measure_says_why_its_report_is_due_in_january(office) -> None:
    """Артём № 5 «в течение учебного года»."""
    artem = office("artem-2020")
    assert letters.due_note(case_of(artem, "artem-2020/5/1")) == "отчёт за 2020 год — до 20 января"
    assert letters.due_note(case_of(artem, "artem-2020/5/2")) == ""
    assert letters.due_note(case_of(artem, "artem-2020/1/1")) == ""


@pytest.mark.parametrize("kind", ["reminder", "due"])
def test_a_reminder_sent_after_the_due_day_speaks_of_what_is_late(office, kind) -> None:
    lysva = office("lysva-2021")
    case = case_of(lysva, "lysva-2021/1.1/1")
    assert letters.item(action(case, kind), case, lysva, date(2021, 6, 21)).kind == kind
    assert letters.item(action(case, kind), case, lysva, date(2021, 6, 22)).kind == "overdue"
