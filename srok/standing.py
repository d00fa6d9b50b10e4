"""`srok status`: where things stand, on one screen or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from engine.clock import utc_now
from engine.errors import NotFoundError, SrokError
from engine.office import Office
from engine.people import Directory, Entry
from engine.report import Line, counts, lines
from engine.settings import Settings
from engine.store import queries
from engine.store.installation import load_people, open_store
from srok.status_screen import print_status
from srok.undelivered import NOTHING, Undelivered, undelivered


class AsOfError(SrokError):
    """The day asked for lies before facts that are known already."""

    exit_code = 2


def run_status(
    settings: Settings, plan: str | None, official: str | None, *, overdue: bool, as_of: date | None, as_json: bool
) -> None:
    """Print the status of all plans, or of one, on the local day of each or on *as_of*."""
    directory = load_people(settings)
    now = utc_now()
    with open_store(settings) as store, store.reading() as session:
        refuse_past(session, as_of)
        plans = by_plan(session, directory, settings.owner, now, plan, as_of)
        last = queries.last_pass(session)
        trouble = undelivered(session, directory, settings.owner, now, plan)
    found = _most_urgent_first(plans)
    if official is not None:
        entry = entry_of(official, directory)
        found = [line for line in found if is_theirs(line, entry)]
    if overdue:
        found = [line for line in found if line.overdue]
    zone = ZoneInfo(settings.zone)
    day = as_of or now.astimezone(zone).date()
    if as_json:
        shown = status_json(found, directory, day, last, trouble)
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    else:
        narrow = plan is not None or official is not None or overdue
        renumbered = {(one.office.roadmap.plan.id, own): now_is for one in plans for own, now_is in one.renumbered}
        print_status(found, directory, day, last, now, zone, every_row=narrow, trouble=trouble, renumbered=renumbered)


def standing(
    session: Session, directory: Directory, owner: str | None, now: datetime, plan: str | None, as_of: date | None
) -> list[Line]:
    """Return every assignment of the plans asked for, most urgent first; flags by each plan's local day."""
    return _most_urgent_first(by_plan(session, directory, owner, now, plan, as_of))


def _most_urgent_first(plans: Sequence[PlanStanding]) -> list[Line]:
    return sorted((line for one in plans for line in one.lines), key=lambda line: line.rank)


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """A plan, its local day, and every assignment of it as it stands then."""

    office: Office
    today: date
    lines: list[Line]

    @property
    def renumbered(self) -> list[tuple[str, str]]:
        """The id and the № of measures whose № says another thing than the id; «3.1 а» and «3.1.а» are one."""
        labels = ((one.id, self.office.roadmap.label(one)) for one in self.office.roadmap.tracked())
        return [(own, label) for own, label in labels if label.replace(" ", ".") != own]


def by_plan(
    session: Session,
    directory: Directory,
    owner: str | None,
    now: datetime,
    plan: str | None,
    as_of: date | None = None,
) -> list[PlanStanding]:
    """Return where each plan stands, or one, on its own local day or on *as_of*."""
    rows = [queries.plan(session, plan)] if plan else queries.plans(session)
    offices = [queries.office(row, directory, owner) for row in rows]
    days = [as_of or now.astimezone(office.zone).date() for office in offices]
    return [
        PlanStanding(office, day, plan_standing(session, office, day))
        for office, day in zip(offices, days, strict=True)
    ]


def plan_standing(session: Session, office: Office, today: date) -> list[Line]:
    """Return every assignment of one plan, most urgent first."""
    plan_id = office.roadmap.plan.id
    alive = [one for one in queries.occurrences(session, plan_id) if not one.cancelled]
    return lines(queries.cases(session, alive, {plan_id: queries.measures(office.roadmap)}), today)


def refuse_past(session: Session, as_of: date | None) -> None:
    """Refuse a day before facts that are known: what was then is not kept.

    Raises:
        AsOfError: It is.
    """
    if as_of is None:
        return
    last = queries.last_fact(session)
    if last is not None and as_of < last.date():
        raise AsOfError(
            f"на {as_of:%d.%m.%Y} показать нельзя: последнее событие было {last:%d.%m.%Y}, возьмите этот день или позже"
        )


def entry_of(official: str, directory: Directory) -> Entry:
    """Return the person, role, unit or school that goes under *official*.

    Raises:
        NotFoundError: There is none.
    """
    entry = directory.find(official)
    if entry is None:
        raise NotFoundError(f"«{official}» нет в справочнике людей: нужен id, имя, роль или подразделение")
    return entry


def is_theirs(line: Line, entry: Entry) -> bool:
    """Tell whether a person, role, unit or school answers for an assignment."""
    return entry.id in {line.assignment.person, line.assignment.reference, line.assignment.school}


def status_json(
    found: Sequence[Line],
    directory: Directory,
    as_of: date,
    last: datetime | None,
    trouble: Undelivered = NOTHING,
) -> dict[str, Any]:
    """Return the object of `srok status --json` (docs/json.md)."""
    return {
        "as_of": as_of.isoformat(),
        "last_pass": last.isoformat() if last else None,
        "counts": counts(found),
        "undelivered": trouble.as_json(),
        "assignments": [line.as_json(directory) for line in found],
    }
