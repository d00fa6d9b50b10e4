"""The pages of a PDF as paragraphs and rows in order: pure, every word of the pages is in one of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.importer.columns import columns_of
from engine.importer.layout import carry, says_header
from engine.importer.pdf_cut import Cuts
from engine.importer.pdf_grid import SNAP, Grid, Rule, find_grids, with_columns
from engine.importer.pdf_lines import Line, Margins, Word, joined, lines_of, margins_of, running, segments
from engine.importer.rows import Row

_Cut = tuple[Row, bool]
"""A row, and whether its first cell is not merged over all columns."""
_COLUMN_LINES = 3
"""So many lines with a gap before one place make that place a column."""
_FREE = 1.25
"""A gap of as many letter heights is a line left free; the space after a paragraph is smaller."""


class UnruledTableError(Exception):
    """The words stand in columns that no line parts."""


class CrossedLineError(Exception):
    """A word stands across a line: whose cell it is in cannot be said."""


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


def parts_of(sheets: Iterable[Sheet]) -> list[str | Row]:
    """Return the paragraphs (text, empty for a line left free) and rows of the pages in order, the rows not numbered.

    A table without a header that stands as the one before goes on with its columns, one that does not is read as
    paragraphs. A row cut by the page end gives two rows.

    Raises:
        TooManyRulesError: A page is a drawing.
        UnruledTableError: There is a table, and no lines around its cells.
        CrossedLineError: A word stands across the line between two cells.
        LostWordsError: The result does not have the words of the pages.
    """
    pages = [_page(sheet) for sheet in sheets]
    assembly = _Assembly(pages)
    for page in pages:
        assembly.add(page)
    if assembly.columns is None and any(_has_columns(page.lines) for page in pages):
        raise UnruledTableError
    assembly.cuts.mend(assembly.header, assembly.parts)
    parts = [joined(one.lines) if isinstance(one, _Paragraph) else one for one in assembly.parts]
    _check(pages, parts)
    return parts


def _page(sheet: Sheet) -> _Page:
    grids = find_grids(sheet.vertical, sheet.horizontal)
    inside: dict[int, list[Word]] = defaultdict(list)
    outside: list[Word] = []
    for word in sheet.words:
        number = next((i for i, grid in enumerate(grids) if grid.place(*word.middle)), None)
        (outside if number is None else inside[number]).append(word)
    return _Page([(grid, inside[i]) for i, grid in enumerate(grids)], lines_of(outside), sheet)


class _Assembly:
    """What is read so far; a paragraph may go on over the page end, a table too."""

    def __init__(self, pages: list[_Page]) -> None:
        self.parts: list[_Paragraph | str | Row] = []
        self.columns: list[float] | None = None
        self.header: tuple[str, ...] = ()
        self.cuts = Cuts()
        self._bottom: float | None = None
        self._last: _Paragraph | None = None
        self._new_page = False
        self._running = running([page.lines for page in pages])
        self._margins = self._measured(pages)

    def _measured(self, pages: list[_Page]) -> dict[tuple[float, float], Margins]:
        """Return the margins by the pages' size: what stands outside the tables begins and ends there."""
        lines: dict[tuple[float, float], list[Line]] = defaultdict(list)
        for page in pages:
            lines[page.sheet.size] += [one for one in page.lines if id(one) not in self._running]
        return {size: margins_of(found) for size, found in lines.items()}

    def add(self, page: _Page) -> None:
        self._new_page, self._bottom = True, None
        blocks: list[tuple[float, Line | tuple[Grid, list[Word]]]] = [(one.box.top, one) for one in page.lines]
        blocks += [(one[0].ys[0], one) for one in page.grids]
        for _, block in sorted(blocks, key=lambda one: one[0]):
            if isinstance(block, Line):
                self._add_line(block, self._margins[page.sheet.size])
            else:
                self._add_table(*block)
                self._last = self._bottom = None
        self.parts += page.sheet.remarks

    def _add_line(self, line: Line, margins: Margins) -> None:
        if id(line) in self._running:
            self.parts.append(line.text)
            return
        box = line.box
        free = self._bottom is not None and box.top - self._bottom > _FREE * (box.bottom - box.top)
        self._bottom = box.bottom
        pieces = segments(line)
        last, over_page, self._new_page = self._last, self._new_page, False
        if last and len(pieces) == 1 and margins.is_wrapped(last.lines[-1], line, over_page=over_page):
            last.lines.append(line)
            return
        found = [_Paragraph([one]) for one in pieces]
        self.parts += [""] * free
        self.parts += found
        self._last = found[0] if len(found) == 1 else None

    def _add_table(self, grid: Grid, words: list[Word]) -> None:
        same = with_columns(grid, self.columns) if self.columns is not None else None
        rows = self._parted(_rows(same, words)) if same else _rows(grid, words)
        header = next((row for row, _ in rows if says_header(list(row.own))), None)
        if header is not None:
            self.columns, self.header = (same or grid).xs, header.cells
        strange = self.columns is not None and header is None and same is None
        before = len(self.parts)
        self.parts += [_told(row) if strange or (cut and self._is_rest(row)) else row for row, cut in rows]
        if not strange:
            own = enumerate(self.parts[before:], before)
            at = [i for i, one in own if isinstance(one, Row) and one.cells != self.header]
            self.cuts.add(same or grid, words, self.header, at, self.parts)

    def _is_rest(self, row: Row) -> bool:
        """Whether a lone first cell is no section, but goes on with what stands above it: a № would not."""
        return bool(row.own[0]) and not any(row.own[1:]) and (columns_of(Row(self.header, 0)) or ("",))[0] != "number"

    def _parted(self, rows: list[_Cut]) -> list[_Cut]:
        """Return the rows with the repeated header apart from a row that goes on below it without a line between."""
        first, header = rows[0][0].cells if rows else (), self.header
        if not first or first == header or not all(map(str.startswith, first, header)):
            return rows
        rest = tuple(one[len(begin) :].strip() for one, begin in zip(first, header, strict=True))
        return [(Row(header, 0), False), (Row(rest, 0), True), *rows[1:]]


