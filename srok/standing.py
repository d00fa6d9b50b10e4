"""`srok status` and `srok outbox`: where things stand, on one screen or as JSON."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from rich.console import Console
from rich.text import Text
from sqlmodel import Session, col, func, select

from engine.assignment import OPEN, RUSSIAN, WORKING, State, is_complete
from engine.clock import utc_now
from engine.errors import NotFoundError, SrokError
from engine.office import Office
from engine.people import Directory
from engine.report import Line, counts, lines, short
from engine.settings import Settings
from engine.store import queries
from engine.store.installation import load_people, open_store
from engine.store.models import ItemRow, JournalRow, LetterRow
from flows.rehearsal import message_name
from srok.screens import console, table


class AsOfError(SrokError):
    """The day asked for lies before facts that are known already."""

    exit_code = 2


def run_status(
    settings: Settings, plan: str | None, official: str | None, *, overdue: bool, as_of: date | None, as_json: bool
) -> None:
    """Print the status of all plans, or of one, on the local day of each or on *as_of*."""
    directory = load_people(settings)
    now = utc_now()
    with open_store(settings) as store, store.reading() as session:
        _refuse_past(session, as_of)
        found = standing(session, directory, settings.owner, now, plan, as_of)
        last = queries.last_pass(session)
    if official is not None:
        found = [line for line in found if _is_theirs(line, official, directory)]
    if overdue:
        found = [line for line in found if line.overdue]
    shown = status_json(found, directory, as_of or now.date(), last)
    if as_json:
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    else:
        print_status(found, directory, as_of or now.date(), last)


def standing(
    session: Session, directory: Directory, owner: str | None, now: datetime, plan: str | None, as_of: date | None
) -> list[Line]:
    """Return every assignment of the plans asked for, most urgent first; flags by each plan's local day."""
    rows = [queries.plan(session, plan)] if plan else queries.plans(session)
    found: list[Line] = []
    for row in rows:
        office: Office = queries.office(row, directory, owner)
        today = as_of or now.astimezone(office.zone).date()
        known = {row.id: queries.measures(office.roadmap)}
        alive = [one for one in queries.occurrences(session, row.id) if not one.cancelled]
        found += lines(queries.cases(session, alive, known), today)
    return sorted(found, key=lambda line: line.rank)


def _refuse_past(session: Session, as_of: date | None) -> None:
    if as_of is None:
        return
    facts = [
        session.exec(select(func.max(JournalRow.at)).where(JournalRow.deed != "sync")).one(),
        session.exec(select(func.max(LetterRow.sent_at))).one(),
    ]
    last = max((_aware(one).date() for one in facts if one is not None), default=None)
    if last is not None and as_of < last:
        raise AsOfError(f"на {as_of:%d.%m.%Y} показать нельзя: последнее событие было {last:%d.%m.%Y}")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_theirs(line: Line, official: str, directory: Directory) -> bool:
    entry = directory.find(official)
    if entry is None:
        raise NotFoundError(f"«{official}» нет в справочнике людей: нужен id, имя, роль или подразделение")
    return entry.id in {line.assignment.person, line.assignment.reference, line.assignment.school}


def status_json(found: Sequence[Line], directory: Directory, as_of: date, last: datetime | None) -> dict[str, Any]:
    """Return the object of `srok status --json` (docs/json.md)."""
    return {
        "as_of": as_of.isoformat(),
        "last_pass": last.isoformat() if last else None,
        "counts": counts(found),
        "assignments": [line.as_json(directory) for line in found],
    }


def print_status(
    found: Sequence[Line], directory: Directory, as_of: date, last: datetime | None, out: Console | None = None
) -> None:
    """Print the screen: the sum, then what is urgent row by row; what is not, a line a plan."""
    out = out or console()
    passed = f"{last:%d.%m.%Y %H:%M} UTC" if last else "ещё не было"
    out.print(Text(f"На {as_of:%d.%m.%Y}. Последний обход: {passed}", style="bold"))
    groups: dict[str, list[list[Line]]] = {}
    for group in _by_occurrence(found):
        groups.setdefault(_heading(group), []).append(group)
    sums = " · ".join(f"{heading.lower()}: {len(groups[heading])}" for heading in HEADINGS if heading in groups)
    out.print(f"Мероприятий — {sums or 'открытых нет'}. Поручений: {len(found)}, закрыто: {counts(found)['closed']}.")
    for heading in HEADINGS:
        part = groups.get(heading, [])
        if part and heading in URGENT:
            rows = [_row(group, directory, as_of) for group in part]
            out.print(table(heading, ("План, №", "Мероприятие", "Срок", "Кто", "Состояние"), rows))
        elif part:
            _print_numbers(heading, part, out)


