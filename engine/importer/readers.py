"""Which reader reads a document, by the suffix of its name, and what to do about those that none reads."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath

from engine.importer.container import check_foreign, check_size
from engine.importer.rows import ImportRefusedError, Source

READERS = {
    ".txt": "text",
    ".tsv": "text",
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
}
"""By suffix, lower case, the module `engine.importer.X` whose `read_X` reads it; it is imported when it is needed."""
_RESAVE = {".doc", ".odt", ".rtf"}
_PACKAGES = {"docx", "lxml", "openpyxl", "pdfplumber"}


def read_document(content: bytes, name: str) -> Source:
    """Read *content* by the suffix of *name*.

    Raises:
        ImportRefusedError: No reader reads such a document, its own refuses it, or the packages it needs are not there.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix in _RESAVE:
        raise ImportRefusedError(name, f"формат {suffix} не читается: сохраните документ как .docx")
    if suffix not in READERS:
        raise ImportRefusedError(name, f"формат не известен, читаются {', '.join(READERS)}: сохраните как .docx")
    check_size(content, name)
    check_foreign(content, name)
    module = READERS[suffix]
    try:
        read = getattr(import_module(f"engine.importer.{module}"), f"read_{module}")
        source: Source = read(content, name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _PACKAGES:
            raise
        raise ImportRefusedError(name, "для этого формата нужны пакеты: pip install 'srok[office]'") from error
    return source
