"""Orders and plans as other offices write them, made up: headers, sections, years of a title, clauses."""

from datetime import date

import pytest

from engine.importer.columns import columns_of
from engine.importer.draft import AMENDING, Draft, draft_plan
from engine.importer.html import read_html
from engine.importer.rows import ImportRefusedError, Row
from engine.importer.text import read_text
from engine.people import Directory, Role

PEOPLE = Directory({}, (Role(id="h", title="Завуч", holder="z"),))
HEADER = "№\tМероприятие\tСроки\tОтветственные"
HEAD = "ПРИКАЗ\nот 01.03.2027 № 7\nО подготовке\nПРИКАЗЫВАЮ:"


def draft(*lines: str) -> Draft:
    return draft_plan(read_text("\n".join(lines).encode(), "план.txt"), PEOPLE, "p", "Europe/Moscow")


def page(rows: str) -> Draft:
    source = read_html(f"<p>План на 2027 год</p><table>{rows}</table>".encode(), "план.html")
    return draft_plan(source, PEOPLE, "p", "Europe/Moscow")


def deadlines(made: Draft) -> list[tuple[str, str | None]]:
    return [(one["title"], one.get("deadline")) for one in made.measures]


def messages(made: Draft, code: str) -> list[str]:
    return [one.message for one in made.findings if one.code == code]


def test_a_measure_that_speaks_of_measures_terms_and_the_responsible_is_no_header() -> None:
    made = draft(
        "План на 2027 год",
        HEADER,
        "1\tПодготовка\t1 марта 2027\tЗавуч",
        "2\tОрганизация мероприятий ко Дню Победы\tв срок до 5 мая 2027\tЗавуч",
        "3\tАнализ содержания сайтов\tдо 1 июня 2027\tОтветственный за сайт",
        "4\tПроверка наименований\tдата определяется приказом\tЗавуч",
    )
    assert [one["id"] for one in made.measures] == ["1", "2", "3", "4"]


def test_nor_is_it_in_a_table_without_numbers() -> None:
    made = draft(
        "План на 2027 год",
        "Мероприятие\tСроки\tОтветственные",
        "Организация мероприятий\tв установленные сроки\tЗавуч",
        "Анализ содержания сайтов\tдо 1 июня 2027\tОтветственный за сайт",
        "Анализ мероприятий\tсроки по графику\tЗавуч",
        "Смотр\tдо 1 июля 2027\tОтветственный исполнитель",
    )
    assert [title for title, _ in deadlines(made)] == [
        "Организация мероприятий",
        "Анализ содержания сайтов",
        "Анализ мероприятий",
        "Смотр",
    ]


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        (("N п/п", "Тема", "Когда", "Кто"), ("number", "title", "deadline", "responsible")),
        (("No п/п", "Мероприятие", "Срок"), ("number", "title", "deadline")),
        (("Наименование показателя", "Мероприятия", "Срок"), ("Наименование показателя", "title", "deadline")),
        (("№", "Направление", "Мероприятие", "Период"), ("number", "Направление", "title", "deadline")),
        (("№ п/п", "Вид деятельности", "Сроки", "Исполнители"), ("number", "title", "deadline", "responsible")),
        (("Срок реализации", "Меро-\nприятие", "Ответст\u00adвенный"), ("deadline", "title", "responsible")),
        (("Мepoприятие", "Сpoк", "Oтветственный"), ("title", "deadline", "responsible")),
        (("Мероприятие", "Срок начала", "Срок окончания"), ("title", "Срок начала", "deadline")),
        (("Мероприятие", "Начало", "Окончание", "Кто"), ("title", "Начало", "deadline", "responsible")),
        (("Мероприятие", "Срок фактический", "Срок"), ("title", "Срок фактический", "deadline")),
    ],
)
def test_columns_go_by_the_words_of_many_offices(cells: tuple[str, ...], columns: tuple[str, ...]) -> None:
    assert columns_of(Row(cells, 1)) == columns


