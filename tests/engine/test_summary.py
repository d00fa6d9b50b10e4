"""The report on execution: words of a row, counts, variants; one real plan with facts in full."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.assignment import Assignment, Case, Outcome, State
from engine.marks import Fact
from engine.office import Office
from engine.report import Line, Standing, lines, printed
from engine.summary import Only, Row, Summary, share, summarise

FIRST = date(2021, 1, 1)
TODAY = date(2021, 9, 20)
DUE = date(2021, 8, 31)
GOLDEN = Path(__file__).parent / "golden"


def given(case: Case, *changes: dict[str, Any]) -> Case:
    """The case with its assignments changed one by one; the rest as they are."""
    changed = [replace(one, **change) for one, change in zip(case.assignments, changes, strict=False)]
    return replace(case, assignments=[*changed, *case.assignments[len(changes) :]])


def report(office: Office, found: list[Case], facts: dict[str, list[Fact]] | None = None, **asked: Any) -> Summary:
    day = asked.pop("today", TODAY)
    return summarise(office, lines(found, day), facts or {}, day, **asked)


@pytest.fixture
def lysva(office) -> Office:
    return office("lysva-2021")


@pytest.fixture
def august(lysva, cases) -> Case:
    """Лысьва 2.4, Управление образования, due on Tuesday 31.08.2021."""
    return cases(lysva, "2.4", FIRST)[1]


@pytest.fixture
def schools(office, cases) -> tuple[Office, Case]:
    """Кисловодск 1.2: four schools, due on 16.03.2021."""
    kislovodsk = office("kislovodsk-2021")
    return kislovodsk, cases(kislovodsk, "1.2", FIRST)[0]


CLOSED = {"state": State.CLOSED, "reports": 1}
REPORT = Fact("report", {"text": "Совещание проведено.", "evidence": "протокол № 7 от 30.08.2021", "day": "2021-08-30"})
ONE: list[tuple[str, dict[str, Any], list[Fact], str, date | None, str]] = [
    # name, the assignment, its journal, отметка, дата факт., причина / новый срок
    ("nothing yet", {"state": State.SENT}, [], "Не исполнено.", None, "Просрочено на 20 дн."),
    (
        "on time", CLOSED | {"outcome": Outcome.ON_TIME, "reported_on": date(2021, 8, 30)}, [REPORT],
        "Исполнено в срок. Совещание проведено; протокол № 7 от 30.08.2021.", date(2021, 8, 30), "",
    ),
    (
        "late", CLOSED | {"outcome": Outcome.LATE, "reported_on": date(2021, 9, 2)}, [REPORT],
        "Исполнено с нарушением срока. Совещание проведено; протокол № 7 от 30.08.2021.", date(2021, 9, 2),
        "Позже срока на 2 дн.",
    ),
    (
        "the accepted report is the last one", CLOSED | {"outcome": Outcome.ON_TIME, "reported_on": DUE},
        [REPORT, Fact("return", {"reason": "нет подписи"}), Fact("report", {"text": "Подписано"})],
        "Исполнено в срок. Подписано.", DUE, "",
    ),
    (
        "a link keeps its end", CLOSED | {"outcome": Outcome.ON_TIME, "reported_on": DUE},
        [Fact("report", {"evidence": "https://example.org/7"})], "Исполнено в срок. https://example.org/7", DUE, "",
    ),
    (
        "not done", {"state": State.CLOSED, "outcome": Outcome.NOT_DONE},
        [Fact("close-not-done", {"reason": "карантин"})], "Не исполнено.", None, "Не исполнено: карантин.",
    ),
    (
        "on review", {"state": State.REPORTED, "reported_on": DUE}, [REPORT],
        "На проверке. Совещание проведено; протокол № 7 от 30.08.2021.", None, "",
    ),
    (
        "on review, given late", {"state": State.REPORTED, "reported_on": TODAY}, [REPORT],
        "Отчёт дан после срока, на проверке. Совещание проведено; протокол № 7 от 30.08.2021.", None,
        "Просрочено на 20 дн.",
    ),
    (
        "returned", {"state": State.RETURNED, "reported_on": DUE}, [REPORT, Fact("return", {"reason": "нет подписи"})],
        "Не исполнено.", None, "Отчёт возвращён: нет подписи. Просрочено на 20 дн.",
    ),
    (
        "interim", {"state": State.IN_PROGRESS, "interim_on": DUE}, [Fact("interim", {"text": "Готово наполовину"})],
        "Не исполнено. Промежуточно (31.08.2021): Готово наполовину.", None, "Просрочено на 20 дн.",
    ),
    (
        "extended", {"state": State.SENT, "extended_to": date(2021, 10, 1), "extensions": 1},
        [Fact("extension-granted", {"basis": "резолюция от 30.08.2021"})],
        "", None, "Срок продлён до 01.10.2021 (резолюция от 30.08.2021).",
    ),
    (
        "an extension asked", {"state": State.SENT, "asked_until": date(2021, 10, 1)},
        [Fact("extension-asked", {"reason": "болеет исполнитель"})], "Не исполнено.", None,
        "Просят продлить до 01.10.2021: болеет исполнитель. Просрочено на 20 дн.",
    ),
    (
        "cancelled", {"state": State.CANCELLED, "ended_by": "приказ № 40 от 01.07.2021"}, [], "Снято.", None,
        "Отменено: приказ № 40 от 01.07.2021.",
    ),
    ("struck from the plan", {"state": State.CANCELLED}, [], "Снято.", None, "Отменено: нет в новой редакции плана."),
    (
        "superseded", {"state": State.SUPERSEDED, "ended_by": "приказ № 41"}, [], "Снято.", None,
        "Заменено: приказ № 41.",
    ),
    (
        "not triggered", {"state": State.NOT_TRIGGERED}, [Fact("not-triggered", {"reason": "обращений не было"})],
        "Снято.", None, "Основание не наступило: обращений не было.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "facts", "note", "done_on", "remark"), [one[1:] for one in ONE], ids=[one[0] for one in ONE]
)
def test_a_row_says_what_was_done_and_why_not(lysva, august, change, facts, note, done_on, remark) -> None:
    case = given(august, change)
    [row] = report(lysva, [case], {case.assignments[0].key: facts}).rows
    assert (row.note, row.done_on, row.remark) == (note, done_on, remark)
    assert (row.planned_on, row.responsible) == (DUE, "Управление образования")


MOVED: list[tuple[dict[str, Any], dict[str, list[Fact]], str]] = [
    (
        {"due_on": date(2021, 10, 29)}, {"lysva-2021/2.4/2": [Fact("moved", {"by": "Начальник", "why": "приказ № 9"})]},
        "Срок перенесён на 29.10.2021 (приказ № 9).",
    ),
    (
        {"due_on": date(2021, 10, 29), "event": "vpr"},
        {"lysva-2021/vpr": [Fact("event", {"basis": "письмо № 1"}), Fact("event-moved", {"basis": "письмо № 2"})]},
        "Срок перенесён на 29.10.2021 (письмо № 2).",
    ),
    (
        {"due_on": None, "awaiting": "событие отменено", "event": "vpr"}, {},
        "Прежний срок снят. Ждёт даты: событие отменено.",
    ),
    ({"ambiguous": True}, {}, "Срок прошёл, если он понят верно: прочтение надо подтвердить."),
    ({"to_reconcile": True}, {}, "Срок прошёл до внесения плана, исполнение надо сверить."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "facts", "remark"), MOVED)
def test_the_plans_day_stays_and_the_new_one_stands_with_its_basis(lysva, august, change, facts, remark) -> None:
    case = replace(august, occurrence=replace(august.occurrence, **change))
    [row] = report(lysva, [case], facts).rows
    assert (row.planned_on, row.remark) == (DUE, remark)


def test_of_a_group_it_says_how_many_and_who_is_missing(schools) -> None:
    kislovodsk, case = schools
    done = CLOSED | {"outcome": Outcome.ON_TIME, "reported_on": date(2021, 3, 12)}
    late = CLOSED | {"outcome": Outcome.LATE, "reported_on": date(2021, 3, 18)}
    reported = {"state": State.REPORTED, "reported_on": date(2021, 3, 15)}
    case = given(case, done, late, reported)
    facts = {
        one.key: [Fact("report", {"evidence": f"справка № {n}"})] for n, one in enumerate(case.assignments, start=1)
    }
    [row] = report(kislovodsk, [case], facts, today=date(2021, 3, 20)).rows
    names = [kislovodsk.directory.school_name(one.school) for one in case.assignments]
    assert row.note == (
        f"Исполнено 2 из 4 (не представили: {names[3]}; на проверке: {names[2]}). "
        f"{names[0]}: справка № 1. {names[1]}: справка № 2."
    )
    assert row.remark == f"{names[1]}: позже срока на 2 дн. Просрочено на 4 дн."
    assert (row.standing, row.done_on) == (Standing.OVERDUE, None)
    summary = report(kislovodsk, [case], facts, today=date(2021, 3, 20))
    assert {name: tally.done for name, tally in summary.schools} == dict(zip(names, (1, 1, 0, 0), strict=True))


def test_a_group_that_did_the_same_is_told_once(schools) -> None:
    kislovodsk, case = schools
    done = CLOSED | {"outcome": Outcome.ON_TIME, "reported_on": date(2021, 3, 12)}
    case = given(case, *[done] * 4)
    facts = {one.key: [Fact("report", {"text": "Справки сданы"})] for one in case.assignments}
    [row] = report(kislovodsk, [case], facts).rows
    assert (row.note, row.done_on) == ("Исполнено 4 из 4. Справки сданы.", date(2021, 3, 12))


def test_a_school_let_off_is_not_asked_and_not_counted(schools) -> None:
    kislovodsk, case = schools
    done = CLOSED | {"outcome": Outcome.ON_TIME, "reported_on": date(2021, 3, 12)}
    case = given(case, done, done, done, {"state": State.CANCELLED, "ended_by": "приказ № 3"})
    summary = report(kislovodsk, [case])
    [row] = summary.rows
    name = kislovodsk.directory.school_name(case.assignments[3].school)
    assert (row.note, row.remark) == ("Исполнено 3 из 3.", f"{name}: отменено: приказ № 3.")
    assert [tally.planned for _, tally in summary.responsibles] == [3]


def test_what_was_cancelled_replaced_or_never_arose_is_in_no_count(lysva, cases) -> None:
    dates = cases(lysva, "2.4", FIRST)
    ended: list[dict[str, Any]] = [
        {"state": State.CANCELLED}, {"state": State.SUPERSEDED}, {"state": State.NOT_TRIGGERED},
        CLOSED | {"outcome": Outcome.ON_TIME}, CLOSED | {"outcome": Outcome.LATE}, CLOSED | {"outcome": Outcome.DONE},
        {"state": State.CLOSED, "outcome": Outcome.NOT_DONE}, {"state": State.SENT},
    ]  # fmt: skip
    total = report(lysva, [given(one, change) for one, change in zip(dates, ended, strict=True)]).total
    assert (total.planned, total.done, total.on_time, total.with_day, total.came) == (5, 3, 1, 4, 4)


def test_what_waits_for_an_event_counts_as_asked_for(office, cases) -> None:
    """Артём 4, «по графику»."""
    artem = office("artem-2020")
    total = report(artem, cases(artem, "4", FIRST)).total
    assert (total.planned, total.by_standing[Standing.AWAITING], total.came) == (1, 1, 0)


def test_a_co_executors_part_is_shown_and_not_counted(office, cases) -> None:
    """Весьегонск 1.1: the coordinator leads, the schools' heads help."""
    vesyegonsk = office("vesyegonsk-2020")
    found = [
        line for line in lines(cases(vesyegonsk, "1.1", FIRST), TODAY) if line.assignment.reference == "school-heads"
    ]
    summary = summarise(vesyegonsk, found, {}, TODAY, official="Руководители ОУ")
    assert {row.responsible for row in summary.rows} == {"соисполнители: Руководители ОУ"}
    assert (summary.total.planned, summary.responsibles) == (0, ())
    assert "ответственный: Руководители ОУ" in summary.heading


