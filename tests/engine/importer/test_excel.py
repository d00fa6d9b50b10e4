"""What a sheet shows is read, what it hides is told, and a formula nobody has counted is refused."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from engine.importer.rows import ImportRefusedError, Paragraph, Source
from engine.importer.xlsx import read_xlsx
from tests.engine.importer.test_hostile import data
from tests.engine.importer.writing import saved

HEADER = ["№", "Мероприятие", "Срок"]


def book_of(*rows: list[Any]) -> tuple[Any, Any]:
    book: Any = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "План"
    for row in rows:
        sheet.append(row)
    return book, sheet


def read(book: Any) -> Source:
    return read_xlsx(saved(book), "а.xlsx")


def said(book: Any) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in read(book).findings]


@pytest.mark.parametrize(
    ("value", "shown_as", "text"),
    [
        (date(2021, 4, 15), "dd.mm.yyyy", "15.04.2021"),
        (date(2021, 4, 15), "mm-dd-yy", "15.04.2021"),  # the short day of Windows, format 14
        (date(2021, 4, 15), '[$-419]d\\ mmmm\\ yyyy\\ "г."', "15.04.2021"),
        (datetime(2021, 4, 15, 9, 30), "dd.mm.yyyy h:mm", "15.04.2021 09:30"),  # noqa: DTZ001 (a cell has no zone)
    ],
)
def test_a_day_is_read_in_full(value: date, shown_as: str, text: str) -> None:
    book, sheet = book_of(HEADER, ["1", "Отчёт", value])
    sheet["C2"].number_format = shown_as
    assert read(book).rows[1].cells[2] == text
    assert said(book) == []


@pytest.mark.parametrize(
    ("shown_as", "text"),
    [
        ("mmm-yy", "апрель 2021"),  # «апр.21»
        ("[$-419]mmmm\\ yyyy;@", "апрель 2021"),
        ("mm.yyyy", "апрель 2021"),
        ("d-mmm", "15 апреля"),  # «15.апр»: the year was taken by Excel, nobody wrote it
        ("yyyy", "2021"),
        ("mmmm", "апрель"),
    ],
)
def test_of_a_day_shown_in_part_that_part_is_read_and_told(shown_as: str, text: str) -> None:
    book, sheet = book_of(HEADER, ["1", "Отчёт", date(2021, 4, 15)])
    sheet["C2"].number_format = shown_as
    assert read(book).rows[1].cells[2] == text
    message = (
        f"Ячейка C2 листа «План» хранит день 15.04.2021, а показывает не весь: прочитано «{text}». Проверьте срок."
    )
    assert said(book) == [("sheet-date", message)]


def test_a_formula_nobody_has_counted_is_refused_by_its_cell() -> None:
    book, _ = book_of(HEADER, ["1", "Отчёт", "=TODAY()"])
    with pytest.raises(ImportRefusedError) as refused:
        read(book)
    assert str(refused.value) == (
        "«а.xlsx»: в ячейке C2 листа «План» формула без значения: "
        "откройте файл в Excel или LibreOffice, сохраните и повторите"
    )


def test_a_counted_formula_is_its_value_and_one_that_gives_nothing_is_empty() -> None:
    cells = [("A", "str", "Мероприятие"), ("B", "str", "Срок"), ("C", "str", "")]
    row = "".join(f'<c r="{at}1" t="{kind}"><f>X1</f><v>{value}</v></c>' for at, kind, value in cells)
    inline = '<c r="C2" t="inlineStr"><f>X1</f><is><t>итог</t></is></c>'
    content = data(f'<row r="1">{row}</row><row r="2"><c r="A2"><f>1+1</f><v>2</v></c>{inline}</row>')
    assert [one.cells for one in read_xlsx(content, "а.xlsx").rows] == [
        ("Мероприятие", "Срок", ""),
        ("2", "", "итог"),
    ]


def test_hidden_rows_and_columns_are_read_and_told() -> None:
    book, sheet = book_of(HEADER, ["1", "Отчёт", "май 2021"], ["2", "Справка", "июнь 2021"])
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[9].hidden = True
    sheet.column_dimensions["C"].hidden = True
    assert read(book).rows[2].cells == ("2", "Справка", "июнь 2021")
    message = "На листе «План» скрыты, но прочитаны: строки 3; столбцы C–C. Проверьте, действует ли то, что в них."
    assert said(book) == [("hidden-cells", message)]


def test_words_around_the_table_are_quoted() -> None:
    book, sheet = book_of(HEADER, ["1", "Отчёт", "май 2021"])
    sheet["C2"].comment = Comment("кроме СОШ № 7", "А")
    sheet.oddFooter.center.text = "Страница &P из &N"
    sheet.oddHeader.right.text = "&P"
    sheet.oddHeader.left.text = "Приложение 1"
    assert said(book) == [
        ("beside-text", f"В план не вошло ({where}): «{words}». Проверьте, что это не мера и не поправка к ней.")
        for where, words in [
            ("колонтитул", "Приложение 1"),
            ("колонтитул", "Страница из"),
            ("примечание", "кроме СОШ № 7"),
        ]
    ]


def test_words_drawn_over_a_sheet_are_quoted() -> None:
    book, _ = book_of(HEADER)
    drawn = '<a:p xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:t>УТВЕРЖДАЮ</a:t></a:p>'
    stream = BytesIO(saved(book))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/drawings/drawing1.xml", drawn)
    (finding,) = read_xlsx(stream.getvalue(), "а.xlsx").findings
    assert finding.message == (
        "В план не вошло (надпись на рисунке): «УТВЕРЖДАЮ». Проверьте, что это не мера и не поправка к ней."
    )


def test_a_plan_on_two_sheets_goes_on_and_a_third_sheet_is_no_part_of_it() -> None:
    book, _ = book_of(["План на 2021 год"], [], ["от 14.10.2020", None, "№ 218"], HEADER, ["1", "Отчёт", "май 2021"])
    book.create_sheet("2").append(["2", "Справка", "июнь 2021"])
    book.create_sheet("3").append(["Телефон", "2-15-40"])
    source = read(book)
    assert [row.cells[0] for row in source.rows] == ["№", "1", "2"]
    assert source.paragraphs == (
        Paragraph("План на 2021 год", 1),
        Paragraph("от 14.10.2020", 3),
        Paragraph("№ 218", 4),
        Paragraph("Телефон", 8),
        Paragraph("2-15-40", 9),
    )


def test_a_range_merged_to_the_end_of_the_sheet_takes_no_time() -> None:
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    texts = [HEADER, ["1", "Отчёт", "май 2021"], ["2", "Справка"]]
    rows = "".join(f"<row>{''.join(map(cell.format, row))}</row>" for row in texts)
    content = data(f'{rows}</sheetData><mergeCells><mergeCell ref="C2:XFD1048576"/></mergeCells><sheetData>')
    assert [row.cells for row in read_xlsx(content, "а.xlsx").rows[1:]] == [
        ("1", "Отчёт", "май 2021"),
        ("2", "Справка", "май 2021"),
    ]