def test_the_deadline_is_the_end_where_a_column_has_the_start() -> None:
    made = draft("План на 2027 год", "№\tМероприятие\tСрок начала\tСрок окончания", "1\tСбор\t01.09.2027\t10.09.2027")
    assert deadlines(made) == [("Сбор", "10.09.2027")]
    assert messages(made, "extra-cell") == [
        "Ячейка не из известных столбцов («Срок начала»): «01.09.2027» — решите, куда её внести."
    ]


@pytest.mark.parametrize(
    ("under", "deadline"), [(("план", "факт"), "01.09.2027"), (("начало", "окончание"), "10.09.2027")]
)
def test_a_header_may_have_two_rows(under: tuple[str, str], deadline: str) -> None:
    made = page(
        "<tr><td rowspan=2>№<td rowspan=2>Мероприятие<td colspan=2>Сроки<td rowspan=2>Ответственный"
        f"<tr><td>{under[0]}<td>{under[1]}<tr><td>1<td>Сбор<td>01.09.2027<td>10.09.2027<td>Завуч"
    )
    assert deadlines(made) == [("Сбор", deadline)]
    assert not messages(made, "row-without-measure")


def test_an_order_without_reasons_has_a_subject_of_its_own() -> None:
    made = draft(
        "ПРИКАЗ", "от 18.01.2027 № 15", "О плане мероприятий", "на 2027 год",
        "1. Утвердить план мероприятий на 2027 год.",
        "2. Контроль за исполнением приказа возложить на завуча.",
        "Директор школы А. А. Примерова",
        "План мероприятий на 2027 год", HEADER, "1\tСверка списков\tДо 22 января 2027\tЗавуч",
    )  # fmt: skip
    assert made.head.title == "План мероприятий на 2027 год"
    assert made.head.signatory == "А. А. Примерова"
    assert made.head.controller == "Завуч"
    assert [one["title"] for one in made.measures] == ["Сверка списков"]


def test_a_section_may_have_a_roman_number() -> None:
    made = draft(
        "План на 2027 год",
        HEADER,
        "I\tРабота с кадрами",
        "1\tСбор\tмарт 2027\tЗавуч",
        "II\tРабота с семьями",
        "2\tСмотр\tмай 2027\tЗавуч",
    )
    assert [one["section"] for one in made.measures] == ["I. Работа с кадрами", "II. Работа с семьями"]
    assert not messages(made, "number-gap")


def test_a_section_without_measures_may_be_one_and_is_quoted() -> None:
    made = draft(
        "План на 2027 год",
        "Мероприятие\tСроки\tОтветственные",
        "Раздел 1\t\t",
        "Сбор\tмарт 2027\tЗавуч",
        "Отчёт\t\t",
        "Раздел 2\t\t",
        "Смотр\tмай 2027\tЗавуч",
        "Итоги\t\t",
    )
    assert messages(made, "row-without-measure") == [
        f"Под строкой «{words}» мер нет, в план она не вошла. Перенесите её вручную, если это мера."
        for words in ("Отчёт", "Итоги")
    ]


def test_a_line_between_two_tables_is_the_section_of_the_second() -> None:
    made = draft(
        "План на 2027 год",
        HEADER,
        "1\tСбор\tмарт 2027\tЗавуч",
        "2. Работа с семьями",
        HEADER,
        "1\tСмотр\tмай 2027\tЗавуч",
    )
    assert [(one["id"], one.get("section")) for one in made.measures] == [
        ("1.1", None),
        ("2.1", "2. Работа с семьями"),
    ]


def test_a_table_with_another_header_is_not_in_the_section_of_the_one_above() -> None:
    made = draft(
        "План на 2027 год",
        HEADER,
        "Раздел 1\t\t\t",
        "1\tСбор\tмарт 2027\tЗавуч",
        "Приложение 2",
        "№\tВопрос\tСрок",
        "1\tО сборе\tмай 2027",
    )
    assert [one.get("section") for one in made.measures] == ["Раздел 1", None]


