"""Nothing that did not arrive is silent: the screen and the JSON of `srok status` name it, with what to do."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from sqlmodel import Session, select

from engine.people import Directory
from engine.people_file import read_people
from engine.settings import Settings, load_settings
from engine.store.installation import load_people, open_store
from engine.store.models import ItemRow, LetterRow
from flows.passes import run_pass
from notifiers.pauses import pause
from srok.outgoing import outbox_json
from srok.syncing import sync_files
from srok.undelivered import Undelivered, print_undelivered, undelivered
from tests.srok.conftest import PLANS
from tests.srok.test_query_plans import MAY

LATER = MAY + timedelta(minutes=1)
ZONE = ZoneInfo("Asia/Yekaterinburg")


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    text = (PLANS / "people.example.yaml").read_text(encoding="utf-8")
    (tmp_path / "people.yaml").write_text(text, encoding="utf-8")
    settings = load_settings(home=tmp_path, owner="p-uslovnova", mail_url=f"file://{tmp_path}/mail")
    sync_files([PLANS / "lysva-2021.yaml"], settings, MAY, "test")
    run_pass(settings, MAY)
    return settings


def shown(home: Settings) -> tuple[Undelivered, str]:
    directory = load_people(home)
    with open_store(home) as store, store.reading() as session:
        found = undelivered(session, directory, home.owner, LATER)
    page = io.StringIO()
    print_undelivered(found, directory, ZONE, Console(file=page, width=140, highlight=False))
    return found, page.getvalue()


def letter(session: Session, state: str, outcome: str) -> ItemRow:
    row = session.exec(select(ItemRow).where(ItemRow.kind == "opening").order_by(ItemRow.key)).first()
    assert row is not None
    found = session.get_one(LetterRow, row.letter)
    found.state, found.outcome, found.sent_at = state, outcome, None
    return row


def test_where_all_arrived_there_is_nothing_to_say(home) -> None:
    found, page = shown(home)
    assert (found.as_json(), page) == ({"messages": [], "pauses": []}, "")


@pytest.mark.parametrize(("state", "says"), [("dead", "Не доставлено: "), ("uncertain", "Неизвестно, доставлено ли: ")])
def test_what_is_dead_or_uncertain_is_named_with_why_and_what_to_do(home, state, says) -> None:
    with open_store(home) as store, store.writing() as session:
        row = letter(session, state, "550 нет такого адреса")
    found, page = shown(home)
    assert row.key in {one["key"] for one in found.as_json()["messages"]}
    assert {(one["state"], one["why"]) for one in found.as_json()["messages"]} == {(state, "550 нет такого адреса")}
    assert says in page
    assert f"lysva-2021 № {row.measure_id} поручение — " in page
    assert "почта: 550 нет такого адреса" in page
    assert "srok resend" in page


def test_what_another_channel_took_over_is_not_named(home) -> None:
    with open_store(home) as store, store.writing() as session:
        row = letter(session, "dead", "403")
        for one in session.exec(select(ItemRow).where(ItemRow.letter == row.letter)).all():
            facts = one.model_dump(exclude={"key", "instead_of", "letter", "channel"})
            key = one.key.replace("|mail", "|telegram")
            session.add(ItemRow(**facts, key=key, channel="telegram", instead_of=one.key, letter=None))
    assert shown(home)[0].messages == []


def test_who_has_no_address_is_named(home) -> None:
    people = home.home / "people.yaml"
    text = people.read_text(encoding="utf-8")
    with open_store(home) as store, store.writing() as session:
        row = letter(session, "sent", "")
        row.letter = None
    person = directory_of(text).people[row.person or ""]
    people.write_text(text.replace(f"    email: {person.email}\n", ""), encoding="utf-8")
    found, page = shown(home)
    assert [(one.row.key, one.state, one.why) for one in found.messages] == [
        (row.key, "nobody", "адреса нет ни на одном канале")
    ]
    assert "Некому отправить: 1 — впишите людей и адреса в people.yaml" in page


def directory_of(text: str) -> Directory:
    return read_people(text, "people.yaml")[0]


def test_a_channel_that_is_silent_is_named_with_the_reason(home) -> None:
    with open_store(home) as store, store.writing() as session:
        pause(session, "mail", MAY, MAY + timedelta(minutes=15), "нет пароля", ours=True)
        pause(session, "telegram", MAY, MAY + timedelta(minutes=5), "429 слишком часто", ours=False)
        pause(session, "max", MAY - timedelta(hours=1), MAY - timedelta(minutes=5), "прошло", ours=False)
    found, page = shown(home)
    assert [one["channel"] for one in found.as_json()["pauses"]] == ["mail", "telegram"]
    assert page.splitlines() == [
        "Канал «почта» не работает: нет пароля. Исправьте srok.toml; следующая попытка 31.05.2021 09:15",
        "Канал «Telegram» ждёт до 31.05.2021 09:05: 429 слишком часто",
    ]


def test_the_outbox_tells_every_attempt(home) -> None:
    with open_store(home) as store, store.reading() as session:
        rows = outbox_json(session)
    assert rows
    for row in rows:
        (tried,) = row["attempts_log"]
        assert (tried["n"], tried["outcome"], tried["began_at"]) == (1, "sent", MAY.isoformat())
