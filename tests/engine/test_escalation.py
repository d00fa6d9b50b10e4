"""The ladder of DESIGN.md 6, on days counted by hand in the production calendars of 2020-2024."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.assignment import Action, Case, State
from engine.escalation import due_actions, instants, ladder, told
from engine.office import Office

URAL = ZoneInfo("Asia/Yekaterinburg")
YEAR = date(2020, 9, 1)

LADDERS = [
    # Лысьва 1.1 «До 21 июня 2021»: opens on 1 January, a holiday, so on the last working day before it
    ("lysva-2021", "1.1", 0, [
        "31.12.2020 opening p-eskizov", "07.06.2021 -14d p-eskizov", "16.06.2021 -5d p-eskizov",
        "18.06.2021 -1wd p-eskizov", "21.06.2021 due p-eskizov", "22.06.2021 +1wd p-eskizov",
        "24.06.2021 +3wd p-maketov", "30.06.2021 +7wd p-obraztsova",
    ]),
    # Лысьва 1.2 «Август-сентябрь 2021»: 1 August is a Sunday, -5 d a Saturday
    ("lysva-2021", "1.2", 0, [
        "30.07.2021 opening p-uslovnova", "16.09.2021 -14d p-uslovnova", "24.09.2021 -5d p-uslovnova",
        "29.09.2021 -1wd p-uslovnova", "30.09.2021 due p-uslovnova", "01.10.2021 +1wd p-uslovnova",
        "05.10.2021 +3wd p-maketov", "11.10.2021 +7wd p-obraztsova",
    ]),
    # Лысьва 2.10 «Сентябрь-октябрь 2021 г.»: 61 days by the words, though the due day moves back to the 59th
    ("lysva-2021", "2.10", 0, [
        "01.09.2021 opening p-uslovnova", "15.10.2021 -14d p-uslovnova", "22.10.2021 -5d p-uslovnova",
        "28.10.2021 -1wd p-uslovnova", "29.10.2021 due p-uslovnova", "01.11.2021 +1wd p-uslovnova",
        "03.11.2021 +3wd p-maketov", "11.11.2021 +7wd p-obraztsova",
    ]),
    # Артём 1 «Октябрь 2020»: 31 October is a Saturday; 4 November is a holiday
    ("artem-2020", "1", 0, [
        "01.10.2020 opening p-obraztsova", "23.10.2020 -5d p-obraztsova", "29.10.2020 -1wd p-obraztsova",
        "30.10.2020 due p-obraztsova", "02.11.2020 +1wd p-obraztsova", "05.11.2020 +3wd p-obraztsova",
        "11.11.2020 +7wd p-primerova",
    ]),
    # Лысьва 2.4 «Ежегодно Июнь, август»: each occurrence has its own; 2021, then the end of August 2024, a Saturday
    ("lysva-2021", "2.4", 0, [
        "01.06.2021 opening p-uslovnova", "25.06.2021 -5d p-uslovnova", "29.06.2021 -1wd p-uslovnova",
        "30.06.2021 due p-uslovnova", "01.07.2021 +1wd p-uslovnova", "05.07.2021 +3wd p-maketov",
        "09.07.2021 +7wd p-obraztsova",
    ]),
    ("lysva-2021", "2.4", 1, [
        "30.07.2021 opening p-uslovnova", "26.08.2021 -5d p-uslovnova", "30.08.2021 -1wd p-uslovnova",
        "31.08.2021 due p-uslovnova", "01.09.2021 +1wd p-uslovnova", "03.09.2021 +3wd p-maketov",
        "09.09.2021 +7wd p-obraztsova",
    ]),
    ("lysva-2021", "2.4", 7, [
        "01.08.2024 opening p-uslovnova", "23.08.2024 -5d p-uslovnova", "29.08.2024 -1wd p-uslovnova",
        "30.08.2024 due p-uslovnova", "02.09.2024 +1wd p-uslovnova", "04.09.2024 +3wd p-maketov",
        "10.09.2024 +7wd p-obraztsova",
    ]),
    # Артём 5 «в течение учебного года»: the year's report by 20 January; -14 d falls into the holidays
    ("artem-2020", "5", 0, [
        "01.09.2020 opening p-modelnov", "31.12.2020 -14d p-modelnov", "15.01.2021 -5d p-modelnov",
        "19.01.2021 -1wd p-modelnov", "20.01.2021 due p-modelnov", "21.01.2021 +1wd p-modelnov",
        "25.01.2021 +3wd p-obraztsova", "29.01.2021 +7wd p-primerova",
    ]),
    ("artem-2020", "5", 1, [
        "31.12.2020 opening p-modelnov", "17.08.2021 -14d p-modelnov", "26.08.2021 -5d p-modelnov",
        "30.08.2021 -1wd p-modelnov", "31.08.2021 due p-modelnov", "01.09.2021 +1wd p-modelnov",
        "03.09.2021 +3wd p-obraztsova", "09.09.2021 +7wd p-primerova",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "measure", "n", "days"), LADDERS, ids=[f"{row[0]} {row[1]} {row[2]}" for row in LADDERS]
)
def test_the_ladder_stands_on_these_days(office, cases, steps, plan, measure, n, days) -> None:
    of = office(plan)
    assert steps(cases(of, measure, YEAR)[n], of) == days


VPR = [
    # Весьегонск 2.5 «…в период проведения ВПР», 15.03–21.05.2021, 68 days: the lead, then one school's co-executor
    ("p-shablonova", [
        "15.03.2021 opening", "07.05.2021 -14d", "14.05.2021 -5d", "20.05.2021 -1wd", "21.05.2021 due",
        "24.05.2021 +1wd",
    ]),
    ("p-uchebnikova", [  # half of the term is 17 April, a Saturday; no «overdue» to one who only helps
        "15.03.2021 opening", "16.04.2021 half", "07.05.2021 -14d", "14.05.2021 -5d", "20.05.2021 -1wd",
        "21.05.2021 due",
    ]),
    ("p-maketov", ["26.05.2021 +3wd"]),
    ("p-obraztsova", ["01.06.2021 +7wd"]),
]  # fmt: skip


@pytest.mark.parametrize(("person", "days"), VPR)
def test_the_ladder_of_an_event_stands_on_its_days(office, cases, steps, person, days) -> None:
    vesyegonsk = office("vesyegonsk-2020")
    november, vpr = cases(vesyegonsk, "2.5", YEAR)
    assert [line.removesuffix(f" {person}") for line in steps(vpr, vesyegonsk) if line.endswith(person)] == days
    assert len(vpr.assignments) == 5
    assert steps(november, vesyegonsk)[0].startswith("30.10.2020 opening")


def test_what_waits_for_an_event_has_no_ladder(office, cases, steps) -> None:
    undated = office("vesyegonsk-2020", {"    start: 2021-03-15\n    end: 2021-05-21\n": ""})
    november, vpr = cases(undated, "2.5", YEAR)
    assert (len(steps(november, undated)) > 0, steps(vpr, undated)) == (True, [])
    assert due_actions(vpr, undated, frozenset(), datetime(2021, 6, 1, 9, tzinfo=UTC)) == ([], None)


OPENINGS = [
    # first day of a window due on Monday 21.06.2021, the day the assignment goes out
    (date(2021, 6, 21), "11.06.2021"),  # one day: 18, 17, 16, 15, 11 June; the 14th is off
    (date(2021, 6, 13), "07.06.2021"),  # nine days: 11, 10, 9, 8, 7
    (date(2021, 6, 12), "11.06.2021"),  # ten days: on the day itself, here a Saturday
    (date(2021, 6, 10), "10.06.2021"),
]


@pytest.mark.parametrize(("first", "day"), OPENINGS)
def test_a_window_under_ten_days_opens_five_working_days_before(office, cases, steps, first, day) -> None:
    lysva = office("lysva-2021")
    case = cases(lysva, "1.1", YEAR)[0]
    short = replace(case, occurrence=replace(case.occurrence, first=first))
    assert next(line for line in steps(short, lysva) if "opening" in line) == f"{day} opening p-eskizov"


def test_before_a_named_day_off_nobody_reads_that_the_due_day_is_today(office, cases, steps) -> None:
    """19 June 2021 is a Saturday: the rungs of the working day before and of the day itself are one."""
    lysva = office("lysva-2021", {"deadline: До 21 июня 2021": "deadline: 19 июня 2021"})
    case = cases(lysva, "1.1", YEAR)[0]
    assert [line for line in steps(case, lysva) if line.startswith("18")] == [
        "18.06.2021 -1wd p-eskizov",
        "18.06.2021 due p-eskizov",
    ]
    found, _ = due_actions(case, lysva, frozenset(), ural("18.06.2021 09:00"))
    assert [one.rung for one in found] == ["-1wd"]
    assert due_actions(case, lysva, {one.key for one in found}, ural("18.06.2021 12:00"))[0] == []


@pytest.mark.parametrize(("first", "told_early"), [(date(2021, 4, 23), True), (date(2021, 4, 24), False)])
def test_only_a_window_of_sixty_days_is_reminded_two_weeks_before(office, cases, steps, first, told_early) -> None:
    lysva = office("lysva-2021")
    case = cases(lysva, "1.1", YEAR)[0]
    short = replace(case, occurrence=replace(case.occurrence, first=first))
    assert any(" -14d " in line for line in steps(short, lysva)) is told_early


def test_the_ladder_is_the_plans(office, cases, steps) -> None:
    own = "escalation: {steps: [{rung: +2wd, kind: overdue, to: missing, offset: 2, working: true}]}\n  source:"
    lysva = office("lysva-2021", {"source:": own})
    assert steps(cases(lysva, "1.1", YEAR)[0], lysva) == ["23.06.2021 +2wd p-eskizov"]


# --- who is told

SILENT = [State.REPORTED, State.CLOSED, State.CANCELLED, State.NOT_TRIGGERED, State.SUPERSEDED]


def with_states(case: Case, *states: State) -> Case:
    given = [replace(one, state=state, reported_on=date(2021, 6, 15)) for one, state in zip(case.assignments, states)]  # noqa: B905  # the rest stay
    return replace(case, assignments=[*given, *case.assignments[len(given) :]])


@pytest.mark.parametrize("state", SILENT)
def test_nobody_is_reminded_after_a_report_or_the_end(office, cases, state) -> None:
    lysva = office("lysva-2021")
    case = with_states(cases(lysva, "1.1", YEAR)[0], state)
    assert {rung.kind for rung in ladder(case, lysva)} <= {"stalled"}


def test_the_others_are_still_told_when_the_lead_has_reported_and_nobody_when_he_is_accepted(office, cases) -> None:
    vesyegonsk = office("vesyegonsk-2020")
    case = cases(vesyegonsk, "2.5", YEAR)[1]
    heard = {rung.person for rung in ladder(with_states(case, State.REPORTED), vesyegonsk) if rung.kind != "stalled"}
    assert heard == {"p-uchebnikova", "p-igrekov", "p-zetova", "p-nektova"}
    assert list(ladder(with_states(case, State.CLOSED), vesyegonsk)) == []


def test_a_returned_report_is_awaited_again(office, cases, steps) -> None:
    lysva = office("lysva-2021")
    case = cases(lysva, "1.1", YEAR)[0]
    assert steps(with_states(case, State.RETURNED), lysva) == steps(case, lysva)


@pytest.mark.parametrize("flag", ["cancelled", "to_reconcile"])
def test_what_is_struck_or_to_be_reconciled_starts_no_ladder(office, cases, flag) -> None:
    lysva = office("lysva-2021")
    case = cases(lysva, "1.1", YEAR)[0]
    assert list(ladder(replace(case, occurrence=replace(case.occurrence, **{flag: True})), lysva)) == []


def test_a_reading_in_doubt_reminds_its_executors_and_nobody_else(office, cases, steps) -> None:
    lysva = office("lysva-2021", {"deadline: До 21 июня 2021": "deadline: 2021 год"})
    case = cases(lysva, "1.1", YEAR)[0]
    assert case.occurrence.ambiguous
    assert {line.split()[2] for line in steps(case, lysva)} == {"p-eskizov"}
    assert list(ladder(with_states(case, State.REPORTED), lysva)) == []


UNKNOWN = {"[Муниципальная рабочая группа]": "[Комиссия]"}
NO_CONTROLLER = UNKNOWN | {"controller: Начальник отдела общего образования": "controller: Никто"}
NO_HEAD = NO_CONTROLLER | {
    "issuer: Начальник управления образования": "issuer: Никто",
    "deputy_head: Заместитель начальника управления образования": "deputy_head: Никто",
}
MISSING = [
    # what the plan lacks, the owner, who hears the executor's, the controller's, the head's rungs
    (UNKNOWN, "p-dosugov", ("p-maketov", "p-maketov", "p-obraztsova")),
    (NO_CONTROLLER, "p-dosugov", ("p-dosugov", "p-dosugov", "p-obraztsova")),
    (NO_HEAD, "p-dosugov", ("p-dosugov", "p-dosugov", "p-dosugov")),
    (NO_HEAD, None, ("None", "None", "None")),  # shown, not lost
]


@pytest.mark.parametrize(("edits", "owner", "heard"), MISSING)
def test_what_would_go_to_a_missing_person_goes_to_the_controller_else_to_the_owner(
    office, cases, steps, edits, owner, heard
) -> None:
    lysva = office("lysva-2021", edits, owner=owner)
    found = {line.split()[1]: line.split()[2] for line in steps(cases(lysva, "1.1", YEAR)[0], lysva)}
    assert (found["opening"], found["+3wd"], found["+7wd"]) == heard


def test_a_person_in_another_zone_is_told_by_their_own_clock(office, cases) -> None:
    moscow = {"    email: eskizov@example.org\n": "    email: eskizov@example.org\n    timezone: Europe/Moscow\n"}
    lysva = office("lysva-2021", who=moscow)
    found = {rung.step: f"{rung.at:%H:%M}" for rung in ladder(cases(lysva, "1.1", YEAR)[0], lysva)}
    assert (found["due"], found["+3wd"]) == ("06:00", "04:00")  # 09:00 in Moscow, 09:00 in Lysva


STALLED = [
    # plan, measure, who accepts, who hears it next; reported on Tuesday 15.06.2021
    ("lysva-2021", "1.1", "p-maketov", "p-obraztsova"),
    ("artem-2020", "1", "p-primerova", "p-primerova"),  # the controller executes, so the issuer accepts
]


@pytest.mark.parametrize(("plan", "measure", "acceptor", "head"), STALLED)
def test_a_report_not_accepted_is_told_to_who_accepts_it_and_to_the_head(
    office, cases, steps, plan, measure, acceptor, head
) -> None:
    of = office(plan)
    case = with_states(cases(of, measure, YEAR)[0], State.REPORTED)
    assert steps(case, of) == [f"18.06.2021 stalled-3wd {acceptor}", f"24.06.2021 stalled-7wd {head}"]


# --- passes


def ural(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y %H:%M").replace(tzinfo=URAL)


def said(actions: Iterable[Action]) -> list[str]:
    return [f"{one.at.astimezone(URAL):%d.%m.%Y %H:%M} {one.rung} {one.person}" for one in actions]


PASSES = [
    # now in Lysva, what is said of 1.1 when nothing was before, when to look again
    ("30.12.2020 12:00", [], "31.12.2020 09:00"),
    ("31.12.2020 08:59", [], "31.12.2020 09:00"),
    ("31.12.2020 09:00", ["31.12.2020 09:00 opening p-eskizov"], "07.06.2021 09:00"),
    ("31.12.2020 12:00", ["31.12.2020 09:00 opening p-eskizov"], "07.06.2021 09:00"),
    ("31.12.2020 17:31", [], "11.01.2021 09:00"),  # not in the evening, and then come the holidays
    ("05.01.2021 12:00", [], "11.01.2021 09:00"),
    ("12.01.2021 12:00", ["12.01.2021 09:00 opening p-eskizov"], "07.06.2021 09:00"),
    ("17.06.2021 10:00", ["17.06.2021 09:00 -5d p-eskizov"], "18.06.2021 09:00"),  # three rungs are one
    ("19.06.2021 10:00", [], "21.06.2021 09:00"),  # a Saturday
    # he hears of it first, those who are told on him the next working day
    ("05.07.2021 10:00", ["05.07.2021 09:00 +1wd p-eskizov"], "06.07.2021 09:00"),
]


@pytest.mark.parametrize(("now", "actions", "upcoming"), PASSES)
def test_a_pass_says_the_youngest_rung_in_working_hours(office, cases, now, actions, upcoming) -> None:
    lysva = office("lysva-2021")
    case = cases(lysva, "1.1", YEAR)[0]
    found, following = due_actions(case, lysva, frozenset(), ural(now))
    assert (said(found), following) == (actions, ural(upcoming) if upcoming else None)
    sent = {one.key for one in found}
    again, _ = due_actions(case, lysva, sent, ural(now))
    assert not {one.kind for one in again} - {"controller", "head"}  # what was put off for this one's sake


def test_the_key_names_assignment_revision_rung_ordinal_person_and_channel(office, cases) -> None:
    lysva = office("lysva-2021")
    case = cases(lysva, "1.1", YEAR)[0]
    first, _ = due_actions(case, lysva, frozenset(), ural("05.07.2021 10:00"))
    second, _ = due_actions(case, lysva, {one.key for one in first}, ural("06.07.2021 09:00"))
    assert [one.key for one in first + second] == [
        "lysva-2021/1.1/1|working-group|r0|+1wd|1|p-eskizov|mail",
        "lysva-2021/1.1/1|r0|+3wd|1|p-maketov|mail",
        "lysva-2021/1.1/1|r0|+7wd|1|p-obraztsova|mail",
    ]


TELEGRAM = {
    "    email: eskizov@example.org\n": (
        '    email: eskizov@example.org\n    telegram: "1"\n    channels: [telegram, mail]\n'
    )
}
SUBSTITUTE = {
    "    email: eskizov@example.org\n": (
        "    email: eskizov@example.org\n    substitute: [{person: p-vymyslova, from: 2021-06-17, to: 2021-06-30}]\n"
    ),
    "    email: vymyslova@example.org\n": (
        '    email: vymyslova@example.org\n    telegram: "1"\n    channels: [telegram, mail]\n'
    ),
}


@pytest.mark.parametrize("who", [TELEGRAM, SUBSTITUTE], ids=["a new channel", "a substitute on another channel"])
def test_a_rung_said_on_one_channel_is_not_said_again_on_another(office, cases, who) -> None:
    before, after = office("lysva-2021"), office("lysva-2021", who=who)
    case = cases(before, "1.1", YEAR)[0]
    first, _ = due_actions(case, before, frozenset(), ural("16.06.2021 09:00"))
    sent = {one.key for one in first}
    assert due_actions(case, after, sent, ural("17.06.2021 10:00")) == ([], ural("18.06.2021 09:00"))
    following, _ = due_actions(case, after, sent, ural("18.06.2021 09:00"))
    assert [(one.rung, one.person, one.channel) for one in following] == [("-1wd", "p-eskizov", "telegram")]


def test_a_new_executor_hears_the_youngest_rung(office, cases) -> None:
    before = office("lysva-2021")
    case = cases(before, "1.1", YEAR)[0]
    first, _ = due_actions(case, before, frozenset(), ural("16.06.2021 09:00"))
    other = replace(case, assignments=[replace(case.assignments[0], person="p-vymyslova")])
    found, _ = due_actions(other, before, {one.key for one in first}, ural("17.06.2021 10:00"))
    assert said(found) == ["17.06.2021 09:00 -5d p-vymyslova"]


def test_the_due_day_passed_is_told_to_the_head_once_and_then_never(office, cases) -> None:
    lysva = office("lysva-2021")
    case = cases(lysva, "1.1", YEAR)[0]
    sent: set[str] = set()
    heard = []
    for days in range(400):
        found, _ = due_actions(case, lysva, sent, ural("22.06.2021 09:00") + timedelta(days=days))
        sent |= {one.key for one in found}
        heard += said(found)
    assert heard == [
        "22.06.2021 09:00 +1wd p-eskizov",
        "24.06.2021 09:00 +3wd p-maketov",
        "30.06.2021 09:00 +7wd p-obraztsova",
    ]


def moved(case: Case, due: date, at: str) -> Case:
    return replace(
        case, occurrence=replace(case.occurrence, due_on=due, nominal_due_on=due, revision=1, moved_at=ural(at))
    )


MOVED = {"lysva-2021/1.1/1|working-group|r1|moved|1|p-eskizov|mail"}


def test_a_move_is_told_by_itself_and_the_ladder_goes_on_from_there(office, cases) -> None:
    lysva = office("lysva-2021")
    case = moved(cases(lysva, "1.1", YEAR)[0], date(2021, 7, 5), "17.06.2021 12:00")
    assert due_actions(case, lysva, MOVED, ural("17.06.2021 13:00")) == ([], ural("21.06.2021 09:00"))
    found, _ = due_actions(case, lysva, MOVED, ural("21.06.2021 09:00"))
    assert [one.key for one in found] == ["lysva-2021/1.1/1|working-group|r1|-14d|1|p-eskizov|mail"]


def test_a_day_moved_into_the_past_is_still_told_to_the_controller_and_the_head(office, cases) -> None:
    lysva = office("lysva-2021")
    case = moved(cases(lysva, "1.1", YEAR)[0], date(2021, 5, 11), "17.06.2021 12:00")
    found, _ = due_actions(case, lysva, MOVED, ural("17.06.2021 13:00"))
    assert [(one.rung, one.person) for one in found] == [("+3wd", "p-maketov"), ("+7wd", "p-obraztsova")]


def test_a_new_executor_after_a_move_gets_his_opening(office, cases) -> None:
    lysva = office("lysva-2021")
    case = moved(cases(lysva, "1.1", YEAR)[0], date(2021, 7, 5), "17.06.2021 12:00")
    other = replace(case, assignments=[replace(case.assignments[0], person="p-vymyslova")])
    found, _ = due_actions(other, lysva, MOVED, ural("17.06.2021 13:00"))
    assert [(one.kind, one.person) for one in found] == [("opening", "p-vymyslova")]


def test_a_plan_whose_ladder_has_no_executors_tells_its_controller_at_once(office, cases) -> None:
    own = "escalation: {steps: [{rung: +3wd, kind: controller, to: controller, offset: 3, working: true}]}\n  source:"
    lysva = office("lysva-2021", {"source:": own})
    found, _ = due_actions(cases(lysva, "1.1", YEAR)[0], lysva, frozenset(), ural("05.07.2021 10:00"))
    assert said(found) == ["05.07.2021 09:00 +3wd p-maketov"]


def test_who_helps_may_have_heard_and_the_lead_is_still_told_first(office, cases) -> None:
    """Весьегонск 2.5: the key of a school's assignment is not one the occurrence waits for."""
    vesyegonsk = office("vesyegonsk-2020")
    case = cases(vesyegonsk, "2.5", YEAR)[1]
    helper = next(one for one in case.assignments if not one.blocking)
    now = datetime(2021, 6, 4, 7, tzinfo=UTC)
    heard = {f"{helper.key}|r0|half|1|{helper.person}|mail"}
    found, following = due_actions(case, vesyegonsk, heard, now)
    assert not {"controller", "head"} & {one.kind for one in found}
    found, _ = due_actions(case, vesyegonsk, heard | {one.key for one in found}, following)
    assert {"controller", "head"} <= {one.kind for one in found}


