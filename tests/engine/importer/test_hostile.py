"""Hostile and foreign files are refused with what to do, in bounded memory."""

import random
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from docx import Document
from openpyxl import Workbook

from engine.importer.container import DAMAGED, MAX_FILE, MIB
from engine.importer.docx import read_docx
from engine.importer.html import read_html
from engine.importer.rows import ImportRefusedError, Source
from engine.importer.xlsx import read_xlsx

MEMORY = 24 * MIB
"""What a refusal may take beside the file itself, bytes."""
BOMB = "архив раскрывается в слишком большой объём: скопируйте текст в новый документ и сохраните его"
ENTITIES = "внутри объявлены сущности XML, так редакторы не пишут: не открывайте этот файл"
OUTSIDE = "в архиве пути наружу, так редакторы не пишут: не открывайте этот файл"
PASSWORD = "файл закрыт паролем: снимите пароль и сохраните заново"
SAVE = "сохраните как .docx (в Word или LibreOffice: «Файл» → «Сохранить как»)"
OLD = f"это старый .doc или .xls: {SAVE} или .xlsx"
SCAN = "это картинка, а не текст: распознайте её и сохраните как .docx"
NOT_DOCX = "это не .docx: откройте файл в редакторе и сохраните как .docx"
WIDE = "в таблице больше 64 столбцов: оставьте в файле только таблицу дорожной карты"
LARGE = "таблица слишком велика: оставьте в файле только таблицу дорожной карты"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Read = Callable[[bytes, str], Source]


def word() -> bytes:
    stream = BytesIO()
    Document().save(stream)
    return stream.getvalue()


def sheet() -> bytes:
    stream = BytesIO()
    Workbook().save(stream)
    return stream.getvalue()


def with_entry(content: bytes, path: str, data: bytes, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The package with one entry put in, or in place of the one of that name."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w", kind) as new:
        for entry in old.infolist():
            if entry.filename != path:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(path, data)
    return stream.getvalue()


def many() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as new:
        for number in range(1001):
            new.writestr(f"word/{number}.xml", b"")
    return stream.getvalue()


def thin(mebibytes: int) -> bytes:
    """Deflates about fifty times."""
    return b"".join(random.Random(number).randbytes(16) + bytes(1008) for number in range(mebibytes * 1024))


def wide_of_memory() -> bytes:
    """70 MiB in five entries, none of them large alone, at a ratio under 100."""
    content = word()
    for number in range(5):
        content = with_entry(content, f"word/media/{number}.bin", thin(14))
    return content


def locked() -> bytes:
    content = bytearray(word())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def body(xml: str) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<w:document xmlns:w="{space}"><w:body>{xml}</w:body></w:document>'
    return with_entry(word(), "word/document.xml", text.encode())


def data(xml: str) -> bytes:
    text = f'<worksheet xmlns="{SHEET}"><sheetData>{xml}</sheetData></worksheet>'
    return with_entry(sheet(), "xl/worksheets/sheet1.xml", text.encode())


def one_string() -> bytes:
    """Two hundred cells name one string of 30 000 letters."""
    strings = f'<sst xmlns="{SHEET}"><si><t>{"я" * 30_000}</t></si></sst>'
    content = data('<row><c t="s"><v>0</v></c></row>' * 200)
    content = with_entry(content, "xl/sharedStrings.xml", strings.encode())
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    with zipfile.ZipFile(BytesIO(content)) as archive:
        types = archive.read("[Content_Types].xml").decode()
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    return with_entry(content, "[Content_Types].xml", types.replace("</Types>", part).encode())


def word_twice(name: bytes) -> bytes:
    """Two whole bodies, of which two readers may take different ones; a name ends at its first NUL."""
    content = word()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        body = archive.read("word/document.xml")
    other = f"word/documenT.xml{'z' * (len(name) - 17)}"
    return with_entry(content, other, body).replace(other.encode(), name)


def lied() -> bytes:
    """The directory declares ten bytes, the entry inflates to a gigabyte's beginning."""
    content = bytearray(with_entry(word(), "word/z.xml", bytes(4 * MIB)))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(content)


LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
OUT = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
WIDE_ROW = '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="900000000"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'
DOCX_REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", "файл пуст: проверьте, что он сохранён, и повторите"),
    (
        "large",
        lambda: bytes(MAX_FILE + 1),
        "файл больше 20 МиБ: уберите картинки или сохраните одну дорожную карту отдельно",
    ),
    ("text", "Приказ".encode, NOT_DOCX),
    ("another zip", lambda: with_entry(empty_zip(), "a.txt", b"a"), NOT_DOCX),
    ("truncated", lambda: word()[:-100], DAMAGED),
    ("half", lambda: word()[:9000], DAMAGED),
    ("old .doc", lambda: OLE, OLD),
    ("password", lambda: OLE + "EncryptedPackage".encode("utf-16-le"), PASSWORD),
    ("password of the zip", locked, PASSWORD),
    ("rtf", lambda: b"{\\rtf1 x}", f"это .rtf: {SAVE}"),
    ("png", lambda: b"\x89PNG\r\n\x1a\n", SCAN),
    ("jpeg", lambda: b"\xff\xd8\xff\xe0", SCAN),
    ("tiff", lambda: b"II*\x00", SCAN),
    (
        "odt",
        lambda: with_entry(with_entry(empty_zip(), "mimetype", b"x"), "content.xml", b"<a/>"),
        f"это .odt или .ods: {SAVE} или .xlsx",
    ),
    ("xlsx", sheet, "это .xlsx, а не .docx: переименуйте файл в .xlsx и повторите"),
    (
        "many",
        many,
        "в архиве слишком много файлов: скопируйте текст в новый документ и сохраните его",
    ),
    ("bomb", lambda: with_entry(word(), "word/z.xml", bytes(30 * MIB)), BOMB),
    ("large entry", lambda: with_entry(word(), "word/z.xml", thin(33)), BOMB),
    ("large sum", wide_of_memory, BOMB),
    ("many tags", lambda: with_entry(word(), "a.xml", b"<a b=''/>" * 1_001_000, zipfile.ZIP_STORED), BOMB),
    ("laughs", lambda: with_entry(word(), "word/styles.xml", LAUGHS), ENTITIES),
    ("external", lambda: with_entry(word(), "word/styles.xml", OUT), ENTITIES),
    ("external in UTF-16", lambda: with_entry(word(), "word/document.xml", OUT.decode().encode("utf-16")), ENTITIES),
    ("over a piece", lambda: with_entry(word(), "word/a.bin", b" " * 65530 + OUT[: OUT.index(b"[")]), ENTITIES),
    ("UTF-7", lambda: with_entry(word(), "word/a.xml", b'<?xml version="1.0" encoding="UTF-7"?>'), DAMAGED),
    ("EBCDIC", lambda: with_entry(word(), "word/a.xml", '<?xml version="1.0"?>'.encode("cp500")), DAMAGED),
    ("up", lambda: with_entry(word(), "word/../../a.xml", b"a"), OUTSIDE),
    ("absolute", lambda: with_entry(word(), "/etc/a.xml", b"a"), OUTSIDE),
    ("up by backslash", lambda: with_entry(word(), "..\\a.xml", b"a"), OUTSIDE),
    ("lzma", lambda: with_entry(word(), "a.xml", b"a", zipfile.ZIP_LZMA), DAMAGED),
    ("declared smaller", lied, DAMAGED),
    ("two of one name", lambda: word_twice(b"word/document.xml"), DAMAGED),
    ("two of one name to its NUL", lambda: word_twice(b"word/document.xml\0a"), DAMAGED),
    ("not XML", lambda: with_entry(word(), "word/document.xml", b"<a"), DAMAGED),
    ("no types", lambda: with_entry(word(), "[Content_Types].xml", b"<a/>"), DAMAGED),
    ("span", lambda: body(WIDE_ROW), WIDE),
    ("a number that is not", lambda: body(WIDE_ROW.replace("900000000", "x")), DAMAGED),
]


