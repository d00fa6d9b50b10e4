"""Questions to the store and the few writes that several callers share; every session is given."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import Select, bindparam, func, literal_column, or_, update
from sqlmodel import Session, SQLModel, col, select

from engine.assignment import Action, Assignment, Case, State
from engine.calendar import Event, EventStatus, WorkCalendar
from engine.errors import NotFoundError
from engine.journal import ENGINE, GENESIS, link
from engine.marks import Fact
from engine.occurrence import Occurrence
from engine.office import Office
from engine.people import MESSENGERS, Directory, Person
from engine.plan import Measure, Roadmap
from engine.store.models import (
    ASSIGNMENT,
    OCCURRENCE,
    AccountRow,
    AssignmentRow,
    EventRow,
    ItemRow,
    JournalRow,
    LetterRow,
    OccurrenceRow,
    PassRow,
    PlanRow,
    assignment_of,
    occurrence_of,
)

BATCH = 500
FARTHEST_DIGEST = timedelta(days=35)
FARTHEST_REPORT = timedelta(days=70)
"""A month, its ten days, and as many without a working day."""
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
    rows = session.execute(_columns("plan", ["id", "roadmap"]).where(col(PlanRow.id).in_(list(plan_ids))))
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


def due(session: Session, now: datetime, limit: int = BATCH, *, without: Collection[str] = ()) -> list[Occurrence]:
    """Return occurrences a pass has to look at, locked for this transaction where the database can.

    Those of the plans *without* are left alone.
    """
    query = (
        _columns("occurrence", OCCURRENCE)
        .where(col(OccurrenceRow.next_action_at) <= now, col(OccurrenceRow.plan_id).not_in(without))
        .order_by(col(OccurrenceRow.next_action_at), col(OccurrenceRow.key))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [occurrence_of(row) for row in session.execute(query)]


def due_cases(session: Session, due: Sequence[Occurrence], known: Mapping[str, Mapping[str, Measure]]) -> list[Case]:
    """Return *due* with their assignments and measures, as `cases` does, without rows that can be changed."""
    theirs = col(AssignmentRow.occurrence_key).in_([one.key for one in due])
    rows = session.execute(_columns("assignment", ASSIGNMENT).where(theirs))
    grouped: dict[str, list[Assignment]] = defaultdict(list)
    for one in sorted(map(assignment_of, rows), key=lambda one: (not one.lead, one.key)):
        grouped[one.occurrence].append(one)
    return [Case(one, grouped[one.key], known[one.plan].get(one.measure) or struck(one.measure)) for one in due]


def _columns(table: str, names: Sequence[str]) -> Select[Any]:
    """Select what a domain object is made of: a fraction of the time that rows that can be changed take."""
    columns = SQLModel.metadata.tables[table].c
    return sqlalchemy.select(*(columns[name] for name in names))


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
    query = _columns("occurrence", (*OCCURRENCE, "next_action_at"))
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


def with_accounts(session: Session, directory: Directory) -> Directory:
    """Return *directory* with the accounts that messengers have linked; they win over the file.

    An account is one person's: what the file gives to another as well is not theirs.
    """
    linked: dict[str, dict[str, str]] = defaultdict(dict)
    for row in session.exec(select(AccountRow).where(col(AccountRow.channel).in_(MESSENGERS))):
        if row.person in directory.people:
            linked[row.channel][row.person] = row.address
    changed: dict[str, Person] = {}
    for person in directory.people.values():
        update: dict[str, str | None] = {}
        for channel, addresses in linked.items():
            given = getattr(person, channel)
            mine = addresses.get(person.id, None if given in addresses.values() else given)
            update |= {channel: mine} if mine != given else {}
        if update:
            changed[person.id] = person.model_copy(update=update)
    return replace(directory, people={**directory.people, **changed}) if changed else directory


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


def sent_keys(session: Session, keys: Sequence[str]) -> dict[str, set[str]]:
    """Return the keys in the outbox of each occurrence."""
    found: dict[str, set[str]] = defaultdict(set)
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        query = select(ItemRow.occurrence_key, ItemRow.key).where(col(ItemRow.occurrence_key).in_(part))
        for occurrence_key, key in session.exec(query):
            found[occurrence_key or ""].add(key)
    return found


def keys_of_kind(session: Session, plan_id: str, kind: str, since: datetime) -> set[str]:
    """Return the keys of a plan's digests, or reports, in the outbox from *since* on."""
    written: Any = literal_column(f"'{kind}'")  # as the partial indexes of the kinds have it
    query = select(ItemRow.key).where(ItemRow.plan_id == plan_id, ItemRow.kind == written, col(ItemRow.at) >= since)
    return set(session.exec(query))


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


def to_objects(rows: Iterable[Any]) -> list[Assignment]:
    """Return domain objects."""
    return [AssignmentRow.to_assignment(row) for row in rows]


def to_occurrences(rows: Iterable[Any]) -> list[Occurrence]:
    """Return domain objects."""
    return [OccurrenceRow.to_occurrence(row) for row in rows]
