"""What every reader in Python prints: a JSON line an event, with the last day as people say it, inclusive."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path


def day(value: date) -> date:
    """Return the day of what a library gives for a DATE; one that makes an instant of it gives its midnight."""
    if isinstance(value, datetime):
        assert (value.hour, value.minute, value.second) == (0, 0, 0), f"an all-day event at {value}"
        return value.date()
    return value


def line(file: str, uid: str | None, first: date, end: date, summary: str, status: str | None) -> None:
    """Print an event whose *end* is the day after the last (RFC 5545, 3.6.1)."""
    last = day(end) - timedelta(days=1)
    row = {"file": file, "uid": uid, "first": str(day(first)), "last": str(last), "summary": summary, "status": status}
    sys.stdout.buffer.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the octets of every file of the command line."""
    for path in map(Path, sys.argv[1:]):
        yield path.name, path.read_bytes()
