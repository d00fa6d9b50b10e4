"""Heads of orders of other offices: what is read, and what is not guessed."""

from datetime import date

import pytest

from engine.errors import Level
from engine.importer.draft import Draft, draft_plan
from engine.importer.requisites import kind_of, requisites
from engine.importer.text import read_text
from engine.people import Directory, Role
from engine.plan_file import read_plan

ROLES = (
    Role(id="h", title="Начальник управления образования", holder="p"),
    Role(id="d", title="Заместитель начальника управления образования", holder="q"),
    Role(id="m", title="Директор МКУ «Центр образования»", holder="r"),
    Role(id="k", title="Директор центров", group=("p",)),
    Role(id="g", title="Руководители школ", group="schools"),
)
PEOPLE = Directory({}, ROLES)
TABLE = "№\tМероприятия\tСроки\tОтветственные\n1\tДело (приказ от 01.02.2020 № 77)\tмай 2027\tРуководители школ"


def draft(text: str) -> Draft:
    return draft_plan(read_text(f"{text}\n{TABLE}".encode(), "план.txt"), PEOPLE, "p", "Europe/Moscow")


def said(made: Draft, code: str) -> list[str]:
    return [one.message for one in made.findings if one.code == code]


def order(
    *, above: str = "", head: str = "от 14.10.2026 № 218", below: str = "Начальник управления образования А.Б. Вега"
) -> Draft:
    return draft(
        f"{above}\nПРИКАЗ\n{head}\nОб утверждении плана\nВо исполнение приказа от 05.05.2025 № 999\n"
        f"ПРИКАЗЫВАЮ:\n1. Утвердить план.\n{below}\n\nПлан мероприятий на 2027 год"
    )


@pytest.mark.parametrize(
    ("words", "day", "number", "place"),
    [
        ("от 14.10.2026 № 218", date(2026, 10, 14), "218", None),
        ("12 марта 2026 г.\n№ 01-10/257-02", date(2026, 3, 12), "01-10/257-02", None),
        ("от «12» марта 2026 года N 218-р", date(2026, 3, 12), "218-р", None),
        ('"7" мая 2026 г. г. Верхний Уфалей №5', date(2026, 5, 7), "5", "г. Верхний Уфалей"),
        ("01.02.2026\tс. Ивановка\t№ 12/1-од", date(2026, 2, 1), "12/1-од", "с. Ивановка"),
        (
            "12.03.2026 город-курорт Кисловодск 01-10/257-02",
            date(2026, 3, 12),
            "01-10/257-02",
            "город-курорт Кисловодск",
        ),
        ("пгт Шаля\n№ 7-О\n3 июля 2026", date(2026, 7, 3), "7-О", "пгт Шаля"),
        ("14.10.2026 г. № 218, г. Артем", date(2026, 10, 14), "218", "г. Артем"),
    ],
)
def test_number_day_and_place_are_read_in_any_form(words: str, day: date, number: str, place: str | None) -> None:
    made = order(head=words)
    assert (made.head.day, made.head.number, made.head.place) == (day, number, place)
    assert said(made, "head-words") == said(made, "order-incomplete") == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("ПРИКАЗ", ("приказ", "")),
        ("П Р И К А З", ("приказ", "")),
        ("ПОСТАНОВЛЕНИЕ", ("постановление", "")),
        ("Р А С П О Р Я Ж Е Н И Е", ("распоряжение", "")),
        ("ПРИКАЗ № 218", ("приказ", "№ 218")),
        ("Приказ от 14.10.2026", ("приказ", "от 14.10.2026")),
        ("ПОСТАНОВЛЕНИЕ АДМИНИСТРАЦИИ РАЙОНА", ("постановление", "АДМИНИСТРАЦИИ РАЙОНА")),
        ("П Р И К А З Ы В А Ю:", None),
        ("Приказ о проведении ВПР", None),
        ("приказ от 14.10.2026 № 5", None),
        ("приказом управления", None),
    ],
)
def test_an_order_begins_with_its_kind(line: str, kind: tuple[str, str] | None) -> None:
    assert kind_of(line) == kind