@pytest.mark.parametrize(
    ("title", "first", "last"),
    [
        ("План на 2027/28 учебный год", date(2027, 9, 1), date(2028, 8, 31)),
        ("Календарный план-график на 2027-28 уч.г.", date(2027, 9, 1), date(2028, 8, 31)),
        ("Комплексный план на период с 2027 по 2029 год", date(2027, 1, 1), date(2029, 12, 31)),
        ("Перечень мер на 2027, 2028 и 2029 годы", date(2027, 1, 1), date(2029, 12, 31)),
        ("План на 2027 - 15 мероприятий", date(2027, 1, 1), date(2027, 12, 31)),
        ("План по приказу от 12.09.2026 на 2027 год", date(2027, 1, 1), date(2027, 12, 31)),
    ],
)
def test_the_days_of_a_plan_are_those_of_its_title(title: str, first: date, last: date) -> None:
    made = draft(title, HEADER, "1\tСбор\tмай\tЗавуч")
    assert made.head.title == title
    assert f"from: {first}, to: {last}," in made.text


@pytest.mark.parametrize(
    ("clause", "deadline"),
    [
        ("до 1 мая 2027 года дать план, до 1 июня 2027 года — отчёт.", "до 1 мая 2027 года; до 1 июня 2027 года"),
        ("дать план до 15 мая.", "до 15 мая"),
        ("дать технику к 15 апреля 2027 года.", "к 15 апреля 2027 года"),
        ("Срок исполнения – 25.12.2027.", "Срок исполнения – 25.12.2027"),
        ("Ежемесячно, до 5 числа месяца, следующего за отчётным, давать отчёт.",
         "Ежемесячно, до 5 числа месяца, следующего за отчётным"),
        ("Во II квартале 2027 года провести сбор.", "Во II квартале 2027 года"),
        ("Обойти дома до 15 этажей.", None),
    ],
)  # fmt: skip
def test_a_clause_gives_every_day_it_names(clause: str, deadline: str | None) -> None:
    assert draft(HEAD, f"1. {clause}").measures[0].get("deadline") == deadline


def test_clauses_without_numbers_are_measures() -> None:
    made = draft(HEAD, "• провести сбор до 20 апреля 2027 года;", "– дать технику.", "Начальник С.С. Сидоров")
    assert [(one["id"], one["title"]) for one in made.measures] == [
        ("1", "провести сбор до 20 апреля 2027 года;"),
        ("2", "дать технику."),
    ]


def test_words_that_go_or_come_in_another_order_give_no_measure_and_no_day() -> None:
    made = draft(
        HEAD,
        "1. Внести в приказ от 12.09.2026 № 345 изменения:",
        "1.1. в пункте 3 слова «до 15 мая 2027 года» заменить словами «до 15 июня 2027 года»;",
        "1.2. пункт 4 исключить.",
        "2. Провести сбор до 1 мая 2027 года.",
    )
    assert [one["id"] for one in made.measures] == ["2"]
    assert "«1.2. пункт 4 исключить.»" in " ".join(messages(made, "outside-plan"))


def test_an_order_that_only_changes_another_is_refused() -> None:
    with pytest.raises(ImportRefusedError) as refused:
        draft(HEAD, "1. В пункте 3 приказа слова «до 1 мая 2027 года» заменить словами «до 1 июня 2027 года».")
    assert refused.value.why == AMENDING


def test_a_full_stop_of_initials_stays() -> None:
    made = draft("План на 2027 год", HEADER, "1\tСбор\tмай\tИванова А.А., Петров Б.Б. и др., учителя.")
    assert made.measures[0]["responsible"] == ["Иванова А.А.", "Петров Б.Б. и др.", "учителя"]


