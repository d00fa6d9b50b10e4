"""What `srok check` finds in a plan that can be read: what a person would do something about, and what not."""

from pathlib import Path

import pytest

from engine.errors import Level
from engine.people_file import read_people
from engine.plan_doubles import repeated_plans
from engine.plan_file import read_plan

PLANS = Path(__file__).parents[2] / "plans"
NAMES = ["artem-2020", "kislovodsk-2021", "lysva-2021", "vesyegonsk-2020", "yeniseysk-2023"]
HEAD = """\
plan:
  id: demo-2021
  title: План мероприятий на 2020-2021 уч. год
  timezone: Europe/Moscow
  horizon: {from: 2020-09-01, to: 2021-08-31}
  order: {kind: приказ, number: "218", date: 2020-10-14}
  issuer: Начальник управления образования
  controller: Заместитель начальника управления образования
"""
FIRST = 10  # the line of the first row below HEAD and «measures:»


def found(rows: list[str], directory, head: str = HEAD, events: str = "") -> list[tuple[int, str | None, str, str]]:
    """Findings of a plan whose measures all say what proves them, as line, №, code and sentence."""
    body = "".join(f"  - {{{row}}}\n" for row in rows)
    roadmap, problems = read_plan(f"{head}{events}measures:\n{body}", "plan.yaml", directory)
    assert roadmap is not None
    assert {one.level for one in problems} <= {Level.FINDING}
    return [(one.line, one.measure, one.code, one.message) for one in problems]


def row(number: str, title: str, rest: str) -> str:
    return f'id: "{number}", title: {title}, result: Справка, {rest}'


