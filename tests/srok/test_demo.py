"""The demonstration, as `make demo` runs it: once for all tests of this file, with its real Prefect server."""

from __future__ import annotations

import email
import json
from email.message import EmailMessage
from email.policy import default

import icalendar
import pytest

from tests.console import ROOT, differs, examples
from tests.srok.conftest import Cli, Done


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    home = folder / "home"
    home.mkdir()
    done = Cli(home)("demo", "--as-of", "2021-04-28", "-o", folder / "out", COLUMNS="100")
    assert done.code == 0, done.err
    assert not list(home.iterdir()), "the user's home is not touched"
    return done, folder / "out"


@pytest.fixture(scope="module")
def letters(demo) -> list[EmailMessage]:
    _, out = demo
    found = [email.message_from_bytes(path.read_bytes(), policy=default) for path in (out / "mail").glob("*.eml")]
    return [one for one in found if isinstance(one, EmailMessage)]


def about(letters: list[EmailMessage], key: str) -> EmailMessage:
    return next(one for one in letters if one["X-Srok-Key"].startswith(key))


def text(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_the_readme_shows_what_make_demo_prints(demo) -> None:
    shown = next(one for one in examples((ROOT / "README.md").read_text("utf-8")) if one.command == "make demo")
    assert differs(demo[0].out, shown.text) is None


def test_the_screen_names_what_is_overdue_on_review_and_awaiting(demo) -> None:
    done: Done = demo[0]
    for words in ("Просрочено", "На проверке", "Ждут даты", "Кому что отправлено", "yeniseysk-2023 №", "выполнено"):
        assert words in done.out


def test_the_last_day_ran_through_prefect_for_every_plan(demo) -> None:
    assert demo[0].out.count("все меры: выполнено") == 5


def test_an_overdue_measure_reached_the_controller_with_the_missing_school_and_what_was_sent(letters) -> None:
    letter = text(about(letters, "kislovodsk-2021/1.2/1|r0|+3wd"))
    assert "Не отчитались: МБОУ Лицей № 8" in letter
    assert "напоминание" in letter
    assert "просрочено на 3 рабочих дня" in letter


def test_and_then_the_deputy_head(letters) -> None:
    letter = about(letters, "vesyegonsk-2020/2.3/1|r0|+7wd")
    assert "obraztsova@example.org" in letter["To"]
    assert "Нужно ваше решение" in letter["Subject"]


def test_a_returned_report_came_back_with_its_reason(letters) -> None:
    assert "нет подписи руководителя" in text(about(letters, "vesyegonsk-2020/1.2/2|school-heads|sosh-7|r0|returned"))


def test_measures_await_their_event(demo) -> None:
    shown = json.loads((demo[1] / "status.json").read_text("utf-8"))
    reasons = {
        one["measure"]: one["awaiting_reason"] for one in shown["assignments"] if one["plan"] == "yeniseysk-2023"
    }
    assert "Оценочные процедуры" in reasons["3.1"]
    assert shown["as_of"] == "2021-04-28"


def test_every_official_has_a_calendar_that_parses(demo) -> None:
    calendars = list((demo[1] / "calendar").glob("*.ics"))
    assert len(calendars) >= 15
    for path in calendars:
        events = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
        assert len({str(one["UID"]) for one in events}) == len(events)


def test_letters_go_to_example_addresses_in_working_hours(letters) -> None:
    assert len(letters) > 200
    assert {one["To"].addresses[0].domain for one in letters} == {"example.org"}
    assert len({one["Message-ID"] for one in letters}) == len(letters)


def test_a_day_before_the_first_plan_is_refused(cli, tmp_path) -> None:
    done = cli("demo", "--as-of", "2019-01-01", "-o", tmp_path)
    assert (done.code, "не раньше" in done.err) == (2, True)
