"""Several deadlines in one cell: which parts of the measure they belong to, where its text has just as many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase

from engine.calendar import Horizon, Kind
from engine.deadline import Between, By, On, parse_deadline
from engine.errors import DeadlineError
from engine.importer.findings import Finding, flat
from engine.importer.table import Item
from engine.importer.terms import read_deadline

_DASH = re.compile(r"(?:^|\s)[-–—]\s*(?=[^\W\d])")
"""A dash that begins a part of a list; «ВПР - 2023» and «план- график» are none."""
_MARKS = (re.compile(r"(?:^|\s)([а-я])\)\s*"), re.compile(r"(?:^|\s)(\d{1,2})\)\s*"))
_FIRST_MARKS = "абвгдежзиклмнопрстуфхцчшщэюя", [str(number) for number in range(1, 30)]
_ACTION = re.compile(r"\w+(?:ние|тие|ция|ка|ча|ть|ти|ор|из|инг|смотр|ство|семинар)\b", re.IGNORECASE)
"""A word that names a work: «проведение», «проверка», «сбор». Without a mark only such a word begins a part."""
MOST_PARTS = len(ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Divided:
    """The deadlines of one cell, and the parts of the measure they belong to by their order; no parts: none fit."""

    deadlines: tuple[str, ...]
    titles: tuple[str, ...]


def divide(item: Item, horizon: Horizon) -> Divided | None:
    """Divide a measure whose cell holds several deadlines; None where it holds one, or a rhythm, or an event."""
    deadlines, alone = _deadlines(item.cells.get("deadline", ""), horizon)
    if len(deadlines) < 2:  # noqa: PLR2004 - several are two
        return None
    fits = alone and len(deadlines) <= MOST_PARTS
    return Divided(deadlines, _parts(item.cells.get("title", ""), len(deadlines)) if fits else ())


def several_dates(item: Item, divided: Divided) -> Finding:
    """Return what is to be said of a cell with several deadlines."""
    cells = ", ".join(f"«{one}»" for one in divided.deadlines)
    if divided.titles:
        message = f"Сроки ({cells}) соединены с частями меры только по порядку: проверьте, какой срок чей."
    else:
        message = (
            f"В ячейке несколько сроков ({cells}): отчитываться надо по каждому; проверьте, не разные ли это меры."
        )
    return Finding("two-dates-one-cell", item.lines[0], item.number, message)


def _deadlines(cell: str, horizon: Horizon) -> tuple[tuple[str, ...], bool]:
    """Return the deadlines of a cell, and whether each can be read without the others."""
    whole = flat(cell)
    try:
        deadline = parse_deadline(whole)
    except DeadlineError:
        ways = (tuple(way) for way in _pieces(cell))
        return next((way for way in ways if all(_is_dated(piece, horizon) for piece in way)), ()), True
    if not all(isinstance(one, On | Between | By) for one in deadline.terms):
        return (), False
    starts = [one.span[0] for one in deadline.terms]
    ends = [*starts[1:], len(whole)]
    pieces = tuple(whole[start:end].strip(" ,;") for start, end in zip(starts, ends, strict=True))
    windows = [window for piece in pieces for window in _windows(piece, horizon)]
    return pieces, sorted(windows, key=str) == sorted(_windows(whole, horizon), key=str)


def _pieces(cell: str) -> Iterator[list[str]]:
    """Yield the ways to divide a cell that cannot be read as a whole: by its marks, by its paragraphs."""
    for _, marked in _by_marks(flat(cell)):
        yield [one.strip(" ,;") for one in marked]
    yield [flat(one).strip(" ,;") for one in cell.split("\n") if one.strip()]


def _is_dated(piece: str, horizon: Horizon) -> bool:
    reading = read_deadline(piece, horizon)
    return reading is not None and all(part.kind is Kind.DATED for part in reading.parts)


def _windows(piece: str, horizon: Horizon) -> list[object]:
    reading = read_deadline(piece, horizon)
    return [window for part in reading.parts for window in part.windows] if reading else []


def _parts(title: str, number: int) -> tuple[str, ...]:
    """Return the parts of *title* where it has just *number* of them, each with the words that lead the list."""
    paragraphs = [flat(one).lstrip("-–— ") for one in title.split("\n")]
    for lead, parts in (*_by_marks(flat(title)), *_listed(paragraphs), *_listed(_DASH.split(flat(title)))):
        if len(parts) == number and all(one.strip(" ;,.") for one in parts):
            return tuple(f"{lead} {one.strip(' ;,')}".strip() for one in parts)
    return ()


def _by_marks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield *text* divided at «а) б)» and «1) 2)» where these are in order, with what leads the list."""
    for pattern, expected in zip(_MARKS, _FIRST_MARKS, strict=True):
        lead, *others = pattern.split(text)
        marks, pieces = others[::2], others[1::2]
        if len(marks) > 1 and marks == list(expected[: len(marks)]):
            yield lead.strip(), pieces


def _listed(pieces: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield pieces without marks where each begins with a work, with what leads them up to a colon."""
    lead, *others = [one for one in pieces if one.strip()] or [""]
    parts = others if lead.endswith(":") else [lead, *others]
    if all(_ACTION.match(one) for one in parts):
        yield lead if parts is others else "", parts
