"""A home in which 1,000 actions are due now, what its outbox holds, and what an undisturbed pass makes of a copy."""

import os
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from ruamel.yaml import YAML
from sqlmodel import select

from engine.settings import Settings, load_settings
from engine.store.database import Store
from engine.store.models import ItemRow, LetterRow
from flows.passes import run_pass
from notifiers.fates import LEASE
from srok.syncing import sync_files

ROOT = Path(__file__).parents[2]
MEASURES = 1000
PEOPLE = 100
PLAN = "thousand"
SECRET = SecretStr("one-for-all-machines")
NOON = 12


@dataclass(frozen=True)
class Outbox:
    """What stands in the outbox: the keys, the letter of each item that has one, the state of each letter."""

    items: frozenset[str]
    letters: dict[str, str]
    states: dict[str, str]
    doubts: int

    def __str__(self) -> str:
        counts = Counter(self.states.values())
        letters = ", ".join(f"{state} {n}" for state, n in sorted(counts.items())) or "no letters"
        return f"{len(self.items)} items, {letters}"


def zone_where_it_is_noon(now: datetime) -> str:
    """Etc/GMT signs are turned round: Etc/GMT-5 is UTC+5."""
    offset = NOON - now.hour
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


def make_home(
    home: Path,
    now: datetime,
    database_url: str = "",
    *,
    measures: int = MEASURES,
    people: int = PEOPLE,
    slot: str = "09:00",
) -> Settings:
    """Sync a plan of 1,000 measures that opened this morning: 100 people are to be told of ten each.

    Where it is noon at *now*, so that a pass may speak whenever the tests run; the letters go into a folder.
    """
    zone = zone_where_it_is_noon(now)
    today = now.astimezone(ZoneInfo(zone)).date()
    home.mkdir(parents=True, exist_ok=True)
    numbers = range(people)
    directory = {
        "people": [{"id": f"p-{n}", "name": f"Условнов {n}", "email": f"p{n}@example.org"} for n in numbers],
        "roles": [{"id": f"r-{n}", "title": f"Отдел {n}", "holder": f"p-{n}"} for n in numbers],
    }
    plan = {
        "plan": {
            "id": PLAN,
            "title": "Тысяча мероприятий",
            "timezone": zone,
            "horizon": {"from": today, "to": today + timedelta(days=60)},
            "issuer": "Отдел 0",
            "controller": "Отдел 1",
            "deputy_head": "Отдел 2",
            "calendar": {"extra_working_days": [today]},
            "escalation": {"slot": slot, "hours": ["00:00", "23:59"]},
        },
        "measures": [
            {
                "id": f"{n}",
                "title": f"Мероприятие {n}",
                "deadline": f"до {today + timedelta(days=40):%d.%m.%Y}",
                "responsible": f"Отдел {n % people}",
            }
            for n in range(1, measures + 1)
        ],
    }
    _write(home / "people.yaml", directory)
    path = home / "thousand.yaml"
    _write(path, plan)
    settings = load_settings(home=home, database_url=database_url, secret_key=SECRET)
    sync_files([path], settings, now - timedelta(days=2), "test")
    return settings


def _write(path: Path, content: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(content, file)


def copy_home(template: Settings, home: Path, database_url: str = "") -> Settings:
    """Return a home of its own with the same people and, on SQLite, the same store."""
    home.mkdir(parents=True)
    shutil.copy(template.people_file, home / "people.yaml")
    if not database_url:
        assert template.database_file is not None
        shutil.copy(template.database_file, home / "srok.db")
    return load_settings(home=home, database_url=database_url, secret_key=SECRET)


def make_due_again(template: Settings, settings: Settings) -> None:
    """Put the store of the template over the one in use, in one transaction, and take away the letters."""
    assert template.database_file
    assert settings.database_file
    with (
        closing(sqlite3.connect(template.database_file)) as source,
        closing(sqlite3.connect(settings.database_file, timeout=30)) as target,
    ):
        source.backup(target)
    shutil.rmtree(settings.home / "mail", ignore_errors=True)


def environment(settings: Settings) -> dict[str, str]:
    """What a process needs to work on that home with the code under test."""
    given = {
        "SROK_HOME": str(settings.home),
        "SROK_DATABASE_URL": settings.database,
        "SROK_SECRET_KEY": SECRET.get_secret_value(),
        "PYTHONPATH": str(ROOT),
    }
    own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return own | given


def outbox(settings: Settings) -> Outbox:
    """Read the outbox as it stands."""
    store = Store(settings.database)
    try:
        with store.reading() as session:
            items = session.exec(select(ItemRow.key, ItemRow.letter)).all()
            letters: Any = session.exec(select(LetterRow.key, LetterRow.state, LetterRow.doubts)).all()
    finally:
        store.close()
    return Outbox(
        frozenset(key for key, _ in items),
        {key: letter for key, letter in items if letter is not None},
        {key: state for key, state, _ in letters},
        sum(doubts for *_, doubts in letters),
    )


def undisturbed(settings: Settings, now: datetime) -> Outbox:
    """What a pass at *now* puts into the outbox when nothing goes wrong."""
    run_pass(settings, now)
    return outbox(settings)


def after_the_lease(settings: Settings, now: datetime) -> Outbox:
    """What a pass finds when the lease of whoever was killed has run out."""
    run_pass(settings, now + LEASE + timedelta(minutes=1))
    return outbox(settings)
