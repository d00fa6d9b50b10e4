"""Rows cut by a page end whose № is printed in the middle of their height: it may stand in the later part."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.importer.columns import NUMBER, columns_of
from engine.importer.pdf_grid import Grid
from engine.importer.pdf_lines import Word
from engine.importer.rows import Row

_TALL = 2.5
"""A row of as many letter heights has a middle that is not its top."""


class Cuts:
    """The page ends of the plan's table, and whether its № stand in the middle of the rows."""

    def __init__(self) -> None:
        self._middle = Counter[bool]()
        self._pairs: list[tuple[int, int]] = []
        self._open: int | None = None

    def add(self, grid: Grid, words: Sequence[Word], header: tuple[str, ...], at: list[int], parts: list[Any]) -> None:
        """Take note of one page of the table: *at* are the places of its rows, less the header, in *parts*."""
        column = _number(header)
        if column is None or not at:
            return
        self._middle.update(_middles(grid, words, column))
        first, last = parts[at[0]].own[column].strip(), parts[at[-1]].own[column].strip()
        if self._open is not None and NUMBER.fullmatch(first):
            self._pairs.append((self._open, at[0]))
        if len(at) > 1 or first:
            self._open = at[-1] if not last and len(at) > 1 else None

    def mend(self, header: tuple[str, ...], parts: list[Any]) -> None:
        """Give the upper part of a row the № that is printed in its lower part; the lower goes on without one."""
        column = _number(header)
        if column is None or self._middle[True] <= self._middle[False]:
            return
        for upper, lower in self._pairs:
            number = parts[lower].cells[column]
            parts[upper] = _with(parts[upper], column, number)
            parts[lower] = _with(parts[lower], column, "")


def _number(header: tuple[str, ...]) -> int | None:
    names = columns_of(Row(header, 0)) or ()
    return names.index("number") if "number" in names else None


def _with(row: Row, column: int, text: str) -> Row:
    return replace(row, cells=(*row.cells[:column], text, *row.cells[column + 1 :]))


def _middles(grid: Grid, words: Sequence[Word], column: int) -> list[bool]:
    """Return for each tall row with a № whether that stands below its first line."""
    rows: dict[int, list[tuple[int, Word]]] = defaultdict(list)
    for word in words:
        row, place = grid.place(*word.middle) or (0, -1)
        rows[row].append((place, word))
    found = []
    for placed in rows.values():
        numbers = [word for place, word in placed if place == column]
        top, bottom = min(word.top for _, word in placed), max(word.bottom for _, word in placed)
        if numbers and bottom - top > _TALL * (numbers[0].bottom - numbers[0].top):
            found.append(numbers[0].top > top + 0.5 * (numbers[0].bottom - numbers[0].top))
    return found