@pytest.mark.parametrize("words", ["31.02.2026", "12.13.2026", "1.1.1026", "14 октябрь 2026", "«__» ______ 2026"])
def test_a_day_that_is_none_is_not_taken(words: str) -> None:
    assert requisites(words).days == ()


def test_of_two_numbers_or_days_none_is_taken() -> None:
    made = order(head="от 14.10.2026 № 218\nот 15.10.2026 № 219")
    assert (made.head.number, made.head.day) == (None, None)
    assert said(made, "head-ambiguous") == [
        "Под словом «ПРИКАЗ» разные номера и даты: «от 14.10.2026 № 218 от 15.10.2026 № 219». Впишите верные в order."
    ]
    assert "  order:" not in made.text


def test_an_empty_form_lacks_its_number_and_day() -> None:
    made = order(head="от «__» ______ 2026 г. № ___")
    assert said(made, "order-incomplete") == [
        "Под словом «ПРИКАЗ» не найден реквизит «дата» («от «__» ______ 2026 г. № ___»): впишите его в план.",
        "Под словом «ПРИКАЗ» не найден реквизит «номер» («от «__» ______ 2026 г. № ___»): впишите его в план.",
    ]


@pytest.mark.parametrize(
    "below",
    [
        "Начальник управления образования А.Б. Вега",
        "Начальник управления образования\tА. Б. Вега",
        "Начальник управления образования _________ /А.Б. Вега/",
        "Начальник\nуправления образования\n\nА.Б. Вега",
        "Начальник управления образования                 Вега А.Б.",
    ],
)
def test_post_and_name_of_the_signatory_on_one_line_or_several(below: str) -> None:
    made = order(below=below)
    assert made.head.signatory in {"А.Б. Вега", "А. Б. Вега", "Вега А.Б."}
    assert made.head.issuer == "Начальник управления образования"
    assert {one.code for one in made.findings} & {"issuer-taken", "issuer-not-known", "row-before-header"} == set()


@pytest.mark.parametrize(
    ("below", "above", "issuer", "message"),
    [
        (
            "И.о. начальника управления образования А.Б. Вега",
            "",
            "Начальник управления образования",
            (
                "Подписавший назван «И.о. начальника управления образования», по справочнику это "
                "«Начальник управления образования»: проверьте issuer."
            ),
        ),
        (
            "Директор А.Б. Вега",
            "МУНИЦИПАЛЬНОЕ КАЗЕННОЕ УЧРЕЖДЕНИЕ «ЦЕНТР ОБРАЗОВАНИЯ»",
            "Директор МКУ «Центр образования»",
            (
                "Подписавший назван «Директор», по бланку и справочнику это «Директор МКУ «Центр образования»»: "
                "проверьте issuer."
            ),
        ),
        (
            "Директор А.Б. Вега",
            "МУНИЦИПАЛЬНОЕ КАЗЕННОЕ УЧРЕЖДЕНИЕ «ЦЕНТР КУЛЬТУРЫ»",
            None,
            "Должность подписавшего («Директор») справочнику людей не известна: впишите issuer.",
        ),
        (
            "Глава района А.Б. Вега",
            "",
            None,
            "Должность подписавшего («Глава района») справочнику людей не известна: впишите issuer.",
        ),
        ("А.Б. Вега", "", None, "Должность подписавшего справочнику людей не известна: впишите issuer."),
    ],
)
def test_who_signed_is_known_by_the_directory_or_asked_for(
    below: str, above: str, issuer: str | None, message: str
) -> None:
    made = order(below=below, above=above)
    assert made.head.issuer == issuer
    assert [one.message for one in made.findings if one.code in {"issuer-taken", "issuer-not-known"}] == [message]


def test_who_was_told_of_the_order_has_not_signed_it() -> None:
    made = order(below="С приказом ознакомлены:\nА.Б. Вега")
    assert made.head.signatory is None
    assert said(made, "no-signatory") == ["Не найдено, кто подписал приказ: впишите signatory и issuer."]
    assert "«С приказом ознакомлены:»; «А.Б. Вега»" in said(made, "order-text")[0]


