"""From facts of the store to the items of a letter: what a recipient has to know about each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engine.assignment import WORKING, Action, Assignment, Case, State, term
from engine.calendar import Kind, WorkCalendar
from engine.digest import KIND as DIGEST
from engine.digest import unit_of, worth_telling
from engine.escalation import CHECKPOINT, OPENING
from engine.feed import Shown, alive, entry
from engine.ics import render_entry
from engine.occurrence import Occurrence
from engine.office import Office
from engine.plan import Measure
from engine.report import Line, lines, short
from notifiers.render import Item
from notifiers.wording import plural

DOMAIN = "srok.local"
"""Right-hand side of calendar UIDs: an installation without a public address has no domain of its own."""
_CONTROLS = {"controller", "head", "stalled", "reported", "unreachable"}
_YEAR_REPORT = (1, 20)
"""Month and day of the report on a measure that runs over a new year."""
_GROUPS = (
    "Просрочено",
    "Срок не подтверждён",
    "Просят продлить",
    "Ждёт приёмки",
    "Нет промежуточной информации",
    "Срок в ближайшие 7 дней",
    "Ждут даты",
)


@dataclass(frozen=True, slots=True)
class Past:
    """What store and journal tell of an item's past.

    Attributes:
        history: What was sent before and what came of it, a line a rung.
        reason: Why the report was returned.
        reports: Who reported, when, what was done, what proves it: a line a report.
        former_due_on: The due day before it moved.
        basis: The document or decision that moved it.
        asked: Who asks for how much time.
        undelivered: What could not be told to whom, and why; ``unreached`` says it in three words.
        struck: № and title of a measure that the plan does not have any more.
    """

    history: tuple[str, ...] = ()
    reason: str | None = None
    reports: tuple[str, ...] = ()
    former_due_on: date | None = None
    basis: str | None = None
    asked: str | None = None
    undelivered: tuple[str, ...] = ()
    unreached: str = ""
    struck: tuple[str, str] | None = None


NO_PAST = Past()


def item(action: Action, case: Case, office: Office, today: date, past: Past = NO_PAST) -> Item:
    """Return the block of one action; *today* is the recipient's local day."""
    one = next((found for found in case.assignments if found.key == action.assignment), None)
    measure, occurrence = case.measure, term(case.occurrence, one) if one else case.occurrence
    blocking, others = responsibles(case, office)
    number, title = past.struck or (office.roadmap.label(measure), measure.title)
    return Item(
        kind=_kind(action, occurrence, today),
        plan_title=office.roadmap.plan.title,
        order=office.roadmap.order_title,
        number=number,
        title=title,
        deadline_text=measure.cell.text or "",
        window_text=window_text(occurrence),
        due_on=occurrence.due_on,
        nominal_due_on=occurrence.nominal_due_on,
        due_note=due_note(case),
        days_left_text=past.unreached or days_left(action, one, occurrence, today, office.calendar),
        result=measure.result or None,
        evidence=measure.evidence.kinds if measure.evidence else None,
        responsible=blocking,
        co_executors=others,
        schools=(office.directory.school_name(one.school) or one.school,) if one and one.school else (),
        role_text=role_text(action, one, case, office, today),
        reason=past.reason or (occurrence.awaiting if action.kind == "moved" else None),
        former_due_on=past.former_due_on,
        basis=past.basis or _decision(measure, occurrence),
        asked=past.asked,
        checkpoint=date.fromisoformat(action.rung.split(":")[1][:10]) if action.kind == CHECKPOINT else None,
        reports=past.reports,
        undelivered=past.undelivered,
        history=past.history,
        missing=missing(case, one, office, today) if action.kind in {"controller", "head"} else (),
        ask=_begun(occurrence, today) if action.kind == OPENING else "",
    )


def _decision(measure: Measure, occurrence: Occurrence) -> str | None:
    """Return why the day is not that of the plan's words, where a person decided it and nothing has moved it since."""
    fix = measure.cell.fix
    return fix.why if fix is not None and fix.to == occurrence.due_on else None


def _begun(occurrence: Occurrence, today: date) -> str:
    """Say how an assignment stands that is given out before or after the first day of its window."""
    first = occurrence.first
    if first is None or first == today:
        return ""
    return "Срок исполнения уже идёт." if first < today else f"Срок исполнения начнётся {first:%d.%m.%Y}."


