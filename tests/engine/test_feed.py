"""What stands in whose calendar, and how it stands: without a database, without a clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.assignment import Case, Outcome, State, fan_out
from engine.calendar import WorkCalendar
from engine.errors import NotFoundError
from engine.feed import Look, Scope, Shown, View, entry, make_feed, view
from engine.ics import EntryState, Feed, Style, render_calendar
from engine.occurrence import expected, resync
from engine.office import Office
from engine.people import Directory
from engine.people_file import read_people
from engine.plan_file import read_plan

PLANS = Path(__file__).parents[2] / "plans"
SYNCED = datetime(2021, 1, 1, 4, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
LOOK = Look("k7", "Сроки")
ALL = View(Scope.ALL, None, "Все планы")


@pytest.fixture(scope="module")
def directory() -> Directory:
    return read_people((PLANS / "people.example.yaml").read_text(encoding="utf-8"), "people.yaml")[0]


@pytest.fixture(scope="module")
def office(directory) -> Any:
    def build(name: str) -> Office:
        roadmap, _ = read_plan((PLANS / f"{name}.yaml").read_text(encoding="utf-8"), name, directory)
        assert roadmap is not None
        return Office(roadmap, directory, WorkCalendar(roadmap.rules), "p-uslovnova")

    return build


def terms(office: Office) -> list[Shown]:
    """Every occurrence of a plan as its first sync makes it."""
    roadmap = office.roadmap
    events = [one.to_event() for one in roadmap.events]
    return [
        Shown(Case(one.after, fan_out(one.after, measure, office.directory), measure), 0, SYNCED, SYNCED)
        for measure in roadmap.tracked()
        for one in resync(
            roadmap.plan.id, measure.id, (),
            expected(measure, roadmap, office.directory, events, office.calendar), SYNCED.date(), SYNCED,
        )
    ]  # fmt: skip


def term_of(office: Office, key: str) -> Shown:
    return next(one for one in terms(office) if one.case.occurrence.key == key)


def stood(one: Shown, *states: State, **given: Any) -> Shown:
    """*one* with its assignments in these states, the last for all further ones."""
    known = [*states, *states[-1:] * len(one.case.assignments)]
    changed = [replace(who, state=state, **given) for who, state in zip(one.case.assignments, known, strict=False)]
    return replace(one, case=replace(one.case, assignments=changed))


def shown(office: Office, one: Shown, today: date | None, of: View = ALL) -> tuple[EntryState, bool]:
    made = entry(one, of.own(one.case, office), office, today, whole=of.is_whole)
    assert made is not None
    return made.state, made.overdue


def feed(office: Office, found: Sequence[Shown], now: datetime, of: View = ALL, look: Look = LOOK) -> Feed:
    return make_feed(of, look, [(office, found)], now, MOSCOW)


DUE, AFTER = date(2021, 6, 21), date(2021, 6, 22)
STATES = [
    (State.SCHEDULED, {}, DUE, EntryState.OPEN, False),
    (State.SCHEDULED, {}, AFTER, EntryState.OPEN, True),
    (State.RETURNED, {"reported_on": DUE}, AFTER, EntryState.OPEN, True),
    # Given in time, on review: not late, however long the review takes.
    (State.REPORTED, {"reported_on": DUE}, AFTER, EntryState.OPEN, False),
    (State.REPORTED, {"reported_on": AFTER}, AFTER, EntryState.OPEN, True),
    (State.CLOSED, {"outcome": Outcome.ON_TIME}, AFTER, EntryState.DONE, False),
    (State.CLOSED, {"outcome": Outcome.LATE}, AFTER, EntryState.DONE, False),
    # What was closed as not done never gets a ✓.
    (State.CLOSED, {"outcome": Outcome.NOT_DONE}, AFTER, EntryState.NOT_DONE, False),
    (State.CANCELLED, {}, AFTER, EntryState.CANCELLED, False),
    (State.NOT_TRIGGERED, {}, AFTER, EntryState.CANCELLED, False),
    (State.SUPERSEDED, {}, AFTER, EntryState.CANCELLED, False),
]


@pytest.mark.parametrize(("state", "given", "today", "wanted", "late"), STATES)
def test_how_a_term_stands(office, state, given, today, wanted, late) -> None:
    lysva = office("lysva-2021")
    one = stood(term_of(lysva, "lysva-2021/1.1/1"), state, **given)
    assert shown(lysva, one, today) == (wanted, late)


def test_a_struck_term_is_cancelled_and_a_letter_says_nothing_of_being_late(office) -> None:
    lysva = office("lysva-2021")
    one = term_of(lysva, "lysva-2021/1.1/1")
    assert shown(lysva, one, None) == (EntryState.OPEN, False)
    struck = replace(one, case=replace(one.case, occurrence=replace(one.case.occurrence, cancelled=True)))
    assert shown(lysva, struck, AFTER) == (EntryState.CANCELLED, False)


def artem_8(office: Any) -> tuple[Office, Shown]:
    """Артём № 8 «Апрель 2021»: the coordinator leads, all schools take part."""
    artem = office("artem-2020")
    one = term_of(artem, "artem-2020/8/1")
    return artem, replace(
        one, case=replace(one.case, assignments=[replace(a, blocking=True) for a in one.case.assignments])
    )


def test_a_school_sees_its_own_part_and_the_plan_sees_the_whole(office, directory) -> None:
    artem, one = artem_8(office)
    schools = [who.school for who in one.case.assignments if who.school]
    first, second = (view("school", school, directory) for school in schools[:2])
    done = [replace(who, state=State.CLOSED, outcome=Outcome.ON_TIME) if who.school == schools[0] else who
            for who in one.case.assignments]  # fmt: skip
    one = replace(one, case=replace(one.case, assignments=done))
    may = date(2021, 5, 3)
    assert shown(artem, one, may, first) == (EntryState.DONE, False)
    assert shown(artem, one, may, second) == (EntryState.OPEN, True)
    assert shown(artem, one, may) == (EntryState.OPEN, True)


def test_a_day_granted_to_one_school_is_that_of_its_calendar_alone(office, directory) -> None:
    artem, one = artem_8(office)
    school = next(who.school for who in one.case.assignments if who.school)
    later = [replace(who, extensions=1, extended_to=date(2021, 5, 20)) if who.school == school else who
             for who in one.case.assignments]  # fmt: skip
    one = replace(one, case=replace(one.case, assignments=later))
    own, whole = (
        entry(one, of.own(one.case, artem), artem, date(2021, 5, 3), whole=of.is_whole)
        for of in (view("school", school, directory), ALL)
    )
    assert own is not None
    assert whole is not None
    assert (own.due_on, own.overdue, own.revision) == (date(2021, 5, 20), False, 1)
    assert (whole.due_on, whole.overdue, whole.revision) == (date(2021, 4, 30), True, 1)


@pytest.mark.parametrize("name", ["artem-2020", "lysva-2021", "kislovodsk-2021", "vesyegonsk-2020", "yeniseysk-2023"])
def test_every_term_is_in_the_calendars_of_those_who_answer_for_it(office, directory, name) -> None:
    """And the other way round: nobody sees what is not theirs."""
    plan = office(name)
    found = terms(plan)
    for one in found:
        for who in one.case.assignments:
            views = [(view("official", plan.executor(who, one.case.measure), directory), True)]
            views += [(view("school", who.school, directory), True)] if who.school else []
            views += [(view("controller", plan.controller(one.case.measure), directory), True)]
            if directory.find(who.reference) is not None and not directory.people.get(who.reference):
                views.append((View(Scope.ROLE, who.reference, ""), True))
            assert all(bool(of.own(one.case, plan)) is wanted for of, wanted in views)
        for person in directory.people:
            theirs = View(Scope.OFFICIAL, person, "").own(one.case, plan)
            assert {plan.executor(who, one.case.measure) for who in theirs} <= {person}


def test_what_is_late_stands_on_its_day_and_is_counted_today(office) -> None:
    lysva = office("lysva-2021")
    one = term_of(lysva, "lysva-2021/1.1/1")
    before, late = (
        feed(lysva, [one], datetime(2021, 6, 21, 18, 59, tzinfo=UTC)),
        feed(lysva, [one], datetime(2021, 6, 21, 19, tzinfo=UTC)),
    )  # midnight in Лысьва
    assert before.notices == ()
    (notice,) = late.notices
    assert (notice.key, notice.day, notice.summary) == ("overdue", AFTER, "Просрочено: 1")
    assert notice.description == "№ 1.1 — срок 21.06.2021"
    assert notice.changed_at == datetime(2021, 6, 21, 19, tzinfo=UTC)
    assert late.entries[0].due_on == DUE


def events_of(body: bytes) -> dict[bytes, bytes]:
    parts = body.split(b"BEGIN:VEVENT\r\n")[1:]
    return {part.split(b"\r\nUID:")[1].split(b"\r\n")[0]: part for part in parts}


def test_two_days_differ_in_the_event_that_counts_what_is_late_alone(office) -> None:
    lysva = office("lysva-2021")
    noon = datetime(2021, 9, 7, 9, tzinfo=UTC)
    first, second = (render_calendar(feed(lysva, terms(lysva), day), "x") for day in (noon, noon + timedelta(days=1)))
    one, other = events_of(first), events_of(second)
    assert one.keys() == other.keys()
    assert [uid for uid in one if one[uid] != other[uid]] == [b"k7-overdue@x"]
    assert first.split(b"BEGIN:VEVENT")[0] == second.split(b"BEGIN:VEVENT")[0]


def test_no_day_is_made_up_for_what_waits(office) -> None:
    """Артём № 4 «по графику» stands in no event of its own; the note stands on the day it last changed."""
    artem = office("artem-2020")
    waiting = term_of(artem, "artem-2020/4/1")
    made = feed(artem, [replace(waiting, changed_at=datetime(2021, 2, 3, 20, tzinfo=UTC))], SYNCED)
    assert made.entries == ()
    assert [(one.key, one.day, one.summary) for one in made.notices] == [
        ("awaiting", date(2021, 2, 4), "Ждут даты: 1")  # in Vladivostok it is the next day
    ]
    assert "№ 4 Участие ОО" in made.notices[0].description
    over = feed(artem, [stood(waiting, State.CLOSED, outcome=Outcome.DONE)], SYNCED)
    assert (over.entries, over.awaiting, over.notices) == ((), (), ())


@pytest.mark.parametrize(("days", "there"), [(0, 1), (30, 1), (31, 0)])
def test_what_is_cancelled_says_so_for_thirty_days(office, days, there) -> None:
    lysva = office("lysva-2021")
    one = term_of(lysva, "lysva-2021/1.1/1")
    struck = replace(one, case=replace(one.case, occurrence=replace(one.case.occurrence, cancelled=True)))
    assert len(feed(lysva, [struck], SYNCED + timedelta(days=days)).entries) == there


def test_what_is_done_stays(office) -> None:
    lysva = office("lysva-2021")
    done = stood(term_of(lysva, "lysva-2021/1.1/1"), State.CLOSED, outcome=Outcome.ON_TIME)
    assert len(feed(lysva, [done], SYNCED + timedelta(days=2000)).entries) == 1


SCOPES = "есть official, role, school, controller, plan, all"
NO_PERSON = "человека «никто» нет в справочнике людей: укажите --of с id или именем"
NO_ROLE = "роли «{}» нет в справочнике людей: укажите --of с id или названием из разделов roles и units"
NO_SCHOOL = "школы «{}» нет в справочнике людей: укажите --of с id или названием из раздела schools"
REFUSED = [
    ("person", "x", f"такого календаря нет: «person»; {SCOPES}"),
    ("", None, f"такого календаря нет: «»; {SCOPES}"),
    ("official", None, "чей календарь? укажите --of: id человека, роли, школы или плана"),
    ("all", "lysva-2021", "календарь all показывает все планы: уберите --of или назовите другой --scope"),
    ("official", "никто", NO_PERSON),
    ("controller", "никто", NO_PERSON),
    ("role", "никто", NO_ROLE.format("никто")),
    ("role", "p-uslovnova", NO_ROLE.format("p-uslovnova")),
    ("school", "p-uslovnova", NO_SCHOOL.format("p-uslovnova")),
]


@pytest.mark.parametrize(("scope", "of", "said"), REFUSED)
def test_who_is_not_known_is_refused_with_what_to_do(directory, scope, of, said) -> None:
    with pytest.raises(NotFoundError) as caught:
        view(scope, of, directory)
    assert str(caught.value) == said


def test_a_bar_ends_on_the_last_day_and_rings_by_its_end(office) -> None:
    lysva = office("lysva-2021")
    one = term_of(lysva, "lysva-2021/2.1/1")  # Ежегодно Июль-август
    made = feed(lysva, [one], SYNCED, look=replace(LOOK, style=Style.BAR, alarms=(1, 3)))
    (event,) = events_of(render_calendar(made, "x")).values()
    text = event.replace(b"\r\n ", b"").decode()
    assert "DTSTART;VALUE=DATE:20210701\r\nDTEND;VALUE=DATE:20210901\r\n" in text
    assert "SUMMARY:⏰ Срок 31.08.2021: № 2.1 " in text
    assert "UID:lysva-2021_2F2.1_2F1-due@x" in text
    assert [line for line in text.split("\r\n") if line.startswith("TRIGGER")] == [
        "TRIGGER;RELATED=END:-P1DT15H",
        "TRIGGER;RELATED=END:-P3DT15H",
    ]


def test_an_alarm_rings_in_the_morning_before_and_only_while_there_is_something_to_do(office) -> None:
    lysva = office("lysva-2021")
    one = term_of(lysva, "lysva-2021/1.1/1")
    look = replace(LOOK, alarms=(1, 5))

    def rings(found: Shown, now: datetime = SYNCED) -> list[str]:
        body = render_calendar(feed(lysva, [found], now, look=look), "x").decode().replace("\r\n ", "")
        return [line for line in body.split("\r\n") if line.startswith("TRIGGER")]

    assert rings(one) == ["TRIGGER:-PT15H", "TRIGGER:-P4DT15H"]
    assert rings(one, datetime(2021, 6, 23, tzinfo=UTC)) == []
    assert rings(stood(one, State.CLOSED, outcome=Outcome.ON_TIME)) == []
