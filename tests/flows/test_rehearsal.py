"""The messages of four years beforehand."""

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from engine.assignment import Case
from engine.calendar import WorkCalendar
from engine.escalation import due_actions
from engine.monthly import report_actions
from engine.office import Office
from engine.people_file import read_people
from engine.plan_file import read_plan
from flows.rehearsal import Rehearsed, planned, rehearse, together

PLANS = Path(__file__).parents[2] / "plans"
START, END = date(2021, 6, 1), date(2024, 12, 31)


def office_of(name: str) -> Office:
    directory, _ = read_people((PLANS / "people.example.yaml").read_text(encoding="utf-8"), "people.yaml")
    roadmap, _ = read_plan((PLANS / f"{name}.yaml").read_text(encoding="utf-8"), name, directory)
    assert roadmap is not None
    return Office(roadmap, directory, WorkCalendar(roadmap.rules))


@pytest.fixture(scope="module")
def lysva() -> Office:
    return office_of("lysva-2021")


@pytest.fixture(scope="module")
def found(lysva) -> list[Rehearsed]:
    return together(rehearse(lysva, START, END))


def jsonl(found: list[Rehearsed], office: Office) -> bytes:
    return "\n".join(json.dumps(one.as_json(office), ensure_ascii=False) for one in found).encode()


def test_the_same_inputs_give_the_same_bytes(lysva, found) -> None:
    assert jsonl(together(rehearse(office_of("lysva-2021"), START, END)), lysva) == jsonl(found, lysva)


def test_the_lines_are_sorted_by_instant_and_key_and_no_key_comes_twice(found) -> None:
    order = [(one.action.at, one.action.key) for one in found]
    assert all(one < two for one, two in pairwise(order))
    assert len({one.action.key for one in found}) == len(found)


LADDER = ["opening", "-5d", "-1wd", "due", "+1wd", "+3wd", "+7wd"]


def test_every_occurrence_of_four_years_has_its_ladder(lysva, found) -> None:
    heard: dict[str | None, list[str]] = defaultdict(list)
    for one in found:
        heard[one.action.occurrence].append(one.action.rung)
    of_plan = heard.pop(None)
    assert set(of_plan) == {"digest", "report"}
    expected = planned(lysva, datetime(2021, 6, 1, tzinfo=lysva.zone))
    assert set(heard) == {case.occurrence.key for case in expected}
    assert len(expected) == 45  # 5 single ones, 9 yearly ones in four years, one of them twice a year
    for case in expected:
        ladder = list(LADDER)
        if case.occurrence.window_days >= 60:
            ladder.insert(1, "-14d")
        if case.occurrence.due_on > date(2024, 12, 1):  # the rest falls into 2025
            ladder = ladder[: len(heard[case.occurrence.key])]
            assert "due" in ladder
        if case.occurrence.first < START:  # the past rungs are one
            assert heard[case.occurrence.key] == [one for one in ladder if one in heard[case.occurrence.key]]
            assert heard[case.occurrence.key][-1] == "+7wd"
        else:
            assert heard[case.occurrence.key] == ladder


def test_the_digest_comes_once_a_week_on_its_first_working_day(lysva, found) -> None:
    days: dict[str | None, list[date]] = defaultdict(list)
    for one in found:
        if one.action.kind == "digest":
            days[one.action.person].append(one.action.at.astimezone(lysva.zone).date())
    assert set(days) == {"p-uslovnova", "p-vymyslova", "p-maketov", "p-obraztsova"}
    for own in days.values():
        weeks = Counter(day.isocalendar()[:2] for day in own)
        assert set(weeks.values()) == {1}
        for day in own:
            before = [day.fromordinal(day.toordinal() - n) for n in range(1, day.weekday() + 1)]
            assert lysva.calendar.is_working(day)
            assert not any(map(lysva.calendar.is_working, before))


