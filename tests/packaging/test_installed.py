"""srok as an office has it: the wheel in an environment of the lock alone, far from the checkout; its demonstration.

The environment stays in `build/` until the lock or the interpreter is another: the next time nothing is fetched.
"""

from __future__ import annotations

import email
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import icalendar
import pytest

from tests.console import differs, examples
from tests.packaging.building import CODE, ROOT, build

ENVIRONMENT = ROOT / "build" / "installed"
LOCK = ROOT / "requirements.lock"


@dataclass
class Done:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


def run(folder: Path, command: str, *words: object) -> Done:
    """Run a program of the environment in *folder*, with nothing of the checkout or of the user's settings."""
    strange = ("SROK_", "PREFECT_", "PYTHON", "VIRTUAL_ENV")
    env = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
    done = subprocess.run(
        [ENVIRONMENT / "bin" / command, *map(str, words)],
        cwd=folder,
        env=env | {"COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def pip(*words: object) -> None:
    command = [ENVIRONMENT / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*command, *map(str, words)], check=True)


def environment() -> None:
    """Make the environment of the lock where there is none."""
    stamp = ENVIRONMENT / ".stamp"
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        pip("--require-hashes", "--no-deps", "-r", LOCK)
        stamp.write_text(wanted, encoding="ascii")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> None:
    environment()
    pip("--no-index", "--no-deps", "--force-reinstall", build(ROOT, "wheel", tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def demo(installed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    done = run(folder, "srok", "demo", "--as-of", "2021-04-28", "-o", "out")
    assert done.code == 0, done.err
    assert [one.name for one in folder.iterdir()] == ["out"], "the user's home is not touched"
    return done, folder / "out"


def test_everything_is_imported_from_the_environment(installed, tmp_path) -> None:
    modules = [one for one in CODE if one != "plans"]
    done = run(
        tmp_path, "python", "-c", f"import {', '.join(modules)}\nfor m in ({', '.join(modules)}): print(m.__file__)"
    )
    assert (done.code, done.err) == (0, "")
    assert all(Path(line).is_relative_to(ENVIRONMENT) for line in done.out.splitlines())
    assert run(tmp_path, "python", "-c", "import tests").code == 1


def test_its_packages_ask_for_nothing_that_is_not_there(installed, tmp_path) -> None:
    done = run(tmp_path, "python", "-m", "pip", "check", "--disable-pip-version-check")
    assert (done.code, done.out) == (0, "No broken requirements found.\n")


def test_the_command_tells_what_it_can_do(installed, tmp_path) -> None:
    done = run(tmp_path, "srok", "--help")
    assert (done.code, done.err) == (0, "")
    assert "Читает сроки дорожных карт" in done.out


def test_an_office_begins_in_an_empty_folder(installed, tmp_path) -> None:
    done = run(tmp_path, "srok", "init", "--office", "Управление образования", "--zone", "Asia/Yekaterinburg")
    assert (done.code, done.err) == (0, "")
    assert 'zone = "Asia/Yekaterinburg"' in (tmp_path / "srok.toml").read_text("utf-8")
    assert str(ROOT) not in done.out.replace(str(tmp_path), "")


def test_the_plans_that_come_with_it_are_synced_and_without_the_extra_a_report_says_what_to_install(
    installed, tmp_path
) -> None:
    plans = next((ENVIRONMENT / "lib").glob("*/site-packages/plans"))
    (tmp_path / "people.yaml").write_bytes((plans / "people.example.yaml").read_bytes())
    assert run(tmp_path, "srok", "sync", plans / "lysva-2021.yaml").code == 0
    done = run(tmp_path, "srok", "summary", "--docx", "отчёт.docx")
    wanted = "Ошибка: для .docx и .xlsx нужно дополнение office: установите его — pip install 'srok[office]'\n"
    assert (done.code, done.err, (tmp_path / "отчёт.docx").exists()) == (1, wanted, False)


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
    done = demo[0]
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


def test_a_day_before_the_first_plan_is_refused(installed, tmp_path) -> None:
    done = run(tmp_path, "srok", "demo", "--as-of", "2019-01-01", "-o", "out")
    assert (done.code, "не раньше" in done.err) == (2, True)
