"""`srok log`: what happened to one measure, deeds and messages in the order of time."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from engine.assignment import RUSSIAN, State
from engine.errors import NotFoundError
from engine.occurrence import schedule_event
from engine.people import Directory
from engine.report import short
from engine.settings import Settings
from engine.store import queries
from engine.store.installation import load_people, open_store
from engine.store.models import AssignmentRow, ItemRow, LetterRow, OccurrenceRow
from notifiers.past import message_words
from notifiers.recipients import channel_words
from notifiers.wording import STATE_WORDS
from srok.outgoing import outbox_row, tries_of, tries_words
from srok.screens import console, deed_words, table


@dataclass(frozen=True, slots=True)
class History:
    """A measure with its rows of `srok log --json`, oldest first, and what their keys mean."""

    plan: str
    measure: str
    title: str
    zone: ZoneInfo
    occurrences: dict[str, int]
    schools: dict[str, str | None]
    rows: list[dict[str, Any]]


def run_log(settings: Settings, ref: str, plan: str | None, *, as_json: bool) -> None:
    """Print who was told what, when and how about a measure, and who did what."""
    directory = load_people(settings)
    with open_store(settings) as store, store.reading() as session:
        found = history(session, directory, *chosen(session, ref, plan))
    if as_json:
        shown = {"plan": found.plan, "measure": found.measure, "title": found.title, "rows": found.rows}
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
        return
    out = console()
    title = f"{found.plan} № {found.measure}: {short(found.title)}"
    if not found.rows:
        out.print(f"{title}\nПисем и действий ещё не было.")
        return
    rows = [_shown(row, found, directory) for row in found.rows]
    table(out, title, ("когда", "что", "как", "кто, кому", "что вышло"), rows)


def chosen(session: Session, ref: str, plan: str | None) -> tuple[str, str]:
    """Return the plan and the measure that *ref* means: «plan/№», or «№» in *plan* or in the only plan that has it.

    Raises:
        NotFoundError: There is no such plan or measure, or several plans have it.
    """
    before, slash, after = ref.partition("/")
    if slash and (plan is None or plan == before):
        plan, ref = before, after
    if plan is not None:
        queries.plan(session, plan)
    plans = queries.plans_of(session, ref)
    if plan in plans or (plan is None and len(plans) == 1):
        return plan or plans[0], ref
    if plan is None and plans:
        raise NotFoundError(f"мероприятие «{ref}» есть в нескольких планах ({', '.join(plans)}): укажите --plan")
    where = f"в плане «{plan}»" if plan else "ни в одном плане"
    raise NotFoundError(
        f"мероприятия «{ref}» нет {where}: его № покажет srok status --json, новый план вносит srok sync"
    )


def history(session: Session, directory: Directory, plan_id: str, measure_id: str) -> History:
    """Return everything that the journal and the outbox know of a measure."""
    decided = queries.roadmap(queries.plan(session, plan_id))
    measure = queries.measures(decided).get(measure_id) or queries.struck(measure_id)
    occurrences = queries.occurrences(session, plan_id, measure_id)
    grouped = queries.assignments(session, [one.key for one in occurrences])
    assignments = [one for part in grouped.values() for one in part]
    rows = [*_deeds(session, plan_id, measure_id, occurrences, assignments), *_messages(session, occurrences)]
    return History(
        plan_id, measure_id, measure.title, ZoneInfo(decided.plan.timezone),
        {one.key: one.n for one in occurrences},
        {one.key: directory.school_name(one.school) for one in assignments},
        sorted(rows, key=lambda row: datetime.fromisoformat(row["at"])),
    )  # fmt: skip


def _deeds(
    session: Session,
    plan_id: str,
    measure_id: str,
    occurrences: Sequence[OccurrenceRow],
    assignments: Sequence[AssignmentRow],
) -> Iterator[dict[str, Any]]:
    events = {one.event for one in occurrences if one.event} | {schedule_event(measure_id)}
    subjects = {one.key for one in occurrences} | {one.key for one in assignments}
    subjects |= {f"{plan_id}/{name}" for name in events}
    for row in queries.deeds(session, sorted(subjects)):
        yield {
            "at": row.at.isoformat(),
            "type": "deed",
            "number": row.id,
            "deed": row.deed,
            "who": row.who,
            "account": row.account,
            "subject": row.subject,
            "facts": row.read(),
        }


def _messages(session: Session, occurrences: Sequence[OccurrenceRow]) -> Iterator[dict[str, Any]]:
    query = (
        select(ItemRow, LetterRow)
        .join(LetterRow, col(ItemRow.letter) == col(LetterRow.key), isouter=True)
        .where(col(ItemRow.occurrence_key).in_([one.key for one in occurrences]))
        .order_by(col(ItemRow.at), col(ItemRow.key))
    )
    rows = session.exec(query).all()
    tries = tries_of(session, [item.letter for item, _ in rows if item.letter])
    for item, letter in rows:
        row = outbox_row(item, letter, tries)
        own = {"type": "message", "occurrence": item.occurrence_key, "assignment": item.assignment_key}
        own["to"] = json.loads(letter.body)["to"] if item.letter and letter.body else None
        yield {"at": row["sent_at"] or row["not_before"], **own, **row}


def told(row: dict[str, Any], found: History, directory: Directory) -> tuple[str, str, str, str, str]:
    """Say in Russian when, what, how, who or to whom, and what came of it: no address, account or server's answer."""
    at = datetime.fromisoformat(row["at"]).astimezone(found.zone)
    deed = row["type"] == "deed"
    key = row["subject"] if deed else row["assignment"] or row["occurrence"]
    words = deed_words(row["deed"]) if deed else message_words(row["kind"], row["rung"])
    n = found.occurrences.get(key.partition("|")[0])
    words += f" · наступление {n}" if n and len(found.occurrences) > 1 else ""
    words += f" ({found.schools[key]})" if found.schools.get(key) else ""
    who = _name(row["who"], directory) if deed else row["to"] or _name(row["person"], directory) or "—"
    if not deed:
        state = STATE_WORDS[row["state"]]
        return f"{at:%d.%m.%Y %H:%M}", words, channel_words(row["channel"]), who, state
    facts = row["facts"]
    state = RUSSIAN[State(facts["state"])] if facts.get("state") else ""
    return f"{at:%d.%m.%Y %H:%M}", "; ".join([words, *_details(facts, at.date())]), "журнал", who, state


