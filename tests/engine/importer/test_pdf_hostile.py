"""Hostile and foreign .pdf files are refused with what to do; the child that reads them has so much time and memory."""

import sys
import zlib
from collections.abc import Callable

import pytest

from engine.importer import pdf_child
from engine.importer.container import DAMAGED, MAX_FILE, PASSWORD
from engine.importer.pdf import HEAVY, read_pdf
from engine.importer.pdf_child import DRAWING, LONG, NOT_CYRILLIC, SCAN, RefusedError, read_parts
from engine.importer.readers import read_document
from engine.importer.rows import ImportRefusedError, Paragraph
from tests.engine.importer.pdf_bytes import document, drawn, font, pdf, stream

PAGE = drawn([(50.0, 50.0, "Приказ")])
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
NOT_PDF = "это не .pdf: дайте файлу расширение его формата или сохраните как .docx"


def one_page(contents: bytes, *more: bytes, kids: bytes = b"[7 0 R]", count: int = 1, forms: bytes = b"") -> bytes:
    """A file whose page is the object 7, with the object 8 as its contents; *more* are 9 and up."""
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 8 0 R "
        b"/Resources << /Font << /F 3 0 R >> /XObject << %s >> >> >>" % forms
    )
    return pdf([CATALOG, b"<< /Type /Pages /Kids %s /Count %d >>" % (kids, count), *font(), page, contents, *more])


def zeros() -> bytes:
    """Four million bytes that inflate to four milliards of zeros."""
    packer = zlib.compressobj(9)
    first, again = (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * 4000


def bomb() -> bytes:
    data = zeros()
    return one_page(b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(data) + data + b"\nendstream")


def bomb_in_a_bomb() -> bytes:
    data = zlib.compress(zeros(), 9)
    entries = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>" % len(data)
    return one_page(entries + b"\nstream\n" + data + b"\nendstream")


def deep_tree() -> bytes:
    nodes = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 1) for number in range(2, 5000)]
    return pdf([CATALOG, *nodes, b"<< /Type /Pages /Kids [] /Count 0 >>"])


def laughs() -> bytes:
    """Forms that draw one another ten times each, fourteen deep."""
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>"
    forms = [stream(b"/X Do " * 10, form % (number + 1)) for number in range(9, 23)]
    return one_page(stream(b"/X Do"), *forms, stream(b"0 0 m 1 1 l S", form % 9), forms=b"/X 9 0 R")


def broken_stream() -> bytes:
    data = zlib.compress(PAGE * 50)[:60] + bytes(60)
    return one_page(b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(data) + data + b"\nendstream")


def locked() -> bytes:
    entry = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (%s) /U (%s) >> /ID [(a) (a)]"
    return document([PAGE], trailer=entry % (b"o" * 32, b"u" * 32))


def drawing() -> bytes:
    lines = b"".join(b"%d 0 m %d 20000 l S 0 %d m 20000 %d l S " % ((number * 5,) * 4) for number in range(1600))
    return one_page(stream(PAGE + b" " + lines))


def tiny_words() -> bytes:
    return one_page(stream(b"BT /F 1 Tf " + b"<0430> Tj " * 2_000_000 + b"ET"))


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", "файл пуст: проверьте, что он сохранён, и повторите"),
    (
        "large",
        lambda: bytes(MAX_FILE + 1),
        "файл больше 20 МиБ: уберите картинки или сохраните одну дорожную карту отдельно",
    ),
    ("text", "Приказ".encode, NOT_PDF),
    ("docx", lambda: b"PK\x03\x04", NOT_PDF),
    ("header alone", lambda: b"%PDF-1.7\n", DAMAGED),
    ("junk", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 500, DAMAGED),
    ("truncated", lambda: document([PAGE, PAGE])[:-200], DAMAGED),
    ("half", lambda: document([PAGE, PAGE])[:1500], DAMAGED),
    ("no table of its objects", lambda: document([PAGE]).replace(b"startxref\n", b"startxref\n9"), DAMAGED),
    ("a stream with no end", broken_stream, DAMAGED),
    ("password", locked, PASSWORD),
    ("bomb", bomb, HEAVY),
    ("bomb in a bomb", bomb_in_a_bomb, HEAVY),
    ("cyclic pages", lambda: one_page(stream(PAGE), kids=b"[7 0 R 2 0 R]", count=2), DAMAGED),
    ("cyclic xref", lambda: document([PAGE], trailer=b"/Prev START"), HEAVY),
    ("deep tree", deep_tree, HEAVY),
    ("a length that is its own stream", lambda: one_page(b"<< /Length 8 0 R >>\nstream\nabc\nendstream"), HEAVY),
    ("fewer pages than it says", lambda: one_page(stream(PAGE), count=7), DAMAGED),
    ("a milliard of pages", lambda: one_page(stream(PAGE), count=10**9), LONG),
    ("deep arrays", lambda: one_page(stream(b"[" * 100_000)), SCAN),
    ("a drawing", drawing, DRAWING),
    ("Latin", lambda: document([drawn([(50.0, 50.0, "Order of the day")])]), NOT_CYRILLIC),
]


def refusal(content: bytes, seconds: float = 60) -> str:
    with pytest.raises(ImportRefusedError) as refused:
        read_pdf(content, "a.pdf", seconds)
    return str(refused.value).removeprefix("«a.pdf»: ")


@pytest.mark.parametrize(("make", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_pdf_is_refused_with_what_to_do(make: Callable[[], bytes], why: str) -> None:
    assert refusal(make()) == why


@pytest.mark.parametrize("make", [laughs, tiny_words], ids=["forms in forms", "tiny words"])
def test_what_takes_too_long_is_given_up(make: Callable[[], bytes]) -> None:
    assert refusal(make(), seconds=1.5) == HEAVY


def test_more_signs_than_any_order_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_child, "MAX_CHARS", 11)
    with pytest.raises(RefusedError) as refused:
        read_parts(document([PAGE, PAGE]))
    assert str(refused.value) == LONG


def test_a_form_that_draws_itself_does_no_harm() -> None:
    form = stream(b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 9 0 R >> >>")
    file = one_page(stream(b"/X Do " + PAGE), form, forms=b"/X 9 0 R")
    assert read_pdf(file, "a.pdf").parts == (Paragraph("Приказ", 1),)


def test_a_pdf_is_read_by_its_suffix() -> None:
    assert read_document(document([PAGE]), "Приказ.PDF").parts == (Paragraph("Приказ", 1),)


def test_without_its_package_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    with pytest.raises(ImportRefusedError) as refused:
        read_document(document([PAGE]), "a.pdf")
    assert str(refused.value) == "«a.pdf»: для этого формата нужны пакеты: pip install 'srok[office]'"


def test_a_folder_that_has_an_engine_of_its_own_is_not_run(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("raise SystemExit(1)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert read_pdf(document([PAGE]), "a.pdf").parts == (Paragraph("Приказ", 1),)
