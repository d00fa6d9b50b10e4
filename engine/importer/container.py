"""What a file is and whether it may be opened: decided on its bytes, before a library sees them.

Sizes are bytes. An entry is inflated in pieces and dropped, so memory stays at one piece whatever the archive says;
zipfile gives no more of an entry than its directory declares, so the declared sizes bound the work.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO

from engine.importer.rows import ImportRefusedError

MIB = 1 << 20
MAX_FILE = 20 * MIB
MAX_TOTAL = 64 * MIB
MAX_ENTRY = 32 * MIB
MAX_ENTRIES = 1000
MAX_RATIO = 100
RATIO_FROM = MIB
"""Smaller entries may shrink as they like: an empty table does so honestly."""
MAX_MARKS = 2_000_000
"""Tags and attributes (counted as "<" and "="): a node takes a hundred bytes of memory where it took four."""
_PIECE = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS_DOCX = "сохраните как .docx (в Word или LibreOffice: «Файл» → «Сохранить как»)"
_SCAN = "это картинка, а не текст: распознайте её и сохраните как .docx"
_FOREIGN = [
    (b"{\\rtf", f"это .rtf: {_SAVE_AS_DOCX}"),
    (b"\x89PNG", _SCAN),
    (b"\xff\xd8\xff", _SCAN),
    (b"GIF8", _SCAN),
    (b"BM", _SCAN),
    (b"II*\x00", _SCAN),
    (b"MM\x00*", _SCAN),
]
DAMAGED = "файл повреждён или получен не целиком: откройте его в редакторе, сохраните заново и повторите"
_BOMB = "архив раскрывается в слишком большой объём: скопируйте текст в новый документ и сохраните его"
PASSWORD = "файл закрыт паролем: снимите пароль и сохраните заново"  # noqa: S105 (a sentence)
_OTHER_CODING = re.compile(
    rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"'](?!utf-8|utf-16|us-ascii|windows-1251)", re.IGNORECASE
)
_EBCDIC = b"\x4c\x6f\xa7\x94"


def check_size(content: bytes, name: str) -> None:
    """Refuse an empty file and one over 20 MiB."""
    if not content:
        raise ImportRefusedError(name, "файл пуст: проверьте, что он сохранён, и повторите")
    if len(content) > MAX_FILE:
        raise ImportRefusedError(
            name, "файл больше 20 МиБ: уберите картинки или сохраните одну дорожную карту отдельно"
        )


def check_foreign(content: bytes, name: str) -> None:
    """Refuse by its first bytes what no reader reads: old Office, .rtf, pictures."""
    if content.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise ImportRefusedError(name, PASSWORD if locked else f"это старый .doc или .xls: {_SAVE_AS_DOCX} или .xlsx")
    for start, why in _FOREIGN:
        if content.startswith(start):
            raise ImportRefusedError(name, why)


def check_package(content: bytes, name: str, main: str) -> None:
    """Refuse what is not a whole and harmless Office file; ``main`` is ``docx`` or ``xlsx``."""
    check_size(content, name)
    check_foreign(content, name)
    if not content.startswith(b"PK\x03\x04"):
        raise ImportRefusedError(name, f"это не .{main}: откройте файл в редакторе и сохраните как .{main}")
    if content.count(b"PK\x01\x02") > MAX_ENTRIES:  # before zipfile makes an object of each
        raise ImportRefusedError(
            name, "в архиве слишком много файлов: скопируйте текст в новый документ и сохраните его"
        )
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_kind(set(archive.namelist()), name, main)
            _check_directory(archive.infolist(), name)
            _check_entries(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise ImportRefusedError(name, DAMAGED) from error


def _check_kind(names: set[str], name: str, main: str) -> None:
    kinds = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
    if kinds[main] in names:
        return
    other = next((kind for kind, part in kinds.items() if part in names), None)
    if other:
        raise ImportRefusedError(name, f"это .{other}, а не .{main}: переименуйте файл в .{other} и повторите")
    if "mimetype" in names and "content.xml" in names:
        raise ImportRefusedError(name, f"это .odt или .ods: {_SAVE_AS_DOCX} или .xlsx")
    raise ImportRefusedError(name, f"это не .{main}: откройте файл в редакторе и сохраните как .{main}")


def _check_directory(entries: list[zipfile.ZipInfo], name: str) -> None:
    for entry in entries:
        if entry.flag_bits & 1:
            raise ImportRefusedError(name, PASSWORD)
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:  # lzma may ask for gigabytes
            raise ImportRefusedError(name, DAMAGED)
        path = entry.orig_filename.replace("\\", "/")
        if path.startswith("/") or ":" in path or ".." in path.split("/"):
            raise ImportRefusedError(name, "в архиве пути наружу, так редакторы не пишут: не открывайте этот файл")
        small = entry.file_size <= RATIO_FROM
        if entry.file_size > MAX_ENTRY or not (small or entry.file_size <= MAX_RATIO * entry.compress_size):
            raise ImportRefusedError(name, _BOMB)
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise ImportRefusedError(name, _BOMB)
    if len({entry.filename for entry in entries}) < len(entries):  # two readers may take different ones
        raise ImportRefusedError(name, DAMAGED)


def _check_entries(archive: zipfile.ZipFile, name: str) -> None:
    """Inflate every entry piece by piece; NULs are dropped so that UTF-16 reads as UTF-8 does."""
    marks = 0
    for entry in archive.infolist():
        with archive.open(entry) as stream:
            before = b""
            while piece := stream.read(_PIECE):
                text = before[-300:] + piece.replace(b"\x00", b"")
                _check_xml(text, name)
                if entry.filename.endswith((".xml", ".rels")):
                    marks += piece.count(b"<") + piece.count(b"=")
                before = text
        if marks > MAX_MARKS:
            raise ImportRefusedError(name, _BOMB)


def _check_xml(text: bytes, name: str) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise ImportRefusedError(name, "внутри объявлены сущности XML, так редакторы не пишут: не открывайте этот файл")
    if _OTHER_CODING.search(text) or text.startswith(_EBCDIC):
        raise ImportRefusedError(name, DAMAGED)
