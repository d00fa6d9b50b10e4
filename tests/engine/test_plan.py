"""Plan files: what is wrong with them is all told in one run, and what their deadlines say is decided by people."""

from datetime import date
from pathlib import Path

import pytest

from engine.calendar import Horizon
from engine.errors import Level
from engine.plan import Confirmed, DeadlineCell, Fix, Measure, Roadmap, understand
from engine.plan_file import read_plan

PLANS = Path(__file__).parents[2] / "plans"
HEAD = """\
plan:
  id: demo-2021
  title: План мероприятий
  timezone: Asia/Vladivostok
  horizon: {from: 2020-09-01, to: 2021-08-31}
  issuer: Начальник управления образования
  controller: Заместитель начальника управления образования
"""
ROWS = HEAD + "measures:\n"


def told(text, directory) -> list[tuple[int | None, str | None, str, str]]:
    """Every problem as line, №, code and message; the roadmap by the errors.

    What proves the measures is asked of every plan below and has tests of its own.
    """
    roadmap, problems = read_plan(text, "plan.yaml", directory)
    assert (roadmap is None) == any(one.level is Level.ERROR for one in problems)
    assert all(one.file == "plan.yaml" for one in problems)
    return [(one.line, one.measure, one.code, one.message) for one in problems if one.code != "no-evidence"]


# --- all in one run

EVERYTHING = """\
plan:
  id: demo-2021
  title: План мероприятий
  timezone: Asia/Artem
  horizon: {from: 2020-09-01, to: 2021-08-31}
  order: {kind: приказ, number: "218", date: 2020-10-14}
  issuer: Начальник управления образования
  controller: Руководители ОУ
  controler: Кто-то
мероприятия: []
measures:
  - {id: "1", title: Первое, deadline: до 31 июня 2021, responsible: Отдел связи с марсианами}
  - {id: "1", title: Второе, deadline: Сентябрь 2020, responsible: Отдел образования}
  - {id: 2.10, title: Третье, deadline: Апрель 2021}
  - {id: "3", title: Четвёртое, title: Пятое, срок: май, deadline: по настроению, responsible: Отдел образования}
  - {id: "4", title: Шестое, deadline: {text: Апрель 2021, fix: {to: 2021-04-31, by: x, why: y}}}
  - {id: "5", title: Седьмое, deadline: 2021-04-30, responsible: Отдел образования}
  - {id: "6", title: Восьмое, deadline: май 2022, event: впр, controller: Никто, schools: [sosh-1]}
"""


def test_every_problem_is_told_in_one_run(directory) -> None:
    assert told(EVERYTHING, directory) == [
        (
            4,
            None,
            "unknown-zone",
            "часового пояса «Asia/Artem» нет: запишите имя IANA, например Asia/Yekaterinburg или Europe/Moscow",
        ),
        (
            8,
            None,
            "unknown-controller",
            "«Руководители ОУ» не найден в справочнике людей как один человек: добавьте его в people.yaml",
        ),
        (9, None, "unknown-key", "неизвестный ключ «controler»: такого поля нет, проверьте написание"),
        (10, None, "unknown-key", "неизвестный ключ «мероприятия»: такого раздела нет, проверьте написание"),
        (
            12,
            "1",
            "deadline-refused",
            "срок не понят: такой даты нет, не разобрано с 4-го знака: «31 июня 2021»; исправьте день или номер",
        ),
        (
            12,
            "1",
            "unknown-responsible",
            "«Отдел связи с марсианами» нет в справочнике людей: добавьте в people.yaml",
        ),
        (
            13,
            "1",
            "before-order",
            "срок 30.09.2020 — раньше даты приказа (14.10.2020): новый срок назначает подписавший (fix)",
        ),
        (13, "1", "duplicate-id", "id «1» занят дважды (впервые в строке 12): дайте мероприятию другой"),
        (14, "2.10", "wrong-type", "«id»: нужна строка, возьмите значение в кавычки"),
        (
            15,
            "3",
            "deadline-refused",
            (
                "срок не понят: не разобрано с 1-го знака: «по настроению»; "
                "что читается и как написать иначе — в docs/ru/soglasheniya.md"
            ),
        ),
        (15, None, "duplicate-key", "ключ «title» записан дважды: оставьте один"),
        (15, "3", "unknown-key", "неизвестный ключ «срок»: такого поля нет, проверьте написание"),
        (16, "4", "wrong-date", "такой даты нет: 2021-04-31"),
        (17, "5", "wrong-type", "«deadline»: нужна строка, возьмите значение в кавычки"),
        (18, "6", "no-responsible", "ответственный не назван, напоминания уйдут контролёру: впишите responsible"),
        (
            18,
            "6",
            "outside-horizon",
            "срок 31.05.2022 — позже конца плана (31.08.2021): исправьте год или подтвердите (confirmed)",
        ),
        (
            18,
            "6",
            "unknown-controller",
            "контролёр «Никто» не найден в справочнике людей как один человек: назовите другого",
        ),
        (18, "6", "unknown-event", "события «впр» нет в разделе events: добавьте его"),
        (18, "6", "unknown-school", "школы «sosh-1» нет в справочнике людей: исправьте id"),
    ]


