"""What was due before the first sync: the one list, and the controller's word on it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from engine.errors import NotFoundError, SrokError, TransitionError
from engine.settings import Settings, load_settings
from engine.store.installation import load_people, open_store
from engine.store.models import AssignmentRow, ItemRow, JournalRow, OccurrenceRow
from flows.passes import track
from srok import doing, reconciling
from srok.reconciling import Decision, Verdict, decide, print_list
from srok.syncing import sync_files
from tests.srok.conftest import PLANS

PLAN = "lysva-2021"
NOW = datetime(2021, 9, 6, 5, tzinfo=UTC)
"""Monday; 1.1 was due on 21.06.2021, 2.4 twice, on 30.06 and on 31.08."""
CONTROLLER, EXECUTOR = "p-maketov", "p-eskizov"


@pytest.fixture
def home(tmp_path, monkeypatch, capsys) -> Settings:
    """A home with the example people, in which lysva-2021 was synced in September; the commands' clock says NOW."""
    shutil.copy(PLANS / "people.example.yaml", tmp_path / "people.yaml")
    settings = load_settings(home=tmp_path, owner="p-uslovnova")
    sync_files([PLANS / f"{PLAN}.yaml"], settings, NOW, "test")
    monkeypatch.setenv("COLUMNS", "160")
    for module in (doing, reconciling):
        monkeypatch.setattr(module, "utc_now", lambda: NOW)
    capsys.readouterr()
    return settings


OLD = [
    "1.1 21.06.2021 1", "2.3 30.06.2021 1", "2.4 30.06.2021 1", "3.1 30.07.2021 1",
    "2.1 31.08.2021 1", "2.4 31.08.2021 2", "2.5 31.08.2021 1", "2.7 31.08.2021 1", "3.2 31.08.2021 1",
]  # fmt: skip


def rows(home: Settings, model: type) -> list:
    with open_store(home) as store, store.reading() as session:
        return list(session.exec(select(model)))


def of(home: Settings, measure: str) -> list[AssignmentRow]:
    found = [one for one in rows(home, AssignmentRow) if one.occurrence_key.startswith(f"{PLAN}/{measure}/")]
    return sorted((one for one in found if one.state != "scheduled"), key=lambda one: one.key)


