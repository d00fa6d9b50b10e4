"""How much mail: letters counted as letters, and as many as a month that is lived through really sends."""

import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import select

from engine.calendar import WorkCalendar
from engine.office import Office
from engine.people import Directory
from engine.people_file import read_people
from engine.plan_file import read_plan
from engine.settings import load_settings
from engine.store.installation import open_store
from engine.store.models import LetterRow
from flows.passes import run_pass
from flows.rehearsal import Rehearsed, rehearse, together
from flows.volume import Volume, volume
from srok.syncing import sync_files
from tests.flows.conftest import ROOT

PLANS = ROOT / "plans"
NAMES = ("lysva-2021", "vesyegonsk-2020")
FIRST, LAST = date(2021, 5, 11), date(2021, 6, 11)


def directory() -> Directory:
    return read_people((PLANS / "people.example.yaml").read_text(encoding="utf-8"), "people.yaml")[0]


def offices(people: Directory, owner: str | None = None, names=NAMES) -> dict[str, Office]:
    plans = [read_plan((PLANS / f"{one}.yaml").read_text(encoding="utf-8"), one, people)[0] for one in names]
    return {one.plan.id: Office(one, people, WorkCalendar(one.rules), owner) for one in plans if one is not None}


def rehearsed(plans: dict[str, Office], first: date, last: date) -> list[tuple[Rehearsed, Office]]:
    actions = [action for office in plans.values() for action in rehearse(office, first, last)]
    lines = together(sorted(actions, key=lambda one: (one.at, one.key)))
    return [(one, plans[one.action.plan]) for one in lines]


def test_a_month_that_is_lived_through_sends_as_many_letters_to_each_person(tmp_path) -> None:
    """Two plans in two zones; nobody reports."""
    shutil.copy(PLANS / "people.example.yaml", tmp_path / "people.yaml")
    settings = load_settings(home=tmp_path, owner="p-primerova")
    for name in NAMES:
        zone = ZoneInfo(offices(directory())[name].roadmap.plan.timezone)
        sync_files([PLANS / f"{name}.yaml"], settings, datetime.combine(FIRST, time(), zone).astimezone(UTC), "test")
    for day in range((LAST - FIRST).days + 1):
        for hour in (4, 6, 7):  # nine in the two zones, and what waits for the later one
            run_pass(settings, datetime.combine(FIRST, time(), UTC) + timedelta(days=day, hours=hour))
    with open_store(settings) as store, store.reading() as session:
        sent = Counter(one.person for one in session.exec(select(LetterRow).where(LetterRow.state == "sent")))
    assert len(list((tmp_path / "mail").glob("*.eml"))) == sent.total()
    found = volume(rehearsed(offices(directory(), "p-primerova"), FIRST, LAST))
    assert {one.person: one.letters for one in found.loads} == dict(sent)
    assert (found.letters, found.unsent) == (sent.total(), {})


def test_several_terms_in_one_slot_are_one_letter_and_the_fullest_week_is_named() -> None:
    lines = rehearsed(offices(directory(), names=["lysva-2021"]), FIRST, LAST)
    found = volume(lines)
    assert found.letters == len({line.message for line, _ in lines}) < len(lines)
    assert found.letters == sum(one.letters for one in found.loads)
    assert [one.letters for one in found.loads] == sorted((one.letters for one in found.loads), reverse=True)
    for one in found.loads:
        days = {
            line.message: line.action.at.astimezone(office.zone).date()
            for line, office in lines
            if line.action.person == one.person
        }
        weeks = Counter(day.isocalendar()[:2] for day in days.values())
        assert one.most == max(weeks.values()) == weeks[one.week.isocalendar()[:2]]
        assert one.week.weekday() == 0
    by_day = Counter({line.message: line.action.at.date() for line, _ in lines}.values())
    assert found.fullest is not None
    assert found.fullest[1] == max(by_day.values()) == by_day[found.fullest[0]]


def test_who_has_no_address_gets_no_letter_and_is_named() -> None:
    people = directory()
    known = dict(people.people)
    known["p-uslovnova"] = known["p-uslovnova"].model_copy(update={"email": None, "telegram": None, "max": None})
    silent = replace(people, people=known)
    found = volume(rehearsed(offices(silent, names=["lysva-2021"]), FIRST, LAST))
    assert "p-uslovnova" not in {one.person for one in found.loads}
    assert found.unsent["p-uslovnova"] > 0


def test_nothing_to_say_is_no_letter() -> None:
    assert volume([]) == Volume(0, (), None, {})
