"""Faults of a feed that readers forgive one by one, and no two of them alike (RFC 5545, 7986; notes in README.md)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

OCTETS = 75
TEXTS = {"SUMMARY", "DESCRIPTION", "NAME", "X-WR-CALNAME", "X-WR-CALDESC"}
DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


def faults(body: bytes) -> list[str]:
    """Return what is wrong with the bytes of a calendar."""
    return [*_of_lines(body), *_of_properties(body)]


def _of_lines(body: bytes) -> Iterator[str]:
    if body.startswith(b"\xef\xbb\xbf"):
        yield "a byte order mark"
    if not body.endswith(b"END:VCALENDAR\r\n") or re.search(rb"(?<!\r)\n|\r(?!\n)", body):
        yield "line breaks other than CRLF"
    for line in body.split(b"\r\n"):
        if len(line) > OCTETS:
            yield f"a line of {len(line)} octets"
        if not _is_utf8(line):
            yield "a letter cut by a fold"
        if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line.strip(b"\r\n")):
            yield "a control character"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _of_properties(body: bytes) -> Iterator[str]:
    text = body.decode(errors="replace").removeprefix("\ufeff").replace("\r\n ", "").replace("\r\n\t", "")
    lines = [line for line in text.split("\r\n") if line]
    head, *events = _components(lines)
    yield from _of_head({line.partition(":")[0] for line in head})
    for line in lines:
        name, _, value = line.partition(":")
        if name == "CATEGORIES" and not value:
            yield "empty CATEGORIES"
        if name in TEXTS and re.search(r"(?<!\\)(?:\\\\)*[,;]", value):
            yield "an unescaped comma or semicolon"
        if ";TZID=" in name or re.match(r"(ATTENDEE|ORGANIZER)\b", name):
            yield f"{name.partition(';')[0]} has no place here"
    for uid, times in Counter(line for event in events for line in event if line.startswith("UID:")).items():
        if times > 1:
            yield f"{uid} twice"
    for event in events:
        yield from _of_event(event)


def _of_head(names: set[str]) -> Iterator[str]:
    if "UID" in names:
        yield "a UID of the calendar"
    if "METHOD" in names:
        yield "a METHOD without an ORGANIZER"
    if "REFRESH-INTERVAL;VALUE=DURATION" not in names:
        yield "REFRESH-INTERVAL does not say VALUE=DURATION"


def _components(lines: list[str]) -> list[list[str]]:
    """Return the lines of the calendar itself, then those of each VEVENT without its alarms."""
    found: list[list[str]] = [[]]
    inside: list[str] = []
    for line in lines:
        if line.startswith("BEGIN:"):
            inside.append(line)
            if line == "BEGIN:VEVENT":
                found.append([])
        elif line.startswith("END:"):
            inside.pop()
        elif len(inside) == 1:
            found[0].append(line)
        elif inside[-1] == "BEGIN:VEVENT":
            found[-1].append(line)
    return found


def _of_event(lines: list[str]) -> Iterator[str]:
    fields = dict(line.split(":", 1) for line in lines)
    for name in ("UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY"):
        if not fields.get(name):
            yield f"no {name}"
    begin, end = fields.get("DTSTART;VALUE=DATE"), fields.get("DTEND;VALUE=DATE")
    if begin is None or end is None:
        yield "not an all-day event"
    elif _day(end) <= _day(begin):
        yield "DTEND is not after DTSTART"


def _day(value: str) -> date:
    found = DATE.fullmatch(value)
    assert found is not None, value
    return date(int(found[1]), int(found[2]), int(found[3]))