def _kind(action: Action, occurrence: Occurrence, today: date) -> str:
    """Return how an item speaks: a reminder that is sent after the due day speaks of what is late.

    That of the due day, sent on the working day before, reminds: «20 июня», a Sunday, is not today.
    """
    if occurrence.due_on is None or action.kind not in {"reminder", "due"}:
        return action.kind
    if occurrence.due_on < today:
        return "overdue"
    return "reminder" if occurrence.due_on > today else action.kind


def role_text(action: Action, one: Assignment | None, case: Case, office: Office, today: date) -> str:
    """Say in what quality the recipient is written to."""
    known = office.directory.people
    missing_person = action.person not in known
    if action.kind == "asked" and not missing_person:
        return "Вы дали это поручение"
    if action.kind in _CONTROLS:
        if missing_person:
            return "Вы получаете это письмо вместо того, кого нет в справочнике людей"
        return _control_text(action, one, case, office, today)
    if missing_person or (one is not None and one.person not in known):
        return "Вы отвечаете за назначение исполнителя: в справочнике людей его нет"
    acting = office.directory.acting(action.person or "", today)
    leads = one is None or one.blocking
    if acting is not None and acting.id != action.person:
        absent = office.directory.people[action.person or ""].name
        return f"Вы замещаете {'исполнителя' if leads else 'соисполнителя'}: {absent}"
    return "Вы ответственный исполнитель" if leads else "Вы соисполнитель"


def _control_text(action: Action, one: Assignment | None, case: Case, office: Office, today: date) -> str:
    """The controller is told as such; a head hears of the controller who leaves a report lying."""
    to_head = "Вам докладывают как руководителю"
    if action.kind == "head":
        return to_head
    if action.kind == "unreachable" and action.person != office.controller(case.measure):
        return to_head if action.person == office.head() else "Вы отвечаете за установку srok"
    if action.kind != "stalled" or one is None or one.reported_on is None:
        return "Вы контролёр"
    acceptor = office.acceptor(one, case, today)
    if acceptor in {None, action.person}:
        return "Вы контролёр"
    days = working_days(one.reported_on, today, office.calendar)
    name = office.directory.people[acceptor].name if acceptor in office.directory.people else acceptor
    return f"{to_head}: контролёр {name} {_working(days)} не рассматривает отчёт"


def _working(days: int) -> str:
    return f"{days} {plural(days, 'рабочий день', 'рабочих дня', 'рабочих дней')}"


def responsibles(case: Case, office: Office) -> tuple[str, str]:
    """Return who answers and who takes part, «роль (имя)» each; a group is named once, without its members."""
    asked = alive(case)
    of_title = Counter(one.title for one in asked)

    def named(one: Assignment) -> str:
        person = office.directory.people.get(one.person or "")
        alone = of_title[one.title] == 1 and person is not None and person.name != one.title
        return f"{one.title} ({person.name})" if alone and person is not None else one.title

    blocking, others = (
        ", ".join(dict.fromkeys(named(one) for one in asked if one.blocking is which)) for which in (True, False)
    )
    return blocking, others


def due_note(case: Case) -> str:
    """Say why the due day lies after the window: the report of a rhythm comes later (DESIGN.md 3)."""
    last, due = case.occurrence.last, case.occurrence.nominal_due_on
    if last is None or due is None or due <= last or case.measure.cell.fix is not None:
        return ""
    if case.occurrence.kind not in {Kind.CONTINUOUS, Kind.RECURRING}:
        return ""
    period = f"{last.year} год" if (due.month, due.day) == _YEAR_REPORT else f"период по {last:%d.%m.%Y}"
    by = "20 января" if (due.month, due.day) == _YEAR_REPORT else f"{due:%d.%m.%Y}"
    return f"отчёт за {period} — до {by}"


def missing(case: Case, alone: Assignment | None, office: Office, today: date) -> tuple[str, ...]:
    """Return who has not reported, by name: the school, else the responsible of the cell.

    *alone* if it is about one; of all, whose granted day is not over is not missing.
    """
    return tuple(
        office.directory.school_name(one.school) or one.title
        for one in ([alone] if alone else case.assignments)
        if one.blocking
        and one.state in WORKING
        and (one is alone or one.told_at is None or (term(case.occurrence, one).due_on or today) < today)
    )


