"""Reads an .xlsx into rows: openpyxl, read-only, values as last computed. Needs the extra office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from engine.importer.container import DAMAGED, check_package
from engine.importer.docx import MAX_COLUMNS, TOO_WIDE
from engine.importer.rows import ImportRefusedError, Paragraph, Row, Source

MAX_ROWS = 1 << 20
"""Rows of a sheet, those left out included: as many as Excel has."""
MAX_CHARS = 5_000_000
"""Characters of all cells: one shared string may be named by a hundred thousand of them."""
_LOOK = 512
"""Columns looked at: openpyxl makes a list up to the farthest cell, and a forged one stands anywhere."""
_TOO_LONG = "таблица слишком велика: оставьте в файле только таблицу дорожной карты"


def read_xlsx(content: bytes, name: str) -> Source:
    """Return the rows of the sheets in order; a lone cell above the table of its sheet is a paragraph.

    A hidden sheet with words is refused, so that none are lost or taken in silence.
    """
    check_package(content, name, "xlsx")
    from openpyxl import load_workbook  # noqa: PLC0415 (imported when used)

    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        parts: list[Row | Paragraph] = []
        for sheet in book.worksheets:
            rows = _sheet(sheet, name)
            parts += _parts(rows, len(parts))
        return Source(name, tuple(parts))
    except ImportRefusedError:
        raise
    except Exception as error:  # a forged package fails in the library anywhere
        raise ImportRefusedError(name, DAMAGED) from error


def _sheet(sheet: Any, name: str) -> list[list[str]]:
    sheet.reset_dimensions()
    rows, chars, before = list[list[str]](), 0, None
    for number, row in enumerate(sheet.iter_rows(max_col=_LOOK), start=1):
        if number > MAX_ROWS:
            raise ImportRefusedError(name, _TOO_LONG)
        if row is before:  # a gap: openpyxl gives one empty row for all of it
            continue
        before = row
        cells = [_printed(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        chars += sum(map(len, cells))
        if len(cells) > MAX_COLUMNS:
            raise ImportRefusedError(name, TOO_WIDE)
        if chars > MAX_CHARS:
            raise ImportRefusedError(name, _TOO_LONG)
        if cells:
            rows.append(cells)
    if rows and sheet.sheet_state != "visible":
        shown = " ".join(str(sheet.title).split())
        raise ImportRefusedError(name, f"на скрытом листе «{shown}» есть данные: покажите лист или удалите его")
    return rows


def _parts(rows: list[list[str]], before: int) -> Iterator[Row | Paragraph]:
    width, table = max(map(len, rows), default=0), False
    for line, cells in enumerate(rows, start=before + 1):
        filled = [cell for cell in cells if cell]
        table = table or len(filled) > 1
        yield Row((*cells, *[""] * (width - len(cells))), line) if table else Paragraph(filled[0], line)


def _printed(cell: Any) -> str:
    """The value as the sheet shows it: a day as 14.10.2020, a number with the decimals of its format."""
    value = cell.value
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y}" if value.time() == time() else f"{value:%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, float):
        decimals = cell.number_format.partition(".")[2] if cell.number_format in {"0.0", "0.00"} else ""
        return f"{value:.{len(decimals)}f}" if decimals else f"{value:.15g}"
    return "" if value is None else str(value).strip()
