"""Measures what one plan's status costs in a large installation against a small one: `make bench`.

Both hold plans of the same size; only their number differs. The stores are read in turn, warm.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import event, insert, select
from sqlmodel import Session, SQLModel

from engine.calendar import WorkCalendar
from engine.office import Office
from engine.people import Directory
from engine.people_file import read_people
from engine.plan_file import read_plan
from engine.settings import FILE_NAME
from engine.store import queries
from engine.store.database import Store
from engine.store.models import PassRow
from engine.store.sync import sync_plan
from flows.passes import track
from srok.standing import standing, status_json

ROOT = Path(__file__).parents[1]
PEOPLE = ROOT / "plans" / "people.example.yaml"
SCHOOLS = 4
PLANS = (5, 200)
MEASURES = 125
ROUNDS, COMMANDS = 41, 9
FIRST = "plan-000"
SYNCED = datetime(2021, 1, 11, 6, tzinfo=UTC)
SHOWN = datetime(2021, 6, 16, 6, tzinfo=UTC)
CLONED = ("plan", "occurrence", "assignment", "item", "journal")
MONTHS = ("январь", "март", "май", "июнь", "август", "октябрь", "декабрь")


def main() -> None:
    """Print the table and the ratios."""
    with tempfile.TemporaryDirectory(prefix="srok-bench-") as folder:
        homes = [Path(folder) / str(plans) for plans in PLANS]
        for home, plans in zip(homes, PLANS, strict=True):
            install(home, plans, MEASURES)
        stores = [Store(_url(home)) for home in homes]
        counts = [counted(store) for store in stores]
        times = _in_turn(ROUNDS, [partial(one_status, store) for store in stores])
        for store in stores:
            store.close()
        commands = _in_turn(COMMANDS, [partial(_command, home) for home in homes])
    print(f"status of one plan of {MEASURES * SCHOOLS} assignments")
    print(f"{'plans':>7}{'assignments':>13}{'statements':>12}{'rows':>7}{'status ms':>11}{'command ms':>12}")
    for plans, (statements, rows), status, command in zip(PLANS, counts, times, commands, strict=True):
        print(f"{plans:7}{plans * MEASURES * SCHOOLS:13,}{statements:12}{rows:7}{status:11.1f}{command:12.1f}")
    _print_goal("status-plans", times[1] / times[0])
    _print_goal("status-plans (command)", commands[1] / commands[0])


def install(home: Path, plans: int, measures: int) -> None:
    """Make an installation of *plans* plans alike, synced and passed over once: the first in earnest, then copied."""
    home.mkdir(parents=True)
    shutil.copy(PEOPLE, home / "people.yaml")
    (home / FILE_NAME).write_text('zone = "Europe/Moscow"\n', encoding="utf-8")
    store = Store(_url(home))
    people = directory()
    roadmap, _ = read_plan(_plan(measures), "plan.yaml", people)
    assert roadmap is not None
    with store.writing() as session:
        sync_plan(session, Office(roadmap, people, WorkCalendar(roadmap.rules), None), "plan.yaml", SYNCED, "", "bench")
        session.add(PassRow(started_at=SHOWN, finished_at=SHOWN))
    track(store, people, None, SHOWN)
    with store.writing() as session:
        for name in CLONED:
            _clone(session, name, plans)
    store.close()


def _plan(measures: int) -> str:
    head = (
        f"plan:\n  id: {FIRST}\n  title: План\n  timezone: Europe/Moscow\n"
        "  horizon: {from: 2021-01-01, to: 2021-12-31}\n"
        "  issuer: Начальник управления образования\n  controller: Начальник отдела общего образования\nmeasures:\n"
    )
    return head + "".join(
        f'  - {{id: "{n}", title: Мероприятие {n}, deadline: {MONTHS[n % len(MONTHS)]} 2021, '
        "responsible: Руководители ОУ}\n"
        for n in range(1, measures + 1)
    )


def _clone(session: Session, name: str, plans: int) -> None:
    table = SQLModel.metadata.tables[name]
    rows = [dict(row) for row in session.execute(select(table)).mappings()]
    for n in range(1, plans):
        session.execute(insert(table), [_cloned(row, f"plan-{n:03}") for row in rows])


def _cloned(row: dict[str, Any], plan_id: str) -> dict[str, Any]:
    own = {name: value.replace(FIRST, plan_id) if isinstance(value, str) else value for name, value in row.items()}
    if "hash" in own:
        own |= {"id": None, "who": "srok", "previous": "", "hash": ""}  # the chain has one first link
    return own


def directory() -> Directory:
    """Read the example people."""
    return read_people(PEOPLE.read_text(encoding="utf-8"), PEOPLE.name)[0]


def one_status(store: Store) -> dict[str, Any]:
    """Do what `srok status --plan` does with an open store."""
    people = directory()
    with store.reading() as session:
        found = standing(session, people, None, SHOWN, FIRST, None)
        last = queries.last_pass(session)
    return status_json(found, people, SHOWN.date(), last)


def counted(store: Store) -> tuple[int, int]:
    """Return how many statements a status asks and how many rows it gets."""
    asked: list[str] = []
    loaded: list[Any] = []
    with (
        _heard(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2])),
        _heard(Session, "loaded_as_persistent", lambda _session, row: loaded.append(row)),
    ):
        one_status(store)
    return len(asked), len(loaded)


@contextmanager
def _heard(target: Any, name: str, listener: Callable[..., None]) -> Iterator[None]:
    event.listen(target, name, listener)
    try:
        yield
    finally:
        event.remove(target, name, listener)


def _command(home: Path) -> None:
    command = [sys.executable, "-m", "srok", "status", "--plan", FIRST, "--json"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"SROK_HOME": str(home)}, check=True, stdout=subprocess.DEVNULL)


def _in_turn(rounds: int, works: list[Callable[[], Any]]) -> list[float]:
    """Return the median milliseconds of each work."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            start = perf_counter()
            work()
            times.append(1000 * (perf_counter() - start))
    return [median(times) for times in taken]


def _url(home: Path) -> str:
    return f"sqlite:///{(home / 'srok.db').as_posix()}"


def _print_goal(what: str, ratio: float, at_most: float = 2) -> None:
    print(f"{what}: ratio {ratio:.2f}   goal ≤ {at_most}×   {'ok' if ratio <= at_most else 'MISSED'}")


if __name__ == "__main__":
    main()
