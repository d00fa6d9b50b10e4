"""What the outbox and the journal tell about an item: what was sent, reported, returned and moved before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from engine.assignment import Assignment, Case
from engine.occurrence import Change, schedule_event
from engine.office import Office
from engine.store import queries
from engine.store.models import ItemRow, JournalRow, LetterRow
from engine.store.queries import is_struck
from notifiers.letters import Past
from notifiers.recipients import TOLD_UP, UNREACHABLE, channel_words, said_before, spoken_of
from notifiers.wording import KINDS, STATE_WORDS, plural

_DECIDED = {
    "asked": ("extension-asked",),
    "extended": ("extension-granted",),
    "refused": ("extension-refused",),
    "reopened": ("reopen",),
    "cancelled": ("cancel", "supersede", "not-triggered"),
}
"""Deeds that kinds of messages are about."""
WHY_LENGTH = 160
"""Letters of a server's answer that a person reads."""
_MOVES = (Change.MOVED.value, Change.DATED.value, Change.RELEASED.value)


def past_of(session: Session, row: ItemRow, case: Case, office: Office) -> Past:
    """Return what a letter of this kind has to tell of the past."""
    if row.kind in {"controller", "head"}:
        return Past(history=tuple(history(session, row, office.zone)))
    if row.kind == UNREACHABLE:
        above = spoken_of(session, row).kind in TOLD_UP
        unreached = f"не доставлено {'контролёру или руководителю' if above else 'исполнителю'}"
        return Past(undelivered=_undelivered(session, row, office), unreached=unreached)
    one = next((found for found in case.assignments if found.key == row.assignment_key), None)
    if row.kind in {"reported", "stalled"} and one is not None:
        return Past(reports=report_lines(session, one, office))
    if row.kind == "returned":
        return Past(reason=queries.reason(session, row.assignment_key))
    if row.kind in _DECIDED and one is not None:
        decided = _decision(session, one, row.kind, office)
        return replace(decided, struck=_struck(session, case)) if row.kind == "cancelled" else decided
    return _move(session, case, office) if row.kind == "moved" else Past()


def _undelivered(session: Session, row: ItemRow, office: Office) -> tuple[str, ...]:
    """Say what could not be told to whom, and what each channel answered."""
    _, *before = said_before(session, row)
    about = spoken_of(session, row)
    lines = [f"{_rung_words(about)}, {_day(about, office)}"]
    for one in reversed(before):
        letter = session.get(LetterRow, one.letter) if one.letter else None
        channel = channel_words(one.channel)
        why = f"{channel}: {letter.outcome or STATE_WORDS[letter.state]}" if letter else "адреса нет ни на одном канале"
        known = office.directory.people.get(one.person or "")
        name = known.name if known else f"«{one.person}» (в справочнике людей его нет)"
        lines.append(f"{name}, {why[:WHY_LENGTH]}")
    return tuple(dict.fromkeys(lines))


def _day(row: ItemRow, office: Office) -> str:
    return f"{row.at.astimezone(office.zone_of(row.person)):%d.%m.%Y}"