def empty_zip() -> bytes:
    stream = BytesIO()
    zipfile.ZipFile(stream, "w").close()
    return stream.getvalue()


def refusal(read: Read, content: bytes, memory: int = MEMORY) -> str:
    """The refusal, with the memory Python took for it bounded."""
    tracemalloc.start()
    try:
        with pytest.raises(ImportRefusedError) as refused:
            read(content, "a")
        assert tracemalloc.get_traced_memory()[1] < memory
    finally:
        tracemalloc.stop()
    assert refused.value.name == "a"
    return str(refused.value).removeprefix("«a»: ")


@pytest.mark.parametrize(("make", "why"), [row[1:] for row in DOCX_REFUSED], ids=[row[0] for row in DOCX_REFUSED])
def test_a_docx_is_refused_with_what_to_do(make: Callable[[], bytes], why: str) -> None:
    assert refusal(read_docx, make()) == why


XLSX_REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("docx", word, "это .docx, а не .xlsx: переименуйте файл в .docx и повторите"),
    ("text", lambda: b"a;b", "это не .xlsx: откройте файл в редакторе и сохраните как .xlsx"),
    ("laughs", lambda: with_entry(sheet(), "xl/sharedStrings.xml", LAUGHS), ENTITIES),
    ("far row", lambda: data('<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>'), LARGE),
    ("wide", lambda: data('<row r="1"><c r="CA1"><v>1</v></c></row>'), WIDE),
    (
        "one string everywhere",
        one_string,
        LARGE,
    ),
    ("bad style", lambda: data('<row r="1"><c r="A1" t="s"><v>77</v></c></row>'), DAMAGED),
]


@pytest.mark.parametrize(("make", "why"), [row[1:] for row in XLSX_REFUSED], ids=[row[0] for row in XLSX_REFUSED])
def test_an_xlsx_is_refused_with_what_to_do(make: Callable[[], bytes], why: str) -> None:
    assert refusal(read_xlsx, make()) == why


BROWSER = "так страницы не пишут: откройте её в браузере и скопируйте текст в .docx"
HTML_REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("entities", lambda: LAUGHS, BROWSER),
    ("tags", lambda: b"<p a=1>" * 1_001_000, BROWSER),
    ("span", lambda: b"<table><tr><td colspan=900000000>a</table>", WIDE),
    ("docx", word, "это не .html: дайте файлу расширение его формата (.docx, .xlsx или .pdf)"),
    ("pdf", lambda: b"%PDF-1.7", "это не .html: дайте файлу расширение его формата (.docx, .xlsx или .pdf)"),
    ("png", lambda: b"\x89PNG", SCAN),
    ("empty", lambda: b"", "файл пуст: проверьте, что он сохранён, и повторите"),
    ("blank", lambda: b"<!-- -->", DAMAGED),
    ("no coding reads it", lambda: b"<p>\x98", DAMAGED),
    ("half a sign", lambda: b"<meta charset=unicode_escape><p>\xff\\ud800", DAMAGED),
]


@pytest.mark.parametrize(("make", "why"), [row[1:] for row in HTML_REFUSED], ids=[row[0] for row in HTML_REFUSED])
def test_a_page_is_refused_with_what_to_do(make: Callable[[], bytes], why: str) -> None:
    content = make()
    assert refusal(read_html, content, MEMORY + 4 * len(content)) == why


def test_a_cell_may_reach_a_million_rows_down_and_take_no_memory() -> None:
    tracemalloc.start()
    head = "<tr><td>Мероприятие<td>Срок"
    source = read_html(f"<table>{head}<tr><td rowspan=900000000>a<td>b</table>".encode(), "a.html")
    assert tracemalloc.get_traced_memory()[1] < MEMORY
    tracemalloc.stop()
    assert len(source.parts) == 2


def test_a_page_too_deep_for_the_parser_is_refused_not_cut() -> None:
    assert refusal(read_html, b"<div><b>" * 300 + b"x") == BROWSER
