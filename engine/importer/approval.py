"""The words over an appendix that name the order it belongs to: «УТВЕРЖДЁН приказом … от … № …», «УТВЕРЖДАЮ»."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.importer.findings import flat
from engine.importer.requisites import KINDS, Requisites, requisites
from engine.importer.rows import Paragraph
from engine.importer.signing import LONGEST_LINE, Signature, find_signature

_BEGINS = re.compile(r"(?:утвержд[её]н[аоы]?|приложение)(?!\w)", re.IGNORECASE)
_APPROVES = re.compile(r"утверждаю(?!\w)", re.IGNORECASE)
_KIND = re.compile(r"\b(приказ|распоряжени|постановлени)\w+", re.IGNORECASE)
_MOST_LINES = 7


@dataclass(frozen=True, slots=True)
class Approval:
    """What the words over an appendix say of its order."""

    kind: str
    days: tuple[date, ...]
    numbers: tuple[str, ...]
    text: str
    lines: tuple[int, ...]


def find_approval(lines: Sequence[Paragraph]) -> Approval | None:
    """Return the order that *lines* name over an appendix; None where no such words have its number and day."""
    for at, one in enumerate(lines):
        if _BEGINS.match(one.text):
            block = _block(lines[at : at + _MOST_LINES])
            if block is not None:
                return block
    return None


def _block(lines: Sequence[Paragraph]) -> Approval | None:
    """Return the fewest lines that name kind, day and number, the numbers of the appendix itself left out."""
    text = ""
    for count, one in enumerate(lines, 1):
        if len(one.text) > LONGEST_LINE:
            return None
        text = flat(f"{text} {one.text}")
        kind = _KIND.search(text)
        named: Requisites | None = requisites(text[kind.end() :]) if kind else None
        if kind and named and named.days and named.numbers:
            act = next(full for full in KINDS if full.startswith(kind[1].casefold()))
            return Approval(act, named.days, named.numbers, text, tuple(part.line for part in lines[:count]))
    return None


def find_approver(lines: Sequence[Paragraph]) -> tuple[Signature, str] | None:
    """Return who approves a plan by «УТВЕРЖДАЮ» over it, and those words."""
    at = next((at for at, one in enumerate(lines) if _APPROVES.match(one.text)), None)
    if at is None:
        return None
    block = lines[at : at + _MOST_LINES]
    signature = find_signature(block[1:])
    if signature is None:
        return None
    used = [one for one in block if one.line == block[0].line or one.line in signature.lines]
    lines_used = tuple(one.line for one in used)
    return Signature(signature.name, signature.post, lines_used), flat(" ".join(one.text for one in used))
