"""The five plans lived through to a day on which there is something of everything; calendars ask for no pass.

People do what the demonstration's script has them do; then one term is extended, one cancelled by the issuer, one
closed as not done, one measure struck from its plan.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from engine.calendar import WorkCalendar
from engine.office import Office
from engine.people import Directory
from engine.plan import Roadmap
from engine.settings import Settings
from engine.store.database import Store
from engine.store.deeds import Act, Target, perform_on_all
from engine.store.sync import sync_plan
from engine.transition import Deed
from srok.demo import World
from srok.inputs import EXAMPLE_PEOPLE, PLANS, read_inputs

TODAY = date(2021, 9, 10)
NOW = datetime(2021, 9, 10, 6, tzinfo=UTC)
STRUCK = ("lysva-2021", "3.2")
ENDED = (
    # plan, measure, occurrence, what the issuer or controller does with every assignment of it
    ("lysva-2021", "2.1", 2, Act(Deed.CANCEL, None, None, "tests", basis="приказ № 3 от 10.09.2021")),
    ("lysva-2021", "1.2", 1, Act(Deed.GRANT, None, None, "tests", basis="приказ № 4", until=date(2021, 10, 15))),
    ("lysva-2021", "2.3", 2, Act(Deed.CLOSE_NOT_DONE, None, None, "tests", reason="олимпиада отменена")),
)


@dataclass(frozen=True)
class Home:
    """An installation."""

    settings: Settings
    directory: Directory
    plans: dict[str, Roadmap]

    @property
    def database(self) -> Path:
        return Path(self.settings.database.removeprefix("sqlite:///"))

    def office(self, plan: str) -> Office:
        roadmap = self.plans[plan]
        return Office(roadmap, self.directory, WorkCalendar(roadmap.rules), self.settings.owner)

    def sync(self, roadmap: Roadmap, now: datetime) -> None:
        """Sync a plan that was changed."""
        self.plans[roadmap.plan.id] = roadmap
        store = Store(self.settings.database)
        with store.writing() as session:
            sync_plan(session, self.office(roadmap.plan.id), roadmap.plan.id, now, "", "tests")
        store.close()


def lived(home: Path) -> Home:
    """Return an installation in *home* on the evening of TODAY."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLE_PEOPLE, home / "people.yaml")
    os.utime(home / "people.yaml", (NOW.timestamp(), NOW.timestamp()))
    mail = (home / "mail").as_uri()
    settings = Settings(home=home, mail_url=SecretStr(mail), owner="p-primerova", people=home / "people.yaml")
    inputs = read_inputs([PLANS], settings, real_people=True)
    store = Store(settings.database)
    world = World(settings, store, inputs.directory, TODAY)
    for file, roadmap in sorted(inputs.plans.items()):
        world.schedule_plan(file, roadmap)
    while coming := sorted((one for one in world.happenings if one[0] <= world.end), key=lambda one: one[0]):
        world.happenings.remove(coming[0])
        coming[0][1](coming[0][0])
    found = Home(settings, inputs.directory, {one.plan.id: one for one in inputs.plans.values()})
    with store.writing() as session:
        for plan, measure, n, act in ENDED:
            perform_on_all(session, found.office(plan), Target(measure, n), act, NOW)
    store.close()
    plan, struck = STRUCK
    roadmap = found.plans[plan]
    left = [one for one in roadmap.measures if one.id != struck]
    found.sync(roadmap.model_copy(update={"measures": type(roadmap.measures)(left)}), NOW + timedelta(hours=1))
    return found
