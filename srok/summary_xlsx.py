"""The report on execution as an .xlsx: a sheet of rows and one of totals a plan, ready to print. Needs openpyxl.

Texts are stored as texts whatever they begin with: nothing of the data is ever a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from textwrap import wrap

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

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

_MM_PER_CHARACTER = 2.0
_MM_PER_LETTER = 1.6
_PADDING_MM = 1.5
_LINE_POINTS = 12
_MM_PER_INCH = 25.4
_MAX_POINTS = 409  # the format's highest row
_NAME_LENGTH = 24
_SIDE = Side(style="thin")
_GRID = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_SHADE = PatternFill("solid", fgColor="E7E6E6")


def render(summaries: Sequence[Summary], today: date) -> bytes:
    """Return the reports in one workbook."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title, book.properties.creator = summaries[0].heading[1][:255], "srok"
    book.properties.created = book.properties.modified = datetime(today.year, today.month, today.day)  # noqa: DTZ001 - a day
    for summary in summaries:
        sheet = _sheet(book, summary.plan[:_NAME_LENGTH], summary, COLUMNS, list(listing(summary)))
        _line(sheet, "")
        _line(sheet, count_line(summary))
        _sign(sheet, summary)
        if summary.only is None:
            sheet = _sheet(book, f"{summary.plan[:_NAME_LENGTH]} итоги", summary, TOTAL_COLUMNS, list(totals(summary)))
            _line(sheet, EXPLANATION)
            _sign(sheet, summary)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(
    book: Workbook, name: str, summary: Summary, columns: Sequence[Column], rows: Sequence[str | tuple[Cell, ...]]
) -> Worksheet:
    """Add a sheet with its heading and a table; a string among *rows* goes across all columns."""
    sheet: Worksheet = book.create_sheet(name)
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width_mm / _MM_PER_CHARACTER
    for n, text in enumerate(summary.heading):
        _line(sheet, text, bold=n < 2, centred=True)  # noqa: PLR2004 - name and title
    _line(sheet, "")
    header = sheet.max_row + 1
    _row(sheet, header, columns, tuple(one.heading for one in columns), header=True)
    for number, values in enumerate(rows, start=header + 1):
        if isinstance(values, str):
            _line(sheet, values, bold=True, row=number)
            for index in range(1, len(columns) + 1):
                sheet.cell(number, index).border, sheet.cell(number, index).fill = _GRID, _SHADE
        else:
            _row(sheet, number, columns, values)
    _for_print(sheet, header)
    return sheet


def _row(
    sheet: Worksheet, number: int, columns: Sequence[Column], values: tuple[Cell, ...], *, header: bool = False
) -> None:
    for index, (column, value) in enumerate(zip(columns, values, strict=True), start=1):
        place = sheet.cell(number, index)
        place.border = _GRID
        if header:
            place.fill = _SHADE
        _put(place, value, bold=header, centred=header or column.centred)
    lines = max(_lines(str(value or ""), column.width_mm) for value, column in zip(values, columns, strict=True))
    sheet.row_dimensions[number].height = _height(lines)


def _put(place: SheetCell | MergedCell, value: Cell, *, bold: bool = False, centred: bool = False) -> None:
    place.font = Font(name="Times New Roman", size=9 if bold else 10, bold=bold)
    place.alignment = Alignment(wrap_text=True, vertical="top", horizontal="center" if centred else None)
    if isinstance(place, MergedCell) or value is None:
        return
    if isinstance(value, str):
        place.value = value.replace("\u00ad", "")
        place.data_type = "s"
        place.quotePrefix = value[:1] in set("=+-@")
    else:
        place.value = value
        place.number_format = "DD.MM.YYYY" if isinstance(value, date) else "0"


def _line(sheet: Worksheet, text: str, *, bold: bool = False, centred: bool = False, row: int | None = None) -> None:
    """Put *text* across the sheet; a merged row does not find its height by itself."""
    widths = [one.width for one in sheet.column_dimensions.values()]
    number = row or sheet.max_row + (0 if sheet.max_row == 1 and sheet["A1"].value is None else 1)
    sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(widths))
    place = sheet.cell(number, 1)
    _put(place, text, bold=bold, centred=centred)
    sheet.row_dimensions[number].height = _height(_lines(text, sum(widths) * _MM_PER_CHARACTER))


def _lines(text: str, width: float) -> int:
    """Return how many lines *text* takes in *width* millimetres; a row's height is not found by every program."""
    room = max(1, int((width - _PADDING_MM) / _MM_PER_LETTER))
    return sum(max(1, len(wrap(part, room))) for part in text.split("\n"))


def _height(lines: int) -> float:
    return min(lines * _LINE_POINTS + 2, _MAX_POINTS)


def _sign(sheet: Worksheet, summary: Summary) -> None:
    post, name = summary.signatory
    _line(sheet, "")
    _line(sheet, f"{post}  ____________________  {name}")


def _for_print(sheet: Worksheet, header: int) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4 in the format's own list
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margin = MARGIN_MM / _MM_PER_INCH
    sheet.page_margins = PageMargins(margin, margin, margin, margin, margin / 2, margin / 2)
    sheet.print_title_rows = f"{header}:{header}"
    sheet.freeze_panes = f"A{header + 1}"
    sheet.oddFooter = HeaderFooterItem(right=_HeaderFooterPart(text="&P"))
