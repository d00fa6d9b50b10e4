"""Writes the five documents as .docx, .xlsx and .html the way offices make them, for the tests of the readers."""

import html
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import parse_xml
from openpyxl import Workbook
from openpyxl.styles import Alignment

from engine.importer.rows import Row, Source
from engine.importer.table import columns_of
from engine.importer.wording import find_names
from engine.people import Directory

Cells = list[str]
FIRST_LIST = 100
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@dataclass(frozen=True, slots=True)
class Shape:
    """How an office writes the table: each flag is a habit of its own."""

    joined: bool = True  # a row cut by the page end is whole again, as Word keeps it
    merged_down: bool = False  # responsibles that repeat are one cell over several rows
    paragraphs: bool = False  # roles and dates of a cell are paragraphs
    repeated: bool = False  # the header stands again in the middle
    layout: bool = False  # day, place and № in a table without borders, and the signature
    backwards: bool = False  # the columns from last to first


@dataclass(slots=True)
class Cell:
    """A cell of the grid; the places it is merged over are None."""

    text: str
    across: int = 1
    down: int = 1


Grid = list[list[Cell | None]]
Block = str | Grid
"""A paragraph (empty: a line left free), or a table; one of paragraphs side by side only places them."""


def written(source: Source, shape: Shape, directory: Directory) -> list[Block]:
    """Return the document as an office would write it."""
    blocks: list[Block] = []
    before = 0
    for part in source.parts:
        if isinstance(part, Row):
            if not (blocks and isinstance(blocks[-1], list)):
                blocks.append([])
            blocks[-1].append([Cell(one) for one in part.cells])  # type: ignore[union-attr]
        else:
            blocks += [""] * (part.line > before + 1)
            blocks.append(part.text)
        before = part.line
    blocks = [table(block, shape, directory) if isinstance(block, list) else block for block in blocks]
    return laid_out(blocks) if shape.layout else blocks


