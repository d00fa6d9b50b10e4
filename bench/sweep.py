"""Measures a pass over one due set in stores of several sizes, beside a bare claim + insert: `make bench-sweep`.

All stores of a database are made first; then they take turns, pass and bare claim in each, with the due set reset in
between: what else the machine does weighs on all alike. Medians are printed.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from statistics import median
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from bench.cluster import running_cluster
from bench.counting import Asked, counting
from bench.region import NOW, Region, example_people
from engine.store.database import Store
from engine.store.queries import BATCH
from flows.passes import track

DUE = 1000
TURNS = 9
TABLES = SQLModel.metadata.tables


@dataclass(frozen=True)
class Figures:
    """What one store gave; times are seconds of a warm pass."""

    open: int
    track: float
    bare: float
    empty: float
    statements: int
    rows: int
    index: str
    empty_statements: int
    peak_mb: float


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--open", type=_sizes, default=_sizes("10000,100000,1000000"), help="open occurrences")
    options.add_argument("--postgres", action="store_true", help="on a PostgreSQL server too")
    given = options.parse_args()
    databases = [_sqlite, _postgresql] if given.postgres else [_sqlite]
    print(f"{DUE} due occurrences of {DUE // 5} plans; medians of {TURNS} turns")
    head = ("open", "pass ms", "due/s", "bare ms", "bare/s", "empty ms", "statements", "rows", "empty st.", "peak MB")
    for database in databases:
        name = database.__name__.strip("_")
        with database() as new, ExitStack() as open_stores:
            subjects = []
            for size in given.open:
                url = new()
                store = open_stores.enter_context(closing(Store(url)))
                subjects.append(Subject(Region(store, DUE), url))
                subjects[-1].region.grow(size)
            print(f"\n{name:10}" + "".join(f"{one:>11}" for one in head) + "  due query")
            found = _measured(subjects)
        for one in found:
            _print_row(one)
        _print_ratios(name, found)


def _sizes(text: str) -> list[int]:
    return sorted(int(one) for one in text.split(","))


@contextmanager
def _sqlite() -> Iterator[Callable[[], str]]:
    with tempfile.TemporaryDirectory(prefix="srok-sweep-") as folder:
        numbers = count()
        yield lambda: f"sqlite:///{folder}/{next(numbers)}.db"


@contextmanager
def _postgresql() -> Iterator[Callable[[], str]]:
    with running_cluster() as cluster:
        yield lambda: cluster.url(cluster.database())


@dataclass
class Subject:
    """A store and the times it took."""

    region: Region
    url: str
    tracks: list[float] = field(default_factory=list)
    bares: list[float] = field(default_factory=list)
    empties: list[float] = field(default_factory=list)

    def a_pass(self) -> None:
        """Track what is due."""
        track(self.region.store, self.region.directory, None, NOW)


def _measured(subjects: list[Subject]) -> list[Figures]:
    counted = []
    for one in subjects:
        with counting(one.region.store.engine) as full:
            one.a_pass()
        with counting(one.region.store.engine) as none:
            one.a_pass()
        counted.append((full, none, _bare(one.region.store)))
    for _ in range(TURNS):
        for one, (_, _, bare) in zip(subjects, counted, strict=True):
            one.empties.append(_seconds(one.a_pass))
            one.region.reset()
            one.tracks.append(_seconds(one.a_pass))
            one.region.reset()
            one.bares.append(_seconds(bare))
    return [_figures(one, full, none) for one, (full, none, _) in zip(subjects, counted, strict=True)]


def _figures(one: Subject, full: Asked, none: Asked) -> Figures:
    store = one.region.store
    one.region.reset()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
        peak = fresh.submit(_peak_mb, one.url).result()
    return Figures(
        one.region.open, median(one.tracks), median(one.bares), median(one.empties), len(full.statements), full.rows,
        _index(full.explain(store.engine, "SELECT occurrence.")), len(none.statements), peak,
    )  # fmt: skip


def _seconds(work: Callable[[], None]) -> float:
    gc.collect()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _bare(store: Store) -> Callable[[], None]:
    """Return the same claims, rows and next instants as a pass has just made, in the same transactions, by Core."""
    occurrence, item = TABLES["occurrence"], TABLES["item"]
    with store.reading() as session:
        items: dict[str, list[dict[str, Any]]] = {}
        for row in session.execute(select(item).where(item.c.created_at == NOW)).mappings():
            items.setdefault(row["occurrence_key"], []).append(dict(row))
        query = select(occurrence.c.key, occurrence.c.next_action_at).where(occurrence.c.key.in_(items))
        upcoming: dict[str, datetime | None] = dict(session.execute(query).tuples().all())
    claim = (
        select(occurrence.c.key)
        .where(occurrence.c.next_action_at <= NOW)
        .order_by(occurrence.c.next_action_at, occurrence.c.key)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    dialect = sqlite if store.sqlite else postgresql
    insert = dialect.insert(item).on_conflict_do_nothing(index_elements=["key"]).returning(item.c.key)
    advance = update(occurrence).where(occurrence.c.key == bindparam("of")).values(next_action_at=bindparam("then"))

    def work() -> None:
        while True:
            with store.engine.connect().execution_options(srok_writes=True) as connection, connection.begin():
                keys = connection.scalars(claim).all()
                if not keys:
                    return
                connection.execute(insert, [one for key in keys for one in items[key]]).all()
                connection.execute(advance, [{"of": key, "then": upcoming[key]} for key in keys])

    return work


def _peak_mb(url: str) -> float:
    """Return the peak memory of a process that has made one pass, the interpreter and the imports included."""
    store = Store(url)
    track(store, example_people(), None, NOW)
    store.close()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _index(plan: str) -> str:
    """Return the index of the due query, or the word of the database for reading the whole table."""
    whole = re.search(r"SCAN occurrence|Seq Scan on occurrence", plan)
    used = re.search(r"\bix_\w+", plan)
    return whole[0] if whole else used[0] if used else plan


def _print_row(one: Figures) -> None:
    cells = (
        f"{one.open}", f"{1000 * one.track:.0f}", f"{DUE / one.track:.0f}", f"{1000 * one.bare:.0f}",
        f"{DUE / one.bare:.0f}", f"{1000 * one.empty:.1f}", f"{one.statements}", f"{one.rows}",
        f"{one.empty_statements}", f"{one.peak_mb:.0f}",
    )  # fmt: skip
    print(" " * 10 + "".join(f"{cell:>11}" for cell in cells) + f"  {one.index}", flush=True)


def _print_ratios(name: str, found: list[Figures]) -> None:
    last = found[-1]
    if len(found) > 1:
        _print_goal(f"sweep-open ({name})", last.track / found[-2].track, at_most=1.5)
    _print_goal(f"sweep-bare ({name})", last.bare / last.track, at_least=1 / 3)


def _print_goal(what: str, ratio: float, at_least: float = 0, at_most: float = float("inf")) -> None:
    goal = f"≥ {at_least:.2f}×" if at_least else f"≤ {at_most}×"
    print(f"{what}: ratio {ratio:.2f}   goal {goal}   {'ok' if at_least <= ratio <= at_most else 'MISSED'}")


if __name__ == "__main__":
    main()
