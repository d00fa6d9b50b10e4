"""By which channel a person is told: the first of theirs that works and has an address; and when."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from engine.escalation import ladder
from engine.office import address, first_channel
from engine.people import CHANNELS, Person

NTFY = "ntfy://user:secret@server/topic"
CHOICES = [
    (("mail",), "mail", "a@example.org"),
    (("telegram", "mail"), "telegram", "42"),
    (("max", "mail"), "max", "7"),
    (("telegram", "max"), "telegram", "42"),
    ((NTFY, "mail"), "apprise-628f42ca", "apprise-628f42ca"),
]


@pytest.mark.parametrize(("channels", "chosen", "where"), CHOICES)
def test_the_first_channel_that_works_is_taken(channels, chosen, where) -> None:
    person = Person(id="a", name="А", email="a@example.org", telegram="42", max="7", channels=channels)
    assert (first_channel(person), address(person, chosen)) == (chosen, where)


def test_a_person_without_any_address_is_looked_for_by_mail() -> None:
    person = Person(id="a", name="А", channels=CHANNELS)
    assert (first_channel(person), address(person, "mail")) == ("mail", None)


URAL = ZoneInfo("Asia/Yekaterinburg")
EMAIL = "    email: eskizov@example.org\n"


def quiet(start: str, end: str) -> dict[str, str]:
    return {EMAIL: f"{EMAIL}    silence: [{{from: {start}, to: {end}}}]\n"}


SPEAKS = [
    # silenced from, to, now in Лысьва, may he be told, the next slot; 12 and 14 June 2021 are off, 21 June is a Monday
    ("2021-06-16", "2021-06-18", "2021-06-15 12:00", True, "2021-06-21 09:00"),
    ("2021-06-16", "2021-06-18", "2021-06-15 18:00", False, "2021-06-21 09:00"),
    ("2021-06-16", "2021-06-18", "2021-06-16 00:30", False, "2021-06-21 09:00"),
    ("2021-06-16", "2021-06-18", "2021-06-17 12:00", False, "2021-06-21 09:00"),
    ("2021-06-16", "2021-06-18", "2021-06-19 12:00", False, "2021-06-21 09:00"),  # over, but a Saturday
    ("2021-06-16", "2021-06-17", "2021-06-17 23:59", False, "2021-06-18 09:00"),
    ("2021-06-16", "2021-06-17", "2021-06-18 09:00", True, "2021-06-21 09:00"),
    ("2021-06-11", "2021-06-14", "2021-06-10 20:00", False, "2021-06-15 09:00"),
]


@pytest.mark.parametrize(("start", "end", "now", "speaks", "following"), SPEAKS)
def test_a_silenced_person_is_told_after_the_last_day(office, start, end, now, speaks, following) -> None:
    lysva = office("lysva-2021", who=quiet(start, end))
    moment, slot = (datetime.fromisoformat(one).replace(tzinfo=URAL) for one in (now, following))
    assert lysva.may_speak("p-eskizov", moment) is speaks
    assert lysva.next_slot("p-eskizov", moment) == slot
    assert lysva.at_once("p-eskizov", moment) == (moment if speaks else slot)
    assert lysva.may_speak("p-maketov", datetime(2021, 6, 17, 12, tzinfo=URAL))


def test_two_silences_on_end_are_one(office) -> None:
    both = "silence: [{from: 2021-06-16, to: 2021-06-20}, {from: 2021-06-21, to: 2021-06-25}]"
    lysva = office("lysva-2021", who={EMAIL: f"{EMAIL}    {both}\n"})
    assert lysva.next_slot("p-eskizov", datetime(2021, 6, 17, 12, tzinfo=URAL)) == datetime(2021, 6, 28, 9, tzinfo=URAL)


def test_a_silence_is_of_the_persons_own_days(office) -> None:
    """In Moscow it is still the 15th when it is the 16th in Лысьва."""
    moscow = {EMAIL: f"{EMAIL}    timezone: Europe/Moscow\n    silence: [{{from: 2021-06-16, to: 2021-06-16}}]\n"}
    lysva = office("lysva-2021", who=moscow)
    assert lysva.may_speak("p-eskizov", datetime(2021, 6, 15, 19, tzinfo=URAL))  # 17:00 there
    assert lysva.next_slot("p-eskizov", datetime(2021, 6, 15, 20, tzinfo=URAL)) == datetime(
        2021, 6, 17, 9, tzinfo=ZoneInfo("Europe/Moscow")
    )


KAMCHATKA, KALININGRAD = ZoneInfo("Asia/Kamchatka"), ZoneInfo("Europe/Kaliningrad")
FAR = {
    EMAIL: f"{EMAIL}    timezone: Europe/Kaliningrad\n"
    "    substitute: [{person: p-maketov, from: 2021-06-16, to: 2021-06-18}]\n",
    "    email: maketov@example.org\n": "    email: maketov@example.org\n    timezone: Asia/Kamchatka\n",
}
FAR_AWAY = [
    # a moment, may who acts for p-eskizov be told, the next slot
    (datetime(2021, 6, 15, 12, tzinfo=KALININGRAD), True, datetime(2021, 6, 16, 9, tzinfo=KAMCHATKA)),
    (datetime(2021, 6, 16, 9, tzinfo=KALININGRAD), False, datetime(2021, 6, 17, 9, tzinfo=KAMCHATKA)),  # 19:00 there
    (datetime(2021, 6, 17, 9, tzinfo=KAMCHATKA), True, datetime(2021, 6, 18, 9, tzinfo=KAMCHATKA)),
    (datetime(2021, 6, 18, 12, tzinfo=KALININGRAD), False, datetime(2021, 6, 21, 9, tzinfo=KALININGRAD)),
]


@pytest.mark.parametrize(("moment", "speaks", "following"), FAR_AWAY)
def test_a_substitute_is_told_in_the_hours_of_where_he_is(office, moment, speaks, following) -> None:
    lysva = office("lysva-2021", who=FAR)
    assert lysva.may_speak("p-eskizov", moment) is speaks
    assert lysva.next_slot("p-eskizov", moment) == following


def test_the_rungs_of_who_is_away_fall_into_the_slots_of_who_acts(office, cases) -> None:
    lysva = office("lysva-2021", who=FAR)
    case = cases(lysva, "1.1", datetime(2021, 1, 1, tzinfo=URAL).date())[0]  # due on Monday 21.06.2021
    found = {one.step: one.at for one in ladder(case, lysva) if one.person == "p-eskizov"}
    assert found["-5d"] == datetime(2021, 6, 16, 9, tzinfo=KAMCHATKA)
    assert found["due"] == datetime(2021, 6, 21, 9, tzinfo=KALININGRAD)
