"""What a draft says a person has to look at: made-up rows and orders, one finding a cause."""

import pytest

from engine.importer.draft import Draft, draft_plan
from engine.importer.text import read_text
from engine.people import Directory, Role, School

ROLES = (Role(id="c", title="Муниципальный координатор"), Role(id="h", title="Руководители школ"))
SCHOOLS = (School(id="one", name="МБОУ СОШ № 1", head="p"),)
PEOPLE = Directory({}, ROLES, SCHOOLS)
HEADER = "№\tМероприятия\tСроки\tОтветственные\tРезультат"
ORDER = ("ПРИКАЗ", "от 01.03.2027 № 7", "Об утверждении плана", "ПРИКАЗЫВАЮ:")


def draft(*lines: str) -> Draft:
    return draft_plan(read_text("\n".join(lines).encode(), "план.txt"), PEOPLE, "p", "Europe/Moscow")


def row(title: str = "Дело", deadline: str = "май 2027", number: str = "1") -> str:
    return f"{number}\t{title}\t{deadline}\tМуниципальный координатор\tСправка"


def said(made: Draft, code: str) -> list[str]:
    return [one.message for one in made.findings if one.code == code]


@pytest.mark.parametrize(
    ("title", "deadline", "code", "message"),
    [
        (
            "Проверка в случае жалобы",
            "май 2027",
            "conditional",
            "Мера условная («в случае жалобы»): если случай не возник, закройте её как не наступившую.",
        ),
        (
            "Проверка",
            "по мере необходимости",
            "conditional",
            "Мера условная («по мере необходимости»): если случай не возник, закройте её как не наступившую.",
        ),
        (
            "Занятия",
            "по своему графику",
            "outside-schedule",
            "«по своему графику»: сроки задаёт другой документ, здесь его нет; внесите дни командой srok event set.",
        ),
        (
            "Отчёт",
            "после проведения олимпиады",
            "no-term-after-event",
            "«после проведения олимпиады»: сколько дней даётся после события, не сказано; срок назначает управление.",
        ),
        (
            "Анализ ОГЭ-2026",
            "в период проведения ОГЭ",
            "event-ambiguous",
            (
                "Мера говорит о «ОГЭ-2026», а срок считается от события «проведения ОГЭ» без года: "
                "какое из них имеется в виду, решает управление."
            ),
        ),
        (
            "Занятия",
            "2027-2028 гг.",
            "year-ambiguous",
            "«2027-2028 гг.»: календарные годы или учебный год, документ не говорит; проверьте.",
        ),
        (
            "Выезд в МБОУ СОШ № 1 и МКОУ СОШ № 12",
            "май 2027",
            "list-of-schools-in-title",
            (
                "В тексте названы школы; поручение получают только «МБОУ СОШ № 1»: проверьте schools; "
                "«МКОУ СОШ № 12» в справочнике нет: допишите в него и в schools."
            ),
        ),
    ],
)
def test_what_a_measure_leaves_open_is_said(title: str, deadline: str, code: str, message: str) -> None:
    made = draft(HEADER, row(title, deadline))
    assert said(made, code) == [message]
    assert message in made.measures[0]["findings"]


@pytest.mark.parametrize(
    ("title", "deadline", "code"),
    [
        ("Случаи травматизма: справка", "май 2027", "conditional"),
        ("Проверка", "через 10 дней после проведения олимпиады", "no-term-after-event"),
        ("Анализ ОГЭ-2026", "в период проведения ОГЭ 2027", "event-ambiguous"),
        ("Занятия", "2027-2028 уч. год", "year-ambiguous"),
        ("Занятия", "2027-2030 гг.", "year-ambiguous"),
        ("Выезд в школы № 1 и № 2", "май 2027", "list-of-schools"),
    ],
)
def test_what_is_plain_is_no_finding(title: str, deadline: str, code: str) -> None:
    assert said(draft(HEADER, row(title, deadline)), code) == []


def test_an_empty_result_is_one_only_where_the_table_has_the_column() -> None:
    with_column = draft(HEADER, "1\tДело\tмай 2027\tМуниципальный координатор\t")
    assert said(with_column, "empty-result") == [
        "Результат в таблице не заполнен: впишите, чем подтверждается исполнение."
    ]
    assert said(draft(HEADER.removesuffix("\tРезультат"), "1\tДело\tмай 2027\tКто"), "empty-result") == []


def test_a_noun_said_once_for_two_roles_is_not_run_together() -> None:
    people = Directory({}, (*ROLES, Role(id="s", title="школьные координаторы")))
    text = f"{HEADER}\n1\tДело\tмай 2027\tМуниципальный и школьные координаторы\tСправка"
    made = draft_plan(read_text(text.encode(), "план.txt"), people, "p", "Europe/Moscow")
    assert said(made, "ellipsis-role") == [
        "«Муниципальный и школьные координаторы» прочитано как две роли с одним именем существительным: проверьте обе."
    ]
    assert said(made, "run-together") == []


