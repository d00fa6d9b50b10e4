"""`srok outbox`: every message and its fate, as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from engine.settings import Settings
from engine.store import queries
from engine.store.installation import load_people, open_store
from engine.store.models import AttemptRow, ItemRow, LetterRow
from flows.rehearsal import message_name
from notifiers.wording import STATE_WORDS
from srok.screens import console, rung_words, table

Tries = dict[str, list[AttemptRow]]
"""The attempts of letters by their keys, in order."""


def run_outbox(settings: Settings, *, as_json: bool) -> None:
    """Print every item of the outbox and its fate."""
    with open_store(settings) as store, store.reading() as session:
        rows = outbox_json(session)
        known = load_people(settings).people if rows and not as_json else {}
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    if not rows:
        sys.stdout.write("Сообщений ещё нет: их ставит обход (srok up или srok tick).\n")
        return
    zone = ZoneInfo(settings.zone)
    shown = [
        (
            f"{datetime.fromisoformat(row['not_before']).astimezone(zone):%d.%m.%Y %H:%M}",
            f"{' '.join(filter(None, (row['plan'], row['measure'])))} · {rung_words(row['rung'])}",
            STATE_WORDS[row["state"]],
            known[row["person"]].name if row["person"] in known else row["person"] or "—",
            "; ".join(part for part in (row["outcome"] or "", tries_words(row, zone)) if part),
        )
        for row in rows
    ]
    table(console(), "Исходящие", ("не раньше", "что", "судьба", "кому", "подробности"), shown)


def tries_words(row: dict[str, Any], zone: ZoneInfo) -> str:
    """Say how often a message was tried, where once was not enough or nobody knows what came of it."""
    tries = row["attempts_log"]
    unknown = [one for one in tries if one["outcome"] is None]
    if len(tries) <= 1 and not unknown:
        return ""
    last = datetime.fromisoformat(tries[-1]["began_at"]).astimezone(zone)
    said = f"попыток {len(tries)}, последняя {last:%d.%m %H:%M}"
    return said + (f", из них без ответа {len(unknown)}" if unknown else "")


def outbox_json(session: Session) -> list[dict[str, Any]]:
    """Return the rows of `srok outbox --json` (docs/json.md), oldest first."""
    query = (
        select(ItemRow, LetterRow)
        .join(LetterRow, col(ItemRow.letter) == col(LetterRow.key), isouter=True)
        .order_by(col(ItemRow.at), col(ItemRow.key))
    )
    rows = session.exec(query).all()
    tries = tries_of(session, [item.letter for item, _ in rows if item.letter])
    return [outbox_row(item, letter, tries) for item, letter in rows]


def tries_of(session: Session, letters: Iterable[str]) -> Tries:
    """Return the attempts of the letters named."""
    keys = sorted(set(letters))
    found: Tries = defaultdict(list)
    for start in range(0, len(keys), queries.BATCH):
        part = select(AttemptRow).where(col(AttemptRow.letter).in_(keys[start : start + queries.BATCH]))
        for row in sorted(session.exec(part), key=lambda row: row.n):
            found[row.letter].append(row)
    return found


def outbox_row(item: ItemRow, letter: LetterRow | None, tries: Tries) -> dict[str, Any]:
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
        "instead_of": item.instead_of,
        "attempts_log": _tried(tries.get(letter.key, ())) if letter else [],
    }


def _tried(rows: Sequence[AttemptRow]) -> list[dict[str, Any]]:
    return [
        {
            "n": row.n,
            "began_at": row.began_at.isoformat(),
            "ended_at": row.ended_at.isoformat() if row.ended_at else None,
            "outcome": row.outcome,
            "code": row.code,
            "text": row.text,
        }
        for row in rows
    ]
