"""What a pass and the daily check ask of the store, and the few marks they write; every session is given."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, literal_column, or_, update
from sqlmodel import Session, col, select

from engine.assignment import Assignment, Case, State
from engine.journal import ENGINE
from engine.occurrence import Occurrence
from engine.plan import Measure
from engine.store.models import (
    ASSIGNMENT,
    OCCURRENCE,
    AssignmentRow,
    ItemRow,
    JournalRow,
    OccurrenceRow,
    PassRow,
    PlanRow,
    assignment_of,
    occurrence_of,
)
from engine.store.queries import BATCH, CLOCKS_DIFFER, LONGEST_SILENCE, columns, struck

FARTHEST_DIGEST = timedelta(days=35)
FARTHEST_REPORT = timedelta(days=70)
"""A month, its ten days, and as many without a working day."""


def due(session: Session, now: datetime, limit: int = BATCH, *, without: Collection[str] = ()) -> list[Occurrence]:
    """Return occurrences a pass has to look at, locked for this transaction where the database can.

    Those of the plans *without* are left alone.
    """
    query = (
        columns("occurrence", OCCURRENCE)
        .where(col(OccurrenceRow.next_action_at) <= now, col(OccurrenceRow.plan_id).not_in(without))
        .order_by(col(OccurrenceRow.next_action_at), col(OccurrenceRow.key))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [occurrence_of(row) for row in session.execute(query)]


def due_cases(session: Session, due: Sequence[Occurrence], known: Mapping[str, Mapping[str, Measure]]) -> list[Case]:
    """Return *due* with their assignments and measures, as `cases` does, without rows that can be changed."""
    theirs = col(AssignmentRow.occurrence_key).in_([one.key for one in due])
    rows = session.execute(columns("assignment", ASSIGNMENT).where(theirs))
    grouped: dict[str, list[Assignment]] = defaultdict(list)
    for one in sorted(map(assignment_of, rows), key=lambda one: (not one.lead, one.key)):
        grouped[one.occurrence].append(one)
    return [Case(one, grouped[one.key], known[one.plan].get(one.measure) or struck(one.measure)) for one in due]


def look_again_at(session: Session, instants: Mapping[str, datetime | None]) -> None:
    """Write when a pass has to look at occurrences next, by their keys."""
    table = OccurrenceRow.metadata.tables["occurrence"]
    query = update(table).where(table.c.key == bindparam("of")).values(next_action_at=bindparam("instant"))
    session.execute(query, [{"of": key, "instant": instant} for key, instant in instants.items()])


def last_people(session: Session) -> tuple[str, date | None]:
    """Return the fingerprint of the directory that the last pass worked by, and the day of the last full check.

    Empty and None before the first.
    """
    query = select(PassRow.people, col(PassRow.checked_on)).order_by(col(PassRow.id).desc()).limit(1)
    return session.exec(query).first() or ("", None)


def open_terms(session: Session, plan_id: str) -> list[tuple[Occurrence, datetime | None]]:
    """Return a plan's occurrences that still stand, and when a pass looks at each next."""
    query = columns("occurrence", (*OCCURRENCE, "next_action_at"))
    stands = query.where(col(OccurrenceRow.plan_id) == plan_id, col(OccurrenceRow.cancelled).is_(False))
    return [(occurrence_of(row[:-1]), row[-1]) for row in session.execute(stands)]


def with_days_of_their_own(session: Session, keys: Sequence[str]) -> set[str]:
    """Return which of these occurrences have an assignment with a report that waits, a day granted or a reopening."""
    own = or_(col(AssignmentRow.state) == State.REPORTED.value, col(AssignmentRow.told_at).is_not(None))
    found: set[str] = set()
    for start in range(0, len(keys), BATCH):
        theirs = col(AssignmentRow.occurrence_key).in_(keys[start : start + BATCH])
        found |= set(session.exec(select(AssignmentRow.occurrence_key).where(theirs, own)))
    return found


