"""Questions to the store and the few writes that several callers share; every session is given."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import Select, func
from sqlmodel import Session, SQLModel, col, select

from engine.assignment import Action, Case
from engine.calendar import Event, EventStatus, WorkCalendar
from engine.errors import NotFoundError
from engine.journal import ENGINE, GENESIS, link
from engine.marks import Fact
from engine.office import Office
from engine.people import Directory
from engine.plan import Measure, Roadmap
from engine.store.models import (
    AssignmentRow,
    EventRow,
    ItemRow,
    JournalRow,
    LetterRow,
    OccurrenceRow,
    PassRow,
    PlanRow,
)

BATCH = 500
CLOCKS_DIFFER = timedelta(hours=1)
"""How far the clocks of two machines may lie apart."""
LONGEST_SILENCE = timedelta(hours=26)
"""Passes are made every day at least; whoever sees none for longer says so."""
CHAIN_LOCK = 7_365_015
"""Number of the lock that writers of the journal's chain take on a server, until their transaction ends."""


def plans(session: Session) -> list[PlanRow]:
    """Return every synced plan, by id."""
    return list(session.exec(select(PlanRow).order_by(PlanRow.id)))


def plan(session: Session, plan_id: str) -> PlanRow:
    """Return one plan.

    Raises:
        NotFoundError: It was never synced.
    """
    row = session.get(PlanRow, plan_id)
    if row is None:
        known = ", ".join(session.exec(select(PlanRow.id).order_by(PlanRow.id))) or "ни одного"
        raise NotFoundError(f"плана «{plan_id}» нет в базе (есть: {known}); сначала srok sync")
    return row


def roadmap(row: PlanRow) -> Roadmap:
    """Return the decisions of a plan as last synced."""
    return Roadmap.model_validate_json(row.roadmap)


def office(row: PlanRow, directory: Directory, owner: str | None) -> Office:
    """Return whom and when a plan may speak to."""
    return _office(roadmap(row), directory, owner)


def _office(decided: Roadmap, directory: Directory, owner: str | None) -> Office:
    return Office(decided, directory, WorkCalendar(decided.rules), owner)


def offices(session: Session, plan_ids: Iterable[str], directory: Directory, owner: str | None) -> dict[str, Office]:
    """Return the offices of the plans named."""
    rows = session.execute(columns("plan", ["id", "roadmap"]).where(col(PlanRow.id).in_(list(plan_ids))))
    return {plan_id: _office(Roadmap.model_validate_json(text), directory, owner) for plan_id, text in rows}


def events(session: Session, decided: Roadmap) -> tuple[Event, ...]:
    """Return the plan's events; dates entered by a person win over the file. Schedules of measures are among them."""
    entered = {row.id: row for row in session.exec(select(EventRow).where(EventRow.plan_id == decided.plan.id))}
    found = []
    for shape in decided.events:
        event, row = shape.to_event(), entered.pop(shape.id, None)
        if row is not None:
            event = Event(event.id, event.title, row.start, row.end, EventStatus(row.status), row.basis, event.phrases)
        found.append(event)
    found += [
        Event(row.id, row.id, row.start, row.end, EventStatus(row.status), row.basis, ())
        for _, row in sorted(entered.items())
    ]
    return tuple(found)