def test_findings_alone_do_not_block(directory) -> None:
    text = ROWS + '  - {id: "1", title: Первое, deadline: когда-нибудь, responsible: Никто}\n'
    roadmap, problems = read_plan(text, "plan.yaml", directory)
    assert roadmap is not None
    assert [(one.level, one.code) for one in problems] == [
        (Level.FINDING, "no-evidence"),
        (Level.FINDING, "deadline-refused"),
        (Level.FINDING, "unknown-responsible"),
    ]


ROW_ERRORS = [
    # the row, №, code, message
    ('{id: "1"}', "1", "missing-key", "нет обязательного ключа «title»: допишите его"),
    ("{title: а}", None, "missing-key", "нет обязательного ключа «id»: допишите его"),
    ("Первое", None, "wrong-type", "«measures»: нужен раздел с ключами, а не одно значение"),
    ('{id: "1", title: ""}', "1", "wrong-type", "«title»: строка пуста"),
    ('{id: "1/2", title: а}', "1/2", "wrong-type", "«id»: недопустимые знаки, запишите иначе"),
    (
        '{id: "1", Title: б, title: а}',
        "1",
        "unknown-key",
        "неизвестный ключ «Title»: такого поля нет, проверьте написание",
    ),
    (
        '{id: "1", title: а, deadline: {text: май, fixx: 1}}',
        "1",
        "unknown-key",
        "неизвестный ключ «fixx»: такого поля нет, проверьте написание",
    ),
    (
        '{id: "1", title: а, deadline: {text: май, fix: {to: 2021-05-20}}}',
        "1",
        "missing-key",
        "нет обязательного ключа «by»: допишите его",
    ),
    (
        '{id: "1", title: а, deadline: {text: май, fix: {to: "2021-05-20", by: а, why: б}}}',
        "1",
        "wrong-type",
        "«to»: нужна дата вида 2021-06-21, без кавычек",
    ),
    (
        '{id: "1", title: а, deadline: {text: май, fix: {to: 9999-12-31, by: а, why: б}}}',
        "1",
        "wrong-date",
        "год вне 1950–2150: 9999-12-31",
    ),
    (
        '{id: "1", title: а, responsible: [а, 5]}',
        "1",
        "wrong-type",
        "«responsible»: нужна строка, возьмите значение в кавычки",
    ),
    (
        '{id: "1", title: а, deadline: {text: май, fix: {to: 2021-05-20, by: "", why: б}}}',
        "1",
        "wrong-type",
        "«by»: строка пуста",
    ),
    (
        '{id: "1", title: а, deadline: {text: май, fix: {to: 2021-05-20, by: а, why: "  "}}}',
        "1",
        "wrong-type",
        "«why»: недопустимые знаки, запишите иначе",
    ),
    (
        '{id: "1", title: а, deadline: {text: май, confirmed: {by: а, why: ""}}}',
        "1",
        "wrong-type",
        "«why»: строка пуста",
    ),
    (f'{{id: "{"1" * 81}", title: а}}', "1" * 81, "wrong-type", "«id»: длиннее 80 знаков"),
    (
        '{id: "1", title: "а\u202eб"}',
        None,
        "unseen-character",
        "в значении невидимый управляющий знак U+202E: удалите его",
    ),
    ('{id: "1", title: а, completion: any}', "1", "wrong-type", "«completion»: допускается только «all» или «lead»"),
    ('{id: "1", title: а, self_control: "да"}', "1", "wrong-type", "«self_control»: нужно true или false"),
]


