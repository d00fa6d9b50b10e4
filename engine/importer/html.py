"""Reads an .html into rows: lxml.html, no network, no entities of its own. Needs the extra office."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.importer.container import DAMAGED, MAX_MARKS, check_foreign, check_size
from engine.importer.docx import MAX_COLUMNS, TOO_WIDE
from engine.importer.findings import Finding, flat
from engine.importer.layout import Grid, arranged, carry, check_rows, grid, lines, says_header
from engine.importer.rows import ImportRefusedError, Source

_BLOCKS = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|d[dlt]|div|fieldset|figure|footer|form|h[1-6r]|header|html"
    "|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
).fullmatch
_FORGED = "так страницы не пишут: откройте её в браузере и скопируйте текст в .docx"
_UNSEEN = frozenset({"script", "style", "head", "template", "noscript"})
_FOREIGN = frozenset({"img", "object", "embed", "iframe", "svg", "canvas"})
_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_ROWS = "./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr"
_CELLS = "./td | ./th"
_TO_THE_END = 1 << 30
"""What rowspan=0 means: all rows below."""
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{1,20})", re.ASCII)
_TAG = re.compile(r"<[a-zA-Z](?:[^\"'<>]+|\"[^\"]*\"|'[^']*')*")
_ATTRIBUTE = re.compile(r"(?:[^\s/=\"'>]+|\"[^\"]*\"|'[^']*')+")
_MOST_ATTRIBUTES = 2000
"""The parser compares each attribute of a tag with all before it: half a million of them take it minutes."""
_BLANK = re.compile(r"[ \t\r\n\f]+")


def read_html(content: bytes, name: str) -> Source:
    """Return paragraphs and rows in order; what the page hides is told.

    A nested table is read as paragraphs of its cell, unless the outer one only places it on the page.
    """
    check_size(content, name)
    check_foreign(content, name)
    if content.startswith((b"PK\x03\x04", b"%PDF")):
        raise ImportRefusedError(name, "это не .html: дайте файлу расширение его формата (.docx, .xlsx или .pdf)")
    text = _decoded(content, name)
    if any(len(_ATTRIBUTE.findall(one[0])) > _MOST_ATTRIBUTES for one in _TAG.finditer(text)):
        raise ImportRefusedError(name, _FORGED)
    if "<!entity" in text.lower() or text.count("<") + text.count("=") > MAX_MARKS:
        raise ImportRefusedError(name, _FORGED)
    from lxml import etree, html  # noqa: PLC0415 (imported when used)

    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        page = _Page(name)
        parts = tuple(arranged(page.blocks(html.document_fromstring(text.encode(), parser=parser))))
    except (etree.LxmlError, ValueError) as error:
        raise ImportRefusedError(name, DAMAGED) from error
    if any(one.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for one in parser.error_log):  # the rest was dropped
        raise ImportRefusedError(name, _FORGED)
    return Source(name, parts, tuple(page.findings()))


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


class _Page:
    """Walks a page in its order and keeps the words nobody sees."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.hidden: list[str] = []
        self.struck: list[str] = []
        self.pictures = 0

    def findings(self) -> Iterator[Finding]:
        """Yield what is to be said of hidden and struck words and of pictures."""
        for words, code, what in (
            (self.hidden, "hidden-words", "На странице скрыто и в план не вошло"),
            (self.struck, "unaccepted-changes", "На странице вычеркнуто и в план не вошло"),
        ):
            said = "», «".join(filter(None, map(flat, words)))
            if said:
                yield Finding(code, None, None, f"{what}: «{said}». Проверьте, нужно ли это, и удалите лишнее.")
        if self.pictures:
            message = f"На странице картинки или вставки ({self.pictures}): слов на них srok не читает, сверьте сами."
            yield Finding("unread-picture", None, None, message)

    def blocks(self, root: Any) -> Iterator[str | Grid]:
        """The paragraphs and tables of an element; a table without a header that holds tables only places them."""
        for found in self.found(root):
            if isinstance(found, str):
                yield found
                continue
            rows = found.xpath(_ROWS)
            check_rows(len(rows), self.name)
            cells = [row.xpath(_CELLS) for row in rows]
            looked = [[list(_Page(self.name).found(cell)) for cell in row] for row in cells]
            nests = any(not isinstance(one, str) for row in looked for cell in row for one in cell)
            if not nests or any(says_header([_plain(cell) for cell in row]) for row in looked):
                yield from self.table(found, rows)
                continue
            for part in [*found.xpath("./caption"), *(cell for row in cells for cell in row)]:
                yield from self.blocks(part)

    def found(self, root: Any) -> Iterator[Any]:
        """The texts of the blocks in order, empty for a paragraph that only holds a place; a table is itself."""
        words: list[str] = []
        stack = [(root, False)]
        while stack:
            element, ended = stack.pop()
            block = isinstance(element.tag, str) and _BLOCKS(element.tag)
            if block:
                if words and (text := _BLANK.sub(" ", "".join(words)).strip(" ")):
                    yield text.strip()
                words = []
            if ended:
                words.append((element.tail or "") if element is not root else "")
                continue
            stack.append((element, True))
            if element.tag == "table" and element is not root:
                yield element
            elif self.seen(element):
                words.append(element.text or "")
                stack += [(child, False) for child in reversed(element)]
        if text := _BLANK.sub(" ", "".join(words)).strip():
            yield text

    def seen(self, element: Any) -> bool:
        """Whether a reader of the page sees the words of *element*; those of hidden and struck ones are kept."""
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            return False
        if element.tag in _FOREIGN:
            self.pictures += 1
        if element.tag == "del":
            self.struck.append(element.text_content())
            return False
        if element.get("hidden") is not None or _HIDES.search(element.get("style") or ""):
            self.hidden.append(element.text_content())
            return False
        return True

    def table(self, table: Any, rows: list[Any]) -> Iterator[str | Grid]:
        """The caption as paragraphs, the rows as one block."""
        for one in table.xpath("./caption"):
            yield from self.blocks(one)
        below: dict[int, tuple[int, str]] = {}  # column: rows that a cell above still takes, and its words
        yield grid([self.row(row, below) for row in rows if self.seen(row)])

    def row(self, row: Any, below: dict[int, tuple[int, str]]) -> tuple[list[str], frozenset[int]]:
        """The cells of a row and the columns carried down from cells above."""
        cells, continued = list[str](), list[int]()
        for cell in [*row.xpath(_CELLS), None]:
            while below.get(len(cells), (0, ""))[0]:
                left, words = below[len(cells)]
                below[len(cells)] = (left - 1, words)
                continued.append(len(cells))
                cells.append("")
            if cell is None:
                break
            span = max(_number(cell.get("colspan")), 1)
            if len(cells) + span > MAX_COLUMNS:
                raise ImportRefusedError(self.name, TOO_WIDE)
            down = _number(cell.get("rowspan")) or _TO_THE_END
            text = "\n".join(self.lines(cell)) if self.seen(cell) else ""
            for column in range(len(cells), len(cells) + span):
                below[column] = (down - 1, text if column == len(cells) else "")
            cells += [text, *[""] * (span - 1)]
        return cells, carry(cells, {column: words for column, (_, words) in below.items()}, continued)

    def lines(self, cell: Any) -> Iterator[str]:
        """The lines of a cell, those of the tables in it too."""
        for block in self.blocks(cell):
            yield from filter(None, [block] if isinstance(block, str) else lines(block))


def _plain(looked: list[Any]) -> str:
    """The words of a cell without those of the tables in it."""
    return "\n".join(one for one in looked if isinstance(one, str))


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) else 1