def listed(home: Settings, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """№, day and running number of each line of the list."""
    print_list(home, PLAN)
    out = capsys.readouterr().out
    if "сверять нечего" in out:
        return []
    lines = [one.split() for one in out.splitlines() if one.strip().startswith("№ ") and "Мероприятие" not in one]
    assert f"срок прошёл до внесения плана — {len(lines)}" in out
    days = [next(word for word in one if word.count(".") == 2) for one in lines]
    return [
        f"{one[1]} {day}{' ' + one[-1] if 'наступление' in one else ''}" for one, day in zip(lines, days, strict=True)
    ]


def test_the_list_stands_in_the_order_of_the_days(home, capsys) -> None:
    assert listed(home, capsys) == OLD


DAYS = [
    (date(2021, 6, 18), "on_time"),
    (date(2021, 6, 21), "on_time"),  # the due day itself
    (date(2021, 6, 22), "late"),
]


@pytest.mark.parametrize(("day", "outcome"), DAYS)
def test_done_is_a_report_of_the_stated_day_that_is_accepted(home, capsys, day, outcome) -> None:
    said = decide(home, PLAN, ["1.1"], Decision(Verdict.DONE, CONTROLLER, day, "test", text="план принят"))
    assert said == ["Внесено: lysva-2021/1.1, срок 21.06.2021 — исполнено, отчёт принят."]
    (one,) = of(home, "1.1")
    assert (one.state, one.outcome, one.reported_on) == ("closed", outcome, day)
    report, accept = [row for row in rows(home, JournalRow) if row.deed in {"report", "accept"}]
    assert (report.deed, report.who, report.read()["day"], report.read()["entered_for"]) == (
        "report", EXECUTOR, day.isoformat(), True
    )  # fmt: skip
    assert (accept.deed, accept.who, accept.read()["entered_for"]) == ("accept", CONTROLLER, False)
    assert "1.1 21.06.2021 1" not in listed(home, capsys)


def test_of_several_old_terms_the_one_meant_is_named_or_all(home) -> None:
    word = Decision(Verdict.DONE, None, date(2021, 7, 1), "test", text="совещания проведены")
    before = dump(home)
    with pytest.raises(NotFoundError, match="старых сроков несколько: укажите --occurrence"):
        decide(home, PLAN, ["2.4"], word)
    with pytest.raises(NotFoundError, match="наступления 7 среди того, что сверяется, нет"):
        decide(home, PLAN, ["2.4"], replace(word, occurrence=7))
    assert dump(home) == before
    decide(home, PLAN, ["2.4"], replace(word, occurrence=1))
    assert [(one.occurrence_key, one.outcome) for one in of(home, "2.4") if one.outcome] == [(f"{PLAN}/2.4/1", "late")]


def test_all_old_terms_of_a_number_are_meant_on_request_and_no_coming_one(home) -> None:
    word = Decision(Verdict.DONE, None, date(2021, 9, 1), "test", text="совещания проведены", on_all=True)
    decide(home, PLAN, ["2.4"], word)
    assert [(one.occurrence_key, one.outcome) for one in of(home, "2.4")] == [
        (f"{PLAN}/2.4/1", "late"), (f"{PLAN}/2.4/2", "late")
    ]  # fmt: skip


def test_not_done_is_closed_with_a_reason(home, capsys) -> None:
    said = decide(home, PLAN, ["1.1", "3.1"], Decision(Verdict.NOT_DONE, CONTROLLER, None, "test", reason="не было"))
    assert [one.partition(",")[0] for one in said] == ["Внесено: lysva-2021/1.1", "Внесено: lysva-2021/3.1"]
    assert {(one.state, one.outcome) for one in (*of(home, "1.1"), *of(home, "3.1"))} == {("closed", "not_done")}
    assert listed(home, capsys) == [one for one in OLD if one.split()[0] not in {"1.1", "3.1"}]


def test_on_control_the_ladder_begins_and_the_executor_hears_before_who_is_told_on_him(home, capsys) -> None:
    before = rows(home, ItemRow)
    said = decide(home, PLAN, ["1.1"], Decision(Verdict.CONTROL, CONTROLLER, None, "test"))
    assert said == [
        "Внесено: lysva-2021/1.1, срок 21.06.2021 — поставлено на контроль: исполнителю и контролёру будет сообщено."
    ]
    people = load_people(home)
    with open_store(home) as store:
        for day in range(4):
            track(store, people, home.owner, NOW + timedelta(days=day))
    fresh = [one for one in rows(home, ItemRow) if one.measure_id == "1.1"]
    assert before == []
    assert [(one.created_at.day, one.rung, one.person) for one in sorted(fresh, key=lambda one: one.at)] == [
        (6, "+1wd", EXECUTOR), (7, "+3wd", CONTROLLER), (7, "+7wd", "p-obraztsova")
    ]  # fmt: skip
    assert "1.1 21.06.2021 1" not in listed(home, capsys)
    (row,) = [one for one in rows(home, OccurrenceRow) if one.key == f"{PLAN}/1.1/1"]
    assert not row.to_reconcile
    (deed,) = [one for one in rows(home, JournalRow) if one.deed == "control"]
    assert (deed.who, deed.subject, deed.read()) == (CONTROLLER, f"{PLAN}/1.1/1", {"entered_for": False})


DAY = date(2021, 6, 21)
DONE = {"text": "сделано", "day": DAY}
REFUSED = [
    # №, decision, who, what is said with it, what is answered
    (["9.9"], Verdict.DONE, CONTROLLER, DONE, "«9.9» нет среди того, что сверяется в плане «lysva-2021»: см. список"),
    (["1.1", "1.2"], Verdict.DONE, CONTROLLER, DONE, "«1.2» нет среди того, что сверяется"),  # not due yet
    (["1.1"], Verdict.DONE, EXECUTOR, DONE, "нельзя «принять отчёт»: это делает давший поручение или контролёр"),
    (["1.1"], Verdict.DONE, CONTROLLER, {"day": DAY}, "скажите, что сделано: укажите --text"),
    (["1.1"], Verdict.DONE, CONTROLLER, {"text": "да", "day": date(2021, 9, 7)}, "день 07.09.2021 ещё не наступил"),
    (["1.1"], Verdict.DONE, CONTROLLER, {"text": "да", "day": date(2020, 1, 1)}, "раньше первого дня плана"),
    (["1.1"], Verdict.DONE, "p-nobody", DONE, "человека «p-nobody» нет в справочнике людей"),
    (["1.1"], Verdict.NOT_DONE, CONTROLLER, {}, "без причины: укажите --reason"),
    (["1.1"], Verdict.NOT_DONE, EXECUTOR, {"reason": "нет"}, "это делает контролёр"),
    (["1.1"], Verdict.CONTROL, EXECUTOR, {}, "нельзя «поставить на контроль»: это делает давший поручение или"),
    (["1.1"], Verdict.CONTROL, "p-nobody", {}, "человека «p-nobody» нет в справочнике людей"),
    (["1.1", "1.1", "9.9"], Verdict.CONTROL, CONTROLLER, {}, "«9.9» нет среди того, что сверяется"),
]


def dump(home: Settings) -> list[str]:
    with closing(sqlite3.connect(home.home / "srok.db")) as database:
        return list(database.iterdump())


def test_what_is_refused_changes_nothing(home) -> None:
    before = dump(home)
    for measures, verdict, by, said, message in REFUSED:
        with pytest.raises((NotFoundError, TransitionError)) as caught:
            decide(
                home,
                PLAN,
                measures,
                Decision(verdict, by, said.get("day"), "test", said.get("reason"), said.get("text")),
            )
        assert message in str(caught.value)
    assert dump(home) == before


def test_a_second_word_on_the_same_term_is_refused(home) -> None:
    decide(home, PLAN, ["1.1"], Decision(Verdict.CONTROL, None, None, "test"))
    before = dump(home)
    with pytest.raises(SrokError, match=r"«1\.1» нет среди того, что сверяется"):
        decide(home, PLAN, ["1.1"], Decision(Verdict.CONTROL, None, None, "test"))
    assert dump(home) == before


def test_a_plan_that_has_nothing_old_says_so(home, capsys) -> None:
    numbers = sorted({one.split()[0] for one in OLD})
    decide(home, PLAN, numbers, Decision(Verdict.NOT_DONE, None, None, "test", reason="до нас", on_all=True))
    assert listed(home, capsys) == []