COORDINATOR = "responsible: Муниципальный координатор"
ONE = [  # what one measure says, the code and the sentence, or None
    # --- days
    (
        f"deadline: Октябрь 2021, {COORDINATOR}",  # Артём 15
        "outside-horizon",
        "срок 31.10.2021 — позже конца плана (31.08.2021): исправьте год или подтвердите (confirmed)",
    ),
    (
        f"deadline: Сентябрь 2020 г. Март-Апрель 2021г., {COORDINATOR}",  # Весьегонск 1.2: one of two
        "before-order",
        (
            "из сроков меры (их 2) 30.09.2020 — раньше даты приказа (14.10.2020): если по ним не отчитываются, "
            "начните срок плана (horizon) с этой даты"
        ),
    ),
    (
        f"deadline: {{text: Октябрь 2021, confirmed: {{by: Начальник, why: год верен}}}}, {COORDINATOR}",
        None,
        None,
    ),
    (
        f"deadline: {{text: Апрель 2021, fix: {{to: 2021-04-04, by: Начальник, why: письмо}}}}, {COORDINATOR}",
        "fix-day-off",
        "срок по решению, 04.04.2021, — нерабочий день: назначьте рабочий (fix)",
    ),
    (
        f"deadline: {{text: Апрель 2021, fix: {{to: 2021-04-02, by: Начальник, why: письмо}}}}, {COORDINATOR}",
        None,
        None,
    ),
    (
        f"deadline: {{text: Апрель 2021, fix: {{to: 2021-05-14, by: Координатор, why: письмо}}}}, {COORDINATOR}",
        "fix-ignored",
        (
            "перенос на 14.05.2021 не действует: позже срок ставит только давший поручение; исправьте fix (to или by: "
            "Начальник управления образования)"
        ),
    ),
    (
        "deadline: {text: Апрель 2021, fix: {to: 2020-09-30, by: Начальник, why: письмо}}, " + COORDINATOR,
        "before-order",
        "срок 30.09.2020 — раньше даты приказа (14.10.2020): новый срок назначает подписавший (fix)",
    ),
    (
        "deadline: {text: май 2021, fix: {to: 2021-09-30, by: Начальник управления образования, why: письмо}}, "
        + COORDINATOR,
        "outside-horizon",
        "срок 30.09.2021 — позже конца плана (31.08.2021): исправьте год или подтвердите (confirmed)",
    ),
    (
        f"deadline: Февраль-июль 2021, checkpoints: [2021-04-30, 2021-08-02], {COORDINATOR}",
        "checkpoint-misplaced",
        "контрольная точка 02.08.2021 не лежит ни в одном сроке меры: её не запросят; исправьте день",
    ),
    (f"deadline: Февраль-июль 2021, checkpoints: [2021-04-30], {COORDINATOR}", None, None),
    (
        f"deadline: По особому графику, {COORDINATOR}",  # Весьегонск 2.6
        "outside-schedule",
        ("сроки задаёт другой документ («По особому графику»): когда он будет, внесите их: srok event set demo-2021/1"),
    ),
    (f"deadline: По мере состоявшегося события, {COORDINATOR}", None, None),  # Весьегонск 3.2: nothing to do yet
    (f"deadline: до 14.10.2020, {COORDINATOR}", None, None),  # the day of the order is in time
    (  # before the plan too, which is told once
        f"deadline: Август 2020, {COORDINATOR}",
        "before-order",
        "срок 31.08.2020 — раньше даты приказа (14.10.2020): новый срок назначает подписавший (fix)",
    ),
    (  # 31.07.2021 is a Saturday: on the due day itself the report is asked for
        f"deadline: Февраль-июль 2021, checkpoints: [2021-07-30], {COORDINATOR}",
        "checkpoint-misplaced",
        "контрольная точка 30.07.2021 не лежит ни в одном сроке меры: её не запросят; исправьте день",
    ),
    (f"deadline: По мере состоявшегося события, checkpoints: [2021-04-30], {COORDINATOR}", None, None),  # it waits
    (
        f"deadline: {{text: в рабочем порядке, fix: {{to: 2021-04-02, by: Начальник, why: письмо}}}}, {COORDINATOR}",
        None,
        None,
    ),
    (
        "deadline: {text: 'в течение 3 дней', confirmed: {by: Начальник, why: со дня приказа}}, " + COORDINATOR,
        "unknown-event",
        "событие, от которого считается срок, не названо: впишите мере event",
    ),
    # --- who leads
    (
        "deadline: Апрель 2021, responsible: [Руководители ОУ, Муниципальный координатор]",  # Енисейск 4.2
        "no-lead",
        (
            "головного нет: первыми названы «Руководители ОУ», это не один человек; "
            "поставьте первым одного или, если отчитывается каждый, запишите completion: all"
        ),
    ),
    (
        "deadline: Апрель 2021, responsible: [Управление образования, МБУО Центр образования]",  # Артём 17
        "no-lead",
        (
            "головным названо подразделение «Управление образования», а не должность; "
            "поставьте первым одного или, если отчитывается каждый, запишите completion: all"
        ),
    ),
    ("deadline: Апрель 2021, responsible: [Руководители ОУ, Муниципальный координатор], completion: all", None, None),
    (  # Енисейск 3.1: the group is one school
        "deadline: Апрель 2021, responsible: [Руководители ОУ, Муниципальный координатор], schools: [ozernovskaya-47]",
        None,
        None,
    ),
    ("deadline: Апрель 2021, responsible: [Муниципальный координатор, Руководители ОУ]", None, None),  # Артём 8
    ("deadline: Апрель 2021, responsible: Управление образования", None, None),  # Лысьва: its head leads
    ("deadline: Апрель 2021, responsible: Руководители ОУ", None, None),  # a report of every school
    (
        "deadline: Апрель 2021, responsible: Руководители ОУ, completion: lead",
        "no-lead",
        (
            "головного нет: первыми названы «Руководители ОУ», это не один человек; "
            "поставьте первым одного или, если отчитывается каждый, запишите completion: all"
        ),
    ),
    # --- who controls
    (
        "deadline: Апрель 2021, responsible: Заместитель начальника управления образования",  # Артём 1
        "self-control",
        (
            "контролёр «Заместитель начальника управления образования» сам исполняет меру: отчёт примет руководитель; "
            "назначьте другого (controller) или запишите self_control: true"
        ),
    ),
    (
        (
            "deadline: Апрель 2021, responsible: Начальник ИМО МБУ «ЦООУ», controller: "
            "Начальник информационно-методического отдела МБУ «Центр обслуживания образовательных учреждений»"
        ),
        "self-control",
        (
            "контролёр «Начальник информационно-методического отдела МБУ «Центр обслуживания образовательных "
            "учреждений»» и исполнитель «Начальник ИМО МБУ «ЦООУ»» — один человек: отчёт примет руководитель; "
            "назначьте другого (controller) или запишите self_control: true"
        ),
    ),
    (  # the controller is one of a group
        "deadline: Апрель 2021, responsible: Руководители ММО, controller: Задачников Н. О.",
        "self-control",
        (
            "контролёр «Задачников Н. О.» и исполнитель «Руководители ММО» — один человек: отчёт примет руководитель; "
            "назначьте другого (controller) или запишите self_control: true"
        ),
    ),
    (  # the head of the school
        "deadline: Апрель 2021, responsible: Руководители ОУ, controller: p-zetova, schools: [licey-8]",
        "self-control",
        (
            "контролёр «p-zetova» и исполнитель «Руководители ОУ» — один человек: отчёт примет руководитель; "
            "назначьте другого (controller) или запишите self_control: true"
        ),
    ),
    ("deadline: Апрель 2021, responsible: Руководители ОУ, controller: p-zetova, schools: [sosh-7]", None, None),
    (
        "deadline: Апрель 2021, responsible: Руководители ОУ, schools: []",
        "no-schools",
        "список schools пуст: впишите школы или уберите его, тогда это все школы",
    ),
]


