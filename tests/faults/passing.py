"""Passes as processes, kills at random moments, and the question that follows every fault: is all there, and once?"""

import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from engine.settings import Settings
from tests.faults.desk import Outbox, after_the_lease, environment, outbox
from tests.running import GENEROUS_SECONDS

PASS = Path(__file__).with_name("one_pass.py")


@dataclass(frozen=True)
class Line:
    """A row of the table: what was done when, what was in the outbox then, and after the next pass."""

    fault: str
    moment: str
    at_kill: str
    after: str
    seconds: float


@dataclass
class Trial:
    """One run of the faults: its seed, how long an undisturbed pass takes, what it leaves, and what was seen."""

    seed: int
    now: datetime
    template: Settings
    expected: Outbox
    seconds: float
    lines: list[Line] = field(default_factory=list)

    def chance(self, name: str) -> random.Random:
        """Chance of its own for each fault, so that one can be repeated alone."""
        return random.Random(f"{self.seed} {name}")

    def moment(self, chance: random.Random) -> float:
        """Return a moment of the pass, in seconds from its start."""
        return self.seconds * chance.random()


class Pass:
    """A pass that waits for its start."""

    def __init__(self, settings: Settings, now: datetime, program: Path = PASS) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(program), now.isoformat()],
            env=environment(settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"

    def begin(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def end(self) -> str:
        """Wait for its end and return what it said last on the way out; empty when all went well."""
        _, said = self.process.communicate(timeout=GENEROUS_SECONDS)
        return "" if self.process.returncode == 0 else said.strip().splitlines()[-1]


def run_one(settings: Settings, now: datetime) -> float:
    """A pass from its start to its end, in seconds."""
    one = Pass(settings, now)
    started = time.monotonic()
    one.begin()
    assert one.end() == ""
    return time.monotonic() - started


def assert_each_once(found: Outbox, expected: Outbox) -> None:
    """Nothing is missing from the outbox and nothing is there twice, in whatever words."""
    missing, besides = sorted(expected.items - found.items), sorted(found.items - expected.items)
    assert not missing, f"{len(missing)} missing, as {missing[0]}"
    assert not besides, f"{len(besides)} besides, as {besides[0]}"


def assert_sent_once(settings: Settings, now: datetime, expected: Outbox, *, whole: bool = True) -> None:
    """After the leases each item is in one letter and each letter has gone; *whole*: in the letters of a calm pass."""
    found = after_the_lease(settings, now)
    assert_each_once(found, expected)
    assert found.letters.keys() == expected.items
    assert set(found.letters.values()) == found.states.keys()
    assert set(found.states.values()) == {"sent"}
    assert len(list((settings.home / "mail").iterdir())) == len(found.states)
    assert not whole or found.letters == expected.letters


def recover(
    trial: Trial, settings: Settings, fault: str, moment: str, at_kill: str, killed_at: float, *, whole: bool = True
) -> None:
    """The next pass, and the row it makes; what is wrong is raised after the row was kept."""
    run_one(settings, trial.now)
    found = outbox(settings)
    trial.lines.append(Line(fault, moment, at_kill, str(found), time.monotonic() - killed_at))
    assert_each_once(found, trial.expected)
    assert_sent_once(settings, trial.now, trial.expected, whole=whole)
