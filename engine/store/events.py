"""Dates of events, and of measures that follow a schedule: set, moved, cancelled; what hangs on them is re-dated."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session

from engine.calendar import Event, EventStatus, Horizon, Kind
from engine.errors import NotFoundError, TransitionError
from engine.occurrence import schedule_event
from engine.office import Office
from engine.plan import Measure, understand
from engine.store import queries
from engine.store.models import EventRow
from engine.store.sync import SyncReport, plan_events_changed
from engine.yaml_text import YEARS

FAR_DAYS = 366
"""How far before or after the plan's days an event that belongs to it may lie."""


class EventDeed(StrEnum):
    """What a person does with an event; the value is the word in the journal."""

    SET = "event"
    MOVE = "event-moved"
    CANCEL = "event-cancelled"


STATUS = {
    EventDeed.SET: EventStatus.CONFIRMED,
    EventDeed.MOVE: EventStatus.MOVED,
    EventDeed.CANCEL: EventStatus.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class EventAct:
    """What is done with an event.

    Attributes:
        by: Person id or name; None: entered by the operator.
        start: First day, inclusive; None for a cancelled one.
        end: Last day, inclusive; None: the first day is the only one.
        basis: The document that decides; obligatory where days that were known change.
    """

    deed: EventDeed
    by: str | None
    account: str
    start: date | None = None
    end: date | None = None
    basis: str | None = None


def decide_event(session: Session, office: Office, name: str, act: EventAct, now: datetime) -> SyncReport:
    """Do *act* on event *name*, or on the dates of the measure of that id, and re-date what hangs on it.

    Done a second time it changes nothing.

    Raises:
        NotFoundError: The plan has neither such an event nor such a measure, the directory no such person.
        TransitionError: The person may not date events, the days cannot be, or no document is named for a change.
    """
    plan_id = office.roadmap.plan.id
    queries.hold_plan(session, plan_id)
    event_id = _event_id(office, name)
    who = _who(office, event_id, act, now)
    _check_days(act, office.roadmap.horizon)
    known = next((one for one in queries.events(session, office.roadmap) if one.id == event_id), None)
    row = session.get(EventRow, (plan_id, event_id)) or EventRow(
        plan_id=plan_id, id=event_id, status="", changed_at=now
    )
    wanted = (act.start, act.end or act.start, STATUS[act.deed].value)
    same_days = (row.start, row.end) == wanted[:2]
    if same_days and (row.status == wanted[2] or (act.deed is EventDeed.MOVE and row.status)):
        return SyncReport(plan_id)
    _check_change(act, known, entered=bool(row.status))
    before = known and [known.start, known.end, known.status.value]
    row.start, row.end, row.status = wanted
    row.basis, row.changed_at = act.basis, now
    session.add(row)
    session.flush()
    queries.journal(
        session, now, who=who, account=act.account, deed=act.deed.value, plan_id=plan_id,
        subject=f"{plan_id}/{event_id}", basis=row.basis, before=before, start=row.start, end=row.end,
        status=row.status,
    )  # fmt: skip
    return plan_events_changed(session, office, event_id, now, who, act.account)


def _event_id(office: Office, name: str) -> str:
    plan_id = office.roadmap.plan.id
    if name in {one.id for one in office.roadmap.events}:
        return name
    measure = queries.measures(office.roadmap).get(name)
    if measure is None:
        raise NotFoundError(f"в плане «{plan_id}» нет ни события, ни мероприятия «{name}»: см. раздел events плана")
    if not _follows_dates(measure, office):
        raise TransitionError(f"срок мероприятия «{name}» не по графику: другую дату ставит fix в файле плана")
    return schedule_event(name)


def _follows_dates(measure: Measure, office: Office) -> bool:
    """Tell whether a measure's cell leaves its dates to a schedule or an event."""
    reading = understand(measure, office.roadmap.horizon).reading
    return reading is not None and bool({part.kind for part in reading.parts} & {Kind.SCHEDULE, Kind.EVENT})


def _who(office: Office, event_id: str, act: EventAct, now: datetime) -> str:
    """Return who acts: the coordinator, a controller of what hangs on it, issuer, head, owner, or who acts for one."""
    if not act.by:
        return ""
    person = office.directory.holder(act.by)
    if person is None:
        raise NotFoundError(f"человека «{act.by}» нет в справочнике людей")
    plan, day = office.roadmap.plan, now.astimezone(office.zone).date()
    hanging = [one for one in office.roadmap.tracked() if event_id in {one.event, schedule_event(one.id)}]
    references = (plan.coordinator, plan.controller, plan.issuer, plan.deputy_head, office.owner)
    holders = [office.directory.holder(one) for one in (*references, *(one.controller for one in hanging))]
    allowed = {one.id for one in holders if one is not None}
    acting = {office.directory.acting(one, day) for one in allowed}
    if person.id not in allowed | {one.id for one in acting if one is not None}:
        raise TransitionError(
            f"даты вносит координатор или контролёр плана, а не {person.name}: передайте им документ с датами"
        )
    return person.id


def _check_days(act: EventAct, horizon: Horizon) -> None:
    if act.start and act.end and act.end < act.start:
        raise TransitionError(f"конец {act.end:%d.%m.%Y} раньше начала {act.start:%d.%m.%Y}: поменяйте даты")
    days = [one for one in (act.start, act.end) if one is not None]
    for day in days:
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise TransitionError(f"год вне {YEARS[0]}–{YEARS[1]}: {day:%d.%m.%Y}")
    if days and ((horizon.start - days[-1]).days > FAR_DAYS or (days[0] - horizon.end).days > FAR_DAYS):
        plan = f"{horizon.start:%d.%m.%Y} – {horizon.end:%d.%m.%Y}"
        raise TransitionError(f"событие лежит далеко за сроком плана ({plan}): проверьте год")


def _check_change(act: EventAct, known: Event | None, *, entered: bool) -> None:
    """Days that a person entered are moved, not set anew; a change names its document."""
    dated = known is not None and known.start is not None
    if act.deed is EventDeed.SET:
        if known is None or known.start is None or (known.start, known.end) == (act.start, act.end or act.start):
            return
        if entered:
            raise TransitionError(
                f"даты уже внесены ({known.start:%d.%m.%Y}): перенести их — srok event move с --basis"
            )
    if act.deed is EventDeed.MOVE and not dated:
        raise TransitionError("переносить нечего, дат ещё нет: внесите их — srok event set")
    if not (act.basis or "").strip():
        raise TransitionError("без документа даты не меняются: укажите --basis «вид, № и дата»")
