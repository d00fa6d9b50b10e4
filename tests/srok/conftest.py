"""The command line as a process of its own, in a home of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Commands

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "plans"
PLAN = """\
plan:
  id: demo-2027
  title: План
  timezone: Europe/Moscow
  horizon: {from: 2027-01-01, to: 2027-12-31}
  issuer: Начальник управления образования
  controller: Начальник отдела общего образования
events:
  - {id: vpr, title: ВПР, phrases: [проведения ВПР]}
measures:
  - {id: "1", title: Справка, deadline: Апрель 2027, responsible: Управление образования}
  - {id: "2", title: Контроль, deadline: В период проведения ВПР, responsible: Управление образования}
  - {id: "3", title: Участие, deadline: по графику, responsible: Управление образования}
  - {id: "4", title: Собрания, deadline: Май 2027, responsible: Руководители ОУ, evidence: {kind: протокол}}
"""


@dataclass
class Done:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Cli:
    """Runs `python -m srok` with no setting of the user's."""

    home: Path
    commands: Commands | None = None

    def __call__(self, *args: object, stdin: str = "", **env: str) -> Done:
        """Run a command: forked from *commands* if there are any, else by an interpreter of its own."""
        words = [str(one) for one in args]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SROK_", "PREFECT_"))}
        clean |= {"SROK_HOME": str(self.home), "COLUMNS": "200", **env}
        if self.commands:
            done = self.commands.run(words, clean, stdin)
        else:
            done = subprocess.run(
                [sys.executable, "-m", "srok", *words],
                cwd=ROOT,
                env=clean,
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
            )
        return Done(done.returncode, done.stdout, done.stderr)

    def people(self) -> Cli:
        """Put the example directory into the home."""
        shutil.copy(PLANS / "people.example.yaml", self.home / "people.yaml")
        return self


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    found = Commands()
    yield found
    found.close()


@pytest.fixture
def cli(tmp_path: Path, commands: Commands) -> Cli:
    home = tmp_path / "home"
    home.mkdir()
    return Cli(home, commands)


def _home(folder: Path, commands: Commands, plan: Path) -> Path:
    """Return a home in *folder* with people, in which *plan* was synced today; it is to be copied."""
    home = folder / "home"
    home.mkdir()
    assert Cli(home, commands).people()("sync", plan).code == 0
    return home


@pytest.fixture(scope="session")
def lysva_home(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Path:
    return _home(tmp_path_factory.mktemp("lysva"), commands, PLANS / "lysva-2021.yaml")


@pytest.fixture(scope="session")
def plan_home(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Path:
    folder = tmp_path_factory.mktemp("plan")
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return _home(folder, commands, folder / "plan.yaml")


@pytest.fixture
def office(cli: Cli, lysva_home: Path) -> Cli:
    """A home with people and lysva-2021 synced today: what was due before is to be reconciled."""
    shutil.copytree(lysva_home, cli.home, dirs_exist_ok=True)
    return cli


@pytest.fixture
def plan(cli: Cli, plan_home: Path) -> Cli:
    """A home with people and PLAN synced today."""
    shutil.copytree(plan_home, cli.home, dirs_exist_ok=True)
    return cli