def _told(row: Row) -> str:
    return " | ".join(filter(None, row.own))


def _rows(grid: Grid, words: list[Word]) -> list[_Cut]:
    """Return the rows with words of their own; a cell merged over rows is carried into those below."""
    owners = grid.owners()
    found: dict[tuple[int, int], list[Word]] = defaultdict(list)
    for word in words:
        x, y = word.middle
        left, right = min(x, word.x0 + SNAP), max(x, word.x1 - SNAP)
        cells_under = {owners[grid.place(one, y) or (0, 0)] for one in (left, x, right)}
        if len(cells_under) > 1:
            raise CrossedLineError
        found[cells_under.pop()].append(word)
    rows, columns = grid.size
    texts = {place: joined(lines_of(there)) for place, there in found.items()}
    whole = []
    for row in range(rows):
        cells = [texts.get((row, column), "") for column in range(columns)]
        above = {column: texts.get(owners[row, column], "") for column in range(columns)}
        down = [
            column for column in range(columns) if owners[row, column][0] < row and owners[row, column][1] == column
        ]
        carried = carry(cells, above, down)
        one = Row(tuple(cells), 0, carried)
        if any(one.own):
            whole.append((one, owners[row, columns - 1] != (row, 0)))
    return whole


def _has_columns(lines: list[Line]) -> bool:
    """Whether the lines stand in three columns, or one of them is the header of a table."""
    starts: list[float] = []
    for line in lines:
        if says_header([one.text for one in segments(line)]):
            return True
        pairs = zip(line.words, line.words[1:], strict=False)
        starts += [b.x0 for a, b in pairs if b.x0 - a.x1 > 0.7 * (b.bottom - b.top)]
    columns = Counter(round(one / 2) for one in starts)
    return sum(number >= _COLUMN_LINES for number in columns.values()) > 1


def _check(pages: list[_Page], parts: list[str | Row]) -> None:
    read = Counter(_signs(one if isinstance(one, str) else " ".join(one.own) for one in parts))
    there = Counter(_signs(word.text for page in pages for word in page.sheet.words))
    if there - read:
        raise LostWordsError


def _signs(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from re.sub(r"[\s\u00ad]", "", text)
