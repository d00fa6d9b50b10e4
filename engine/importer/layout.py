"""What the readers of office files share: a table of the plan gives rows, one that only places words paragraphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.importer.columns import NUMBER, columns_of
from engine.importer.rows import ImportRefusedError, Paragraph, Row

Grid = list[Row]
"""A table as its reader has it, the lines of its rows not numbered yet."""
MAX_PARTS = 20_000
"""More rows and paragraphs than any order has."""
TOO_LONG = f"в документе больше {MAX_PARTS} строк: оставьте в нём приказ и план"


def grid(rows: list[tuple[list[str], frozenset[int]]]) -> Grid:
    """Return the rows, cells and carried columns, at one width; a row with nothing of its own is left out."""
    width = max((len(cells) for cells, _ in rows), default=0)
    whole = [Row((*cells, *[""] * (width - len(cells))), 0, carried) for cells, carried in rows]
    return [row for row in whole if any(row.own)]


def check_rows(count: int, name: str) -> None:
    """Refuse a table before its cells are read that has more rows than a document may have.

    Raises:
        ImportRefusedError: It has.
    """
    if count > MAX_PARTS:
        raise ImportRefusedError(name, TOO_LONG)


def says_header(cells: list[str]) -> bool:
    """Whether these are the cells of a plan's header."""
    return columns_of(Row(tuple(cells), 0)) is not None


def carry(cells: list[str], above: dict[int, str], columns: Iterable[int]) -> frozenset[int]:
    """Put the words of the cells above into the empty *columns* of a row, and return the columns that got some."""
    carried = {column for column in columns if above.get(column) and column < len(cells) and not cells[column]}
    for column in carried:
        cells[column] = above[column]
    return frozenset(carried)


def lines(block: Grid) -> Iterator[str]:
    """Return the lines of the cells of a table, in order."""
    return (text for row in block for cell in row.own for text in cell.split("\n") if text)


def arranged(blocks: Iterable[str | Grid]) -> Iterator[Row | Paragraph]:
    """Return the parts of a document, numbered; an empty paragraph is none, but counts.

    A table with the header of a plan gives rows, and so does one below it of the same width or with a № of its own:
    the table goes on. Any other, and what stands above the header, only places words: each line of a cell is a
    paragraph.
    """
    line, width = 0, 0
    for block in blocks:
        if isinstance(block, str):
            line += 1
            if block:
                yield Paragraph(block, line)
            continue
        first = next((at for at, row in enumerate(block) if columns_of(row)), None)
        if first is None:
            first = 0 if width and _goes_on(block, width) else len(block)
        else:
            width = len(block[first].cells)
        for text in lines(block[:first]):
            line += 1
            yield Paragraph(text, line)
        for row in block[first:]:
            line += 1
            yield Row(row.cells, line, row.carried)


def _goes_on(block: Grid, width: int) -> bool:
    """Whether a table without a header is the rest of the plan's, not the place of a signature."""
    numbered = any(len(row.cells) > 2 and NUMBER.fullmatch(row.own[0].strip()) for row in block)  # noqa: PLR2004
    return bool(block) and (numbered or len(block[0].cells) == width)