def _print_numbers(heading: str, part: list[list[Line]], out: Console) -> None:
    numbers: dict[str, set[str]] = {}
    for group in part:
        numbers.setdefault(group[0].occurrence.plan, set()).add(group[0].occurrence.measure)
    out.print(Text(heading, style="bold"))
    for plan, ids in sorted(numbers.items()):
        out.print(f"  {plan}: № {', '.join(sorted(ids, key=_natural))}")


def _natural(number: str) -> list[tuple[int, str]]:
    """Return the key by which 2.10 comes after 2.9."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in number.split(".")]


HEADINGS = ("Просрочено", "На проверке", "Срок в ближайшие 7 дней", "В работе, срок позже", "Ждут даты", "Сверить")
URGENT = frozenset(HEADINGS[:3])


def _heading(group: list[Line]) -> str:
    first = group[0]
    if first.occurrence.to_reconcile:
        return "Сверить"
    if any(line.overdue and line.assignment.state in WORKING and line.assignment.blocking for line in group):
        return "Просрочено"
    if any(line.assignment.state is State.REPORTED for line in group):
        return "На проверке"
    if first.occurrence.due_on is None:
        return "Ждут даты"
    return "Срок в ближайшие 7 дней" if any(line.due_soon for line in group) else "В работе, срок позже"


def _by_occurrence(found: Sequence[Line]) -> list[list[Line]]:
    groups: dict[str, list[Line]] = {}
    for line in found:
        groups.setdefault(line.occurrence.key, []).append(line)
    return [group for group in groups.values() if not is_complete(group[0].case.assignments)]


def _row(group: list[Line], directory: Directory, as_of: date) -> tuple[str | Text, ...]:
    first = group[0]
    due = first.occurrence.due_on
    waiting = [line for line in group if line.assignment.blocking] or group
    parts = itertools.groupby(waiting, key=lambda line: line.assignment.title)
    who = "; ".join(_who(title, list(part), directory) for title, part in parts)
    number = f"{first.occurrence.plan}\n№ {first.occurrence.measure}"
    return number, short(first.measure.title), f"{due:%d.%m.%Y}" if due else "—", who, _state(group, as_of)


def _who(title: str, part: list[Line], directory: Directory) -> str:
    if len(part) == 1:
        school = directory.school_name(part[0].assignment.school)
        return f"{title} ({school})" if school else title
    waiting = [line.assignment.school for line in part if line.assignment.state in WORKING]
    silent = [directory.school_name(school) or title for school in waiting]
    missing = f", не представили: {', '.join(silent)}" if silent else ""
    return f"{title}: {len(part) - len(silent)} из {len(part)}{missing}"


def _state(group: list[Line], as_of: date) -> Text:
    first = group[0]
    words = dict.fromkeys(
        RUSSIAN[line.assignment.state] for line in group if line.assignment.blocking and line.assignment.state in OPEN
    )
    text = Text(", ".join(words))
    due = first.occurrence.due_on
    if due is not None and any(line.overdue for line in group):
        text = Text(f"+{(as_of - due).days} дн., ", style="bold red").append(text)
    if first.occurrence.ambiguous:
        text.append(" · срок не подтверждён", style="dim")
    return text


def run_outbox(settings: Settings, *, as_json: bool) -> None:
    """Print every item of the outbox and its fate."""
    with open_store(settings) as store, store.reading() as session:
        rows = outbox_json(session)
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    shown = [
        (
            row["not_before"][:16].replace("T", " "),
            f"{row['plan']} {row['measure'] or 'сводка'} · {row['rung']}",
            row["state"],
            row["person"] or "—",
            row["outcome"] or "",
        )
        for row in rows
    ]
    console().print(table("Исходящие", ("не раньше", "что", "судьба", "кому", "исход"), shown))


def outbox_json(session: Session) -> list[dict[str, Any]]:
    """Return the rows of `srok outbox --json` (docs/json.md), oldest first."""
    query = (
        select(ItemRow, LetterRow)
        .join(LetterRow, col(ItemRow.letter) == col(LetterRow.key), isouter=True)
        .order_by(col(ItemRow.at), col(ItemRow.key))
    )
    return [_outbox_row(item, letter) for item, letter in session.exec(query)]


def _outbox_row(item: ItemRow, letter: LetterRow | None) -> dict[str, Any]:
    state = letter.state if letter else "dropped" if item.dropped else "pending"
    return {
        "key": item.key,
        "message": message_name(letter.key) if letter else None,
        "state": state,
        "channel": item.channel,
        "person": item.person,
        "address": letter.address if letter else None,
        "rung": item.rung,
        "kind": item.kind,
        "plan": item.plan_id,
        "measure": item.measure_id,
        "not_before": item.at.isoformat(),
        "attempts": letter.attempts if letter else 0,
        "outcome": letter.outcome if letter else item.dropped,
        "message_id": letter.message_id if letter else None,
        "sent_at": letter.sent_at.isoformat() if letter and letter.sent_at else None,
    }
