"""The page of a measure: how its deadline was read, each occurrence, and who was told and did what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from engine.assignment import OPEN, RUSSIAN, Case, is_complete, term
from engine.calendar import Event, explain
from engine.errors import NotFoundError
from engine.occurrence import expected
from engine.office import Office
from engine.people import Directory
from engine.plan import Measure, understand
from engine.report import STANDING_RUSSIAN, Line, lines, standing
from engine.store import queries
from srok.board import PAGE
from srok.history import History, history, told

ANSWERING = 200
"""Who answers for one occurrence, on the page."""
_MOVES = frozenset({"dated", "moved", "released", "extension-asked", "extension-granted", "extension-refused"})


@dataclass(frozen=True, slots=True)
class Term:
    """One occurrence on the page; ``facts`` are its days with their names, ``rows`` who answers and how it stands."""

    name: str
    standing: str
    state: str
    open: bool
    facts: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, str, str, str]]
    left_out: int
    moves: Sequence[tuple[str, str, str]]


def measure_page(
    session: Session,
    directory: Directory,
    owner: str | None,
    plan_id: str,
    measure_id: str,
    page: int,
    now: datetime,
) -> dict[str, Any] | None:
    """Return what the template `measure.html.j2` is given; None where there is no such measure.

    Only what is named here reaches the page: no address, account, Message-ID or note of the plan's file does.
    """
    try:
        office = queries.office(queries.plan(session, plan_id), directory, owner)
    except NotFoundError:
        return None
    rows = queries.occurrences(session, plan_id, measure_id)
    known = queries.measures(office.roadmap)
    if measure_id not in known and not rows:
        return None
    measure = known.get(measure_id) or queries.struck(measure_id)
    cases = queries.cases(session, rows, {plan_id: known})
    found = history(session, directory, plan_id, measure_id)
    today = now.astimezone(office.zone).date()
    events = queries.events(session, office.roadmap)
    return {
        "today": today,
        "plan": office.roadmap.plan.title,
        "plan_id": plan_id,
        "measure_id": measure_id,
        "number": office.roadmap.label(measure),
        "title": " ".join(measure.title.split()),
        "facts": list(_facts(measure, office, events)) if measure_id in known else [],
        "reading": list(_reading(measure, office, directory, events)) if measure_id in known else [],
        "terms": _terms(cases, found, directory, events, today),
        **_history(found, directory, page),
    }


def _facts(measure: Measure, office: Office, events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    directory = office.directory
    controller = directory.people.get(office.controller(measure) or "")
    event = next((one.title for one in events if one.id == measure.event), "")
    evidence = measure.evidence
    yield from (
        (name, text)
        for name, text in (
            ("Раздел", measure.section or ""),
            ("Пункт документа", measure.clause or ""),
            ("Ответственный в плане", ", ".join(measure.responsibles) or "не назван"),
            ("Контролёр", controller.name if controller else "не назначен"),
            ("Событие", event),
            ("Результат", measure.result or ""),
            ("Подтверждение", f"{evidence.kinds}{'' if evidence.required else ' (если есть)'}" if evidence else ""),
        )
        if text
    )


def _reading(
    measure: Measure, office: Office, directory: Directory, events: Sequence[Event]
) -> Iterator[tuple[str, list[str]]]:
    """Say how the cell was read: its words, the reading with what was taken and doubted, the decision, the days."""
    cell, understood = measure.cell, understand(measure, office.roadmap.horizon)
    yield (
        "Написано в плане",
        [f"«{cell.text.strip()}»" if (cell.text or "").strip() and cell.text else "срок не указан"],
    )
    wanted = expected(measure, office.roadmap, directory, events, office.calendar)
    if understood.refusal is not None:
        yield "Не прочитано", [one for one in (understood.refusal, understood.hint) if one]
    elif understood.deadline is None or understood.reading is None:
        yield "Прочитано", ["срок держится на событии, которое названо в плане"]
    else:
        said = explain(understood.deadline, understood.reading, (), office.calendar)
        for name, prefix in (("Прочитано", "Прочитано: "), ("Принято", "Принято: "), ("Сомнения", "Сомнение: ")):
            part = [one.removeprefix(prefix) for one in said if one.startswith(prefix)]
            if part:
                yield name, part
        days = explain(understood.deadline, understood.reading, wanted.windows, office.calendar)[len(said) :]
        yield "Дни по плану", days
    for name, decided in (("Решение о сроке", cell.fix), ("Прочтение подтверждено", cell.confirmed)):
        if decided is not None:
            to = f"срок {cell.fix.to:%d.%m.%Y}; " if decided is cell.fix and cell.fix is not None else ""
            yield name, [f"{to}{decided.by}: {decided.why}"]
    if wanted.remarks:
        yield "Замечания", list(wanted.remarks)


def _terms(
    cases: Sequence[Case], found: History, directory: Directory, events: Sequence[Event], today: date
) -> list[Term]:
    ordered = sorted(cases, key=lambda case: (case.occurrence.due_on or date.max, case.occurrence.n))
    following = next((one for one in ordered if not _is_over(one)), None)
    return [
        _term(case, found, directory, events, today, is_open=case is following or len(ordered) == 1) for case in ordered
    ]


def _is_over(case: Case) -> bool:
    return case.occurrence.cancelled or is_complete(case.assignments)


def _term(
    case: Case, found: History, directory: Directory, events: Sequence[Event], today: date, *, is_open: bool
) -> Term:
    occurrence, part = case.occurrence, lines([case], today)
    ordered = [next(line for line in part if line.assignment.key == one.key) for one in case.assignments]
    late = any(line.overdue for line in part)
    due = occurrence.due_on
    stands = standing(part) if part else None
    words = "снято с контроля" if occurrence.cancelled or stands is None else STANDING_RUSSIAN[stands]
    state = "dropped" if occurrence.cancelled or stands is None else stands.value
    return Term(
        f"Срок {due:%d.%m.%Y}" if due else "Ждёт даты",
        words,
        state,
        is_open or late,
        list(_days(case, events)),
        [_answers(line, directory) for line in ordered[:ANSWERING]],
        max(0, len(ordered) - ANSWERING),
        list(_moves(case, found, directory)),
    )


def _days(case: Case, events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    one = case.occurrence
    event = next((known for known in events if known.id == one.event), None)
    if one.due_on is None:
        yield "Почему нет дня", one.awaiting or "причина не записана"
    if one.first is not None:
        yield "Открывается", f"{one.first:%d.%m.%Y}"
    if one.nominal_due_on not in {None, one.due_on}:
        yield "День по словам плана", f"{one.nominal_due_on:%d.%m.%Y}: выходной, срок сдвинут"
    if one.original_due_on not in {None, one.due_on}:
        yield "Первоначальный срок", f"{one.original_due_on:%d.%m.%Y}"
    if event is not None:
        days = f"{event.start:%d.%m.%Y} – {event.end:%d.%m.%Y}" if event.start and event.end else "дат ещё нет"
        title = "даты внесены к этому мероприятию" if event.title == event.id else f"«{event.title}»"
        yield "По событию", f"{title}, {days}" + (f"; основание: {event.basis}" if event.basis else "")
    if one.ambiguous:
        yield "Внимание", "прочтение срока не подтверждено: напоминания идут, о просрочке не докладывают"
    if one.to_reconcile:
        yield "Внимание", "срок прошёл до внесения плана: исполнение надо сверить"


def _answers(line: Line, directory: Directory) -> tuple[str, str, str, str]:
    """Say who answers, in what state, until when, and when it was reported on."""
    one, due = line.assignment, term(line.case.occurrence, line.assignment).due_on
    known = directory.people.get(one.person or "")
    names = dict.fromkeys(
        part for part in (one.title, directory.school_name(one.school), known.name if known else None) if part
    )
    stands = STANDING_RUSSIAN[line.standing]
    state = (
        stands if one.state not in OPEN else f"{RUSSIAN[one.state]}, просрочено" if line.overdue else RUSSIAN[one.state]
    )
    asked = f"; просят до {one.asked_until:%d.%m.%Y}" if one.asked_until else ""
    role = "" if one.blocking else " (соисполнитель)"
    return (
        ", ".join(names) + role,
        state + asked,
        f"{due:%d.%m.%Y}" if due else "—",
        f"{one.reported_on:%d.%m.%Y}" if one.reported_on else "—",
    )


def _moves(case: Case, found: History, directory: Directory) -> Iterator[tuple[str, str, str]]:
    """Yield when its day was set, moved, asked to be another or granted, with the basis, and by whom."""
    keys = {case.occurrence.key, *(one.key for one in case.assignments)}
    for row in found.rows:
        if row["type"] == "deed" and row["deed"] in _MOVES and row["subject"] in keys:
            at, words, _, who, _ = told(row, found, directory)
            yield at, words, who or "программа"


def _history(found: History, directory: Directory, page: int) -> dict[str, Any]:
    """Return one page of the history, the latest first."""
    total = len(found.rows)
    count = max(1, -(-total // PAGE))
    page = min(page, count)
    rows = found.rows[::-1][(page - 1) * PAGE : page * PAGE]
    return {
        "history": [told(row, found, directory) for row in rows],
        "history_total": total,
        "page": page,
        "pages": [(n, f"?page={n}#history") for n in range(1, count + 1)] if count > 1 else [],
    }
