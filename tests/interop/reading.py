"""The readers: programs and libraries of other hands, each a process that prints a JSON line an event."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.interop.truth import Row, days

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "readers"
VENV = ROOT / "build" / "interop-venv" / "bin" / "python"
NODE = ROOT / "build" / "interop-node" / "node_modules"
BASE = "icalendar"
"""srok writes with it: it is read with, and not counted."""
NEEDED = 6


class Refused(Exception):  # noqa: N818 - it is what the reader did
    """A reader would not read a calendar."""


@dataclass(frozen=True)
class Reader:
    """How a reader is asked.

    Attributes:
        command: What its script is run with.
        here: What tells that it is there: it ends without an error.
        keeps: Of a row's fields those that the reader gives back beside the days and the SUMMARY.
        by_days: It shows each day of an event and not the event.
    """

    name: str
    command: tuple[str, ...]
    here: tuple[str, ...]
    keeps: frozenset[str] = frozenset({"uid", "status"})
    by_days: bool = False

    @functools.cached_property
    def missing(self) -> bool:
        """Whether it is not on this machine."""
        if not Path(self.here[0]).exists() and shutil.which(self.here[0]) is None:
            return True
        return subprocess.run(self.here, capture_output=True, check=False).returncode != 0

    def read(self, files: Sequence[Path | str]) -> dict[str, list[Row]]:
        """Return what it sees in each of the files, by their names.

        Raises:
            Refused: It would not read one of them.
        """
        environment = os.environ | {"NODE_PATH": str(NODE), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([*self.command, *files], capture_output=True, check=False, env=environment, timeout=300)
        if done.returncode:
            raise Refused(f"{self.name}: {done.stderr.decode(errors='replace')[-2000:]}")
        found = defaultdict(list)
        for text in done.stdout.decode().splitlines():
            one = json.loads(text)
            first, last = date.fromisoformat(one["first"]), date.fromisoformat(one["last"])
            found[one["file"]].append(Row(one["uid"] or "", first, last, one["summary"], one["status"] or ""))
        return found

    def view(self, rows: Iterable[Row]) -> Counter[tuple[object, ...]]:
        """Return of rows what this reader can give back."""
        if self.by_days:
            return Counter(days(rows))
        return Counter(
            (
                one.uid if "uid" in self.keeps else "",
                one.first,
                one.last,
                one.summary,
                one.status if "status" in self.keeps else "",
            )
            for one in rows
        )


def _python(name: str, module: str) -> Reader:
    return Reader(name, (str(VENV), str(HERE / f"read_{module}.py")), (str(VENV), "--version"))


def _node(name: str, module: str) -> Reader:
    check = ("node", "-e", f"require({str(NODE / name)!r})")
    return Reader(name, ("node", str(HERE / f"read_{module}.cjs")), check)


READERS = (
    _python(BASE, "icalendar"),
    _python("recurring-ical-events", "recurring"),
    _python("vobject", "vobject"),
    _python("ics.py", "ics_py"),
    Reader(
        "khal through vdirsyncer", (str(VENV), str(HERE / "read_khal.py")), (str(VENV), "--version"),
        frozenset({"status"}),
    ),
    _node("ical.js", "icaljs"),
    _node("node-ical", "node_ical"),
    Reader(
        "libical", ("/usr/bin/python3", str(HERE / "read_libical.py")),
        ("/usr/bin/python3", "-c", "import gi; gi.require_version('ICalGLib', '3.0')"),
    ),
    Reader(
        "calcurse", (str(VENV), str(HERE / "read_calcurse.py")), ("calcurse", "--version"), frozenset(), by_days=True
    ),
    Reader("Data::ICal", ("perl", str(HERE / "read_data_ical.pl")), ("perl", "-MData::ICal", "-e1")),
    Reader("ruby-icalendar", ("ruby", str(HERE / "read_ruby.rb")), ("ruby", "-ricalendar", "-e1")),
)  # fmt: skip
