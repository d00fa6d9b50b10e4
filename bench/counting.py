"""What a piece of work asks of its database: statements, rows read, and the plan of a query."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event


@dataclass
class Asked:
    """Statements with their parameters in order, and how many rows were fetched."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    rows: int = 0

    def explain(self, engine: Engine, beginning: str, part: str = "") -> str:
        """Return the database's plan of the first statement that begins so and has *part* in it."""
        statement, parameters = next(one for one in self.statements if one[0].startswith(beginning) and part in one[0])
        words = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(f"{words} {statement}", parameters).all()
        return "\n".join(str(row[-1]) for row in rows)


class _Counted:
    """A cursor that counts what is fetched from it."""

    def __init__(self, cursor: Any, asked: Asked) -> None:
        self._cursor = cursor
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def fetchone(self) -> Any:
        row = self._cursor.fetchone()
        self._asked.rows += row is not None
        return row

    def fetchmany(self, *given: int) -> Any:
        rows = self._cursor.fetchmany(*given)
        self._asked.rows += len(rows)
        return rows

    def fetchall(self) -> Any:
        rows = self._cursor.fetchall()
        self._asked.rows += len(rows)
        return rows


@contextmanager
def counting(engine: Engine) -> Iterator[Asked]:
    """Count inside all that goes through *engine*; BEGIN and COMMIT are not statements."""
    asked = Asked()

    def count(_connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, _many: bool) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            asked.statements.append((" ".join(statement.split()), parameters))
        if context is not None:
            context.cursor = _Counted(cursor, asked)

    event.listen(engine, "after_cursor_execute", count)
    try:
        yield asked
    finally:
        event.remove(engine, "after_cursor_execute", count)
