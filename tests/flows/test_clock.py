"""A clock that jumps, and a machine that sleeps: nothing is doubled, and what was missed comes once."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from engine.settings import Settings, load_settings
from engine.store.installation import load_people, open_store
from engine.store.models import ItemRow, LetterRow
from flows.passes import pass_over
from srok.syncing import sync_files

ROOT = Path(__file__).parents[2]
SYNCED = datetime(2021, 5, 31, 4, tzinfo=UTC)
LYSVA_1_1 = "lysva-2021/1.1/1"
JULY = 35
"""Days from SYNCED until the ladder of 1.1 has been climbed."""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home with the example people and lysva-2021, whose letters go into a folder."""
    people = (ROOT / "plans" / "people.example.yaml").read_text(encoding="utf-8")
    (tmp_path / "people.yaml").write_text(people, encoding="utf-8")
    settings = load_settings(home=tmp_path)
    sync_files([ROOT / "plans" / "lysva-2021.yaml"], settings, SYNCED, "test")
    return settings


def live(settings: Settings, days: list[float]) -> list[int]:
    """A pass on each day, in this order; how many messages each queued."""
    people = load_people(settings)
    with open_store(settings) as store:
        return [pass_over(store, people, settings, SYNCED + timedelta(days=day)).queued for day in days]


def items(settings: Settings) -> list[ItemRow]:
    with open_store(settings) as store, store.reading() as session:
        return list(session.exec(select(ItemRow)))


def ladder(settings: Settings) -> Counter[str]:
    return Counter(one.rung for one in items(settings) if one.occurrence_key == LYSVA_1_1)


CALM = ["+1wd", "+3wd", "+7wd", "-14d", "-1wd", "-5d", "due", "opening"]
JUMPS = [
    ("two days back", [*range(18), 16, 16.5, *range(17, JULY)], CALM),
    ("a year back", [*range(18), *range(-365, -360), *range(17, JULY)], CALM),
    # From the 18th of June to the 29th and back: what the clock called past is told too early and again in its time.
    ("eleven days forward", [*range(19), 29, *range(19, JULY)], sorted([*CALM, "+1wd", "+3wd"])),
    ("two months forward", [*range(19), 80, 80.1, *range(19, JULY)], sorted([*CALM, "+1wd", "+3wd", "+7wd"])),
]


@pytest.mark.parametrize(("why", "days", "rungs"), JUMPS)
def test_a_clock_that_jumps_loses_and_doubles_nothing_said_in_its_time(home, why, days, rungs):
    live(home, days)
    assert sorted(ladder(home).elements()) == rungs


def test_a_clock_that_went_back_finds_nothing_to_do(home):
    live(home, [*range(17)])
    assert live(home, [15, 10, 16]) == [0, 0, 0]


def test_the_digest_returns_after_a_clock_that_was_a_year_ahead(home):
    live(home, [0, 7, 400, 8, 14, 15, 21, 28])
    weeks = [one.at.date().isoformat() for one in items(home) if one.kind == "digest"]
    assert {"2021-06-15", "2021-06-21", "2021-06-28"} <= set(weeks)


def test_a_machine_that_slept_says_what_it_missed_in_one_letter_a_person(home):
    """Ten days with rungs of many measures, weekly digests among them; awake, each of them has its own letter."""
    live(home, [0])
    with open_store(home) as store, store.reading() as session:
        before = set(session.exec(select(LetterRow.key)))
    live(home, [22])
    with open_store(home) as store, store.reading() as session:
        after = [one for one in session.exec(select(LetterRow)) if one.key not in before]
    assert Counter(one.person for one in after).most_common(1)[0][1] == 1
    assert ladder(home) == {"opening": 1, "+1wd": 1}
