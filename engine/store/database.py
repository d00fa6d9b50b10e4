"""Opening the database, with the schema brought up to date, and the two ways of using it: reading and writing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlmodel import Session

from engine.errors import StoreError

BUSY_SECONDS = 30
MIGRATIONS = Path(__file__).with_name("migrations")
NEWEST = "0002"
"""The newest revision among the migrations; a test holds it to them."""


class Store:
    """One open database. A writing session takes SQLite's write lock at once, so that a claim is never read stale."""

    def __init__(self, url: str) -> None:
        """Open *url* and migrate it.

        Raises:
            StoreError: The address is wrong, the folder is missing or the database does not answer.
        """
        try:
            self.sqlite = make_url(url).get_backend_name() == "sqlite"
            if self.sqlite:
                _prepare_file(make_url(url).database)
            self.engine = _engine(url, sqlite=self.sqlite)
            migrate(self.engine)
        except (ArgumentError, ModuleNotFoundError) as error:
            raise StoreError("адрес базы данных не подходит: проверьте SROK_DATABASE_URL") from error
        except (DatabaseError, OSError) as error:
            raise StoreError(f"база данных не открывается: {_short(error)}; проверьте папку и права на неё") from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the data and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed as a whole or not at all."""
        with (
            self.engine.connect().execution_options(srok_writes=True) as connection,
            connection.begin(),
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _prepare_file(name: str | None) -> None:
    """Create a database file readable by its owner alone: it holds people's duties."""
    if not name or name == ":memory:":
        return
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _engine(url: str, *, sqlite: bool) -> Engine:
    if not sqlite:
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _on_begin, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


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
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError("база данных новее этой программы: обновите srok") from error


def _short(error: Exception) -> str:
    return str(getattr(error, "orig", error)).splitlines()[0][:120]