@pytest.mark.parametrize(("today", "only", "shown"), [
    (date(2021, 8, 20), Only.SOON, 0),
    (date(2021, 8, 21), Only.SOON, 1),  # ten days ahead
    (date(2021, 8, 31), Only.SOON, 1),
    (date(2021, 9, 1), Only.SOON, 0),
    (date(2021, 8, 31), Only.OVERDUE, 0),
    (date(2021, 9, 1), Only.OVERDUE, 1),
])  # fmt: skip
def test_a_variant_has_its_rows_alone(lysva, august, today, only, shown) -> None:
    assert len(report(lysva, [august], today=today, only=only).rows) == shown


@pytest.mark.parametrize(("part", "whole", "said"), [(9, 24, "9 / 24 (37,5 %)"), (1, 3, "1 / 3 (33,3 %)"), (0, 0, "—")])
def test_a_share_is_said_in_russian(part, whole, said) -> None:
    assert share(part, whole).replace("\u00a0", " ") == said


def test_unseen_characters_are_not_printed() -> None:
    assert printed("=1\x00\x1b[31m\u202e\ud800\ufffe\n<b>ё\t№") == "=1[31m\n<b>ё\t№"


def text_of(summary: Summary) -> str:
    """The report as lines of text."""

    def said(row: Row) -> str:
        day = f"{row.planned_on:%d.%m.%Y}" if row.planned_on else row.planned
        done = f"{row.done_on:%d.%m.%Y}" if row.done_on else ""
        return "\n  ".join((f"№ {row.number} {row.title}", day, row.responsible, row.note, done, row.remark))

    found, section = [*summary.heading, ""], ""
    for row in summary.rows:
        if row.section != section:
            found += [f"[{row.section}]"]
            section = row.section
        found.append(said(row))
    for name, tally in (("всего", summary.total), *summary.responsibles, *summary.schools):
        shares = share(tally.done, tally.planned), share(tally.on_time, tally.with_day), share(tally.done, tally.came)
        found.append(f"{name}: {'; '.join(shares)}")
    return "\n".join(one.rstrip() for one in "\n".join([*found, " / ".join(summary.signatory), ""]).split("\n"))


