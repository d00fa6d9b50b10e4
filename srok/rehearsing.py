"""`srok rehearse`: the messages of the coming years before anything is switched on."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from engine.calendar import WorkCalendar
from engine.errors import PlanError, SrokError
from engine.office import Office
from engine.settings import Settings
from flows.rehearsal import Rehearsed, rehearse, together
from flows.volume import volume
from srok.inputs import Inputs, example_people, read_inputs
from srok.next_steps import put_in, say_next, write_people
from srok.progress import doing
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


@dataclass(frozen=True, slots=True)
class Asked:
    """The days asked for; without them those of each plan. The list of messages comes with days or when asked for."""

    start: date | None = None
    end: date | None = None
    listed: bool = False
    jsonl: bool = False

    def days(self, office: Office, today: date) -> tuple[date, date]:
        """Return the first and the last day to rehearse of a plan: of one that runs, from *today* on.

        Raises:
            _DaysError: They make no span.
        """
        first, last = office.roadmap.first_day, office.roadmap.horizon.end
        running = first <= today <= last
        start, end = self.start or (today if running else first), self.end or last
        if not 0 <= (end - start).days <= MOST_DAYS:
            raise _DaysError("--to должно быть не раньше --from и не позже чем через 20 лет")
        return start, end


def run_rehearsal(paths: Sequence[Path], settings: Settings, asked: Asked, now: datetime) -> None:
    """Print how much mail would come, and every message of it.

    Raises:
        PlanError: A plan is broken.
    """
    inputs = read_inputs(paths, settings, real_people=False)
    if inputs.errors:
        print_problems(inputs)
        raise PlanError(f"исправьте ошибки ({len(inputs.errors)}) и повторите")
    if inputs.example:
        sys.stderr.write("Файла людей нет: взяты люди из примера (people.example.yaml).\n")
    offices = [Office(one, inputs.directory, WorkCalendar(one.rules), settings.owner) for one in inputs.plans.values()]
    spans = [asked.days(one, now.astimezone(one.zone).date()) for one in offices]
    by_plan = {office.roadmap.plan.id: office for office in offices}
    with doing("Проживаем дни плана"):
        actions = [one for office, span in zip(offices, spans, strict=True) for one in rehearse(office, *span)]
    lines = together(sorted(actions, key=lambda one: (one.at, one.key)))
    found = [(line, by_plan[line.action.plan]) for line in lines]
    if asked.jsonl:
        for line, office in found:
            sys.stdout.write(json.dumps(line.as_json(office), ensure_ascii=False) + "\n")
        return
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    letters = _print_volume(found, first, last)
    if asked.listed or asked.start or asked.end:
        _print(found)
    elif found:
        console().print("Каждое сообщение по отдельности покажет --list.")
    console().print(f"Сообщений: {len(found)}, писем: {letters}. Ничего не отправлено.")
    _print_next_step(inputs, settings, paths)


def _print_volume(found: Sequence[tuple[Rehearsed, Office]], first: date, last: date) -> int:
    """Print how much mail whom reaches, and what reaches nobody; return how many letters there are."""
    out, counted = console(), volume(found)
    people = {one: person for _, office in found for one, person in office.directory.people.items()}
    weeks = ((last - first).days + 1) / 7
    out.print(f"С {first:%d.%m.%Y} по {last:%d.%m.%Y}, если никто ни разу не отчитается:")
    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    made.add_column("кому", overflow="fold")
    for header in ("писем", "в неделю", "больше всего за неделю"):
        made.add_column(header, justify="right")
    for one in counted.loads:
        average = f"{one.letters / weeks:.1f}".replace(".", ",")
        made.add_row(people[one.person].name, str(one.letters), average, f"{one.most} (с {one.week:%d.%m.%Y})")
    if counted.loads:
        out.print(made)
    if counted.fullest:
        day, number = counted.fullest
        out.print(f"Больше всего писем в один день: {number}, {day:%d.%m.%Y}.")
    for person, number in counted.unsent.items():
        who = people[person].name if person else "некому, ответственный справочнику не известен"
        out.print(f"Не дойдёт, нет адреса: {who} — сообщений {number}; впишите адрес в people.yaml.")
    return counted.letters


def _print_next_step(inputs: Inputs, settings: Settings, paths: Sequence[Path]) -> None:
    people = (write_people(settings.people_file, example_people(settings)),) if inputs.example else ()
    say_next(*people, put_in(paths))


def _print(found: Sequence[tuple[Rehearsed, Office]]) -> None:
    rows = []
    for line, office in found:
        one = line.action
        person = office.directory.people.get(one.person or "")
        name = person.name if person else "некому"
        at = one.at.astimezone(office.zone_of(one.person))
        what = f"{one.plan} № {one.measure}" if one.measure else one.plan
        rows.append((f"{at:%d.%m.%Y %H:%M}", what, _KINDS.get(one.kind, one.kind), name, rung_words(one.rung)))
    table(console(), "Репетиция", ("когда", "что", "вид", "кому", "ступень"), rows)