def _shown(row: dict[str, Any], found: History, directory: Directory) -> tuple[str, ...]:
    """Say beside that what the page of a measure keeps to itself: who entered it, how often it was tried."""
    at, words, how, who, state = told(row, found, directory)
    if row["type"] == "message":
        return at, words, how, who, "; ".join(part for part in (state, tries_words(row, found.zone)) if part)
    if not who or row["facts"].get("entered_for"):
        who = f"{who} (внесено: {row['account']})".strip()
    return at, words, how, who, state


def _name(person: str | None, directory: Directory) -> str:
    known = directory.people.get(person or "")
    return known.name if known else person or ""


def _details(facts: dict[str, Any], day: date) -> Iterator[str]:
    """Say in Russian what a row of the journal knows beside the deed."""
    if facts.get("day") and facts["day"] != day.isoformat():
        yield f"днём {_day(facts['day'])}"
    if facts.get("text"):
        yield facts["text"]
    for key, word in (("evidence", "подтверждение"), ("reason", "причина"), ("basis", "основание"), ("why", "почему")):
        if facts.get(key):
            yield f"{word}: {facts[key]}"
    if facts.get("start"):
        yield f"с {_day(facts['start'])} по {_day(facts['end'])}"
    elif facts.get("until"):
        yield f"просят до {_day(facts['until'])}"
    elif facts.get("after"):
        yield f"срок {_day(facts['after'])}" + (f", был {_day(facts['before'])}" if facts.get("before") else "")


def _day(text: str | None) -> str:
    return f"{date.fromisoformat(text):%d.%m.%Y}" if text else "—"
