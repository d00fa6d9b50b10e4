"""Reads a .docx into rows: python-docx opens the package, the body is walked as it stands. Needs the extra office."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from engine.importer.container import DAMAGED, check_package
from engine.importer.rows import ImportRefusedError, Paragraph, Row, Source

MAX_COLUMNS = 64
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WRAPPERS = {f"{_W}{one}" for one in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}
_GONE = {f"{_W}{one}" for one in ("del", "moveFrom", "pPr", "rPr", "instrText")} | {_FALLBACK}
_SIGNS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def read_docx(content: bytes, name: str) -> Source:
    """Return paragraphs and rows of the body in order; struck revisions are left out, accepted ones read.

    A nested table is read as paragraphs of its cell. ``line`` is the running number of the part.
    """
    check_package(content, name, "docx")
    from docx import Document  # noqa: PLC0415 (imported when used)

    try:
        body = Document(BytesIO(content)).element.body
        return Source(name, tuple(_parts(body, name)))
    except ImportRefusedError:
        raise
    except Exception as error:  # a forged package fails in the library anywhere
        raise ImportRefusedError(name, DAMAGED) from error


def _parts(body: Any, name: str) -> Iterator[Row | Paragraph]:
    line = 0
    for block in _children(body, {f"{_W}p", f"{_W}tbl"}):
        if block.tag == f"{_W}p":
            if text := _text(block):
                line += 1
                yield Paragraph(text, line)
            continue
        for row in _table(block, name):
            line += 1
            yield Row(row, line)


def _children(element: Any, tags: set[str]) -> Iterator[Any]:
    """The children of these tags, also those in content controls and accepted revisions."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tags)


def _table(table: Any, name: str) -> list[tuple[str, ...]]:
    rows = [_row(row, name) for row in _children(table, {f"{_W}tr"})]
    width = max(map(len, rows), default=0)
    return [(*row, *[""] * (width - len(row))) for row in rows if any(row)]


def _row(row: Any, name: str) -> list[str]:
    cells = [""] * _number(row.find(f"{_W}trPr/{_W}gridBefore"), 0, name)
    for cell in _children(row, {f"{_W}tc"}):
        merge = cell.find(f"{_W}tcPr/{_W}vMerge")
        continued = merge is not None and merge.get(f"{_W}val", "continue") == "continue"
        cells.append("" if continued else _cell_text(cell))
        cells += [""] * (_number(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1, name) - 1)
        if len(cells) > MAX_COLUMNS:
            raise ImportRefusedError(name, TOO_WIDE)
    return cells


TOO_WIDE = f"в таблице больше {MAX_COLUMNS} столбцов: оставьте в файле только таблицу дорожной карты"


def _number(element: Any, default: int, name: str) -> int:
    value = default if element is None else int(element.get(f"{_W}val", default))
    if value > MAX_COLUMNS:
        raise ImportRefusedError(name, TOO_WIDE)
    return max(value, 0)


def _cell_text(cell: Any) -> str:
    return "\n".join(text for one in cell.iter(f"{_W}p") if not _inside(one, cell) and (text := _text(one)))


def _inside(paragraph: Any, cell: Any) -> bool:
    """Whether the paragraph belongs to a text box of another paragraph, whose text has it already."""
    for one in paragraph.iterancestors():
        if one is cell:
            return False
        if one.tag in {f"{_W}p", _FALLBACK}:
            return True
    return False


def _text(paragraph: Any) -> str:
    return "".join(_words(paragraph)).strip()


def _words(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _GONE:
            yield from _words(child)
            if child.tag == f"{_W}p":
                yield "\n"
