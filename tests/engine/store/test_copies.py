"""Copies of the data: whole while others write, put back on either database, refused when they are not whole."""

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, select

from engine.errors import StoreError
from engine.store import copies, queries
from engine.store.chain import broken_link
from engine.store.copies import CopyError, NotEmptyError, _one_file, checked, put_into_file, put_into_server, take
from engine.store.database import NEWEST, Store
from engine.store.models import (
    AccountRow,
    ActionLinkRow,
    AttemptRow,
    FeedRow,
    JournalRow,
    LinkCodeRow,
    PassRow,
    PauseRow,
    PollRow,
)
from engine.transition import Deed
from tests.releases import FACTS, facts, first_release

LYSVA = "lysva-2021"


@pytest.fixture
def lived(desk, at):
    """A desk with rows in every table."""
    desk.sync(desk.plan(LYSVA, "1.1", "2.3", "2.4"), at(2021, 6, 1, 4))
    desk.sync(desk.plan("vesyegonsk-2020", "1.1", "2.1"), at(2021, 6, 1, 5))
    desk.do(Deed.REPORT, f"{LYSVA}/1.1", at(2021, 6, 2, 4), text="Готово: «да»")
    desk.do(Deed.RETURN, f"{LYSVA}/1.1", at(2021, 6, 2, 5), reason="нет подписи")
    desk.set_event("vesyegonsk-2020/vpr-2021", at(2021, 3, 15).date(), at(2021, 5, 21).date(), at(2021, 6, 2, 6))
    with desk.store.writing() as session:
        session.add(PassRow(started_at=at(2021, 6, 2, 6), finished_at=at(2021, 6, 2, 7), queued=1))
        letter = "INSERT INTO letter (key, channel, state, not_before, attempts, doubts, composed_at, body) "
        session.execute(text(letter + "VALUES ('k', 'mail', 'sent', :at, 1, 0, :at, '{}')"), {"at": at(2021, 6, 2)})
        session.execute(text("UPDATE item SET letter = 'k' WHERE key = (SELECT min(key) FROM item)"))
        first = session.execute(text("SELECT min(key) FROM item")).scalar_one()
        for row in (
            AttemptRow(letter="k", n=1, began_at=at(2021, 6, 2), outcome="sent"),
            PauseRow(channel="telegram", until=at(2021, 6, 3), why="429", ours=False, since=at(2021, 6, 2)),
            AccountRow(person="p", channel="telegram", address="1", linked_at=at(2021, 6, 2)),
            LinkCodeRow(digest="0" * 64, person="p", channel="telegram", expires_at=at(2021, 6, 3)),
            PollRow(channel="telegram", next_update=7),
            ActionLinkRow(item=first, person="p", made_at=at(2021, 6, 2), expires_at=at(2021, 7, 2)),
            FeedRow(id="k7", digest="1" * 64, scope="all", name="Все", style="edges", made_at=at(2021, 6, 2)),
        ):
            session.add(row)
    assert {line.partition(":")[0] for line in desk.dump()} == {one.name for one in SQLModel.metadata.sorted_tables}
    return desk


def put(copy: Store, store: Store, aside: Path | None, now) -> bool:
    """Put a copy where *store* is, by the way of its database."""
    if store.sqlite:
        file = Path(store.engine.url.database or "")
        store.close()
        return put_into_file(copy, file, aside)
    return put_into_server(copy, store, aside, now)


def test_a_copy_holds_every_row_and_is_its_owners_alone(lived, tmp_path, at):
    done = take(lived.store, tmp_path / "copy.db", at(2021, 6, 3))
    assert (done.taken_at, done.plans, done.broken) == (at(2021, 6, 3), 2, None)
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir() if "copy" in one.name or one.name.startswith(".")] == ["copy.db"]
    with checked(tmp_path / "copy.db") as (copy, found):
        assert (found.taken_at, found.plans, found.journal) == (at(2021, 6, 3), 2, len(lived.rows(JournalRow)))
        assert type(lived)(copy, "").dump() == lived.dump()