@pytest.mark.parametrize(("rest", "code", "message"), ONE)
def test_a_measure_is_found_fault_with_only_where_something_is_to_be_done(rest, code, message, directory) -> None:
    told = found([row("1", "Мониторинг", rest)], directory)
    assert told == ([(FIRST, "1", code, message)] if code else [])


def test_a_yearly_measure_names_the_terms_that_lie_before_the_order(directory) -> None:
    head = HEAD.replace("на 2020-2021 уч. год", "").replace("2020-09-01, to: 2021-08-31", "2020-01-01, to: 2023-12-31")
    assert found([row("1", "Мониторинг", f"deadline: Ежегодно (июнь-июль), {COORDINATOR}")], directory, head) == [
        (
            FIRST,
            "1",
            "before-order",
            (
                "из сроков меры (их 4) 31.07.2020 — раньше даты приказа (14.10.2020): если по ним не отчитываются, "
                "начните срок плана (horizon) с этой даты"
            ),
        )
    ]


def test_of_many_days_three_are_named(directory) -> None:
    head = HEAD.replace("на 2020-2021 уч. год", "").replace("2020-09-01", "2020-01-01")
    ((_, _, code, message),) = found([row("1", "Отчёт", f"deadline: Ежемесячно, {COORDINATOR}")], directory, head)
    assert (code, message.split(" — ")[0]) == (
        "before-order",
        "из сроков меры (их 20) 31.01.2020, 29.02.2020, 31.03.2020 и ещё 6",
    )


def test_who_acts_for_the_controller_on_the_due_day_must_not_execute(directory) -> None:
    text = (PLANS / "people.example.yaml").read_text(encoding="utf-8")
    away = "    substitute: [{person: p-shablonova, from: 2021-04-26, to: 2021-05-10}]\n"
    people, problems = read_people(text.replace("obraztsova@example.org\n", f"obraztsova@example.org\n{away}"), "p")
    assert problems == []
    message = (
        "контролёра «Заместитель начальника управления образования» в день срока 30.04.2021 замещает исполнитель "
        "«Муниципальный координатор», принять его отчёт некому: назначьте другого заместителя (substitute)"
    )
    april = row("1", "Мониторинг", f"deadline: Апрель 2021, {COORDINATOR}")
    assert found([april], people) == [(FIRST, "1", "self-control", message)]
    assert found([april.replace("Апрель", "Июнь")], people) == []


def test_a_sub_measure_is_found_fault_with_at_its_own_line(directory) -> None:
    sub = (
        "sub: [\n    {id: a, title: Педсоветы, deadline: Декабрь 2021},\n"
        "    {id: b, title: Посещение, deadline: Ноябрь 2020, responsible: Заместитель начальника отдела образования}]"
    )
    told = found([row("1", "Педсоветы", f"{COORDINATOR}, {sub}")], directory)
    assert [one[:3] for one in told] == [(FIRST + 1, "1.a", "outside-horizon"), (FIRST + 2, "1.b", "self-control")]


