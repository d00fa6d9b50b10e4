"""The daily completeness check: a store whose marks went wrong is found, healed and spoken of, in the same pass."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import select, update

from engine.settings import Settings, load_settings
from engine.store import passing
from engine.store.installation import load_people, open_store
from engine.store.models import ItemRow, JournalRow, OccurrenceRow, PassRow, PauseRow, PlanRow
from flows.completeness import Checked, check, record
from flows.passes import run_pass
from srok.syncing import sync_files
from tests.flows.conftest import ROOT

SYNCED = datetime(2021, 8, 2, 4, tzinfo=UTC)
DUE = datetime(2021, 8, 31, 4, tzinfo=UTC)  # 09:00 of the last day of five measures of lysva-2021
NEVER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path, migrated) -> Settings:
    shutil.copy(ROOT / "plans" / "people.example.yaml", tmp_path / "people.yaml")
    settings = load_settings(home=tmp_path, database_url=migrated, secret_key="a key")
    sync_files([ROOT / "plans" / "lysva-2021.yaml"], settings, SYNCED, "test")
    for hours in (0, 1, 24 * 22, 24 * 28):  # the opening, the first of September's weeks
        run_pass(settings, SYNCED + timedelta(hours=hours))
    return settings


def spoil(settings: Settings, mark: datetime | None) -> None:
    with open_store(settings) as store, store.writing() as session:
        session.exec(update(OccurrenceRow).values(next_action_at=mark))


def said(settings: Settings, rung: str) -> set[str | None]:
    with open_store(settings) as store, store.reading() as session:
        return set(session.exec(select(ItemRow.occurrence_key).where(ItemRow.rung == rung)))


def found_by_day(settings: Settings) -> list[dict]:
    with open_store(settings) as store, store.reading() as session:
        return [one.read() for one in session.exec(select(JournalRow).where(JournalRow.deed == "completeness"))]


@pytest.mark.parametrize("mark", [None, NEVER])
def test_what_no_pass_would_have_seen_is_said_by_the_first_pass_of_the_day(home, mark) -> None:
    spoil(home, mark)
    done = run_pass(home, DUE)
    due = {f"lysva-2021/{one}" for one in ("2.1/1", "2.4/2", "2.5/1", "2.7/1", "3.2/1")}
    assert said(home, "due") == due
    assert done.alarms[-1].startswith("проверка полноты: пропущено сроков ")
    assert done.sent > 0
    (found,) = found_by_day(home)
    assert found["terms"] >= len(due)
    assert found["plans"] == []


def test_a_sound_store_has_nothing_to_find_and_is_looked_through_once_a_day(home) -> None:
    for hours in range(0, 24 * 12, 5):
        assert run_pass(home, DUE + timedelta(hours=hours)).alarms == ()
    assert found_by_day(home) == []
    with open_store(home) as store, store.writing() as session:
        assert session.exec(select(PassRow.checked_on).order_by(PassRow.id.desc())).first().isoformat() == "2021-09-12"
    run_pass(home, datetime(2021, 9, 13, 0, 1, tzinfo=UTC))
    spoil(home, None)
    assert run_pass(home, datetime(2021, 9, 13, 4, tzinfo=UTC)).alarms == ()  # looked through today already
    assert run_pass(home, datetime(2021, 9, 14, 4, tzinfo=UTC)).alarms != ()


def test_at_night_what_will_be_due_is_marked_for_its_slot(home) -> None:
    """The first pass of the day may come at an hour at which nobody is told anything."""
    spoil(home, None)
    run_pass(home, DUE - timedelta(hours=3))
    assert said(home, "due") == set()
    run_pass(home, DUE)
    assert len(said(home, "due")) == 5


def test_who_is_told_on_the_day_after_the_executors_first_hear_is_not_missing(tmp_path) -> None:
    """After an outage over the due day executors hear first; the check neither finds the next step nor sends it."""
    shutil.copy(ROOT / "plans" / "people.example.yaml", tmp_path / "people.yaml")
    settings = load_settings(home=tmp_path)
    sync_files([ROOT / "plans" / "lysva-2021.yaml"], settings, SYNCED, "test")
    third = datetime(2021, 9, 3, 4, tzinfo=UTC)  # three working days after the due day
    assert run_pass(settings, third).alarms == ()
    assert (len(said(settings, "+1wd")), said(settings, "+3wd")) == (5, set())
    assert run_pass(settings, third + timedelta(days=3)).alarms == ()
    assert len(said(settings, "+3wd")) == 5


def test_what_is_tried_on_friday_and_again_on_monday_does_not_wait_too_long(home) -> None:
    refusing = Settings(**{**home.model_dump(), "mail_url": SecretStr("smtp://127.0.0.1:1?from=srok@example.org")})
    friday = datetime(2021, 9, 3, 12, tzinfo=UTC)
    assert run_pass(refusing, friday).failed > 0
    for hours in (11, 36, 60):  # Saturday, Sunday, Monday before 09:00 in Лысьва
        assert run_pass(refusing, friday + timedelta(hours=hours)).alarms == ()
    assert any("больше суток" in one for one in run_pass(refusing, friday + timedelta(days=4)).alarms)


@pytest.mark.parametrize("column", ["next_digest_at", "next_report_at"])
@pytest.mark.parametrize("mark", [None, datetime(2021, 9, 20, tzinfo=UTC)])
def test_a_digest_or_report_that_would_not_come_is_found(home, column, mark) -> None:
    with open_store(home) as store, store.writing() as session:
        session.exec(update(PlanRow).values(**{column: mark}))
    run_pass(home, DUE)
    (found,) = found_by_day(home)
    assert (found["terms"], found["plans"]) == (0, ["lysva-2021"])
    for day in range(1, 14):
        run_pass(home, DUE + timedelta(days=day))
    with open_store(home) as store, store.reading() as session:
        keys = {one.split("|")[0] for one in session.exec(select(ItemRow.key).where(ItemRow.kind != "due"))}
    assert {"lysva-2021/digest/2021-W36", "lysva-2021/report/2021-08"} <= keys


def test_what_waits_longer_than_a_day_is_counted_silences_and_pauses_are_not(home) -> None:
    refusing = Settings(**{**home.model_dump(), "mail_url": SecretStr("smtp://127.0.0.1:1?from=srok@example.org")})
    assert run_pass(refusing, DUE + timedelta(days=1)).failed > 0  # «просрочено», by mail that does not work
    done = run_pass(refusing, DUE + timedelta(days=2, hours=1))
    assert any("ждут отправки больше суток: " in one and "srok outbox" in one for one in done.alarms)
    later = DUE + timedelta(days=2, hours=2)
    assert waiting(home, later) > 0
    people = home.people_file.read_text(encoding="utf-8")
    email = "    email: uslovnova@example.org\n"
    silence = "    silence: [{from: 2021-08-20, to: 2021-09-30}]\n"
    home.people_file.write_text(people.replace(email, email + silence), encoding="utf-8")
    assert waiting(home, later) == 0
    home.people_file.write_text(people, encoding="utf-8")
    with open_store(home) as store, store.writing() as session:
        session.add(PauseRow(channel="mail", until=later + timedelta(hours=1), why="421", ours=False, since=later))
    assert waiting(home, later) == 0


def waiting(settings: Settings, now: datetime) -> int:
    found = Checked()
    with open_store(settings) as store, store.writing() as session:
        record(session, found, load_people(settings), None, now)
    return found.waiting


def test_a_broken_plan_is_left_alone_and_a_check_reads_without_a_lock(home) -> None:
    spoil(home, None)
    with open_store(home) as store:
        assert check(store, load_people(home), None, DUE, ["lysva-2021"]).terms == []
        with store.reading() as session:
            assert passing.last_check(session)[1] == {}
        assert check(store, load_people(home), None, DUE, ()).terms != []
