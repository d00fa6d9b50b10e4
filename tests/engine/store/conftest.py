"""A desk: a real database, the example people, and plans made of measures of the five road maps.

Every test that asks for `desk` runs twice: on a SQLite file and on PostgreSQL (tests/conftest.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from engine.assignment import Assignment
from engine.calendar import WorkCalendar
from engine.office import Office
from engine.people import Directory
from engine.people_file import read_people
from engine.plan_file import read_plan
from engine.store import queries
from engine.store.database import Store
from engine.store.deeds import Act, Target, perform, perform_on_all
from engine.store.events import EventAct, EventDeed, decide_event
from engine.store.models import ItemRow
from engine.store.sync import SyncReport, sync_plan
from engine.transition import Deed

PLANS = Path(__file__).parents[3] / "plans"


@dataclass
class Desk:
    store: Store
    people: str
    offices: dict[str, Office] = field(default_factory=dict)

    @property
    def directory(self) -> Directory:
        return read_people(self.people, "people.yaml")[0]

    @staticmethod
    def plan(name: str, *measures: str) -> str:
        """The plan of a document with only the measures named."""
        head, *blocks = re.split(r"(?m)^(?=  - id: \"?\d)", (PLANS / f"{name}.yaml").read_text(encoding="utf-8"))
        return head + "".join(one for one in blocks if re.match(r"  - id: \"?([\d.]+)", one)[1] in measures)  # type: ignore[index]

    def sync(self, text: str, now: datetime) -> SyncReport:
        roadmap, problems = read_plan(text, "plan.yaml", self.directory)
        assert roadmap is not None, problems
        office = Office(roadmap, self.directory, WorkCalendar(roadmap.rules), "p-uslovnova")
        self.offices[roadmap.plan.id] = office
        with self.store.writing() as session:
            return sync_plan(session, office, "plan.yaml", now, "", "test")

    def do(self, deed: Deed, ref: str, now: datetime, by: str | None = None, **given: Any) -> Assignment:
        """Do *deed* on «plan/measure»; of *given*, what narrows the assignment down goes to the target."""
        plan_id, _, measure = ref.partition("/")
        where = {name: given.pop(name) for name in ("occurrence", "school", "responsible") if name in given}
        if deed in {Deed.REPORT, Deed.INTERIM} and not given.get("evidence"):
            given.setdefault("text", "сделано")
        act = Act(deed, by, given.pop("day", None), "test", **given)
        with self.store.writing() as session:
            return perform(session, self.offices[plan_id], Target(measure, **where), act, now)

    def do_on_all(self, deed: Deed, ref: str, now: datetime, **given: Any) -> list[Assignment]:
        plan_id, _, measure = ref.partition("/")
        act = Act(deed, given.pop("by", None), None, "test", **given)
        with self.store.writing() as session:
            return perform_on_all(session, self.offices[plan_id], Target(measure), act, now)

    def set_event(
        self, ref: str, start: date | None, end: date | None, now: datetime, by: str = "p-shablonova", **given: Any
    ) -> SyncReport:
        """Set an event's dates; with `deed` move or cancel it."""
        plan_id, _, name = ref.partition("/")
        deed = given.pop("deed", EventDeed.SET)
        act = EventAct(deed, by, "test", start, end, given.pop("basis", "приказ № 1"))
        with self.store.writing() as session:
            return decide_event(session, self.offices[plan_id], name, act, now)

    def rows(self, model: type[SQLModel]) -> list[Any]:
        with self.store.reading() as session:
            return list(session.exec(select(model)))

    def items(self, kind: str) -> list[tuple[str | None, str]]:
        """The messages of a kind in the outbox: (person, key of the occurrence)."""
        return sorted((one.person, one.occurrence_key) for one in self.rows(ItemRow) if one.kind == kind)

    def assignments(self, plan_id: str) -> list[Assignment]:
        with self.store.reading() as session:
            keys = [row.key for row in queries.occurrences(session, plan_id)]
            found = queries.assignments(session, keys)
            return [one.to_assignment() for key in keys for one in found[key]]

    def dump(self) -> list[str]:
        """Everything in the database, row by row."""
        with self.store.reading() as session:
            return [
                f"{table.name}: {tuple(row)}"
                for table in SQLModel.metadata.sorted_tables
                for row in session.execute(table.select().order_by(*table.primary_key))
            ]


@pytest.fixture
def desk(migrated: str) -> Iterator[Desk]:
    store = Store(migrated)
    yield Desk(store, (PLANS / "people.example.yaml").read_text(encoding="utf-8"))
    store.close()


@pytest.fixture
def at() -> Any:
    """An instant, UTC: at(2021, 6, 1, 4)."""
    return lambda *parts: datetime(*parts, tzinfo=UTC)