def test_a_clause_that_says_what_a_measure_says_is_named_with_it() -> None:
    clause = "1. Руководителям школ разработать планы подготовки к экзаменам в срок до 15.05.2027."
    made = draft(*ORDER, clause, HEADER, row("Разработка планов подготовки к экзаменам", "до 15.05.2027"))
    assert said(made, "duplicate-of-clause") == [
        (
            "Пункт 1 приказа («Руководителям школ разработать планы подготовки к экзаменам в срок до 15.05.2027.») "
            "говорит то же, что мера 1: это одно поручение, второй меры не вносите."
        )
    ]
    assert said(made, "duplicate-of-clause")[0] in made.measures[0]["findings"]


@pytest.mark.parametrize("day", ["16.05.2027", "15.06.2027"])
def test_a_clause_due_another_day_is_an_assignment_the_table_does_not_have(day: str) -> None:
    clause = "1. Руководителям школ разработать планы подготовки к экзаменам в срок до 15.05.2027."
    made = draft(*ORDER, clause, HEADER, row("Разработка планов подготовки к экзаменам", f"до {day}"))
    assert said(made, "duplicate-of-clause") == []
    assert said(made, "clause-outside-plan") == [
        (
            "Пункт 1 приказа («Руководителям школ разработать планы подготовки к экзаменам в срок до 15.05.2027.») "
            "— поручение, а в таблице такой меры нет: внесите её, если пункт исполняется отдельно."
        )
    ]


def test_a_clause_without_a_day_is_the_same_only_where_nearly_every_word_is() -> None:
    same = draft(*ORDER, "1. Разработать школьные планы подготовки.", HEADER, row("Разработка школьных планов"))
    other = draft(*ORDER, "1. Разместить приказ на сайте школы.", HEADER, row("Разработка школьных планов"))
    assert said(same, "duplicate-of-clause")
    assert said(other, "clause-outside-plan")


def test_years_that_differ_are_one_finding() -> None:
    title = "План мероприятий на 2027-2028 уч. год"
    made = draft(
        *ORDER, "1. Утвердить план на 2027 год.", title, HEADER, row(deadline="май 2029"), row("Б", "июнь 2029", "2")
    )
    assert said(made, "horizon-conflict") == [
        (
            "Годы расходятся: в заголовке плана «2027-2028 уч. год»; в приказе «2027 год»; сроки вне плана: "
            "«май 2029», «июнь 2029» (№ 1, 2). Какие верны, решает управление: поправьте horizon или сроки."
        )
    ]


def test_years_that_agree_are_no_finding() -> None:
    made = draft(*ORDER, "1. Утвердить план на 2027 год.", "План мероприятий на 2027 год", HEADER, row())
    assert said(made, "horizon-conflict") == []
    assert said(made, "year-ambiguous") == []


def test_two_calendar_years_of_the_title_are_asked_about_once() -> None:
    made = draft("План на 2027-2028 годы", HEADER, row(deadline="2027-2028 гг."))
    assert said(made, "year-ambiguous") == [
        "«2027-2028 годы» в заголовке: календарные годы или учебный год; проверьте horizon."
    ]


@pytest.mark.parametrize(
    ("order", "deadline", "unclear"),
    [
        ((), "ежегодно май", True),
        (ORDER, "ежегодно февраль", True),
        (ORDER, "ежегодно май", False),
        ((), "май 2027", False),
    ],
    ids=["no order", "before the order", "after the order", "not yearly"],
)
def test_a_yearly_deadline_of_a_begun_year_is_asked_about(
    order: tuple[str, ...], deadline: str, *, unclear: bool
) -> None:
    made = draft(*order, "План на 2027-2030 годы", HEADER, row(deadline=deadline))
    assert bool(said(made, "first-year-unclear")) == unclear


def test_a_plan_without_an_order_says_what_is_missing() -> None:
    made = draft("План на 2027 год", HEADER, row())
    assert said(made, "no-order") == [
        "Приказа в документе нет: впишите, кто утвердил план и когда (order), и кто подписал (issuer)."
    ]
    assert said(made, "control-not-laid") == ["Кто контролирует исполнение, документ не говорит: впишите controller."]


def test_the_reasons_of_an_order_are_one_finding_and_lose_no_word() -> None:
    preamble = "Во исполнение приказа министерства от 05.02.2027 № 99"
    made = draft("ПРИКАЗ", "от 01.03.2027 № 7", "О плане", preamble, "ПРИКАЗЫВАЮ:", "1. Утвердить план.", HEADER, row())
    assert said(made, "order-text") == [
        f"Из приказа в план не вошло: «{preamble}»; «ПРИКАЗЫВАЮ:»; «1. Утвердить план.». Проверьте, что это не меры."
    ]
