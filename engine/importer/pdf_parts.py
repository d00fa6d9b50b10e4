"""The pages of a PDF as paragraphs and rows in order: pure, every word of the pages is in one of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.importer.pdf_grid import Grid, Rule, find_grids, with_columns
from engine.importer.pdf_lines import Line, Margins, Word, joined, lines_of, margins_of, running, segments
from engine.importer.rows import Row
from engine.importer.table import columns_of

_COLUMN_LINES = 3
"""So many lines with a gap before one place make that place a column."""


class UnruledTableError(Exception):
    """The words stand in columns that no line parts."""


class LostWordsError(Exception):
    """A word of the pages is in no part."""


@dataclass
class Sheet:
    """A page: its size, its words in the order of the file, its lines, and remarks that become paragraphs."""

    size: tuple[float, float]
    words: list[Word]
    vertical: list[Rule] = field(default_factory=list)
    horizontal: list[Rule] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass
class _Page:
    grids: list[tuple[Grid, list[Word]]]
    lines: list[Line]
    sheet: Sheet


@dataclass
class _Paragraph:
    lines: list[Line]


def parts_of(sheets: Iterable[Sheet]) -> list[str | list[str]]:
    """Return the paragraphs (text) and rows (cells) of the pages in order.

    A table without a header that stands as the one before goes on with its columns, one that does not is read as
    paragraphs. A row cut by the page end gives two rows.

    Raises:
        TooManyRulesError: A page is a drawing.
        UnruledTableError: There is a table, and no lines around its cells.
        LostWordsError: The result does not have the words of the pages.
    """
    pages = [_page(sheet) for sheet in sheets]
    assembly = _Assembly(pages)
    for page in pages:
        assembly.add(page)
    if assembly.columns is None and any(_has_columns(page.lines) for page in pages):
        raise UnruledTableError
    parts = [joined(one.lines) if isinstance(one, _Paragraph) else one for one in assembly.parts]
    _check(pages, parts)
    return parts


def _page(sheet: Sheet) -> _Page:
    grids = find_grids(sheet.vertical, sheet.horizontal)
    inside: dict[int, list[Word]] = defaultdict(list)
    outside = []
    for word in sheet.words:
        number = next((i for i, grid in enumerate(grids) if grid.place(*word.middle)), None)
        (outside if number is None else inside[number]).append(word)
    return _Page([(grid, inside[i]) for i, grid in enumerate(grids)], lines_of(outside), sheet)


class _Assembly:
    """What is read so far; a paragraph may go on over the page end, a table too."""

    def __init__(self, pages: list[_Page]) -> None:
        self.parts: list[_Paragraph | str | list[str]] = []
        self.columns: list[float] | None = None
        self._header: list[str] = []
        self._last: _Paragraph | None = None
        self._new_page = False
        self._running = running([page.lines for page in pages])
        self._margins = self._measured(pages)

    def _measured(self, pages: list[_Page]) -> dict[tuple[float, float], Margins]:
        """Return the margins by the pages' size: what stands outside the tables begins and ends there."""
        lines = defaultdict(list)
        for page in pages:
            lines[page.sheet.size] += [one for one in page.lines if id(one) not in self._running]
        return {size: margins_of(found) for size, found in lines.items()}

    def add(self, page: _Page) -> None:
        self._new_page = True
        blocks: list[tuple[float, Line | tuple[Grid, list[Word]]]] = [(one.box.top, one) for one in page.lines]
        blocks += [(one[0].ys[0], one) for one in page.grids]
        for _, block in sorted(blocks, key=lambda one: one[0]):
            if isinstance(block, Line):
                self._add_line(block, self._margins[page.sheet.size])
            else:
                self._add_table(*block)
                self._last = None
        self.parts += page.sheet.remarks

    def _add_line(self, line: Line, margins: Margins) -> None:
        if id(line) in self._running:
            self.parts.append(line.text)
            return
        pieces = segments(line)
        last, over_page, self._new_page = self._last, self._new_page, False
        if last and len(pieces) == 1 and margins.is_wrapped(last.lines[-1], line, over_page=over_page):
            last.lines.append(line)
            return
        found = [_Paragraph([one]) for one in pieces]
        self.parts += found
        self._last = found[0] if len(found) == 1 else None

    def _add_table(self, grid: Grid, words: list[Word]) -> None:
        same = with_columns(grid, self.columns) if self.columns is not None else None
        rows = self._parted(_rows(same, words)) if same else _rows(grid, words)
        header = next((row for row in rows if columns_of(Row(tuple(row), 0))), None)
        if header is not None:
            self.columns, self._header = (same or grid).xs, header
        elif self.columns is not None and same is None:
            self.parts += [" | ".join(filter(None, row)) for row in rows]
            return
        self.parts += rows

    def _parted(self, rows: list[list[str]]) -> list[list[str]]:
        """Return the rows with the repeated header apart from a row that goes on below it without a line between."""
        first, header = rows[0] if rows else [], self._header
        if not first or first == header or not all(map(str.startswith, first, header)):
            return rows
        return [header, [one[len(begin) :].strip() for one, begin in zip(first, header, strict=True)], *rows[1:]]


def _rows(grid: Grid, words: list[Word]) -> list[list[str]]:
    """Return the rows with words; of a merged cell the first place has them, the others are empty."""
    owners = grid.owners()
    cells: dict[tuple[int, int], list[Word]] = defaultdict(list)
    for word in words:
        place = grid.place(*word.middle)
        cells[owners[place or (0, 0)]].append(word)
    rows, columns = grid.size
    texts = [[joined(lines_of(cells[row, column])) for column in range(columns)] for row in range(rows)]
    return [row for row in texts if any(row)]


def _has_columns(lines: list[Line]) -> bool:
    """Whether the lines stand in three columns, or one of them is the header of a table."""
    starts: list[float] = []
    for line in lines:
        pieces = tuple(one.text for one in segments(line))
        if columns_of(Row(pieces, 0)):
            return True
        pairs = zip(line.words, line.words[1:], strict=False)
        starts += [b.x0 for a, b in pairs if b.x0 - a.x1 > 0.7 * (b.bottom - b.top)]
    columns = Counter(round(one / 2) for one in starts)
    return sum(number >= _COLUMN_LINES for number in columns.values()) > 1


def _check(pages: list[_Page], parts: list[str | list[str]]) -> None:
    read = Counter(_signs(one if isinstance(one, str) else " ".join(one) for one in parts))
    there = Counter(_signs(word.text for page in pages for word in page.sheet.words))
    if there - read:
        raise LostWordsError


def _signs(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from re.sub(r"[\s\u00ad]", "", text)
