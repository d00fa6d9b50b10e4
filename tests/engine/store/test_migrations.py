"""A database of the first release comes up to the newest schema with every fact it had, and goes on."""

from datetime import UTC, datetime

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel, select

from engine.assignment import State
from engine.store import queries
from engine.store.chain import broken_link
from engine.store.database import NEWEST, Store
from engine.store.models import AssignmentRow, JournalRow, PassRow
from tests.releases import FACTS, facts, first_release

LATER = {"attempt", "pause", "account", "link_code", "poll", "action_link", "feed"}
"""Tables that the first release did not have."""


def test_every_fact_of_the_first_release_is_kept(address):
    old = first_release(address)
    assert set(FACTS) == set(SQLModel.metadata.tables) - LATER
    with old.connect() as connection:
        assert facts(connection) == FACTS
    old.dispose()
    store = Store(address)
    with store.engine.connect() as connection:
        assert facts(connection) == FACTS
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    with store.reading() as session:
        assert queries.revision(session) == NEWEST
        assert broken_link(session) is None
        first, second = session.exec(select(AssignmentRow).order_by(AssignmentRow.key))
        assert (first.to_assignment().state, second.to_assignment().state) == (State.CLOSED, State.AWAITING)
        assert (first.extensions, first.extended_to, first.ended_by) == (0, None, None)
    store.close()


def test_it_goes_on_where_it_stood(backend, address):
    """Numbers of new rows come after those that are there (a server was given them by the program, as in life)."""
    old = first_release(address)
    if backend == "postgresql":
        with old.begin() as connection:
            for table, last in (("journal", 7), ("pass", 5)):
                connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")
    old.dispose()
    store = Store(address)
    with store.writing() as session:
        at = datetime(2021, 6, 5, tzinfo=UTC)
        queries.journal(session, at, who="x", account="", deed="start", plan_id="p", subject="p/1/1")
        session.add(PassRow(started_at=at))
    with store.reading() as session:
        assert broken_link(session) is None
        assert [one.id for one in session.exec(select(JournalRow).order_by(JournalRow.id))][-1] == 8
    store.close()
