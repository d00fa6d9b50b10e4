"""When the plans of the store have something to do: what `flows.deployments` makes schedules of."""

from __future__ import annotations

from datetime import datetime

from engine.escalation import instants
from engine.settings import Settings
from engine.store import queries
from engine.store.installation import load_people, open_store
from flows.schedules import PlanInstants


def plan_ids(settings: Settings) -> list[str]:
    """Return the ids of all synced plans."""
    with open_store(settings) as store, store.reading() as session:
        return [row.id for row in queries.plans(session)]


def coming_instants(settings: Settings, plan_id: str) -> PlanInstants:
    """Return the action instants of a plan's open measures; a sub-measure's stand under its measure.

    Past instants stay in the list, so that a schedule changes only when a date does.
    """
    directory = load_people(settings)
    with open_store(settings) as store, store.reading() as session:
        row = queries.plan(session, plan_id)
        office = queries.office(row, directory, settings.owner)
        top = {one.id: one.id for one in office.roadmap.measures} | {
            f"{one.id}.{sub.id}": one.id for one in office.roadmap.measures for sub in one.sub
        }
        found: dict[str, set[datetime]] = {}
        for case in queries.cases_of(session, office):
            measure_id = top.get(case.occurrence.measure)
            due = instants(case, office)
            if measure_id is not None and due:
                found.setdefault(measure_id, set()).update(due)
    plan = office.roadmap.plan
    order = {one: sorted(found[one]) for one in top.values() if one in found}
    first, last = plan.escalation.working_hours
    zones = {plan.timezone, *(one.timezone for one in directory.people.values() if one.timezone)}
    speaking = frozenset((zone, first.hour, last.hour) for zone in zones)
    return PlanInstants(
        plan.id, plan.title, plan.timezone, plan.measure_schedules, order, speaking, plan.escalation.slot
    )
