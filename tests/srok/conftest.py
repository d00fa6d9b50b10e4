"""The command line as a process of its own, in a home of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "plans"


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

    def __call__(self, *args: object, stdin: str = "", **env: str) -> Done:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SROK_", "PREFECT_"))}
        done = subprocess.run(
            [sys.executable, "-m", "srok", *map(str, args)],
            cwd=ROOT,
            env=clean | {"SROK_HOME": str(self.home), "COLUMNS": "200", **env},
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


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    home = tmp_path / "home"
    home.mkdir()
    return Cli(home)


@pytest.fixture
def office(cli: Cli) -> Cli:
    """A home with people and lysva-2021 synced today: what was due before is to be reconciled."""
    cli.people()
    assert cli("sync", PLANS / "lysva-2021.yaml").code == 0
    return cli
