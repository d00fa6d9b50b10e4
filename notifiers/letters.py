"""From facts of the store to the items of a letter: what a recipient has to know about each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from engine.assignment import OPEN, WORKING, Action, Assignment, Case
from engine.calendar import WorkCalendar
from engine.digest import KIND as DIGEST
from engine.digest import unit_of, worth_telling
from engine.ics import Entry, EntryState, render_entry
from engine.occurrence import Occurrence
from engine.office import Office
from engine.report import Line, lines, short
from notifiers.render import Item
from notifiers.wording import plural

DOMAIN = "srok.local"
"""Right-hand side of calendar UIDs: an installation without a public address has no domain of its own."""
_OPEN_OR_DONE = (EntryState.DONE, EntryState.OPEN)
_CONTROLS = {"controller", "head", "stalled", "reported"}


def item(
    action: Action, case: Case, office: Office, today: date, history: Sequence[str] = (), reason: str | None = None
) -> Item:
    """Return the block of one action; *today* is the recipient's local day."""
    measure, occurrence = case.measure, case.occurrence
    one = next((found for found in case.assignments if found.key == action.assignment), None)
    return Item(
        kind=action.kind,
        plan_title=office.roadmap.plan.title,
        order=office.roadmap.order_title,
        number=office.roadmap.label(measure),
        title=measure.title,
        deadline_text=measure.cell.text or "",
        window_text=window_text(occurrence),
        due_on=occurrence.due_on,
        nominal_due_on=occurrence.nominal_due_on,
        days_left_text=days_left(action, one, occurrence, today, office.calendar),
        result=measure.result or None,
        evidence=measure.evidence.kinds if measure.evidence else None,
        responsible=", ".join(dict.fromkeys(found.title for found in case.assignments)),
        school=office.directory.school_name(one.school) if one and one.school else None,
        role_text=role_text(action, one, office),
        reason=reason or (occurrence.awaiting if action.kind == "moved" else None),
        history=tuple(history) if action.kind in {"controller", "head"} else (),
        missing=missing(case, office) if action.kind in {"controller", "head"} else (),
    )


def role_text(action: Action, one: Assignment | None, office: Office) -> str:
    """Say in what quality the recipient is written to."""
    if action.kind in _CONTROLS:
        return "Вы контролёр" if action.kind != "head" else "Вам докладывают как руководителю"
    if one is not None and one.person is None:
        return "Вы отвечаете за назначение исполнителя: в справочнике людей его нет"
    acting = office.directory.acting(action.person or "", action.at.astimezone(office.zone_of(action.person)).date())
    deputy = acting is not None and acting.id != action.person
    quality = "исполнитель" if one is None or one.blocking else "соисполнитель"
    return (
        f"Вы замещаете: {quality}" if deputy else f"Вы {'ответственный ' if quality == 'исполнитель' else ''}{quality}"
    )


def missing(case: Case, office: Office) -> tuple[str, ...]:
    """Return who has not reported, by name: the school, else the responsible of the cell."""
    return tuple(
        office.directory.school_name(one.school) or one.title
        for one in case.assignments
        if one.blocking and one.state in WORKING
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
        days = working_days(one.reported_on, today, calendar)
        return f"отчёт ждёт {days} {plural(days, 'рабочий день', 'рабочих дня', 'рабочих дней')}"
    if occurrence.due_on is None:
        return ""
    left = (occurrence.due_on - today).days
    if left < 0:
        days = working_days(occurrence.due_on, today, calendar)
        return f"просрочено на {days} {plural(days, 'рабочий день', 'рабочих дня', 'рабочих дней')}"
    return f"осталось {left} {plural(left, 'день', 'дня', 'дней')}" if left else "срок сегодня"


def working_days(since: date, until: date, calendar: WorkCalendar) -> int:
    """Count the working days after *since* up to and including *until*."""
    days = 0
    day = since
    while day < until:
        day = calendar.add_working_days(day, 1)
        days += day <= until
    return days


def digest_item(action: Action, cases: Sequence[Case], office: Office, today: date) -> Item | None:
    """Return the block of a digest as things stand now; None when there is nothing to tell."""
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
        sections=tuple(
            (name, tuple(_digest_line(lines_, office) for lines_ in by_occurrence.values()))
            for name, by_occurrence in groups.items()
        ),
    )


def _group(line: Line) -> str:
    if line.overdue:
        return "Просрочено"
    if line.assignment.state not in WORKING:
        return "Ждёт приёмки"
    return "Ждут даты" if line.occurrence.due_on is None else "Срок в ближайшие 7 дней"


def _digest_line(found: Sequence[Line], office: Office) -> str:
    first = found[0]
    due = first.occurrence.due_on
    when = f"срок {due:%d.%m.%Y}" if due else first.occurrence.awaiting or "даты нет"
    who = ", ".join(
        dict.fromkeys(office.directory.school_name(one.assignment.school) or one.assignment.title for one in found)
    )
    return f"п. {office.roadmap.label(first.measure)} {short(first.measure.title)} — {when}; {who}"


def entry(case: Case, office: Office, changed_at: datetime, overdue_since: datetime | None) -> Entry | None:
    """Return the calendar entry of an occurrence; None while it has no due day."""
    occurrence, measure = case.occurrence, case.measure
    if occurrence.due_on is None:
        return None
    states = {one.state for one in case.assignments if one.blocking}
    state = EntryState.CANCELLED if occurrence.cancelled else _OPEN_OR_DONE[bool(states & OPEN)]
    return Entry(
        uid_base=occurrence.key,
        number=office.roadmap.label(measure),
        title=measure.title,
        plan_title=office.roadmap.plan.title,
        order=office.roadmap.order_title,
        first=occurrence.first,
        due_on=occurrence.due_on,
        nominal_due_on=occurrence.nominal_due_on or occurrence.due_on,
        deadline_text=measure.cell.text or "",
        result=measure.result or None,
        responsible=", ".join(dict.fromkeys(one.title for one in case.assignments)),
        state=state,
        overdue=overdue_since is not None and state is EntryState.OPEN,
        revision=occurrence.revision,
        changed_at=changed_at,
        overdue_since=overdue_since,
    )


def calendar_of(case: Case, office: Office, changed_at: datetime) -> bytes | None:
    """Return the .ics of one occurrence, for a letter about it."""
    found = entry(case, office, changed_at, None)
    return render_entry(found, DOMAIN) if found else None
