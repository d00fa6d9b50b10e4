"""A desk: a real SQLite file, the example people, and plans made of measures of the five road maps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from engine.assignment import Assignment, Deed
from engine.calendar import EventStatus, WorkCalendar
from engine.office import Office
from engine.people import Directory, read_people
from engine.plan_file import read_plan
from engine.store import queries
from engine.store.database import Store
from engine.store.deeds import Act, EventDates, Target, perform, set_event
from engine.store.models import ItemRow
from engine.store.sync import SyncReport, sync_plan

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
        act = Act(deed, by, given.pop("day", None), "test", **given)
        with self.store.writing() as session:
            return perform(session, self.offices[plan_id], Target(measure, **where), act, now)

    def set_event(
        self, ref: str, start: date | None, end: date | None, now: datetime, by: str = "p-shablonova"
    ) -> SyncReport:
        plan_id, _, name = ref.partition("/")
        status = EventStatus.CONFIRMED if end else EventStatus.CANCELLED
        dates = EventDates(start, end, status, "приказ № 1")
        with self.store.writing() as session:
            return set_event(session, self.offices[plan_id], name, dates, now, by, "test")

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
        """Everything in the file, row by row."""
        raw: Any = self.store.engine.raw_connection()
        try:
            return list(raw.driver_connection.iterdump())
        finally:
            raw.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = Store(f"sqlite:///{tmp_path / 'srok.db'}")
    yield Desk(store, (PLANS / "people.example.yaml").read_text(encoding="utf-8"))
    store.close()


@pytest.fixture
def at() -> Any:
    """An instant, UTC: at(2021, 6, 1, 4)."""
    return lambda *parts: datetime(*parts, tzinfo=UTC)