def test_a_bare_post_is_not_one_of_another_office() -> None:
    people = Directory({}, (Role(id="n", title="Начальник ИМО МБУ «ЦООУ»", holder="n"),))
    source = read_text(
        f"{HEAD}\n1. Провести сбор.\n2. Контроль оставляю за собой.\nНачальник С.С. Сидоров".encode(), "п"
    )
    made = draft_plan(source, people, "p", "Europe/Moscow")
    assert (made.head.issuer, made.head.controller) == (None, None)


def test_below_the_table_a_name_in_the_place_of_a_number_is_no_measure() -> None:
    made = draft("План на 2027 год", HEADER, "1\tСбор\tмай\tЗавуч", "Громов А.Б.\tглава города", "Ознакомлены:\t")
    assert [one["id"] for one in made.measures] == ["1"]
    assert messages(made, "row-without-measure") == [
        (
            "В план не вошло, на месте номера в строке слова: «Громов А.Б. | глава города». "
            "Перенесите вручную, если это мера."
        ),
        "Под строкой «Ознакомлены:» мер нет, в план она не вошла. Перенесите её вручную, если это мера.",
    ]


def test_a_bracket_is_not_of_the_number() -> None:
    made = draft("План на 2027 год", HEADER, "1)\tСбор\tмай\tЗавуч", "2)\tСмотр\tмай\tЗавуч")
    assert [one["id"] for one in made.measures] == ["1", "2"]
    assert not messages(made, "number-gap")


def test_no_two_measures_get_one_id() -> None:
    made = draft("План на 2027 год", HEADER, *(f"{number}\tСбор\tмай\tЗавуч" for number in ("1", "1", "1-2", "1-2")))
    assert [one["id"] for one in made.measures] == ["1.1", "1.1-2", "1.1-2-2", "1.1-2-3"]


@pytest.mark.parametrize("attribute", ["a{}", "a{}=1", "a{}='>'"])
def test_a_tag_with_thousands_of_attributes_is_refused_before_it_is_parsed(attribute: str) -> None:
    with pytest.raises(ImportRefusedError, match="так страницы не пишут"):
        read_html(f"<p {' '.join(attribute.format(n) for n in range(3000))}>".encode(), "план.html")


def test_a_long_style_and_a_picture_in_the_page_are_no_attributes_each() -> None:
    style, picture = "color: red; " * 3000, "A/" * 50_000
    read_html(f"<p style=\"{style}\">План</p><img src='data:image/png;base64,{picture}'>".encode(), "план.html")


def test_a_table_of_more_rows_than_a_document_has_is_refused_before_its_cells_are_read() -> None:
    with pytest.raises(ImportRefusedError, match="больше 20000 строк"):
        read_html(f"<table>{'<tr><td>' * 20_001}</table>".encode(), "план.html")


def test_a_signature_in_the_last_row_is_no_measure_and_nobody_of_it_responsible() -> None:
    made = draft("План на 2027 год", HEADER, "1\tСбор\tмай\tЗавуч", "Начальник управления\t\t\tС.С. Сидоров")
    assert [one["id"] for one in made.measures] == ["1"]
    assert "«Начальник управления | С.С. Сидоров»" in messages(made, "row-without-measure")[0]


def test_two_rows_under_one_number_keep_their_responsibles_apart() -> None:
    made = page(
        "<tr><td>№<td>Мероприятие<td>Сроки<td>Ответственный<tr><td rowspan=2>1<td rowspan=2>Сбор<td>май<td>Физрук"
        "<tr><td>июнь<td>Химик"
    )
    assert made.measures[0]["responsible"] == ["Физрук", "Химик"]
    assert made.measures[0]["deadline"] == "май июнь"


def test_a_clause_between_two_tables_is_no_section() -> None:
    made = draft(
        "План на 2027 год",
        HEADER,
        "1\tСбор\tмарт 2027\tЗавуч",
        "2. Подготовить отчёт до 1 июня 2027 года",
        HEADER,
        "2\tСмотр\tмай 2027\tЗавуч",
    )
    assert "section" not in made.measures[1]
    assert "«2. Подготовить отчёт до 1 июня 2027 года»" in messages(made, "outside-plan")[0]
