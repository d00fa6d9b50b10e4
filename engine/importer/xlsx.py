"""Reads an .xlsx into rows: openpyxl, read-only, values as last computed. Needs the extra office."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from engine.deadline.canonical import GENITIVE_MONTHS, MONTHS
from engine.importer.container import DAMAGED, check_package
from engine.importer.docx import MAX_COLUMNS, TOO_WIDE
from engine.importer.findings import Finding, flat
from engine.importer.layout import Grid, arranged, carry, grid, lines, says_header
from engine.importer.rows import ImportRefusedError, Source
from engine.importer.xlsx_marks import read_marks

MAX_ROWS = 1 << 20
"""Rows of a sheet, those left out included: as many as Excel has."""
MAX_CHARS = 5_000_000
"""Characters of all cells: one shared string may be named by a hundred thousand of them."""
_LOOK = 512
"""Columns looked at: openpyxl makes a list up to the farthest cell, and a forged one stands anywhere."""
_TOO_LONG = "таблица слишком велика: оставьте в файле только таблицу дорожной карты"
_ASIDE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|[_*].|h+\W*m+|m+\W*s+')
"""What of a format shows no part of the day: words, colours and languages, spaces, minutes."""
_BESIDE = re.compile(r"xl/(comments/?|drawings/)[^/]*\.xml")
_TEXT = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}t"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_EDGE_MARKS = re.compile(r'&"[^"]*"|&K[0-9A-F]{6}|&\d{1,3}|&.')


def read_xlsx(content: bytes, name: str) -> Source:
    """Return the rows of the sheets in order; what stands above the header of the table is paragraphs.

    What the sheet shows is read: of a day shown as a month, the month. A sheet nobody sees, and a formula nobody has
    counted, are refused; rows and columns nobody sees are read and told.
    """
    check_package(content, name, "xlsx")
    from openpyxl import load_workbook  # noqa: PLC0415 (imported when used)

    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            sheets = [_Sheet(one, archive, name) for one in book.worksheets]
            beside = list(_beside(archive))
        blocks = [block for one in sheets for block in one.blocks]
        findings = [finding for one in sheets for finding in one.findings]
        return Source(name, tuple(arranged(blocks)), (*findings, *beside))
    except ImportRefusedError:
        raise
    except Exception as error:  # a forged package fails in the library anywhere
        raise ImportRefusedError(name, DAMAGED) from error


class _Sheet:
    """A sheet: its rows as one block after another, and what is to be said of it."""

    def __init__(self, sheet: Any, archive: zipfile.ZipFile, name: str) -> None:
        self.name = name
        self.title = flat(str(sheet.title))
        self.findings: list[Finding] = []
        self.filled: set[int] = set()
        with archive.open(sheet._worksheet_path) as stream:  # noqa: SLF001 (openpyxl tells it nowhere else)
            self.marks = read_marks(stream)
        self.blocks = self.cut(self.rows(sheet))
        if self.filled and sheet.sheet_state != "visible":
            raise ImportRefusedError(
                name, f"на скрытом листе «{self.title}» есть данные: покажите лист или удалите его"
            )
        if self.marks.uncounted:
            where = f"в ячейке {self.marks.uncounted[0]} листа «{self.title}» формула без значения"
            raise ImportRefusedError(name, f"{where}: откройте файл в Excel или LibreOffice, сохраните и повторите")
        self.findings += self.told()

    def rows(self, sheet: Any) -> Iterator[tuple[list[str], frozenset[int]]]:
        """The rows with cells of their own, an empty one for a gap."""
        sheet.reset_dimensions()
        chars, before = 0, None
        above: dict[int, tuple[int, str]] = {}  # column: last row of the merged cell, its words
        for number, row in enumerate(sheet.iter_rows(max_col=_LOOK), start=1):
            if number > MAX_ROWS:
                raise ImportRefusedError(self.name, _TOO_LONG)
            if row is before:  # a gap: openpyxl gives one empty row for all of it
                continue
            before = row
            cells = [self.printed(cell) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            chars += sum(map(len, cells))
            if len(cells) > MAX_COLUMNS:
                raise ImportRefusedError(self.name, TOO_WIDE)
            if chars > MAX_CHARS:
                raise ImportRefusedError(self.name, _TOO_LONG)
            if cells:
                self.filled.add(number)
            yield self.merged(cells, number, above)

    def merged(
        self, cells: list[str], number: int, above: dict[int, tuple[int, str]]
    ) -> tuple[list[str], frozenset[int]]:
        """The row with what merged cells above carry down into it."""
        for column, last in self.marks.merged.get(number, []):
            if column <= len(cells):
                above[column - 1] = (last, cells[column - 1])
        for column in [column for column, (last, _) in above.items() if last < number]:
            del above[column]
        if not any(cells) or not above:
            return cells, frozenset()
        cells += [""] * (max(above) + 1 - len(cells))
        return cells, carry(cells, {column: words for column, (_, words) in above.items()}, above)

    def cut(self, rows: Iterator[tuple[list[str], frozenset[int]]]) -> list[str | Grid]:
        """The rows from the header on as one table, what stands above it as paragraphs, a gap as an empty one."""
        every = list(rows)
        first = next((at for at, (cells, _) in enumerate(every) if says_header(cells)), 0)
        blocks: list[str | Grid] = []
        for row in every[:first]:
            blocks += list(lines(grid([row]))) or [""]
        return [*blocks, grid(every[first:])]

    def told(self) -> Iterator[Finding]:
        """Yield what of the sheet is hidden, or printed around it."""
        rows = sorted(self.marks.hidden_rows & self.filled)
        columns = [f"{_letters(first)}–{_letters(last)}" for first, last in self.marks.hidden_columns]
        places = ([f"строки {', '.join(map(str, rows))}"] if rows else []) + (
            [f"столбцы {', '.join(columns)}"] if columns else []
        )
        if places:
            what = "; ".join(places)
            message = f"На листе «{self.title}» скрыты, но прочитаны: {what}. Проверьте, действует ли то, что в них."
            yield Finding("hidden-cells", None, None, message)
        for words in map(flat, (_EDGE_MARKS.sub(" ", one) for one in self.marks.edges)):
            if re.search(r"[^\W\d]", words):
                yield _said_beside("колонтитул", words)

    def printed(self, cell: Any) -> str:
        """The value as the sheet shows it: a day as 14.10.2020, a number with the decimals of its format."""
        value = cell.value
        if isinstance(value, date):
            return self.day(value, cell)
        if isinstance(value, bool):
            return "ИСТИНА" if value else "ЛОЖЬ"
        if isinstance(value, float):
            decimals = cell.number_format.partition(".")[2] if cell.number_format in {"0.0", "0.00"} else ""
            return f"{value:.{len(decimals)}f}" if decimals else f"{value:.15g}"
        return "" if value is None else str(value).strip()

    def day(self, value: date, cell: Any) -> str:
        """A day in full; of one shown without its number or its year what is shown, and a finding."""
        shown = set(_ASIDE.sub("", cell.number_format.lower())) & set("dmy")
        if shown == set("dmy") or not shown:
            hours = isinstance(value, datetime) and value.time() != time()
            return f"{value:%d.%m.%Y %H:%M}" if hours else f"{value:%d.%m.%Y}"
        parts = [str(value.day)] if "d" in shown else []
        if "m" in shown:
            parts.append((GENITIVE_MONTHS if "d" in shown else MONTHS)[value.month - 1])
        parts += [str(value.year)] if "y" in shown else []
        text = " ".join(parts)
        message = (
            f"Ячейка {cell.coordinate} листа «{self.title}» хранит день {value:%d.%m.%Y}, а показывает не весь: "
            f"прочитано «{text}». Проверьте срок."
        )
        self.findings.append(Finding("sheet-date", None, None, message))
        return text


def _letters(column: int) -> str:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 (imported when used)

    return str(get_column_letter(min(max(column, 1), 16384)))


def _beside(archive: zipfile.ZipFile) -> Iterator[Finding]:
    """Yield the words of comments and of what is drawn over the sheets."""
    from lxml import etree  # noqa: PLC0415 (imported when used)

    for entry in archive.namelist():
        if _BESIDE.fullmatch(entry):
            words = flat(" ".join(one.text or "" for one in etree.fromstring(archive.read(entry)).iter(_TEXT, _DRAWN)))
            if words:
                yield _said_beside("надпись на рисунке" if "drawings" in entry else "примечание", words)


def _said_beside(where: str, words: str) -> Finding:
    message = f"В план не вошло ({where}): «{words}». Проверьте, что это не мера и не поправка к ней."
    return Finding("beside-text", None, None, message)
