"""The database: its schema, its indexes, what several do to it at once; and the file of SQLite."""

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event, text
from sqlmodel import SQLModel, select

from engine.errors import StoreError
from engine.store import passing
from engine.store.database import Store
from engine.store.models import JournalRow


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_the_migrations_make_the_tables_of_the_models(desk):
    with desk.store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


INDEXES = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
}


def test_the_migrations_make_the_indexes_of_the_models_conditions_included(desk, backend, address):
    """Alembic compares indexes without their conditions."""
    fresh = create_engine("sqlite://" if backend == "sqlite" else address.replace("://", "+psycopg://"))
    if backend == "postgresql":
        for index in (one for table in SQLModel.metadata.tables.values() for one in table.indexes if one.info):
            index.dialect_options["postgresql"]["where"] = text(index.info["where"])
    SQLModel.metadata.create_all(fresh)
    made = []
    for engine in (desk.store.engine, fresh):
        with engine.connect() as connection:
            made.append(set(connection.execute(text(INDEXES[backend])).scalars()))
    fresh.dispose()
    assert made[0] == made[1]
    assert any("next_action_at IS NOT NULL" in (one or "") for one in made[0])


def test_the_file_is_readable_by_its_owner_alone(tmp_path):
    store = Store(url(tmp_path / "srok.db"))
    modes = {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.glob("srok.db*")}
    store.close()
    assert modes == {0o600}


def test_what_is_due_is_found_by_its_partial_index(desk, backend, at):
    asked = []
    event.listen(desk.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    with desk.store.writing() as session:
        assert passing.due(session, at(2021, 6, 1)) == []
    statement, values = asked[-1]
    with desk.store.engine.connect() as connection:
        if backend == "sqlite":
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert plan[0] == "SEARCH occurrence USING INDEX ix_occurrence_due (next_action_at<?)"
        else:
            connection.exec_driver_sql("SET enable_seqscan = off")  # an empty table is read whole otherwise
            plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
            assert any("ix_occurrence_due" in one for one in plan), plan


def test_a_reader_sees_one_state_of_the_data(desk, at):
    with desk.store.reading() as session:
        assert list(session.exec(select(JournalRow))) == []
        with desk.store.writing() as other:
            other.add(JournalRow(at=at(2021, 6, 1), who="srok", account="test", deed="sync", subject="x"))
        assert list(session.exec(select(JournalRow))) == []
    assert len(desk.rows(JournalRow)) == 1


def test_an_instant_comes_back_in_utc(desk, at):
    """The server of PostgreSQL in these tests lives in Владивосток, where this instant is the next day."""
    with desk.store.writing() as session:
        session.add(JournalRow(at=at(2021, 6, 1, 20), who="srok", account="test", deed="sync", subject="x"))
    (row,) = desk.rows(JournalRow)
    assert (row.at, row.at.tzinfo, row.at.day) == (at(2021, 6, 1, 20), UTC, 1)


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


def test_several_open_a_fresh_database_at_once(address):
    faults: list[Exception] = []
    together = threading.Barrier(4)

    def opened() -> None:
        together.wait()
        try:
            Store(address).close()
        except Exception as error:  # noqa: BLE001 - any fault is the finding
            faults.append(error)

    threads = [threading.Thread(target=opened, daemon=True) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(15)
    assert (faults, [one for one in threads if one.is_alive()]) == ([], [])


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "srok.db").write_text("это не база данных, а текст " * 40)
    with pytest.raises(StoreError) as caught:
        Store(url(tmp_path / "srok.db"))
    assert str(caught.value) == (
        "база данных не открывается: файл испорчен или не база данных: уберите его и верните копию (srok restore)"
    )


def test_a_database_of_a_newer_release_is_refused(address):
    store = Store(address)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError) as caught:
        Store(address)
    assert str(caught.value) == "база данных новее этой программы: обновите srok"


@pytest.mark.parametrize("wrong", ["srok.db", "", "oracle9://x/y", "mysql://x/y", "postgresql+pg8000://x/y"])
def test_an_address_that_is_none_is_refused(wrong):
    with pytest.raises(StoreError) as caught:
        Store(wrong)
    assert str(caught.value) == "адрес базы данных не подходит: проверьте SROK_DATABASE_URL"


def test_a_server_that_does_not_answer_is_named():
    with pytest.raises(StoreError) as caught:
        Store("postgresql://srok@127.0.0.1:1/srok")
    assert str(caught.value).startswith("база данных не открывается: connection failed: ")
    assert "SROK_DATABASE_URL" in str(caught.value)


def test_postgresql_without_its_driver_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError) as caught:
        Store("postgresql://srok@127.0.0.1:1/srok")
    assert str(caught.value) == (
        "для PostgreSQL нужен пакет psycopg: установите srok[postgres] или уберите SROK_DATABASE_URL"
    )


def test_a_full_disk_is_said_in_russian_and_writes_nothing(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'srok.db'}")

    def limit(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    store.engine.dispose()
    event.listen(store.engine, "connect", limit)
    with pytest.raises(StoreError) as refused, store.writing() as session:
        session.execute(text("CREATE TABLE much AS SELECT randomblob(1000000) AS noise"))
    assert str(refused.value) == "в базу данных не записать: на диске нет места: освободите его и повторите"
    with store.writing() as session:
        assert session.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'much'")).scalar() == 0
    store.close()


def test_a_lock_held_for_long_is_said_in_russian(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.store.database.BUSY_SECONDS", 0.1)
    path = tmp_path / "srok.db"
    store = Store(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as refused, store.writing():
        pass
    assert str(refused.value) == "в базу данных не записать: её держит другая программа: повторите позже"
    other.close()
    store.close()


LOCK_ALL = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)  # SHARED_FIRST, SHARED_SIZE of SQLite
"""


def test_a_second_store_in_one_process_leaves_the_first_its_locks(tmp_path):
    """Without them another process that closes the database takes itself for the last one, and removes the log."""
    path = tmp_path / "srok.db"
    with closing(Store(f"sqlite:///{path}")) as store, store.writing() as session:
        session.execute(text("SELECT 1"))
        Store(f"sqlite:///{path}").close()
        done = subprocess.run([sys.executable, "-c", LOCK_ALL, path], check=False, capture_output=True, text=True)
        assert "BlockingIOError" in done.stderr
