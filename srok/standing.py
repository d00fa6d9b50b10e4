"""`srok status` and `srok outbox`: where things stand, on one screen or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from engine.clock import utc_now
from engine.errors import NotFoundError, SrokError
from engine.office import Office
from engine.people import Directory, Entry
from engine.report import Line, counts, lines
from engine.settings import Settings
from engine.store import queries
from engine.store.installation import load_people, open_store
from engine.store.models import ItemRow, LetterRow
from flows.rehearsal import message_name
from srok.screens import console, rung_words, table
from srok.status_screen import print_status

STATES = {
    "pending": "ждёт отправки",
    "sending": "отправляется",
    "sent": "отправлено",
    "dead": "не доставлено",
    "uncertain": "исход неизвестен",
    "dropped": "не нужно",
}


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
        refuse_past(session, as_of)
        found = standing(session, directory, settings.owner, now, plan, as_of)
        last = queries.last_pass(session)
    if official is not None:
        entry = entry_of(official, directory)
        found = [line for line in found if is_theirs(line, entry)]
    if overdue:
        found = [line for line in found if line.overdue]
    zone = ZoneInfo(settings.zone)
    day = as_of or now.astimezone(zone).date()
    if as_json:
        shown = status_json(found, directory, day, last)
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    else:
        narrow = plan is not None or official is not None or overdue
        print_status(found, directory, day, last, now, zone, every_row=narrow)


def standing(
    session: Session, directory: Directory, owner: str | None, now: datetime, plan: str | None, as_of: date | None
) -> list[Line]:
    """Return every assignment of the plans asked for, most urgent first; flags by each plan's local day."""
    rows = [queries.plan(session, plan)] if plan else queries.plans(session)
    found: list[Line] = []
    for row in rows:
        office: Office = queries.office(row, directory, owner)
        found += plan_standing(session, office, as_of or now.astimezone(office.zone).date())
    return sorted(found, key=lambda line: line.rank)


def plan_standing(session: Session, office: Office, today: date) -> list[Line]:
    """Return every assignment of one plan, most urgent first."""
    plan_id = office.roadmap.plan.id
    alive = [one for one in queries.occurrences(session, plan_id) if not one.cancelled]
    return lines(queries.cases(session, alive, {plan_id: queries.measures(office.roadmap)}), today)


def refuse_past(session: Session, as_of: date | None) -> None:
    """Refuse a day before facts that are known: what was then is not kept.

    Raises:
        AsOfError: It is.
    """
    if as_of is None:
        return
    last = queries.last_fact(session)
    if last is not None and as_of < last.date():
        raise AsOfError(f"на {as_of:%d.%m.%Y} показать нельзя: последнее событие было {last:%d.%m.%Y}")


def entry_of(official: str, directory: Directory) -> Entry:
    """Return the person, role, unit or school that goes under *official*.

    Raises:
        NotFoundError: There is none.
    """
    entry = directory.find(official)
    if entry is None:
        raise NotFoundError(f"«{official}» нет в справочнике людей: нужен id, имя, роль или подразделение")
    return entry


def is_theirs(line: Line, entry: Entry) -> bool:
    """Tell whether a person, role, unit or school answers for an assignment."""
    return entry.id in {line.assignment.person, line.assignment.reference, line.assignment.school}


def status_json(found: Sequence[Line], directory: Directory, as_of: date, last: datetime | None) -> dict[str, Any]:
    """Return the object of `srok status --json` (docs/json.md)."""
    return {
        "as_of": as_of.isoformat(),
        "last_pass": last.isoformat() if last else None,
        "counts": counts(found),
        "assignments": [line.as_json(directory) for line in found],
    }


def run_outbox(settings: Settings, *, as_json: bool) -> None:
    """Print every item of the outbox and its fate."""
    with open_store(settings) as store, store.reading() as session:
        rows = outbox_json(session)
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    zone = ZoneInfo(settings.zone)
    shown = [
        (
            f"{datetime.fromisoformat(row['not_before']).astimezone(zone):%d.%m.%Y %H:%M}",
            f"{row['plan']} {row['measure'] or 'весь план'} · {rung_words(row['rung'])}",
            STATES.get(row["state"], row["state"]),
            row["person"] or "—",
            row["outcome"] or "",
        )
        for row in rows
    ]
    table(console(), "Исходящие", ("не раньше", "что", "судьба", "кому", "подробности"), shown)


def outbox_json(session: Session) -> list[dict[str, Any]]:
    """Return the rows of `srok outbox --json` (docs/json.md), oldest first."""
    query = (
        select(ItemRow, LetterRow)
        .join(LetterRow, col(ItemRow.letter) == col(LetterRow.key), isouter=True)
        .order_by(col(ItemRow.at), col(ItemRow.key))
    )
    return [outbox_row(item, letter) for item, letter in session.exec(query)]


def outbox_row(item: ItemRow, letter: LetterRow | None) -> dict[str, Any]:
    """Return an item of the outbox with the fate of its letter."""
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
