"""The words of the messages; plans, cells and titles are those of the documents named."""

from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from notifiers.render import PERSONAL, Item, _templates, due_text, facts, render, render_telegram
from notifiers.wording import KINDS, OF_A_PLAN, plural

GOLDEN = Path(__file__).parent / "golden"
HOW = "ответьте на это письмо или сообщите координатору (каб. 12, тел. 1-23)"
LINK = "https://srok.example.org/a/0123456789"

# lysva-2021, 1.1
LYSVA = Item(
    kind="reminder",
    plan_title="Дорожная карта по реализации Концепции региональной системы объективности процедур оценки качества "
    "образования и олимпиад школьников в Лысьвенском городском округе на 2021-2024 гг.",
    number="1.1",
    title="Разработка плана мероприятий по реализации Концепции региональной системы объективности процедур оценки "
    "качества образования и олимпиад школьников",
    deadline_text="До 21 июня 2021",
    responsible="Муниципальная рабочая группа",
    role_text="Вы ответственный исполнитель",
    due_on=date(2021, 6, 21),
    nominal_due_on=date(2021, 6, 21),
    days_left_text="осталось 5 дней",
    result="План мероприятий",
    evidence="номер и дата документа",
)
# artem-2020, 8
ARTEM = Item(
    kind="overdue",
    plan_title="План мероприятий по повышению объективности оценочных процедур в общеобразовательных учреждениях "
    "Артемовского городского округа на 2020-2021 уч. год",
    order="приказ № 218 от 14.10.2020",
    number="8",
    title="Осуществление перекрестной проверки работ по ВПР школьными комиссиями",
    deadline_text="Апрель 2021",
    window_text="01.04.2021 – 30.04.2021",
    responsible="Муниципальный координатор (Шаблонова Г. Д.)",
    co_executors="Руководители ОУ",
    role_text="Вы ответственный исполнитель",
    due_on=date(2021, 4, 30),
    nominal_due_on=date(2021, 4, 30),
    days_left_text="просрочено на 1 рабочий день",
    schools=("МБОУ СОШ № 1",),
)
# artem-2020, 1: the last day of October 2020 is a Saturday
SHIFTED = replace(
    ARTEM,
    kind="due",
    number="1",
    title="Разработка и утверждение локального нормативного акта об утверждении муниципальной системы оценки качества "
    "образования",
    deadline_text="Октябрь 2020",
    window_text="01.10.2020 – 31.10.2020",
    responsible="Заместитель начальника управления образования",
    due_on=date(2020, 10, 30),
    nominal_due_on=date(2020, 10, 31),
    days_left_text="",
    schools=(),
)
HISTORY = (
    "23.04.2021 напоминание за 5 дней: отправлено, 4 письма",
    "30.04.2021 напоминание в день срока: отправлено, 4 письма",
    "04.05.2021 сообщение о просрочке: не доставлено",
)
CONTROLLER = replace(
    ARTEM,
    kind="controller",
    role_text="Вы контролёр",
    days_left_text="просрочено на 3 рабочих дня",
    schools=(),
    missing=("МБОУ СОШ № 1", "МБОУ СОШ № 4", "МБОУ СОШ № 17"),
    history=HISTORY,
)

