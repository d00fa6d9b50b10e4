"""Several deadlines in one cell: parts of the measure get one each only where there are as many, and it is said."""

import pytest

from engine.errors import Level
from engine.importer.draft import Draft, draft_plan
from engine.importer.rows import Row, Source
from engine.people import Directory, Role, School
from engine.plan_file import read_plan

SCHOOLS = (School(id="one", name="МБОУ СОШ № 1", head="p"), School(id="two", name="МБОУ СОШ № 2", head="p"))
PEOPLE = Directory({}, (Role(id="c", title="Муниципальный координатор"),), SCHOOLS)
HEADER = Row(("№", "Мероприятия", "Сроки", "Ответственные"), 1)


def draft(title: str, deadline: str) -> Draft:
    row = Row(("1", title, deadline, "Муниципальный координатор"), 2)
    return draft_plan(Source("план.docx", (HEADER, row)), PEOPLE, "p", "Europe/Moscow")


def said(made: Draft) -> list[str]:
    return [one.message for one in made.findings if one.code == "two-dates-one-cell"]


@pytest.mark.parametrize(
    ("title", "deadline", "parts"),
    [
        (
            "Проведение педсоветов - посещение педсовета",
            "Декабрь 2027г. Ноябрь 2027г.",
            [("Проведение педсоветов", "Декабрь 2027г."), ("посещение педсовета", "Ноябрь 2027г.")],
        ),
        (
            "Сбор заявок\nПроверка работ",
            "до 1 мая 2027\nдо 5 июня 2027",
            [("Сбор заявок", "до 1 мая 2027"), ("Проверка работ", "до 5 июня 2027")],
        ),
        (
            "Совещания: а) с директорами; б) с завучами.",
            "март 2027; май 2027",
            [("Совещания: с директорами", "март 2027"), ("Совещания: с завучами.", "май 2027")],
        ),
        ("1) сбор; 2) сдача", "1) март 2027; 2) май 2027", [("сбор", "март 2027"), ("сдача", "май 2027")]),
        (
            "Этапы:\n- подготовка\n- проведение\n- разбор",
            "март 2027, апрель 2027, май 2027",
            [
                ("Этапы: подготовка", "март 2027"),
                ("Этапы: проведение", "апрель 2027"),
                ("Этапы: разбор", "май 2027"),
            ],
        ),
    ],
)
def test_parts_and_deadlines_are_paired_in_order(title: str, deadline: str, parts: list[tuple[str, str]]) -> None:
    made = draft(title, deadline)
    (measure,) = made.measures
    assert [(one["id"], one["title"], one["deadline"]) for one in measure["sub"]] == [
        ("abc"[at], *part) for at, part in enumerate(parts)
    ]
    cells = ", ".join(f"«{cell}»" for _, cell in parts)
    assert (
        said(made)
        == [f"Сроки ({cells}) соединены с частями меры только по порядку: проверьте, какой срок чей."]
        == measure["findings"]
    )
    assert (measure["title"], measure["deadline"]) == (" ".join(title.split()), " ".join(deadline.split()))


@pytest.mark.parametrize(
    ("title", "deadline"),
    [
        ("Технологическое обеспечение", "Сентябрь 2027 г. Март-Апрель 2028г."),
        ("Семинар - совещание директоров", "март 2027, май 2027"),
        ("Анализ ВПР - 2027", "март 2027, май 2027"),
        ("Обеспечение: -создание банка; -создание комиссии; - подготовка наблюдателей", "май 2027, июнь 2027"),
        ("Контроль посредством: -наблюдателей; - выезда", "май 2027, июнь 2027"),
        ("Проведение ВПР в МБОУ\nОзерновская СОШ", "май 2027, июнь 2027"),
        ("Сбор\nПроверка\nРазбор", "декабрь 2027, март, май 2028"),
        ("Сбор (пункт б) и разбор а) сам", "май 2027, июнь 2027"),
    ],
    ids=["no parts", "hyphen", "year", "three parts", "no works", "wrapped line", "lent year", "marks out of order"],
)
def test_where_it_does_not_fit_the_cell_stays_whole(title: str, deadline: str) -> None:
    made = draft(title, deadline)
    assert "sub" not in made.measures[0]
    assert made.measures[0]["deadline"] == deadline
    (message,) = said(made)
    assert message.startswith("В ячейке несколько сроков («")
    assert message.endswith("»): отчитываться надо по каждому; проверьте, не разные ли это меры.")


@pytest.mark.parametrize(
    "deadline",
    [
        "май 2027",
        "Ежегодно Июнь, август",
        "Ноябрь 2027 г., а также в период проведения ВПР",
        "Сентябрь\n2027",
        "как-нибудь\nпотом",
        "Февраль-июль 2027",
    ],
)
def test_one_deadline_is_never_divided(deadline: str) -> None:
    made = draft("Обеспечение: - создание банка; - создание комиссии", deadline)
    assert "sub" not in made.measures[0]
    assert said(made) == []


def test_a_part_that_names_a_school_is_that_school_s_alone() -> None:
    (measure,) = draft("Проведение советов - посещение МБОУ СОШ № 1", "март 2027, май 2027").measures
    assert "schools" not in measure
    assert [one.get("schools") for one in measure["sub"]] == [None, ["one"]]


def test_a_draft_with_parts_is_a_plan_file() -> None:
    roadmap, problems = read_plan(draft("1) сбор 2) сдача", "март 2027, май 2027").text, "p.yaml", PEOPLE)
    assert [one.message for one in problems if one.level is Level.ERROR] == []
    assert roadmap is not None
    assert [one.id for one in roadmap.tracked()] == ["1.a", "1.b"]


def test_more_parts_than_letters_stay_whole() -> None:
    title = "\n".join("Проведение" for _ in range(27))
    made = draft(title, ", ".join(f"{day:02}.05.2027" for day in range(1, 28)))
    assert "sub" not in made.measures[0]
    assert len(said(made)) == 1