def _last(session: Session, subject: str, deeds: tuple[str, ...]) -> tuple[JournalRow, dict[str, Any]] | None:
    query = (
        select(JournalRow)
        .where(JournalRow.subject == subject, col(JournalRow.deed).in_(deeds))
        .order_by(col(JournalRow.id).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return (row, row.read()) if row else None


def _decision(session: Session, one: Assignment, kind: str, office: Office) -> Past:
    """Say what was asked or decided, why and by which document; nothing where the plan file alone let it go."""
    found = _last(session, one.key, _DECIDED[kind])
    if found is None:
        return Past()
    row, facts = found
    asked = None
    if kind == "asked":
        known = office.directory.people.get(row.who)
        school = f" ({office.directory.school_name(one.school)})" if one.school else ""
        asked = f"{known.name if known else one.title}{school}: до {date.fromisoformat(facts['until']):%d.%m.%Y}"
    before = facts.get("before")
    former = date.fromisoformat(before) if before else None
    return Past(reason=facts.get("reason"), basis=facts.get("basis"), former_due_on=former, asked=asked)


def _struck(session: Session, case: Case) -> tuple[str, str] | None:
    """Return № and title of a measure that its plan does not have any more, as they were."""
    found = _last(session, case.occurrence.key, (Change.CANCELLED.value,))
    facts = found[1] if found else {}
    return (facts["number"], facts["title"]) if "title" in facts and is_struck(case.measure) else None


def asking(session: Session, one: Assignment, office: Office) -> Past:
    """Say who asks for how much time, and why."""
    return _decision(session, one, "asked", office)


def report_lines(session: Session, one: Assignment, office: Office) -> tuple[str, ...]:
    """Say who reported, on which day, what was done and what proves it; nothing where the journal has no report."""
    found = _last(session, one.key, ("report",))
    if found is None:
        return ()
    row, facts = found
    known = office.directory.people.get(row.who)
    school = f" ({office.directory.school_name(one.school)})" if one.school else ""
    parts = [f"{known.name if known else one.title}{school}, {date.fromisoformat(facts['day']):%d.%m.%Y}"]
    parts += [f"сделано: {facts['text']}"] if facts.get("text") else []
    parts.append(f"подтверждение: {facts.get('evidence') or 'не приложено'}")
    return ("; ".join(parts),)


def _move(session: Session, case: Case, office: Office) -> Past:
    """Say from which day the due day moved, and on what basis: of the event, or of the decision in the plan."""
    occurrence = case.occurrence
    found = _last(session, occurrence.key, _MOVES)
    facts = found[1] if found else {}
    dated_by = {occurrence.event, schedule_event(occurrence.measure)} - {None}
    basis = next((one.basis for one in queries.events(session, office.roadmap) if one.id in dated_by), None)
    fix = case.measure.cell.fix
    before = facts.get("before")
    return Past(
        former_due_on=date.fromisoformat(before) if before else None,
        basis=facts.get("basis") or (fix.why if fix else basis),
    )


def history(session: Session, row: ItemRow, zone: ZoneInfo) -> list[str]:
    """Return what was sent about an occurrence before and what came of it, a line a rung; days are those of *zone*."""
    query = (
        select(ItemRow, LetterRow.state)
        .join(LetterRow, col(ItemRow.letter) == col(LetterRow.key))
        .where(ItemRow.occurrence_key == row.occurrence_key, ItemRow.revision == row.revision)
        .order_by(col(ItemRow.at), col(ItemRow.rung), LetterRow.state)
    )
    told: dict[str, set[str | None]] = {}
    for one, state in session.exec(query):
        line = f"{one.at.astimezone(zone):%d.%m.%Y} {_rung_words(one)}: {STATE_WORDS[state]}"
        told.setdefault(line, set()).add(one.letter)
    return [
        line + (f", {len(letters)} {plural(len(letters), 'письмо', 'письма', 'писем')}" if len(letters) > 1 else "")
        for line, letters in told.items()
    ]


def _rung_words(row: ItemRow) -> str:
    return message_words(row.kind, row.rung)


def message_words(kind: str, rung: str) -> str:
    """Say what a message was; a rung of a plan's own ladder goes by its kind."""
    return RUNG_WORDS.get(rung) or KINDS[kind].headline.lower()


RUNG_WORDS = {
    "opening": "поручение",
    "half": "запрос материалов",
    "-14d": "напоминание за 14 дней",
    "-5d": "напоминание за 5 дней",
    "-1wd": "напоминание за рабочий день",
    "due": "напоминание в день срока",
    "+1wd": "сообщение о просрочке",
    "+3wd": "сообщение контролёру",
    "+7wd": "доклад руководителю",
}
