"""The weekly digest: on the first working day of the week, to each what is theirs, once."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.assignment import Case, State
from engine.calendar import WorkCalendar
from engine.digest import (
    digest_actions,
    first_digest,
    next_digest,
    recipients,
    unit_of,
    week_day,
    worth_telling,
)
from flows.rehearsal import planned

URAL = ZoneInfo("Asia/Yekaterinburg")
CALENDAR = WorkCalendar()


def ural(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y %H:%M").replace(tzinfo=URAL)


WEEKS = [
    # a day, the first working day of its week
    (date(2021, 6, 23), date(2021, 6, 21)),
    (date(2021, 6, 21), date(2021, 6, 21)),
    (date(2021, 6, 18), date(2021, 6, 15)),  # Monday the 14th is off for 12 June
    (date(2021, 2, 26), date(2021, 2, 24)),  # Monday and Tuesday are off
    (date(2021, 1, 6), None),  # the whole week is off
    (date(2020, 12, 31), date(2020, 12, 28)),
]


@pytest.mark.parametrize(("day", "first"), WEEKS)
def test_a_week_begins_on_its_first_working_day(day, first) -> None:
    assert week_day(day, CALENDAR) == first


NEXT = [
    ("21.06.2021 08:59", "21.06.2021 09:00"),
    ("21.06.2021 09:00", "28.06.2021 09:00"),
    ("23.06.2021 12:00", "28.06.2021 09:00"),  # a plan synced in mid-week begins with the next week
    ("30.12.2020 12:00", "11.01.2021 09:00"),  # over the holidays
]


@pytest.mark.parametrize(("now", "following"), NEXT)
def test_the_next_digest_is_after_now(office, now, following) -> None:
    assert next_digest(ural(now), None, office("lysva-2021")) == ural(following)


def test_the_controller_and_the_head_see_all_and_heads_of_units_what_is_theirs(office) -> None:
    assert recipients(office("lysva-2021")) == [
        ("p-uslovnova", "upravlenie"),
        ("p-vymyslova", "tsnmo"),
        ("p-maketov", None),
        ("p-obraztsova", None),
    ]


def test_the_head_of_two_units_gets_the_digest_of_each(office) -> None:
    lysva = office("lysva-2021", who={"    head: p-vymyslova": "    head: p-uslovnova"})
    assert recipients(lysva)[:2] == [("p-uslovnova", "upravlenie"), ("p-uslovnova", "tsnmo")]
    known = planned(lysva, ural("01.01.2021 00:00"))
    found, _ = digest_actions(lysva, known, frozenset(), ural("23.12.2024 09:00"))
    keys = {one.key.partition("/2024")[0] for one in found if one.person == "p-uslovnova"}
    assert keys == {"lysva-2021/digest:upravlenie", "lysva-2021/digest:tsnmo"}


def test_the_first_digest_is_that_of_the_first_recipient(office) -> None:
    moscow = {
        f"    email: {name}@example.org\n": f"    email: {name}@example.org\n    timezone: Europe/Moscow\n"
        for name in ("uslovnova", "vymyslova", "maketov", "obraztsova")
    }
    assert first_digest(office("lysva-2021"), ural("21.06.2021 08:59")) == ural("21.06.2021 09:00")
    assert first_digest(office("lysva-2021", who=moscow), ural("21.06.2021 09:30")) == ural("21.06.2021 11:00")


SHOWN = [
    # Лысьва 2.4, August 2021: day, state, whether a digest tells of it
    (date(2021, 8, 23), State.SENT, False),
    (date(2021, 8, 24), State.SENT, True),  # due within a week
    (date(2021, 10, 4), State.SENT, True),  # overdue, until it is closed
    (date(2021, 10, 4), State.REPORTED, True),
    (date(2021, 10, 4), State.CLOSED, False),
]


@pytest.mark.parametrize(("today", "state", "shown"), SHOWN)
def test_a_digest_tells_of_what_is_overdue_or_due_within_a_week(office, cases, today, state, shown) -> None:
    case = cases(office("lysva-2021"), "2.4", date(2021, 1, 1))[1]
    case = replace(case, assignments=[replace(case.assignments[0], state=state)])
    assert bool(worth_telling(case, None, today)) is shown
    assert bool(worth_telling(case, "upravlenie", today)) is shown
    assert worth_telling(case, "tsnmo", today) == []


@pytest.mark.parametrize("flag", ["cancelled", "to_reconcile"])
def test_a_digest_does_not_tell_of_what_is_struck_or_to_be_reconciled(office, cases, flag) -> None:
    case = cases(office("lysva-2021"), "2.4", date(2021, 1, 1))[0]
    struck = Case(replace(case.occurrence, **{flag: True}), case.assignments, case.measure)
    assert worth_telling(struck, None, date(2021, 10, 4)) == []


def test_what_awaits_its_date_stands_in_every_digest(office, cases) -> None:
    """Артём 4, «по графику»."""
    case = cases(office("artem-2020"), "4", date(2020, 9, 1))[0]
    assert len(worth_telling(case, None, date(2020, 9, 7))) == 1


PASSES = [
    # now in Lysva, who gets the digest of the week of 30.08.2021 (2.4 and others are due on the 31st)
    ("30.08.2021 08:59", []),
    ("30.08.2021 09:00", ["p-uslovnova", "p-maketov", "p-obraztsova"]),
    ("30.08.2021 18:00", []),  # the machine was off: on the next morning
    ("31.08.2021 09:00", ["p-uslovnova", "p-maketov", "p-obraztsova"]),
    ("04.09.2021 12:00", []),  # a Saturday
]


@pytest.mark.parametrize(("now", "receivers"), PASSES)
def test_a_digest_goes_out_in_working_hours_once(office, now, receivers) -> None:
    lysva = office("lysva-2021")
    known = planned(lysva, ural("01.08.2021 00:00"))
    found, following = digest_actions(lysva, known, frozenset(), ural(now))
    assert [one.person for one in found] == receivers
    assert following is not None
    assert following > ural(now)
    again, _ = digest_actions(lysva, known, {one.key for one in found}, ural(now))
    assert again == []


def test_a_new_channel_in_mid_week_brings_no_second_digest(office) -> None:
    telegram = {
        "    email: maketov@example.org\n": (
            '    email: maketov@example.org\n    telegram: "1"\n    channels: [telegram]\n'
        )
    }
    before, after = office("lysva-2021"), office("lysva-2021", who=telegram)
    known = planned(before, ural("01.08.2021 00:00"))
    found, _ = digest_actions(before, known, frozenset(), ural("30.08.2021 09:00"))
    again, _ = digest_actions(after, known, {one.key for one in found}, ural("31.08.2021 09:00"))
    assert again == []


def test_a_digest_that_would_be_empty_is_not_sent(office) -> None:
    lysva = office("lysva-2021")
    found, following = digest_actions(lysva, [], frozenset(), ural("30.08.2021 09:00"))
    assert (found, following) == ([], ural("06.09.2021 09:00"))


def test_the_key_of_a_digest_is_its_scope_and_week(office) -> None:
    lysva = office("lysva-2021")
    found, _ = digest_actions(lysva, planned(lysva, ural("01.08.2021 00:00")), frozenset(), ural("30.08.2021 09:00"))
    keys = {one.person: one.key for one in found}
    assert keys["p-uslovnova"] == "lysva-2021/digest:upravlenie/2021-W35|r0|digest|1|p-uslovnova|mail"
    assert keys["p-maketov"] == "lysva-2021/digest/2021-W35|r0|digest|1|p-maketov|mail"
    assert (unit_of(keys["p-uslovnova"]), unit_of(keys["p-maketov"])) == ("upravlenie", None)
