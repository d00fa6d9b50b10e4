"""Writes a .pdf by hand: its objects as bytes, Cyrillic words in a font that is not in the file, strokes as given."""

import zlib
from collections.abc import Iterable

LETTER = 0.5
"""Every letter is half its height wide."""
A4 = (595, 842)
Where = tuple[float, float]
Box = tuple[float, float, float, float]


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A file of these objects, numbered from 1; the first is the catalog. START in *trailer* is where the xref is."""
    out, at = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        at.append(len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    start = len(out)
    entries = b"".join(b"%010d 00000 n \n" % one for one in at)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + entries
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer.replace(b"START", b"%d" % start))
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream, deflated."""
    data = zlib.compress(data, 9)
    return b"<< /Length %d /Filter /FlateDecode %s >>\nstream\n" % (len(data), entries) + data + b"\nendstream"


def font(*, to_unicode: bool = True) -> list[bytes]:
    """A font whose codes are those of Unicode, the objects 3 to 6; without the table nobody can know that."""
    table = (
        b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
        b"3 beginbfrange <0020> <00FF> <0020> <0400> <04FF> <0400> <2010> <2116> <2010> endbfrange endcmap"
    )
    descriptor = (
        b"<< /Type /FontDescriptor /FontName /F /Flags 4 /FontBBox [0 -200 500 800] /Ascent 800 /Descent -200 >>"
    )
    below = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0 >> /FontDescriptor 5 0 R /DW 500 >>"
    )
    whole = b"<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H /DescendantFonts [4 0 R] %s >>"
    return [whole % (b"/ToUnicode 6 0 R" if to_unicode else b""), below, descriptor, stream(table)]


def drawn(
    words: Iterable[tuple[float, float, str]], boxes: Iterable[Box] = (), size: float = 10, *, thin: bool = False
) -> bytes:
    """The content of a page: words by the left and the top of their letters, lines as strokes or as thin rectangles."""
    out = [b"0.5 w"]
    for x0, top, x1, bottom in boxes:
        y0, y1 = A4[1] - top, A4[1] - bottom
        shape = f"{x0} {y1} {x1 - x0 + 0.5} {y0 - y1 + 0.5} re f" if thin else f"{x0} {y0} m {x1} {y1} l S"
        out.append(shape.encode())
    for x, top, text in words:
        shown = text.encode("utf-16-be").hex()
        out.append(f"BT /F {size} Tf {x} {A4[1] - top - 0.8 * size} Td <{shown}> Tj ET".encode())
    return b"\n".join(out)


def document(pages: list[bytes], *, to_unicode: bool = True, page: bytes = b"", trailer: bytes = b"") -> bytes:
    """A file of pages of A4 with these contents; *page* are more entries of each."""
    first = 7
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        *font(to_unicode=to_unicode),
    ]
    for number, content in enumerate(pages):
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> "
            b"/Contents %d 0 R %s >>" % (first + 2 * number + 1, page),
            stream(content),
        ]
    return pdf(objects, trailer)


def ruled(xs: list[float], ys: list[float], *, top: bool = True, bottom: bool = True) -> list[Box]:
    """The lines of a grid; without *top* or *bottom* the row there was cut by the page end."""
    across = ys[0 if top else 1 : None if bottom else -1]
    return [(x, ys[0], x, ys[-1]) for x in xs] + [(xs[0], y, xs[-1], y) for y in across]


def cells(xs: list[float], top: float, row: list[str], leading: float = 12) -> list[tuple[float, float, str]]:
    """The words of a row whose lines begin at *top*; a line feed ends a line."""
    return [
        (x + 3, top + 3 + leading * number, line)
        for x, text in zip(xs, row, strict=False)
        for number, line in enumerate(text.split("\n"))
        if line
    ]
