"""Rows in other shapes: columns in any order, cut rows, gaps, text that means to be YAML, what is refused."""

import pytest
from ruamel.yaml import YAML

from engine.errors import Level
from engine.importer.draft import Draft, draft_plan
from engine.importer.layout import MAX_PARTS
from engine.importer.rows import ImportRefusedError, Row, Source
from engine.importer.text import MAX_BYTES, read_text
from engine.importer.wording import people_named, read_responsible
from engine.people import Directory, Role
from engine.plan_file import read_plan

PEOPLE = Directory({}, (Role(id="c", title="Муниципальный координатор"), Role(id="s", title="Школьные координаторы")))
HEADER = "№\tМероприятия\tСроки\tОтветственные"


def draft(*lines: str) -> Draft:
    return draft_plan(read_text("\n".join(lines).encode(), "план.txt"), PEOPLE, "p", "Europe/Moscow")


def codes(made: Draft) -> set[str]:
    return {one.code for one in made.findings}


def test_columns_are_found_by_their_words_in_any_order() -> None:
    made = draft(
        "Ответственный исполнитель\tСроки исполнения\t№ п/п\tСодержание", "Муниципальный координатор\tмай\t1\tДело"
    )
    assert made.measures[0]["title"] == "Дело"
    assert made.measures[0]["deadline"] == "май"
    assert made.measures[0]["responsible"] == ["Муниципальный координатор"]


def test_a_row_without_a_number_continues_the_one_above_over_a_repeated_header() -> None:
    made = draft(HEADER, "1.\tПроведение\tмай\tКто", HEADER, "\tсовещаний\t2021\t")
    assert [(one["title"], one["deadline"]) for one in made.measures] == [("Проведение совещаний", "май 2021")]
    message = "Строка без номера («совещаний», «2021») присоединена к мере выше: проверьте, что это её продолжение."
    assert [one.message for one in made.findings if one.code == "joined-row"] == [message]
    assert message in made.measures[0]["findings"]


def test_a_row_that_numbers_the_columns_is_no_measure() -> None:
    made = draft(HEADER, "1\t2\t3\t4", "1.\tДело\tмай\tКто", HEADER, "1\t2\t3\t4", "2\t2\t3\t4")
    assert [one["title"] for one in made.measures] == ["Дело", "2"]
    assert made.headers[1] == "1 2 3 4"


def test_a_missing_number_is_told() -> None:
    made = draft(HEADER, "1\tА\tмай\tКто", "3\tБ\tмай\tКто")
    found = [one for one in made.findings if one.code == "number-gap"]
    assert [(one.line, one.measure, one.message) for one in found] == [
        (3, "3", "Ожидался № 2, стоит «3»: проверьте, не пропала ли мера.")
    ]


def test_rows_that_fit_nowhere_are_quoted() -> None:
    made = draft("что-то\tиное", HEADER, "\tхвост\t\tчей", "1\tА\tмай\tКто\tлишнее")
    quoted = {one.code: one.message for one in made.findings}
    assert "«что-то | иное»" in quoted["row-before-header"]
    assert "«хвост | чей»" in quoted["row-without-measure"]
    assert "«лишнее»" in quoted["extra-cell"]


def test_one_noun_for_two_roles_is_said_twice() -> None:
    named = read_responsible("Муниципальный и школьные координаторы, сторож", PEOPLE)
    assert named.responsible == ("Муниципальный координатор", "школьные координаторы", "сторож")
    assert named.unknown == ("сторож",)


@pytest.mark.parametrize(
    ("text", "case", "found"),
    [
        ("возложить на О.Д. Лукьянову", "accusative", [("О.Д. Лукьянову", "Лукьянова")]),
        ("возложить на Бабкину Н.А.", "accusative", [("Бабкину Н.А.", "Бабкина")]),
        ("методисту Т.Н. Сербуловой", "dative", [("Т.Н. Сербуловой", "Сербулова")]),
        ("методисту Т.Н. Сербулову", "dative", [("Т.Н. Сербулову", "Сербулов")]),
        ("возложить на Рябошапку С.Б.", "accusative", [("Рябошапку С.Б.", None)]),
    ],
)
def test_a_surname_in_a_case_is_guessed_by_the_case_alone(text: str, case: str, found: list[tuple[str, str]]) -> None:
    assert people_named(text, case) == found


def test_words_of_a_document_are_never_read_as_yaml() -> None:
    title = '"}\\n- !!python/object:os.system {a: *b} # «кавычки» \\'
    made = draft(HEADER, f"1\t{title}\t]: &x\tКто: @")
    read = YAML(typ="safe").load(made.text)["measures"][0]
    assert (read["title"], read["deadline"]) == (title, "]: &x")


def test_an_order_without_a_table_and_clauses_is_refused() -> None:
    with pytest.raises(ImportRefusedError) as refused:
        draft("Просто письмо")
    assert str(refused.value) == "«план.txt»: не найдено ни таблицы с мероприятиями и сроками, ни пунктов приказа"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("Срок".encode("cp1251"), "текст не в кодировке UTF-8: пересохраните его"),
        (b"PK\x03\x04\0\0", "это не текст: сохраните документ как текст или .docx"),
        (b"a" * (MAX_BYTES + 1), "файл больше 1 МБ: оставьте в нём только приказ и план"),
    ],
    ids=["cp1251", "zip", "long"],
)
def test_what_is_no_text_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        read_text(content, "план.txt")
    assert str(refused.value) == f"«план.txt»: {why}"


def test_a_document_of_too_many_rows_is_refused() -> None:
    rows = tuple(Row(("1", "А"), line) for line in range(MAX_PARTS + 1))
    with pytest.raises(ImportRefusedError, match="больше 20000 строк"):
        draft_plan(Source("план.txt", rows), PEOPLE, "p", "Europe/Moscow")


def test_ids_stay_apart_where_numbers_repeat() -> None:
    made = draft(HEADER, "1\tА\tмай\tКто", "1\tБ\tмай\tКто")
    assert len({one["id"] for one in made.measures}) == 2
    assert "number-gap" in codes(made)


@pytest.mark.parametrize("number", [".", "²", "9" * 5000, "1/а|б", "١"])
def test_an_odd_number_gives_a_plan_all_the_same(number: str) -> None:
    made = draft(HEADER, f"{number}\tДело\tмай\tКто")
    roadmap, problems = read_plan(made.text, "p.yaml", PEOPLE)
    assert [one.message for one in problems if one.level is Level.ERROR] == []
    assert roadmap is not None


@pytest.mark.parametrize(
    "sign", ["\n", "\x85", "\u2028", "\udcff", "\ufeff"], ids=["lf", "nel", "ls", "surrogate", "bom"]
)
def test_no_sign_of_a_file_name_begins_a_line_of_the_plan(sign: str) -> None:
    source = read_text(f"{HEADER}\n1\tДело\tмай\tКто".encode(), f"x{sign}plan: {{}}{sign}.txt")
    text = draft_plan(source, PEOPLE, "p", "Europe/Moscow").text
    text.encode()
    assert [line for line in text.splitlines() if line.startswith("plan:")] == ["plan:"]
    assert len(YAML(typ="safe").load(text)["measures"]) == 1


def test_a_cell_of_twenty_thousand_words_is_no_list_of_names() -> None:
    """Looked through for names it took a minute."""
    made = draft(HEADER, f"1\tДело\tмай\t{'Муниципальный координатор ' * 10_000}")
    (only,) = made.measures[0]["responsible"]
    assert len(only.split()) == 20_000
    assert "responsible-not-known" in codes(made)
