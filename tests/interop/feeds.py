"""The calendars that every reader gets: one of each scope in both styles, with alarms and without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.feed import Look
from engine.ics import Style, render_calendar
from engine.store.database import Store
from notifiers.letters import DOMAIN
from srok.feeds import build, known_view
from tests.interop.truth import Asked, Fields, Row, Term, rows, terms
from tests.interop.world import Home


@dataclass(frozen=True)
class Calendar:
    """A subscription; the name of its file is what readers call it by."""

    scope: str
    of: str | None
    style: Style
    alarms: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.scope}_{self.of or 'all'}_{self.style}.ics".replace("-", "_")


CALENDARS = tuple(
    Calendar(scope, of, style, alarms)
    for scope, of in (
        ("official", "p-igrekov"),  # head of a school that has much to report
        ("official", "p-uslovnova"),  # the specialist who runs the plans
        ("role", "school-heads"),
        ("school", "sosh-7"),
        ("controller", "p-maketov"),
        ("plan", "artem-2020"),
        ("plan", "kislovodsk-2021"),
        ("plan", "lysva-2021"),
        ("plan", "vesyegonsk-2020"),
        ("plan", "yeniseysk-2023"),
        ("all", None),
    )
    for style, alarms in ((Style.EDGES, ()), (Style.BAR, (1, 5)))
)


def body(home: Home, one: Calendar, now: datetime) -> bytes:
    """Return the bytes that srok gives."""
    store = Store(home.settings.database)
    with store.reading() as session:
        whose = known_view(session, home.directory, one.scope, one.of)
        look = Look("key", "Сроки", one.style, one.alarms)
        zone = ZoneInfo(home.settings.zone)
        feed = build(session, home.directory, home.settings.owner, whose, look, now, zone)
    store.close()
    return render_calendar(feed, DOMAIN)


def truth(home: Home, one: Calendar, now: datetime) -> list[Row]:
    """Return what stands in it by the store."""
    found = terms(home.database)
    zones = {term.zone for term in found if one.scope != "plan" or term.occurrence["plan_id"] == one.of}
    zone = zones.pop() if len(zones) == 1 else ZoneInfo(home.settings.zone)
    whole = one.scope in {"controller", "plan", "all"}
    return rows(found, Asked(_mine(home, one), "key", one.style is Style.BAR, now, zone, whole))


def _mine(home: Home, calendar: Calendar) -> Callable[[Term, Fields], bool] | None:
    of = calendar.of
    match calendar.scope:
        case "official":
            return lambda _, one: bool(one["person"] == of)
        case "role":
            return lambda _, one: bool(one["reference"] == of)
        case "school":
            return lambda _, one: bool(one["school"] == of)
        case "plan":
            return lambda term, _: bool(term.occurrence["plan_id"] == of)
        case "controller":
            return lambda term, _: _controls(home, term, of)
    return None


def _controls(home: Home, term: Term, person: str | None) -> bool:
    """The measure's controller, else the plan's; words that lead to nobody are passed over."""
    roadmap = home.plans[term.occurrence["plan_id"]]
    measure = next((one for one in roadmap.tracked() if one.id == term.occurrence["measure_id"]), None)
    named = (measure.controller if measure else None, roadmap.plan.controller, home.settings.owner)
    holders = (home.directory.holder(one) for one in named if one)
    return next((one.id == person for one in holders if one is not None), False)