def window_text(occurrence: Occurrence) -> str:
    """Write the window as «01.07.2021 – 31.08.2021»; nothing where it is one day or unknown."""
    if occurrence.first is None or occurrence.last is None or occurrence.first == occurrence.last:
        return ""
    return f"{occurrence.first:%d.%m.%Y} – {occurrence.last:%d.%m.%Y}"


def days_left(
    action: Action, one: Assignment | None, occurrence: Occurrence, today: date, calendar: WorkCalendar
) -> str:
    """Say how many days are left, or how many working days something is late."""
    if action.kind == "stalled" and one is not None and one.reported_on is not None:
        return f"отчёт ждёт {_working(working_days(one.reported_on, today, calendar))}"
    if occurrence.due_on is None:
        return ""
    if one is not None and one.state is State.REPORTED and one.reported_on and one.reported_on <= occurrence.due_on:
        return "отчёт дан в срок"
    left = (occurrence.due_on - today).days
    if left < 0:
        return f"просрочено на {_working(working_days(occurrence.due_on, today, calendar))}"
    return f"осталось {left} {plural(left, 'день', 'дня', 'дней')}" if left else "срок сегодня"


def working_days(since: date, until: date, calendar: WorkCalendar) -> int:
    """Count the working days after *since* up to and including *until*."""
    days = 0
    day = since
    while day < until:
        day = calendar.add_working_days(day, 1)
        days += day <= until
    return days


def digest_item(
    action: Action, cases: Sequence[Case], office: Office, today: date, chain_head: str | None = None
) -> Item | None:
    """Return the block of a digest as things stand now; None when there is nothing to tell.

    *chain_head* is the hash of the journal's last decision: printed here, it is out of reach of who alters the journal.
    """
    unit = unit_of(action.key)
    shown = {one.key for case in cases for one in worth_telling(case, unit, today)}
    found = [line for line in lines(cases, today) if line.assignment.key in shown]
    if not found:
        return None
    groups: dict[str, dict[str, list[Line]]] = {}
    for line in found:
        groups.setdefault(_group(line), {}).setdefault(line.occurrence.key, []).append(line)
    return Item(
        kind=DIGEST,
        plan_title=office.roadmap.plan.title,
        order=office.roadmap.order_title,
        number="",
        title=office.roadmap.plan.title,
        deadline_text="",
        responsible="",
        role_text="Еженедельная сводка",
        days_left_text=f"сводка на {today:%d.%m.%Y}",
        sections=tuple(
            (name, tuple(_digest_line(found, office) for found in groups[name].values()))
            for name in _GROUPS
            if name in groups
        )
        + ((("Журнал решений", (f"последнее звено {chain_head}",)),) if chain_head else ()),
    )


def _group(line: Line) -> str:
    if line.overdue:
        return "Срок не подтверждён" if line.occurrence.ambiguous else "Просрочено"
    if line.assignment.asked_until is not None:
        return "Просят продлить"
    if line.assignment.state not in WORKING:
        return "Ждёт приёмки"
    if line.missed_checkpoint is not None:
        return "Нет промежуточной информации"
    return "Ждут даты" if line.occurrence.due_on is None else "Срок в ближайшие 7 дней"


def _digest_line(found: Sequence[Line], office: Office) -> str:
    first = found[0]
    what = f"п. {office.roadmap.label(first.measure)} {short(first.measure.title)}"
    due = first.occurrence.due_on
    if due is None:
        cell = first.measure.cell.text
        return f"{what}: {f'в плане «{cell}»' if cell else 'срока в плане нет'}, дату вносит координатор"
    who = ", ".join(
        dict.fromkeys(office.directory.school_name(one.assignment.school) or one.assignment.title for one in found)
    )
    asked = first.assignment.asked_until
    until = f", просят до {asked:%d.%m.%Y}" if asked else ""
    return f"{what} — срок {due:%d.%m.%Y}{until}; {who}"


def calendar_of(
    case: Case, one: Assignment | None, office: Office, changed_at: datetime, edition: int = 0
) -> bytes | None:
    """Return the .ics of one occurrence, for a letter about it or about *one* of its assignments."""
    own = [one] if one is not None else case.assignments
    found = entry(Shown(case, edition, changed_at, changed_at), own, office, None, whole=one is None)
    return render_entry(found, DOMAIN) if found else None
