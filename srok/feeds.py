"""`srok feed export`: one .ics for an official, a plan or all plans."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlmodel import Session

from engine.assignment import Assignment, Case, common_term, is_complete, term
from engine.clock import utc_now
from engine.errors import NotFoundError
from engine.ics import Entry, Feed, render_calendar
from engine.office import Office
from engine.people import Directory
from engine.settings import Settings
from engine.store import queries
from engine.store.installation import load_people, open_store
from notifiers.letters import DOMAIN, entry
from srok.files import write_whole


def export(settings: Settings, scope: str, of: str | None, output: Path) -> int:
    """Write the calendar of *scope* and return how many occurrences it holds.

    Raises:
        NotFoundError: The scope, person or plan does not exist.
    """
    directory = load_people(settings)
    with open_store(settings) as store, store.reading() as session:
        feed = build(session, directory, settings.owner, scope, of, utc_now())
    write_calendar(output, feed)
    return len(feed.entries)


def write_calendar(output: Path, feed: Feed) -> None:
    """Write a feed as a whole or not at all: a calendar program never reads half a file."""
    write_whole(output, render_calendar(feed, DOMAIN))


def build(session: Session, directory: Directory, owner: str | None, scope: str, of: str | None, now: datetime) -> Feed:
    """Return the feed of *scope*: official (a person), plan, or all."""
    if scope != "all" and of is None:
        raise NotFoundError("чей календарь? укажите --of: id человека или плана")
    person = directory.holder(of) if scope == "official" else None
    if scope not in {"official", "plan", "all"}:
        raise NotFoundError(f"такого календаря нет: «{scope}»; есть official, plan, all")
    if scope == "official" and person is None:
        raise NotFoundError(f"человека «{of}» нет в справочнике людей: укажите --of с id или именем")
    rows = [queries.plan(session, of or "")] if scope == "plan" else queries.plans(session)
    entries: list[Entry] = []
    awaiting: list[str] = []
    for row in rows:
        office = queries.office(row, directory, owner)
        occurrences = queries.occurrences(session, row.id)
        known = {row.id: queries.measures(office.roadmap)}
        for one, case in zip(occurrences, queries.cases(session, occurrences, known), strict=True):
            own = [who for who in case.assignments if person and office.executor(who, case.measure) == person.id]
            if person is not None and not own:
                continue
            first = min(own, key=lambda who: term(case.occurrence, who).due_on or date.max, default=None)
            made = entry(case, first, office, one.changed_at, _overdue_since(case, first, office, now))
            if made is not None:
                entries.append(made)
            elif not one.cancelled:
                awaiting.append(f"№ {office.roadmap.label(case.measure)} {case.measure.title}: {one.awaiting}")
    name = person.name if person else rows[0].title if scope == "plan" else "Все планы"
    return Feed(f"Сроки: {name}", f"Сроки дорожных карт: {name}", tuple(entries), tuple(awaiting))


def _overdue_since(case: Case, one: Assignment | None, office: Office, now: datetime) -> datetime | None:
    due = (term(case.occurrence, one) if one else common_term(case)).due_on
    if due is None or is_complete(case.assignments) or case.occurrence.cancelled:
        return None
    midnight = datetime.combine(due + timedelta(days=1), time(), office.zone)
    return midnight if midnight <= now else None
