"""The units of systemd: their words exist, their commands are srok's, and what they do to copies is tried."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from engine.settings import SettingsError
from srok import server, serving, up
from srok.cli import app
from tests.packaging.building import ROOT

UNITS = sorted((ROOT / "deploy").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
PROGRAM = "/opt/srok/bin/srok"
COPIES = "/var/lib/srok-backup"
Section = list[tuple[str, str]]


def unit(path: Path) -> dict[str, Section]:
    """Read a unit (systemd.syntax(7)); none of ours has lines that go on."""
    found: dict[str, Section] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line and line[0] != "#":
            key, sign, value = line.partition("=")
            assert sign, line
            section.append((key, value))
    return found


def values(path: Path, section: str, key: str) -> list[str]:
    return [value for one, value in unit(path)[section] if one == key]


def test_there_is_a_service_for_each_timer_and_nothing_else() -> None:
    assert {path.suffix for path in UNITS} == {".service", ".timer"}
    for path in UNITS:
        kinds = {"Unit", "Timer", "Install"} if path.suffix == ".timer" else {"Unit", "Service", "Install"}
        assert unit(path).keys() <= kinds
        assert path.with_suffix(".service").exists()


def test_systemd_finds_nothing_wrong(tmp_path) -> None:
    """Where it is not installed (.ci/run tries to) the other tests hold what matters."""
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace(PROGRAM, shutil.which("true") or "")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    if shutil.which("systemd-analyze"):
        command = ["systemd-analyze", "verify", *sorted(tmp_path.iterdir())]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_is_nobody_in_particular_and_may_write_to_its_own_folders_only(path) -> None:
    service = dict(unit(path)["Service"])
    wanted = {
        "User": "srok", "Group": "srok", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
        "PrivateTmp": "yes", "UMask": "0077", "StateDirectoryMode": "0700", "CapabilityBoundingSet": "",
        "EnvironmentFile": "-/etc/srok/srok.env", "WorkingDirectory": "/var/lib/srok",
    }  # fmt: skip
    assert {key: service[key] for key in wanted} == wanted
    assert "ReadWritePaths" not in service
    assert "SROK_HOME=/var/lib/srok" in service["Environment"].split()
    assert {"/var/lib/" + one for one in service["StateDirectory"].split()} <= {"/var/lib/srok", COPIES}


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_the_commands_of_a_service_are_commands_of_srok(path) -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    found = re.findall(rf"{PROGRAM} ([a-z]+)((?: --?[a-z-]+)*)", path.read_text(encoding="utf-8"))
    assert len(found) == 1
    for name, options in found:
        assert set(options.split()) <= {one for param in known[name].params for one in param.opts}


def test_it_is_told_to_stop_alone_and_has_the_time_it_takes_itself() -> None:
    service = dict(unit(ROOT / "deploy" / "srok.service")["Service"])
    assert (service["KillMode"], service["KillSignal"]) == ("mixed", "SIGTERM")
    longest = 2 * up._STOP_SECONDS + server._STOP_SECONDS + serving._STOP_SECONDS
    assert int(service["TimeoutStopSec"].removesuffix("s")) >= 1.5 * longest
    assert service["Restart"] == "on-failure"
    assert int(service["RestartPreventExitStatus"]) == SettingsError.exit_code


@pytest.fixture
def night(office, tmp_path):
    """Does what srok-backup.service does, in a home with a plan, and returns the names of the copies."""
    copies, program = tmp_path / "copies", tmp_path / "srok"
    copies.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {sys.executable} -m srok "$@"\n', "utf-8")
    program.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith("SROK_")}

    def run() -> list[str]:
        for command in values(ROOT / "deploy" / "srok-backup.service", "Service", "ExecStart"):
            asked = command.replace("$$", "$").replace("%%", "%").replace(PROGRAM, str(program))
            words = shlex.split(asked.replace(COPIES, str(copies)))
            subprocess.run(words, cwd=office.home, env=env | {"SROK_HOME": str(office.home)}, check=True, timeout=60)
        return sorted(one.name for one in copies.iterdir())

    return copies, run


def test_a_night_leaves_a_whole_copy_what_no_copy_holds_and_fourteen_in_all(night, cli, tmp_path) -> None:
    copies, run = night
    for day in range(1, 29):
        (copies / f"srok-2021-02-{day:02}-023000.db").write_text("old")
    names = run()
    kept = [name for name in names if name.startswith("srok-")]
    assert kept[:13] == [f"srok-2021-02-{day:02}-023000.db" for day in range(16, 29)]
    assert len(kept) == 14
    assert "people.yaml" in names
    assert (copies / kept[-1]).stat().st_mode & 0o077 == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (copies / "people.yaml").rename(elsewhere / "people.yaml")
    done = cli("restore", copies / kept[-1], SROK_HOME=str(elsewhere))
    assert (done.code, "планов 1" in done.out) == (0, True), done.err


def test_where_no_copy_can_be_taken_no_old_one_goes(night, office) -> None:
    copies, run = night
    for day in range(1, 29):
        (copies / f"srok-2021-02-{day:02}-023000.db").write_text("old")
    (office.home / "srok.db").write_bytes(b"damaged" * 1000)
    with pytest.raises(subprocess.CalledProcessError):
        run()
    assert len(list(copies.iterdir())) == 28