def test_a_copy_is_never_written_over_a_file(lived, tmp_path, at):
    (tmp_path / "copy.db").write_text("важное")
    with pytest.raises(StoreError, match="уже есть: укажите другое имя"):
        take(lived.store, tmp_path / "copy.db", at(2021, 6, 3))
    with pytest.raises(StoreError, match="уже есть: укажите другое имя"):
        copies._publish(tmp_path / "srok.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "важное"


def test_a_copy_goes_into_an_empty_database_and_life_goes_on(lived, address, tmp_path, at):
    """Into one of the same kind; numbers of new rows come after those put in."""
    take(lived.store, tmp_path / "copy.db", at(2021, 6, 3))
    store = Store(address)
    with checked(tmp_path / "copy.db") as (copy, _):
        assert put(copy, store, None, at(2021, 6, 4)) is False
    other = type(lived)(store, lived.people, lived.offices)
    assert other.dump() == lived.dump()
    other.do(Deed.REPORT, f"{LYSVA}/1.1", at(2021, 6, 4, 4), text="Подписано")
    with store.writing() as session:
        session.add(PassRow(started_at=at(2021, 6, 5)))
    assert other.rows(JournalRow)[-1].id == len(lived.rows(JournalRow)) + 1 or not store.sqlite
    with store.reading() as session:
        assert broken_link(session) is None
    store.close()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=False)
def test_an_office_moves_from_sqlite_to_postgresql_and_back(backend, lived, cluster, tmp_path, at):
    take(lived.store, tmp_path / "copy.db", at(2021, 6, 3))
    with cluster.lent() as url:
        server = Store(url)
        with checked(tmp_path / "copy.db") as (copy, _):
            put_into_server(copy, server, None, at(2021, 6, 4))
        assert type(lived)(server, "").dump() == lived.dump()
        take(server, tmp_path / "back.db", at(2021, 6, 5))
        server.close()
    with checked(tmp_path / "back.db") as (copy, _):
        assert type(lived)(copy, "").dump() == lived.dump()


def test_what_is_there_is_replaced_only_when_asked_and_is_kept(lived, tmp_path, at):
    take(lived.store, tmp_path / "copy.db", at(2021, 6, 3))
    lived.do(Deed.REPORT, f"{LYSVA}/1.1", at(2021, 6, 4, 4), text="Подписано")
    later = lived.dump()
    with checked(tmp_path / "copy.db") as (copy, _):
        with pytest.raises(NotEmptyError, match="в базе уже есть данные: заменить их копией — с --force"):
            put(copy, lived.store, None, at(2021, 6, 5))
        assert lived.dump() == later
        earlier = type(lived)(copy, "").dump()
        assert put(copy, lived.store, tmp_path / "aside.db", at(2021, 6, 5)) is True
    assert lived.dump() == earlier
    assert stat.S_IMODE((tmp_path / "aside.db").stat().st_mode) == 0o600
    with checked(tmp_path / "aside.db") as (aside, _):
        assert type(lived)(aside, "").dump() == later
    if lived.store.sqlite:
        lived.store.close()
        assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.glob("srok.db*")} == {0o600}


