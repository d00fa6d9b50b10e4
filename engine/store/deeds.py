"""What people do: transitions of assignments and dates of events, journalled in the transaction that does them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from engine.assignment import (
    DEED_RUSSIAN,
    RUSSIAN,
    TRANSITIONS,
    Action,
    Assignment,
    Case,
    Deed,
    Right,
    performed,
)
from engine.calendar import EventStatus, Horizon, Kind
from engine.errors import NotFoundError, TransitionError
from engine.escalation import told
from engine.occurrence import schedule_event
from engine.office import Office
from engine.plan import Measure, understand
from engine.store import queries
from engine.store.models import AssignmentRow, EventRow, OccurrenceRow
from engine.store.sync import SyncReport, look_again, plan_events_changed
from engine.yaml_text import YEARS

SHOWN = 5
FAR_DAYS = 366
"""How far before or after the plan's days an event that belongs to it may lie."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which assignment is meant: a measure, and what narrows it down; `responsible` is a role, a person or its key."""

    measure: str
    occurrence: int | None = None
    school: str | None = None
    responsible: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """A deed with what belongs to it.

    Attributes:
        by: Person id; None: the one whose deed it is, entered by the operator for them.
        day: Local day of the deed, or on which a report was received; None: the day of *now* in the plan's zone.
        text: What was done, in words.
        evidence: A document's kind, № and date, or a link.
    """

    deed: Deed
    by: str | None
    day: date | None
    account: str
    reason: str | None = None
    text: str | None = None
    evidence: str | None = None


def perform(session: Session, office: Office, target: Target, act: Act, now: datetime) -> Assignment:
    """Do *act* on the assignment that *target* means and tell whom it concerns.

    Raises:
        NotFoundError: No such measure, occurrence, school or person, or several assignments fit.
        TransitionError: The table of states, the person's rights or missing evidence forbid it.
    """
    today = now.astimezone(office.zone).date()
    day = act.day or today
    if day > today:
        raise TransitionError(f"день {day:%d.%m.%Y} ещё не наступил: укажите --on не позже сегодняшнего")
    if act.by is not None and office.directory.holder(act.by) is None:
        raise NotFoundError(f"человека «{act.by}» нет в справочнике людей")
    if act.day is not None and act.day < office.roadmap.first_day:
        first = office.roadmap.first_day
        raise TransitionError(f"день {day:%d.%m.%Y} раньше первого дня плана ({first:%d.%m.%Y}): проверьте --on")
    case, before = _chosen(_candidates(session, office, target), office, act, day)
    who = _actor(office, case, before, act, day)
    rights = office.rights(who, before, case, day) if who else set()
    if act.by is not None and day < today and Right.EXECUTOR in rights:
        raise TransitionError("задним числом исполнитель не отчитывается сам: день получения вносят за него (без --by)")
    _check_evidence(case, act)
    after = performed(before, case.occurrence, act.deed, rights, day, act.reason)
    row = session.get(AssignmentRow, before.key)
    assert row is not None
    row.take(after, now)
    occurrence = session.get(OccurrenceRow, case.occurrence.key)
    assert occurrence is not None
    left = Case(case.occurrence, [after if one.key == after.key else one for one in case.assignments], case.measure)
    occurrence.next_action_at = look_again(left, office, now)
    queries.journal(
        session, now, who=who or "", account=act.account, deed=act.deed.value, plan_id=case.occurrence.plan,
        subject=after.key, day=day, reason=act.reason, text=act.text, evidence=act.evidence,
        entered_for=act.by is None, state=after.state.value, outcome=after.outcome,
    )  # fmt: skip
    queries.enqueue(session, _messages(act.deed, left, after, office, now), now)
    return after


def _candidates(session: Session, office: Office, target: Target) -> list[tuple[Case, Assignment]]:
    plan_id = office.roadmap.plan.id
    known = queries.measures(office.roadmap)
    query = (
        select(OccurrenceRow)
        .where(
            OccurrenceRow.plan_id == plan_id,
            OccurrenceRow.measure_id == target.measure,
            col(OccurrenceRow.cancelled).is_(False),
        )
        .order_by(col(OccurrenceRow.key))
        .with_for_update()
    )  # who comes second reads what the first has done
    rows = sorted(session.exec(query), key=lambda row: (row.due_on or date.max, row.n))
    if not rows:
        raise NotFoundError(f"мероприятия «{target.measure}» нет в плане «{plan_id}» или оно снято: см. srok status")
    if target.occurrence is not None:
        rows = [row for row in rows if row.n == target.occurrence]
    found = [(case, one) for case in queries.cases(session, rows, {plan_id: known}) for one in case.assignments]
    if target.school is not None:
        found = [
            (case, one)
            for case, one in found
            if target.school in {one.school, office.directory.school_name(one.school)}
        ]
    if target.responsible is not None:
        entry = office.directory.find(target.responsible)
        meant = {target.responsible, getattr(entry, "id", None)}
        found = [(case, one) for case, one in found if meant & {one.reference, one.person, one.title, one.key}]
    if not found:
        raise NotFoundError("такого поручения нет: проверьте --occurrence, --school и --responsible")
    return found


