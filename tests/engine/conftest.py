"""The five plans in memory with the example people, as a first sync on a day would make their cases."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from engine.assignment import Case, fan_out
from engine.calendar import WorkCalendar
from engine.escalation import ladder
from engine.occurrence import expected, resync
from engine.office import Office
from engine.people import Directory
from engine.people_file import read_people
from engine.plan_file import read_plan

PLANS = Path(__file__).parents[2] / "plans"
PEOPLE = (PLANS / "people.example.yaml").read_text(encoding="utf-8")

Edits = dict[str, str]
"""Words of a file and what stands there instead; each must be in it."""


def edited(text: str, edits: Edits) -> str:
    for before, after in edits.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


@pytest.fixture(scope="session")
def people() -> Callable[..., Directory]:
    """The example people, edited."""

    def read(edits: Edits | None = None) -> Directory:
        directory, problems = read_people(edited(PEOPLE, edits or {}), "people.yaml")
        assert problems == []
        return directory

    return read


@pytest.fixture(scope="session")
def directory(people) -> Directory:
    return people()


@pytest.fixture(scope="session")
def office(people) -> Callable[..., Office]:
    """The office of one of the five plans, its file and its people edited."""

    def build(name: str, edits: Edits | None = None, who: Edits | None = None, owner: str | None = None) -> Office:
        text = edited((PLANS / f"{name}.yaml").read_text(encoding="utf-8"), edits or {})
        roadmap, problems = read_plan(text, f"{name}.yaml", None)
        assert roadmap is not None, problems
        return Office(roadmap, people(who), WorkCalendar(roadmap.rules), owner)

    return build


@pytest.fixture(scope="session")
def cases() -> Callable[..., list[Case]]:
    """The cases of one measure as a first sync on a day makes them."""

    def build(office: Office, measure_id: str, on: date) -> list[Case]:
        roadmap = office.roadmap
        measure = next(one for one in roadmap.tracked() if one.id == measure_id)
        events = [one.to_event() for one in roadmap.events]
        wanted = expected(measure, roadmap, office.directory, events, office.calendar)
        synced = resync(roadmap.plan.id, measure_id, [], wanted, on, datetime(2020, 1, 1, tzinfo=office.zone))
        return [Case(one.after, fan_out(one.after, measure, office.directory), measure) for one in synced]

    return build


@pytest.fixture(scope="session")
def steps() -> Callable[..., list[str]]:
    """The ladder of a case as lines «day.month.year step person», each at the slot of the person's zone."""

    def lines(case: Case, office: Office) -> list[str]:
        found = []
        for rung in sorted(ladder(case, office), key=lambda one: (one.at, one.person or "")):
            local = rung.at.astimezone(office.zone_of(rung.person))
            assert f"{local:%H:%M}" == "09:00"
            assert office.calendar.is_working(local.date())
            found.append(f"{local:%d.%m.%Y} {rung.step} {rung.person}")
        return found

    return lines
