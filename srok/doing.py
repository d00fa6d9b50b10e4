"""What people do through the command line: transitions and dates of events, and what came of them in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlmodel import Session

from engine.assignment import DEED_RUSSIAN, RUSSIAN
from engine.calendar import EventStatus
from engine.clock import utc_now
from engine.office import Office
from engine.settings import Settings
from engine.store import queries
from engine.store.deeds import Act, EventDates, Target, perform, set_event
from engine.store.installation import load_people, open_store
from engine.store.models import OccurrenceRow
from srok.syncing import print_changes, register_schedules


@contextmanager
def writing(settings: Settings, plan_id: str) -> Iterator[tuple[Session, Office]]:
    """One writing transaction on a synced plan: the session and the plan's office."""
    directory = load_people(settings)
    with open_store(settings) as store, store.writing() as session:
        yield session, queries.office(queries.plan(session, plan_id), directory, settings.owner)


def do(settings: Settings, plan_id: str, target: Target, act: Act) -> str:
    """Do *act* and return what came of it in Russian."""
    with writing(settings, plan_id) as (session, office):
        done = perform(session, office, target, act, utc_now())
        school = office.directory.school_name(done.school)
        term = session.get(OccurrenceRow, done.occurrence)
        due = f", срок {term.due_on:%d.%m.%Y}" if term is not None and term.due_on is not None else ""
    where = f" ({school})" if school else ""
    said = f"{plan_id}/{target.measure}{due}, {done.title}{where}"
    return f"Внесено: {said} — {DEED_RUSSIAN[act.deed]}. Теперь: {RUSSIAN[done.state]}."


def set_dates(
    settings: Settings,
    plan_id: str,
    name: str,
    start: date,
    end: date | None,
    basis: str | None,
    by: str | None,
    account: str,
) -> None:
    """Enter the dates of an event, print what moved, and register the plan's schedules."""
    now = utc_now()
    dates = EventDates(start, end, EventStatus.CONFIRMED, basis)
    with writing(settings, plan_id) as (session, office):
        report = set_event(session, office, name, dates, now, by or "", account)
    print_changes(report)
    register_schedules(settings, now)
