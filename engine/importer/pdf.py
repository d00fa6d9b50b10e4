"""Reads a .pdf into rows in a process of its own, which may take so much time and memory. Needs the extra office."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from engine.importer.container import DAMAGED, check_foreign, check_size
from engine.importer.layout import arranged
from engine.importer.rows import ImportRefusedError, Row, Source

SECONDS = 60
"""Of the wall clock. An order of thirty pages takes two."""
HEAVY = "файл слишком сложен для разбора: сохраните исходный документ как .docx"


def read_pdf(content: bytes, name: str, seconds: float = SECONDS) -> Source:
    """Return paragraphs and rows in order; ``line`` is the running number of the part.

    A row cut by a page end gives two rows, the second without a №. The lines of a cell are one text.

    Raises:
        ImportRefusedError: It is no .pdf of text with a ruled table or without one, or takes more than *seconds*.
    """
    check_size(content, name)
    check_foreign(content, name)
    if b"%PDF-" not in content[:1024]:
        raise ImportRefusedError(name, "это не .pdf: дайте файлу расширение его формата или сохраните как .docx")
    if find_spec("pdfplumber") is None:
        raise ModuleNotFoundError("No module named 'pdfplumber'", name="pdfplumber")
    command = [sys.executable, "-P", "-m", "engine.importer.pdf_child"]
    found = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=seconds, check=False, env=found)  # noqa: S603 (no word of it comes from the file)
    except subprocess.TimeoutExpired as error:
        raise ImportRefusedError(name, HEAVY) from error
    if done.returncode < 0:  # killed by the system
        raise ImportRefusedError(name, HEAVY)
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise ImportRefusedError(name, DAMAGED) from error
    if "refused" in answer:
        raise ImportRefusedError(name, answer["refused"])
    blocks = [one if isinstance(one, str) else [Row(tuple(one[0]), 0, frozenset(one[1]))] for one in answer["parts"]]
    return Source(name, tuple(arranged(blocks)))
