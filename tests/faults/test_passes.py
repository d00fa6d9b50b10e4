"""Passes over 1,000 due actions that are killed, raced, locked out and cut off from their database."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from engine.settings import Settings
from engine.store.installation import open_store
from engine.store.models import PassRow
from tests.faults.desk import copy_home, outbox
from tests.faults.passing import PASS, Pass, Trial, assert_each_once, recover, run_one
from tests.postgres import Cluster
from tests.running import until

LOCKED_SECONDS = 5


def rounds(n: int) -> list[object]:
    """The first round is in the ordinary suite, the others in `make faults`."""
    return [1, *(pytest.param(one, marks=pytest.mark.faults) for one in range(2, n + 1))]


@pytest.fixture
def office(trial: Trial, tmp_path: Path) -> Settings:
    """A copy of the store, on SQLite."""
    return copy_home(trial.template, tmp_path / "home")


@pytest.fixture
def server_office(trial: Trial, server_template: str, cluster: Cluster, tmp_path: Path) -> Iterator[Settings]:
    """A copy of the store, on PostgreSQL."""
    with cluster.lent(server_template) as url:
        yield copy_home(trial.template, tmp_path / "home", url)


def killed(trial: Trial, settings: Settings, fault: str, n: int) -> None:
    moment = trial.moment(trial.chance(f"{fault} {n}"))
    one = Pass(settings, trial.now)
    one.begin()
    time.sleep(moment)
    one.kill()
    killed_at = time.monotonic()
    recover(trial, settings, fault, f"{moment:.2f} с", str(outbox(settings)), killed_at)


@pytest.mark.parametrize("n", rounds(7))
def test_a_killed_pass_is_finished_by_the_next(trial, office, n):
    killed(trial, office, "проход убит, SQLite", n)


@pytest.mark.faults
@pytest.mark.parametrize("n", range(5))
def test_a_killed_pass_is_finished_by_the_next_on_a_server(trial, server_office, n):
    killed(trial, server_office, "проход убит, PostgreSQL", n)


@pytest.mark.parametrize("n", rounds(3))
def test_of_two_passes_at_once_one_is_killed(trial, office, n):
    fault = "два прохода сразу, один убит"
    moment = trial.moment(trial.chance(f"{fault} {n}"))
    first, second = Pass(office, trial.now), Pass(office, trial.now)
    first.begin()
    second.begin()
    time.sleep(moment)
    first.kill()
    killed_at, at_kill = time.monotonic(), str(outbox(office))
    assert second.end() == ""
    recover(trial, office, fault, f"{moment:.2f} с", at_kill, killed_at)


@pytest.mark.faults
def test_two_passes_at_once_on_a_server(trial, server_office):
    both = [Pass(server_office, trial.now) for _ in range(2)]
    started = time.monotonic()
    for one in both:
        one.begin()
    assert [one.end() for one in both] == ["", ""]
    # What is later than its slot by a quarter of an hour waits for no other pass: a person may get two letters.
    at_kill = str(outbox(server_office))
    recover(trial, server_office, "два прохода сразу, PostgreSQL", "—", at_kill, started, whole=False)


@pytest.mark.faults
def test_a_database_that_is_locked_for_five_seconds_is_waited_for(trial, office):
    one = Pass(office, trial.now)
    lock = sqlite3.connect(office.database_file, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    one.begin()
    time.sleep(LOCKED_SECONDS)
    at_lock = str(outbox(office))
    lock.execute("ROLLBACK")
    lock.close()
    assert one.end() == ""
    recover(trial, office, "база заперта 5 с", "0.00 с", at_lock, started)


def kill_backend(settings: Settings, cluster: Cluster) -> None:
    """The process that serves the pass: the server ends all others and starts anew by itself."""
    ask = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    connection = psycopg.connect(settings.database_url, autocommit=True)
    for (pid,) in connection.execute(ask).fetchall():  # none where the pass has come to its end
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            until(lambda: connection.execute("SELECT false").fetchone()[0])  # type: ignore[index]
    connection.close()


def kill_postmaster(_settings: Settings, cluster: Cluster) -> None:
    """The server itself, as a lack of memory or a power cut ends it; somebody starts it again."""
    os.kill(int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    until(cluster.begins_again)


def answers(cluster: Cluster) -> bool:
    try:
        cluster.tell("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


CUTS = [
    pytest.param("PostgreSQL: убит процесс соединения", kill_backend, marks=pytest.mark.faults),
    ("PostgreSQL: убит сервер", kill_postmaster),
]


@pytest.mark.parametrize("n", rounds(3))
@pytest.mark.parametrize(("fault", "cut"), CUTS)
def test_a_pass_whose_server_is_killed_is_finished_by_the_next(trial, server_office, cluster, fault, cut, n):
    moment = trial.moment(trial.chance(f"{fault} {n}"))
    one = Pass(server_office, trial.now)
    one.begin()
    time.sleep(moment)
    killed_at = time.monotonic()
    cut(server_office, cluster)
    until(lambda: answers(cluster))
    at_kill = str(outbox(server_office))
    one.end()
    recover(trial, server_office, fault, f"{moment:.2f} с", at_kill, killed_at)


@pytest.mark.parametrize("checked", [True, False], ids=["checked today", "not checked today"])
def test_what_a_pass_that_advances_before_it_writes_has_lost_only_the_daily_check_finds(trial, office, checked):
    """Such a pass is killed between its two transactions."""
    if checked:
        with open_store(office) as store, store.writing() as session:
            session.add(PassRow(started_at=trial.now, finished_at=trial.now, checked_on=trial.now.date()))
    one = Pass(office, trial.now, PASS.with_name("broken_pass.py"))
    one.begin()
    assert one.process.wait() == -signal.SIGKILL
    run_one(office, trial.now)
    if not checked:
        assert_each_once(outbox(office), trial.expected)
        return
    with pytest.raises(AssertionError, match="500 missing, as thousand/"):
        assert_each_once(outbox(office), trial.expected)
