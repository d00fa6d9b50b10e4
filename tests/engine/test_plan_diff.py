"""What differs between two plans: every field of the schema is said, moved due days first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from engine.people import Directory
from engine.plan import Roadmap
from engine.plan_diff import Difference, Differs, diff_plans
from engine.plan_file import read_plan
from engine.yaml_text import Shape

LYSVA = (Path(__file__).parents[2] / "plans" / "lysva-2021.yaml").read_text(encoding="utf-8")
FULL = """
plan:
  id: full-2027
  title: План
  organization: Управление
  timezone: Asia/Yekaterinburg
  horizon: {from: 2027-01-01, to: 2027-12-31, basis: заголовок}
  order: {kind: приказ, number: "1", date: 2026-12-14, place: Лысьва, signatory: И.И. Иванов}
  issuer: Начальник
  controller: Контролёр
  coordinator: Координатор
  deputy_head: Заместитель
  self_control: true
  calendar: {shift: next, extra_days_off: [2027-03-05], extra_working_days: [2027-03-06]}
  escalation:
    slot: "10:00"
    hours: ["09:30", "17:00"]
    short_window_days: 9
    short_window_lead: 4
    stalled_working_days: [2, 5]
    steps: [{rung: -9d, kind: reminder, to: executors, anchor: due, offset: -9, working: true, min_window: 3}]
  measure_schedules: false
  source: план.txt
events:
  - {id: vpr, title: ВПР, start: 2027-04-12, end: 2027-05-21, status: confirmed, basis: приказ, phrases: [ВПР]}
measures:
  - id: "1"
    number: "7"
    section: Раздел
    clause: Приложение, п. 7
    title: Проверка
    deadline:
      text: до 21 июня 2027
      fix: {to: 2027-06-18, by: Начальник, why: письмо}
      confirmed: {by: Начальник, why: проверено}
    event: vpr
    responsible: [Управление, Руководители ОУ]
    controller: Отдел
    self_control: true
    result: Справка
    evidence: {kind: [справка, протокол], required: false}
    schools: [one, two]
    completion: lead
    checkpoints: [2027-03-01]
    findings: [Проверьте]
    notes: Примечание
  - id: "2"
    title: Части
    deadline: май 2027
    sub:
      - id: a
        number: 2а
        title: Первая
        deadline: {text: апрель 2027, fix: {to: 2027-04-28, by: Отдел, why: так}, confirmed: {by: Отдел, why: да}}
        event: vpr
        responsible: [Отдел]
        controller: Управление
        result: Акт
        evidence: {kind: [акт], required: false}
        schools: [one]
        completion: lead
"""


def plan(text: str) -> Roadmap:
    roadmap, problems = read_plan(text, "план.yaml", None)
    assert roadmap is not None, problems
    return roadmap


def diff(old: str, new: str) -> list[Difference]:
    return list(diff_plans(plan(old), plan(new), Directory({})))


def said(old: str, new: str) -> list[str]:
    return [one.message for one in diff(old, new)]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every field of the shapes in *value*, and to every shape in its lists."""
    if isinstance(value, Shape):
        for name in type(value).model_fields:
            own = getattr(value, name)
            inner = list(leaves(own, (*path, name)))
            yield from inner or ([] if own is None or own == () else [(*path, name)])
    elif isinstance(value, tuple) and value and isinstance(value[0], Shape):
        for index, one in enumerate(value):
            yield from leaves(one, (*path, index))


