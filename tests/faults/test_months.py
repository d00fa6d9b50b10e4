"""What happens to `srok up` in the course of months: a full disk, a missed minute, a database that grows."""

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest

from engine.clock import utc_now
from engine.settings import Settings
from srok.server import PrefectServer
from srok.up import run_flow_once
from tests.faults.desk import copy_home, make_due_again, make_home, outbox, zone_where_it_is_noon
from tests.faults.passing import Line, Trial, assert_each_once, assert_sent_once
from tests.faults.running import Running
from tests.running import until

pytestmark = pytest.mark.faults
DISK = "64m"


@pytest.fixture(autouse=True)
def prefect_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect-of-the-test"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own; whoever may not mount one goes without this test."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def test_a_full_disk_is_said_once_and_made_up_for_when_there_is_room(trial: Trial, small_disk: Path) -> None:
    settings = copy_home(trial.template, small_disk / "home")
    up = Running(settings)
    log, ballast = settings.home / "up.log", small_disk / "ballast"
    try:
        up.next_pass()
        make_due_again(trial.template, settings)
        fill(ballast)
        filled_at = time.monotonic()
        kept = until(lambda: up.said("не записать"))
        assert up.process.poll() is None
        ballast.unlink()
        until(lambda: up.said("Запись снова возможна"))
        until(lambda: outbox(settings).states.keys() == trial.expected.states.keys())
        line = Line("диск полон", "—", "0 items", str(outbox(settings)), time.monotonic() - filled_at)
        trial.lines.append(line)
        why = "на диске нет места: освободите его и повторите"
        assert kept == [f"В папку «{settings.home}» не записать: {why}; до тех пор письма ждут"]
        assert_each_once(outbox(settings), trial.expected)
        assert_sent_once(settings, utc_now(), trial.expected)
        up.next_pass()
    finally:
        up.stop()
        print(log.read_text(encoding="utf-8"))  # noqa: T201 - shown when the test fails


def test_a_minute_missed_by_a_killed_up_is_made_up_for_once(trial: Trial, tmp_path: Path) -> None:
    """The slot is a minute ahead; `srok up` is killed before it and started after it."""
    now = utc_now()
    local = now.astimezone(ZoneInfo(zone_where_it_is_noon(now)))
    slot = (local + timedelta(seconds=179)).replace(second=0, microsecond=0)
    settings = make_home(tmp_path / "home", now, measures=6, people=3, slot=f"{slot:%H:%M}")
    up = Running(settings)
    up.coming(slot)
    assert utc_now() < slot
    assert outbox(settings).items == frozenset()
    server = up.server()
    up.process.kill()
    up.process.wait()
    killed_at = time.monotonic()
    psutil.wait_procs([server], timeout=60)
    until(lambda: utc_now() > slot, seconds=240)
    up.start()
    try:
        found = outbox(settings)
        trial.lines.append(Line("минута пропущена", "—", "0 items", str(found), time.monotonic() - killed_at))
        assert (len(found.items), set(found.states.values()), len(found.states)) == (6, {"sent"}, 3)
        until(lambda: up.late() == 0)
        up.next_pass()
        assert outbox(settings) == found
    finally:
        up.stop()


def prefect_rows(settings: Settings) -> dict[str, int]:
    """How many rows stand in the tables that grow with every run."""
    with closing(sqlite3.connect(settings.home / "prefect" / "prefect.db")) as connection:
        tables = ("flow_run", "flow_run_state", "artifact", "events", "event_resources")
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


def test_runs_older_than_a_month_leave_prefects_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_home(tmp_path / "home", utc_now(), measures=6, people=3)
    monkeypatch.setenv("SROK_HOME", str(settings.home))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    run_flow_once(settings, ["thousand"], utc_now())
    before = prefect_rows(settings)
    assert before["flow_run"] > 0
    assert before["artifact"] > 0
    month_ago = f"{utc_now() - timedelta(days=31):%Y-%m-%d %H:%M:%S.000000}"
    with closing(sqlite3.connect(settings.home / "prefect" / "prefect.db")) as connection, connection:
        connection.execute("UPDATE flow_run SET end_time = ? WHERE end_time IS NOT NULL", [month_ago])
    monkeypatch.setenv("PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS", "1")
    with PrefectServer(settings.home):
        until(lambda: prefect_rows(settings)["flow_run"] == 0)
        until(lambda: prefect_rows(settings)["artifact"] <= before["artifact"] - 1)
