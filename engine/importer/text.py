"""Plain text and TSV as a document: a line with a tab is a row, any other that is not empty a paragraph."""

from __future__ import annotations

import re

from engine.importer.rows import ImportRefusedError, Paragraph, Row, Source

MAX_BYTES = 1_000_000
"""Longer than any order; what is longer is refused before it is read."""
_MARKUP = re.compile(r"</?b>|\*\*|^\*(?=\S)|(?<=\S)\*$")


def read_text(content: bytes, name: str) -> Source:
    """Read *content*, a text in UTF-8; marks of bold and italics are taken off.

    Raises:
        ImportRefusedError: It is too long or no text in UTF-8.
    """
    if len(content) > MAX_BYTES:
        raise ImportRefusedError(name, "файл больше 1 МБ: оставьте в нём только приказ и план")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefusedError(name, "текст не в кодировке UTF-8: пересохраните его") from error
    if "\0" in text:
        raise ImportRefusedError(name, "это не текст: сохраните документ как текст или .docx")
    lines = re.split(r"\r\n|\n|\r", text)
    return Source(name, tuple(_part(line, number) for number, line in enumerate(lines, 1) if line.strip()))


def _part(line: str, number: int) -> Row | Paragraph:
    if "\t" in line:
        return Row(tuple(_MARKUP.sub("", cell.strip()) for cell in line.split("\t")), number)
    return Paragraph(_MARKUP.sub("", line.strip()), number)