def test_a_clause_that_ends_with_a_name_is_no_signature() -> None:
    control = "2. Контроль возложить на заместителя начальника управления образования Вега А.Б."
    made = order(below=f"{control}\nНачальник управления образования И.К. Лира")
    assert made.head.signatory == "И.К. Лира"
    assert made.head.controller == "Заместитель начальника управления образования"


@pytest.mark.parametrize(
    ("clause", "field", "found", "code"),
    [
        ("Контроль за исполнением приказа оставляю за собой.", "controller", "Начальник управления образования", None),
        (
            "Контроль за исполнением возложить на специалиста МКУ «Центр образования» Вега А.Б.",
            "controller",
            None,
            "controller-not-known",
        ),
        (
            "Контроль за планом на 2027 год возложить на заместителя начальника управления образования.",
            "controller",
            "Заместитель начальника управления образования",
            None,
        ),
        (
            "Ответственность за исполнение плана возложить на директора МКУ «Центр образования» Вега А.Б.",
            "coordinator",
            "Директор МКУ «Центр образования»",
            None,
        ),
        (
            "Ответственность за исполнение возложить на методиста Вега А.Б.",
            "coordinator",
            None,
            "coordinator-not-known",
        ),
        (
            "Ответственность за исполнение возложить на руководителей школ.",
            "coordinator",
            None,
            "coordinator-not-known",
        ),
    ],
)
def test_control_and_responsibility_are_laid_on_roles(
    clause: str, field: str, found: str | None, code: str | None
) -> None:
    made = order(below=f"2. {clause}\nНачальник управления образования А.Б. Вега")
    assert getattr(made.head, field) == found
    unknown = [one.code for one in made.findings if one.code in {"controller-not-known", "coordinator-not-known"}]
    assert unknown == ([code] if code else [])


@pytest.mark.parametrize(
    ("grif", "kind", "day", "number"),
    [
        ("УТВЕРЖДЁН\nприказом управления образования\nот 14.10.2026 № 218", "приказ", date(2026, 10, 14), "218"),
        ("Приложение № 1 к приказу управления от 14.10.2026 № 218", "приказ", date(2026, 10, 14), "218"),
        (
            "Утверждена постановлением\nадминистрации района\nот 3 мая 2026 г. N 9-п",
            "постановление",
            date(2026, 5, 3),
            "9-п",
        ),
        ("Приложение 2\nк распоряжению\n№ 5 от 01.02.2026", "распоряжение", date(2026, 2, 1), "5"),
    ],
)
def test_the_order_is_taken_from_the_words_over_the_plan_where_it_stands_only_there(
    grif: str, kind: str, day: date, number: str
) -> None:
    made = draft(f"{grif}\nПлан мероприятий на 2027 год")
    assert (made.head.kind, made.head.day, made.head.number) == (kind, day, number)
    assert said(made, "order-from-approval") == [
        f"Реквизиты приказа взяты с грифа: «{' '.join(grif.split())}»; проверьте их, впишите issuer и controller."
    ]
    assert said(made, "no-order") == []
    roadmap, problems = read_plan(made.text, "p.yaml", PEOPLE)
    assert [one.message for one in problems if one.level is Level.ERROR] == []
    assert roadmap is not None
    assert roadmap.plan.order is not None


def test_words_over_the_plan_that_agree_with_the_order_are_of_it() -> None:
    made = order(below="Начальник управления образования А.Б. Вега\nПриложение к приказу от 14.10.2026 № 218")
    assert made.head.number == "218"
    assert "«Приложение к приказу от 14.10.2026 № 218»" in said(made, "order-text")[0]


