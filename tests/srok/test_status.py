"""The deputy head's screen, at the widths people have, against golden files."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from engine.assignment import Outcome, State
from engine.calendar import WorkCalendar
from engine.office import Office
from engine.people_file import read_people
from engine.plan_file import read_plan
from engine.report import lines
from flows.rehearsal import planned
from srok.status_screen import SHOWN, print_status

GOLDEN = Path(__file__).parent / "golden"
PLANS = Path(__file__).parents[2] / "plans"
TODAY, ZONE = date(2021, 4, 28), ZoneInfo("Asia/Vladivostok")
NOW = datetime(2021, 4, 28, 0, 0, tzinfo=UTC)
LAST = datetime(2021, 4, 27, 23, 0, tzinfo=UTC)  # 09:00 of the 28th in Артём


@pytest.fixture(scope="module")
def directory():
    return read_people((PLANS / "people.example.yaml").read_text("utf-8"), "people.yaml")[0]


@pytest.fixture(scope="module")
def found(directory):
    """Three plans on 28.04.2021 with a fact of each kind."""
    cases = []
    for name in ("artem-2020", "kislovodsk-2021", "vesyegonsk-2020"):
        text = (PLANS / f"{name}.yaml").read_text("utf-8")
        roadmap, _ = read_plan(text, name, directory)
        office = Office(roadmap, directory, WorkCalendar(roadmap.rules))
        cases += planned(office, datetime(2020, 10, 14, tzinfo=UTC))
    done = [replace(case, assignments=[told(one) for one in case.assignments]) for case in cases]
    return lines(done, TODAY)


def told(one):
    """The facts of the story, by the key of an assignment; whatever else was due before today is done."""
    facts = {
        "kislovodsk-2021/1.2/1|school-heads|sosh-7": {"state": State.SENT},
        "kislovodsk-2021/1.2/1|school-heads|licey-8": {
            "state": State.SENT, "extensions": 1, "extended_to": date(2021, 4, 30), "told_at": LAST,
        },
        "vesyegonsk-2020/2.3/1|coordinator": {"state": State.SENT, "asked_until": date(2021, 5, 14)},
        "artem-2020/8/1|coordinator": {"state": State.IN_PROGRESS, "asked_until": date(2021, 5, 14)},
        "artem-2020/7/1|tsentr-obrazovaniya": {"state": State.REPORTED, "reported_on": date(2021, 4, 26), "reports": 1},
    }  # fmt: skip
    if one.key in facts:
        return replace(one, **facts[one.key])
    if one.state is State.SCHEDULED and one.key.split("/")[1] in {"1", "2", "3", "1.1", "1.2", "2.1", "2.2"}:
        return replace(one, state=State.CLOSED, outcome=Outcome.ON_TIME, reported_on=date(2021, 2, 1), reports=1)
    return one


def screen(found, directory, width: int, last=LAST, as_of=TODAY, **given) -> str:
    page = StringIO()
    print_status(found, directory, as_of, last, NOW, ZONE, Console(file=page, width=width, highlight=False), **given)
    return page.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_screen(found, directory, golden, width) -> None:
    page = screen(found, directory, width)
    assert max(len(line.rstrip()) for line in page.splitlines()) <= width
    golden(GOLDEN / f"status-{width}.txt", page)


def test_an_engine_that_stands_still_is_said(found, directory) -> None:
    assert "давно: напоминания не уходят" not in screen(found, directory, 100)
    assert "давно" not in screen(found, directory, 100, as_of=date(2021, 12, 31))  # asked for a day to come
    assert "давно" not in screen(found, directory, 100, datetime(2021, 4, 26, 23, tzinfo=UTC))  # a day ago
    late = screen(found, directory, 100, datetime(2021, 4, 26, 9, tzinfo=UTC))
    assert "Последний обход: 26.04.2021 19:00 — давно: напоминания не уходят, проверьте srok up" in late
    assert "ещё не было — напоминания не уходят, запустите srok up" in screen(found, directory, 100, None)


def test_a_glance_is_short_and_a_narrow_question_is_answered_in_full(found, directory) -> None:
    (late,) = [line for line in found if line.assignment.key == "kislovodsk-2021/1.2/1|school-heads|sosh-7"]
    many = []
    for n in range(SHOWN + 5):
        occurrence = replace(late.case.occurrence, key=f"k/{n}/1", measure=str(n))
        many.append(replace(late, case=replace(late.case, occurrence=occurrence)))
    glance = screen(many, directory, 100)
    assert (f"№ {SHOWN - 1} " in glance, f"№ {SHOWN} " in glance) == (True, False)
    assert "… и ещё 5: сузьте вопрос (--plan, --official, --overdue)" in glance
    assert f"№ {SHOWN + 4} " in screen(many, directory, 100, every_row=True)


def test_nothing_open_is_said(directory) -> None:
    assert "Сроков — открытых нет\nПоручений: 0, закрыто: 0." in screen([], directory, 100)
