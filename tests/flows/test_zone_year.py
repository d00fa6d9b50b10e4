"""The year 2026 in eleven zones: every message in its recipient's hours, one letter a slot, no rung lost, none twice.

Plans of four zones speak to people of all eleven; some are silent, some have a substitute in another zone, some report.
Passes are made when something is due, and up to eleven hours late, at night too.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, func, select

from engine.assignment import Case, State
from engine.calendar import WorkCalendar
from engine.escalation import Rung, ladder
from engine.office import Office
from engine.people import Directory
from engine.settings import Settings, load_settings
from engine.store import deeds, queries
from engine.store.installation import load_people, open_store
from engine.store.models import ItemRow, LetterRow, OccurrenceRow, PlanRow
from engine.transition import Deed
from flows.passes import pass_over
from notifiers.relevance import SUPERSEDED
from srok.syncing import sync_files

ZONES = [
    "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk",
    "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka",
]  # fmt: skip
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
ABSENCES = {
    # the westernmost is acted for by the easternmost and the other way round
    0: "substitute: [{person: p-10, from: 2026-03-16, to: 2026-04-10}]",
    10: "substitute: [{person: p-0, from: 2026-09-14, to: 2026-10-09}]",
    3: "silence: [{from: 2026-03-20, to: 2026-04-05}]",
    7: "silence: [{from: 2026-08-24, to: 2026-09-06}]",
}
PLANS = {"Europe/Kaliningrad": "k", "Europe/Moscow": "m", "Asia/Yekaterinburg": "y", "Asia/Kamchatka": "p"}
MEASURES = [
    ("1", "Март 2026", "Рабочая группа"),
    ("2", "до 31 августа 2026", "Рабочая группа"),
    ("3", "Сентябрь 2026", "Рабочая группа"),
    ("4", "Февраль-ноябрь 2026", "[Человек 2, Человек 9]"),
    ("5", "ежеквартально", "Человек 5"),
    ("6", "по графику", "Человек 8"),
]


def people() -> str:
    rows = [
        f"  - {{id: p-{n}, name: Человек {n}, email: p{n}@example.org, timezone: {zone}, {ABSENCES.get(n, 'post: x')}}}"
        for n, zone in enumerate(ZONES)
    ]
    members = ", ".join(f"p-{n}" for n in range(len(ZONES)))
    return "\n".join(["people:", *rows, f"roles: [{{id: r, title: Рабочая группа, group: [{members}]}}]", ""])


def plan(zone: str, name: str) -> str:
    head = (
        f"plan: {{id: {name}, title: План {name}, timezone: {zone}, horizon: {{from: 2026-01-01, to: 2026-12-31}}, "
        "controller: Человек 1, issuer: Человек 6, deputy_head: Человек 10}\nmeasures:\n"
    )
    return head + "".join(
        f'  - {{id: "{n}", title: Мероприятие {n}, deadline: {cell}, responsible: {who}}}\n'
        for n, cell, who in MEASURES
    )


@dataclass
class Year:
    """What the year left behind."""

    settings: Settings
    directory: Directory
    passes: list[datetime] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    reported: dict[str, datetime] = field(default_factory=dict)
    items: list[ItemRow] = field(default_factory=list)
    letters: dict[str, LetterRow] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)


def live(home: Path) -> Year:
    (home / "people.yaml").write_text(people(), encoding="utf-8")
    files = []
    for zone, name in PLANS.items():
        files.append(home / f"{name}-2026.yaml")
        files[-1].write_text(plan(zone, name), encoding="utf-8")
    settings = load_settings(home=home)
    sync_files(files, settings, START, "test")
    year = Year(settings, load_people(settings))
    late = random.Random(2026)
    with open_store(settings) as store:
        now: datetime | None = START
        while now is not None and now < END:
            year.alarms += pass_over(store, year.directory, settings, now).alarms
            year.passes.append(now)
            with store.writing() as session:
                _report(session, year, late, now)
            with store.reading() as session:
                now = _next(session, now)
            if now is not None:
                now += timedelta(minutes=late.choice((0, 0, 0, 1, 20, 130, 650)))
        with store.reading() as session:
            year.items = list(session.exec(select(ItemRow)))
            year.letters = {one.key: one for one in session.exec(select(LetterRow))}
            for row in queries.plans(session):
                office = year.offices[row.id] = queries.office(row, year.directory, None)
                rows = queries.occurrences(session, row.id)
                year.cases += queries.cases(session, rows, {row.id: queries.measures(office.roadmap)})
            session.expunge_all()
    return year


def _next(session, now: datetime) -> datetime | None:
    columns = (
        OccurrenceRow.next_action_at, PlanRow.next_digest_at, PlanRow.next_report_at, LetterRow.next_try_at, ItemRow.at,
    )  # fmt: skip
    coming = [session.exec(select(func.min(one)).where(col(one) > now)).one() for one in columns]
    waits = session.exec(
        select(func.count()).select_from(ItemRow).where(col(ItemRow.letter).is_(None), col(ItemRow.dropped).is_(None))
    ).one()
    known = [one.replace(tzinfo=UTC) for one in coming if one is not None]
    return min([*known, *([now + timedelta(hours=1)] if waits else [])], default=None)


def _report(session, year: Year, chance: random.Random, now: datetime) -> None:
    """On some passes one of the group reports; nobody accepts it."""
    if not 9 <= now.month <= 10 or chance.random() > 0.1:
        return
    row = session.get(PlanRow, "m")
    office = queries.office(row, year.directory, None)
    person = f"p-{chance.randrange(len(ZONES))}"
    (occurrence,) = queries.occurrences(session, "m", "3")
    found = {one.person: one for one in queries.assignments(session, [occurrence.key])[occurrence.key]}[person]
    if found.key in year.reported or now.astimezone(office.zone).date() < date(2026, 9, 2):
        return
    target = deeds.Target("3", responsible=found.key)
    deeds.perform(session, office, target, deeds.Act(Deed.REPORT, person, None, "test", text="Готово"), now)
    year.reported[found.key] = now


@pytest.fixture(scope="module")
def year(tmp_path_factory) -> Year:
    return live(tmp_path_factory.mktemp("year"))


def test_every_message_is_sent_in_the_hours_of_who_gets_it(year) -> None:
    assert outside_hours(year) == []
    assert len(year.letters) > 250
    zones = {zone_of(year, letter) for letter in year.letters.values()}
    assert len(zones) == len(ZONES)
    assert {one.state for one in year.letters.values()} == {"sent"}


def zone_of(year: Year, letter: LetterRow) -> ZoneInfo:
    """The zone of who has the address, a substitute included."""
    (person,) = [one for one in year.directory.people.values() if one.email == letter.address]
    return ZoneInfo(person.timezone)


def outside_hours(year: Year) -> list[str]:
    calendar, found = WorkCalendar(), []
    for letter in year.letters.values():
        local = letter.sent_at.astimezone(zone_of(year, letter))
        if not (calendar.is_working(local.date()) and time(9) <= local.time() <= time(17, 30)):
            found.append(f"{letter.key} {letter.address} {local}")
    return found


def test_a_slot_has_one_letter_a_person_and_channel(year) -> None:
    """«At once» may bring more in a day: the messages of transitions."""
    slots: dict[tuple, list[str]] = defaultdict(list)
    for item in year.items:
        if item.letter is not None and item.kind != "reported":
            letter = year.letters[item.letter]
            day = letter.sent_at.astimezone(zone_of(year, letter)).date()
            slots[letter.person, letter.channel, day].append(letter.key)
    assert [keys for keys in slots.values() if len(set(keys)) > 1] == []


def test_nothing_is_said_twice_and_every_letter_is_one_file(year) -> None:
    files = list((year.settings.home / "mail").glob("*.eml"))
    keys = Counter(message_from_bytes(one.read_bytes())["X-Srok-Key"].replace("\r\n ", "") for one in files)
    assert len(files) == len(year.letters)
    assert max(keys.values()) == 1
    assert Counter(one.key.rpartition("|")[0] for one in year.items).most_common(1)[0][1] == 1


def test_no_rung_is_lost(year) -> None:
    checked, lost = lost_rungs(year)
    assert lost == []
    assert checked > 800


def lost_rungs(year: Year) -> tuple[int, list[str]]:
    """The rungs that nobody was told though a pass could have told them before a younger one or a report."""
    told = {one.key.rpartition("|")[0]: one for one in year.items}
    checked, lost = 0, []
    last = year.passes[-1]
    for case in year.cases:
        office = year.offices[case.occurrence.plan]
        for track in tracks(case, office):
            for n, rung in enumerate(track):
                if rung.at > last - timedelta(days=5):
                    continue
                checked += 1
                if key_of(rung) in told:
                    continue
                younger = [one.at for one in track[n + 1 :] if key_of(one) in told]
                reports = [year.reported.get(one.key) for one in case.assignments if rung.assignment in {None, one.key}]
                given = [one for one in reports if one is not None]
                every = [max(given)] if len(given) == len(reports) else []
                until = min([*younger, *every], default=END)
                if could_speak(year.passes, office, rung, until):
                    lost.append(f"{key_of(rung)} {rung.at}")
    return checked, lost


def tracks(case: Case, office: Office) -> list[list[Rung]]:
    """The rungs as they stand, and as they stood before anybody had reported; each track by instant."""
    before = replace(case, assignments=[replace(one, state=State.SENT) for one in case.assignments])
    found: dict[tuple, dict[str, Rung]] = defaultdict(dict)
    for rung in (*ladder(before, office), *ladder(case, office)):
        found[rung.track][key_of(rung)] = rung
    return [sorted(rungs.values(), key=lambda one: one.at) for rungs in found.values()]


def key_of(rung: Rung) -> str:
    return "|".join((rung.base, f"r{rung.revision}", rung.step, str(rung.ordinal), rung.person or "-"))


def could_speak(passes: Iterable[datetime], office: Office, rung: Rung, until: datetime) -> bool:
    return any(rung.at <= one < until and office.may_speak(rung.person, one) for one in passes)


def test_what_was_dropped_was_pointless(year) -> None:
    whys = Counter(one.dropped for one in year.items if one.dropped is not None)
    assert set(whys) <= {SUPERSEDED, "отчёт уже дан", "отчёты уже даны", "сказать нечего"}
    waiting = [one.key for one in year.items if one.letter is None and one.dropped is None]
    assert all(one.at > END - timedelta(days=5) for one in year.items if one.key in waiting)


def test_the_daily_check_finds_nothing_forgotten_in_a_year_of_late_passes(year) -> None:
    assert [one for one in year.alarms if "пропущено" in one] == []  # what passes at night leave waiting is said
