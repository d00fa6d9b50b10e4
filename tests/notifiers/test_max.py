"""MAX against a loopback server that answers as its documents say: never tried against the real service."""

import json
import logging
from typing import Any

import pytest
from pydantic import SecretStr

from engine.errors import DeliveryError
from notifiers.envelope import Outcome, OutcomeKind
from notifiers.max import MaxChannel

TOKEN = "f9LHod-max-token_7f3a"
SENT, TEMP, PERM = OutcomeKind.SENT, OutcomeKind.TEMP, OutcomeKind.PERM
AMBIGUOUS, CONFIG = OutcomeKind.AMBIGUOUS, OutcomeKind.CONFIG
DOUBT = "связь с MAX прервалась после передачи"


def taken(mid: str = "mid.1") -> bytes:
    return answer(200, {"message": {"body": {"mid": mid, "text": "…"}}})


def answer(status: int, body: Any, more: str = "") -> bytes:
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return b"HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n%s" % (status, more.encode(), len(content), content)


@pytest.fixture
def channel(bot):
    bot.answers = [taken(f"mid.{n}") for n in range(1, 9)]
    channel = MaxChannel(SecretStr(TOKEN), bot.base + "/")
    yield channel
    channel.close()


def test_a_message_arrives_as_text_with_the_token_in_a_header(channel, bot, envelope, monkeypatch, tmp_path) -> None:
    (tmp_path / "netrc").write_text("default login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert channel.deliver(envelope(address="42", text="Срок 21.06.2021")) == Outcome(SENT, "200", provider_id="mid.1")
    assert bot.calls == [("/messages?user_id=42", {"text": "Срок 21.06.2021"})]
    assert bot.authorizations == [TOKEN]


REFUSALS = [
    (400, {"code": "proto.payload", "message": "text: must not be empty"}, PERM),
    (401, {"code": "verify.token", "message": "Invalid access_token"}, CONFIG),
    (403, {"code": "deprecated.token", "message": "use Authorization header"}, CONFIG),
    (403, {"code": "chat.denied", "message": "error.dialog.suspended"}, PERM),  # the person has stopped the bot
    (404, {"code": "chat.not.found", "message": "Chat 42 not found"}, PERM),
    (429, {"code": "too.many.requests", "message": "Too many requests"}, TEMP),
    (500, {"code": "internal", "message": "oops"}, AMBIGUOUS),
    (503, {"code": "unavailable", "message": "oops"}, AMBIGUOUS),
]


@pytest.mark.parametrize(("status", "fields", "kind"), REFUSALS)
def test_what_a_refusal_means(channel, bot, envelope, status, fields, kind) -> None:
    bot.answers = [answer(status, fields)]
    said = f"MAX отказал: {status} {fields['code']} {fields['message']}"
    assert channel.deliver(envelope(address="42")) == Outcome(kind, str(status), said)


@pytest.mark.parametrize(("header", "seconds"), [("17", 17.0), ("-1", None), ("soon", None), ("9" * 9, 2592000.0)])
def test_a_server_says_how_long_to_wait(channel, bot, envelope, header, seconds) -> None:
    bot.answers = [answer(429, {}, f"Retry-After: {header}\r\n")]
    assert channel.deliver(envelope(address="42")) == Outcome(TEMP, "429", "MAX отказал: 429", seconds)


PAGES = [(200, AMBIGUOUS, "вместо MAX ответил другой сервер: 200"), (502, AMBIGUOUS, "MAX отказал: 502")]


@pytest.mark.parametrize(("status", "kind", "said"), [*PAGES, (302, TEMP, "MAX отказал: 302")])
def test_a_page_of_another_server_is_not_an_answer_of_max(channel, bot, envelope, status, kind, said) -> None:
    bot.answers = [answer(status, "<html></html>", "Location: /elsewhere\r\n")]
    assert channel.deliver(envelope(address="42")) == Outcome(kind, str(status), said)
    assert len(bot.calls) == 1


def test_a_cut_after_the_request_leaves_a_doubt(channel, bot, envelope) -> None:
    bot.answers = [None]
    assert channel.deliver(envelope(address="42")) == Outcome(AMBIGUOUS, None, DOUBT)


def test_a_refused_connection_is_temporary(closed_port, envelope) -> None:
    channel = MaxChannel(SecretStr(TOKEN), f"http://127.0.0.1:{closed_port}")
    assert channel.deliver(envelope(address="42")) == Outcome(TEMP, None, "нет связи с MAX")


def test_a_certificate_that_is_not_trusted_is_ours_to_mend(bot, envelope, tls, monkeypatch) -> None:
    context, pem = tls
    bot.socket = context.wrap_socket(bot.socket, server_side=True)
    base = bot.base.replace("http:", "https:")
    text = "сертификат сервера MAX не признан: назовите файл с корневым сертификатом Минцифры в REQUESTS_CA_BUNDLE"
    assert MaxChannel(SecretStr(TOKEN), base).deliver(envelope(address="42")) == Outcome(CONFIG, None, text)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    assert MaxChannel(SecretStr(TOKEN), base).deliver(envelope(address="42")).kind is SENT


def test_a_long_message_goes_in_parts_and_a_later_failure_is_a_doubt(channel, bot, envelope) -> None:
    text = "\n".join("ы" * 900 for _ in range(9))
    assert channel.deliver(envelope(address="42", text=text)) == Outcome(SENT, "200", provider_id="mid.1")
    parts = [fields["text"] for _, fields in bot.calls]
    assert ("\n".join(parts), len(parts)) == (text, 3)
    assert max(map(len, parts)) <= 4000
    bot.calls.clear()
    bot.answers = [taken(), answer(429, {})]
    assert channel.deliver(envelope(address="42", text=text)).kind is AMBIGUOUS


@pytest.mark.parametrize("address", ["", "Иванова", "42&chat_id=7", "-42", "42\n", "https://max.ru/ivanova"])
def test_a_bad_address_never_reaches_the_server(channel, bot, envelope, address) -> None:
    assert channel.deliver(envelope(address=address)) == Outcome(PERM, None, f"неверный адрес MAX: «{address.strip()}»")
    assert bot.calls == []


def test_an_empty_message_is_not_sent(channel, bot, envelope) -> None:
    assert channel.deliver(envelope(address="42", text=" \n")) == Outcome(PERM, None, "пустое сообщение")


def test_the_token_stands_in_no_log_and_no_outcome(channel, bot, envelope, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    bot.answers = [taken(), answer(401, {"message": f"bad token {TOKEN}"}), answer(502, "<p>"), None]
    outcomes = [channel.deliver(envelope(address="42")) for _ in range(4)]
    assert "7f3a" not in caplog.text + repr(outcomes) + repr(channel)
    assert outcomes[1].text == "MAX отказал: 401  bad token …".replace("  ", " ")


@pytest.mark.parametrize("token", ["", "short", "with space 1234", "перевод-строки", "abcdefgh\nX-Header: 1"])
def test_a_token_that_is_none_is_refused_without_repeating_it(token) -> None:
    with pytest.raises(DeliveryError) as refused:
        MaxChannel(SecretStr(token))
    assert str(refused.value) == "SROK_MAX_TOKEN не похож на ключ бота: скопируйте его из кабинета MAX целиком"


def test_a_base_to_which_a_token_must_not_be_sent_is_refused() -> None:
    with pytest.raises(DeliveryError) as refused:
        MaxChannel(SecretStr(TOKEN), "http://max.example.org")
    text = "SROK_MAX_API_BASE: без шифрования ключ виден в сети; нужно https:// (http:// — только 127.0.0.1)"
    assert str(refused.value) == text