TOLD = [
    # now in Lysva, when the executor is told that his report was returned
    ("17.06.2021 12:00", "17.06.2021 12:00"),
    ("17.06.2021 18:00", "18.06.2021 09:00"),
    ("19.06.2021 12:00", "21.06.2021 09:00"),
    ("18.06.2021 07:00", "18.06.2021 09:00"),
]


@pytest.mark.parametrize(("now", "at"), TOLD)
def test_a_deed_is_told_at_once_in_working_hours(office, cases, now, at) -> None:
    lysva = office("lysva-2021")
    case = cases(lysva, "1.1", YEAR)[0]
    one = case.assignments[0]
    [action] = told("returned", 2, case, one, "p-eskizov", lysva, ural(now))
    assert (action.at, action.key) == (ural(at), "lysva-2021/1.1/1|working-group|r0|returned|2|p-eskizov|mail")


# --- silence

EMAIL = "    email: eskizov@example.org\n"
QUIET = {EMAIL: f"{EMAIL}    silence: [{{from: 2021-06-15, to: 2021-06-28}}]\n"}


def lived(case: Case, office: Office, first: str, days: int) -> list[str]:
    """What a pass every morning says, day after day."""
    sent: set[str] = set()
    heard = []
    for n in range(days):
        found, _ = due_actions(case, office, sent, ural(first) + timedelta(days=n))
        sent |= {one.key for one in found}
        heard += said(found)
    return heard


