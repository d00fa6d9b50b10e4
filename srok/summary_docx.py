"""The report on execution as a .docx: landscape A4, the header row on each page. Needs python-docx."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from engine.summary import Summary
from srok.summary_table import (
    COLUMNS,
    EXPLANATION,
    MARGIN_MM,
    TOTAL_COLUMNS,
    Cell,
    Column,
    count_line,
    listing,
    totals,
)

_FONT = "Times New Roman"
_SHADE = "E7E6E6"
_LONG = 300
"""Letters from which on a cell makes its row so high that it may go on over the page's end."""


def render(summaries: Sequence[Summary], today: date) -> bytes:
    """Return the reports, each from a new page on."""
    document = _blank(summaries[0].heading[1], today)
    for n, summary in enumerate(summaries):
        if n:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _add(document, summary)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _blank(title: str, today: date) -> DocumentObject:
    document = Document()
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Mm(297), Mm(210)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(MARGIN_MM)
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(9)
    fonts = style.element.get_or_add_rPr()
    fonts.rFonts.set(qn("w:eastAsia"), _FONT)
    fonts.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="ru-RU"/>'))
    style.paragraph_format.space_after = Pt(0)
    about = document.core_properties
    about.title, about.author, about.comments = title[:255], "srok", ""
    about.created = about.modified = datetime(today.year, today.month, today.day)  # noqa: DTZ001 - the day of the report
    _number_pages(page.footer.paragraphs[0])
    return document


def _number_pages(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no fields


def _add(document: DocumentObject, summary: Summary) -> None:
    for n, line in enumerate(summary.heading):
        paragraph = _paragraph(document, line, bold=n < 2, size=13 if n == 0 else 11)  # noqa: PLR2004 - name and title
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _paragraph(document, "")
    _table(document, COLUMNS, list(listing(summary, brief=True)))
    _paragraph(document, count_line(summary)).paragraph_format.space_before = Pt(6)
    if summary.only is None:
        heading = _paragraph(document, "Исполнительская дисциплина", bold=True, size=11)
        heading.paragraph_format.space_before = heading.paragraph_format.space_after = Pt(6)
        heading.paragraph_format.keep_with_next = True
        _table(document, TOTAL_COLUMNS, list(totals(summary)))
        _keep_with_next(document.tables[-1])
        _paragraph(document, EXPLANATION, size=8).paragraph_format.space_before = Pt(3)
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    post, name = summary.signatory
    signature = _paragraph(document, f"{post}  ____________________  {name}", size=11)
    signature.paragraph_format.space_before = Pt(18)
    signature.paragraph_format.keep_together = True


def _keep_with_next(table: Table) -> None:
    """Take the last rows along to the page of what follows: a signature never stands on a page alone."""
    for row in table.rows[-3:]:
        for place in row.cells:
            place.paragraphs[0].paragraph_format.keep_with_next = True


def _paragraph(document: DocumentObject, text: str, *, bold: bool = False, size: float = 9) -> Paragraph:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    return paragraph


def _table(document: DocumentObject, columns: Sequence[Column], rows: Sequence[str | tuple[Cell, ...]]) -> None:
    """Add a table; a string among *rows* is a heading across all columns. Its first row stands on each page again."""
    table = document.add_table(rows=1 + len(rows), cols=len(columns), style="Table Grid")
    table.autofit = False
    _tight(table)
    for column, made in zip(table.columns, columns, strict=True):
        column.width = Mm(made.width_mm)
    for n, (row, values) in enumerate(zip(table.rows, [tuple(one.heading for one in columns), *rows], strict=True)):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no such setting
        if all(len(str(one)) < _LONG for one in values):
            properties.append(OxmlElement("w:cantSplit"))
        if n == 0:
            properties.append(OxmlElement("w:tblHeader"))
        _fill_row(row.cells, columns, values, header=n == 0)


def _fill_row(
    places: Sequence[_Cell], columns: Sequence[Column], values: str | tuple[Cell, ...], *, header: bool
) -> None:
    for place, column in zip(places, columns, strict=True):
        place.width = Mm(column.width_mm)
    if isinstance(values, str):
        _fill(places[0].merge(places[-1]), values, bold=True)
        places[0].paragraphs[0].paragraph_format.keep_with_next = True
        return
    for place, column, value in zip(places, columns, values, strict=True):
        _fill(place, value, bold=header)
        if header or column.centred:
            place.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER


def _tight(table: Table) -> None:
    """Let cells have a millimetre of margin."""
    sides = "".join(f'<w:{side} w:w="57" w:type="dxa"/>' for side in ("left", "right"))
    table._tblPr.append(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>"))  # noqa: SLF001 - no such setting


def _fill(place: _Cell, value: Cell, *, bold: bool) -> None:
    text = f"{value:%d.%m.%Y}" if isinstance(value, date) else "" if value is None else str(value)
    run = place.paragraphs[0].add_run(text)
    run.bold, run.font.size = bold, Pt(8 if bold else 9)
    if bold:
        place._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="{_SHADE}"/>'))  # noqa: SLF001 - no such setting
