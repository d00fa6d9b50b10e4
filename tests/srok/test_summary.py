"""`srok summary`: the files read back, the variants, what is refused."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from openpyxl import load_workbook

from engine.report import Standing, printed
from engine.settings import load_settings
from engine.store.deeds import Act, Target
from engine.summary import Only, Row, Summary, Tally
from engine.transition import Deed
from srok import summary as command
from srok import summary_docx, summary_xlsx
from srok.doing import do
from srok.summary_table import COLUMNS, TOTAL_COLUMNS
from tests.srok.conftest import Cli

TODAY = date(2027, 4, 28)
HOSTILE = [
    "=HYPERLINK(1)", "+7 900", "-1", "@SUM(A1)", "#N/A", "2027-04-01", "<script>alert(1)</script>", "Щ" * 500,
    "нет\x00\x1b\u202e\ufffe знаков", "две\nстроки", "12,5",
]  # fmt: skip
ROW = Row(
    section="", number="1", title="Справка", planned_on=date(2027, 4, 30), planned="", responsible="Управление",
    result="Справка", note="", done_on=date(2027, 4, 12), remark="", standing=Standing.AHEAD, due_on=None, counted=True,
)  # fmt: skip


def summary(*rows: Row, **change: object) -> Summary:
    tally = Tally(Counter({Standing.ON_TIME: 3, Standing.LATE: 1, Standing.OVERDUE: 1}), 5)
    one = Summary(
        "demo-2027", ("Отчёт об исполнении", "План", "по состоянию на 28.04.2027"), rows or (ROW,), tally,
        (("Управление", tally),), (("СОШ № 1", tally),), ("Начальник", "Примерова А. А."), None,
    )  # fmt: skip
    return replace(one, **change)


def sheets(one: Summary):
    return load_workbook(BytesIO(summary_xlsx.render([one], TODAY))).worksheets


def document(one: Summary):
    return Document(BytesIO(summary_docx.render([one], TODAY)))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_stored_as_text(text) -> None:
    said = printed(text)
    one = summary(
        replace(ROW, title=said, note=said, number="7"), heading=("Отчёт", said, "на"), signatory=(said, said)
    )
    first, _ = sheets(one)
    cells = [cell for row in first.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert sum(cell.value == said for cell in cells) == 3
    assert all(cell.quotePrefix for cell in cells if cell.value[:1] in set("=+-@"))
    [table, _] = document(one).tables
    assert table.rows[1].cells[1].text == said


def test_the_sheet_has_dates_a_header_to_repeat_and_fits_the_page() -> None:
    first, second = sheets(summary(ROW, replace(ROW, section="Раздел 1", planned_on=None, planned="по графику")))
    rows = [[cell.value for cell in row] for row in first.iter_rows()]
    header = rows.index([column.heading for column in COLUMNS])
    assert rows[header + 1][2] == datetime(2027, 4, 30)  # noqa: DTZ001 - as Excel has it
    assert first.cell(header + 2, 7).number_format == "DD.MM.YYYY"
    assert (rows[header + 2][0], rows[header + 3][2]) == ("Раздел 1", "по графику")
    assert first.print_title_rows == f"${header + 1}:${header + 1}"
    assert (first.page_setup.orientation, first.page_setup.paperSize) == ("landscape", 9)
    assert (first.page_setup.fitToWidth, first.page_setup.fitToHeight) == (1, 0)
    assert first.freeze_panes == f"A{header + 2}"
    assert all(first.row_dimensions[n].height for n in range(header + 1, header + 4))
    counted = [[cell.value for cell in row] for row in second.iter_rows()]
    total = next(row for row in counted if row[0] == "По плану в целом")
    assert total[1:5] == [5, 4, 3, 1]
    assert [one.replace("\u00a0", " ") for one in total[-3:]] == [
        "4 / 5 (80,0 %)",
        "3 / 5 (60,0 %)",
        "4 / 5 (80,0 %)",
    ]
    assert any(row[0] == "Начальник  ____________________  Примерова А. А." for row in rows)


def test_a_high_row_is_as_high_as_its_text() -> None:
    first, _ = sheets(summary(ROW, replace(ROW, title="слово " * 80)))
    plain, high = (first.row_dimensions[n].height for n in (first.max_row - 5, first.max_row - 4))
    assert (plain, 140 < high <= 409) == (14, True)


def test_the_document_lies_and_repeats_its_header() -> None:
    second = replace(ROW, section="Раздел 1")
    one = document(summary(ROW, second, replace(second, planned_on=date(2027, 6, 30))))
    page = one.sections[0]
    assert page.orientation is WD_ORIENT.LANDSCAPE
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (297, 210)
    rows, totals = one.tables
    assert [cell.text for cell in rows.rows[0].cells] == [column.heading for column in COLUMNS]
    for table in (rows, totals):
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table.rows[1]._tr.trPr.find(qn("w:tblHeader")) is None
    assert rows.rows[1].cells[2].text == "30.04.2027"
    assert {cell.text for cell in rows.rows[2].cells} == {"Раздел 1"}
    assert [cell.text for cell in rows.rows[4].cells][:5] == ["1", "Справка", "30.06.2027", "Управление", "то же"]
    text = "\n".join(paragraph.text for paragraph in one.paragraphs)
    assert "Всего на контроле (N): 5; исполнено (n): 4; в срок (m): 3" in text
    assert "Примерова А. А." in text


@pytest.mark.parametrize("columns", [COLUMNS, TOTAL_COLUMNS])
def test_the_columns_fill_the_page(columns) -> None:
    assert sum(column.width_mm for column in columns) == 297 - 2 * 15


def test_a_list_of_the_overdue_has_no_discipline() -> None:
    one = summary(only=Only.OVERDUE)
    assert len(sheets(one)) == len(document(one).tables) == 1
    assert "Всего: 1." in [paragraph.text for paragraph in document(one).paragraphs]


@pytest.fixture(scope="module")
def home(tmp_path_factory, plan_home, commands) -> Cli:
    """One home for all that only read."""
    return Cli(shutil.copytree(plan_home, tmp_path_factory.mktemp("read") / "home"), commands)


def test_the_report_on_a_plan_with_facts(plan, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SROK_HOME", str(plan.home))
    said = {"text": "=1+1", "evidence": "справка № 5\x1b от 12.04.2027"}
    for target, act in (
        (Target("1"), Act(Deed.REPORT, None, None, "test", **said)),
        (Target("1"), Act(Deed.ACCEPT, None, None, "test")),
        (Target("4", school="sosh-17"), Act(Deed.REPORT, None, None, "test", **said)),
    ):
        do(load_settings(), "demo-2027", target, act)
    docx, xlsx = tmp_path / "out" / "отчёт.docx", tmp_path / "out" / "отчёт.xlsx"
    done = plan("summary", "--plan", "demo-2027", "--docx", docx, "--xlsx", xlsx)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"Записано: {docx} — планов: 1, строк: 4\nЗаписано: {xlsx} — планов: 1, строк: 4\n"
    assert sorted(one.name for one in docx.parent.iterdir()) == ["отчёт.docx", "отчёт.xlsx"]
    rows = {row.cells[0].text: [cell.text for cell in row.cells] for row in Document(docx).tables[0].rows}
    assert rows["1"][5] == "Исполнено в срок. =1+1; справка № 5 от 12.04.2027."
    assert rows["2"][7].startswith("Ждёт даты: ")
    assert rows["4"][5].startswith("Исполнено 0 из 4 (не представили: ")
    assert "на проверке: МБОУ СОШ № 17" in rows["4"][5]
    sheet = load_workbook(xlsx)["demo-2027 итоги"]
    names = [row[0].value for row in sheet.iter_rows()]
    assert {"По плану в целом", "Управление образования", "Руководители ОУ", "МКОУ СОШ № 7"} <= set(names)


@pytest.mark.parametrize(("asked", "titles"), [
    ((), {"Справка", "Контроль", "Участие", "Собрания"}),
    (("--only", "soon", "--as-of", "2027-04-20"), {"Справка"}),
    (("--only", "overdue", "--as-of", "2027-05-03"), {"Справка"}),
    (("--official", "Руководители ОУ"), {"Собрания"}),
    (("--official", "МБОУ СОШ № 17"), {"Собрания"}),
    (("--official", "p-iksova"), {"Собрания"}),
    (("--official", "Управление образования"), {"Справка", "Контроль", "Участие"}),
])  # fmt: skip
def test_variants(home, monkeypatch, asked, titles) -> None:
    monkeypatch.setenv("SROK_HOME", str(home.home))
    given = dict(zip(asked[::2], asked[1::2], strict=True))
    only = command.ONLY.get(given.get("--only", ""))
    as_of = date.fromisoformat(given["--as-of"]) if "--as-of" in given else None
    [made] = command.summaries(load_settings(), None, given.get("--official"), only=only, as_of=as_of)
    assert {row.title for row in made.rows} == titles


REFUSED = [
    ((), 2, "куда писать отчёт? укажите --docx или --xlsx с именем файла"),
    (("--xlsx", "a.xlsx", "--only", "late"), 2, "такого отчёта нет: --only late; есть overdue и soon"),
    (("--xlsx", "a.xlsx", "--official", "Никто"), 5, "«Никто» нет в справочнике людей"),
    (("--xlsx", "a.xlsx", "--plan", "нет"), 5, "плана «нет» нет в базе"),
    (("--xlsx", "."), 1, "это папка, а нужен файл"),
]


@pytest.mark.parametrize(("asked", "code", "said"), REFUSED)
def test_what_cannot_be_reported_is_said(home, asked, code, said) -> None:
    done = home("summary", *asked)
    assert (done.code, said in done.err, "Traceback" in done.err) == (code, True, False), done.err


def test_nothing_of_an_official_is_no_file(home, tmp_path) -> None:
    done = home("summary", "--official", "p-dosugov", "--xlsx", tmp_path / "a.xlsx")
    assert (done.code, "отчитываться не о чем" in done.err) == (1, True)
    assert not (tmp_path / "a.xlsx").exists()


@pytest.mark.parametrize(("library", "name"), [("docx", "docx"), ("openpyxl", "xlsx")])
def test_without_the_extra_it_says_what_to_install(monkeypatch, tmp_path, library, name) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, f"srok.summary_{name}")
    monkeypatch.delattr("srok.summary_" + name)
    with pytest.raises(command.SrokError, match=r"pip install 'srok\[office\]'"):
        command._rendered([summary()], TODAY, as_docx=name == "docx")
