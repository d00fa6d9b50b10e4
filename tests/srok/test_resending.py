"""After a restore nothing is sent that may have been sent; what is sent once more, a person decides."""

from __future__ import annotations

import email
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from engine.errors import NotFoundError, StoreError
from engine.settings import Settings, load_settings
from engine.store import passing, queries
from engine.store.copies import checked, put_into_file, take
from engine.store.installation import load_people, open_store
from engine.store.models import JournalRow, LetterRow
from flows.passes import run_pass, track
from flows.rehearsal import message_name
from srok.backup import _mark
from srok.resending import ResendError, resend, run_resend
from srok.syncing import sync_files
from tests.srok.conftest import PLANS
from tests.srok.test_query_plans import MAY

WEEK_LATER = MAY + timedelta(days=7)
WHY = "база восстановлена из копии от 31.05.2021 07:00: могло быть отправлено"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    text = (PLANS / "people.example.yaml").read_text(encoding="utf-8")
    (tmp_path / "people.yaml").write_text(text, encoding="utf-8")
    settings = load_settings(home=tmp_path, owner="p-uslovnova", mail_url=f"file://{tmp_path}/mail")
    sync_files([PLANS / "lysva-2021.yaml"], settings, MAY, "test")
    return settings


def mails(home: Settings) -> dict[str, Any]:
    return {
        one.name: email.message_from_bytes(one.read_bytes())["Message-ID"] for one in (home.home / "mail").glob("*.eml")
    }


def restore(home: Settings, now: Any) -> None:
    file = home.home / "copy.db"
    with checked(file) as (copy, found):
        assert home.database_file is not None
        put_into_file(copy, home.database_file, home.home / "aside.db", _mark(found, now))


def letters(home: Settings) -> list[LetterRow]:
    with open_store(home) as store, store.reading() as session:
        return list(session.exec(select(LetterRow).order_by(LetterRow.key)))


def backed_up(home: Settings) -> None:
    with open_store(home) as store:
        take(store, home.home / "copy.db", MAY)


def test_what_may_have_been_sent_since_the_copy_is_held_back_and_shown(home) -> None:
    backed_up(home)
    run_pass(home, MAY)
    for day in range(1, 8):
        run_pass(home, MAY + timedelta(days=day))
    sent = mails(home)
    assert sent
    for one in (home.home / "mail").glob("*.eml"):
        one.unlink()
    restore(home, WEEK_LATER)
    done = run_pass(home, WEEK_LATER + timedelta(minutes=1))
    assert (done.sent, mails(home)) == (0, {})
    found = letters(home)
    assert {(one.state, one.outcome) for one in found} == {("uncertain", WHY)}
    assert run_pass(home, WEEK_LATER + timedelta(minutes=2)).sent == 0  # it is settled once
    with open_store(home) as store, store.reading() as session:
        deeds = [row.deed for row in session.exec(select(JournalRow).where(JournalRow.subject == "srok"))]
    assert deeds == ["data-restored", "restore-settled"]


@pytest.mark.parametrize("queued", [True, False])
def test_with_a_plan_that_does_not_read_nothing_is_sent_and_it_is_said_what_to_do(home, queued) -> None:
    """A copy of another release; once the plan is synced, what may have been sent is held back as ever."""
    with open_store(home) as store:
        if queued:
            track(store, load_people(home), home.owner, MAY)
        with store.writing() as session:
            row = queries.plan(session, "lysva-2021")
            row.roadmap = row.roadmap.replace('"plan"', '"prior"', 1)
    backed_up(home)
    restore(home, WEEK_LATER)
    with pytest.raises(StoreError, match="план в ней не читается: внесите планы снова"):
        run_pass(home, WEEK_LATER)
    assert (mails(home), letters(home)) == ({}, [])
    sync_files([PLANS / "lysva-2021.yaml"], home, WEEK_LATER, "test")
    assert run_pass(home, WEEK_LATER + timedelta(minutes=1)).sent == 0
    assert {one.state for one in letters(home)} == {"uncertain"}


def test_what_is_due_after_the_restore_goes_out(home) -> None:
    backed_up(home)
    restore(home, MAY + timedelta(minutes=1))
    assert run_pass(home, MAY + timedelta(minutes=2)).sent == 0
    later = [run_pass(home, MAY + timedelta(days=day)).sent for day in range(1, 20)]
    assert sum(later) > 0


def test_what_was_sent_before_the_copy_is_not_in_doubt(home) -> None:
    run_pass(home, MAY)
    sent = [one.key for one in letters(home)]
    with open_store(home) as store:
        take(store, home.home / "copy.db", MAY + timedelta(minutes=1))
    restore(home, MAY + timedelta(hours=1))
    run_pass(home, MAY + timedelta(hours=2))
    assert [(one.key, one.state) for one in letters(home)] == [(key, "sent") for key in sent]


def test_a_person_lets_it_be_sent_once_more_under_the_same_message_id(home) -> None:
    backed_up(home)
    run_pass(home, MAY)
    before = mails(home)
    restore(home, MAY + timedelta(minutes=1))
    run_pass(home, MAY + timedelta(minutes=2))
    with open_store(home) as store, store.writing() as session:
        for letter in session.exec(select(LetterRow).where(LetterRow.state == "uncertain")):
            resend(session, letter, "coordinator", MAY + timedelta(minutes=3))
    assert run_pass(home, MAY + timedelta(minutes=4)).sent == len(letters(home))
    assert {one.message_id for one in letters(home)} == set(before.values())
    with open_store(home) as store, store.reading() as session:
        row = session.exec(select(JournalRow).where(JournalRow.deed == "resend")).first()
        assert row is not None
        assert (row.who, row.account, row.read()["was"]) == ("", "coordinator", "uncertain")
        assert row.hash != ""


def test_the_command_takes_keys_of_letters_items_and_names(home, capsys) -> None:
    run_pass(home, MAY)
    with open_store(home) as store, store.writing() as session:
        for letter in session.exec(select(LetterRow)):
            letter.state = "dead"

    first, *others = letters(home)
    run_resend(home, [first.key, message_name(first.key)], "test", all_uncertain=False)
    assert "Писем будет отправлено ещё раз: 1;" in capsys.readouterr().out
    assert {one.state for one in letters(home)} == {"pending", "dead"} or not others
    run_resend(home, [], "test", all_uncertain=True)
    assert capsys.readouterr().out == "Писем с неизвестным исходом нет.\n"


def test_what_arrived_and_what_is_not_there_is_refused(home) -> None:
    run_pass(home, MAY)
    one = letters(home)[0]
    with pytest.raises(ResendError) as refused:
        run_resend(home, [one.key], "test", all_uncertain=False)
    assert str(refused.value) == (
        f"письмо «{one.key}» — «отправлено»: ещё раз отправляют только недоставленное и то, исход чего неизвестен"
    )
    with pytest.raises(NotFoundError) as unknown:
        run_resend(home, ["x' OR 1=1"], "test", all_uncertain=False)
    assert str(unknown.value) == ("сообщения «x' OR 1=1» среди отправленных нет: его key покажет srok outbox --json")
    with open_store(home) as store, store.reading() as session:
        assert passing.unsettled_restore(session) is None
