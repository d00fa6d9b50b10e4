"""Channels by name, and Apprise behind the rest."""

import logging
import subprocess
import sys
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from engine.errors import DeliveryError
from notifiers.channels import NOTIFIERS, open_channel
from notifiers.envelope import Outcome, OutcomeKind

TOKEN = SecretStr("123456:TEST")
MAX_TOKEN = SecretStr("max-token-TEST")


@dataclass
class Given:
    mail: str = "smtp://mail.example.org?from=srok@example.org"
    telegram_token: SecretStr | None = TOKEN
    telegram_api_base: str = "http://127.0.0.1:1"
    telegram_proxy: SecretStr | None = None
    max_token: SecretStr | None = MAX_TOKEN
    max_api_base: str = "http://127.0.0.1:1"


@pytest.mark.parametrize("name", NOTIFIERS)
def test_a_channel_is_opened_by_its_name(name) -> None:
    channel = open_channel(name, Given())
    assert channel.name == name
    channel.close()


def test_a_channel_that_is_not_there_is_refused() -> None:
    with pytest.raises(DeliveryError, match=r"^нет канала «pigeon»: есть mail, telegram, max, apprise$"):
        open_channel("pigeon", Given())


def test_telegram_without_a_token_is_refused() -> None:
    with pytest.raises(DeliveryError, match=r"^Telegram не настроен: задайте SROK_TELEGRAM_TOKEN$"):
        open_channel("telegram", Given(telegram_token=None))


def test_max_without_a_token_is_refused() -> None:
    with pytest.raises(DeliveryError, match=r"^MAX не настроен: задайте SROK_MAX_TOKEN$"):
        open_channel("max", Given(max_token=None))


def test_apprise_serves_another_service(bot, envelope) -> None:
    address = bot.base.replace("http:", "json:")
    outcome = open_channel("apprise", Given()).deliver(envelope(address=address, text="5 < 6 & 7"))
    assert outcome == Outcome(OutcomeKind.SENT)
    ((_, fields),) = bot.calls
    assert (fields["title"], fields["message"]) == ("Напоминание", "5 < 6 & 7")


def test_apprise_serves_ntfy_with_a_password_that_stands_in_nothing_but_the_request(bot, envelope, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    address = bot.base.replace("http://", "ntfy://srok:secret-7f3a@") + "/topic-7f3a"
    outcome = open_channel("apprise", Given()).deliver(envelope(address=address, text="5 < 6 & 7"))
    assert outcome == Outcome(OutcomeKind.SENT)
    ((_, fields),) = bot.calls
    assert (fields["topic"], fields["title"], fields["message"]) == ("topic-7f3a", "Напоминание", "5 < 6 & 7")
    assert bot.authorizations[0].startswith("Basic ")
    assert "7f3a" not in caplog.text + repr(outcome)


def test_a_service_that_says_no_is_tried_again_later(bot, answer_of_bot, envelope) -> None:
    bot.answers = [answer_of_bot(500)]
    outcome = open_channel("apprise", Given()).deliver(envelope(address=bot.base.replace("http:", "json:")))
    assert outcome == Outcome(OutcomeKind.TEMP, None, "служба не приняла сообщение")


def test_an_address_that_apprise_does_not_know_is_permanent(envelope) -> None:
    outcome = open_channel("apprise", Given()).deliver(envelope(address="pigeon://loft"))
    assert outcome == Outcome(OutcomeKind.PERM, None, "адрес не понят: Apprise не знает такой службы")


def test_secrets_of_an_apprise_address_stand_in_no_log(bot, answer_of_bot, envelope, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    bot.answers = [answer_of_bot(200), answer_of_bot(500), None]
    address = bot.base.replace("http://", "json://ivan:secret-7f3a@") + "/path-7f3a"
    channel = open_channel("apprise", Given())
    outcomes = [channel.deliver(envelope(address=address)) for _ in range(3)]
    outcomes.append(channel.deliver(envelope(address="pigeon://secret-7f3a@loft/path-7f3a")))
    assert "7f3a" not in caplog.text + repr(outcomes)


def test_mail_does_not_pay_for_what_it_does_not_use() -> None:
    code = (
        "import sys; from types import SimpleNamespace; from notifiers.channels import open_channel; "
        "open_channel('mail', SimpleNamespace(mail='smtp://mail.example.org?from=srok@example.org')); "
        "print(sorted({'apprise', 'requests', 'jinja2'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
