"""The readers of .docx, .xlsx and .html give the rows of the five documents, written here as each format."""

import html
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from openpyxl import Workbook

from engine.importer.docx import read_docx
from engine.importer.html import read_html
from engine.importer.rows import ImportRefusedError, Paragraph, Row, Source
from engine.importer.table import read_tables
from engine.importer.xlsx import read_xlsx

DOCUMENTS = Path(__file__).parents[2] / "documents"
NAMES = ["artem-2020", "kislovodsk-2021", "lysva-2021", "vesyegonsk-2020", "yeniseysk-2023"]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
Table = list[list[str]]
HEADER = ["Мероприятие", "Ответственный"]
HEAD = "<tr><td>Мероприятие<td>Ответственный"


def text_table(name: str) -> Table:
    lines = (DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("\t")] for line in lines if "\t" in line]
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def is_section(row: list[str]) -> bool:
    return bool(row[0]) and not any(row[1:])


def docx_of(table: Table) -> bytes:
    """A row of a section is one merged cell."""
    document = Document()
    document.add_paragraph("ПРИКАЗ")
    if table:
        written = document.add_table(len(table), len(table[0]))
        for row, cells in zip(written.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
            if is_section(cells):
                row.cells[0].merge(row.cells[-1])
    return saved(document)


def xlsx_of(table: Table) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["ПРИКАЗ"])
    for number, cells in enumerate(table, start=2):
        for column, text in enumerate(cells, start=1):
            sheet.cell(number, column, text or None)
        if is_section(cells):
            sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(cells))
    return saved(book)


def html_of(table: Table) -> bytes:
    def row(cells: list[str]) -> str:
        if is_section(cells):
            return f'<tr><td colspan="{len(cells)}">{html.escape(cells[0])}</td></tr>'
        return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"

    body = f"<table>{''.join(map(row, table))}</table>" if table else ""
    return f"<!DOCTYPE html><html><head><title>х</title></head><body><p>ПРИКАЗ</p>{body}</body></html>".encode()


def saved(document: object) -> bytes:
    stream = BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def cells(source: Source) -> Table:
    return [list(row.cells) for row in source.parts if isinstance(row, Row)]


FORMATS = [(docx_of, read_docx), (xlsx_of, read_xlsx), (html_of, read_html)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("write", "read"), FORMATS, ids=["docx", "xlsx", "html"])
def test_a_table_of_the_documents_is_read_cell_by_cell(name, write, read) -> None:
    table = text_table(name)
    source = read(write(table), f"{name}.x")
    assert source.name == f"{name}.x"
    assert source.parts[0] == Paragraph("ПРИКАЗ", 1)
    assert cells(source) == table
    assert [part.line for part in source.parts] == list(range(1, len(table) + 2))


def test_paragraphs_of_a_cell_and_a_nested_table_are_lines_of_it() -> None:
    document = Document()
    table = document.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = HEADER
    cell = table.cell(1, 0)
    cell.text = "Отдел образования"
    cell.add_paragraph("Руководители ОУ")
    cell.add_table(1, 2).rows[0].cells[1].text = "МБОУ СОШ № 17"
    expected = [HEADER, ["Отдел образования\nРуководители ОУ\nМБОУ СОШ № 17", ""]]
    assert cells(read_docx(saved(document), "a.docx")) == expected
    page = (
        f"<table>{HEAD}<tr><td><p>Отдел образования<p>Руководители ОУ<table><tr><td>МБОУ СОШ № 17</table><td></table>"
    )
    assert cells(read_html(page.encode(), "a.html")) == expected


def merged_docx() -> Source:
    document = Document()
    table = document.add_table(4, 3)
    rows = [["№", *HEADER], ["1", "а", "Отдел"], ["2", "б", ""], ["", "в", ""]]
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 2).merge(table.cell(3, 2)).text = "Отдел"
    table.cell(2, 0).merge(table.cell(3, 0)).text = "2"
    return read_docx(saved(document), "a.docx")


def merged_xlsx() -> Source:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in [["№", *HEADER], ["1", "а", "Отдел"], ["2", "б"], [None, "в"]]:
        sheet.append(row)
    sheet.merge_cells("C2:C4")
    sheet.merge_cells("A3:A4")
    return read_xlsx(saved(book), "a.xlsx")


def merged_html() -> Source:
    rows = "<tr><td>1<td>а<td rowspan=0>Отдел<tr><td rowspan=2>2<td>б<tr><td>в"
    return read_html(f"<table>{HEAD.replace('<tr>', '<tr><td>№')}{rows}</table>".encode(), "a.html")