MAY = f"deadline: Май 2021, {COORDINATOR}"
SEVERAL = [  # rows, what is found in which of them
    # --- the same twice
    ([row("1", "Мониторинг качества", MAY), row("2", "мониторинг  качества.", MAY)], [("2", "duplicate-measure")]),
    ([row("1", "Анализ работ ВПР", MAY), row("2", "Анализ ВПР работ", MAY)], [("2", "duplicate-measure")]),
    (  # nested terms
        [row("1", "Мониторинг", "deadline: Апрель-июнь 2021"), row("2", "Мониторинг", "deadline: до 20 мая 2021")],
        [("1", "no-responsible"), ("2", "duplicate-measure"), ("2", "no-responsible")],
    ),
    ([row("1", "Мониторинг", MAY), row("2", "Мониторинг", MAY.replace("Май", "Июнь"))], []),  # twice a year
    ([row("1", "—", MAY), row("2", "—", MAY)], []),  # no words are not the same words
    (  # neither has days
        [row("1", "Горячая линия", COORDINATOR), row("2", "Горячая линия", COORDINATOR)],
        [("1", "no-deadline"), ("2", "duplicate-measure"), ("2", "no-deadline")],
    ),
    (  # the second of two terms
        [
            row("1", "Проверка", f"deadline: Ноябрь 2020 г. Март-Апрель 2021г., {COORDINATOR}"),
            row("2", "Проверка", f"deadline: Апрель 2021, {COORDINATOR}"),
        ],
        [("2", "duplicate-measure")],
    ),
    ([row("1", "ВПР в 5 и 7 классах", MAY), row("2", "ВПР в 7 и 5 классах", MAY)], []),
    ([row("1", "Мониторинг", MAY), row("2", "Мониторинг", "deadline: Май 2021, responsible: Отдел образования")], []),
    (
        [
            row("1", "План школы", "deadline: Май 2021, responsible: Руководители ОУ, schools: [sosh-7]"),
            row("2", "План школы", "deadline: Май 2021, responsible: Руководители ОУ, schools: [licey-8]"),
        ],
        [],
    ),
    (  # Енисейск: clause 2 of the order and row 1.5
        [
            (
                "id: п2, number: '2', clause: п. 2, result: План, deadline: до 01.12.2020, "
                "responsible: Руководители ОУ, title: 'Руководителям общеобразовательных учреждений разработать "
                "планы мероприятий, направленных на обеспечение объективности процедур оценки качества образования "
                "в срок до 01.12.2020 г.'"
            ),
            row(
                "1",
                "Разработка школьных планов по обеспечению объективности проведения оценочных процедур",
                "deadline: до 01.12.2020, responsible: Руководители ОУ",
            ),
            row(
                "2",
                "Рассмотрение вопросов объективного оценивания на школе заместителей руководителя",
                "deadline: до 01.12.2020, responsible: Руководители ОУ",
            ),
        ],
        [("1", "duplicate-measure")],
    ),
    (  # nearly its words, another day
        [
            (
                "id: п2, number: '2', clause: п. 2, result: План, deadline: до 01.12.2020, "
                "responsible: Руководители ОУ, title: Разработать планы по обеспечению объективности"
            ),
            row(
                "1",
                "Разработка планов по обеспечению объективности",
                "deadline: до 01.02.2021, responsible: Руководители ОУ",
            ),
        ],
        [],
    ),
    # --- numbers
    ([row(one, f"Мера {one}", MAY) for one in ("1", "2", "4")], [("4", "number-gap")]),
    ([row(one, f"Мера {one}", MAY) for one in ("1", "2.1", "2.2", "3")], []),
    ([row(f"2.{one}", f"Мера {one}", MAY) for one in (2, 3, 10)], []),  # too few to be a whole section
    (
        [
            row(f"{part}.{one}", f"Мера {part} {one}", f"number: '{one}', section: Задача {part}, {MAY}")
            for part, numbers in ((1, (1, 2)), (2, (1, 3)))
            for one in numbers
        ],
        [("2.3", "number-gap")],  # Весьегонск: numbers begin anew
    ),
    (
        [
            row(f"{one}", f"Мера {one}", f"section: Раздел {part}, {MAY}")
            for part, numbers in ((1, (1, 2)), (2, (3, 4)))
            for one in numbers
        ],
        [],  # and here they go on
    ),
    ([row("1", "Первая", MAY), row("1а", "Вторая", f"number: '1', {MAY}")], [("1а", "number-twice")]),
    (
        [row("1a", "Первая", f"number: '1', {MAY}"), row("1а", "Вторая", f"number: '2', {MAY}")],
        [("1а", "look-alike-id")],
    ),
    # --- nothing proves it
    (
        [row("1", "Первая", MAY), row("2", "Вторая", MAY).replace("result: Справка, ", "")],
        [("2", "no-evidence")],
    ),
    (
        [row("1", "Первая", MAY).replace("result: Справка", "evidence: {kind: протокол}"), row("2", "Вторая", MAY)],
        [],
    ),
]


@pytest.mark.parametrize(("rows", "codes"), SEVERAL)
def test_measures_together(rows, codes, directory) -> None:
    assert [one[1:3] for one in found(rows, directory)] == codes