@pytest.mark.parametrize(("row", "number", "code", "message"), ROW_ERRORS, ids=[row[0] for row in ROW_ERRORS])
def test_a_row_that_is_no_measure_is_refused(row, number, code, message) -> None:
    found = [
        one
        for one in told(f"{ROWS}  - {row}\n", None)
        if one[2] not in {"no-deadline", "no-responsible", "deadline-refused"}
    ]
    assert found[:1] == [(9, number, code, message)]


HEAD_ERRORS = [
    # words of the head, what stands there instead, line, code, message
    ("demo-2021", "план/2021", 2, "wrong-type", "«id»: недопустимые знаки, запишите иначе"),
    ("demo-2021", "demo 2021", 2, "wrong-type", "«id»: недопустимые знаки, запишите иначе"),
    ("  timezone: Asia/Vladivostok\n", "", 1, "missing-key", "нет обязательного ключа «timezone»: допишите его"),
    (
        "to: 2021-08-31",
        "to: 2020-08-31",
        5,
        "wrong-horizon",
        "срок плана кончается (31.08.2020) раньше, чем начинается (01.09.2020): поправьте даты",
    ),
    ("to: 2021-08-31", "to: 2021-09-31", 5, "wrong-date", "такой даты нет: 2021-09-31"),
    (
        "plan:\n",
        "plan:\n  escalation: {slot: '109:005'}\n",
        2,
        "wrong-type",
        "«slot»: недопустимые знаки, запишите иначе",
    ),
    ("plan:\n", "plan:\n  escalation: {hours: ['18:00', '09:00']}\n", 2, "wrong-type", "«hours»: значение не подходит"),
    (
        "plan:\n",
        "plan:\n  escalation: {hours: ['09:00+03:00', '18:00']}\n",
        2,
        "wrong-type",
        "«hours»: недопустимые знаки, запишите иначе",
    ),
    (
        "plan:\n",
        "plan:\n  escalation: {slot: '17:30'}\n",
        2,
        "wrong-type",
        "«escalation»: час рассылки 17:30 лежит вне рабочих часов 09:00–17:30",
    ),
    (
        "plan:\n",
        "plan:\n  escalation: {slot: '08:00'}\n",
        2,
        "wrong-type",
        "«escalation»: час рассылки 08:00 лежит вне рабочих часов 09:00–17:30",
    ),
    (
        "plan:\n",
        "plan:\n  escalation: {steps: [{rung: a, kind: напоминание, to: missing}]}\n",
        2,
        "wrong-type",
        "«kind»: допускается только «opening», «input», «reminder», «due», «overdue», «controller» или «head»",
    ),
    (
        "plan:\n",
        "plan:\n  escalation: {steps: [{rung: +3wd, kind: controller, to: head}]}\n",
        2,
        "wrong-type",
        "«steps»: ступень «+3wd»: вид «controller» не пишут получателю «head»",
    ),
    (
        "plan:\n",
        "plan:\n  escalation: {steps: [{rung: +3wd, kind: overdue, to: controller}]}\n",
        2,
        "wrong-type",
        "«steps»: ступень «+3wd»: вид «overdue» не пишут получателю «controller»",
    ),
    (
        "plan:\n",
        "plan:\n  escalation: {steps: [{rung: early, kind: head, to: head, offset: 0}]}\n",
        2,
        "wrong-type",
        "«steps»: ступень «early»: о неисполненном докладывают после срока (anchor due, offset от 1)",
    ),
    (
        "plan:\n",
        "plan:\n  escalation: {steps: [{rung: a, kind: due, to: all}]}\n",
        2,
        "wrong-type",
        "«to»: допускается только «executors», «co_executors», «missing», «controller» или «head»",
    ),
    (  # a rung is part of a message's key
        "plan:\n",
        "plan:\n  escalation: {steps: [{rung: a, kind: due, to: missing}, {rung: a, kind: input, to: missing}]}\n",
        2,
        "wrong-type",
        "«steps»: значение не подходит",
    ),
    (
        "plan:\n",
        "plan:\n  escalation: {steps: [{rung: a, kind: head, to: head, offset: 999999999}]}\n",
        2,
        "wrong-type",
        "«offset»: значение не подходит",
    ),
]


@pytest.mark.parametrize(("before", "after", "line", "code", "message"), HEAD_ERRORS)
def test_a_head_that_is_no_plan_is_refused(before, after, line, code, message) -> None:
    row = '  - {id: "1", title: а, deadline: май 2021, responsible: б}\n'
    assert told(ROWS.replace(before, after) + row, None) == [(line, None, code, message)]