def test_all_that_one_person_hears_in_a_slot_is_one_letter(found) -> None:
    letters: dict[str, set[tuple]] = defaultdict(set)
    for one in found:
        letters[one.message].add((one.action.person, one.action.channel, one.action.at))
    assert all(len(slots) == 1 for slots in letters.values())
    assert len(letters) == len({slot for slots in letters.values() for slot in slots})
    assert len(letters) < len(found)


def test_nothing_is_said_at_night_on_days_off_or_outside_the_days_asked_for(lysva, found) -> None:
    for one in found:
        local = one.action.at.astimezone(lysva.zone)
        assert f"{local:%H:%M}" == "09:00"
        assert lysva.calendar.is_working(local.date())
        assert START <= local.date() <= END


@pytest.mark.parametrize("name", ["artem-2020", "kislovodsk-2021", "vesyegonsk-2020", "yeniseysk-2023"])
def test_the_rehearsal_says_what_daily_passes_would_say(name) -> None:
    office = office_of(name)
    start = office.roadmap.first_day
    end = date(start.year + 1, start.month, 1)
    said = {one.key for one in rehearse(office, start, end) if one.kind != "digest"}
    cases = planned(office, datetime.combine(start, datetime.min.time(), office.zone))
    passes = said_of_the_plan(office, cases, start, end)
    assert len(passes) >= 8
    for case in cases:
        sent: set[str] = set()
        for day in range(start.toordinal(), end.toordinal() + 1):
            now = datetime.combine(date.fromordinal(day), datetime.min.time().replace(hour=9), office.zone)
            actions, _ = due_actions(case, office, sent, now.astimezone(UTC))
            sent |= {one.key for one in actions}
        passes |= sent
    assert passes == said


def said_of_the_plan(office: Office, cases: list[Case], start: date, end: date) -> set[str]:
    """The keys of the reports that a pass at 09:00 of each day queues."""
    sent: set[str] = set()
    for day in range(start.toordinal(), end.toordinal() + 1):
        now = datetime.combine(date.fromordinal(day), datetime.min.time().replace(hour=9), office.zone)
        sent |= {one.key for one in report_actions(office, cases, sent, now.astimezone(UTC), start)[0]}
    return sent


def test_a_report_comes_on_the_tenth_after_each_month_or_quarter(lysva, found) -> None:
    reports = [one.action for one in found if one.action.kind == "report"]
    assert {one.person for one in reports} == {"p-obraztsova"}
    assert [one.key.split("|")[0].rpartition("/")[2] for one in reports][:6] == [
        "2021-Q2", "2021-07", "2021-08", "2021-Q3", "2021-10", "2021-11"
    ]  # fmt: skip
    for one in reports:
        day = one.at.astimezone(lysva.zone).date()
        assert day == lysva.calendar.next_working(day.replace(day=10))


def test_what_was_due_before_the_first_day_is_not_said(lysva) -> None:
    late = rehearse(lysva, date(2021, 7, 1), date(2021, 12, 31))
    assert not any((one.occurrence or "").startswith("lysva-2021/1.1/") for one in late)
    assert any((one.occurrence or "").startswith("lysva-2021/2.8/") for one in late)


def test_two_plans_share_a_letter_to_one_person_in_one_slot() -> None:
    plans = [office_of(name) for name in ("vesyegonsk-2020", "lysva-2021")]
    actions = [one for plan in plans for one in rehearse(plan, date(2021, 1, 1), date(2021, 3, 1))]
    shared = defaultdict(set)
    for line in together(sorted(actions, key=lambda one: (one.at, one.key))):
        shared[line.message].add(line.action.plan)
    assert {len(letters) for letters in shared.values()} <= {1, 2}
    instants = {(one.person, one.at): set() for one in actions}
    for one in actions:
        instants[one.person, one.at].add(one.plan)
    assert sum(len(letters) == 2 for letters in shared.values()) == sum(len(plans) == 2 for plans in instants.values())