def _chosen(found: Sequence[tuple[Case, Assignment]], office: Office, act: Act, day: date) -> tuple[Case, Assignment]:
    """Return the assignment meant: of those the deed fits and the person may act on, the one of the earliest term."""
    fitting = [(case, one) for case, one in found if one.state in TRANSITIONS[act.deed].sources]
    if not fitting:
        state = RUSSIAN[found[0][1].state]
        raise TransitionError(f"нельзя «{DEED_RUSSIAN[act.deed]}»: поручение в состоянии «{state}»")
    if act.by is not None:
        person = office.directory.holder(act.by)
        assert person is not None
        rule = TRANSITIONS[act.deed].by
        allowed = [(case, one) for case, one in fitting if office.rights(person.id, one, case, day) & rule]
        own = [(case, one) for case, one in allowed if Right.EXECUTOR in office.rights(person.id, one, case, day)]
        fitting = (own if Right.EXECUTOR in rule else allowed) or allowed or fitting
    first = fitting[0][0].occurrence.key
    same = [(case, one) for case, one in fitting if case.occurrence.key == first]
    if len(same) > 1 and act.by is None:
        same = [(case, one) for case, one in same if one.lead and one.school is None] or same
    if len(same) > 1:
        names = [
            f"{one.title}{f' ({office.directory.school_name(one.school)})' if one.school else ''}" for _, one in same
        ]
        shown = "; ".join(names[:SHOWN]) + ("; …" if len(names) > SHOWN else "")
        raise NotFoundError(f"подходит несколько поручений: {shown}; уточните --school или --responsible")
    return same[0]


def _actor(office: Office, case: Case, one: Assignment, act: Act, day: date) -> str | None:
    if act.by is not None:
        person = office.directory.holder(act.by)
        return person.id if person else None
    if Right.EXECUTOR in TRANSITIONS[act.deed].by:
        return office.executor(one, case.measure)
    return office.acceptor(one, case, day)


def _check_evidence(case: Case, act: Act) -> None:
    asked = case.measure.evidence
    if act.deed is Deed.REPORT and asked is not None and asked.required and not (act.evidence or "").strip():
        raise TransitionError(
            f"отчёт принимается с подтверждением ({asked.kinds}): укажите --evidence «вид, № и дата» или ссылку"
        )


def _messages(deed: Deed, case: Case, one: Assignment, office: Office, now: datetime) -> list[Action]:
    if deed is Deed.REPORT:
        acceptor = office.acceptor(one, case, now.astimezone(office.zone).date())
        return told("reported", one.reports, case, one, acceptor, office, now)
    if deed is Deed.RETURN:
        return told("returned", one.reports, case, one, office.executor(one, case.measure), office, now)
    return []


@dataclass(frozen=True, slots=True)
class EventDates:
    """Dates of an event, or of a measure that follows a schedule; both ends inclusive."""

    start: date | None
    end: date | None
    status: EventStatus
    basis: str | None


def set_event(
    session: Session, office: Office, name: str, dates: EventDates, now: datetime, who: str, account: str
) -> SyncReport:
    """Enter the dates of event *name*, or of the measure of that id, and re-date what hangs on it.

    Raises:
        NotFoundError: The plan has neither such an event nor such a measure, the directory no such person.
        TransitionError: The end is before the start, or the days lie far outside the plan.
    """
    plan_id = office.roadmap.plan.id
    by = office.directory.holder(who) if who else None
    if who and by is None:
        raise NotFoundError(f"человека «{who}» нет в справочнике людей")
    _check_days(dates, office.roadmap.horizon)
    if name not in {one.id for one in office.roadmap.events}:
        measure = queries.measures(office.roadmap).get(name)
        if measure is None:
            raise NotFoundError(f"в плане «{plan_id}» нет ни события, ни мероприятия «{name}»: см. раздел events плана")
        if not _follows_dates(measure, office):
            raise TransitionError(f"срок мероприятия «{name}» не по графику: другую дату ставит fix в файле плана")
        name = schedule_event(name)
    queries.hold_plan(session, plan_id)
    row = session.get(EventRow, (plan_id, name)) or EventRow(plan_id=plan_id, id=name, status="", changed_at=now)
    before = (row.start, row.end, row.status or None)
    row.start, row.end, row.status = dates.start, dates.end or dates.start, dates.status.value
    row.basis, row.changed_at = dates.basis, now
    session.add(row)
    session.flush()
    queries.journal(
        session, now, who=by.id if by else "", account=account, deed="event", plan_id=plan_id,
        subject=f"{plan_id}/{name}", basis=row.basis,
        before=[str(one) for one in before], start=row.start, end=row.end, status=row.status,
    )  # fmt: skip
    return plan_events_changed(session, office, now, who, account)


def _check_days(dates: EventDates, horizon: Horizon) -> None:
    if dates.start and dates.end and dates.end < dates.start:
        raise TransitionError(f"конец {dates.end:%d.%m.%Y} раньше начала {dates.start:%d.%m.%Y}: поменяйте даты")
    days = [one for one in (dates.start, dates.end) if one is not None]
    for day in days:
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise TransitionError(f"год вне {YEARS[0]}–{YEARS[1]}: {day:%d.%m.%Y}")
    if days and ((horizon.start - days[-1]).days > FAR_DAYS or (days[0] - horizon.end).days > FAR_DAYS):
        plan = f"{horizon.start:%d.%m.%Y} – {horizon.end:%d.%m.%Y}"
        raise TransitionError(f"событие лежит далеко за сроком плана ({plan}): проверьте год")


def _follows_dates(measure: Measure, office: Office) -> bool:
    """Tell whether a measure's cell leaves its dates to a schedule or an event."""
    reading = understand(measure, office.roadmap.horizon).reading
    return reading is not None and bool({part.kind for part in reading.parts} & {Kind.SCHEDULE, Kind.EVENT})