def last_check(session: Session) -> tuple[date | None, dict[str, Any]]:
    """Return the day of the last completeness check, and what it found; nothing found is empty."""
    _, day = last_people(session)
    query = (
        select(JournalRow)
        .where(JournalRow.subject == ENGINE, JournalRow.deed == "completeness")
        .order_by(col(JournalRow.id).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return day, row.read() if row is not None and row.at.date() == day else {}


def look_at_all(session: Session, now: datetime) -> None:
    """Have a pass look at every open occurrence with a due day, and at every plan's digest and report."""
    dated = col(OccurrenceRow.due_on).is_not(None) & col(OccurrenceRow.cancelled).is_(False)
    session.execute(update(OccurrenceRow).where(dated).values(next_action_at=now))
    session.execute(update(PlanRow).values(next_digest_at=now, next_report_at=now))


def clock_was_ahead(session: Session, now: datetime) -> bool:
    """Tell whether the last passes were made by a clock that was ahead and has been set right by *now*.

    Such passes lie after *now*, behind a gap that *now* lies in. Where passes stand close together up to the future the
    clock is behind instead: nothing was said too early.
    """
    present = now + CLOCKS_DIFFER
    last = session.exec(select(PassRow.started_at).order_by(col(PassRow.id).desc()).limit(1)).first()
    if last is None or last <= present:
        return False
    start = col(PassRow.started_at)
    before: datetime | None = session.exec(select(func.max(start)).where(start <= present)).one()
    ahead: datetime = session.exec(select(func.min(start)).where(start > present)).one()
    return before is not None and ahead - before > LONGEST_SILENCE


def take_back_said_ahead(session: Session, now: datetime) -> int:
    """Have what a clock that was ahead said too early said again in its time; return of how many occurrences.

    It is as if their due day had moved to the day it was: a new revision, and nobody hears again what he knew.
    """
    early = select(ItemRow.occurrence_key).where(col(ItemRow.created_at) > now + CLOCKS_DIFFER)
    anew = update(OccurrenceRow).where(col(OccurrenceRow.key).in_(early), col(OccurrenceRow.cancelled).is_(False))
    values = {"revision": OccurrenceRow.revision + 1, "moved_at": now, "changed_at": now, "next_action_at": now}
    return len(session.execute(anew.values(values).returning(col(OccurrenceRow.key))).all())


def digests_due(session: Session, now: datetime) -> list[PlanRow]:
    """Return the plans whose digest is due, locked for this transaction where the database can.

    One put off further than weeks without a working day go is due as well: a clock that was ahead has set it.
    """
    return _plans_due(session, col(PlanRow.next_digest_at), now, FARTHEST_DIGEST)


def reports_due(session: Session, now: datetime) -> list[PlanRow]:
    """Return the plans whose report is due, as `digests_due` does."""
    return _plans_due(session, col(PlanRow.next_report_at), now, FARTHEST_REPORT)


def _plans_due(session: Session, next_at: Any, now: datetime, farthest: timedelta) -> list[PlanRow]:
    query = select(PlanRow).where(or_(next_at <= now, next_at > now + farthest))
    return list(session.exec(query.with_for_update(skip_locked=True)))


def keys_of_kind(session: Session, plan_id: str, kind: str, since: datetime) -> set[str]:
    """Return the keys of a plan's digests, or reports, in the outbox from *since* on."""
    written: Any = literal_column(f"'{kind}'")  # as the partial indexes of the kinds have it
    query = select(ItemRow.key).where(ItemRow.plan_id == plan_id, ItemRow.kind == written, col(ItemRow.at) >= since)
    return set(session.exec(query))


RESTORED, SETTLED = "data-restored", "restore-settled"
"""Deeds of the engine: the data were put back from a copy; what may have been sent since it was taken is held back."""


def unsettled_restore(session: Session) -> JournalRow | None:
    """Return the mark of a restore after which no pass has been made yet; on a server the row is locked."""
    marks = select(JournalRow).where(JournalRow.subject == ENGINE, col(JournalRow.deed).in_([RESTORED, SETTLED]))
    last = marks.order_by(col(JournalRow.id).desc()).limit(1)
    row = session.exec(last).first()
    if row is None or row.deed == SETTLED:
        return None
    session.refresh(row, with_for_update=True)
    last_now = session.exec(last).one()  # another pass may have settled it while this one waited for the lock
    return row if last_now.deed == RESTORED else None
