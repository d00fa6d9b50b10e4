"""The tables of a document as measures: columns by the words of their header, cut rows joined, nothing dropped."""

from __future__ import annotations

import re
from collections.abc import Collection, Container
from dataclasses import dataclass, field

from engine.importer.columns import KNOWN, NUMBER, columns_of
from engine.importer.findings import Finding, flat
from engine.importer.rows import Paragraph, Row, Source

_SECTION_NUMBER = re.compile(r"[IVXLCІХ]{1,6}[.)]?|[А-ЯA-Z][.)]?")
"""A № of a section: «II», «Б.»; «І» and «Х» may be Cyrillic."""
_SECTION = re.compile(r"(?:раздел|направление|блок|этап)\b|[IVXLCІХ]{1,6}[.)]\s|\d{1,2}[.)]\s(?=\D*$)", re.IGNORECASE)
_LONGEST_SECTION = 200
_SHORT = 3
"""No № without a digit is longer: «а)», «IV»; what is, are words."""


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
    section_line: int | None = None


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
    above: Row | Paragraph | None = None
    for part in source.parts:
        if isinstance(part, Paragraph):
            above = part
        elif part.line not in used:
            _take(table, part, above)
            above = part
    _close_section(table)
    _numbered_sections(table)
    return table


def _take(table: Table, row: Row, above: Row | Paragraph | None) -> None:
    columns = _heads(table, row)
    if columns is None and isinstance(above, Row) and table.placed.get(above.line) == "header":
        columns = _second_header(table, row, above)
    if isinstance(above, Paragraph):
        _section_above(table, row, above, begins=columns is not None)
    if columns or (table.columns and _counts_columns(row)):
        table.columns = columns or table.columns
        table.placed[row.line] = "header"
        table.headers.append(flat(" ".join(row.own)))
    else:
        _place(table, row)


def _section_above(table: Table, row: Row, above: Paragraph, *, begins: bool) -> None:
    """Take a line between two tables for the section of the second; a table with another header is in none."""
    named = len(above.text) < _LONGEST_SECTION and _SECTION.match(above.text)
    if table.items and named and not above.text.endswith((".", ";")):
        _open_section(table, flat(above.text), above.line)
    elif begins and table.headers and flat(" ".join(row.own)) not in table.headers:
        _close_section(table)
        table.section, table.section_line = None, None


def _open_section(table: Table, words: str, line: int) -> None:
    _close_section(table)
    table.section, table.section_line = words, line
    table.placed[line] = "section"


def _close_section(table: Table) -> None:
    """Say of a section that nothing stands under that it may be a measure itself."""
    line = table.section_line
    if line is not None and not any(item.lines[0] > line for item in table.items[-1:]):
        message = f"Под строкой «{table.section}» мер нет, в план она не вошла. Перенесите её вручную, если это мера."
        table.findings.append(Finding("row-without-measure", line, None, message))


def _second_header(table: Table, row: Row, above: Row) -> tuple[str, ...] | None:
    """Return the columns of a header of two rows: «Срок» above «начало» and «окончание»; None for any other row.

    The second has neither a № nor words for the measure of its own: those of the first stand over both rows.
    """
    own = _by_column(table, row.own)
    if (
        _names_section(row)
        or own.keys() & {"number", "title"}
        or (table.items and not row.carried)
        or len(row.cells) != len(above.cells)
    ):
        return None
    both = tuple(f"{upper} {lower}".strip() for upper, lower in zip(above.own, row.own, strict=True))
    return columns_of(Row(both, row.line)) or table.columns


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


def _heads(table: Table, row: Row) -> tuple[str, ...] | None:
    """Return the columns of a header; below one of the same width only of a row with a «№» or all that one names."""
    columns = columns_of(row)
    if columns is None or "number" in columns or len(columns) != len(table.columns):
        return columns
    return columns if KNOWN & set(table.columns) <= set(columns) else None


def _names_section(row: Row) -> bool:
    """Whether *row* has words in its first cell alone, and no №."""
    first, *others = (cell.strip() for cell in row.own)
    return bool(first) and not any(others) and not NUMBER.fullmatch(first)


def _counts_columns(row: Row) -> bool:
    """Whether *row* numbers the columns below a header: «1 | 2 | 3 | 4»."""
    return len(row.own) > 2 and [cell.strip() for cell in row.own] == [str(n + 1) for n in range(len(row.own))]  # noqa: PLR2004


def _place(table: Table, row: Row) -> None:
    own = _by_column(table, row.own)
    number = flat(own.get("number", ""))
    if not table.columns:
        _leave(table, row, "row-before-header", "строка стоит выше шапки таблицы")
    elif _names_section(row):
        _open_section(table, flat(row.own[0]), row.line)
    elif own.keys() == {"number", "title"} and _SECTION_NUMBER.fullmatch(number):
        _open_section(table, f"{number.rstrip('.)')}. {flat(own['title'])}", row.line)
    elif _is_no_measure(number, own.keys()):
        _leave(table, row, "row-without-measure", "на месте номера в строке слова")
    elif number or ("number" not in table.columns and own.get("title")):
        number = number.rstrip(".)") or str(len(table.items) + 1)
        item = Item(number, _by_column(table, row.cells), [row.line], table.section, columns=table.columns)
        table.items.append(item)
        table.placed[row.line] = "measure"
    elif table.items:
        _join(table, row, own)
    else:
        _leave(table, row, "row-without-measure", "строка без номера продолжает неизвестно что")


def _is_no_measure(number: str, filled: Collection[str]) -> bool:
    """Whether a row has words for a №, and none for a measure or those alone: a signature, a member of a commission."""
    words = len(number) > _SHORT and not re.search(r"\d", number)
    return words and ("title" not in filled or not {"deadline", "responsible"} & set(filled))


def _by_column(table: Table, written: tuple[str, ...]) -> dict[str, str]:
    """Return the cells by column; those beyond the header go under «»."""
    names = table.columns + ("",) * (len(written) - len(table.columns))
    cells: dict[str, str] = {}
    for name, cell in zip(names, written, strict=False):
        if cell.strip():
            cells[name] = f"{cells[name]} {cell.strip()}" if name in cells else cell.strip()
    return cells


def _join(table: Table, row: Row, cells: dict[str, str]) -> None:
    """Add a row without a № to the measure above it: a page end cut it, or its № is merged over both."""
    item = table.items[-1]
    between = "\n" if row.carried else " "
    for name, cell in cells.items():
        item.cells[name] = f"{item.cells[name]}{between}{cell}" if item.cells.get(name) else cell
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