def another(value: Any) -> Any:
    """Return a value of the same kind that is another."""
    if isinstance(value, Enum):
        return next(one for one in type(value) if one is not value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "я"
    if isinstance(value, tuple):
        return value[:-1]
    return value - timedelta(days=1)


def changed(value: Any, path: tuple[Any, ...], make: Any = another) -> Any:
    """Return *value* with what *path* leads to changed."""
    head, *rest = path
    inner = value[head] if isinstance(head, int) else getattr(value, head)
    new = changed(inner, tuple(rest), make) if rest else make(inner)
    if isinstance(head, int):
        return (*value[:head], new, *value[head + 1 :])
    return value.model_copy(update={head: new})


FIELDS = list(leaves(plan(FULL)))


def shapes(value: Any) -> Iterator[Shape]:
    if isinstance(value, Shape):
        yield value
        for name in type(value).model_fields:
            yield from shapes(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from shapes(one)


def test_the_full_plan_has_every_field_of_every_shape() -> None:
    """A field that the schema gets later has to be put into FULL, and is then walked like the others."""
    given: dict[str, set[str]] = {}
    fields: dict[str, set[str]] = {}
    for shape in shapes(plan(FULL)):
        filled = {name for name, value in shape if value is not None and value != ()}
        given[type(shape).__name__] = given.get(type(shape).__name__, set()) | filled
        fields[type(shape).__name__] = set(type(shape).model_fields)
    assert given == fields
    assert {"Header", "Measure", "Work", "Fix", "Confirmed", "Evidence", "EventShape", "Policy", "Step"} <= set(given)


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: ".".join(map(str, path)))
def test_no_field_changes_in_silence(path: tuple[Any, ...]) -> None:
    old = plan(FULL)
    new = changed(old, path)
    found = diff_plans(old, new, Directory({}))
    assert found
    assert any(
        str(part) in one.field for one in found for part in [path[-1], {"start": "from", "end": "to"}.get(path[-1])]
    ) or (path[-1] in {"id", "rung"})
    assert all(one.message and "None" not in one.message for one in found)


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: ".".join(map(str, path)))
def test_no_optional_field_comes_or_goes_in_silence(path: tuple[Any, ...]) -> None:
    old = plan(FULL)
    parent: Any = old
    for part in path[:-1]:
        parent = parent[part] if isinstance(part, int) else getattr(parent, part)
    field = type(parent).model_fields[path[-1]]
    if field.is_required() or field.get_default() == getattr(parent, path[-1]):
        return
    without = changed(old, path, lambda _: field.get_default())
    assert diff_plans(old, without, Directory({}))
    assert diff_plans(without, old, Directory({}))


def test_the_same_plan_written_otherwise_is_the_same() -> None:
    old = FULL.replace("[Управление, Руководители ОУ]", "Управление; Руководители ОУ").replace(
        "deadline: май 2027", "deadline: {text: май 2027}  # ещё раз"
    )
    assert diff(FULL, old) == []
    assert diff(LYSVA, "# другой комментарий\n" + LYSVA) == []


def test_a_moved_deadline_is_said_with_its_words_and_days_and_comes_first() -> None:
    new = LYSVA.replace("deadline: До 21 июня 2021", "deadline: до 31 августа 2021").replace(
        "result: Справка", "result: Акт"
    )
    assert said(LYSVA, new) == [
        "п. 1.1: срок «До 21 июня 2021» → «до 31 августа 2021»; исполнить до 21.06.2021 → 31.08.2021",
        "п. 1.1: срок «До 21 июня 2021» → «до 31 августа 2021»",
        "п. 3.2: результат «Справка» → «Акт»",
    ]
    assert [one.kind for one in diff(LYSVA, new)] == [Differs.MOVED, Differs.CHANGED, Differs.CHANGED]


DAYS = [
    # one of the years goes
    (
        "до: 2024-12-31",
        "",
        "Ежегодно Сентябрь",
        "до 30 сентября 2021",
        "больше не исполнять до 30.09.2022, 29.09.2023, 30.09.2024",
    ),
    (
        "",
        "",
        "Ежегодно Июнь, август",
        "Ежегодно август",
        "больше не исполнять до 30.06.2021, 30.06.2022, 30.06.2023, 28.06.2024",
    ),
    ("", "", "Ежегодно (август)", "август 2021", "больше не исполнять до 31.08.2022, 31.08.2023, 30.08.2024"),
    ("", "", "Сентябрь 2021", "по графику", "исполнить до 30.09.2021 → дня, которого ещё нет"),
    ("", "", "Сентябрь 2021", "когда-нибудь", "исполнить до 30.09.2021 → дня, которого ещё нет"),
]


@pytest.mark.parametrize(("words", "other", "days"), [row[2:] for row in DAYS])
def test_days_that_come_and_go_are_named(words: str, other: str, days: str) -> None:
    first = diff(LYSVA, LYSVA.replace(f"deadline: {words}\n", f"deadline: {other}\n"))[0]
    assert first.kind is Differs.MOVED
    assert first.message.endswith(f"срок «{words}» → «{other}»; {days}")


def test_a_day_moved_without_a_word_of_the_cell_is_said_too() -> None:
    event = FULL.replace("fix: {to: 2027-06-18, by: Начальник, why: письмо}", "").replace(
        "text: до 21 июня 2027", "text: в период ВПР"
    )
    assert said(event, event.replace("end: 2027-05-21", "end: 2027-05-28"))[0] == (
        "п. 7: исполнить до 21.05.2027 → 28.05.2027"
    )
    assert said(LYSVA, LYSVA.replace("controller: Нач", "calendar: {shift: none}\n  controller: Нач"))[0] == (
        "п. 2.1: исполнить до 30.08.2024 → 31.08.2024"
    )


