"""The process that opens a .pdf: bytes on the standard input, on the output parts or the reason of refusal as JSON.

pdfminer inflates a stream whole and follows what a file says; so its memory and processor time have an end here.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from io import BytesIO
from typing import Any, NoReturn

from engine.importer.container import DAMAGED, MIB, PASSWORD
from engine.importer.pdf import HEAVY, SECONDS
from engine.importer.pdf_grid import TooManyRulesError
from engine.importer.pdf_page import ScannedPageError, read_sheet
from engine.importer.pdf_parts import CrossedLineError, LostWordsError, Sheet, UnruledTableError, parts_of
from engine.importer.rows import Row

MEMORY = 512 * MIB
MAX_PAGES = 200
MAX_CHARS = 600_000
_SAVE = "сохраните исходный документ как .docx"
LONG = f"в файле больше {MAX_PAGES} страниц или {MAX_CHARS} знаков: оставьте в нём только приказ и план"
SCAN = f"это скан, слов на его страницах нет: распознайте текст или {_SAVE}"
DRAWING = f"на странице слишком много линий, это чертёж: {_SAVE}"
UNRULED = f"у таблицы нет линий, где чей столбец, по .pdf не сказать: {_SAVE} или добавьте таблице границы"
CROSSED = f"слово стоит поперёк линии между ячейками, в какой оно, не сказать: {_SAVE}"
LOST = f"часть слов страниц не попала ни в строку, ни в абзац: {_SAVE}"
NO_SIGNS = f"у шрифтов нет таблицы знаков, слова прочесть нельзя: {_SAVE} или распознайте текст"
NOT_CYRILLIC = f"в словах латинские буквы вместо русских: {_SAVE} или распознайте текст"
_UNREAD = re.compile(r"\(cid:\d+\)|[\ufffd\x00-\x08\x0e-\x1f]")
_MIXED = re.compile(r"[a-z][а-яё]|[а-яё][a-z]", re.IGNORECASE)
_MOST_UNREAD, _MOST_MIXED, _LEAST_CYRILLIC = 0.01, 0.03, 0.5


class RefusedError(Exception):
    """The reason in a sentence."""


def main() -> None:
    """Answer on the standard output."""
    _limit()
    content = sys.stdin.buffer.read()
    logging.disable()
    try:
        parts = [one if isinstance(one, str) else [one.cells, sorted(one.carried)] for one in read_parts(content)]
        answer: dict[str, Any] = {"parts": parts}
    except (MemoryError, RecursionError):
        answer = {"refused": HEAVY}
    except RefusedError as error:
        answer = {"refused": str(error)}
    except Exception as error:  # noqa: BLE001 (a forged file fails in the library anywhere)
        answer = {"refused": _why(error)}
    sys.stdout.write(json.dumps(answer))


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def read_parts(content: bytes) -> list[str | Row]:
    """Return the paragraphs and rows of a file as `engine.importer.pdf_parts.parts_of` does."""
    import pdfplumber  # noqa: PLC0415 (after the limits)
    from pdfminer import pdftypes  # noqa: PLC0415

    vars(pdftypes)["decompress_corrupted"] = _damaged  # it would give what it can, and lose the rest in silence
    with pdfplumber.open(BytesIO(content)) as pdf:
        if any(type(one).__name__ == "PDFXRefFallback" for one in pdf.doc.xrefs):
            raise RefusedError(DAMAGED)  # the end is not there
        sheets = _sheets(pdf)
    _check_letters(" ".join(word.text for sheet in sheets for word in sheet.words))
    try:
        return parts_of(sheets)
    except UnruledTableError as error:
        raise RefusedError(UNRULED) from error
    except CrossedLineError as error:
        raise RefusedError(CROSSED) from error
    except LostWordsError as error:
        raise RefusedError(LOST) from error
    except TooManyRulesError as error:
        raise RefusedError(DRAWING) from error


def _sheets(pdf: Any) -> list[Sheet]:
    sheets: list[Sheet] = []
    chars = 0
    declared = _declared(pdf)
    if declared > MAX_PAGES:
        raise RefusedError(LONG)
    for page in pdf.pages:
        chars += len(page.chars)
        if chars > MAX_CHARS or len(sheets) == MAX_PAGES:
            raise RefusedError(LONG)
        try:
            sheets.append(read_sheet(page))
        except ScannedPageError as error:
            raise RefusedError(SCAN) from error
        page.close()
    if len(sheets) != declared:
        raise RefusedError(DAMAGED)
    return sheets


def _declared(pdf: Any) -> int:
    """Return the number of pages the file declares."""
    from pdfminer.pdftypes import dict_value, int_value  # noqa: PLC0415

    return int(int_value(dict_value(pdf.doc.catalog["Pages"])["Count"]))


def _damaged(_: bytes) -> NoReturn:
    raise RefusedError(DAMAGED)


def _check_letters(text: str) -> None:
    words = text.split()
    if not words:
        raise RefusedError(SCAN)
    if len(_UNREAD.findall(text)) > _MOST_UNREAD * len(text):
        raise RefusedError(NO_SIGNS)
    letters = [one for one in text if one.isalpha()]
    cyrillic = sum("\u0400" <= one <= "\u04ff" for one in letters)
    mixed = sum(bool(_MIXED.search(one)) for one in words)
    if cyrillic < _LEAST_CYRILLIC * len(letters) or mixed > _MOST_MIXED * len(words):
        raise RefusedError(NOT_CYRILLIC)


def _why(error: Exception) -> str:
    """Return the reason; pdfplumber wraps what pdfminer raises."""
    inner = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    if isinstance(inner, RefusedError):
        return str(inner)
    if isinstance(inner, (MemoryError, RecursionError)):
        return HEAVY
    return PASSWORD if type(inner).__name__ in {"PDFPasswordIncorrect", "PDFEncryptionError"} else DAMAGED


if __name__ == "__main__":
    main()
