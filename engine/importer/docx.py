"""Reads a .docx into rows: python-docx opens the package, the body is walked as it stands. Needs the extra office."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from engine.importer.container import DAMAGED, check_package
from engine.importer.docx_around import about, beside, headers
from engine.importer.findings import Finding, flat
from engine.importer.layout import Grid, arranged, carry, check_rows, grid, lines, says_header
from engine.importer.numbering import Numbering
from engine.importer.rows import ImportRefusedError, Source

MAX_COLUMNS = 64
TOO_WIDE = f"в таблице больше {MAX_COLUMNS} столбцов: оставьте в файле только таблицу дорожной карты"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_T = {f"{_W}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WRAPPERS = {f"{_W}{one}" for one in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}
_GONE = {f"{_W}{one}" for one in ("del", "moveFrom", "pPr", "rPr", "instrText")} | {_FALLBACK}
_SIGNS = {f"{_W}tab": " ", f"{_W}ptab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_OFF = {"0", "false", "off"}


def read_docx(content: bytes, name: str) -> Source:
    """Return paragraphs and rows of the body in order, with the numbers Word prints by itself, headers before it.

    Revisions are read as if accepted, and told; so is what stands beside the body: footers, notes, comments.
    A nested table is read as paragraphs of its cell, unless the outer one only places it on the page.
    ``line`` is the running number of the part.
    """
    check_package(content, name, "docx")
    from docx import Document  # noqa: PLC0415 (imported when used)

    try:
        part = Document(BytesIO(content)).part
        body = part.element.body
        _check_whole(body, name)
        numbers = Numbering(_root(part, "numbering"), _root(part, "styles"))
        reader = _Reader(name, numbers)
        above = [block for root in headers(part) for block in reader.blocks(root)]
        parts = tuple(arranged([*above, *reader.blocks(body)]))
        return Source(name, parts, (*about(body), *reader.unseen(), *beside(part)))
    except ImportRefusedError:
        raise
    except Exception as error:  # a forged package fails in the library anywhere
        raise ImportRefusedError(name, DAMAGED) from error


def _check_whole(body: Any, name: str) -> None:
    if body.find(f".//{_W}altChunk") is not None:
        raise ImportRefusedError(name, "в документ вставлен другой файл: откройте его в Word, сохраните и повторите")


def _root(part: Any, kind: str) -> Any | None:
    from docx.oxml import parse_xml  # noqa: PLC0415 (imported when used)

    found = (one for one in part.rels.values() if one.reltype.endswith(f"/{kind}") and not one.is_external)
    return next((parse_xml(one.target_part.blob) for one in found), None)


class _Reader:
    """Walks a document in its order, so that numbers are counted once, and keeps the words nobody sees."""

    def __init__(self, name: str, numbers: Numbering) -> None:
        self.name = name
        self.numbers = numbers
        self.hidden: list[str] = []

    def unseen(self) -> Iterator[Finding]:
        """Yield what is to be said of hidden words."""
        words = "», «".join(text for one in self.hidden if (text := flat(one)))
        if words:
            message = f"В документе скрыто и в план не вошло: «{words}». Проверьте, нужно ли это, и удалите лишнее."
            yield Finding("hidden-words", None, None, message)

    def blocks(self, container: Any) -> Iterator[str | Grid]:
        """The paragraphs and tables of a container; a paragraph whose end is deleted goes on in the next."""
        begun = ""
        for block in _children(container, {f"{_W}p", f"{_W}tbl"}):
            if block.tag == f"{_W}tbl":
                yield from self.table(block)
                continue
            goes_on = block.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None
            number = "" if goes_on else self.numbers.printed(block)
            boxes: list[Any] = []
            begun += "".join(self.words(block, boxes))
            if not goes_on:
                yield (number + begun.strip()).strip()
                begun = ""
            for box in boxes:
                yield from self.blocks(box)
        if begun.strip():
            yield begun.strip()

    def table(self, table: Any) -> Iterator[str | Grid]:
        """The table as one block; one without a header that holds tables only places them: its cells' blocks."""
        rows = [row for row in _children(table, {f"{_W}tr"}) if row.find(f"{_W}trPr/{_W}del") is None]
        check_rows(len(rows), self.name)
        cells = [list(_children(row, {f"{_W}tc"})) for row in rows]
        nests = any(True for row in cells for cell in row for _ in _children(cell, {f"{_W}tbl"}))
        if nests and not any(says_header([_plain(cell) for cell in row]) for row in cells):
            for cell in (one for row in cells for one in row):
                yield from self.blocks(cell)
            return
        above: dict[int, str] = {}
        yield grid([self.row(row, above) for row in rows])

    def row(self, row: Any, above: dict[int, str]) -> tuple[list[str], frozenset[int]]:
        """The cells of a row and the columns carried from *above*, which gets what this one carries down."""
        cells = [""] * _number(row.find(f"{_W}trPr/{_W}gridBefore"), 0, self.name)
        continued = []
        for cell in _children(row, {f"{_W}tc"}):
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            text = self.cell(cell, hidden=merge is not None and merge.get(f"{_W}val", "continue") == "continue")
            if text is None:
                continued.append(len(cells))
            else:
                above[len(cells)] = text if merge is not None else ""
            cells += [text or "", *[""] * (_number(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1, self.name) - 1)]
            if len(cells) > MAX_COLUMNS:
                raise ImportRefusedError(self.name, TOO_WIDE)
        return cells, carry(cells, above, continued)

    def cell(self, cell: Any, *, hidden: bool) -> str | None:
        """The words of a cell; None for one that only continues the cell above, whose own words Word does not show."""
        if hidden:
            self.hidden.append(_plain(cell))
            return None
        found = ([block] if isinstance(block, str) else lines(block) for block in self.blocks(cell))
        return "\n".join(line for block in found for line in block if line)

    def words(self, element: Any, boxes: list[Any]) -> Iterator[str]:
        """The words of a paragraph; its text boxes are put into *boxes*, they stand for themselves."""
        for child in element:
            if child.tag in _T:
                yield child.text or ""
            elif child.tag in _SIGNS:
                yield _SIGNS[child.tag]
            elif child.tag == f"{_W}txbxContent":
                boxes.append(child)
            elif child.tag == f"{_W}r" and _is_on(child.find(f"{_W}rPr/{_W}vanish")):
                self.hidden += self.words_hidden(child)
            elif child.tag not in _GONE:
                yield from self.words(child, boxes)

    def words_hidden(self, run: Any) -> list[str]:
        """The words of a run that is not shown."""
        return ["".join(one.text or "" for one in run.iter(*_T))]


def _is_on(element: Any | None) -> bool:
    return element is not None and element.get(f"{_W}val", "1") not in _OFF


def _children(element: Any, tags: set[str]) -> Iterator[Any]:
    """The children of these tags, also those in content controls and accepted revisions."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tags)


def _plain(cell: Any) -> str:
    """The words of the paragraphs of a cell, for a look at it: numbers are not counted, tables in it left out."""
    return "\n".join("".join(one.text or "" for one in line.iter(*_T)) for line in _children(cell, {f"{_W}p"}))


def _number(element: Any, default: int, name: str) -> int:
    value = default if element is None else int(element.get(f"{_W}val", default))
    if value > MAX_COLUMNS:
        raise ImportRefusedError(name, TOO_WIDE)
    return max(value, 0)
