"""`srok rehearse`: the messages of the coming years before anything is switched on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from engine.calendar import WorkCalendar
from engine.errors import PlanError, SrokError
from engine.office import Office
from engine.settings import Settings
from flows.rehearsal import Rehearsed, rehearse, together
from srok.inputs import read_inputs
from srok.screens import console, print_problems, rung_words, table

_KINDS = {
    "opening": "поручение",
    "input": "материалы",
    "reminder": "напоминание",
    "due": "день срока",
    "overdue": "просрочка",
    "controller": "контролёру",
    "head": "руководителю",
    "digest": "сводка",
    "report": "отчёт за период",
}
MOST_DAYS = 366 * 20


class _DaysError(SrokError):
    """The days asked for make no span."""

    exit_code = 2


def run_rehearsal(paths: Iterable[Path], settings: Settings, start: date, end: date, *, jsonl: bool) -> None:
    """Print every message between two days.

    Raises:
        PlanError: A plan is broken.
    """
    if not 0 <= (end - start).days <= MOST_DAYS:
        raise _DaysError("--to должно быть не раньше --from и не позже чем через 20 лет")
    inputs = read_inputs(paths, settings, real_people=False)
    if inputs.errors:
        print_problems(inputs)
        raise PlanError(f"исправьте ошибки ({len(inputs.errors)}) и повторите")
    if inputs.example:
        sys.stderr.write("Файла людей нет: взяты люди из примера (people.example.yaml).\n")
    offices = [Office(one, inputs.directory, WorkCalendar(one.rules), settings.owner) for one in inputs.plans.values()]
    by_plan = {office.roadmap.plan.id: office for office in offices}
    actions = [one for office in offices for one in rehearse(office, start, end)]
    lines = together(sorted(actions, key=lambda one: (one.at, one.key)))
    found = [(line, by_plan[line.action.plan]) for line in lines]
    if jsonl:
        for line, office in found:
            sys.stdout.write(json.dumps(line.as_json(office), ensure_ascii=False) + "\n")
        return
    _print(found)


def _print(found: list[tuple[Rehearsed, Office]]) -> None:
    rows = []
    for line, office in found:
        one = line.action
        person = office.directory.people.get(one.person or "")
        name = person.name if person else "некому"
        at = one.at.astimezone(office.zone_of(one.person))
        what = f"{one.plan} № {one.measure}" if one.measure else one.plan
        rows.append((f"{at:%d.%m.%Y %H:%M}", what, _KINDS.get(one.kind, one.kind), name, rung_words(one.rung)))
    table(console(), "Репетиция", ("когда", "что", "вид", "кому", "ступень"), rows)
    letters = len({line.message for line, _ in found})
    console().print(f"Сообщений: {len(found)}, писем: {letters}. Ничего не отправлено.")