def test_words_over_the_plan_that_name_another_order_leave_the_number_open() -> None:
    made = order(below="Начальник управления образования А.Б. Вега\nПриложение к приказу от 14.10.2026 № 281")
    assert made.head.number is None
    assert said(made, "approval-differs") == [
        (
            "Над планом назван другой приказ: «Приложение к приказу от 14.10.2026 № 281». "
            "Впишите верные номер и дату в order."
        )
    ]


@pytest.mark.parametrize(
    "grif",
    ["Приложение 1", "Приложение к приказу от ______ № ____", "Утверждён приказом управления", "Приложение: на 3 л."],
)
def test_words_without_number_and_day_name_no_order(grif: str) -> None:
    made = draft(f"{grif}\nПлан мероприятий на 2027 год")
    assert made.head.number is None
    assert said(made, "no-order")
    assert any(grif in one for one in said(made, "outside-plan"))


def test_who_approved_a_plan_above_it_has_issued_it() -> None:
    made = draft(
        "УТВЕРЖДАЮ\nНачальник управления образования\n______ А.Б. Вега\n«14» октября 2026 г.\nПлан на 2027 год"
    )
    assert made.head.issuer == "Начальник управления образования"
    assert said(made, "no-order") == []
    assert len(said(made, "order-from-approval")) == 1
    assert "«14» октября 2026 г." in said(made, "outside-plan")[0]


@pytest.mark.parametrize(
    "text",
    ["Во исполнение приказа от 05.05.2025 № 999", "План (приказ № 5 от 01.01.2020)", "См. приказ от 01.01.2020 № 5"],
)
def test_an_order_that_is_only_quoted_is_never_taken(text: str) -> None:
    made = draft(f"{text}\nПлан мероприятий на 2027 год")
    assert (made.head.kind, made.head.number, made.head.day) == (None, None, None)


def test_the_office_is_that_of_the_letterhead_without_its_address() -> None:
    made = order(above="УПРАВЛЕНИЕ ОБРАЗОВАНИЯ\nАДМИНИСТРАЦИИ РАЙОНА\nул. Ленина, 5, тел. 2-12-85")
    assert made.head.organization == "УПРАВЛЕНИЕ ОБРАЗОВАНИЯ АДМИНИСТРАЦИИ РАЙОНА"
    assert said(made, "outside-plan") == ["В план не вошло: «ул. Ленина, 5, тел. 2-12-85». Проверьте, что это не мера."]
    assert len(said(made, "organization-taken")) == 1


def test_the_title_ends_where_goals_and_tasks_begin() -> None:
    made = draft("План\nмероприятий на 2027 год\nЦель: порядок\n- первая задача")
    assert made.head.title == "План мероприятий на 2027 год"


def test_every_word_of_a_strange_head_is_kept() -> None:
    made = order(
        above="ГЕРБ", head="рег. от 31.02.2026 № 5 экз. единственный", below="Атаман станицы А.Б. Вега\nисп. Лира"
    )
    kept = made.text + " ".join(one.message for one in made.findings)
    for word in ("ГЕРБ", "рег", "31.02.2026", "экз", "единственный", "Атаман", "станицы", "Вега", "исп", "Лира"):
        assert word in kept


@pytest.mark.parametrize(
    ("title", "amends"),
    [
        ("О внесении изменений в приказ от 20.11.2026 № 411 «Об утверждении плана»", True),
        ("Об изменении плана мероприятий", True),
        ("Об утверждении плана изменений в работе школ", False),
    ],
)
def test_an_order_that_amends_a_plan_is_said_to_go_onto_it(title: str, amends: bool) -> None:
    text = f"ПРИКАЗ\nот 15.01.2027 № 12-од\n{title}\nПРИКАЗЫВАЮ:\n1. Утвердить план.\nНачальник А.Б. Вега\n"
    (message,) = said(draft(f"{text}План мероприятий на 2027 год"), "two-titles")
    onto = " Если изменяемый план уже внесён, второго не заводите: srok import ФАЙЛ --onto ПЛАН -o ПАПКА."
    plain = f"Приказ называется «{title}»; названием плана взят заголовок над таблицей: проверьте оба."
    assert message == plain + (onto if amends else "")