FILE_ERRORS = [
    ("- 1\n", [(1, None, "wrong-type", "в файле плана должны быть разделы plan и measures")]),
    (
        'measures:\n  - {id: "1", title: а}\n',
        [(1, None, "missing-key", "нет раздела plan: опишите план (id, title, timezone, horizon)")],
    ),
    (HEAD + "measures: []\n", [(8, None, "missing-key", "раздел measures пуст: в плане ни одного мероприятия")]),
    (HEAD, [(1, None, "missing-key", "нет раздела measures: в плане ни одного мероприятия")]),
    (HEAD + "measures: {}\n", [(8, None, "wrong-type", "раздел measures должен быть списком")]),
    (
        HEAD + "events:\n  - {id: a, title: б, end: 2021-01-01}\n  - {id: a, title: в}\n"
        'measures:\n  - {id: "1", title: а, deadline: май 2021, responsible: б}\n',
        [
            (9, None, "wrong-event", "событие «a»: конец раньше начала или начала нет"),
            (10, None, "duplicate-id", "событие «a» записано дважды: дайте другой id"),
        ],
    ),
]


@pytest.mark.parametrize(("text", "found"), FILE_ERRORS)
def test_a_file_that_is_no_plan_is_refused(text, found) -> None:
    assert told(text, None) == found


def test_a_plan_without_controller_and_head_is_told(directory) -> None:
    text = "\n".join(line for line in ROWS.splitlines() if "issuer" not in line and "controller" not in line)
    text += '\n  - {id: "1", title: а, deadline: май 2021, responsible: Отдел образования}\n'
    assert told(text, directory) == [
        (
            1,
            None,
            "no-controller",
            "контролёр плана не назван, его права у ответственного за установку: впишите controller",
        ),
        (
            1,
            None,
            "no-head",
            "не названы ни руководитель, ни заместитель, докладывать некому: впишите issuer или deputy_head",
        ),
    ]


def test_findings_of_a_sub_measure_name_it_and_its_line_and_what_it_takes_from_its_row_is_told_once(directory) -> None:
    text = ROWS + (
        '  - id: "2.3"\n'
        "    title: Проведение контрольных срезов\n"  # Енисейск 2.3
        "    responsible: Отдел связи\n"
        "    sub:\n"
        '      - {id: "1", title: Ноябрьский, deadline: 31 ноября}\n'
        '      - {id: "2", title: Декабрьский, responsible: Никто}\n'
        '      - {id: "3", title: Годовой, deadline: май}\n'
        '  - {id: "2.3.1", title: Анализ, deadline: май, responsible: Отдел образования}\n'
    )
    assert told(text, directory) == [
        (11, "2.3", "unknown-responsible", "«Отдел связи» нет в справочнике людей: добавьте в people.yaml"),
        (
            13,
            "2.3.1",
            "deadline-refused",
            "срок не понят: такой даты нет, не разобрано с 1-го знака: «31 ноября»; исправьте день или номер",
        ),
        (14, "2.3.2", "no-deadline", "срок в документе не указан, мероприятие ждёт даты: впишите срок (deadline)"),
        (14, "2.3.2", "unknown-responsible", "«Никто» нет в справочнике людей: добавьте в people.yaml"),
        (16, "2.3.1", "duplicate-id", "id «2.3.1» занят дважды (впервые в строке 9): дайте мероприятию другой"),
    ]


def test_an_empty_deadline_is_one_that_is_not_there() -> None:
    rows = "".join(
        f'  - {{id: "{n}", title: а{n}, responsible: б, deadline: {cell}}}\n'
        for n, cell in enumerate(["", '""', '"  "'])
    )
    missing = ("no-deadline", "срок в документе не указан, мероприятие ждёт даты: впишите срок (deadline)")
    assert told(ROWS + rows, None) == [(9 + n, str(n), *missing) for n in range(3)]


def test_a_controller_who_executes_is_told_unless_the_plan_allows_it(directory) -> None:
    row = '  - {id: "1", title: а, deadline: Октябрь 2020, responsible: p-obraztsova%s}\n'
    message = (
        "контролёр «Заместитель начальника управления образования» и исполнитель «p-obraztsova» — один человек: "
        "отчёт примет руководитель; назначьте другого (controller) или запишите self_control: true"
    )
    found = (9, "1", "self-control", message)  # Артём 1
    assert told(ROWS + row % "", directory) == [found]
    assert told(ROWS + row % ", self_control: true", directory) == []