def test_a_real_plan_with_facts(office, cases, golden: Callable[[Path, str], None]) -> None:
    """Кисловодск on 28.04.2021: a school was given more time, 3.1 is off, 3.3 was not done."""
    kislovodsk = office("kislovodsk-2021")
    found = {one.id: cases(kislovodsk, one.id, FIRST)[0] for one in kislovodsk.roadmap.tracked()}
    done = CLOSED | {"outcome": Outcome.ON_TIME, "reported_on": date(2021, 3, 12)}
    more: dict[str, Any] = {"state": State.SENT, "extended_to": date(2021, 5, 14), "extensions": 1}
    found["1.2"] = given(found["1.2"], more, done, done, done)
    found["3.1"] = given(found["3.1"], {"state": State.CANCELLED, "ended_by": "приказ № 40 от 19.04.2021"})
    found["3.2"] = given(found["3.2"], CLOSED | {"outcome": Outcome.DONE, "reported_on": date(2021, 4, 2)})
    found["3.3"] = given(found["3.3"], {"state": State.CLOSED, "outcome": Outcome.NOT_DONE})

    def only(measure: str, n: int = 0) -> Assignment:
        return found[measure].assignments[n]

    said = {"text": "Справка представлена", "evidence": "справка № 1 от 12.03.2021"}
    facts = {
        **{one.key: [Fact("report", said)] for one in found["1.2"].assignments[1:]},
        only("1.2").key: [Fact("extension-granted", {"basis": "резолюция от 20.04.2021"})],
        only("3.2").key: [Fact("report", {"text": "Наблюдатели работали", "evidence": "https://example.org/vpr"})],
        only("3.3").key: [Fact("close-not-done", {"reason": "признаков недостоверности не искали"})],
    }
    summary = report(kislovodsk, list(found.values()), facts, today=date(2021, 4, 28))
    golden(GOLDEN / "summary-kislovodsk-2021.txt", text_of(summary))


def test_the_worst_of_an_occurrence_is_how_it_stands() -> None:
    """Open comes before closed, late before open in time; nobody's word is lost in a better one."""
    order = list(Standing)
    assert order.index(Standing.OVERDUE) < order.index(Standing.AHEAD) < order.index(Standing.NOT_DONE)
    assert order.index(Standing.NOT_DONE) < order.index(Standing.LATE) < order.index(Standing.ON_TIME)


def test_every_line_stands_somehow(office, cases) -> None:
    artem = office("artem-2020")
    [case] = cases(artem, "1", FIRST)
    for state in State:
        outcome = Outcome.DONE if state is State.CLOSED else None
        [line] = [
            one for one in lines([given(case, {"state": state, "outcome": outcome})], TODAY) if isinstance(one, Line)
        ]
        assert line.standing in Standing
