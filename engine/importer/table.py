"""The tables of a document as measures: columns by the words of their header, cut rows joined, nothing dropped."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field

from engine.importer.findings import Finding, flat
from engine.importer.rows import Paragraph, Row, Source

_COLUMNS = (
    ("number", re.compile(r"^(№|п/п)")),
    ("responsible", re.compile(r"ответствен|исполнител")),
    ("deadline", re.compile(r"\bсрок|\bдата")),
    ("result", re.compile(r"результат")),
    ("title", re.compile(r"мероприят|содержан|наименован")),
)
"""Words that make a column; the first that fits counts: «Ответственный исполнитель», «Сроки исполнения»."""
NUMBER = re.compile(r"\d+(\.\d+)*\.?")


@dataclass
class Item:
    """A measure as the document has it: its cells by column, where it stands, and where its words come from.

    ``columns`` are those of its table, also where the measure has no words in one.
    """

    number: str
    cells: dict[str, str]
    lines: list[int]
    section: str | None = None
    clause: str | None = None
    section_lines: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()

    def cell(self, column: str) -> str:
        """Return the words of a column, on one line."""
        return flat(self.cells.get(column, ""))


@dataclass
class Table:
    """Measures, which line was used as what, and what was found on the way."""

    items: list[Item] = field(default_factory=list)
    placed: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    section: str | None = None


def lines_outside(source: Source) -> list[Paragraph]:
    """Return what stands outside the table as lines: paragraphs, and rows above its header, which only lay out."""
    lines: list[Paragraph] = []
    inside = False
    for part in source.parts:
        if isinstance(part, Paragraph):
            lines.append(part)
            continue
        inside = inside or columns_of(part) is not None
        if not inside:
            lines.append(Paragraph(flat(" ".join(part.cells)), part.line))
    return lines


def read_tables(source: Source, used: Container[int] = ()) -> Table:
    """Read every table of *source*; rows above the first header, and rows that fit nowhere, become findings.

    Rows in *used* lines are passed over: they only lay out the head of the order.
    """
    table = Table()
    for row in source.rows:
        if row.line in used:
            continue
        columns = columns_of(row)
        if columns or (table.columns and _counts_columns(row)):
            table.columns = columns or table.columns
            table.placed[row.line] = "header"
            table.headers.append(flat(" ".join(row.cells)))
        else:
            _place(table, row)
    _numbered_sections(table)
    return table


def _numbered_sections(table: Table) -> None:
    """Make sections of rows with a № and words alone that the next row goes on from: «1 Подготовка», «1.1 …»."""
    measures: list[Item] = []
    section: str | None = None
    for at, item in enumerate(table.items):
        leads = any(one.number.startswith(f"{item.number}.") for one in table.items[at + 1 : at + 2])
        if leads and item.cells.keys() <= {"number", "title"} and item.cell("title"):
            section = f"{item.number}. {item.cell('title')}"
            table.placed |= dict.fromkeys(item.lines, "section")
            continue
        item.section = section if section and item.number.split(".")[0] == section.split(".")[0] else item.section
        measures.append(item)
    table.items = measures


def columns_of(row: Row) -> tuple[str, ...] | None:
    """Return the columns *row* names as a header, an unknown one by its own words; None for any other row.

    A header names the measure and at least the deadline or the responsible, each in a cell of its own.
    """
    found: list[str] = []
    for cell in row.own:
        words = flat(cell).casefold()
        name = next((name for name, pattern in _COLUMNS if pattern.search(words) and name not in found), flat(cell))
        found.append(name)
    known = {"title", "deadline"} <= set(found) or {"title", "responsible"} <= set(found)
    return tuple(found) if known and all(len(cell) < 80 for cell in row.cells) else None  # noqa: PLR2004


def _counts_columns(row: Row) -> bool:
    """Whether *row* numbers the columns below a header: «1 | 2 | 3 | 4»."""
    return len(row.own) > 2 and [cell.strip() for cell in row.own] == [str(n + 1) for n in range(len(row.own))]  # noqa: PLR2004


def _place(table: Table, row: Row) -> None:
    filled = [flat(cell) for cell in row.own if cell.strip()]
    own = _by_column(table, row.own)
    number = flat(own.get("number", ""))
    if not table.columns:
        _leave(table, row, "row-before-header", "строка стоит выше шапки таблицы")
    elif len(filled) == 1 and row.own[0].strip() and not NUMBER.fullmatch(filled[0]):
        table.section = filled[0]
        table.placed[row.line] = "section"
    elif number or ("number" not in table.columns and own.get("title")):
        number = number.rstrip(".") or str(len(table.items) + 1)
        item = Item(number, _by_column(table, row.cells), [row.line], table.section, columns=table.columns)
        table.items.append(item)
        table.placed[row.line] = "measure"
    elif table.items:
        _join(table, row, own)
    else:
        _leave(table, row, "row-without-measure", "строка без номера продолжает неизвестно что")


def _by_column(table: Table, written: tuple[str, ...]) -> dict[str, str]:
    """Return the cells by column; those beyond the header go under «»."""
    names = table.columns + ("",) * (len(written) - len(table.columns))
    cells: dict[str, str] = {}
    for name, cell in zip(names, written, strict=False):
        if cell.strip():
            cells[name] = f"{cells[name]} {cell.strip()}" if name in cells else cell.strip()
    return cells


def _join(table: Table, row: Row, cells: dict[str, str]) -> None:
    """Add a row without a № to the measure above it: a page end cut it."""
    item = table.items[-1]
    for name, cell in cells.items():
        item.cells[name] = f"{item.cells[name]} {cell}" if item.cells.get(name) else cell
    item.lines.append(row.line)
    table.placed[row.line] = "continuation"
    words = "», «".join(flat(cell) for cell in cells.values())
    message = f"Строка без номера («{words}») присоединена к мере выше: проверьте, что это её продолжение."
    table.findings.append(Finding("joined-row", row.line, item.number, message))


def _leave(table: Table, row: Row, code: str, why: str) -> None:
    words = flat(" | ".join(cell for cell in row.cells if cell.strip()))
    table.placed[row.line] = "finding"
    message = f"В план не вошло, {why}: «{words}». Перенесите вручную, если это мера."
    table.findings.append(Finding(code, row.line, None, message))
