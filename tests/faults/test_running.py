"""`srok up` with a pass of 1,000 due actions under way, and kill -9 of its flow, of its server, of itself."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID

import psutil
import pytest

from engine.clock import utc_now
from engine.settings import Settings
from srok.up import ServerAddress, _talk, running_server
from tests.faults.desk import PLAN, copy_home, environment, outbox
from tests.faults.passing import Line, Trial, assert_each_once, assert_sent_once, until

pytestmark = pytest.mark.faults


class Running:
    """`srok up` on a home, and who asks it for runs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.start()

    def start(self) -> None:
        with (self.settings.home / "up.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "srok", "up"],
                env=environment(self.settings) | {"PREFECT_RUNNER_POLL_FREQUENCY": "1"},
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self.address: ServerAddress = until(lambda: running_server(self.settings.home))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    def wake(self) -> UUID:
        """Ask for a run of the plan, as its schedule does, and return its id."""

        async def ask() -> UUID | None:
            from flows import deployments  # noqa: PLC0415 - Prefect reads the environment at import

            async with deployments.get_client() as client:
                found = await client.read_deployment_by_name(f"track-plan/{PLAN}")
                return (await client.create_flow_run_from_deployment(found.id)).id

        return until(lambda: self._asked(ask))

    def _asked(self, work: Any) -> Any:
        try:
            return _talk(self.address, work).result(timeout=60)
        except Exception:  # noqa: BLE001 - the plan is not registered yet, or the server is just being started
            return None

    def state(self, run: UUID) -> Any:
        async def ask() -> Any:
            from flows import deployments  # noqa: PLC0415 - see above

            async with deployments.get_client() as client:
                return (await client.read_flow_run(run)).state

        return until(lambda: self._asked(ask))

    def passing(self) -> tuple[UUID, psutil.Process]:
        """Wait until a run is in the middle of its pass, and return it with its process."""
        run = self.wake()
        until(lambda: self.state(run).is_running())
        (process,) = [one for one in self.children() if "prefect.engine" in one.cmdline()]
        return run, process

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def server(self) -> psutil.Process:
        return next(one for one in self.children() if "server" in one.cmdline())

    def next_pass(self) -> None:
        run = self.wake()
        until(lambda: self.state(run).is_final())
        assert self.state(run).is_completed()


@pytest.fixture(scope="module")
def up(trial: Trial, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("up")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DO_NOT_TRACK", "1")
        patch.setenv("PREFECT_HOME", str(home / "prefect-of-the-test"))
        running = Running(copy_home(trial.template, home / "home"))
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture
def due(trial: Trial, up: Running) -> Running:
    """All is due again: the store of the template put over the one in use."""
    assert trial.template.database_file
    assert up.settings.database_file
    with (
        closing(sqlite3.connect(trial.template.database_file)) as source,
        closing(sqlite3.connect(up.settings.database_file, timeout=30)) as target,
    ):
        source.backup(target)
    shutil.rmtree(up.settings.home / "mail", ignore_errors=True)
    return up


def wait_for(trial: Trial, fault: str) -> float:
    moment = trial.moment(trial.chance(fault))
    time.sleep(moment)
    return moment


def recovered(trial: Trial, up: Running, fault: str, moment: float, at_kill: str, killed_at: float) -> None:
    found = outbox(up.settings)
    trial.lines.append(Line(fault, f"{moment:.2f} с", at_kill, str(found), time.monotonic() - killed_at))
    assert_each_once(found, trial.expected)
    assert_sent_once(up.settings, utc_now(), trial.expected)


@pytest.mark.parametrize("n", range(3))
def test_a_killed_flow_is_made_up_by_the_next_run(trial, due, n):
    run, process = due.passing()
    moment = wait_for(trial, f"flow {n}")
    process.kill()
    killed_at, at_kill = time.monotonic(), str(outbox(due.settings))
    due.next_pass()
    recovered(trial, due, "srok up: убит процесс прохода", moment, at_kill, killed_at)
    assert due.state(run).is_final()


@pytest.mark.parametrize("n", range(2))
def test_a_killed_prefect_server_is_revived_and_the_next_run_completes(trial, due, n):
    due.passing()
    moment = wait_for(trial, f"server {n}")
    server = due.server()
    server.kill()
    killed_at, at_kill = time.monotonic(), str(outbox(due.settings))
    until(lambda: running_server(due.settings.home) and due.server() != server)
    due.next_pass()
    recovered(trial, due, "srok up: убит сервер Prefect", moment, at_kill, killed_at)


@pytest.mark.parametrize("n", range(2))
def test_a_killed_up_is_started_again_and_makes_up_what_it_left(trial, due, n):
    _, process = due.passing()
    moment = wait_for(trial, f"up {n}")
    server = due.server()
    due.process.kill()
    due.process.wait()
    killed_at, at_kill = time.monotonic(), str(outbox(due.settings))
    psutil.wait_procs([process, server], timeout=60)
    due.start()
    recovered(trial, due, "srok up убит", moment, at_kill, killed_at)
    due.next_pass()


def test_a_run_left_running_by_a_dead_worker_stands_in_nobodys_way(trial, due):
    run, process = due.passing()
    moment = wait_for(trial, "worker")
    os.kill(due.process.pid, signal.SIGKILL)
    process.kill()
    due.process.wait()
    killed_at, at_kill = time.monotonic(), str(outbox(due.settings))
    due.start()
    left = due.state(run)
    recovered(trial, due, "убиты srok up и процесс прохода", moment, at_kill, killed_at)
    assert left.is_running()
    due.next_pass()
