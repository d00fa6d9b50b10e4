"""What the hostile servers share: the scripted clock, chance by a seed, a ledger on disk, and requests to kill."""

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 2.0
"""The time-out of the channels in these runs: a hang costs it."""
ACCEPTED = "accepted"
REFUSED = "refused"
"""For ever: this address, or this message."""
MOVED = "moved"
"""Told where to say it instead."""
PUT_OFF = "put off"
"""Surely not taken, and told so."""


def write_clock(folder: Path, now: datetime) -> None:
    """Set the clock of all processes of a run: it goes on from *now* as real time does."""
    draft = folder / "clock.new"
    draft.write_text(f"{now.isoformat()} {time.monotonic()}")
    draft.replace(folder / "clock")


def read_clock(folder: Path) -> tuple[datetime, str]:
    """Return what time it is, and which round: the instant the clock was set to."""
    began, monotonic = (folder / "clock").read_text().split()
    return datetime.fromisoformat(began) + timedelta(seconds=time.monotonic() - float(monotonic)), began


def end_with_the_test() -> None:
    """End this process when whoever runs the test is gone, in whatever way: it holds the other end of our input."""

    def wait() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


@dataclass
class Hostile:
    """The part of a server that is hostile.

    ``noise`` is the weights of the faults a try may meet, ``calm`` that of none; a file «quiet» in the folder ends all.
    """

    folder: Path
    seed: int
    channel: str
    noise: dict[str, int]
    calm: int
    tries: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    lines: int = 0

    def __post_init__(self) -> None:
        self.ledger = (self.folder / f"{self.channel}.jsonl").open("a", encoding="utf-8")

    def is_quiet(self) -> bool:
        return (self.folder / "quiet").exists()

    def fault(self, to: str, noise: dict[str, int] | None = None) -> str:
        """Return what the next try of *to* meets: equal seeds give equal fates, whoever comes when."""
        with self.lock:
            self.tries[to] += 1
            number = self.tries[to]
        weights = {"": self.calm} | (self.noise if noise is None else noise)
        chance = random.Random(f"{self.seed} {self.channel} {to} {number}")
        return "" if self.is_quiet() else chance.choices(list(weights), list(weights.values()))[0]

    def is_one_in(self, n: int, of: str) -> bool:
        """Tell whether *of* is one of those few, by the seed."""
        return random.Random(f"{self.seed} {of}").randrange(n) == 0

    def note(self, **facts: Any) -> int:
        """Write a line of the ledger to the disk, and return its number."""
        now, began = read_clock(self.folder)
        with self.lock:
            self.lines += 1
            line = {"line": self.lines, "at": now.isoformat(), "round": began, "monotonic": time.monotonic(), **facts}
            self.ledger.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.ledger.flush()
            os.fsync(self.ledger.fileno())
            return self.lines

    def ask_to_kill(self, worker: str) -> None:
        """Have whoever runs the test kill the process that speaks at the moment."""
        with self.lock:
            sys.stdout.write(f"kill {worker}\n")
            sys.stdout.flush()
