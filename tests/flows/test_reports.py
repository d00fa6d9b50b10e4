"""The report letter from the store: queued once, sent to the deputy head, as things stand."""

import shutil
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlmodel import select

from engine.settings import Settings, load_settings
from engine.store.installation import open_store
from engine.store.models import ItemRow, PlanRow
from flows.passes import run_pass
from notifiers.relevance import SUPERSEDED
from srok.syncing import sync_files
from tests.flows.conftest import ROOT

SYNCED = datetime(2021, 8, 2, 4, tzinfo=UTC)
TENTH = datetime(2021, 9, 10, 4, tzinfo=UTC)


@pytest.fixture
def home(tmp_path) -> Settings:
    shutil.copy(ROOT / "plans" / "people.example.yaml", tmp_path / "people.yaml")
    settings = load_settings(home=tmp_path)
    sync_files([ROOT / "plans" / "lysva-2021.yaml"], settings, SYNCED, "test")
    return settings


def reports(settings: Settings) -> list[ItemRow]:
    with open_store(settings) as store, store.reading() as session:
        return list(session.exec(select(ItemRow).where(ItemRow.kind == "report").order_by(ItemRow.key)))


def letter_of(settings: Settings, key: str) -> str:
    """Subject and text of the letter that an item stands in."""
    for file in (settings.home / "mail").glob("*.eml"):
        letter = message_from_bytes(file.read_bytes(), policy=policy.default)
        if letter["X-Srok-Key"] == key:
            return f"{letter['Subject']}\n{letter.get_body(('plain',)).get_content()}"
    raise AssertionError(key)


def test_the_report_on_a_month_is_sent_once_on_the_tenth_and_says_how_the_plan_stands(home) -> None:
    for hours in (-1, 0, 1, 24 * 4):
        run_pass(home, TENTH + timedelta(hours=hours))
    (one,) = reports(home)
    assert one.key == "lysva-2021/report/2021-08|r0|report|1|p-obraztsova|mail"
    assert one.at == TENTH
    said = letter_of(home, one.letter).partition("\nСВОДКА НА")[0].splitlines()  # the first pass of its week
    assert said[0].startswith("Отчёт за август 2021 года: «Дорожная карта")
    assert "Вам докладывают как руководителю. Исполнение плана за период и в целом на сегодня." in said
    assert "За август 2021 года: срок наступил у 5, исполнено 0" in said
    assert "Всего по плану на 10.09.2021:" in said
    assert "  – просрочено: 5; уточняется: 4; срок впереди: 36" in said
    assert sum(line.startswith("  – п. ") and "— срок 31.08.2021" in line for line in said) == 5
    with open_store(home) as store, store.reading() as session:
        assert session.exec(select(PlanRow.next_report_at)).one() == datetime(2021, 10, 11, 4, tzinfo=UTC)


def test_a_report_that_waited_past_the_next_one_is_not_sent_any_more(home) -> None:
    """Mail was down for a month, or the deputy head could not be reached."""
    people = home.people_file.read_text(encoding="utf-8")
    home.people_file.write_text(people.replace("    email: obraztsova@example.org\n", ""), encoding="utf-8")
    run_pass(home, TENTH)
    (waits,) = reports(home)
    assert (waits.letter, waits.dropped) == (None, None)
    run_pass(home, TENTH + timedelta(days=31))
    home.people_file.write_text(people, encoding="utf-8")
    run_pass(home, TENTH + timedelta(days=31, hours=1))
    first, second = reports(home)
    assert (first.key.split("|")[0], second.key.split("|")[0]) == (
        "lysva-2021/report/2021-08", "lysva-2021/report/2021-Q3"
    )  # fmt: skip
    assert (first.letter, first.dropped) == (None, SUPERSEDED)
    assert second.letter is not None


def test_a_plan_whose_next_report_is_not_marked_is_found_by_the_daily_check(home) -> None:
    with open_store(home) as store, store.writing() as session:
        session.exec(select(PlanRow)).one().next_report_at = None
    run_pass(home, TENTH)
    run_pass(home, datetime(2021, 10, 11, 4, tzinfo=UTC))
    found = sorted(one.key.split("|")[0] for one in reports(home))
    assert found == ["lysva-2021/report/2021-08", "lysva-2021/report/2021-Q3"]