def test_while_the_executor_is_silenced_the_controller_hears_and_he_gets_one_letter_after(office, cases) -> None:
    """Due on 21 June: the rungs of the days before, of the day and after it are one on the day after the silence."""
    lysva = office("lysva-2021", who=QUIET)
    assert lived(cases(lysva, "1.1", YEAR)[0], lysva, "10.06.2021 09:00", 60) == [
        "10.06.2021 09:00 -14d p-eskizov",
        "24.06.2021 09:00 +3wd p-maketov",
        "29.06.2021 09:00 +1wd p-eskizov",
        "30.06.2021 09:00 +7wd p-obraztsova",
    ]


def test_the_controller_hears_of_one_who_was_silenced_from_the_first_day(office, cases) -> None:
    """Nobody was told, and nobody could be: the term does not pass unheard."""
    lysva = office("lysva-2021", who={EMAIL: f"{EMAIL}    silence: [{{from: 2020-12-01, to: 2021-11-30}}]\n"})
    assert lived(cases(lysva, "1.1", YEAR)[0], lysva, "20.12.2020 09:00", 200) == [
        "24.06.2021 09:00 +3wd p-maketov",
        "30.06.2021 09:00 +7wd p-obraztsova",
    ]


def test_one_of_several_who_can_be_told_is_told_before_the_controller(office, cases) -> None:
    """Кисловодск 1.2, four schools, one head silenced: the others hear on the 25th, the controller a day later."""
    mail = "    email: igrekov@example.org\n"
    kislovodsk = office("kislovodsk-2021", who={mail: f"{mail}    silence: [{{from: 2021-03-01, to: 2021-12-31}}]\n"})
    case = cases(kislovodsk, "1.2", date(2021, 3, 12))[0]
    now = datetime(2021, 3, 25, 9, tzinfo=kislovodsk.zone)
    first, following = due_actions(case, kislovodsk, frozenset(), now)
    assert {one.kind for one in first} == {"overdue"}
    assert {one.person for one in first} == {"p-iksova", "p-zetova", "p-nektova"}
    assert following == now + timedelta(days=1)
    second, _ = due_actions(case, kislovodsk, {one.key for one in first}, following)
    assert {one.kind for one in second} == {"controller", "head"}


