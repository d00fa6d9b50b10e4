"""Questions to the store, and the two writes that everybody shares: the outbox and the journal."""

from dataclasses import replace
from datetime import date

import pytest

from engine.assignment import Action
from engine.errors import NotFoundError
from engine.store import queries
from engine.store.models import ItemRow, JournalRow

LYSVA = "lysva-2021"


@pytest.fixture
def action(at):
    key = "lysva-2021/1.1/1|working-group|r0|-5d|1|p-eskizov|mail"
    return Action(
        key, at(2021, 6, 16, 4), "reminder", "-5d", 0, LYSVA, "1.1", "lysva-2021/1.1/1",
        "lysva-2021/1.1/1|working-group", "p-eskizov", "mail",
    )  # fmt: skip


def test_a_key_enters_the_outbox_once_and_the_first_stays(desk, at, action):
    again = replace(action, at=at(2021, 6, 17, 4), rung="due")
    for actions, fresh in (([action, action], 1), ([again], 0), ([], 0)):
        with desk.store.writing() as session:
            assert queries.enqueue(session, actions, at(2021, 6, 16, 4)) == fresh
    (row,) = desk.rows(ItemRow)
    assert (row.at, row.rung) == (action.at, "-5d")


def test_a_plan_that_was_never_synced_is_refused_by_name(desk, at):
    with desk.store.reading() as session, pytest.raises(NotFoundError) as caught:
        queries.plan(session, "lysva")
    assert str(caught.value) == "плана «lysva» нет в базе (есть: ни одного); сначала srok sync"
    desk.sync(desk.plan(LYSVA, "1.1"), at(2021, 6, 1, 4))
    with desk.store.reading() as session, pytest.raises(NotFoundError) as caught:
        queries.plan(session, "lysva")
    assert str(caught.value) == "плана «lysva» нет в базе (есть: lysva-2021); сначала srok sync"


def test_occurrences_come_in_the_order_of_their_numbers(desk, at):
    """Ten and more: 2.4 twice a year over six years."""
    text = desk.plan(LYSVA, "2.4").replace("to: 2024-12-31", "to: 2026-12-31")
    desk.sync(text, at(2021, 1, 1, 4))
    with desk.store.reading() as session:
        assert [row.n for row in queries.occurrences(session, LYSVA)] == list(range(1, 13))


def test_the_journal_writes_days_as_iso_and_reads_them_back(desk, at):
    with desk.store.writing() as session:
        queries.journal(
            session, at(2021, 6, 16, 4), who="p-eskizov", account="test", deed="report", plan_id=LYSVA,
            subject="lysva-2021/1.1/1", day=date(2021, 6, 16), text="«готово»",
        )  # fmt: skip
    (row,) = desk.rows(JournalRow)
    assert (row.at, row.read()) == (at(2021, 6, 16, 4), {"day": "2021-06-16", "text": "«готово»"})
