"""Clauses of orders without a table, and the numbers and sections offices give to rows."""

import pytest

from engine.importer.draft import Draft, draft_plan
from engine.importer.text import read_text
from engine.people import Directory, Role

PEOPLE = Directory({}, (Role(id="h", title="Руководители школ", group="schools"),))
HEAD = "ПРИКАЗ\nот 01.03.2027 № 7\nО подготовке\nВ целях подготовки приказываю:"
HEADER = "№\tМероприятия\tСроки\tОтветственные"


def draft(*lines: str) -> Draft:
    return draft_plan(read_text("\n".join(lines).encode(), "план.txt"), PEOPLE, "p", "Europe/Moscow")


@pytest.mark.parametrize(
    ("marks", "numbers"),
    [
        (("2.1.", "2.2."), ["2.1", "2.2"]),
        (("1)", "2)"), ["2.1", "2.2"]),
        (("а)", "б)"), ["2.а", "2.б"]),
        (("-", "-"), ["2.1", "2.2"]),
    ],
)
def test_what_stands_below_a_colon_is_a_measure_of_those_it_is_addressed_to(
    marks: tuple[str, str], numbers: list[str]
) -> None:
    first, second = marks
    made = draft(
        HEAD,
        "1. Провести сбор.",
        "2. Руководителям школ:",
        f"{first} сдать отчёт;",
        f"{second} закрыть смену.",
        "3. Ждать.",
    )
    (_, *listed, last) = made.measures
    assert [one.get("number", one["id"]) for one in listed] == numbers
    assert [(one["section"], one["responsible"]) for one in listed] == [
        ("2. Руководителям школ", ["Руководители школ"])
    ] * 2
    assert [one["title"] for one in listed] == ["сдать отчёт;", "закрыть смену."]
    assert "section" not in last


def test_a_dash_that_nobody_leads_is_no_clause() -> None:
    made = draft(HEAD, "1. Провести сбор.", "- список гостей")
    assert len(made.measures) == 1
    assert "«- список гостей»" in next(one.message for one in made.findings if one.code == "outside-plan")


@pytest.mark.parametrize(
    ("clause", "deadline"),
    [
        ("сдать отчёт до 15.05.2027", "до 15.05.2027"),
        ("в срок не позднее 5 мая 2027 года сдать отчёт", "в срок не позднее 5 мая 2027 года"),
        ("провести этап с 10 ноября по 12 декабря 2027 года", "с 10 ноября по 12 декабря 2027 года"),
        ("провести этап с 10 по 12 декабря 2027 года", "с 10 по 12 декабря 2027 года"),
        ("провести этап с 10.11.2027 по 12.12.2027", "с 10.11.2027 по 12.12.2027"),
        ("обеспечить порядок", None),
    ],
)
def test_the_deadline_of_a_clause_stands_in_its_words(clause: str, deadline: str | None) -> None:
    assert draft(HEAD, f"1. Руководителям школ {clause}.").measures[0].get("deadline") == deadline


def test_a_row_with_a_number_and_words_alone_is_the_section_of_those_numbered_under_it() -> None:
    made = draft(HEADER, "1\tПодготовка\t\t", "1.1\tСбор\tмай 2027\tКто", "2\tИтоги\t\t", "2.1\tОтчёт\tмай 2027\tКто")
    assert [(one["id"], one["section"]) for one in made.measures] == [("1.1", "1. Подготовка"), ("2.1", "2. Итоги")]
    assert made.placed[2] == "section"


def test_a_row_with_a_number_and_words_alone_stays_a_measure_where_none_is_numbered_under_it() -> None:
    made = draft(HEADER, "1\tПодготовка\t\t", "2\tОтчёт\tмай 2027\tКто")
    assert [one["id"] for one in made.measures] == ["1", "2"]
    assert "deadline-not-written" in {one.code for one in made.findings}


def test_a_clause_with_a_tab_after_its_number_is_a_clause() -> None:
    made = draft(HEAD, "1.\tПровести сбор.", "2.\tСдать отчёт до 15.05.2027.")
    assert [one["title"] for one in made.measures] == ["Провести сбор.", "Сдать отчёт до 15.05.2027."]
    assert "row-before-header" not in {one.code for one in made.findings}


def test_a_signature_cut_by_its_columns_is_one() -> None:
    made = draft(HEAD, "1. Провести сбор.", "И.о. начальника", "управления школ\t\tА.Б. Вега")
    assert made.head.signatory == "А.Б. Вега"
    assert "«И.о. начальника управления школ»" in next(
        one.message for one in made.findings if one.code == "issuer-not-known"
    )


def test_years_are_those_of_the_order_where_the_plan_names_none() -> None:
    made = draft(
        "ПРИКАЗ\nот 01.09.2027 № 7\nОб олимпиаде в 2027/2028 учебном году\nПРИКАЗЫВАЮ:\n1. Утвердить план.\n\n"
        f"План мероприятий\n{HEADER}\n1\tСбор\tмай\tКто"
    )
    assert "horizon: {from: 2027-09-01, to: 2028-08-31" in made.text