LETTERS = {
    "opening": replace(LYSVA, kind="opening", days_left_text=""),
    "reminder": LYSVA,
    "due": SHIFTED,
    "input": replace(LYSVA, kind="input", role_text="Вы соисполнитель", days_left_text=""),
    "overdue": ARTEM,
    "controller": CONTROLLER,
    "head": replace(CONTROLLER, kind="head", role_text="Вы утвердили этот план", action_url=LINK),
    "reported": replace(
        ARTEM,
        kind="reported",
        role_text="Вы контролёр",
        days_left_text="отчёт дан в срок",
        reports=("Игреков С. Т. (МБОУ СОШ № 1), 29.04.2021; сделано: проверено 40 работ; подтверждение: акт № 3",),
        action_url=LINK,
    ),
    "returned": replace(ARTEM, kind="returned", days_left_text="", reason="нет протоколов трёх школьных комиссий"),
    "stalled": replace(
        CONTROLLER,
        kind="stalled",
        role_text="Вам докладывают как руководителю: контролёр Макетов В. Г. 7 рабочих дней не рассматривает отчёт",
        days_left_text="отчёт ждёт 7 рабочих дней",
        missing=(),
        history=(),
        reports=("Шаблонова Г. Д., 30.04.2021; подтверждение: не приложено",),
    ),
    "asked": replace(
        LYSVA,
        kind="asked",
        role_text="Вы дали это поручение",
        asked="Эскизов Л. М.: до 05.07.2021",
        reason="часть рабочей группы в отпуске до 28.06.2021",
    ),
    "extended": replace(
        LYSVA,
        kind="extended",
        due_on=date(2021, 7, 5),
        nominal_due_on=date(2021, 7, 5),
        days_left_text="осталось 17 дней",
        former_due_on=date(2021, 6, 21),
        basis="резолюция от 17.06.2021",
    ),
    "unreachable": replace(
        LYSVA,
        kind="unreachable",
        role_text="Вы контролёр",
        days_left_text="не доставлено исполнителю",
        undelivered=(
            "напоминание за 5 дней, 16.06.2021",
            "Эскизов Л. М., Telegram: 403 Telegram отказал: 403 Forbidden: bot was blocked by the user",
            "Эскизов Л. М., почта: 550 почтовый сервер отказал адресату: 550 no such user",
        ),
    ),
    "refused": replace(LYSVA, kind="refused", reason="срок установлен министерством"),
    "reopened": replace(ARTEM, kind="reopened", reason="в протоколах не те классы"),
    "checkpoint": replace(LYSVA, kind="checkpoint", checkpoint=date(2021, 5, 14), days_left_text="осталось 43 дня"),
    "moved": replace(
        SHIFTED,
        kind="moved",
        due_on=date(2020, 11, 27),
        nominal_due_on=None,
        former_due_on=date(2020, 10, 30),
        basis="приказ № 1",
    ),
    "cancelled": replace(LYSVA, kind="cancelled", days_left_text="", reason="мероприятие исключено из плана"),
    "digest": replace(
        ARTEM,
        kind="digest",
        number="",
        title=ARTEM.plan_title,
        deadline_text="",
        responsible="",
        due_on=None,
        role_text="Еженедельная сводка",
        days_left_text="сводка на 05.05.2021",
        sections=(
            ("Просрочено", ("п. 8 Осуществление перекрестной проверки работ по ВПР, срок 30.04.2021; СОШ № 1",)),
            (
                "Ждут даты",
                (
                    "п. 4 Участие ОО в региональных процедурах: в плане «по графику», дату вносит координатор",
                    "п. 17 Принятие решений: срока в плане нет, дату вносит координатор",
                ),
            ),
        ),
    ),
    "report": replace(
        ARTEM,
        kind="report",
        number="",
        title=ARTEM.plan_title,
        deadline_text="",
        responsible="",
        due_on=None,
        role_text="Вам докладывают как руководителю",
        days_left_text="отчёт за апрель 2021 года",
        sections=(
            ("За апрель 2021 года", ("срок наступил у 2, исполнено 1",)),
            ("Сделано за период", ("п. 9 Мониторинг — 23.04.2021 в срок; Управление образования",)),
            (
                "Всего по плану на 11.05.2021",
                (
                    "исполнено 9\u00a0/\u00a024 (37,5\u00a0%), в срок 8\u00a0/\u00a024 (33,3\u00a0%)",
                    "просрочено: 1; срок впереди: 14",
                ),
            ),
            (
                "Просрочено",
                ("п. 8 Осуществление перекрестной проверки работ по ВПР — срок 30.04.2021; Руководители ОУ",),
            ),
            (
                "По ответственным",
                ("Управление: исполнено 3\u00a0/\u00a05 (60,0\u00a0%), в срок 2\u00a0/\u00a05 (40,0\u00a0%)",),
            ),
            ("Полностью", ("отчёт по строкам для подписи: srok summary --docx, его делает координатор",)),
        ),
    ),
}
SEVERAL = [
    LYSVA,
    replace(ARTEM, action_url=LINK),
    replace(LETTERS["returned"], number="9"),
    replace(LYSVA, number="2.4"),
    SHIFTED,
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_letter(kind, golden) -> None:
    item = LETTERS[kind]
    letter = render([item], "Иванова Мария Петровна", HOW)
    telegram = render_telegram([item], HOW)
    golden(GOLDEN / f"{kind}.txt", f"{letter.subject}\n====\n{letter.text}\n==== Telegram\n{telegram}\n")


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_says_all_that_the_text_says(kind) -> None:
    letter = render([LETTERS[kind]], "Иванова Мария Петровна", HOW)
    page = " ".join(letter.html.split())
    for line in letter.text.splitlines():
        words = line.partition(": ")[2] or line.strip(" –:-")
        assert escape(words, quote=False).casefold() in page.casefold()


PAGES = [
    ("reminder", [LYSVA]),
    ("controller", [CONTROLLER]),
    ("several", SEVERAL),
    ("report", [LETTERS["report"]]),
]


@pytest.mark.parametrize(("name", "items"), PAGES)
def test_the_page_is_as_reviewed(name, items, golden) -> None:
    letter = render(items, "Иванова Мария Петровна", HOW)
    golden(GOLDEN / f"{name}.html", letter.html + "\n")


def test_several_items_make_one_letter(golden) -> None:
    letter = render(SEVERAL, "Иванова Мария Петровна", HOW)
    assert letter.subject == "5 мероприятий: 1 просрочено, 1 возвращено, 1 со сроком сегодня, 2 с близким сроком"
    assert letter.html.count("<h1") == 5
    assert letter.text.count(HOW) == 1
    golden(GOLDEN / "several.txt", f"{letter.subject}\n====\n{letter.text}\n")


def numbered(*kinds: str) -> list[Item]:
    """Items of as many different measures."""
    return [replace(LETTERS[kind], number="" if kind in OF_A_PLAN else f"{n}") for n, kind in enumerate(kinds)]


TALLIES = [
    (["overdue"] * 2, "2 мероприятия: 2 просрочено"),
    (["overdue", "controller", "head"], "3 мероприятия: 3 просрочено"),
    (["reported", "stalled"], "2 мероприятия: 1 не рассмотрено, 1 ждёт приёмки"),
    (["reported"] * 21, "21 мероприятие: 21 ждёт приёмки"),
    (["reported"] * 22, "22 мероприятия: 22 ждут приёмки"),
    (["opening"] * 11, "11 мероприятий: 11 новых"),
    (["digest", "due", "due"], "2 мероприятия: 2 со сроком сегодня; сводка"),
    (["digest", "due", "report", "due"], "2 мероприятия: 2 со сроком сегодня; отчёт; сводка"),
]


@pytest.mark.parametrize(("kinds", "subject"), TALLIES)
def test_the_subject_counts_different_measures_in_good_russian(kinds, subject) -> None:
    assert render(numbered(*kinds), "Иванова", HOW).subject == subject


DUE = "Срок сегодня: п. 1 «Разработка и утверждение локального нормативного акта об утверждении…», срок 30.10.2020"
DIGEST = "Сводка на 05.05.2021: «План мероприятий по повышению объективности оценочных процедур в…»"
REPORTED = "Отчёт за апрель 2021 года: «План мероприятий по повышению объективности оценочных процедур в…»"
SUBJECTS = [
    ([SHIFTED, replace(SHIFTED, kind="reminder", schools=("МБОУ СОШ № 7",))], DUE),
    ([LETTERS["digest"], SHIFTED], f"{DUE}; сводка"),
    ([LETTERS["digest"]], DIGEST),
    ([LETTERS["report"]], REPORTED),
    ([LETTERS["digest"], LETTERS["report"]], f"{REPORTED}; сводка"),
    ([replace(LETTERS["report"], plan_title=one) for one in "АБ"], "Отчёт за апрель 2021 года по 2 планам"),
    ([SHIFTED] + [replace(LETTERS["digest"], plan_title=one) for one in "АБ"], f"{DUE}; сводка по 2 планам"),
    ([replace(LETTERS["digest"], plan_title=one) for one in "АБВ"], "Сводка на 05.05.2021 по 3 планам"),
]


@pytest.mark.parametrize(("items", "subject"), SUBJECTS)
def test_one_measure_has_its_own_subject_whatever_else_the_letter_holds(items, subject) -> None:
    assert render(items, "Иванова", HOW).subject == subject


def test_equal_blocks_are_one_that_names_the_schools() -> None:
    """Артём № 8: 22 schools report to one controller."""
    each = [
        replace(LETTERS["reported"], schools=(f"МБОУ СОШ № {n}",), reports=(f"директор № {n}, 29.04.2021",))
        for n in range(1, 23)
    ]
    letter = render(each, "Иванова", HOW)
    assert letter.subject.startswith("Отчёт ждёт приёмки: п. 8 «Осуществление перекрестной проверки")
    assert letter.html.count("<h1") == 1
    assert "Школы: МБОУ СОШ № 1, МБОУ СОШ № 2, " in letter.text
    assert "  – директор № 22, 29.04.2021\n" in letter.text


def test_each_school_of_a_block_has_its_own_button() -> None:
    each = [
        replace(LETTERS["reported"], schools=(f"МБОУ СОШ № {n}",), reports=(), action_url=f"{LINK}{n}") for n in (1, 4)
    ]
    letter = render(each, "Иванова", HOW)
    assert letter.html.count("<h1") == 1
    assert (
        f"\n\nРассмотреть отчёт: МБОУ СОШ № 1:\n{LINK}1\n\nРассмотреть отчёт: МБОУ СОШ № 4:\n{LINK}4\n" in letter.text
    )
    for n in (1, 4):
        assert f'<a href="{LINK}{n}">Рассмотреть отчёт: МБОУ СОШ № {n}</a>' in render_telegram(each, HOW)


def test_a_letter_with_a_link_is_as_reviewed(golden) -> None:
    items = [replace(LYSVA, action_url=LINK)]
    letter = render(items, "Иванова Мария Петровна", HOW)
    telegram = render_telegram(items, HOW)
    golden(GOLDEN / "reminder-link.txt", f"{letter.subject}\n====\n{letter.text}\n==== Telegram\n{telegram}\n")
    golden(GOLDEN / "reminder-link.html", letter.html + "\n")


def test_one_in_two_qualities_has_one_block() -> None:
    text = render([LYSVA, replace(LYSVA, role_text="Вы соисполнитель")], "Иванова", HOW).text
    assert "Вы ответственный исполнитель; Вы соисполнитель. Напоминаем о сроке." in text
    assert text.count("п. 1.1 ") == 1


@pytest.mark.parametrize(
    ("n", "word"),
    [
        *[(0, "дней"), (1, "день"), (2, "дня"), (4, "дня"), (5, "дней"), (11, "дней"), (14, "дней")],
        *[(21, "день"), (22, "дня"), (25, "дней"), (101, "день"), (111, "дней"), (112, "дней"), (122, "дня")],
    ],
)
def test_the_word_follows_the_number(n, word) -> None:
    assert plural(n, "день", "дня", "дней") == word


@pytest.mark.parametrize(
    ("due_on", "nominal", "text"),
    [
        (date(2021, 6, 21), date(2021, 6, 21), "21.06.2021 (понедельник)"),
        (date(2021, 6, 21), None, "21.06.2021 (понедельник)"),
        (date(2020, 10, 30), date(2020, 10, 31), "30.10.2020 (пятница); 31.10.2020 — выходной"),
        (None, None, "дата ещё не назначена"),
    ],
)
def test_by_when(due_on, nominal, text) -> None:
    assert due_text(replace(LYSVA, due_on=due_on, nominal_due_on=nominal)) == text


DAYS = [
    ("controller", "просрочено на 3 рабочих дня", "30.04.2021 (пятница); просрочено на 3 рабочих дня"),
    ("overdue", "просрочено на 1 рабочий день", "30.04.2021 (пятница)"),  # the headline says it
    ("due", "срок сегодня", "30.04.2021 (пятница)"),
]


@pytest.mark.parametrize(("kind", "days", "text"), DAYS)
def test_the_days_are_said_once(kind, days, text) -> None:
    assert facts(replace(ARTEM, kind=kind, days_left_text=days))[0] == ("Срок", [text])


def test_a_title_cannot_write_markup_or_lines() -> None:
    item = replace(LYSVA, title='<script>alert("1")</script>\r\nСрок: 01.01.1970', responsible="А & Б <b>")
    letter = render([item], "Иванова\nКому: всем", HOW)
    telegram = render_telegram([item], HOW)
    assert "<script" not in letter.html + telegram
    assert "А &amp; Б &lt;b&gt;" in letter.html
    assert "А &amp; Б &lt;b&gt;" in telegram
    assert 'п. 1.1 «<script>alert("1")</script> Срок: 01.01.1970»' in letter.text.splitlines()
    assert letter.text.startswith("Иванова Кому: всем, здравствуйте!\n")
    assert "\n" not in letter.subject


def test_the_page_asks_for_nothing_from_outside() -> None:
    page = render([CONTROLLER], "Иванова", HOW).html
    assert "http" not in page
    assert "src=" not in page
    assert "url(" not in page
    assert "<table" not in page


def test_without_an_address_of_the_server_there_is_no_link() -> None:
    assert "<a " not in render([ARTEM], "Иванова", HOW).html
    assert f'<a href="{LINK}"' in render([replace(ARTEM, action_url=LINK)], "Иванова", HOW).html


def test_a_late_report_of_the_year_says_why() -> None:
    """Артём № 5, in a year whose 20 January is a day off."""
    item = replace(
        ARTEM, due_on=date(2024, 1, 19), nominal_due_on=date(2024, 1, 20), due_note="отчёт за 2023 год — до 20 января"
    )
    assert due_text(item) == "19.01.2024 (пятница); 20.01.2024 — выходной; отчёт за 2023 год — до 20 января"


def test_a_date_taken_back_is_not_called_a_new_one() -> None:
    text = render([replace(LETTERS["moved"], due_on=None)], "Иванова", HOW).text
    assert "Прежний срок отменён, новый ещё не назначен." in text
    assert "Срок: дата ещё не назначена\nПрежний срок: 30.10.2020\nОснование: приказ № 1\n" in text


REPORT = "номер пункта, что сделано, чем подтверждается"
REVIEW = "номер пункта и решение: принять отчёт или вернуть его с причиной"
ANSWERS = [
    (["reminder"], f"Как ответить: {HOW}: {REPORT}."),
    (["reported"], f"Как ответить без ссылки: {HOW}: {REVIEW}."),
    (["stalled"], f"Как ответить: {HOW}: {REVIEW}."),
    (["head"], f"Как ответить без ссылки: {HOW}: номер пункта и решение: новый срок или требование отчёта."),
    (["digest", "reported", "due"], f"Как ответить без ссылки: {HOW}: {REPORT}; {REVIEW}."),
]


@pytest.mark.parametrize(("kinds", "line"), ANSWERS)
def test_each_is_told_what_to_answer(kinds, line) -> None:
    lines = render([LETTERS[kind] for kind in kinds], "Иванова", HOW).text.splitlines()
    assert [one for one in lines if one.startswith("Как ответить")] == [line]
    assert (lines[-1] == PERSONAL) is ("без ссылки" in line)


@pytest.mark.parametrize("kind", ["cancelled", "digest", "report"])
def test_who_has_nothing_to_answer_is_not_asked_to(kind) -> None:
    letter = render([LETTERS[kind]], "Иванова", HOW)
    assert "Как ответить" not in letter.text + letter.html + render_telegram([LETTERS[kind]], HOW)


def test_what_is_cancelled_has_no_link() -> None:
    letter = render([replace(LETTERS["cancelled"], action_url=LINK)], "Иванова", HOW)
    assert LINK not in letter.text + letter.html


def test_every_tag_of_telegram_ends_on_its_line() -> None:
    for line in render_telegram(SEVERAL, HOW).splitlines():
        assert line.count("<") % 2 == 0
        for tag in ("b", "i", "a"):
            assert line.count(f"<{tag}>") + line.count(f"<{tag} ") == line.count(f"</{tag}>")


def test_a_name_that_is_missing_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'to_name' is undefined"):
        _templates().get_template("letter.txt.j2").render(blocks=[], how_to_answer="")
