"""Measures what commands cost as whole processes, beside what they cannot do without: `make bench-commands`.

A command and its yardstick run in turn, so that what else the machine does touches both. Goals: DESIGN.md 12.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

ROOT = Path(__file__).parents[1]
PLAN = ROOT / "plans" / "lysva-2021.yaml"
FOUR_YEARS = ("--from", "2021-01-01", "--to", "2024-12-31")
CELL = ("Ежегодно Июнь, август", "--from", "2021-01-01", "--to", "2024-12-31")


@dataclass
class Row:
    """A process and how long it took, in milliseconds: `wall` by the clock, `cpu` of it and of its children."""

    name: str
    words: Sequence[object]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self, home: Path) -> None:
        """Run it once; the first call only warms the system's cache."""
        before, start = _spent(), perf_counter()
        command = [sys.executable, *map(str, self.words)]
        env = os.environ | {"SROK_HOME": str(home), "COLUMNS": "100"}
        subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wall.append(1000 * (perf_counter() - start))
        self.cpu.append(1000 * (_spent() - before))


@dataclass
class Pair:
    """A command, its yardstick, and how many times its yardstick it may cost."""

    goal: str
    command: Row
    yardstick: Row
    at_most: float


def pairs() -> list[Pair]:
    """Return what is compared."""
    check = ("-m", "srok", "check", PLAN)
    return [
        Pair("start-help", _srok("--help"), _imports("typer, rich.table"), 1.5),
        Pair("start-explain", _srok("explain", *CELL), _imports("typer, rich.table, holidays"), 1.3),
        Pair("start-status", _srok("status"), _imports("typer, rich.table, holidays, sqlmodel"), 1.3),
        Pair("rehearse-check", _srok("rehearse", PLAN, *FOUR_YEARS), Row("srok check", check), 5),
    ]


def _srok(*words: object) -> Row:
    return Row(f"srok {words[0]}", ("-m", "srok", *words))


def _imports(modules: str) -> Row:
    return Row(f"import {modules}", ("-c", f"import {modules}"))


def _spent() -> float:
    """Return the seconds of CPU, user's and system's, of the processes that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main() -> None:
    """Print the table and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21, help="of each process (default: 21)")
    runs = max(parser.parse_args().runs, 2)
    compared = pairs()
    with tempfile.TemporaryDirectory(prefix="srok-bench-") as folder:
        home = Path(folder)
        shutil.copy(ROOT / "plans" / "people.example.yaml", home / "people.yaml")
        Row("", ("-m", "srok", "sync", PLAN)).run(home)
        for pair in compared:
            measure(pair, home, runs)
    print(f"whole processes, {runs} runs of each, a command and its yardstick in turn; quartiles beside the medians")
    print(f"{'':46}{'wall ms':>9}{'quartiles':>14}{'cpu ms':>9}{'quartiles':>14}")
    for pair in compared:
        print("\n".join(_line(row) for row in (pair.command, pair.yardstick)))
    for pair in compared:
        print_goal(pair)


def measure(pair: Pair, home: Path, runs: int) -> None:
    """Run both once to warm the caches, then *runs* times in turn."""
    for row in (pair.command, pair.yardstick) * (runs + 1):
        row.run(home)
    for row in (pair.command, pair.yardstick):
        del row.wall[0], row.cpu[0]


def _line(row: Row) -> str:
    return f"{row.name:46}{median(row.wall):9.0f}{_spread(row.wall):>14}{median(row.cpu):9.0f}{_spread(row.cpu):>14}"


def _spread(times: list[float]) -> str:
    low, _, high = quantiles(times, n=4)
    return f"{low:.0f}–{high:.0f}"


def print_goal(pair: Pair) -> None:
    """Say the ratio of the medians by the clock; that of CPU stands beside it, which other programs disturb less."""
    wall, cpu = (median(getattr(pair.command, one)) / median(getattr(pair.yardstick, one)) for one in ("wall", "cpu"))
    verdict = "ok" if wall <= pair.at_most else "MISSED"
    print(f"{pair.goal}: ratio {wall:.2f}   goal ≤ {pair.at_most}×   {verdict}   (cpu {cpu:.2f})")


if __name__ == "__main__":
    main()
