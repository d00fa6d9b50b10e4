"""No pass and no screen reads a large table in full: the databases say themselves how they would look."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from engine.calendar import WorkCalendar
from engine.office import Office
from engine.plan_file import read_plan
from engine.settings import Settings, load_settings
from engine.store import queries
from engine.store.database import Store
from engine.store.deeds import Act, Target, perform
from engine.store.events import EventAct, EventDeed, decide_event
from engine.store.installation import load_people, open_store
from engine.store.models import LetterRow
from engine.store.sync import sync_plan
from engine.transition import Deed
from flows.coming import coming_instants, plan_ids
from flows.passes import run_pass
from notifiers.pauses import pause
from srok.feeds import export
from srok.history import chosen, history
from srok.outgoing import tries_of
from srok.standing import refuse_past, standing
from srok.syncing import sync_files
from srok.undelivered import undelivered
from tests.queries import LARGE, asked, questions, read_in_full
from tests.srok.conftest import PLANS

MAY = datetime(2021, 5, 31, 4, tzinfo=UTC)  # a Monday
LYSVA = "lysva-2021"
FILES = [PLANS / "lysva-2021.yaml", PLANS / "kislovodsk-2021.yaml", PLANS / "vesyegonsk-2020.yaml"]


@pytest.fixture
def home(tmp_path: Path, migrated: str) -> Settings:
    shutil.copy(PLANS / "people.example.yaml", tmp_path / "people.yaml")
    return load_settings(home=tmp_path, database_url=migrated, secret_key="a key", owner="p-uslovnova")


def live(home: Settings) -> None:
    """A sync, two weeks of passes with a failing post office among them, deeds, dates of events, every screen."""
    sync_files(FILES, home, MAY, "test")
    sync_files(FILES, home, MAY + timedelta(hours=1), "test")
    for day in range(15):
        run_pass(home, MAY + timedelta(days=day))
    refusing = Settings(**{**home.model_dump(), "mail_url": SecretStr("smtp://127.0.0.1:1?from=srok@example.org")})
    run_pass(refusing, datetime(2021, 6, 16, 4, tzinfo=UTC))
    with open_store(home) as store, store.writing() as session:
        letter = session.exec(select(LetterRow).where(LetterRow.state == "pending")).first()
        assert letter is not None
        letter.attempts, letter.next_try_at = 99, MAY
        pause(session, "telegram", MAY, MAY + timedelta(days=1), "429", ours=False)
    run_pass(refusing, datetime(2021, 6, 16, 5, tzinfo=UTC))  # dead, and said to the next one up
    with open_store(home) as store, store.writing() as session:
        letter = session.exec(select(LetterRow).where(LetterRow.state == "pending")).first()
        assert letter is not None
        letter.state, letter.begun_at, letter.lease_until = "sending", MAY, MAY
    run_pass(home, datetime(2021, 6, 17, 4, tzinfo=UTC))
    directory = load_people(home)
    text = (PLANS / "vesyegonsk-2020.yaml").read_text(encoding="utf-8")
    june = datetime(2021, 6, 17, 5, tzinfo=UTC)
    with open_store(home) as store:
        with store.writing() as session:
            office = queries.office(queries.plan(session, LYSVA), directory, None)
            for deed, said in ((Deed.REPORT, {"text": "Готово"}), (Deed.RETURN, {"reason": "нет подписи"})):
                perform(session, office, Target("1.1"), Act(deed, None, None, "test", **said), june)
            ask = Act(Deed.ASK, None, None, "test", reason="мало дней", until=date(2021, 7, 5))
            perform(session, office, Target("1.1"), ask, june)
        with store.writing() as session:
            roadmap = read_plan(text.replace("title: ВПР", "title: ВПР-21"), "plan.yaml", directory)[0]
            assert roadmap is not None
            office = Office(roadmap, directory, WorkCalendar(roadmap.rules), None)
            sync_plan(session, office, "plan.yaml", june, "", "test")
            act = EventAct(EventDeed.SET, None, "test", date(2021, 3, 15), date(2021, 5, 21), "приказ")
            decide_event(session, office, "vpr-2021", act, june)
    run_pass(home, datetime(2021, 6, 17, 6, tzinfo=UTC))
    run_pass(home, datetime(2021, 6, 30, 6, tzinfo=UTC))
    with open_store(home) as store, store.reading() as session:
        standing(session, directory, home.owner, june, LYSVA, None)
        refuse_past(session, date(2030, 1, 1))
        history(session, directory, *chosen(session, "2.3", LYSVA))
        chosen(session, "2.3", None) if len(queries.plans_of(session, "2.3")) == 1 else None
        undelivered(session, directory, home.owner, june)
        letters = session.exec(select(LetterRow.key).where(LetterRow.state == "dead")).all()
        assert letters
        tries_of(session, letters)
        queries.last_pass(session)
        queries.letters_by_state(session)
        queries.chain_head(session)
    for scope, of in (("official", "p-uslovnova"), ("plan", LYSVA), ("all", None)):
        export(home, scope, of, home.home / "срок.ics")
    for plan_id in plan_ids(home):
        coming_instants(home, plan_id)


def test_no_pass_and_no_screen_reads_a_large_table_in_full(home) -> None:
    Store(home.database).close()  # migrations may read what they change
    with asked() as found:
        live(home)
    known = questions(found)
    told = {table for table in LARGE for statement in known if f"FROM {table}" in statement}
    assert told == set(LARGE)
    faults = []
    with open_store(home) as store, store.engine.connect() as connection:
        for statement, values in known.values():
            faults += [(line, statement) for line in read_in_full(connection, statement, values)]
    assert faults == []


@pytest.mark.parametrize(
    "whole",
    [
        "SELECT count(*) FROM occurrence WHERE due_on < '2021-06-01'",
        "SELECT key FROM item WHERE plan_id = 'lysva-2021' AND measure_id = '1.1'",
        "SELECT max(at) FROM journal WHERE deed <> 'sync'",
        "SELECT key FROM assignment WHERE person = 'p-uslovnova' ORDER BY key",
        "SELECT item.key FROM item JOIN letter ON item.letter = letter.key WHERE letter.person = 'x'",
    ],
)
def test_a_table_read_in_full_is_seen(home, whole) -> None:
    sync_files(FILES[:1], home, MAY, "test")
    with open_store(home) as store, store.engine.connect() as connection:
        assert read_in_full(connection, whole, ())