def test_a_silenced_controller_is_told_after_and_the_head_in_time(office, cases) -> None:
    mail = "    email: maketov@example.org\n"
    lysva = office("lysva-2021", who={mail: f"{mail}    silence: [{{from: 2021-06-22, to: 2021-07-04}}]\n"})
    heard = lived(cases(lysva, "1.1", YEAR)[0], lysva, "21.06.2021 09:00", 40)
    assert heard[2:] == ["30.06.2021 09:00 +7wd p-obraztsova", "05.07.2021 09:00 +3wd p-maketov"]


def test_what_a_deed_tells_waits_for_the_end_of_the_silence(office, cases) -> None:
    lysva = office("lysva-2021", who=QUIET)
    case = cases(lysva, "1.1", YEAR)[0]
    [action] = told("returned", 1, case, case.assignments[0], "p-eskizov", lysva, ural("17.06.2021 12:00"))
    assert action.at == ural("29.06.2021 09:00")


# --- checkpoints

LONG = {"result: План мероприятий": "result: План мероприятий\n    checkpoints: [2021-03-15, 2021-05-14]"}
MARCH, MAY = "checkpoint:2021-03-15", "checkpoint:2021-05-14"


def checkpoints(case: Case, office: Office, steps) -> list[str]:
    return [line for line in steps(case, office) if "checkpoint" in line]


