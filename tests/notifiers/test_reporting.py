"""The block of the report letter."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from engine.assignment import Action, Outcome, State
from flows.rehearsal import planned
from notifiers.render import render
from notifiers.reporting import MOST_LINES, report_item
from tests.engine import conftest

office, people, cases = conftest.office, conftest.people, conftest.cases
TODAY = date(2021, 9, 10)


def action(period: str) -> Action:
    key = f"lysva-2021/report/{period}|r0|report|1|p-obraztsova|mail"
    at = datetime(2021, 9, 10, 4, tzinfo=None).astimezone()
    return Action(key, at, "report", "report", 0, "lysva-2021", None, None, None, "p-obraztsova", "mail")


@pytest.fixture
def lysva(office):
    return office("lysva-2021")


def test_what_was_done_in_the_period_is_named_and_counted(lysva) -> None:
    known = planned(lysva, datetime(2021, 8, 1, tzinfo=lysva.zone))
    (number,) = [n for n, case in enumerate(known) if case.occurrence.key == "lysva-2021/2.4/2"]
    done = {"state": State.CLOSED, "outcome": Outcome.ON_TIME, "reported_on": date(2021, 8, 30)}
    closed = replace(known[number], assignments=[replace(one, **done) for one in known[number].assignments])
    known = [*known[:number], closed, *known[number + 1 :]]
    found = report_item(action("2021-08"), known, lysva, TODAY)
    assert found is not None
    sections = dict(found.sections)
    assert list(sections) == [
        "За август 2021 года", "Сделано за период", "Всего по плану на 10.09.2021", "Просрочено", "Ждут даты",
        "По ответственным", "Полностью",
    ]  # fmt: skip
    (line,) = sections["Сделано за период"]
    assert line.startswith("п. 2.4 ")
    assert " — 30.08.2021 в срок; " in line
    assert not any(line.startswith("п. 2.4 ") and "31.08.2021" in line for line in sections["Просрочено"])
    later = report_item(action("2021-Q3"), known, lysva, TODAY)
    assert later is not None
    assert dict(later.sections)["Сделано за период"] == (line,)
    assert found.days_left_text == "отчёт за август 2021 года"


def test_it_fits_two_screens_however_large_the_plan_is(lysva) -> None:
    known = planned(lysva, datetime(2021, 1, 1, tzinfo=lysva.zone))
    found = report_item(action("2024-12"), known, lysva, date(2025, 1, 13))
    assert found is not None
    late = dict(found.sections)["Просрочено"]
    assert len(late) == MOST_LINES + 1
    assert late[-1].startswith("и ещё ")
    assert late[-1].endswith(": они в полном отчёте")
    text = render([found], "Образцова Б. В.", "ответьте").text
    assert len(text.splitlines()) < 60


def test_a_period_of_which_there_is_nothing_to_say_has_no_block(lysva) -> None:
    assert report_item(action("2021-08"), [], lysva, TODAY) is None
