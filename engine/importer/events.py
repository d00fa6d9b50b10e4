"""The events that deadlines of a draft hang on: one for each phrase, without days, for the document names none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from engine.calendar import EventStatus, Kind, Reading, normalise_phrase
from engine.importer.findings import Finding, named
from engine.importer.table import Item

_LATIN = dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True)) | {
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sch",
    "ъ": "",
    "ь": "",
    "ю": "yu",
    "я": "ya",
}
_ID_LENGTH = 60


def plan_events(
    items: Sequence[Item], readings: Sequence[Reading | None]
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Return the section `events`, and one finding for each event: its days are to be entered."""
    phrases: dict[str, tuple[str, list[Item]]] = {}
    for item, reading in zip(items, readings, strict=True):
        for part in reading.parts if reading else ():
            if part.kind is Kind.EVENT and part.event:
                hung = phrases.setdefault(normalise_phrase(part.event), (part.event, []))[1]
                hung += [item] if item not in hung[-1:] else []
    events: list[dict[str, Any]] = []
    taken = Counter[str]()
    findings: list[Finding] = []
    for phrase, hung in phrases.values():
        events.append(_event(phrase, taken))
        message = (
            f"Событие «{phrase}» без дней ({named([one.number for one in hung])}): внесите их командой srok event set."
        )
        findings.append(Finding("event-undated", hung[0].lines[0], hung[0].number, message))
    return events, findings


def _event(phrase: str, taken: Counter[str]) -> dict[str, Any]:
    identity = stem = latin(phrase) or "event"
    while identity in taken:
        taken[stem] += 1
        identity = f"{stem}-{taken[stem]}"
    taken[identity] += 1
    return {
        "id": identity,
        "title": phrase,
        "status": EventStatus.PLANNED.value,
        "basis": "документ дат не называет",
        "phrases": [phrase],
    }


def latin(words: str) -> str:
    """Return *words* in Latin letters as an id: «проведения ВПР» is «provedeniya-vpr»; «» where none can be."""
    signs = "".join(_LATIN.get(sign, sign) for sign in words.casefold())
    return "-".join(re.findall(r"[a-z0-9]+", signs))[:_ID_LENGTH].strip("-")
