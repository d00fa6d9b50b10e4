"""The journal's chain in a real file: what is chained, two writers at once, and a database of the first release."""

import threading

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import IntegrityError

from engine.journal import GENESIS
from engine.store import queries
from engine.store.chain import broken_link
from engine.store.database import MIGRATIONS, NEWEST, Store
from engine.store.models import JournalRow
from engine.transition import Deed

LYSVA = "lysva-2021"


def add(session, now, who="p-eskizov", deed="report"):
    queries.journal(session, now, who=who, account="test", deed=deed, plan_id=LYSVA, subject=f"{LYSVA}/1.1/1")


def broken(desk) -> int | None:
    with desk.store.reading() as session:
        row = broken_link(session)
        return row.number if row else None


def alter(desk, statement: str) -> None:
    with desk.store.engine.connect().execution_options(srok_writes=True) as connection, connection.begin():
        connection.execute(text(statement))


def test_what_people_do_is_chained_and_the_engines_rows_stand_outside(desk, at):
    desk.sync(desk.plan(LYSVA, "1.1"), at(2021, 6, 1, 4))
    with desk.store.writing() as session:
        add(session, at(2021, 6, 2, 4), who="srok", deed="moved")
        add(session, at(2021, 6, 2, 5))
    desk.do(Deed.START, f"{LYSVA}/1.1", at(2021, 6, 3, 4))
    rows = desk.rows(JournalRow)
    own = [one for one in rows if one.who == "srok"]
    people = [one for one in rows if one.who != "srok"]
    assert [(one.deed, one.previous, one.hash) for one in own] == [("moved", "", "")]
    assert [one.deed for one in people] == ["sync", "report", "start"]
    assert [one.previous for one in people] == [GENESIS, people[0].hash, people[1].hash]
    with desk.store.reading() as session:
        assert queries.chain_head(session) == people[-1].hash
    assert broken(desk) is None


def test_an_empty_journal_is_whole(desk):
    assert broken(desk) is None


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE journal SET facts = '[]' WHERE id = 2", 2),
        ("UPDATE journal SET at = '2021-06-02 04:00:00.000001' WHERE id = 3", 3),
        ("DELETE FROM journal WHERE id = 2", 3),
        ("UPDATE journal SET who = 'srok', previous = '', hash = '' WHERE id = 1", 2),
        ("INSERT INTO journal (at, who, account, deed, subject, facts) VALUES ('2021-06-09', '', '', '', '', '')", 5),
    ],
)
def test_what_is_altered_past_the_program_is_found(desk, at, statement, number):
    with desk.store.writing() as session:
        for hour in range(4):
            add(session, at(2021, 6, 2, hour))
    alter(desk, statement)
    assert broken(desk) == number


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE journal SET at = 'infinity' WHERE id = 3", 3),
        ("UPDATE journal SET facts = 'нет', who = 'srok', previous = '', hash = '' WHERE id = 4", 4),
    ],
)
def test_a_row_that_cannot_be_read_is_found(desk, at, statement, number):
    with desk.store.writing() as session:
        for hour in range(4):
            add(session, at(2021, 6, 2, hour))
    alter(desk, statement)
    with desk.store.reading() as session:
        row = broken_link(session)
    assert (row.number, row.readable, row.subject) == (number, False, f"{LYSVA}/1.1/1")


def test_two_rows_never_follow_one(desk, at):
    with desk.store.writing() as session:
        add(session, at(2021, 6, 2, 4))
    fork = (
        "INSERT INTO journal (at, who, account, deed, subject, facts, previous, hash) "
        f"VALUES ('2021-06-09', 'x', 'x', 'x', 'x', '', '{GENESIS}', 'x')"
    )
    with pytest.raises(IntegrityError):
        alter(desk, fork)


def test_many_writers_at_once_make_one_chain(desk, at):
    faults: list[Exception] = []
    together = threading.Barrier(6)

    def write(number: int) -> None:
        together.wait()
        try:
            for hour in range(5):
                with desk.store.writing() as session:
                    add(session, at(2021, 6, number, hour))
                    add(session, at(2021, 6, number, hour), who="srok")
        except Exception as error:  # noqa: BLE001 - any fault is the finding
            faults.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 7)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []
    assert len(desk.rows(JournalRow)) == 60
    assert broken(desk) is None


def test_the_head_is_found_without_reading_the_journal_or_sorting_it(desk, backend):
    asked = []
    event.listen(desk.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    with desk.store.reading() as session:
        queries.chain_head(session)
    statement, values = asked[-1]
    sqlite = backend == "sqlite"
    with desk.store.engine.connect() as connection:
        if not sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")  # a few rows are sorted sooner than looked up
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        plan = [row[-1] for row in connection.exec_driver_sql(f"{explain} {statement}", values)]
    if sqlite:
        assert plan == ["SCAN journal"]  # from its end: a sort would be a line of its own
    else:
        assert "Index Scan Backward" in plan[1]
        assert not any("Sort" in line for line in plan)


OLD_ROWS = """
INSERT INTO journal (id, at, who, account, deed, plan_id, subject, facts) VALUES
 (1, '2021-06-01 04:00:00.000000', '', 'root', 'sync', 'lysva-2021', 'lysva-2021', '{"file": "план.yaml"}'),
 (2, '2021-06-02 04:00:00.000000', 'srok', 'root', 'moved', 'lysva-2021', 'lysva-2021/1.1/1', '{}'),
 (4, '2021-06-03 04:00:00.123456', 'p-eskizov', 'root', 'report', 'lysva-2021', 'lysva-2021/1.1/1|x', '{"t": "«да»"}'),
 (7, '2021-06-04 04:00:00.000000', 'p-uslovnova', 'root', 'accept', NULL, 'lysva-2021/1.1/1|x', '{}')
"""


def test_a_database_of_the_first_release_is_chained_as_it_stands_and_goes_on(tmp_path, at):
    url = f"sqlite:///{tmp_path / 'srok.db'}"
    old = create_engine(url)
    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    with old.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with old.begin() as connection:
        connection.execute(text(OLD_ROWS))
        before = connection.execute(text("SELECT * FROM journal ORDER BY id")).all()
    old.dispose()
    store = Store(url)
    with store.engine.connect() as connection:
        columns = "id, at, who, account, deed, plan_id, subject, facts"
        assert connection.execute(text(f"SELECT {columns} FROM journal ORDER BY id")).all() == before
        chained = connection.execute(text("SELECT id, previous, hash FROM journal ORDER BY id")).all()
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEWEST
    assert chained[1] == (2, "", "")
    assert [one.previous for one in chained if one.id != 2] == [GENESIS, chained[0].hash, chained[2].hash]
    with store.writing() as session:
        add(session, at(2021, 6, 5, 4))
    with store.reading() as session:
        assert broken_link(session) is None
        assert session.get(JournalRow, 8).previous == chained[3].hash
    store.close()