def table(grid: Grid, shape: Shape, directory: Directory) -> Grid:
    rows = [[one.text if one else "" for one in row] for row in grid]
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    columns = columns_of(Row(tuple(rows[0]), 0)) or ()
    if shape.joined:
        rows = joined(rows)
    if shape.repeated:
        rows.insert(len(rows) // 2, rows[0])
    made = [made_row(row, columns, shape, directory) for row in rows]
    if shape.merged_down:
        merge_down(made, columns.index("responsible"))
    if shape.backwards:
        made = [row if is_section(row) else row[::-1] for row in made]
    return made


def joined(rows: list[Cells]) -> list[Cells]:
    """The rows with those without a № added to the one above."""
    whole: list[Cells] = []
    for row in rows:
        if row[0] or not whole:
            whole.append(list(row))
        else:
            whole[-1] = [f"{above} {cell}".strip() for above, cell in zip(whole[-1], row, strict=True)]
    return whole


def made_row(row: Cells, columns: tuple[str, ...], shape: Shape, directory: Directory) -> list[Cell | None]:
    if row[0] and not any(row[1:]):
        return [Cell(row[0], across=len(row)), *[None] * (len(row) - 1)]
    cells: list[Cell | None] = []
    for name, text in zip(columns, row, strict=True):
        lines = text
        if shape.paragraphs and name == "responsible":
            lines = by_role(text, directory)
        elif shape.paragraphs and name == "deadline":
            lines = re.sub(r"(?<=г\.) (?=[А-Я])", "\n", text)
        cells.append(Cell(lines))
    return cells


def by_role(text: str, directory: Directory) -> str:
    """The roles of a cell, one a paragraph, where nothing but roles stands in it."""
    names = find_names(text, directory)
    whole = "\n".join(one.written for one in names)
    return whole if all(one.known for one in names) and whole.replace("\n", " ") == text else text


def is_section(row: list[Cell | None]) -> bool:
    return row[0] is not None and row[0].across > 1


def merge_down(rows: Grid, column: int) -> None:
    top: Cell | None = None
    for row in rows:
        cell = None if is_section(row) else row[column]
        if top is not None and cell is not None and cell.text and cell.text == top.text:
            top.down += 1
            row[column] = None
        else:
            top = cell


def laid_out(blocks: list[Block]) -> list[Block]:
    """Day, place and № side by side, and so the post and the name of the signature."""
    made: list[Block] = []
    for block in blocks:
        if isinstance(block, str) and (found := re.fullmatch(r"(\d\d\.\d\d\.\d{4}) (.+) (\S+)", block)):
            made.append([[Cell(one) for one in found.groups()]])
        elif isinstance(block, str) and re.match(r"(от )?\d\d\.\d\d\.\d{4}$|г\. |№ ", block) and side_by_side(made):
            made[-1][0].append(Cell(block))  # type: ignore[index, union-attr]
        elif isinstance(block, str) and re.match(r"(от )?\d\d\.\d\d\.\d{4}$", block):
            made.append([[Cell(block)]])
        elif isinstance(block, str) and re.fullmatch(r"[А-Я]\. ?[А-Я]\. ?[А-Я][а-я]+", block) and post(made):
            made = [*made, [[Cell(post(made)), Cell(""), Cell(block)]]]
            del made[-2]
        elif block or not side_by_side(made):
            made.append(block)
    return [one for one in made if one != [[]]]


def side_by_side(made: list[Block]) -> bool:
    return bool(made) and isinstance(made[-1], list) and len(made[-1]) == 1


def post(made: list[Block]) -> str:
    while made and made[-1] == "":
        made.pop()
    return made[-1] if made and isinstance(made[-1], str) else ""


def docx_of(blocks: list[Block], *, automatic: bool = False) -> bytes:
    """With *automatic*, the numbers of clauses, sections and rows are printed by Word."""
    document: Any = Document()
    lists = Lists(document) if automatic else None
    for block in blocks:
        if isinstance(block, str):
            fill(document.add_paragraph(), block, lists)
            continue
        made = document.add_table(len(block), len(block[0]))
        made.alignment = WD_TABLE_ALIGNMENT.CENTER
        if len(block) > 1:
            made.style = "Table Grid"
        for row, cells in enumerate(block):
            for column, cell in enumerate(cells):
                if cell is not None:
                    place = made.cell(row, column)
                    if cell.across > 1 or cell.down > 1:
                        place = place.merge(made.cell(row + cell.down - 1, column + cell.across - 1))
                    first, *rest = cell.text.split("\n")
                    fill(place.paragraphs[0], first, lists)
                    for line in rest:
                        place.add_paragraph(line)
    return saved(document)


def fill(paragraph: Any, text: str, lists: "Lists | None") -> None:
    paragraph.text = text if lists is None else lists.rest(paragraph, text)


class Lists:
    """Turns typed numbers («2.», «2.1») into those of a list of Word; one that does not follow begins a list anew."""

    def __init__(self, document: Any) -> None:
        self.root = document.part.numbering_part.element
        self.texts = {1: "", 2: ""}
        self.last: tuple[int, ...] = ()
        self.number = FIRST_LIST

    def rest(self, paragraph: Any, text: str) -> str:
        found = re.match(r"([1-9]\d?(?:\.[1-9]\d?)?)(\.?)(?: |$)", text)
        if found is None:
            return text
        parts = tuple(map(int, found[1].split(".")))
        depth = len(parts)
        self.texts[depth] = self.texts[depth] or "%1.%2"[: 3 * depth - 1] + found[2]
        following = {(*self.last, 1), (*self.last[: depth - 1], (*self.last, 0, 0)[depth - 1] + 1)}
        if self.number == FIRST_LIST or parts not in following:
            self.number += 1
            self.root.append(self.begun(parts[-1], depth))
        self.last = parts
        mark = f'<w:numPr {W}><w:ilvl w:val="{depth - 1}"/><w:numId w:val="{self.number}"/></w:numPr>'
        paragraph._p.get_or_add_pPr().append(parse_xml(mark))
        self.write_levels()
        return text[found.end() :]

    def begun(self, start: int, depth: int) -> Any:
        override = f'<w:lvlOverride w:ilvl="{depth - 1}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        return parse_xml(f'<w:num {W} w:numId="{self.number}"><w:abstractNumId w:val="99"/>{override}</w:num>')

    def write_levels(self) -> None:
        for old in self.root.xpath("./w:abstractNum[@w:abstractNumId=99]"):
            self.root.remove(old)
        levels = "".join(
            f'<w:lvl w:ilvl="{depth - 1}"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
            f'<w:lvlText w:val="{text or "%1.%2."[: 3 * depth]}"/></w:lvl>'
            for depth, text in self.texts.items()
        )
        self.root.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="99">{levels}</w:abstractNum>'))


def xlsx_of(blocks: list[Block]) -> bytes:
    """One sheet; paragraphs are merged over the columns, side by side is the first and the last of them."""
    book = Workbook()
    sheet: Any = book.worksheets[0]
    width = max((len(block[0]) for block in blocks if isinstance(block, list)), default=1)
    at = 1
    for block in blocks:
        if isinstance(block, str):
            sheet.cell(at, 1, block or None)
            if width > 1:
                sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=width)
            at += 1
            continue
        for cells in block:
            for column, cell in enumerate(cells, start=1):
                if cell is None:
                    continue
                sheet.cell(at, column, cell.text or None).alignment = Alignment(wrap_text=True)
                if cell.across > 1 or cell.down > 1:
                    sheet.merge_cells(
                        start_row=at, end_row=at + cell.down - 1, start_column=column,
                        end_column=column + cell.across - 1,
                    )  # fmt: skip
            at += 1
    return saved(book)


def html_of(blocks: list[Block]) -> bytes:
    """As Word saves a page: every paragraph, those of cells too, with its marks around, in the code page of Windows."""
    body = "".join(paragraph(block) if isinstance(block, str) else page_table(block) for block in blocks)
    head = (
        '<meta http-equiv=Content-Type content="text/html; charset=windows-1251"><style>p.MsoNormal{margin:0}</style>'
    )
    note = "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]-->"
    page = (
        f'<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>{head}{note}</head><body>{body}</body></html>'
    )
    return page.encode("cp1251", "xmlcharrefreplace")


def paragraph(text: str) -> str:
    return f"<p class=MsoNormal><span lang=RU>{html.escape(text) or '&nbsp;'}<o:p></o:p></span></p>\n"


def page_table(grid: Grid) -> str:
    rows = []
    for row in grid:
        cells = [
            f"<td colspan={cell.across} rowspan={cell.down} valign=top>"
            f"{''.join(map(paragraph, cell.text.split(chr(10))))}</td>"
            for cell in row
            if cell is not None
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>\n")
    return f"<table class=MsoTableGrid border={int(len(grid) > 1)}>{''.join(rows)}</table>\n"


def saved(document: Any) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()
