"""Reads an .html into rows: lxml.html, no network, no entities of its own. Needs the extra office."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.importer.container import DAMAGED, MAX_MARKS, check_foreign, check_size
from engine.importer.docx import MAX_COLUMNS, TOO_WIDE
from engine.importer.rows import ImportRefusedError, Paragraph, Row, Source

_BLOCKS = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|d[dlt]|div|fieldset|figure|footer|form|h[1-6r]|header|html"
    "|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
).fullmatch
_FORGED = "так страницы не пишут: откройте её в браузере и скопируйте текст в .docx"
_UNSEEN = frozenset({"script", "style", "head", "template", "noscript"})
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{1,20})", re.ASCII)
_BLANK = re.compile(r"[ \t\r\n\f]+")


def read_html(content: bytes, name: str) -> Source:
    """Return paragraphs and rows in order; a nested table is read as paragraphs of its cell."""
    check_size(content, name)
    check_foreign(content, name)
    if content.startswith((b"PK\x03\x04", b"%PDF")):
        raise ImportRefusedError(name, "это не .html: дайте файлу расширение его формата (.docx, .xlsx или .pdf)")
    text = _decoded(content, name)
    if "<!entity" in text.lower() or text.count("<") + text.count("=") > MAX_MARKS:
        raise ImportRefusedError(name, _FORGED)
    from lxml import etree, html  # noqa: PLC0415 (imported when used)

    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        parts = tuple(_parts(html.document_fromstring(text.encode(), parser=parser), name))
    except (etree.LxmlError, ValueError, RecursionError) as error:
        raise ImportRefusedError(name, DAMAGED) from error
    if any(one.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for one in parser.error_log):  # the rest was dropped
        raise ImportRefusedError(name, _FORGED)
    return Source(name, parts)


def _decoded(content: bytes, name: str) -> str:
    """UTF-8 if it reads as such, else what the page declares, else the code page of Russian Windows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        codings = ["utf-16"]
    else:
        declared = _CHARSET.search(content[:4096])
        codings = ["utf-8-sig", *([declared[1].decode("ascii")] if declared else []), "cp1251"]
    for coding in codings:
        try:
            return content.decode(coding).replace("\x00", "")
        except (UnicodeError, LookupError):
            continue
    raise ImportRefusedError(name, DAMAGED)


def _parts(root: Any, name: str) -> Iterator[Row | Paragraph]:
    line = 0
    for found in _blocks(root, tables=True):
        if isinstance(found, str):
            line += 1
            yield Paragraph(found, line)
            continue
        for row in _table(found, name):
            line += 1
            yield Row(row, line)


def _blocks(root: Any, *, tables: bool) -> Iterator[Any]:
    """The texts of the blocks in order; with ``tables``, a table stands for itself."""
    words: list[str] = []
    stack = [(root, False)]
    while stack:
        element, ended = stack.pop()
        block = isinstance(element.tag, str) and _BLOCKS(element.tag)
        if block and (text := _BLANK.sub(" ", "".join(words)).strip()):
            yield text
        if block:
            words = []
        if ended:
            words.append((element.tail or "") if element is not root else "")
            continue
        stack.append((element, True))
        if tables and element.tag == "table":
            yield element
        elif isinstance(element.tag, str) and element.tag not in _UNSEEN:
            words.append(element.text or "")
            stack += [(child, False) for child in reversed(element)]
    if text := _BLANK.sub(" ", "".join(words)).strip():
        yield text


def _table(table: Any, name: str) -> list[tuple[str, ...]]:
    below: dict[int, int] = {}  # column: rows that a cell above still takes
    rows = list[list[str]]()
    for row in table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr"):
        cells = _row(row, below, name)
        if any(cells):
            rows.append(cells)
    width = max(map(len, rows), default=0)
    heads = [text for one in table.xpath("./caption") for text in _blocks(one, tables=False)]
    return [(head, *[""] * (width - 1)) for head in heads] + [(*row, *[""] * (width - len(row))) for row in rows]


def _row(row: Any, below: dict[int, int], name: str) -> list[str]:
    cells = list[str]()
    for cell in [*row.xpath("./td | ./th"), None]:
        while below.get(len(cells), 0):
            below[len(cells)] -= 1
            cells.append("")
        if cell is None:
            break
        span = _number(cell.get("colspan"))
        if len(cells) + span > MAX_COLUMNS:
            raise ImportRefusedError(name, TOO_WIDE)
        for column in range(len(cells), len(cells) + span):
            below[column] = _number(cell.get("rowspan")) - 1
        cells += ["\n".join(_blocks(cell, tables=False)), *[""] * (span - 1)]
    return cells


def _number(text: str | None) -> int:
    return max(int(text), 1) if text and re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) else 1
