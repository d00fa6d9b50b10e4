"""What Word keeps outside the words of a paragraph: numbers, revisions, headers, notes, boxes, tables in tables."""

import base64
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from engine.importer.docx import read_docx
from engine.importer.draft import draft_plan
from engine.importer.rows import ImportRefusedError, Source
from engine.people import Directory
from tests.engine.importer.writing import W, saved

HEADER = ["№", "Мероприятие", "Ответственный"]
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def read(document: Any) -> Source:
    return read_docx(saved(document), "а.docx")


def texts(document: Any) -> list[str]:
    return [one.text for one in read(document).paragraphs]


def said(document: Any) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in read(document).findings]


def level(depth: int, text: str, kind: str = "decimal", more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def with_lists(*levels: str, more: str = "") -> Any:
    """A document with a list 1 of these levels; *more* are other lists of the same kind, 7."""
    document: Any = Document()
    root = document.part.numbering_part.element
    for one in list(root):
        root.remove(one)
    nums = f'<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>{more}'
    kind = f'<w:abstractNum w:abstractNumId="7">{"".join(levels)}</w:abstractNum>'
    for one in parse_xml(f"<w:numbering {W}>{kind}{nums}</w:numbering>"):
        root.append(one)
    return document


def mark(paragraph: Any, depth: int, number: int = 1) -> Any:
    xml = f'<w:numPr {W}><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(xml))
    return paragraph


def item(document: Any, depth: int, text: str = "а", number: int = 1) -> None:
    mark(document.add_paragraph(text), depth, number)


def test_the_levels_of_a_list_are_counted_as_word_prints_them() -> None:
    document = with_lists(level(0, "%1."), level(1, "%1.%2."), level(2, "%3)", "russianLower"))
    for depth in (0, 1, 1, 2, 2, 1, 0, 1, 2):
        item(document, depth)
    printed = ["1.", "1.1.", "1.2.", "а)", "б)", "1.3.", "2.", "2.1.", "а)"]
    assert texts(document) == [f"{one} а" for one in printed]


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        (level(0, "%1.", start=5), ["5.", "6."]),
        (level(0, "%1)", "upperRoman", start=8), ["VIII)", "IX)"]),
        (level(0, "%1.", "lowerLetter", start=26), ["z.", "aa."]),
        (level(0, "%1.", "russianUpper", start=9), ["И.", "К."]),
        (level(0, "Мера %1", "decimalZero"), ["Мера 01", "Мера 02"]),
        (level(0, "%1.", "upperRoman", start=10**9), ["1000000000.", "1000000001."]),
        (level(0, "\uf0b7", "bullet"), ["", ""]),
        (level(0, "%1", "none"), ["", ""]),
    ],
    ids=["start", "roman", "latin", "russian", "zero", "high", "bullet", "none"],
)
def test_a_number_is_written_in_its_kind(written: str, printed: list[str]) -> None:
    document = with_lists(written)
    for _ in printed:
        item(document, 0)
    assert texts(document) == [f"{one} а".strip() for one in printed]


def test_a_list_begun_anew_begins_at_its_own_start_and_others_of_its_kind_go_on() -> None:
    begun = '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="3"/>'
    same = '</w:lvlOverride></w:num><w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>'
    document = with_lists(level(0, "%1."), more=begun + same)
    for number in (1, 1, 3, 2, 2):
        item(document, 0, number=number)
    assert texts(document) == ["1. а", "2. а", "3. а", "3. а", "4. а"]


def test_a_level_may_go_on_over_the_one_above_it_and_show_it_in_digits() -> None:
    going_on = level(1, "%1-%2", "decimal", '<w:lvlRestart w:val="0"/><w:isLgl/>')
    document = with_lists(level(0, "%1.", "upperRoman"), going_on)
    for depth in (0, 1, 0, 1):
        item(document, depth)
    assert texts(document) == ["I. а", "1-1 а", "II. а", "2-2 а"]


