"""Plans into the store: occurrences keep their keys, what changed is journalled and told, twice changes nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from engine.assignment import OPEN, Assignment, Case, State, is_complete, term
from engine.calendar import Event
from engine.carrying import announced, carried_over, is_finished
from engine.digest import first_digest
from engine.escalation import due_actions
from engine.monthly import next_report
from engine.occurrence import Change, Expected, Occurrence, Synced, expected, resync
from engine.office import Office
from engine.plan import Fix, Measure, Roadmap
from engine.store import queries
from engine.store.models import AssignmentRow, OccurrenceRow, PlanRow

REDATED = frozenset({Change.DATED, Change.MOVED, Change.RELEASED})


@dataclass(slots=True)
class SyncReport:
    """What a sync did: occurrences by kind of change, and remarks as (id of a measure or event, Russian sentence).

    Attributes:
        assignments: How many assignments of occurrences known before came, went or changed.
        to_reconcile: How many terms it found to lie before the plan's first sync.
        written: Rows.
        days: Due day before and after, by occurrence, of those that had one or got one.
        told: Who is told at once (ids).
        reworded: Measures whose words are others than at the last sync (ids).
        struck: № and title, as they were, of measures that the plan does not have any more, by id.
    """

    plan_id: str
    changes: dict[Change, list[str]] = field(default_factory=lambda: defaultdict(list))
    remarks: list[tuple[str, str]] = field(default_factory=list)
    assignments: int = 0
    to_reconcile: int = 0
    written: int = 0
    days: dict[str, tuple[date | None, date | None]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    reworded: set[str] = field(default_factory=set)
    struck: dict[str, dict[str, str]] = field(default_factory=dict)


def sync_plan(session: Session, office: Office, file: str, now: datetime, who: str, account: str) -> SyncReport:
    """Bring the store to what *office*'s plan asks, inside the caller's transaction.

    Args:
        session: A writing session.
        office: The plan as read, with the directory.
        file: Name of the plan file, kept for messages.
        now: The instant of the sync; the first sync's day decides what is to be reconciled.
        who: Person id or «srok».
        account: System user.
    """
    decided = office.roadmap
    queries.hold_plan(session, decided.plan.id)
    report = SyncReport(decided.plan.id)
    today = now.astimezone(ZoneInfo(decided.plan.timezone)).date()
    row = session.get(PlanRow, decided.plan.id)
    text = decided.model_dump_json(by_alias=True, exclude_defaults=True)
    before = _last_synced(row)
    moved = _moved_events(session, before, decided)
    report.reworded = _reworded(before, decided)
    report.struck = _struck(before, decided)
    if row is None:
        row = PlanRow(
            id=decided.plan.id, title="", timezone="", file="", roadmap="", first_synced_on=today, synced_at=now,
            next_digest_at=first_digest(office, now), next_report_at=next_report(now, office),
        )  # fmt: skip
    if row.roadmap != text:
        row.title, row.timezone, row.file = decided.plan.title, decided.plan.timezone, file
        row.roadmap, row.synced_at = text, now
        session.add(row)
        session.flush()
        report.written += 1
        queries.journal(session, now, who=who, account=account, deed="sync", plan_id=row.id, subject=row.id, file=file)
    if row.next_digest_at is None or row.next_digest_at > first_digest(office, now):
        row.next_digest_at = first_digest(office, now)
        report.written += 1
    if row.next_report_at is None or row.next_report_at > next_report(now, office):
        row.next_report_at = next_report(now, office)
        report.written += 1
    report.remarks += _two_dates(session, office)
    _occurrences(session, office, report, row, now, who, account, moved)
    return report


def _last_synced(row: PlanRow | None) -> Roadmap | None:
    """Return the plan as it was last synced; None where there is none, or another release wrote it."""
    try:
        return queries.roadmap(row) if row is not None else None
    except ValueError:
        return None


def _moved_events(session: Session, last: Roadmap | None, decided: Roadmap) -> set[str] | None:
    """Return the events whose days the file has changed since the last sync; None where that is not known."""
    if last is None:
        return None
    known = {one.id: (one.start, one.end, one.status) for one in queries.events(session, last)}
    after = {one.id: (one.start, one.end, one.status) for one in queries.events(session, decided)}
    return {name for name in known | after if known.get(name) != after.get(name)}


def _reworded(last: Roadmap | None, decided: Roadmap) -> set[str]:
    """Return the measures of which calendars say other words since the last sync."""

    def words(plan: Roadmap) -> dict[str, tuple[str | None, ...]]:
        header = (plan.plan.title, plan.order_title)
        return {one.id: (*header, plan.label(one), one.title, one.cell.text, one.result) for one in plan.tracked()}

    known = words(last) if last is not None else {}
    return {name for name, said in words(decided).items() if name in known and known[name] != said}


def _struck(last: Roadmap | None, decided: Roadmap) -> dict[str, dict[str, str]]:
    """Return № and title of what the plan had at the last sync and has no more: nothing else will know them."""
    still = {one.id for one in decided.tracked()}
    gone = [(last, one) for one in last.tracked() if one.id not in still] if last is not None else []
    return {one.id: {"number": plan.label(one), "title": one.title} for plan, one in gone}


def _two_dates(session: Session, office: Office) -> Iterator[tuple[str, str]]:
    """Say of which events the file and the database give other dates."""
    entered = {one.id: one for one in queries.events(session, office.roadmap)}
    for shape in office.roadmap.events:
        written, known = shape.to_event(), entered[shape.id]
        if written.start is not None and (written.start, written.end) != (known.start, known.end):
            yield shape.id, f"даты события: в базе {_days(known)}, в файле {_days(written)}: действует база"


def _days(event: Event) -> str:
    if event.start is None or event.end is None:
        return "дат нет"
    return f"{event.start:%d.%m.%Y}" + (f"–{event.end:%d.%m.%Y}" if event.end != event.start else "")


def _occurrences(
    session: Session,
    office: Office,
    report: SyncReport,
    row: PlanRow,
    now: datetime,
    who: str,
    account: str,
    moved_events: set[str] | None,
) -> None:
    decided = office.roadmap
    existing: dict[str, list[OccurrenceRow]] = defaultdict(list)
    for one in queries.occurrences(session, row.id, lock=True):
        existing[one.measure_id].append(one)
    keys = [one.key for rows in existing.values() for one in rows]
    grouped, sent = queries.assignments(session, keys), queries.sent_keys(session, keys)
    events = queries.events(session, decided)
    wanted = {
        measure.id: (measure, expected(measure, decided, office.directory, events, office.calendar))
        for measure in decided.tracked()
    }
    for measure_id in [*wanted, *(one for one in existing if one not in wanted)]:
        measure, asked = wanted.get(measure_id) or (queries.struck(measure_id), Expected((), False, None, ()))  # noqa: FBT003
        report.remarks += [(measure_id, remark) for remark in asked.remarks]
        rows = {one.key: one for one in existing[measure_id]}
        known = [one.to_occurrence() for one in rows.values()]
        for done in resync(row.id, measure_id, known, asked, row.first_synced_on, now, moved_events):
            key = done.after.key
            kept = [one.to_assignment() for one in grouped[key]]
            if done.change is Change.CANCELLED and is_finished(kept):
                continue
            if done.remark:
                report.remarks.append((measure_id, done.remark))
            over = done.change in REDATED and bool(kept) and is_complete(kept)
            if not over:  # the day of what is over moves too, and concerns nobody
                report.changes[done.change].append(key)
            report.to_reconcile += done.after.to_reconcile and not (done.before and done.before.to_reconcile)
            after = _write(session, office, report, done, measure, kept, rows.get(key), sent[key], now)
            report.remarks += [(measure_id, remark) for remark in _extended(done.after, after)]
            if done.change not in {Change.CANCELLED, Change.RESTORED, Change.NEW}:
                _journal_changes(session, kept, after, row.id, now, who, account)
            if done.change not in {Change.SAME, Change.KEPT, Change.NEW}:
                report.days[key] = (done.before.due_on if done.before else None, done.after.due_on)
                queries.journal(
                    session, now, who=who, account=account, deed=done.change.value, plan_id=row.id,
                    subject=done.after.key, before=done.before and done.before.due_on, after=done.after.due_on,
                    **_decision(done.after, asked.fix), **report.struck.get(measure_id, {}),
                )  # fmt: skip


def _extended(after: Occurrence, kept: Sequence[Assignment]) -> Iterator[str]:
    """Say of which assignments the database holds a later day than the file."""
    for one in kept:
        own = term(after, one).due_on
        if one.state in OPEN and own is not None and after.due_on is not None and own > after.due_on:
            yield f"срок {after.due_on:%d.%m.%Y} продлён ({one.school or one.title}): действует {own:%d.%m.%Y}"


def _decision(after: Occurrence, fix: Fix | None) -> dict[str, str]:
    """Return who decided the due day and why, for the journal."""
    return {"by": fix.by, "why": fix.why} if fix is not None and fix.to == after.due_on else {}


def _write(
    session: Session,
    office: Office,
    report: SyncReport,
    done: Synced,
    measure: Measure,
    kept: list[Assignment],
    row: OccurrenceRow | None,
    sent: AbstractSet[str],
    now: datetime,
) -> list[Assignment]:
    """Write one occurrence and its assignments, count the rows that changed, and return the assignments."""
    occurrence, after = done.after, carried_over(done, measure, office.directory, kept)
    changed = 0
    if row is None or row.to_occurrence() != occurrence:
        changed += 1
        if row is None:
            row = OccurrenceRow.of(occurrence, now)
        else:
            row.take(occurrence, now)
        session.add(row)
        session.flush()
    before = {one.key: one for one in kept}
    for one in after:
        if before.get(one.key) != one:
            changed += 1
            report.assignments += done.before is not None
            session.merge(AssignmentRow.of(one, now))
    shown = changed > 0 or (measure.id in report.reworded and not occurrence.cancelled)
    if done.before is not None and shown:
        report.written += changed == 0
        row.restate(now, settled=changed > 0)
    case = Case(occurrence, after, measure)
    upcoming = look_again(case, office, now, sent)
    if changed:
        row.next_action_at = upcoming
        news = announced(done, case, kept, office, sent, now)
        report.told |= {one.person for one in news if one.person is not None}
        queries.enqueue(session, news, now)
    elif upcoming is not None and (row.next_action_at is None or upcoming < row.next_action_at):
        row.next_action_at = upcoming  # the ladder, the calendar or a recipient's zone is another
        changed += 1
    report.written += changed
    return after


def _journal_changes(
    session: Session,
    before: Sequence[Assignment],
    after: Sequence[Assignment],
    plan_id: str,
    now: datetime,
    who: str,
    account: str,
) -> None:
    """Journal who came and who went when the plan or the directory named others."""
    known = {one.key: one for one in before}
    for one in after:
        old = known.get(one.key)
        came, went = old is None or old.state is State.CANCELLED, one.state is State.CANCELLED
        if came != went and (came or old is None or old.state is not one.state):
            deed = "assigned" if came else "unassigned"
            queries.journal(
                session, now, who=who, account=account, deed=deed, plan_id=plan_id, subject=one.key,
                person=one.person, state=one.state.value,
            )  # fmt: skip


def look_again(case: Case, office: Office, now: datetime, sent: AbstractSet[str] = frozenset()) -> datetime | None:
    """Return when a pass has to look at *case* next: now, when something not in *sent* is due already."""
    actions, upcoming = due_actions(case, office, sent, now)
    return now if actions else upcoming


def plan_events_changed(
    session: Session, office: Office, event_id: str, now: datetime, who: str, account: str
) -> SyncReport:
    """Re-date what hangs on an event after it was set, moved or cancelled."""
    row = queries.plan(session, office.roadmap.plan.id)
    report = SyncReport(row.id)
    _occurrences(session, office, report, row, now, who, account, {event_id})
    return report
