"""A database as the first release of srok left it, with facts in every table."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, MetaData, insert, select
from sqlalchemy.engine import make_url

from engine.store.database import MIGRATIONS, _engine

AT = datetime(2021, 6, 1, 4, 0, 0, 123456, tzinfo=UTC)
LATER = datetime(2021, 6, 2, 23, 30, tzinfo=UTC)
DAY = date(2021, 6, 21)

FACTS: dict[str, list[dict[str, Any]]] = {
    "plan": [
        {
            "id": "p", "title": "План «А»", "timezone": "Asia/Yekaterinburg", "file": "план.yaml", "roadmap": "{}",
            "first_synced_on": DAY, "synced_at": AT, "next_digest_at": LATER,
        },
        {
            "id": "q", "title": "", "timezone": "Europe/Moscow", "file": "", "roadmap": '{"plan": {"id": "q"}}',
            "first_synced_on": DAY, "synced_at": LATER, "next_digest_at": None,
        },
    ],
    "event": [
        {
            "plan_id": "p", "id": "vpr", "start": DAY, "end": DAY, "status": "confirmed", "basis": "№ 1",
            "changed_at": AT,
        },
        {
            "plan_id": "q", "id": "vpr", "start": None, "end": None, "status": "cancelled", "basis": None,
            "changed_at": AT,
        },
    ],
    "occurrence": [
        {
            "key": "p/1/1", "plan_id": "p", "measure_id": "1", "n": 1, "kind": "dated", "first": DAY, "last": DAY,
            "nominal_due_on": DAY, "due_on": DAY, "original_due_on": DAY, "awaiting": None, "event": "vpr",
            "revision": 2, "ambiguous": True, "cancelled": False, "to_reconcile": False, "moved_at": LATER,
            "changed_at": AT, "next_action_at": LATER,
        },
        {
            "key": "q/1/1", "plan_id": "q", "measure_id": "1", "n": 1, "kind": "schedule", "first": None, "last": None,
            "nominal_due_on": None, "due_on": None, "original_due_on": None, "awaiting": "по графику", "event": None,
            "revision": 0, "ambiguous": False, "cancelled": True, "to_reconcile": True, "moved_at": None,
            "changed_at": AT, "next_action_at": None,
        },
    ],
    "assignment": [
        {
            "key": "p/1/1|r|s", "occurrence_key": "p/1/1", "reference": "r", "title": "Руководители ОУ", "person": "x",
            "school": "s", "lead": True, "blocking": True, "state": "closed", "outcome": "late", "reported_on": DAY,
            "reports": 3, "changed_at": AT,
        },
        {
            "key": "q/1/1|r", "occurrence_key": "q/1/1", "reference": "r", "title": "", "person": None, "school": None,
            "lead": False, "blocking": False, "state": "awaiting", "outcome": None, "reported_on": None, "reports": 0,
            "changed_at": LATER,
        },
    ],
    "letter": [
        {
            "key": "k1", "person": "x", "channel": "mail", "address": "x@example.org", "state": "sent",
            "not_before": AT,
            "next_try_at": None, "lease_until": None, "attempts": 2, "doubts": 1, "outcome": "250 ok",
            "message_id": "<1@srok>", "sent_at": LATER, "composed_at": AT, "begun_at": LATER, "body": '{"to": "Ю"}',
        },
        {
            "key": "k2", "person": None, "channel": "telegram", "address": None, "state": "pending", "not_before": AT,
            "next_try_at": LATER, "lease_until": LATER, "attempts": 0, "doubts": 0, "outcome": None,
            "message_id": None, "sent_at": None, "composed_at": AT, "begun_at": None, "body": None,
        },
    ],
    "item": [
        {
            "key": "k1", "at": AT, "kind": "reminder", "rung": "-5d", "revision": 2, "plan_id": "p", "measure_id": "1",
            "occurrence_key": "p/1/1", "assignment_key": "p/1/1|r|s", "person": "x", "channel": "mail", "letter": "k1",
            "dropped": None, "created_at": AT,
        },
        {
            "key": "p/digest/2021-W22|x", "at": AT, "kind": "digest", "rung": "digest", "revision": 0, "plan_id": "p",
            "measure_id": None, "occurrence_key": None, "assignment_key": None, "person": None, "channel": "mail",
            "letter": None, "dropped": "некому", "created_at": LATER,
        },
    ],
    "journal": [
        {
            "id": 1, "at": AT, "who": "", "account": "root", "deed": "sync", "plan_id": "p", "subject": "p",
            "facts": "{}",
        },
        {
            "id": 2, "at": AT, "who": "srok", "account": "root", "deed": "moved", "plan_id": "p", "subject": "p/1/1",
            "facts": '{"after": "2021-06-21"}',
        },
        {
            "id": 4, "at": LATER, "who": "x", "account": "root", "deed": "report", "plan_id": "p",
            "subject": "p/1/1|r|s", "facts": '{"text": "«да»"}',
        },
        {
            "id": 7, "at": LATER, "who": "y", "account": "", "deed": "accept", "plan_id": None, "subject": "",
            "facts": "{}",
        },
    ],
    "pass": [
        {"id": 3, "started_at": AT, "finished_at": LATER, "queued": 5, "sent": 4, "failed": 1},
        {"id": 5, "started_at": LATER, "finished_at": None, "queued": 0, "sent": 0, "failed": 0},
    ],
}  # fmt: skip


def first_release(address: str) -> Engine:
    """Make it at *address*, where nothing is yet."""
    engine = _engine(make_url(address))
    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    with engine.connect().execution_options(srok_writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with engine.connect().execution_options(srok_writes=True) as connection, connection.begin():
        known = MetaData()
        known.reflect(connection)
        for name, rows in FACTS.items():
            assert set(rows[0]) == set(known.tables[name].columns.keys())
            connection.execute(insert(known.tables[name]), rows)
    return engine


def facts(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """What the columns of the first release hold, in the order of its keys."""
    known = MetaData()
    known.reflect(connection)
    found = {}
    for name, rows in FACTS.items():
        table = known.tables[name]
        columns = [table.columns[one] for one in rows[0]]
        asked = select(*columns).order_by(*table.primary_key)
        found[name] = [{key: _utc(value) for key, value in row.items()} for row in connection.execute(asked).mappings()]
    return found


def _utc(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