def test_the_other_measure_is_named(directory) -> None:
    rows = [row("1", "Мониторинг", MAY), row("2", "Мониторинг", MAY), row("3a", "В", f"number: '5', {MAY}")]
    rows += [row("3а", "Г", f"number: '5', {MAY}")]
    assert found(rows, directory) == [
        (
            FIRST + 1,
            "2",
            "duplicate-measure",
            "повторяет № 1 (строка 10): если это одно поручение, оставьте одно",
        ),
        (FIRST + 2, "3a", "number-gap", "перед № 5 нет № 3, 4: проверьте, не пропала ли мера"),
        (
            FIRST + 3,
            "3а",
            "look-alike-id",
            "id «3а» и «3a» на вид одинаковы (русские и латинские буквы): дайте мере другой",
        ),
        (
            FIRST + 3,
            "3а",
            "number-twice",
            "№ 5 стоит в разделе ещё раз (впервые в строке 12): исправьте № или раздел (section)",
        ),
    ]


def test_a_plan_in_which_nothing_proves_anything_is_told_once(directory) -> None:
    rows = [row(str(n), f"Мера {n}", MAY).replace("result: Справка, ", "") for n in range(1, 19)]  # Артём
    message = (
        "ни у одной меры не сказано, чем подтверждается исполнение: допишите result или evidence, "
        "иначе что считать отчётом, решит исполнитель"
    )
    assert found(rows, directory) == [(9, None, "no-evidence", message)]


EVENTS = [  # the event, code and sentence
    ("start: 2021-03-15, end: 2021-05-21, phrases: [проведения ВПР]", None, None),
    (
        "start: 2021-03-15, end: 2021-05-21",
        "unused-event",
        "события «ВПР» ни одна мера не ждёт: впишите мере event: vpr или уберите его",
    ),
    ("start: 2021-03-15, end: 2021-05-21, status: cancelled", None, None),
    (
        "start: 2020-03-15, end: 2020-05-21, phrases: [проведения ВПР]",
        "event-outside-plan",
        "событие «ВПР» (15.03.2020–21.05.2020) лежит вне плана (14.10.2020–31.08.2021): проверьте год",
    ),
    (
        "start: 2021-09-20, end: 2021-10-21, phrases: [проведения ВПР]",
        "event-outside-plan",
        "событие «ВПР» (20.09.2021–21.10.2021) лежит вне плана (14.10.2020–31.08.2021): проверьте год",
    ),
    (
        "start: 2020-10-01, phrases: [проведения ВПР]",  # one day, before the order
        "event-outside-plan",
        "событие «ВПР» (01.10.2020–01.10.2020) лежит вне плана (14.10.2020–31.08.2021): проверьте год",
    ),
]


@pytest.mark.parametrize(("event", "code", "message"), EVENTS)
def test_an_event(event, code, message, directory) -> None:
    cell = "deadline: в период проведения ВПР" if "phrases" in event else "deadline: Май 2021"
    rows = [row("1", "Мониторинг", f"{cell}, {COORDINATOR}")]
    told = found(rows, directory, events=f"events:\n  - {{id: vpr, title: ВПР, {event}}}\n")
    assert [one for one in told if one[1] is None] == ([(10, None, code, message)] if code else [])


TITLES = [
    ("План на 2021-2024 гг.", "в названии плана 2021–2024, а срок плана — 01.09.2020–31.08.2021: проверьте horizon"),
    ("План на 2021 год", "в названии плана 2021, а срок плана — 01.09.2020–31.08.2021: проверьте horizon"),
    ("План на 2020/21 учебный год", None),
    ("План в 2020-2021 учебном году (в ред. на 2019 год)", None),
    ("План на 2021 год (в редакции плана на 2020-2021 уч. год)", None),
    ("План по итогам 2018-2019 учебного года", None),  # not what it is made for
    ("План во исполнение приказа от 30.11.2019 г. № 5", None),
]


@pytest.mark.parametrize(("title", "message"), TITLES)
def test_a_title_with_other_years_than_the_plan(title, message, directory) -> None:
    told = found([row("1", "А", MAY)], directory, HEAD.replace("План мероприятий на 2020-2021 уч. год", title))
    assert told == ([(5, None, "horizon-conflict", message)] if message else [])


