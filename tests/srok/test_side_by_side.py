"""Two syncs at once: in whatever order their plans are named, one after the other; neither is stopped by the other."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from engine.settings import Settings, load_settings
from engine.store import queries
from engine.store.database import Store
from engine.store.deeds import Act, Target, perform
from engine.store.installation import load_people
from engine.store.models import OccurrenceRow
from engine.transition import Deed
from srok.syncing import sync_files
from tests.srok.conftest import PLANS

SYNCED = datetime(2021, 6, 1, 4, tzinfo=UTC)
FILES = [PLANS / "artem-2020.yaml", PLANS / "kislovodsk-2021.yaml", PLANS / "lysva-2021.yaml"]


@pytest.fixture
def home(tmp_path: Path, migrated: str) -> Settings:
    shutil.copy(PLANS / "people.example.yaml", tmp_path / "people.yaml")
    return load_settings(home=tmp_path, database_url=migrated, secret_key="a key")


def together(*works) -> list[Exception]:
    faults: list[Exception] = []
    barrier = threading.Barrier(len(works))

    def run(work) -> None:
        barrier.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - any fault is the finding
            faults.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not any(one.is_alive() for one in threads)
    return faults


def test_syncs_of_the_same_plans_in_opposite_order_do_not_stop_each_other(home) -> None:
    """The first times they are new, then every one has changed."""
    for round_ in range(3):
        now = SYNCED + timedelta(days=round_)
        for path in FILES:
            text = path.read_text(encoding="utf-8").replace("  title: ", f"  title: «{round_}» ", 1)
            (home.home / path.name).write_text(text, encoding="utf-8")
        ours = [home.home / path.name for path in FILES]
        faults = together(
            lambda now=now, ours=ours: sync_files(ours, home, now, "one"),
            lambda now=now, ours=ours: sync_files(ours[::-1], home, now, "two"),
        )
        assert faults == []
    store = Store(home.database)
    with store.reading() as session:
        keys = list(session.exec(select(OccurrenceRow.key)))
        assert len(queries.plans(session)) == 3
    store.close()
    assert len(keys) == len(set(keys))


def test_a_sync_and_those_who_report_do_not_stop_each_other(home) -> None:
    """A deed holds its occurrence and then the journal: a sync must not hold the journal and then occurrences."""
    sync_files(FILES, home, SYNCED, "test")
    plans = [home.home / path.name for path in FILES]

    def syncs() -> None:
        for round_ in range(4):
            for path, ours in zip(FILES, plans, strict=True):
                text = path.read_text(encoding="utf-8").replace("  title: ", f"  title: «{round_}» ", 1)
                ours.write_text(text, encoding="utf-8")
            sync_files(plans, home, SYNCED + timedelta(hours=round_), "test")

    def deeds() -> None:
        directory = load_people(home)
        store = Store(home.database)
        given = ((Deed.REPORT, {"text": "Готово"}), (Deed.RETURN, {"reason": "нет подписи"}))
        for n in range(30):
            with store.writing() as session:
                office = queries.office(queries.plan(session, "lysva-2021"), directory, None)
                deed, said = given[n % 2]
                perform(session, office, Target("1.1"), Act(deed, None, None, "test", **said), SYNCED)
        store.close()

    assert together(syncs, deeds) == []


def test_who_holds_a_plan_is_waited_for_and_another_plan_is_not(migrated) -> None:
    """On SQLite the write lock is the whole database's: the second waits for it in any case."""
    store = Store(migrated)
    order: list[str] = []
    held, free = threading.Event(), threading.Event()

    def first() -> None:
        with store.writing() as session:
            queries.hold_plan(session, "a")
            held.set()
            free.wait(30)
            order.append("first")

    def second(plan_id: str) -> None:
        with store.writing() as session:
            queries.hold_plan(session, plan_id)
            order.append(f"second {plan_id}")

    holder = threading.Thread(target=first)
    holder.start()
    held.wait(30)
    others = [threading.Thread(target=second, args=(one,)) for one in ("b", "a")]
    for one in others:
        one.start()
    others[0].join(1 if store.sqlite else 30)
    others[1].join(0.3)
    before = list(order)
    free.set()
    for one in (holder, *others):
        one.join(60)
    store.close()
    assert before == ([] if store.sqlite else ["second b"])
    assert sorted(order) == ["first", "second a", "second b"]
    assert order.index("first") < order.index("second a")
