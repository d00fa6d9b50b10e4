"""Pages as Word, Excel and web editors save them: what a reader sees of them is read, what not is told."""

import pytest

from engine.importer.html import read_html
from engine.importer.rows import Row, Source

HEAD = "<tr><td>№<td>Мероприятие<td>Срок"
HEADER = ("№", "Мероприятие", "Срок")


def read(page: str) -> Source:
    return read_html(page.encode(), "а.html")


def shown(page: str) -> list[object]:
    return [one.cells if isinstance(one, Row) else one.text for one in read(page).parts]


def test_a_plan_inside_tables_that_only_place_it_is_read() -> None:
    inner = f"<table>{HEAD}<tr><td>1<td>Отчёт<td>май 2021</table>"
    page = f"<table><caption>Сайт</caption><tr><td>Меню<td><table><tr><td>{inner}<p>Подпись</table></table>"
    assert shown(page) == ["Сайт", "Меню", HEADER, ("1", "Отчёт", "май 2021"), "Подпись"]


def test_a_table_inside_a_cell_of_the_plan_is_lines_of_the_cell() -> None:
    inner = "<table><tr><td>СОШ № 1<td>СОШ № 2</table>"
    assert shown(f"<table>{HEAD}<tr><td>1<td>Отчёт {inner}<td>май 2021</table>") == [
        HEADER,
        ("1", "Отчёт\nСОШ № 1\nСОШ № 2", "май 2021"),
    ]


def test_tables_sixty_deep_are_read_in_one_go() -> None:
    page = "<table><tr><td>а" * 60 + f"<table>{HEAD}<tr><td>1<td>Отчёт<td>май</table>" + "</table>" * 60
    assert shown(page) == ["а"] * 60 + [HEADER, ("1", "Отчёт", "май")]


def test_lines_spans_and_entities_are_as_the_page_shows_them() -> None:
    row = "<tr><td>1<td colspan=2>Отчёт&nbsp;&mdash; &laquo;ВПР&raquo;<br>&#1087;о СОШ&lt;7"
    assert shown(f"<table>{HEAD}{row}</table>") == [HEADER, ("1", "Отчёт\xa0— «ВПР»\nпо СОШ<7", "")]


def test_a_page_saved_by_word_is_read_without_its_marks() -> None:
    page = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
    <head><meta http-equiv=Content-Type content="text/html; charset=windows-1251">
    <!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]--><style><!-- p.MsoNormal {margin:0} --></style>
    </head><body lang=RU><div class=WordSection1>
    <p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span
    style='mso-list:Ignore'>1.1.<span>&nbsp;&nbsp;&nbsp; </span></span><![endif]>Взять под
    личный контроль<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Провести</p>
    </div></body></html>"""
    parts = read_html(page.encode("cp1251"), "а.htm").paragraphs
    assert [(" ".join(one.text.split()), one.line) for one in parts] == [
        ("1.1. Взять под личный контроль", 1),
        ("Провести", 3),
    ]


@pytest.mark.parametrize(
    "hiding",
    ["style='DISPLAY: none'", "style='color:red;display:none;mso-hide:all'", "hidden", "style='visibility:hidden'"],
)
def test_what_a_page_hides_is_left_out_and_quoted(hiding: str) -> None:
    source = read(f"<p>до 1 июня<span {hiding}> 2019 года</span></p><table>{HEAD}<tr {hiding}><td>1<td>Отчёт</table>")
    assert [one.text for one in source.paragraphs] == ["до 1 июня"]
    assert [one.cells for one in source.rows] == [HEADER]
    message = "На странице скрыто и в план не вошло: «2019 года», «1Отчёт». Проверьте, нужно ли это, и удалите лишнее."
    assert [(one.code, one.message) for one in source.findings] == [("hidden-words", message)]


def test_a_span_of_five_thousand_digits_is_none() -> None:
    page = f"<table>{HEAD}<tr><td rowspan=2 colspan=0>1<td colspan={'9' * 5000}>Отчёт<td>май<tr><td>Б<td>май</table>"
    assert shown(page) == [HEADER, ("1", "Отчёт", "май"), ("1", "Б", "май")]


def test_a_hidden_cell_keeps_its_place() -> None:
    assert shown(f"<table>{HEAD}<tr><td>1<td hidden>Отчёт<td>май</table>") == [HEADER, ("1", "", "май")]


def test_struck_words_are_left_out_and_pictures_told() -> None:
    source = read("<p>до <del>1 мая</del><ins>16 марта</ins> <img src=a.png></p>")
    assert [one.text for one in source.paragraphs] == ["до 16 марта"]
    assert [(one.code, one.message) for one in source.findings] == [
        (
            "unaccepted-changes",
            "На странице вычеркнуто и в план не вошло: «1 мая». Проверьте, нужно ли это, и удалите лишнее.",
        ),
        ("unread-picture", "На странице картинки или вставки (1): слов на них srok не читает, сверьте сами."),
    ]