def test_a_checkpoint_asks_before_it_on_it_and_after_it(office, cases, steps) -> None:
    """Лысьва 1.1 runs from January to 21 June; five days before 15 March is a Wednesday, before 14 May a holiday."""
    lysva = office("lysva-2021", LONG)
    assert checkpoints(cases(lysva, "1.1", YEAR)[0], lysva, steps) == [
        f"10.03.2021 {MARCH}-5d p-eskizov", f"15.03.2021 {MARCH} p-eskizov", f"16.03.2021 {MARCH}+1wd p-eskizov",
        f"07.05.2021 {MAY}-5d p-eskizov", f"14.05.2021 {MAY} p-eskizov", f"17.05.2021 {MAY}+1wd p-eskizov",
    ]  # fmt: skip


def test_the_other_rungs_stand_beside_the_checkpoints(office, cases, steps) -> None:
    plain, lysva = office("lysva-2021"), office("lysva-2021", LONG)
    others = [line for line in steps(cases(lysva, "1.1", YEAR)[0], lysva) if "checkpoint" not in line]
    assert others == steps(cases(plain, "1.1", YEAR)[0], plain)


def test_an_interim_report_answers_its_checkpoint_and_the_next_still_asks(office, cases, steps) -> None:
    lysva = office("lysva-2021", LONG)
    case = cases(lysva, "1.1", YEAR)[0]
    given = replace(case, assignments=[replace(case.assignments[0], interim_on=date(2021, 3, 11))])
    assert {line.split()[1][:21] for line in checkpoints(given, lysva, steps)} == {MAY}


