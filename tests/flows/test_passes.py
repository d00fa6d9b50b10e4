"""The passes end to end: a home, a real mail server, and many passes side by side."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import dropwhile
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import select

from engine.errors import PeopleError
from engine.settings import Settings, load_settings
from engine.store.installation import load_people, open_store
from engine.store.models import ItemRow, LetterRow, OccurrenceRow, PassRow, PlanRow
from flows import passes as passes_module
from flows.passes import PassResult, pass_over, run_pass, where_to_answer
from srok.syncing import sync_files
from tests.mailbox import Inbox, mailbox

ROOT = Path(__file__).parents[2]
ALL = sorted((ROOT / "plans").glob("*-20*.yaml"))
LYSVA = ROOT / "plans" / "lysva-2021.yaml"
SYNCED = datetime(2021, 5, 31, 4, tzinfo=UTC)
SQLITE = pytest.mark.parametrize("backend", ["sqlite"])  # what any database would give
JUNE_16 = datetime(2021, 6, 16, 4, tzinfo=UTC)  # Wednesday, 09:00 in Лысьва: 5 days before «До 21 июня 2021»


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def home(tmp_path: Path, inbox: Inbox, migrated: str) -> Settings:
    """A home with the example people and a mail server."""
    people = (ROOT / "plans" / "people.example.yaml").read_text(encoding="utf-8")
    (tmp_path / "people.yaml").write_text(people, encoding="utf-8")
    return load_settings(
        home=tmp_path, database_url=migrated, secret_key=SecretStr("a key"), mail_url=SecretStr(inbox.url),
        coordinator="Шаблонова Г. Д., тел. 5-55",
    )  # fmt: skip


def rows(settings: Settings, model: Any) -> list[Any]:
    with open_store(settings) as store, store.reading() as session:
        return list(session.exec(select(model)))


def passes(settings: Settings, moments: list[datetime]) -> list[PassResult]:
    """Pass after pass over one open store."""
    people = load_people(settings)
    with open_store(settings) as store:
        return [pass_over(store, people, settings, moment) for moment in moments]


def text_of(letter: Any) -> list[str]:
    return letter.get_body(("plain",)).get_content().splitlines()


@SQLITE
def test_what_was_missed_comes_as_the_assignment_to_one_who_has_not_heard_of_it(home, inbox):
    sync_files([LYSVA], home, SYNCED, "test")
    run_pass(home, JUNE_16)
    (letter,) = inbox.to("eskizov@example.org")
    assert letter["Subject"].startswith("Поручение: п. 1.1 «Разработка плана мероприятий по реализации")
    assert letter["X-Srok-Key"].startswith("lysva-2021/1.1/1|working-group|r0|-5d|")


@SQLITE
def test_a_reminder_arrives_as_text_html_and_calendar(home, inbox):
    sync_files([LYSVA], home, SYNCED, "test")
    run_pass(home, SYNCED)
    run_pass(home, JUNE_16)
    _, letter = inbox.to("eskizov@example.org")
    assert letter["Subject"].startswith("Осталось 5 дней: п. 1.1 «Разработка плана мероприятий по реализации")
    assert letter["Subject"].endswith("…», срок 21.06.2021")
    assert letter["X-Srok-Key"] == "lysva-2021/1.1/1|working-group|r0|-5d|1|p-eskizov|mail"
    assert letter["From"] == "Срок <srok@example.org>"
    assert [part.get_content_type() for part in letter.walk()][2:] == ["text/plain", "text/html", "text/calendar"]
    lines = text_of(letter)
    assert lines[0] == "Эскизов Л. М., здравствуйте!"
    assert "Срок: 21.06.2021 (понедельник)" in lines
    assert "Срок в плане: «До 21 июня 2021» (01.01.2021 – 21.06.2021)" in lines
    assert lines[-1].startswith(f"Как ответить: {where_to_answer(home)}: номер пункта, что сделано")
    assert "Шаблонова Г. Д., тел. 5-55" in lines[-1]
    assert "п. 1.1" in letter.get_body(("html",)).get_content()
    (calendar,) = letter.iter_attachments()
    assert "DTSTART;VALUE=DATE:20210621" in calendar.get_content()
    assert re.findall(r"UID:(\S+)", calendar.get_content()) == [
        "lysva-2021_2F1.1_2F1-start@srok.local",
        "lysva-2021_2F1.1_2F1-due@srok.local",
    ]


def test_a_hundred_ticks_send_nothing_more(home, inbox):
    sync_files([LYSVA], home, SYNCED, "test")
    first = run_pass(home, JUNE_16)
    arrived = len(inbox.letters)
    assert first.sent == arrived > 0
    again = passes(home, [JUNE_16 + timedelta(minutes=n) for n in range(100)])
    assert again == [PassResult(0, 0, 0, 0, 0)] * 100
    assert len(inbox.letters) == arrived
    assert {one.state for one in rows(home, LetterRow)} == {"sent"}


def tick(home: Settings, now: datetime) -> "subprocess.Popen[str]":
    environment = os.environ | {
        "SROK_HOME": str(home.home),
        "SROK_DATABASE_URL": home.database,
        "SROK_SECRET_KEY": "a key",
        "SROK_MAIL_URL": home.mail,
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
    }
    command = [sys.executable, "-m", "srok", "tick", "--now", now.isoformat()]
    return subprocess.Popen(
        command, env=environment, cwd=home.home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_four_ticks_side_by_side_lose_nothing_and_send_nothing_twice(home, inbox, tmp_path):
    """All five plans on 2021-06-16; what one tick alone would send is the measure."""
    alone = load_settings(home=tmp_path / "alone", people=home.people_file)
    for one in (home, alone):
        sync_files(ALL, one, SYNCED, "test")
    expected = run_pass(alone, JUNE_16)
    four = [tick(home, JUNE_16) for _ in range(4)]
    said = [one.communicate(timeout=120)[0] for one in four]
    assert [one.returncode for one in four] == [0] * 4, said
    assert len({one.key for one in rows(home, ItemRow)}) == expected.queued
    assert sorted(one.key for one in rows(home, ItemRow)) == sorted(one.key for one in rows(alone, ItemRow))
    assert Counter(one["Message-ID"] for one in inbox.letters).most_common(1)[0][1] == 1
    assert len(inbox.letters) == len(rows(home, LetterRow))
    assert {one.state for one in rows(home, LetterRow)} == {"sent"}
    spoken = Counter(one.letter for one in rows(home, ItemRow))
    assert None not in spoken
    assert sum(spoken.values()) == expected.queued
    assert run_pass(home, JUNE_16) == PassResult(0, 0, 0, 0, 0)


def test_a_tick_killed_in_the_middle_is_finished_by_the_next(home, inbox):
    sync_files([LYSVA], home, SYNCED, "test")
    killed = tick(home, JUNE_16)
    killed.kill()
    killed.communicate(timeout=60)
    for minutes in (0, 10, 20):  # beyond the lease, should it have come as far as a claim
        run_pass(home, JUNE_16 + timedelta(minutes=minutes))
    assert {one.state for one in rows(home, LetterRow)} == {"sent"}
    assert len({one["Message-ID"] for one in inbox.letters}) == len(rows(home, LetterRow))


def test_days_lived_through_give_the_ladder_once(home, inbox):
    sync_files([LYSVA], home, SYNCED, "test")
    passes(home, [SYNCED + timedelta(days=day, hours=hour) for day in range(32) for hour in (0, 3)])
    items = [one for one in rows(home, ItemRow) if one.occurrence_key == "lysva-2021/1.1/1"]
    assert [(one.rung, one.person, one.at.date().isoformat()) for one in sorted(items, key=lambda one: one.at)] == [
        ("opening", "p-eskizov", "2021-05-31"),
        ("-14d", "p-eskizov", "2021-06-07"),
        ("-5d", "p-eskizov", "2021-06-16"),
        ("-1wd", "p-eskizov", "2021-06-18"),
        ("due", "p-eskizov", "2021-06-21"),
        ("+1wd", "p-eskizov", "2021-06-22"),
        ("+3wd", "p-maketov", "2021-06-24"),
        ("+7wd", "p-obraztsova", "2021-06-30"),
    ]
    assert {one.at.hour for one in items} == {4}


@SQLITE
def test_days_without_a_pass_collapse_into_the_last_rung(home, inbox):
    sync_files([LYSVA], home, SYNCED, "test")
    run_pass(home, SYNCED)
    run_pass(home, datetime(2021, 6, 22, 6, tzinfo=UTC))
    rungs = [one.rung for one in rows(home, ItemRow) if one.occurrence_key == "lysva-2021/1.1/1"]
    assert sorted(rungs) == ["+1wd", "opening"]


def test_the_digest_goes_out_once_a_week_and_says_what_stands(home, inbox):
    sync_files([LYSVA], home, SYNCED, "test")
    monday = datetime(2021, 6, 28, 4, tzinfo=UTC)
    passes(home, [monday + timedelta(hours=hours) for hours in (0, 1, 30, 54)])
    digests = [one for one in rows(home, ItemRow) if one.kind == "digest"]
    assert sorted(one.person for one in digests) == ["p-maketov", "p-obraztsova", "p-uslovnova"]
    (head,) = [one for one in inbox.to("obraztsova@example.org") if "/2021-W26|" in one["X-Srok-Key"]]
    (unit,) = [one for one in inbox.to("uslovnova@example.org") if "2021-W26" in "".join(keys_of(home, one))]
    digest = list(dropwhile(lambda line: not line.startswith("СВОДКА"), text_of(head)))  # a late report is before it
    assert [line[:20] for line in digest if "— срок" in line] == [
        "Просрочено: п. 1.1 Р",
        "  – п. 2.3 Проведени",
        "  – п. 2.4 Проведени",
    ]
    assert not any("п. 1.1" in line for line in text_of(unit))  # not hers


def keys_of(settings: Settings, letter: Any) -> list[str]:
    """The keys of all items of a letter."""
    return [one.key for one in rows(settings, ItemRow) if one.letter == letter["X-Srok-Key"]]


@SQLITE
def test_a_digest_returns_when_somebody_is_there_to_read_it(home, inbox, tmp_path):
    text = LYSVA.read_text(encoding="utf-8").partition('\n  - id: "1.2"')[0]
    for name in ("issuer", "controller", "deputy_head"):
        text = re.sub(rf"(?m)^  {name}: .*\n", "", text)
    plan = tmp_path / "lysva-2021.yaml"
    plan.write_text(text, encoding="utf-8")
    sync_files([plan], home, SYNCED, "test")
    run_pass(home, datetime(2021, 6, 7, 4, tzinfo=UTC))
    assert not [one for one in rows(home, ItemRow) if one.kind == "digest"]
    run_pass(Settings(**{**home.model_dump(), "owner": "p-uslovnova"}), datetime(2021, 6, 15, 4, tzinfo=UTC))
    assert [one.person for one in rows(home, ItemRow) if one.kind == "digest"] == ["p-uslovnova"]


@pytest.mark.parametrize(("kept", "days"), [(0, [45]), (1, [10, 45])], ids=["by age", "the last ones"])
def test_a_pass_leaves_its_heartbeat_and_forgets_the_old_ones(home, inbox, monkeypatch, kept, days):
    monkeypatch.setattr(passes_module, "LAST_PASSES", kept)
    sync_files([LYSVA], home, SYNCED, "test")
    for day in (0, 10, 45):
        run_pass(home, SYNCED + timedelta(days=day))
    assert [one.started_at for one in rows(home, PassRow)] == [SYNCED + timedelta(days=day) for day in days]


@SQLITE
def test_without_people_a_pass_refuses(home, inbox):
    home.people_file.unlink()
    with pytest.raises(PeopleError) as caught:
        run_pass(home, JUNE_16)
    assert str(caught.value) == (
        f"нет файла людей «{home.people_file}»: скопируйте сюда people.example.yaml (есть после srok init), "
        "впишите своих и повторите"
    )


@SQLITE
def test_people_with_errors_stop_a_pass_before_anything_is_said(home, inbox):
    sync_files([LYSVA], home, SYNCED, "test")
    text = home.people_file.read_text(encoding="utf-8").replace("email: eskizov@example.org", "email: эскизов")
    home.people_file.write_text(text, encoding="utf-8")
    with pytest.raises(PeopleError, match=r"файл людей «people.yaml» с ошибками \(1\): строка \d+: "):
        run_pass(home, JUNE_16)
    assert rows(home, ItemRow) == []
    with pytest.raises(PeopleError):
        load_people(home)


@SQLITE
def test_what_awaits_its_date_is_never_nagged_about(home, inbox):
    sync_files([ROOT / "plans" / "kislovodsk-2021.yaml"], home, datetime(2021, 3, 12, 7, tzinfo=UTC), "test")
    passes(home, [datetime(2021, 3, 12, 6, tzinfo=UTC) + timedelta(days=day) for day in range(1, 40)])
    awaiting = {one.key for one in rows(home, OccurrenceRow) if one.due_on is None}
    assert len(awaiting) == 12
    assert [one.key for one in rows(home, ItemRow) if one.occurrence_key in awaiting] == []


def test_a_plan_that_does_not_read_any_more_stops_no_other(home, inbox):
    """Лысьва 1.1 is due, and so is Артём, whose decisions in the database are damaged."""
    sync_files([LYSVA, ROOT / "plans" / "artem-2020.yaml"], home, SYNCED, "test")
    with open_store(home) as store, store.writing() as session:
        session.get(PlanRow, "artem-2020").roadmap = "{"
        for one in session.exec(select(OccurrenceRow).where(OccurrenceRow.plan_id == "artem-2020")).all()[:2]:
            one.next_action_at = JUNE_16
    done = run_pass(home, JUNE_16)
    assert done.sent > 0
    assert done.alarms == ("план «artem-2020» не обработан: ValidationError; проверьте его: srok sync",)
    assert {one.plan_id for one in rows(home, ItemRow)} == {"lysva-2021"}
    waiting = [one.next_action_at for one in rows(home, OccurrenceRow) if one.plan_id == "artem-2020"]
    assert waiting.count(JUNE_16) == 2


def test_a_silence_that_is_taken_back_holds_nothing_up(home, inbox):
    """The controller was silenced to the end of the year by a slip: mended, the next pass looks again."""
    sync_files([LYSVA], home, SYNCED, "test")
    people = home.people_file.read_text(encoding="utf-8")
    mail = "    email: maketov@example.org\n"
    assert mail in people
    home.people_file.write_text(
        people.replace(mail, mail + "    silence: [{from: 2021-06-21, to: 2021-12-31}]\n"), encoding="utf-8"
    )
    for day in range(14):
        run_pass(home, JUNE_16 + timedelta(days=day))
    told_on = [one for one in rows(home, ItemRow) if one.rung == "+3wd" and one.measure_id == "1.1"]
    assert told_on == []
    home.people_file.write_text(people, encoding="utf-8")
    run_pass(home, JUNE_16 + timedelta(days=14))
    told_on = [one.person for one in rows(home, ItemRow) if one.rung == "+3wd" and one.measure_id == "1.1"]
    assert told_on == ["p-maketov"]
