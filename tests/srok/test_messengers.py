"""The poller of `srok up`: it stops at once, says a trouble once, and a press reaches the database."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import pytest

from engine.settings import load_settings
from srok.messengers import poll, start_polling
from tests.notifiers.telegram_api import CONFLICT, TOKEN, BotApi, serving

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60


def environment(telegram: BotApi) -> dict[str, str]:
    return {"SROK_TELEGRAM_TOKEN": TOKEN, "SROK_TELEGRAM_API_BASE": telegram.base}


@pytest.fixture
def telegram():
    with serving() as api:
        yield api


@pytest.fixture
def home(office, telegram, monkeypatch):
    """Settings of a home with a synced plan and a bot."""
    for name, value in (("HOME", office.home), ("TELEGRAM_TOKEN", TOKEN), ("TELEGRAM_API_BASE", telegram.base)):
        monkeypatch.setenv(f"SROK_{name}", str(value))
    return load_settings()


class Running:
    """`poll` in a thread."""

    def __init__(self, settings: Any) -> None:
        self.said: list[str] = []
        self.stop = Event()
        self.thread = Thread(target=poll, args=(settings, self.stop, self.said.append))

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(PATIENCE_SECONDS)
        assert not self.thread.is_alive()


def until(holds: Any) -> None:
    last = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.02)


def asked(telegram: BotApi, times: int) -> Any:
    return lambda: len(telegram.named("getUpdates")) >= times


def test_a_person_links_an_account_while_the_poller_waits(office, home, telegram) -> None:
    env = environment(telegram)
    code = office("people", "link", "p-eskizov", **env).out.splitlines()[1]
    with Running(home) as running:
        until(asked(telegram, 1))
        telegram.says(code, 42)
        until(lambda: telegram.accepted)
    assert telegram.accepted[0]["text"].startswith("Эскизов ")
    assert running.said == []
    assert office("people", "check", **env).code == 0


def test_it_stops_while_it_waits_for_news(home, telegram) -> None:
    """Without waiting for the end of the long poll, which would take 25 seconds."""
    with Running(home) as running:
        until(asked(telegram, 1))
        running.stop.set()
        running.thread.join(PATIENCE_SECONDS)
        assert not running.thread.is_alive()
    assert len(telegram.named("getUpdates")) == 1


def test_a_trouble_is_said_once_and_its_end_too(home, telegram) -> None:
    telegram.script["getUpdates"].extend([CONFLICT, CONFLICT])
    with Running(home) as running:
        until(asked(telegram, 3))
        telegram.says("/start", 42)
        until(lambda: telegram.accepted)
        until(lambda: len(running.said) >= 2)
    first = "Telegram: сообщения боту забирает другая программа с тем же ключом: остановите её или смените ключ"
    assert running.said == [f"{first}; до тех пор кнопки и привязка не отвечают", "Telegram снова отвечает"]


def test_a_people_file_that_cannot_be_read_is_said_and_the_news_wait(office, home, telegram) -> None:
    people = (office.home / "people.yaml").read_text(encoding="utf-8")
    (office.home / "people.yaml").write_text("people: [", encoding="utf-8")
    telegram.says("/start", 42)
    with Running(home) as running:
        until(lambda: running.said)
        assert telegram.accepted == []
        (office.home / "people.yaml").write_text(people, encoding="utf-8")
        until(lambda: telegram.accepted)
    assert running.said[0].startswith("Telegram: файл людей «people.yaml» с ошибками")


def test_without_a_bot_there_is_no_poller(home) -> None:
    assert start_polling(home.model_copy(update={"telegram_token": None}), Event(), print) is None


def test_a_token_that_is_none_is_said_without_repeating_it(home) -> None:
    class Odd:
        def get_secret_value(self) -> str:
            return "no token 7f3a"

    with Running(home.model_copy(update={"telegram_token": Odd()})) as running:
        until(lambda: running.said)
    assert "SROK_TELEGRAM_TOKEN не похож на ключ бота" in running.said[0]
    assert "7f3a" not in "".join(running.said)


def test_srok_up_hears_the_bot_and_ends_at_sigterm_while_it_waits_for_news(office, home, telegram) -> None:
    code = office("people", "link", "p-eskizov", **environment(telegram)).out.splitlines()[1]
    command = [sys.executable, "-m", "srok", "up"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, process_group=0) as up:
        try:
            until(asked(telegram, 1))
            telegram.says(code, 42)
            until(lambda: telegram.accepted)
            until(asked(telegram, 2))
            up.send_signal(signal.SIGTERM)
            assert up.wait(PATIENCE_SECONDS) == 0
        finally:
            up.kill()
        assert up.stdout is not None
        said = up.stdout.read()
    assert said.splitlines()[-1] == "Остановлено"
    assert code.split()[1] not in said
    assert TOKEN not in said