def test_a_style_numbers_its_paragraphs_and_those_of_styles_that_rest_on_it() -> None:
    document = with_lists(
        level(0, "%1.", more='<w:pStyle w:val="A"/>'), level(1, "%1.%2.", more='<w:pStyle w:val="B"/>')
    )
    for name in "AB":
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.element.get_or_add_pPr().append(parse_xml(f'<w:numPr {W}><w:numId w:val="1"/></w:numPr>'))
    document.styles.add_style("C", WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["B"]
    for name in "ABBA":
        document.add_paragraph("а", style=name)
    mark(document.add_paragraph("без номера", style="B"), 0, number=0)
    assert texts(document) == ["1. а", "1.1. а", "1.2. а", "2. а", "без номера"]


def test_a_style_that_rests_on_itself_numbers_nothing() -> None:
    document = with_lists(level(0, "%1."))
    style = document.styles.add_style("A", WD_STYLE_TYPE.PARAGRAPH)
    style.element.append(parse_xml(f'<w:basedOn {W} w:val="A"/>'))
    document.add_paragraph("а", style="A")
    assert texts(document) == ["а"]


def test_the_list_of_a_list_style_is_found() -> None:
    linked = '<w:abstractNum w:abstractNumId="8"><w:numStyleLink w:val="L"/></w:abstractNum>'
    document = with_lists(level(0, "%1."), more=f'{linked}<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>')
    style = document.styles.add_style("L", WD_STYLE_TYPE.LIST)
    style.element.append(parse_xml(f'<w:pPr {W}><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'))
    item(document, 0, number=2)
    assert texts(document) == ["1. а"]


def table(document: Any, *rows: list[str]) -> Any:
    made = document.add_table(len(rows), len(rows[0]))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            made.cell(row, column).text = text
    return made


def test_a_number_column_that_word_fills_is_read() -> None:
    document = with_lists(level(0, "%1."))
    made = table(document, HEADER, ["", "Совещание", "Отдел"], ["", "Отчёт", "Отдел"])
    for row in made.rows[1:]:
        mark(row.cells[0].paragraphs[0], 0)
    assert [row.cells[0] for row in read(document).rows] == ["№", "1.", "2."]


REVISED = (
    "В документе непринятые исправления ({}): прочитано так, будто все приняты{}. "
    "Примите или отклоните их в Word («Рецензирование») и повторите."
)


def test_unaccepted_changes_are_read_as_accepted_and_told() -> None:
    document: Any = Document()
    paragraph = document.add_paragraph("до ")
    for tag, inner, text in [("del", "delText", "1 мая"), ("ins", "t", "16 марта")]:
        paragraph._p.append(parse_xml(f'<w:{tag} {W} w:id="1"><w:r><w:{inner}>{text}</w:{inner}></w:r></w:{tag}>'))
    assert texts(document) == ["до 16 марта"]
    assert said(document) == [("unaccepted-changes", REVISED.format(2, ", вычеркнуто «1 мая»"))]


def test_a_deleted_end_of_a_paragraph_joins_it_to_the_next_and_takes_no_number() -> None:
    document = with_lists(level(0, "%1."))
    for text in ("Подготовить", " справку", "Провести"):
        item(document, 0, text)
    gone = parse_xml(f'<w:rPr {W}><w:del w:id="1"/></w:rPr>')
    document.paragraphs[0]._p.get_or_add_pPr().append(gone)
    assert texts(document) == ["1. Подготовить справку", "2. Провести"]
    assert [code for code, _ in said(document)] == ["unaccepted-changes"]


def test_a_deleted_row_is_not_taken_nor_its_number() -> None:
    document = with_lists(level(0, "%1."))
    made = table(document, HEADER, ["", "Совещание", "Отдел"], ["", "Отчёт", "Отдел"])
    for row in made.rows[1:]:
        mark(row.cells[0].paragraphs[0], 0)
    made.rows[1]._tr.get_or_add_trPr().append(parse_xml(f'<w:del {W} w:id="1"/>'))
    assert [row.cells for row in read(document).rows[1:]] == [("1.", "Отчёт", "Отдел")]
    assert [code for code, _ in said(document)] == ["unaccepted-changes"]


def test_hidden_words_are_left_out_and_quoted() -> None:
    document: Any = Document()
    paragraph = document.add_paragraph("до 1 июня")
    paragraph.add_run(" 2019 года").font.hidden = True
    made = table(document, HEADER, ["1", "Отчёт", "Отдел"], ["2", "Справка", "Отдел"])
    made.cell(1, 2).merge(made.cell(2, 2)).text = "Отдел"
    made._tbl.tr_lst[2].tc_lst[2].p_lst[0].add_r().text = "Сторож"
    assert texts(document) == ["до 1 июня"]
    assert [row.cells[2] for row in read(document).rows] == ["Ответственный", "Отдел", "Отдел"]
    message = "В документе скрыто и в план не вошло: «2019 года», «Сторож». Проверьте, нужно ли это, и удалите лишнее."
    assert said(document) == [("hidden-words", message)]


PAGE = f'<w:fldSimple {W} w:instr=" PAGE "><w:r><w:t>2</w:t></w:r></w:fldSimple>'


def test_the_letterhead_in_a_page_header_stands_above_the_order_and_a_page_number_nowhere() -> None:
    document: Any = Document()
    document.add_paragraph("Об утверждении плана")
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "ПРИКАЗ"
    section.header.paragraphs[0]._p.append(parse_xml(PAGE))
    section.footer.paragraphs[0]._p.append(parse_xml(PAGE))
    assert texts(document) == ["ПРИКАЗ", "Об утверждении плана"]
    assert said(document) == []


def beside(document: Any, kind: str, tag: str, xml: str) -> None:
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    blob = f"<w:{kind} {W}><w:{tag} w:id='1'>{xml}</w:{tag}></w:{kind}>".encode()
    part = Part(PackURI(f"/word/{kind}.xml"), f"{types}.{kind}+xml", blob, document.part.package)
    document.part.relate_to(part, f"{relations}/{kind}")


@pytest.mark.parametrize(
    ("kind", "tag", "where"), [("footnotes", "footnote", "сноска"), ("endnotes", "endnote", "сноска")]
)
def test_the_words_of_a_note_are_quoted(kind: str, tag: str, where: str) -> None:
    document: Any = Document()
    document.add_paragraph("Об утверждении плана")
    beside(document, kind, tag, "<w:p><w:r><w:t>кроме </w:t></w:r><w:r><w:t>СОШ № 7</w:t></w:r></w:p>")
    message = f"В план не вошло ({where}): «кроме СОШ № 7». Проверьте, что это не мера и не поправка к ней."
    assert said(document) == [("beside-text", message)]


def test_the_words_of_a_footer_and_of_a_comment_are_quoted_once() -> None:
    document: Any = Document()
    paragraph = document.add_paragraph("Об утверждении плана")
    document.sections[0].footer.paragraphs[0].text = "Исп. Иванова А.А."
    document.add_section().footer.is_linked_to_previous = False
    document.sections[1].footer.paragraphs[0].text = "Исп. Иванова А.А."
    document.add_comment(paragraph.runs, text="уточнить срок")
    assert said(document) == [
        ("beside-text", f"В план не вошло ({where}): «{words}». Проверьте, что это не мера и не поправка к ней.")
        for where, words in [("нижний колонтитул", "Исп. Иванова А.А."), ("примечание", "уточнить срок")]
    ]


def test_a_picture_is_told_and_a_text_box_is_read_once_apart_from_its_paragraph() -> None:
    document: Any = Document()
    document.add_picture(BytesIO(DOT))
    box = "<w:txbxContent><w:p><w:r><w:t>№ 218</w:t></w:r></w:p></w:txbxContent>"
    compatibility = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    xml = f'<w:r {W} xmlns:mc="{compatibility}"><mc:AlternateContent>{both}</mc:AlternateContent></w:r>'
    document.add_paragraph("ПРИКАЗ")._p.append(parse_xml(xml))
    assert texts(document) == ["ПРИКАЗ", "№ 218"]
    message = "В документе картинки или вложенные объекты (1): слов на них srok не читает, сверьте сами."
    assert said(document) == [("unread-picture", message)]


def test_a_plan_inside_a_table_that_only_places_it_is_read() -> None:
    document: Any = Document()
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "ПРИКАЗ"
    inner = outer.cell(0, 1).add_table(2, 3)
    for row, cells in enumerate((HEADER, ["1", "Отчёт", "Отдел"])):
        for column, text in enumerate(cells):
            inner.cell(row, column).text = text
    assert texts(document) == ["ПРИКАЗ"]
    assert [row.cells for row in read(document).rows] == [tuple(HEADER), ("1", "Отчёт", "Отдел")]


def test_a_table_cut_in_two_goes_on_and_one_that_places_a_signature_does_not() -> None:
    document: Any = Document()
    table(document, HEADER, ["1", "Отчёт", "Отдел"])
    document.add_paragraph("")
    table(document, ["2", "Справка", "Отдел"])
    document.add_paragraph("")
    table(document, ["Начальник\nотдела", "И.И. Иванов"])
    assert [row.cells[0] for row in read(document).rows] == ["№", "1", "2"]
    assert texts(document) == ["Начальник", "отдела", "И.И. Иванов"]
    made = draft_plan(read(document), Directory({}), "p", "Europe/Moscow")
    assert [one["title"] for one in made.measures] == ["Отчёт", "Справка"]


def test_another_file_put_into_the_document_is_refused() -> None:
    document: Any = Document()
    document.element.body.insert(0, parse_xml(f"<w:altChunk {W}/>"))
    with pytest.raises(ImportRefusedError) as refused:
        read(document)
    assert str(refused.value) == "«а.docx»: в документ вставлен другой файл: откройте его в Word, сохраните и повторите"