def hold_plan(session: Session, plan_id: str) -> None:
    """Wait until nobody else changes the plan, the plan that is not there yet included; SQLite has waited.

    On a server locks are taken in one order by all: plans by id, a plan's occurrences by key, the journal's chain. So
    who changes several plans holds them all before the first row of the journal.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(plan_id))))
        rows = select(OccurrenceRow.key).where(OccurrenceRow.plan_id == plan_id).order_by(col(OccurrenceRow.key))
        session.execute(rows.with_for_update())


def occurrences(
    session: Session, plan_id: str, measure_id: str | None = None, *, lock: bool = False
) -> list[OccurrenceRow]:
    """Return a plan's occurrences, or a measure's, by measure and number; who is to change them locks them by key."""
    query = select(OccurrenceRow).where(OccurrenceRow.plan_id == plan_id)
    if measure_id is not None:
        query = query.where(OccurrenceRow.measure_id == measure_id)
    if lock:
        query = query.order_by(col(OccurrenceRow.key)).with_for_update()
    rows = session.exec(query)
    return sorted(rows, key=lambda row: (row.measure_id, row.n))


def assignments(session: Session, keys: Sequence[str]) -> dict[str, list[AssignmentRow]]:
    """Return the assignments of occurrences, by occurrence, in the order they were made."""
    found: dict[str, list[AssignmentRow]] = defaultdict(list)
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        rows = session.exec(select(AssignmentRow).where(col(AssignmentRow.occurrence_key).in_(part)))
        for row in sorted(rows, key=lambda row: (not row.lead, row.key)):
            found[row.occurrence_key].append(row)
    return found


def measures(decided: Roadmap) -> dict[str, Measure]:
    """Return the tracked measures of a plan by id."""
    return {one.id: one for one in decided.tracked()}


STRUCK = "(вычеркнуто из плана)"


def struck(measure_id: str) -> Measure:
    """Return a stand-in for a measure that the plan no longer has: its occurrences keep their history."""
    return Measure.model_construct(id=measure_id, number=None, title=STRUCK, sub=())


def is_struck(measure: Measure) -> bool:
    """Tell whether *measure* is what `struck` returns."""
    return measure.title == STRUCK


def cases(session: Session, rows: Sequence[OccurrenceRow], known: dict[str, dict[str, Measure]]) -> list[Case]:
    """Return occurrences with their assignments and measures; *known* is `measures` by plan id."""
    grouped = assignments(session, [row.key for row in rows])
    return [
        Case(
            row.to_occurrence(),
            [one.to_assignment() for one in grouped[row.key]],
            known[row.plan_id].get(row.measure_id) or struck(row.measure_id),
        )
        for row in rows
    ]


def cases_of(session: Session, office: Office) -> list[Case]:
    """Return all cases of a plan, by measure and number; those of struck measures too."""
    plan_id = office.roadmap.plan.id
    return cases(session, occurrences(session, plan_id), {plan_id: measures(office.roadmap)})


def columns(table: str, names: Sequence[str]) -> Select[Any]:
    """Select what a domain object is made of: a fraction of the time that rows that can be changed take."""
    columns = SQLModel.metadata.tables[table].c
    return sqlalchemy.select(*(columns[name] for name in names))


def sent_keys(session: Session, keys: Sequence[str]) -> dict[str, set[str]]:
    """Return the keys in the outbox of each occurrence."""
    found: dict[str, set[str]] = defaultdict(set)
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        query = select(ItemRow.occurrence_key, ItemRow.key).where(col(ItemRow.occurrence_key).in_(part))
        for occurrence_key, key in session.exec(query):
            found[occurrence_key or ""].add(key)
    return found


def enqueue(session: Session, actions: Iterable[Action], now: datetime) -> int:
    """Put actions into the outbox and return how many are new: a key that is there already is left alone."""
    rows = [
        {
            "key": one.key,
            "at": one.at,
            "kind": one.kind,
            "rung": one.rung,
            "revision": one.revision,
            "plan_id": one.plan,
            "measure_id": one.measure,
            "occurrence_key": one.occurrence,
            "assignment_key": one.assignment,
            "person": one.person,
            "channel": one.channel,
            "created_at": now,
        }
        for one in actions
    ]
    table = ItemRow.metadata.tables["item"]
    insert = insert_into(session, table).on_conflict_do_nothing(index_elements=["key"]).returning(table.c.key)
    return len(session.execute(insert, rows).all()) if rows else 0


def insert_into(session: Session, table: Any) -> Any:
    """Return an insert that can say what to do on a conflict; of the two dialects one is loaded."""
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert  # noqa: PLC0415
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]  # noqa: PLC0415
    return insert(table)


def journal(
    session: Session,
    now: datetime,
    *,
    who: str,
    account: str,
    deed: str,
    plan_id: str | None,
    subject: str,
    **facts: Any,
) -> int:
    """Append one fact to the journal and return its number; dates and instants are written as ISO text.

    What people decide is chained.
    """
    text = json.dumps(facts, ensure_ascii=False, default=str, sort_keys=True)
    row = JournalRow(at=now, who=who, account=account, deed=deed, plan_id=plan_id, subject=subject, facts=text)
    if who != ENGINE:
        _lock_chain(session)
        row.previous = chain_head(session) or GENESIS
        row.hash = link(row.previous, row.to_facts())
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def _lock_chain(session: Session) -> None:
    """Wait for other writers of the chain: on SQLite a writing transaction is alone already.

    A lock on the last row would not do on a server: who has waited for it is given the row that was the last before.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))