def test_a_copy_taken_while_many_write_is_whole(lived, tmp_path, at):
    """What is written is a plan's whole life: a row of one table without its like in another would be seen."""
    faults: list[Exception] = []
    stop = threading.Event()

    def write(number: int) -> None:
        try:
            hour = 0
            while not stop.is_set():
                hour += 1
                with lived.store.writing() as session:
                    for deed in ("ask", "grant"):
                        queries.journal(
                            session, at(2021, 6, 2, hour % 24), who=f"p-{number}", account="test", deed=deed,
                            plan_id=LYSVA, subject=f"{number}-{hour}",
                        )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - any fault is the finding
            faults.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for one in threads:
        one.start()
    try:
        for number in range(4):
            take(lived.store, tmp_path / f"copy-{number}.db", at(2021, 6, 3))
    finally:
        stop.set()
        for one in threads:
            one.join()
    assert faults == []
    sizes = []
    for number in range(4):
        with checked(tmp_path / f"copy-{number}.db") as (copy, found):
            sizes.append(found.journal)
            with copy.reading() as session:
                odd = (
                    "SELECT subject FROM journal WHERE subject LIKE '%-%' AND deed IN ('ask', 'grant') GROUP BY subject"
                )
                assert session.execute(text(odd + " HAVING count(*) <> 2")).all() == []
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def spoiled(copy: Path, how: str) -> None:
    if how == "text":
        copy.write_text("это не база данных, а текст " * 40)
    elif how == "empty":
        copy.write_bytes(b"")
    elif how == "truncated":
        os.truncate(copy, copy.stat().st_size // 2)
    elif how == "torn":
        content = bytearray(copy.read_bytes())
        content[len(content) // 2 : len(content) // 2 + 4096] = b"\xff" * 4096
        copy.write_bytes(content)
    else:
        base = sqlite3.connect(copy)
        base.executescript(how)
        base.commit()
        base.close()


NO_SQLITE = "«{}» — не копия srok: это не база SQLite"
OTHER = "«{}» — не копия srok: это база другой программы"
NEWER = "копия «{}» снята более новым srok: обновите программу и повторите"
TORN = "копия «{}» повреждена: возьмите другую"
ALTERED = "в копии «{}» журнал изменён в обход srok (запись № 2): возьмите более раннюю копию"
HOSTILE = [
    ("text", NO_SQLITE),
    ("empty", NO_SQLITE),
    ("truncated", TORN),
    ("torn", TORN),
    ("DROP TABLE letter", OTHER),
    ("UPDATE alembic_version SET version_num = '9999'", NEWER),
    ("DELETE FROM alembic_version", NEWER),
    ("ALTER TABLE plan DROP COLUMN title", TORN),
    ("DELETE FROM plan", TORN),
    ("UPDATE journal SET facts = '{}' WHERE id = 2", ALTERED),
    ("UPDATE journal SET at = 'вчера' WHERE id = 2", ALTERED),
    ("UPDATE occurrence SET due_on = 'завтра'", TORN),
]


@pytest.mark.parametrize(("how", "said"), HOSTILE, ids=[how[:24] for how, _ in HOSTILE])
@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_is_no_whole_copy_is_refused_and_nothing_changes(backend, lived, tmp_path, at, how, said):
    copy = tmp_path / "copy.db"
    take(lived.store, copy, at(2021, 6, 3))
    before, content = lived.dump(), None
    spoiled(copy, how)
    content = copy.read_bytes()
    with pytest.raises(CopyError) as caught, checked(copy) as (found, _):
        put(found, lived.store, tmp_path / "aside.db", at(2021, 6, 4))
    assert str(caught.value) == said.format(copy)
    assert (lived.dump(), copy.read_bytes()) == (before, content)
    assert not list(tmp_path.glob("aside*"))
    assert not list(tmp_path.glob(".srok-*"))


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_row_that_the_server_refuses_leaves_it_as_it_was(backend, lived, cluster, template, tmp_path, at):
    """SQLite does not mind how long a key is."""
    take(lived.store, tmp_path / "copy.db", at(2021, 6, 3))
    spoiled(tmp_path / "copy.db", "UPDATE pass SET queued = 99999999999999")
    with cluster.lent(template) as url:
        server = Store(url)
        with server.writing() as session:
            queries.journal(session, at(2021, 6, 2), who="a", account="", deed="x", plan_id=None, subject="x")
        before = type(lived)(server, "").dump()
        with checked(tmp_path / "copy.db") as (copy, _), pytest.raises(StoreError, match="не принял копию"):
            put_into_server(copy, server, tmp_path / "aside.db", at(2021, 6, 4))
        assert type(lived)(server, "").dump() == before
        server.close()


@pytest.mark.parametrize("backend", ["postgresql"])
def test_who_is_writing_on_the_server_is_waited_for_and_kept(backend, lived, tmp_path, at):
    take(lived.store, tmp_path / "copy.db", at(2021, 6, 3))
    wanted = lived.dump()
    with checked(tmp_path / "copy.db") as (copy, _):
        given = (copy, lived.store, tmp_path / "aside.db", at(2021, 6, 5))
        restoring = threading.Thread(target=put_into_server, args=given)
        with lived.store.writing() as session:
            queries.journal(session, at(2021, 6, 4), who="a", account="", deed="x", plan_id=None, subject="late")
            session.flush()
            restoring.start()
            restoring.join(0.5)
            assert restoring.is_alive()
        restoring.join(30)
    assert lived.dump() == wanted
    with checked(tmp_path / "aside.db") as (aside, _):
        assert "late" in "".join(type(lived)(aside, "").dump())


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_database_in_use_and_a_live_file_are_refused(backend, lived, tmp_path, at, monkeypatch):
    monkeypatch.setattr(copies, "BUSY_SECONDS", 0.1)
    take(lived.store, tmp_path / "copy.db", at(2021, 6, 3))
    file = tmp_path / "srok.db"
    with checked(tmp_path / "copy.db") as (copy, _), lived.store.reading() as session:
        session.execute(text("SELECT 1 FROM plan")).all()
        with pytest.raises(StoreError, match="с базой сейчас работает другая программа"):
            put_into_file(copy, file, tmp_path / "aside.db")
        with pytest.raises(CopyError, match="работающая база, а не копия"), checked(file):
            pass
    assert not (tmp_path / "aside.db").exists()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_database_that_is_none_any_more_is_kept_and_replaced(backend, lived, tmp_path, at):
    """The usual reason to restore."""
    take(lived.store, tmp_path / "copy.db", at(2021, 6, 3))
    wanted = lived.dump()
    file = tmp_path / "srok.db"
    lived.store.close()
    for suffix in ("", "-wal"):
        Path(f"{file}{suffix}").write_text("не база " * 999)
    with checked(tmp_path / "copy.db") as (copy, _):
        with pytest.raises(NotEmptyError):
            put_into_file(copy, file, None)
        assert put_into_file(copy, file, tmp_path / "aside.db") is True
    assert lived.dump() == wanted
    assert (tmp_path / "aside.db").read_text() == "не база " * 999


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_row_that_cannot_be_read_is_told_and_no_copy_is_left(backend, lived, tmp_path, at):
    with lived.store.writing() as session:
        session.execute(text("UPDATE occurrence SET due_on = 'завтра'"))
    with pytest.raises(StoreError, match="копия не снята: в базе есть то, что не читается; проверьте её: srok doctor"):
        take(lived.store, tmp_path / "copy.db", at(2021, 6, 3))
    assert not list(tmp_path.glob("copy*"))


def test_a_database_of_the_first_release_is_a_copy_too(address, tmp_path, at):
    """Its rows come in as they were; on a server the numbers go on after them."""
    first_release(f"sqlite:///{tmp_path / 'old.db'}").dispose()
    _one_file(tmp_path / "old.db")
    before = (tmp_path / "old.db").read_bytes()
    store = Store(address)
    with checked(tmp_path / "old.db") as (copy, found):
        assert (found.taken_at, found.plans, found.journal) == (None, 2, 4)
        put(copy, store, None, at(2021, 6, 4))
    assert (tmp_path / "old.db").read_bytes() == before
    with store.engine.connect() as connection:
        assert facts(connection) == FACTS
    with store.writing() as session:
        queries.journal(session, at(2021, 6, 5), who="x", account="", deed="start", plan_id="p", subject="p/1/1")
    with store.reading() as session:
        assert queries.revision(session) == NEWEST
        assert broken_link(session) is None
        assert max(session.exec(select(JournalRow.id))) == 8
    store.close()