def test_another_first_day_is_said_where_the_last_stays() -> None:
    new = LYSVA.replace("horizon: {from: 2021-01-01", "horizon: {from: 2021-02-01")
    first = next(one for one in diff(LYSVA, new) if one.kind is Differs.OPENS)
    assert (first.measure, first.message) == ("1.1", "п. 1.1: начало 01.01.2021 → 01.02.2021")


def test_a_decision_moves_the_day_only_as_a_sync_would_have_it() -> None:
    own = "deadline: {text: До 21 июня 2021, fix: {to: 2021-06-25, by: X, why: y}}"
    new = LYSVA.replace("deadline: До 21 июня 2021", own)
    assert [one.field for one in diff(LYSVA, new)] == ["deadline.fix"]
    by_issuer = new.replace("by: X", "by: Начальник управления образования")
    assert said(LYSVA, by_issuer)[0] == "п. 1.1: исполнить до 21.06.2021 → 25.06.2021"


def test_struck_added_and_renumbered_measures_are_told_as_such() -> None:
    head, tail = LYSVA.split('  - id: "2.8"')
    rest = tail[tail.index('  - id: "2.9"') :].replace('  - id: "2.9"', '  - id: "2.9"\n    number: "2.8"')
    new = head + rest + '\n  - {id: "3.3", title: Отчёт, deadline: май 2022, responsible: Управление образования}\n'
    struck, renumbered = (" ".join(one.title.split()) for one in plan(LYSVA).measures[9:11])
    assert said(LYSVA, new) == [
        "п. 3.3 «Отчёт»: срок «май 2022», исполнить до 31.05.2022, ответственный «Управление образования»",
        f"п. 2.8 «{struck}»: срок «Сентябрь 2021», исполнить до 30.09.2021, ответственный «Управление образования»",
        f"№ 2.9 → № 2.8: «{renumbered}»",
    ]
    back = [(one.kind, one.measure) for one in diff(new, LYSVA)]
    assert back == [(Differs.ADDED, "2.8"), (Differs.STRUCK, "3.3"), (Differs.RENUMBERED, "2.9")]


def test_a_changed_id_is_warned_of() -> None:
    new = LYSVA.replace('id: "3.1"', 'id: "3-1"\n    number: "3.1"')
    assert said(LYSVA, new) == ["п. 3.1: id изменён «3.1» → «3-1»: напоминания начнутся заново, верните прежний id"]


def test_an_id_that_another_measure_has_taken_is_warned_of() -> None:
    new = LYSVA.replace('id: "3.1"', 'id: "x"').replace('id: "3.2"', 'id: "3.1"').replace('id: "x"', 'id: "3.2"')
    warned = [one.message for one in diff(LYSVA, new) if one.kind is Differs.REIDENTIFIED]
    why = "верните прежние id, иначе история перейдёт к другому"
    assert warned == [
        f"п. 3.2: под id «3.2» стоит мероприятие, у которого был id «3.1»: {why}",
        f"п. 3.1: под id «3.1» стоит мероприятие, у которого был id «3.2»: {why}",
    ]


def test_sub_measures_are_compared_as_measures_are() -> None:
    new = FULL.replace("text: апрель 2027, fix: {to: 2027-04-28, by: Отдел, why: так}", "text: март 2027")
    assert said(FULL, new) == [
        "п. 2 2а: срок «апрель 2027» → «март 2027»; исполнить до 28.04.2027 → 31.03.2027",
        "п. 2 2а: срок «апрель 2027» → «март 2027»",
        "п. 2 2а: срок, исправление срока (fix) (до: 28.04.2027; кто: «Отдел»; почему: «так») → нет",
    ]


def test_of_findings_only_those_that_came_or_went_are_said() -> None:
    old = FULL.replace("findings: [Проверьте]", "findings: [Проверьте, Спросите]")
    new = FULL.replace("findings: [Проверьте]", "findings: [Проверьте, Решите]")
    assert said(old, new) == ["п. 7: замечания: добавлено «Решите»; убрано «Спросите»"]
    turned = FULL.replace("findings: [Проверьте]", "findings: [Спросите, Проверьте]")
    assert said(old, turned) == ["п. 7: замечания «Проверьте», «Спросите» → «Спросите», «Проверьте»"]


def test_a_value_with_marks_of_the_terminal_is_shown_on_one_line() -> None:
    old = plan(LYSVA)
    new = changed(old, ("measures", 0, "result"), lambda _: "a\x1b[31m\n\u202eб")
    assert [one.message for one in diff_plans(old, new, Directory({}))] == [
        "п. 1.1: результат «План мероприятий» → «a�[31m �б»"
    ]
