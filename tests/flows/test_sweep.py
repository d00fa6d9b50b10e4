"""What a pass asks of the database depends on what is due, not on how much is open (bench/sweep.py has the times)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from sqlmodel import select

from bench.counting import counting
from bench.region import NOW, Region
from engine.store.database import Store
from engine.store.models import ItemRow, OccurrenceRow
from flows.passes import track

DUE = 200


class Counted(NamedTuple):
    queued: int
    statements: list[str]
    rows: int
    query: str


@pytest.fixture
def region(tmp_path) -> Iterator[Region]:
    store = Store(f"sqlite:///{tmp_path / 'srok.db'}")
    yield Region(store, DUE)
    store.close()


def counted_pass(region: Region) -> Counted:
    with counting(region.store.engine) as asked:
        done = track(region.store, region.directory, None, NOW)
    assert done.broken == {}
    statements = [re.sub(r"\((\?, )*\?\)", "(…)", text) for text, _ in asked.statements]
    return Counted(done.queued, statements, asked.rows, asked.explain(region.store.engine, "SELECT occurrence."))


def test_the_same_due_set_costs_the_same_in_a_store_five_times_as_large(region):
    found = []
    for size in (2000, 10000):
        region.grow(size)
        region.reset()
        found.append(counted_pass(region))
        assert abs(region.open - size) < 45
    assert found[0] == found[1]
    first = found[0]
    assert first.queued == DUE
    # Those due; their assignments; their 40 plans; the keys of their 120 earlier messages; the new keys.
    assert first.rows == DUE + DUE + DUE // 5 + 120 + DUE
    assert len(first.statements) == 9
    assert "SEARCH occurrence USING INDEX ix_occurrence_due" in first.query


def test_a_pass_with_nothing_due_is_three_questions_to_an_index(region):
    region.grow(5000)
    counted_pass(region)
    empty = counted_pass(region)
    assert (empty.queued, empty.rows, len(empty.statements)) == (0, 0, 3)
    assert "SEARCH occurrence USING INDEX ix_occurrence_due" in empty.query
    with counting(region.store.engine) as asked:
        track(region.store, region.directory, None, NOW)
    for column in ("next_digest_at", "next_report_at"):
        plans = asked.explain(region.store.engine, 'SELECT "plan".', column + " <=")
        assert f"SEARCH plan USING INDEX ix_plan_{column} ({column}<?)" in plans
        assert "SCAN" not in plans


def test_a_due_set_can_be_made_due_again(region):
    """What the bench compares must be the same work each time."""
    found = []
    for _ in range(2):
        counted_pass(region)
        with region.store.reading() as session:
            items = session.exec(select(ItemRow.key).where(ItemRow.created_at == NOW).order_by(ItemRow.key)).all()
            after = session.exec(
                select(OccurrenceRow.key, OccurrenceRow.next_action_at).order_by(OccurrenceRow.key)
            ).all()
        found.append((items, after))
        region.reset()
    assert found[0] == found[1]
    assert len(found[0][0]) == DUE