def test_an_order_later_than_the_whole_plan(directory) -> None:
    told = found([row("1", "А", MAY)], directory, HEAD.replace("2020-10-14", "2022-10-14"))
    message = "приказ от 14.10.2022 позже всего срока плана (01.09.2020–31.08.2021): проверьте год там и там"
    assert told[0] == (5, None, "horizon-conflict", message)


def test_what_only_all_measures_tell_waits_until_all_can_be_read(directory) -> None:
    rows = [f'id: "1", title: а, {MAY}', "id: 2, title: б", f'id: "3", title: в, {MAY}']
    text = f"{HEAD}measures:\n" + "".join(f"  - {{{one}}}\n" for one in rows)
    assert [one.code for one in read_plan(text, "plan.yaml", directory)[1]] == ["wrong-type"]


# --- several plans


def plan(name: str, before: str = "", after: str = ""):
    roadmap, _ = read_plan((PLANS / f"{name}.yaml").read_text(encoding="utf-8").replace(before, after), name, None)
    return roadmap


def test_one_document_read_twice_is_told_once(directory) -> None:
    twice = {"a.yaml": plan("lysva-2021"), "b.yaml": plan("lysva-2021", "id: lysva-2021", "id: lysva-pdf")}
    (told,) = repeated_plans(twice, directory)
    assert (told.file, told.code, told.message) == (
        "b.yaml",
        "duplicate-measure",
        "повторяет план a.yaml, меры: 14 (№ 1.1, 1.2, 2.1 …): если это один документ, оставьте один файл",
    )


def test_neighbours_whose_organization_is_not_said_may_share_measures(directory) -> None:
    shared, own = row("1", "Мониторинг", MAY), [row(str(n), f"Мера {n}", MAY) for n in range(2, 5)]

    def draft(name: str, rows: list[str]):
        body = "".join(f"  - {{{one}}}\n" for one in rows)
        return read_plan(f"{HEAD.replace('demo-2021', name)}measures:\n{body}", name, None)[0]

    neighbour = draft("b", [shared, *(one.replace("Мера", "Дело") for one in own)])
    assert list(repeated_plans({"a": draft("a", [shared, *own]), "b": neighbour}, directory)) == []
    again = draft("b", [shared, *own[:2], row("4", "Иное", MAY)])
    (told,) = repeated_plans({"a": draft("a", [shared, *own]), "b": again}, directory)
    assert "меры: 3 (№ 1, 2, 3)" in told.message


def test_two_organizations_may_have_one_plan(directory) -> None:
    other = plan("lysva-2021", "Управление образования Лысьвенского", "Управление образования Чусовского")
    assert list(repeated_plans({"a.yaml": plan("lysva-2021"), "b.yaml": other}, directory)) == []


# --- the five plans: what is said of them, all of it

SAID = {
    "artem-2020": {
        "no-evidence": [None],
        "self-control": ["1", "3", "4", "9", "11", "12", "15"],
        "outside-schedule": ["4"],
        "outside-horizon": ["14", "15", "16", "17", "18"],
        "no-lead": ["17"],
    },
    "kislovodsk-2021": {
        "no-evidence": [None],
        "no-deadline": ["1.1", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "3.1", "3.2", "3.3", "4"],
        "self-control": ["4"],
    },
    "lysva-2021": {"no-evidence": ["2.9"]},
    "vesyegonsk-2020": {
        "ambiguous": ["1.1", "2.9", "2.10", "2.14"],
        "outside-schedule": ["1.4", "2.6", "2.8"],
        "no-lead": ["1.4", "3.3", "3.4"],
        "outside-horizon": ["2.4"],
    },
    "yeniseysk-2023": {
        "unused-event": [None],  # ВПР 2024 has its days, and 1.2 («графиком проведения ВПР») is not bound to it
        "before-order": ["1.1"],
        "outside-schedule": ["1.2", "2.4"],
        "event-undated": ["2.1", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6"],
        "no-lead": ["4.2"],
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_all_that_is_said_of_a_real_plan(name, directory) -> None:
    _, problems = read_plan((PLANS / f"{name}.yaml").read_text(encoding="utf-8"), name, directory)
    told: dict[str, list[str | None]] = {}
    for one in problems:
        if one.level is not Level.NOTE:
            told.setdefault(one.code, []).append(one.measure)
    assert told == SAID[name]


def test_no_measure_of_the_five_plans_is_taken_for_another(directory) -> None:
    plans = {name: plan(name) for name in NAMES}
    assert list(repeated_plans(plans, directory)) == []
