"""Opening the database, with the schema brought up to date, and the two ways of using it: reading and writing."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlmodel import Session

from engine.errors import StoreError

BUSY_SECONDS = 30
RETRY_SECONDS = 0.02
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""How PostgreSQL shows a reader one state of the data; SQLite always does."""
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('srok migrations'))")
MIGRATIONS = Path(__file__).with_name("migrations")
NEWEST = "0006"
"""The newest revision among the migrations; a test holds it to them."""


class Store:
    """One open database, SQLite or PostgreSQL.

    A writing session takes SQLite's write lock at once, so that a claim is never read stale; on PostgreSQL it locks
    the rows it decides by (`with_for_update`), and reads each statement anew (READ COMMITTED).
    """

    def __init__(self, url: str | URL) -> None:
        """Open *url* and migrate it.

        Raises:
            StoreError: The address is wrong, the folder is missing or the database does not answer.
        """
        try:
            self.engine = _engine(make_url(url))
            self.sqlite = self.engine.dialect.name == "sqlite"
            self._snapshots = self.engine if self.sqlite else self.engine.execution_options(**SNAPSHOT)
            try:
                migrate(self.engine)
            except BaseException:
                self.close()  # a store that is refused holds no connection
                raise
        except ArgumentError as error:
            raise StoreError("адрес базы данных не подходит: проверьте SROK_DATABASE_URL") from error
        except ModuleNotFoundError as error:
            raise StoreError(
                "для PostgreSQL нужен пакет psycopg: установите srok[postgres] или уберите SROK_DATABASE_URL"
            ) from error
        except (DatabaseError, OSError) as error:
            sqlite = make_url(url).drivername.startswith("sqlite")
            reason = _trouble(error) if sqlite else f"{_short(error)}; проверьте SROK_DATABASE_URL и сервер"
            raise StoreError(f"база данных не открывается: {reason}") from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the data and changes nothing."""
        with Session(self._snapshots, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed as a whole or not at all.

        Raises:
            StoreError: The disk is full, the database is locked for long, or its server is gone.
        """
        try:
            with (
                self.engine.connect().execution_options(srok_writes=True) as connection,
                connection.begin(),
                Session(connection, expire_on_commit=False) as session,
            ):
                yield session
                session.flush()
        except OperationalError as error:
            raise StoreError(f"в базу данных не записать: {_trouble(error)}") from error

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _prepare_file(name: str | None) -> None:
    """Create a database file readable by its owner alone: it holds people's duties.

    One that exists is never opened here: to close it would take SQLite's locks from every other connection of this
    process, and whoever then closes the database as the last one removes the log under their hands
    (sqlite.org/howtocorrupt.html, 2.2).
    """
    if not name or name == ":memory:":
        return
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _engine(url: URL) -> Engine:
    """Return the engine of an address; PostgreSQL is spoken to by psycopg 3 alone."""
    if url.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ArgumentError(url.drivername)
    _prepare_file(url.database)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _on_begin, not by the driver
    _use_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to the write-ahead log; of two who do so at once SQLite refuses one without waiting."""
    last = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > last:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("srok_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision; Alembic is imported only where something is to be done.

    Raises:
        StoreError: A newer program has written the database.
    """
    with engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version")
        if known and connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == NEWEST:
            return
    from alembic import command  # noqa: PLC0415 - 0.3 s that an up-to-date store does not need
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    with engine.connect().execution_options(srok_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(ONE_AT_A_TIME)  # SQLite's write lock is held already
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError("база данных новее этой программы: обновите srok") from error


_TROUBLES = {
    "full": "на диске нет места: освободите его и повторите",
    "locked": "её держит другая программа: повторите позже",
    "readonly": "файл доступен только для чтения: проверьте права",
    "unable to open": "файл не открыть: проверьте место на диске, папку и права на неё",
    "not a database": "файл испорчен или не база данных: уберите его и верните копию (srok restore)",
    "malformed": "файл испорчен: уберите его и верните копию (srok restore)",
    "disk I/O": "диск не пишет: проверьте место и сам диск",
    "onnection": "сервер базы не отвечает: проверьте SROK_DATABASE_URL и сервер",
}
"""What to do, by a word of what the database says."""


def _trouble(error: Exception) -> str:
    said = _short(error)
    return next((words for word, words in _TROUBLES.items() if word in said), said)


def _short(error: Exception) -> str:
    return str(getattr(error, "orig", error)).splitlines()[0][:120]
