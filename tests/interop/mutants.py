"""Calendars whose days are wrong by one: whoever reads them must see it, or the comparison is worth nothing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta


def _moved(name: str, days: int, body: bytes) -> bytes:
    def other(found: re.Match[bytes]) -> bytes:
        day = datetime.strptime(found[2].decode(), "%Y%m%d") + timedelta(days=days)  # noqa: DTZ007 - a day
        return found[1] + day.strftime("%Y%m%d").encode()

    changed, times = re.subn(rb"(\r\n" + name.encode() + rb";VALUE=DATE:)(\d{8})", other, body)
    assert times > 10
    return changed


LAST_DAY = "DTEND is the last day"
MUTANTS = {
    LAST_DAY: lambda body: _moved("DTEND", -1, body),
    "DTEND is a day late": lambda body: _moved("DTEND", 1, body),
    "DTSTART is a day early": lambda body: _moved("DTSTART", -1, body),
}
