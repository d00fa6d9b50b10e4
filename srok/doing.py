"""What people do through the command line: transitions and dates of events, and what came of them in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from engine.assignment import RUSSIAN, Assignment, term
from engine.clock import utc_now
from engine.office import Office
from engine.report import short
from engine.settings import Settings
from engine.store import queries
from engine.store.accounts import with_accounts
from engine.store.deeds import Act, Target, perform, perform_on_all
from engine.store.events import EventAct, decide_event
from engine.store.installation import load_people, open_store
from engine.store.models import OccurrenceRow
from engine.transition import DEED_RUSSIAN, Deed
from srok.syncing import print_changes, register_schedules

TITLE = 60
"""Letters of a title in a sentence about a deed."""


@contextmanager
def writing(settings: Settings, plan_id: str) -> Iterator[tuple[Session, Office]]:
    """One writing transaction on a synced plan: the session and the plan's office."""
    directory = load_people(settings)
    with open_store(settings) as store, store.writing() as session:
        people = with_accounts(session, directory)
        yield session, queries.office(queries.plan(session, plan_id), people, settings.owner)


def do(settings: Settings, plan_id: str, target: Target, act: Act, *, on_all: bool = False) -> list[str]:
    """Do *act* on one assignment, or on all that *target* means, and return what came of each in Russian."""
    now = utc_now()
    with writing(settings, plan_id) as (session, office):
        given = (session, office, target, act, now)
        done = perform_on_all(*given) if on_all else [perform(*given)]
        said = [_sentence(session, office, one, target, act.deed) for one in done]
    if act.deed is Deed.GRANT:
        register_schedules(settings, now)
    return said


def _sentence(session: Session, office: Office, one: Assignment, target: Target, deed: Deed) -> str:
    row = session.get(OccurrenceRow, one.occurrence)
    due = term(row.to_occurrence(), one).due_on if row is not None else None
    school = office.directory.school_name(one.school)
    where = f" ({school})" if school else ""
    by = f", срок {due:%d.%m.%Y}" if due is not None else ""
    what = f"{office.roadmap.plan.id}/{target.measure}{_printed(office, target.measure)}{by}, {one.title}{where}"
    return f"Внесено: {what} — {DEED_RUSSIAN[deed]}. Теперь: {RUSSIAN[one.state]}."


def _printed(office: Office, own: str) -> str:
    """Name a measure whose № in the document is another now: that it was meant is seen by the title."""
    measure = queries.measures(office.roadmap).get(own)
    label = office.roadmap.label(measure) if measure else own
    return "" if measure is None or label == own else f" (в плане № {label} «{short(measure.title, TITLE)}»)"


def set_dates(settings: Settings, plan_id: str, name: str, act: EventAct) -> None:
    """Set, move or cancel the dates of an event, print what came of it, and register the plan's schedules."""
    now = utc_now()
    with writing(settings, plan_id) as (session, office):
        report = decide_event(session, office, name, act, now)
    print_changes(report)
    register_schedules(settings, now)
