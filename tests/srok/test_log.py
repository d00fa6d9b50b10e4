"""`srok log`: messages and deeds of one measure in the order of time."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from engine.occurrence import Change
from engine.store.events import EventDeed
from engine.transition import Deed
from srok.screens import deed_words
from tests.srok.conftest import PLAN, PLANS

ROOT = Path(__file__).parents[2]
SOURCES = [
    one.read_text(encoding="utf-8") for part in ("engine", "flows", "srok") for one in (ROOT / part).rglob("*.py")
]
SILENT = {Change.NEW, Change.SAME, Change.KEPT}
DEEDS = {
    *(one.value for shape in (Deed, EventDeed, Change) for one in shape if one not in SILENT),
    *re.findall(r'(?:deed=|_journal\(session, row, |deed = )"([a-z-]+)"', "".join(SOURCES)),
}


@pytest.mark.parametrize("deed", sorted(DEEDS))
def test_every_deed_of_the_journal_is_said_in_russian(deed) -> None:
    assert re.search("[а-я]", deed_words(deed))


REF = "demo-2027/1"


def test_deeds_and_messages_stand_in_the_order_of_time(plan) -> None:
    assert plan("start", REF).code == 0
    assert plan("tick", "--now", "2027-04-26T09:20+03:00").code == 0
    assert plan("report", REF, "--text", "Готово", "--evidence", "справка № 5").code == 0
    assert plan("return", REF, "--reason", "нет подписи").code == 0
    shown = plan("log", REF, "--json").json
    assert {name: shown[name] for name in ("plan", "measure", "title")} == {
        "plan": "demo-2027", "measure": "1", "title": "Справка",
    }  # fmt: skip
    rows = shown["rows"]
    assert [one["at"] for one in rows] == sorted((one["at"] for one in rows), key=datetime.fromisoformat)
    deeds = [one for one in rows if one["type"] == "deed"]
    assert [one["deed"] for one in deeds] == ["start", "report", "return"]
    assert set(deeds[0]) == {"at", "type", "number", "deed", "who", "account", "subject", "facts"}
    sent = [one for one in rows if one.get("state") == "sent"]
    assert sent
    assert {one["at"] for one in sent} == {one["sent_at"] for one in sent}
    assert {one["measure"] for one in rows if one["type"] == "message"} == {"1"}
    outbox = set(plan("outbox", "--json").json[0])
    assert set(sent[0]) == outbox | {"at", "type", "occurrence", "assignment", "to"}


def test_the_screen_says_it_in_russian_and_fits_the_terminal(plan) -> None:
    plan("tick", "--now", "2027-04-26T09:00+03:00")
    plan("report", REF, "--text", "Готово", "--evidence", "справка № 5")
    for columns in ("200", "100", "60"):
        done = plan("log", REF, COLUMNS=columns)
        assert (done.code, done.err) == (0, "")
        assert max(map(len, done.out.splitlines())) <= int(columns)
        assert {word for word in ("demo-2027", "Готово", "справка", "почта", "отправлено") if word in done.out} == {
            "demo-2027", "Готово", "справка", "почта", "отправлено",
        }  # fmt: skip


def test_what_hangs_on_an_event_tells_of_it(plan) -> None:
    for name in ("vpr", "3"):
        plan("event", "set", f"demo-2027/{name}", "--start", "2027-04-12", "--end", "2027-05-21", "--basis", "приказ")
    for measure in ("2", "3"):
        done = plan("log", measure, "--plan", "demo-2027")
        assert "даты события; основание: приказ; с 12.04.2027 по 21.05.2027" in done.out
        assert "срок получен; срок 21.05.2027" in done.out
    assert "ещё не было" in plan("log", "demo-2027/4").out


def test_an_unknown_measure_or_plan_says_what_to_do(plan) -> None:
    for given, said in (
        (
            ["99"],
            "мероприятия «99» нет ни в одном плане: его № покажет srok status --json, новый план вносит srok sync",
        ),
        (["demo-2027/99"], "мероприятия «99» нет в плане «demo-2027»: его № покажет srok status --json"),
        (["нет/1"], "плана «нет» нет в базе (есть: demo-2027); сначала srok sync"),
        (["1", "--plan", "нет"], "плана «нет» нет в базе"),
    ):
        done = plan("log", *given)
        assert (done.code, said in done.err) == (5, True), done.err


def test_a_number_of_several_plans_asks_which(plan) -> None:
    assert plan("log", "1").code == 0
    second = plan.home / "second.yaml"
    second.write_text(PLAN.replace("demo-2027", "demo-2"), "utf-8")
    assert plan("sync", second, PLANS / "lysva-2021.yaml").code == 0
    done = plan("log", "1")
    assert (done.code, "есть в нескольких планах (demo-2, demo-2027): укажите --plan" in done.err) == (5, True)
    assert plan("log", "1", "--plan", "demo-2").code == 0
