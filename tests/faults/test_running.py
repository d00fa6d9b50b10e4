"""`srok up` with a pass of 1,000 due actions under way, and kill -9 of its flow, of its server, of itself."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from engine.clock import utc_now
from srok.server import running_server
from tests.faults.desk import copy_home, make_due_again, outbox
from tests.faults.passing import Line, Trial, assert_each_once, assert_sent_once
from tests.faults.running import Running
from tests.running import until

pytestmark = pytest.mark.faults


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
    make_due_again(trial.template, up.settings)
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
    with suppress(psutil.NoSuchProcess):  # a moment after its end is one as well
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
    server = due.server()
    os.kill(due.process.pid, signal.SIGKILL)
    process.kill()
    due.process.wait()
    killed_at, at_kill = time.monotonic(), str(outbox(due.settings))
    psutil.wait_procs([server], timeout=60)
    due.start()
    left = due.state(run)
    recovered(trial, due, "убиты srok up и процесс прохода", 0.0, at_kill, killed_at)
    assert left.is_running()
    due.next_pass()
