"""What stands on the deployment of a plan: one schedule per measure and the daily one; pure.

Instants are aware; Prefect gets them as naive local ones with the zone beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

DAILY = "daily"
"""Slug of the schedule that is enough alone; a measure of that id has no schedule of its own."""
DAILY_AFTER = timedelta(minutes=5)
"""The daily run comes just after the plan's slot."""
MOST_INSTANTS = 400
"""Prefect 3.8.8 refuses an RRULE text above 6,500 characters: 420 dates fail."""
MOST_MEASURES = 100
"""A registration holds the server's only write lock for as long as its schedules are many."""
_PAST_STEP = 100
_SHOWN = 3


@dataclass(frozen=True)
class PlanInstants:
    """When the measures of a plan have something to do.

    Attributes:
        plan_id: Name of the deployment.
        title: The plan's title, as printed.
        timezone: IANA name.
        measure_schedules: False: the daily schedule only (a region).
        instants: Aware instants of each open measure. The past ones stay in the list, so that the text of a
            schedule changes when a date is moved and not because a day went by.
        speaking: When its recipients may be written to: zone, first and last hour there.
        slot: Local time at which the plan's letters leave.
    """

    plan_id: str
    title: str
    timezone: str
    measure_schedules: bool
    instants: Mapping[str, Sequence[datetime]]
    speaking: frozenset[tuple[str, int, int]] = frozenset()
    slot: str = "09:00"


@dataclass(frozen=True)
class WantedSchedule:
    """A schedule as Prefect takes it; ``rrule`` or ``cron`` is given."""

    timezone: str
    parameters: Mapping[str, str]
    rrule: str | None = None
    cron: str | None = None


def wanted_schedules(plan: PlanInstants, now: datetime) -> dict[str, WantedSchedule]:
    """Return the schedules of a plan by slug: the measures in the order given, then ``daily``."""
    wanted: dict[str, WantedSchedule] = {}
    if plan.measure_schedules and len(plan.instants) <= MOST_MEASURES:
        for measure_id, instants in plan.instants.items():
            if instants:
                parameters = {"plan_id": plan.plan_id, "measure_id": measure_id}
                text = rdates(instants, ZoneInfo(plan.timezone), now)
                wanted[measure_id] = WantedSchedule(plan.timezone, parameters, rrule=text)
    wanted.pop(DAILY, None)
    wanted[DAILY] = WantedSchedule(plan.timezone, {"plan_id": plan.plan_id}, cron=daily_cron(plan.slot))
    return wanted


def rdates(instants: Iterable[datetime], zone: ZoneInfo, now: datetime) -> str:
    """Return the RDATE list (RFC 5545, 3.8.5.2) of *instants*, naive in *zone*, with DTSTART at the first.

    Of more than 400 the past ones are dropped by the hundred, so that the text stays the same for as long as it can.
    """
    kept = sorted(set(instants))
    if len(kept) > MOST_INSTANTS:
        past = sum(instant < now for instant in kept)
        first = past - past % _PAST_STEP
        kept = kept[first : first + MOST_INSTANTS]
    local = [f"{instant.astimezone(zone):%Y%m%dT%H%M%S}" for instant in kept]
    return f"DTSTART:{local[0]}\nRDATE:{','.join(local)}"


def coming(plan: PlanInstants, now: datetime) -> list[dict[str, str]]:
    """Return what a person reads in Prefect: a row a measure with its coming instants, the nearest first."""
    zone = ZoneInfo(plan.timezone)
    rows = []
    for measure_id, instants in plan.instants.items():
        left = sorted(instant for instant in set(instants) if instant > now)
        if left:
            shown = ", ".join(f"{instant.astimezone(zone):%d.%m.%Y %H:%M}" for instant in left[:_SHOWN])
            rows.append((left[0], {"мероприятие": measure_id, "ближайшие": shown, "всего": str(len(left))}))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def artifact_key(plan_id: str) -> str:
    """Return the key of a plan's table: Prefect takes a-z, 0-9 and «-»; no two plans share one."""
    key = re.sub("[^a-z0-9-]", "-", f"plan-{plan_id}".lower())
    return key if key == f"plan-{plan_id}" else f"{key}-{crc32(plan_id.encode()):08x}"


def daily_cron(slot: str) -> str:
    """Return the cron text of every day's run, just after *slot*, in the plan's zone."""
    at = datetime.combine(date.min, time.fromisoformat(slot)) + DAILY_AFTER
    return f"{at.minute} {at.hour} * * *"


def delivery_cron(speaking: Iterable[tuple[str, int, int]], now: datetime) -> str:
    """Return the cron text, in UTC, of every 15 minutes of the hours in which somebody may be written to.

    All days of the week: a Saturday can be a working day, and a run that finds nothing due does nothing.
    """
    hours = {
        now.astimezone(ZoneInfo(zone)).replace(hour=hour).astimezone(ZoneInfo("UTC")).hour
        for zone, first, last in speaking
        for hour in range(first, last + 1)
    }
    return f"*/15 {','.join(str(hour) for hour in sorted(hours))} * * *"
