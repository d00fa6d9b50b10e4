"""Listening to what the program asks a database, and how the database finds the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

LARGE = ("occurrence", "assignment", "item", "letter", "journal", "event")
"""Tables that grow with plans and years."""
FEW = ("ix_item_waiting", "ix_occurrence_due")
"""Partial indexes of rows that wait: they may be read in full."""
Asked = tuple[str, Any]
"""A statement with its first set of parameters."""


@contextmanager
def asked() -> Iterator[list[Asked]]:
    """Collect every statement that any engine runs inside."""
    found: list[Asked] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        found.append((statement, values[0] if many and not isinstance(values, dict) else values))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def questions(found: list[Asked]) -> dict[str, Any]:
    """The statements that look for rows, each once; lists of parameters of any length are the same question."""
    return {
        re.sub(r"\((\?|%\(\w+\)s(::\w+)?)(, (\?|%\(\w+\)s(::\w+)?))*\)", "(…)", statement): (statement, values)
        for statement, values in found
        if statement.split()[0] in {"SELECT", "UPDATE", "DELETE"}
    }


def read_in_full(connection: Connection, statement: str, values: Any) -> list[str]:
    """Which large tables a statement reads from one end to the other, as the database itself says."""
    if connection.dialect.name == "sqlite":
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        sorts = any("TEMP B-TREE" in line for line in plan)
        from_its_end = " LIMIT " in statement and not sorts
        return [
            line
            for line in plan
            if (
                found := re.match(r"(?:SCAN (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+)|$)|SEARCH (\w+)$)", line)
            )
            and (found[1] or found[3]) in LARGE  # SEARCH of nothing is a look for a max without an index
            and found[2] not in FEW
            and not from_its_end
        ]
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a few rows are read whole sooner than looked up
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    return list(_full(json.loads(plan)[0]["Plan"] if isinstance(plan, str) else plan[0]["Plan"], limited=False))


def _full(node: dict[str, Any], *, limited: bool, table: str = "") -> Iterator[str]:
    kind, index = node["Node Type"], node.get("Index Name", "")
    table = node.get("Relation Name") or (table if kind.startswith("Bitmap") else "")
    limited = (limited or kind == "Limit") and kind != "Sort"
    whole = "Index" in kind and "Index Cond" not in node and index not in FEW and not limited
    if table in LARGE and (kind == "Seq Scan" or whole):
        yield f"{kind} {table} {index}"
    for part in node.get("Plans", ()):
        yield from _full(part, limited=limited, table=table)
