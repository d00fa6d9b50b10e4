"""The file of the database: its schema, its mode, its indexes, and what stands in its place."""

import stat
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event, text
from sqlmodel import SQLModel

from engine.errors import StoreError
from engine.store import queries
from engine.store.database import Store
from engine.store.models import JournalRow


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_the_migrations_make_the_tables_of_the_models(desk):
    with desk.store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_the_migrations_make_the_indexes_of_the_models_conditions_included(desk):
    """Alembic compares indexes without their conditions."""
    fresh = create_engine("sqlite://")
    SQLModel.metadata.create_all(fresh)
    made = []
    for engine in (desk.store.engine, fresh):
        with engine.connect() as connection:
            made.append(set(connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'index'")).scalars()))
    fresh.dispose()
    assert made[0] == made[1]


def test_the_file_is_readable_by_its_owner_alone(desk, tmp_path):
    made = sorted(tmp_path.glob("srok.db*"))
    assert made
    assert {stat.S_IMODE(one.stat().st_mode) for one in made} == {0o600}


def test_what_is_due_is_found_by_its_partial_index(desk, at):
    asked = []
    event.listen(desk.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    with desk.store.reading() as session:
        assert queries.due(session, at(2021, 6, 1)) == []
    statement, values = asked[-1]
    with desk.store.engine.connect() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert plan[0] == "SEARCH occurrence USING INDEX ix_occurrence_due (next_action_at<?)"


def test_a_transaction_that_fails_leaves_nothing(desk, at):
    def half() -> None:
        with desk.store.writing() as session:
            session.add(JournalRow(at=at(2021, 6, 1), who="srok", account="test", deed="sync", subject="x"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert desk.rows(JournalRow) == []


def test_a_naive_instant_is_refused(desk):
    with pytest.raises(Exception, match="a naive instant never enters the store"), desk.store.writing() as session:  # noqa: PT012 - the flush is in the exit
        from datetime import datetime  # noqa: PLC0415 - the one naive instant

        session.add(JournalRow(at=datetime(2021, 6, 1), who="", account="", deed="", subject=""))  # noqa: DTZ001 - see above


def test_several_open_a_fresh_file_at_once(tmp_path):
    faults: list[Exception] = []
    together = threading.Barrier(4)

    def opened() -> None:
        together.wait()
        try:
            Store(url(tmp_path / "new.db")).close()
        except Exception as error:  # noqa: BLE001 - any fault is the finding
            faults.append(error)

    threads = [threading.Thread(target=opened) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "srok.db").write_text("это не база данных, а текст " * 40)
    with pytest.raises(StoreError) as caught:
        Store(url(tmp_path / "srok.db"))
    assert str(caught.value) == "база данных не открывается: file is not a database; проверьте папку и права на неё"


def test_a_database_of_a_newer_release_is_refused(tmp_path):
    store = Store(url(tmp_path / "srok.db"))
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError) as caught:
        Store(url(tmp_path / "srok.db"))
    assert str(caught.value) == "база данных новее этой программы: обновите srok"


@pytest.mark.parametrize("address", ["srok.db", "", "oracle9://x/y"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(StoreError) as caught:
        Store(address)
    assert str(caught.value) == "адрес базы данных не подходит: проверьте SROK_DATABASE_URL"