EVENTS = """\
events:
  - {id: vpr, title: ВПР, start: 2021-03-15, end: 2021-05-21, phrases: [проведения ВПР]}
  - {id: oge, title: ОГЭ, phrases: [проведения ОГЭ]}
"""
NO_DATES = "у события «ОГЭ» нет дат, мероприятие ждёт их: впишите start и end или srok event set demo-2021/oge"
BOUND = [
    # the cell and what stands beside it, code, message
    ("deadline: в период проведения ВПР", None, None),  # Весьегонск 2.5
    ("deadline: в период проведения ОГЭ", "event-undated", NO_DATES),
    ("deadline: по графику, event: oge", "event-undated", NO_DATES),
    ("event: oge", "event-undated", NO_DATES),
    ("event: vpr", None, None),
    ("deadline: в период проведения ЕГЭ, event: vpr", None, None),  # the event named stands for the words
    (
        "deadline: в период проведения ЕГЭ",
        "unknown-event",
        "ни одно событие плана не названо «проведения ЕГЭ», мероприятие ждёт даты: добавьте его в events",
    ),
    ("event: ege", "unknown-event", "события «ege» нет в разделе events: добавьте его"),
    ("deadline: {text: в период проведения ЕГЭ, fix: {to: 2021-05-20, by: а, why: б}}", None, None),
]


@pytest.mark.parametrize(("cell", "code", "message"), BOUND)
def test_a_measure_that_will_wait_for_its_event_is_told(cell, code, message) -> None:
    row = f'  - {{id: "1", title: а, responsible: б, {cell}}}\n'
    found = [one for one in told(f"{HEAD}{EVENTS}measures:\n{row}", None) if one[2] != "unused-event"]
    assert found == ([(12, "1", code, message)] if code else [])


def test_numbers_that_restart_make_all_labels_ids() -> None:
    rows = [("1.1", "1"), ("1.2", "2"), ("2.1", "1")]
    text = "".join(f'  - {{id: "{own}", number: "{number}", title: а}}\n' for own, number in rows)
    roadmap, _ = read_plan(ROWS + text, "plan.yaml", None)
    assert [roadmap.label(one) for one in roadmap.tracked()] == ["1.1", "1.2", "2.1"]
    roadmap, _ = read_plan(ROWS + text.replace('"1.1", number: "1"', '"1.1", number: "3"'), "plan.yaml", None)
    assert [roadmap.label(one) for one in roadmap.tracked()] == ["3", "2", "1"]


# --- what a cell says, and who decided it

SCHOOL_YEAR = Horizon(date(2020, 9, 1), date(2021, 8, 31))
DECISION = {"by": "Начальник", "why": "письмо № 5"}
SAYS = [
    # cell, refusal, in doubt
    (None, "срок в документе не указан", False),
    ("Октябрь 2020", None, False),
    ("в рабочем порядке", "не разобрано с 1-го знака: «в рабочем порядке»", False),
    ("2021 год", None, True),
    (DeadlineCell(text="2021 год", confirmed=Confirmed.model_validate(DECISION)), None, False),
    (DeadlineCell(text="2021 год", fix=Fix.model_validate({"to": date(2021, 6, 1), **DECISION})), None, False),
]


@pytest.mark.parametrize(("cell", "refusal", "ambiguous"), SAYS)
def test_a_cell_is_understood_or_refused_and_a_decision_settles_its_doubts(cell, refusal, ambiguous) -> None:
    understood = understand(Measure(id="1", title="а", deadline=cell), SCHOOL_YEAR)
    assert (understood.refusal, understood.ambiguous, understood.reading is None) == (
        refusal,
        ambiguous,
        refusal is not None,
    )


# --- the five plans


@pytest.mark.parametrize("name", ["artem-2020", "kislovodsk-2021", "lysva-2021", "vesyegonsk-2020", "yeniseysk-2023"])
def test_a_plan_is_the_same_after_the_store_kept_it(name) -> None:
    roadmap, _ = read_plan((PLANS / f"{name}.yaml").read_text(encoding="utf-8"), name, None)
    assert roadmap is not None
    assert Roadmap.model_validate_json(roadmap.model_dump_json(by_alias=True, exclude_defaults=True)) == roadmap


def test_a_row_with_subs_is_tracked_by_them(office) -> None:
    tracked = [one for one in office("yeniseysk-2023").roadmap.tracked() if one.id.startswith("2.3")]
    assert [one.id for one in tracked] == ["2.3.a", "2.3.b"]
    assert all(one.responsibles and one.section and not one.sub for one in tracked)
