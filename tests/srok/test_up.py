"""`srok up` as a process of its own: a real server, a real end."""

import asyncio
import json
import os
import queue
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.clock import utc_now
from engine.errors import ServerError
from engine.settings import Settings, load_settings
from flows.deployments import in_thread
from srok.server import PrefectServer, running_server, server_env
from srok.syncing import sync_files
from srok.up import first_pass, only_one, sync_schedules
from tests.faults.desk import make_home
from tests.running import group_is_gone, is_gone, until

ROOT = Path(__file__).parents[2]
UP = "from engine.settings import load_settings; from srok.up import run_up; run_up(load_settings())"


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    """A home in which lysva-2021 was synced on 2021-06-01."""
    shutil.copy(ROOT / "plans" / "people.example.yaml", tmp_path / "people.yaml")
    settings = load_settings(home=tmp_path)
    sync_files([ROOT / "plans" / "lysva-2021.yaml"], settings, datetime(2021, 6, 1, 4, 0, tzinfo=UTC), "test")
    return settings


LOST = f"""
import os, signal, threading, time
import srok.up

def look(self):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)
    except KeyboardInterrupt:
        pass

srok.up.Watch.look = look
{UP}
"""
"""`srok up` that is told to stop where nobody hears it."""


@pytest.fixture
def up(office: Settings, request) -> Iterator[subprocess.Popen[str]]:
    """`srok up` on that home, in a process group of its own, as soon as its server answers."""
    env = os.environ | {"SROK_HOME": str(office.home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", getattr(request, "param", UP)]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, process_group=0)
    try:
        until(lambda: running_server(office.home))
        yield process
    finally:
        process.kill()
        process.communicate()


def server_pid(home: Path) -> int:
    return json.loads((home / "prefect" / "server.json").read_text(encoding="utf-8"))["pid"]


def test_up_registers_revives_its_server_and_leaves_no_process_at_sigterm(up, office):
    home, first = office.home, server_pid(office.home)
    until(lambda: {one.outcome for one in sync_schedules(office, utc_now())} == {"unchanged"})

    with pytest.raises(ServerError, match=f"^«srok up» уже работает с папкой «{home}»$"), only_one(home):
        pass

    os.kill(first, signal.SIGKILL)
    second = until(lambda: server_pid(home) != first and running_server(home) and server_pid(home))

    up.send_signal(signal.SIGTERM)
    told, _ = up.communicate(timeout=15)
    assert up.returncode == 0
    assert is_gone(second)
    assert group_is_gone(up.pid)
    assert running_server(home) is None
    assert "Сервер Prefect остановился, запускается снова" in told.splitlines()
    assert told.splitlines()[-1] == "Остановлено"


def test_what_the_first_pass_did_is_said_and_what_keeps_the_letters(tmp_path) -> None:
    make_home(tmp_path, utc_now(), measures=3, people=2)
    said: list[str] = []
    with socket.socket() as closed:  # bound, not listening
        closed.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{closed.getsockname()[1]}?from=srok@example.org"
        first_pass(load_settings(home=tmp_path, mail_url=url), said.append)
    assert said == [
        "Поставлено: 3, писем отправлено: 0, не отправлено: 2 (почему, покажет srok outbox), ждут: 3",
    ]

    make_home(tmp_path / "other", utc_now(), measures=3, people=2)
    said.clear()
    first_pass(load_settings(home=tmp_path / "other", mail_url="gopher://127.0.0.1"), said.append)
    assert [one.partition(":")[0] for one in said] == ["Поставлено", "SROK_MAIL_URL не понят"]
    assert said[1].endswith("; это ждёт и уйдёт позже")


@pytest.mark.parametrize("up", [LOST], indirect=True, ids=["lost"])
def test_an_interruption_that_got_lost_ends_it_all_the_same(up) -> None:
    told, _ = up.communicate(timeout=60)
    assert (up.returncode, told.splitlines()[-1]) == (0, "Остановлено")


def test_a_run_that_is_told_to_stop_leaves_no_complaint_of_its_thread(monkeypatch) -> None:
    said: list[object] = []
    monkeypatch.setattr(threading, "excepthook", said.append)
    go, threads = threading.Event(), queue.SimpleQueue[threading.Thread]()

    def work() -> None:
        threads.put(threading.current_thread())
        go.wait()

    async def given_up() -> None:
        waiting = asyncio.wrap_future(in_thread(work))
        waiting.cancel()
        await asyncio.wait([waiting])

    asyncio.run(given_up())
    go.set()
    threads.get().join()
    assert said == []


def test_the_server_ends_when_up_is_killed(up, office):
    server = server_pid(office.home)
    up.kill()
    up.wait()
    until(lambda: is_gone(server))
    assert running_server(office.home) is None
    with only_one(office.home):
        pass


def test_a_taken_port_is_refused(office):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError) as refused:
            PrefectServer(office.home, port=port)
    assert str(refused.value) == f"Порт {port} на 127.0.0.1 занят: назовите другой или освободите его"


def test_a_server_that_does_not_start_names_its_journal(office, monkeypatch):
    monkeypatch.setattr("srok.server.sys.executable", shutil.which("false"))
    server = PrefectServer(office.home, say=lambda _: None)
    with pytest.raises(ServerError) as refused, server:
        pass
    log = office.home / "prefect" / "server.log"
    assert str(refused.value) == f"Сервер Prefect не запустился; его журнал: «{log}»"
    assert not (office.home / "prefect" / "server.json").exists()


def test_the_secret_is_made_once_and_is_its_owners(tmp_path):
    first = server_env(tmp_path, 4200)
    assert first == server_env(tmp_path, 4200)
    assert first["PREFECT_API_AUTH_STRING"] == first["PREFECT_SERVER_API_AUTH_STRING"]
    assert len(first["PREFECT_API_AUTH_STRING"]) > 40
    assert stat.S_IMODE((tmp_path / "prefect" / "auth").stat().st_mode) == 0o600


def test_nothing_is_told_outside_and_the_page_is_off(tmp_path):
    env = server_env(tmp_path, 4200)
    assert env["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert (env["DO_NOT_TRACK"], env["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")
    assert (env["PREFECT_SERVER_UI_ENABLED"], env["PYTHONTZPATH"]) == ("false", "")


EFFECT = """
import json
from prefect.settings import get_current_settings
found = get_current_settings()
server, vacuum = found.server, found.server.services.db_vacuum
print(json.dumps([
    found.to_environment_variables(exclude_unset=True),
    sorted(vacuum.enabled_vacuum_types), vacuum.retention_period.days, server.events.retention_period.days,
    server.analytics_enabled, server.ui.enabled,
]))
"""


def test_prefect_knows_every_setting_and_keeps_its_database_small(tmp_path):
    """Runs are forgotten after a month, events after a week (its own default)."""
    given = server_env(tmp_path, 4200)
    done = subprocess.run([sys.executable, "-c", EFFECT], env=os.environ | given, capture_output=True, check=True)
    known, *effect = json.loads(done.stdout)
    assert {name for name in given if name.startswith("PREFECT_")} - known.keys() == set()
    assert effect == [["events", "flow_runs", "orphans"], 30, 7, False, False]


def test_another_program_on_the_recorded_port_is_not_taken_for_the_server(tmp_path):
    server_env(tmp_path, 4200)
    with socket.create_server(("127.0.0.1", 0)) as other:
        (tmp_path / "prefect" / "server.json").write_text(
            json.dumps({"port": other.getsockname()[1], "pid": os.getpid()})
        )
        assert running_server(tmp_path) is None


def test_the_secret_is_not_shown_to_whoever_took_the_port_of_a_dead_server(tmp_path):
    server_env(tmp_path, 4200)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.5)
        record = {"port": other.getsockname()[1], "pid": dead.pid}
        (tmp_path / "prefect" / "server.json").write_text(json.dumps(record))
        assert running_server(tmp_path) is None
        with pytest.raises(TimeoutError):
            other.accept()


def test_every_server_has_a_secret_of_its_own(tmp_path):
    first = PrefectServer(tmp_path, say=lambda _: None).address.auth
    assert PrefectServer(tmp_path, say=lambda _: None).address.auth != first
    assert stat.S_IMODE((tmp_path / "prefect").stat().st_mode) == 0o700


def test_without_up_a_sync_registers_nothing(office):
    assert sync_schedules(office, utc_now()) is None