@pytest.mark.parametrize("state", SILENT)
def test_nobody_is_asked_for_interim_information_after_a_report_or_the_end(office, cases, steps, state) -> None:
    lysva = office("lysva-2021", LONG)
    assert checkpoints(with_states(cases(lysva, "1.1", YEAR)[0], state), lysva, steps) == []


def test_who_only_helps_is_not_asked_for_interim_information(office, cases, steps) -> None:
    edit = {"    result: План мероприятий": "    checkpoints: [2021-03-15]\n    result: План мероприятий"}
    both = {"[Муниципальная рабочая группа]": "[Муниципальная рабочая группа, Управление образования]"}
    lysva = office("lysva-2021", edit | both)
    case = cases(lysva, "1.1", YEAR)[0]
    assert len(case.assignments) == 2
    assert {line.split()[2] for line in checkpoints(case, lysva, steps)} == {"p-eskizov"}


def test_past_checkpoint_letters_are_one_and_do_not_swallow_the_reminder(office, cases) -> None:
    """After a long silence: one letter for each checkpoint that is still open, and the ladder's own."""
    quiet = {EMAIL: f"{EMAIL}    silence: [{{from: 2021-03-01, to: 2021-06-16}}]\n"}
    lysva = office("lysva-2021", LONG, quiet)
    heard = lived(cases(lysva, "1.1", YEAR)[0], lysva, "31.12.2020 09:00", 171)
    assert heard == [
        "31.12.2020 09:00 opening p-eskizov",
        "17.06.2021 09:00 -5d p-eskizov",
        f"17.06.2021 09:00 {MARCH}+1wd p-eskizov",
        f"17.06.2021 09:00 {MAY}+1wd p-eskizov",
        "18.06.2021 09:00 -1wd p-eskizov",
    ]