def chain_head(session: Session) -> str | None:
    """Return the hash of the last decision in the journal."""
    query = select(JournalRow.hash).where(JournalRow.hash != "").order_by(col(JournalRow.id).desc()).limit(1)
    return session.exec(query).first()


def deeds(session: Session, subjects: Sequence[str]) -> list[JournalRow]:
    """Return what the journal says of *subjects*, oldest first."""
    found: list[JournalRow] = []
    for start in range(0, len(subjects), BATCH):
        part = subjects[start : start + BATCH]
        found += session.exec(select(JournalRow).where(col(JournalRow.subject).in_(part)))
    return sorted(found, key=lambda row: row.id or 0)


def facts(session: Session, plan_id: str) -> dict[str, list[Fact]]:
    """Return what the journal knows of a plan's assignments, occurrences and events, by their keys, oldest first."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for row in session.exec(select(JournalRow).where(JournalRow.plan_id == plan_id).order_by(col(JournalRow.id))):
        found[row.subject].append(Fact(row.deed, row.read()))
    return found


def reason(session: Session, assignment_key: str | None) -> str | None:
    """Return the reason given with the last return of an assignment's report."""
    query = (
        select(JournalRow)
        .where(JournalRow.subject == assignment_key, JournalRow.deed == "return")
        .order_by(col(JournalRow.id).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return row.read().get("reason") if row else None


def last_fact(session: Session) -> datetime | None:
    """Return when something last happened: a deed, which a sync is not, or a letter sent."""
    deed = select(JournalRow.at).where(JournalRow.deed != "sync").order_by(col(JournalRow.id).desc()).limit(1)
    letter = select(LetterRow.sent_at).where(col(LetterRow.sent_at).is_not(None))
    found = [session.exec(deed).first(), session.exec(letter.order_by(col(LetterRow.sent_at).desc()).limit(1)).first()]
    return max((one for one in found if one is not None), default=None)


def plans_of(session: Session, measure_id: str) -> list[str]:
    """Return the ids of the plans that have, or had, a measure of this id."""
    theirs = select(OccurrenceRow.key).where(
        OccurrenceRow.plan_id == PlanRow.id, OccurrenceRow.measure_id == measure_id
    )
    return list(session.exec(select(PlanRow.id).where(theirs.exists()).order_by(PlanRow.id)))


def revision(session: Session) -> str:
    """Return the revision of the database's schema."""
    return str(session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def last_pass(session: Session) -> datetime | None:
    """Return when the engine last finished a pass, by the clock of that pass."""
    return session.exec(select(PassRow.finished_at).order_by(col(PassRow.id).desc()).limit(1)).first()


def letters_by_state(session: Session) -> dict[str, int]:
    """Return how many letters did not surely arrive and are not tried again, by state."""
    query = select(LetterRow.state, func.count()).where(col(LetterRow.state).in_(["dead", "uncertain"]))
    return dict(session.exec(query.group_by(LetterRow.state)).all())