@pytest.mark.parametrize("read", [merged_docx, merged_xlsx, merged_html])
def test_a_cell_merged_down_belongs_to_every_measure_it_stands_beside_and_says_its_words_once(read) -> None:
    source = read()
    assert [row.cells for row in source.rows[1:]] == [("1", "а", "Отдел"), ("2", "б", "Отдел"), ("2", "в", "Отдел")]
    assert [row.own for row in source.rows[1:]] == [("1", "а", "Отдел"), ("2", "б", ""), ("", "в", "")]
    items = read_tables(source).items
    assert [(one.cell("number"), one.cell("title"), one.cell("responsible")) for one in items] == [
        ("1", "а", "Отдел"),
        ("2", "б в", "Отдел"),
    ]


def test_struck_revisions_are_left_out_and_accepted_ones_read() -> None:
    document = Document()
    paragraph = document.add_paragraph("до ")
    for tag, inner in [("del", "delText"), ("ins", "t")]:
        text = "1 мая" if tag == "del" else "16 марта"
        paragraph._p.append(parse_xml(f'<w:{tag} {W} w:id="1"><w:r><w:{inner}>{text}</w:{inner}></w:r></w:{tag}>'))
    assert read_docx(saved(document), "a.docx").parts == (Paragraph("до 16 марта", 1),)


def test_a_text_box_in_a_cell_is_read_once() -> None:
    document = Document()
    table = document.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = HEADER
    cell = table.cell(1, 0)
    cell.text = "Приказ"
    box = "<w:pict><w:txbxContent><w:p><w:r><w:t> № 218</w:t></w:r></w:p></w:txbxContent></w:pict>"
    cell.paragraphs[0]._p.append(parse_xml(f"<w:r {W}>{box}</w:r>"))
    assert cells(read_docx(saved(document), "a.docx")) == [HEADER, ["Приказ\n№ 218", ""]]


def test_a_row_in_a_content_control_is_read() -> None:
    document = Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = HEADER
    row = "<w:tr><w:tc><w:p><w:r><w:t>2</w:t></w:r></w:p></w:tc></w:tr>"
    table._tbl.append(parse_xml(f"<w:sdt {W}><w:sdtContent>{row}</w:sdtContent></w:sdt>"))
    assert cells(read_docx(saved(document), "a.docx")) == [HEADER, ["2", ""]]


def test_days_and_numbers_of_a_sheet_are_read_as_it_shows_them() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["№", *HEADER])
    sheet.append([1.1, date(2020, 10, 14), 3, 2.0])
    sheet.append([1.1, "Приказ", None, "10"])
    sheet["A3"].number_format = "0.00"
    assert cells(read_xlsx(saved(book), "a.xlsx"))[1:] == [
        ["1.1", "14.10.2020", "3", "2"],
        ["1.10", "Приказ", "", "10"],
    ]


def test_a_hidden_sheet_with_words_is_refused_and_an_empty_one_is_not() -> None:
    book = Workbook()
    book.worksheets[0].append(HEADER)
    hidden = book.create_sheet("Черновик")
    hidden.sheet_state = "hidden"
    assert cells(read_xlsx(saved(book), "a.xlsx")) == [HEADER]
    hidden.append(["x"])
    with pytest.raises(ImportRefusedError) as refused:
        read_xlsx(saved(book), "a.xlsx")
    assert str(refused.value) == "«a.xlsx»: на скрытом листе «Черновик» есть данные: покажите лист или удалите его"


@pytest.mark.parametrize(
    "page",
    [
        "<p>Приказ".encode("utf-8-sig"),
        "<p>Приказ".encode("utf-16"),
        "\ufeff<p>Приказ".encode("utf-16-be"),
        "<p>При\0каз".encode(),
        "<p>Приказ".encode("cp1251"),
        "<meta charset=x-none><p>Приказ".encode("cp1251"),
        "<meta charset=koi8-r><p>Приказ".encode("koi8-r"),
        '<?xml version="1.0" encoding="windows-1251"?><p>Приказ'.encode("cp1251"),
        "<script>x()</script><p>При<!-- нет --><b>каз</b>\n</p><style>p{}</style>".encode(),
    ],
    ids=[
        "utf-8-sig",
        "utf-16",
        "utf-16-be",
        "NUL",
        "cp1251",
        "declared wrongly",
        "koi8-r declared",
        "declared by XML",
        "scripts",
    ],
)
def test_a_page_is_read_in_its_coding_without_its_scripts(page: bytes) -> None:
    assert read_html(page, "a.html").parts == (Paragraph("Приказ", 1),)
