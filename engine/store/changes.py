"""Tells at the cost of one small question whether anything was written to the store since it was asked before.

Equal signs promise equal data; other signs promise nothing: what was written may be of no concern to whoever asks.
"""

from threading import Lock
from typing import Any

from sqlalchemy import text

from engine.store.database import Store

SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text)")
"""Which transactions a reader sees: all that ended before, whatever of them is still under way (PostgreSQL 13)."""


class Changes:
    """The sign of one open store: asked *before* the data are read, it never speaks for less than was read."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, Lock()
        self._watcher: Any = None

    def sign(self) -> str:
        """Return the sign of what is committed now.

        Raises:
            SQLAlchemyError: The database does not answer.
        """
        if not self._store.sqlite:
            with self._store.engine.connect() as connection:
                return str(connection.execute(SNAPSHOT).scalar_one())
        with self._lock:
            if self._watcher is None:
                self._watcher = self._store.engine.raw_connection()
            cursor = self._watcher.cursor()
            try:
                # It counts what others commit (sqlite.org/pragma.html#pragma_data_version); this one never writes.
                return str(cursor.execute("PRAGMA data_version").fetchone()[0])
            finally:
                cursor.close()

    def close(self) -> None:
        """Let go of the connection that watches."""
        with self._lock:
            if self._watcher is not None:
                self._watcher.close()
                self._watcher = None
