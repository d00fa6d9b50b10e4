"""What of the outbox is still worth saying; days are those of the recipient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from engine.assignment import GONE, WORKING, Assignment, Case, State, term
from engine.digest import KIND as DIGEST
from engine.escalation import CHECKPOINT
from engine.monthly import KIND as REPORT
from engine.people import Directory
from engine.plan import Measure
from engine.store import queries
from engine.store.models import ItemRow, LetterRow, OccurrenceRow
from notifiers.recipients import spoken_of

_ANSWERS = frozenset({"returned", "reopened", "extended", "refused"})
"""What answers a person's own step: nothing later says it in its place."""
_LADDER = frozenset({"opening", "input", "reminder", "due", "overdue"})
_ASKS_FOR_REPORT = _LADDER | _ANSWERS
_ROLLS_UP = frozenset({"controller", "head"})
_ON_REPORT = frozenset({"reported", "stalled"})
_TRACKS = (_LADDER, _ROLLS_UP, _ON_REPORT)
"""Kinds of which the later one says all that the earlier one said."""
_WHATEVER_THE_DAY = _ON_REPORT | _ANSWERS - {"extended"} | {"asked"}
"""What stays true when the due day moves."""
_TAKEN_OFF = GONE | {State.NOT_TRIGGERED}
NOBODY = "некому отправить"
SUPERSEDED = "заменено более поздним"


def outdated(session: Session, letter: LetterRow, directory: Directory) -> str | None:
    """Say why a letter composed before is not worth sending any more; None while one of its items is."""
    rows = list(session.exec(select(ItemRow).where(ItemRow.letter == letter.key)))
    keys = {row.occurrence_key for row in rows}
    occurrences = list(session.exec(select(OccurrenceRow).where(col(OccurrenceRow.key).in_(keys))))
    known = {row.plan_id: dict[str, Measure]() for row in occurrences}  # the words stand in the letter already
    cases = {case.occurrence.key: case for case in queries.cases(session, occurrences, known)}
    whys = [useless(session, row, cases[row.occurrence_key], directory) if row.occurrence_key else None for row in rows]
    return whys[0] if None not in whys else None


def useless(session: Session, row: ItemRow, case: Case, directory: Directory) -> str | None:
    """Say why an item is not worth sending any more, if so; one that somebody cannot be told, with what he was to hear.

    Once he has heard it after all, nobody else needs to know.
    """
    about = spoken_of(session, row)
    letter = session.get(LetterRow, about.letter) if about is not row and about.letter else None
    if letter is not None and letter.state == "sent":
        return "доставлено позже"
    return pointless(about, case, directory)


def pointless(row: ItemRow, case: Case, directory: Directory) -> str | None:
    """Say why an item is not worth sending any more, if so."""
    one = next((found for found in case.assignments if found.key == row.assignment_key), None)
    revision = (term(case.occurrence, one) if one else case.occurrence).revision
    if revision != row.revision and row.kind not in _WHATEVER_THE_DAY:
        return "срок с тех пор изменился"
    if case.occurrence.cancelled and row.kind != "cancelled":
        return "мероприятие снято"
    if row.kind == "cancelled" and not case.occurrence.cancelled and one is not None and one.state not in _TAKEN_OFF:
        return "поручение возвращено"
    if row.kind == "asked" and (one is None or one.asked_until is None):
        return "о продлении уже решено"
    if row.kind in _ASKS_FOR_REPORT | {CHECKPOINT}:
        return _in_vain(row, one, directory)
    if row.kind in _ON_REPORT and (one is None or one.state is not State.REPORTED):
        return "отчёт уже рассмотрен"
    waited_for = [one] if one is not None else case.assignments
    if row.kind in _ROLLS_UP and not any(found.blocking and found.state in WORKING for found in waited_for):
        return "отчёты уже даны"
    return None


def _in_vain(row: ItemRow, one: Assignment | None, directory: Directory) -> str | None:
    """Say why the executor need not be asked any more, if so; one who has left the directory is stood in for."""
    if one is None or one.state not in WORKING:
        return "отчёт уже дан"
    if one.person in directory.people and one.person != row.person:
        return "исполнитель сменился"
    if row.kind == CHECKPOINT and one.interim_on is not None and one.interim_on >= row.at.date():
        return "промежуточная информация уже дана"
    return None


def superseded(session: Session, rows: Sequence[ItemRow], now: datetime, zone: ZoneInfo) -> set[str]:
    """Return the keys of those *rows* whose recipient is told the same by a later item, digest or report."""
    keys = {row.occurrence_key for row in rows if row.occurrence_key}
    theirs = col(ItemRow.person).in_({row.person for row in rows}) | col(ItemRow.person).is_(None)
    told = select(ItemRow).where(
        col(ItemRow.occurrence_key).in_(keys), theirs, col(ItemRow.dropped).is_(None), col(ItemRow.at) <= now
    )
    last: dict[tuple[object, ...], datetime] = {}
    for one in session.exec(told) if keys else ():
        last[_track(one)] = max(one.at, last.get(_track(one), one.at))
    week = _week(now, zone)
    old_digests = {row.key for row in rows if row.kind == DIGEST and _week(row.at, zone) != week}
    newest = {row.plan_id: row.key for row in sorted(rows, key=lambda row: row.at) if row.kind == REPORT}
    old_reports = {row.key for row in rows if row.kind == REPORT and row.key != newest[row.plan_id]}
    return old_digests | old_reports | {row.key for row in rows if row.at < last.get(_track(row), row.at)}


def _track(row: ItemRow) -> tuple[object, ...]:
    kinds = next((track for track in _TRACKS if row.kind in track), row.kind)
    return row.assignment_key or row.occurrence_key, row.person, kinds


def _week(moment: datetime, zone: ZoneInfo) -> tuple[int, int]:
    return moment.astimezone(zone).date().isocalendar()[:2]