# --- any passes

NOWS = st.datetimes(datetime(2020, 8, 1), datetime(2021, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # the zone is given
CASES = st.sampled_from(
    [("lysva-2021", "1.1", 0), ("lysva-2021", "2.4", 1), ("artem-2020", "5", 0), ("vesyegonsk-2020", "2.5", 1)]
)


def youngest(case: Case, office: Office, now: datetime) -> set[tuple[str, str]]:
    """What each must have heard by *now*: the base of the key and the rung."""
    last: dict[tuple[str, ...], tuple[str, str]] = {}
    for rung in sorted(ladder(case, office), key=lambda one: one.at):
        if rung.at <= now:
            last[rung.track] = (rung.base, rung.step)
    return set(last.values())


@settings(max_examples=60)
@given(which=CASES, now=NOWS)
def test_the_next_instant_is_always_later_and_the_last_one_comes(office, cases, which, now) -> None:
    plan, measure, n = which
    of = office(plan)
    case = cases(of, measure, YEAR)[n]
    sent: set[str] = set()
    upcoming: datetime | None = now
    for _ in range(40):
        found, following = due_actions(case, of, sent, upcoming)
        assert not sent & {one.key for one in found}
        sent |= {one.key for one in found}
        assert following is None or following > upcoming
        if following is None:
            break
        upcoming = following
    assert following is None
    assert upcoming >= max(instants(case, of)) or now > max(instants(case, of))
    assert due_actions(case, of, sent, upcoming + timedelta(days=400)) == ([], None)


@settings(max_examples=60)
@given(which=CASES, nows=st.lists(NOWS, max_size=12))
def test_passes_at_any_instants_double_nothing_and_lose_no_youngest_rung(office, cases, which, nows) -> None:
    plan, measure, n = which
    of = office(plan)
    case = cases(of, measure, YEAR)[n]
    sent: set[str] = set()
    for now in sorted(nows):
        told_before = any(key.startswith(f"{one.key}|") for one in case.assignments if one.blocking for key in sent)
        found, following = due_actions(case, of, sent, now)
        assert told_before or not {one.kind for one in found} & {"controller", "head"}
        keys = [one.key for one in found]
        assert len(keys) == len(set(keys))
        assert not sent & set(keys)
        assert all(of.calendar.is_working(one.at.astimezone(of.zone).date()) for one in found)
        sent |= set(keys)
        heard = {(key.split("|r0|")[0], key.split("|r0|")[1].split("|")[0]) for key in sent}
        waiting = youngest(case, of, now) - heard
        # what is not yet said waits for the next working hours, and for no longer
        assert not waiting or (following is not None and following <= now + timedelta(days=11))
        local = now.astimezone(of.zone)
        if of.calendar.is_working(local.date()) and "09:00" <= f"{local:%H:%M}" < "17:30":
            assert not waiting or (not told_before and {base for base, _ in waiting} == {case.occurrence.key})


def test_every_instant_of_a_ladder_is_known_beforehand(office, cases) -> None:
    lysva = office("lysva-2021")
    case = cases(lysva, "1.1", YEAR)[0]
    known = instants(case, lysva)
    assert [at.astimezone(URAL) for at in known[:2]] == [ural("31.12.2020 09:00"), ural("07.06.2021 09:00")]
    assert all(one < two for one, two in pairwise(known))
    assert len(known) == 8
