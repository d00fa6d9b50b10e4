"""A store of any size made of one real plan: copies of it, of which the first ones have something due.

The plan is lysva-2021, synced and tracked by srok itself up to an hour before `NOW`, the slot at which five of its
45 occurrences are due for their «осталось 5 дней». A copy is made inside the database: all rows again under another
id. Nobody has reported, so every occurrence is open.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, String, Table, Update, delete, text, update
from sqlmodel import AutoString, SQLModel, col, select

from engine.calendar import WorkCalendar
from engine.office import Office
from engine.people import Directory
from engine.people_file import read_people
from engine.plan_file import read_plan
from engine.store import queries
from engine.store.database import Store
from engine.store.models import ItemRow, OccurrenceRow
from engine.store.sync import sync_plan
from flows.passes import track

PLANS = Path(__file__).parents[1] / "plans"
PLAN = "lysva-2021"
SYNCED = datetime(2021, 1, 11, 4, tzinfo=UTC)
NOW = datetime(2021, 8, 26, 4, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
OPEN_A_PLAN = 45
DUE_A_PLAN = 5


def example_people() -> Directory:
    """Return the directory that the plans of the documents are shown with."""
    return read_people((PLANS / "people.example.yaml").read_text(encoding="utf-8"), "people.yaml")[0]


class Region:
    """The store and its due set; `grow` makes it larger and leaves the due set as it is."""

    def __init__(self, store: Store, due: int) -> None:
        self.store = store
        self.plans = 1
        self.directory = example_people()
        self._live_until_now()
        self._copy(due // DUE_A_PLAN)
        with store.writing() as session:
            session.execute(_due().where(col(OccurrenceRow.plan_id) == PLAN).values(next_action_at=LATER))
            query = select(OccurrenceRow.key).where(col(OccurrenceRow.next_action_at) <= NOW)
            self.due = list(session.exec(query.order_by(OccurrenceRow.key)))

    @property
    def open(self) -> int:
        """How many occurrences are open."""
        return self.plans * OPEN_A_PLAN

    def grow(self, to: int) -> None:
        """Add plans that have nothing due until *to* occurrences are open, to within a plan."""
        self._copy(to // OPEN_A_PLAN - self.plans)
        with self.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for command in (
                ["PRAGMA wal_checkpoint(TRUNCATE)"] if self.store.sqlite else ["VACUUM ANALYZE", "CHECKPOINT"]
            ):
                connection.exec_driver_sql(command)

    def reset(self) -> None:
        """Make the due set due again, as before a pass."""
        with self.store.writing() as session:
            session.execute(delete(ItemRow).where(col(ItemRow.created_at) == NOW))
            for start in range(0, len(self.due), queries.BATCH):
                part = col(OccurrenceRow.key).in_(self.due[start : start + queries.BATCH])
                session.execute(update(OccurrenceRow).where(part).values(next_action_at=NOW))

    def _live_until_now(self) -> None:
        roadmap, problems = read_plan((PLANS / f"{PLAN}.yaml").read_text(encoding="utf-8"), PLAN, self.directory)
        assert roadmap is not None, problems
        with self.store.writing() as session:
            sync_plan(session, Office(roadmap, self.directory, WorkCalendar(roadmap.rules)), PLAN, SYNCED, "", "bench")
        for day in range((NOW - SYNCED).days):
            track(self.store, self.directory, None, SYNCED + timedelta(days=day))

    def _copy(self, plans: int) -> None:
        with self.store.writing() as session:
            for name in ("plan", "occurrence", "assignment", "item"):
                _copy_rows(session.connection(), SQLModel.metadata.tables[name], self.plans, self.plans + plans)
        self.plans += plans


def _due() -> Update:
    return update(OccurrenceRow).where(col(OccurrenceRow.next_action_at) <= NOW)


def _copy_rows(connection: Connection, table: Table, first: int, end: int) -> None:
    """Copy the rows of the plan once for each number from *first* up to *end*, which goes into every id and key."""
    values = ", ".join(
        f"replace({column.name}, '{PLAN}', '{PLAN}-' || copy_number)"
        if isinstance(column.type, String | AutoString)
        else f'"{column.name}"'
        for column in table.columns
    )
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    inside = "(SELECT key FROM occurrence WHERE plan_id = :plan)"
    own = {"plan": "id = :plan", "occurrence": "plan_id = :plan"}.get(table.name, f"occurrence_key IN {inside}")
    connection.execute(
        text(
            f"INSERT INTO {table.name} ({names}) WITH RECURSIVE copy(copy_number) AS "
            f"(SELECT CAST(:first AS integer) UNION ALL SELECT copy_number + 1 FROM copy WHERE copy_number + 1 < :end) "
            f"SELECT {values} FROM copy CROSS JOIN {table.name} "
            f"WHERE :first < :end AND {own}"
        ),
        {"first": first, "end": end, "plan": PLAN},
    )
