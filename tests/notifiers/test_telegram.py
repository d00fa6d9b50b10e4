"""Telegram against a loopback server that speaks its API."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

import notifiers.telegram
from engine.errors import DeliveryError
from notifiers.envelope import Outcome, OutcomeKind
from notifiers.telegram import TelegramChannel, cut_html, cut_text

TOKEN = "123456:TEST-token_7f3a"
SENT, TEMP, PERM = OutcomeKind.SENT, OutcomeKind.TEMP, OutcomeKind.PERM
AMBIGUOUS, CONFIG = OutcomeKind.AMBIGUOUS, OutcomeKind.CONFIG
DOUBT = "связь с Telegram прервалась после передачи"


@pytest.fixture
def channel(bot):
    channel = TelegramChannel(SecretStr(TOKEN), bot.base + "/")
    yield channel
    channel.close()


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_message_arrives_as_html(channel, bot, envelope) -> None:
    outcome = channel.deliver(envelope(address="42", html="<b>Срок</b> 21.06.2021"))
    assert outcome == Outcome(SENT, "200", provider_id="7")
    ((path, fields),) = bot.calls
    assert path == f"/bot{TOKEN}/sendMessage"
    assert fields == {
        "chat_id": "42",
        "text": "<b>Срок</b> 21.06.2021",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def page(status: int) -> bytes:
    return b"HTTP/1.1 %d X\r\nLocation: /elsewhere\r\nContent-Length: 13\r\n\r\n<html></html>" % status


# status, description, parameters of the answer, what is known
REFUSALS = [
    (429, "Too Many Requests: retry after 17", {"retry_after": 17}, TEMP, 17.0),
    (429, "Too Many Requests", None, TEMP, None),
    (403, "Forbidden: bot was blocked by the user", None, PERM, None),
    (400, "Bad Request: chat not found", None, PERM, None),
    (401, "Unauthorized", None, CONFIG, None),
    (404, "Not Found", None, CONFIG, None),
    (500, "Internal Server Error", None, TEMP, None),
]


@pytest.mark.parametrize(("status", "said", "parameters", "kind", "seconds"), REFUSALS)
def test_what_a_refusal_means(channel, bot, answer_of_bot, envelope, status, said, parameters, kind, seconds) -> None:
    more = {"parameters": parameters} if parameters else {}
    bot.answers = [answer_of_bot(status, ok=False, error_code=status, description=said, **more)]
    outcome = channel.deliver(envelope(address="42"))
    assert outcome == Outcome(kind, str(status), f"Telegram отказал: {status} {said}", seconds)
    assert len(bot.calls) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(502, AMBIGUOUS), (504, AMBIGUOUS), (200, AMBIGUOUS), (403, TEMP), (302, TEMP)]
)
def test_a_page_of_another_server_is_not_an_answer_of_telegram(channel, bot, envelope, status, kind) -> None:
    bot.answers = [page(status)]
    outcome = channel.deliver(envelope(address="42"))
    assert outcome == Outcome(kind, str(status), f"вместо Telegram ответил другой сервер: {status}")
    assert len(bot.calls) == 1


def test_a_cut_after_the_request_leaves_a_doubt(channel, bot, envelope) -> None:
    bot.answers = [None]
    assert channel.deliver(envelope(address="42")) == Outcome(AMBIGUOUS, None, DOUBT)


def test_a_cut_inside_the_answer_leaves_a_doubt(channel, bot, envelope) -> None:
    bot.answers = [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 90\r\n\r\n{"]
    assert channel.deliver(envelope(address="42")) == Outcome(AMBIGUOUS, None, DOUBT)


def test_a_silent_server_leaves_a_doubt(channel, bot, envelope, monkeypatch) -> None:
    monkeypatch.setattr(notifiers.telegram, "_TIMEOUT_SECONDS", 0.2)
    bot.answers = [b""]
    assert channel.deliver(envelope(address="42")) == Outcome(AMBIGUOUS, None, DOUBT)


def test_a_refused_connection_is_temporary(closed_port, envelope) -> None:
    channel = TelegramChannel(SecretStr(TOKEN), f"http://127.0.0.1:{closed_port}")
    assert channel.deliver(envelope(address="42")) == Outcome(TEMP, None, "нет связи с Telegram")


def test_a_handshake_that_fails_is_temporary(bot, envelope) -> None:
    channel = TelegramChannel(SecretStr(TOKEN), bot.base.replace("http:", "https:"))
    assert channel.deliver(envelope(address="42")) == Outcome(TEMP, None, "нет связи с Telegram")


def test_markup_that_is_not_understood_goes_once_more_as_text(channel, bot, answer_of_bot, envelope) -> None:
    said = "Bad Request: can't parse entities: unsupported start tag"
    bot.answers = [answer_of_bot(400, ok=False, error_code=400, description=said)]
    assert channel.deliver(envelope(address="42", html="<x>", text="5 < 6")).kind is SENT
    assert [fields["text"] for _, fields in bot.calls] == ["<x>", "5 < 6"]
    assert "parse_mode" not in bot.calls[1][1]


def test_a_long_message_goes_in_parts(channel, bot, envelope) -> None:
    lines = [f"<b>{n}</b> " + "ы" * 900 for n in range(12)]
    assert channel.deliver(envelope(address="42", html="\n".join(lines))).kind is SENT
    parts = [fields["text"] for _, fields in bot.calls]
    assert len(parts) == 3
    assert "\n".join(parts).splitlines() == lines
    assert max(map(units, parts)) <= 4096


@pytest.mark.parametrize(("status", "kind"), [(429, AMBIGUOUS), (500, AMBIGUOUS), (401, AMBIGUOUS), (403, PERM)])
def test_a_failure_after_the_first_part_is_a_doubt(channel, bot, answer_of_bot, envelope, status, kind) -> None:
    good = answer_of_bot(200, ok=True, result={"message_id": 7})
    bot.answers = [good, answer_of_bot(status, ok=False, error_code=status, description="x")]
    assert channel.deliver(envelope(address="42", html="ы" * 5000)).kind is kind


@pytest.mark.parametrize("address", ["", "Иванова", "42; 43", "@x", "42\n", "https://t.me/ivanova"])
def test_a_bad_address_never_reaches_the_server(channel, bot, envelope, address) -> None:
    outcome = channel.deliver(envelope(address=address))
    assert outcome == Outcome(PERM, None, f"неверный адрес Telegram: «{address.strip()}»")
    assert bot.calls == []


def test_an_empty_message_is_not_sent(channel, bot, envelope) -> None:
    assert channel.deliver(envelope(address="42", html=" \n")) == Outcome(PERM, None, "пустое сообщение")
    assert bot.calls == []


def test_the_token_stands_in_no_log_and_no_outcome(channel, bot, answer_of_bot, envelope, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    bot.answers = [
        answer_of_bot(200, ok=True, result={}),
        answer_of_bot(403, ok=False, description=f"no access to /bot{TOKEN}/sendMessage"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nnot a header\r\n\r\n{}",
        page(502),
        None,
    ]
    outcomes = [channel.deliver(envelope(address="42")) for _ in range(5)]
    assert len(bot.calls) == 5
    assert "7f3a" not in caplog.text + repr(outcomes) + repr(channel)
    assert outcomes[1].text == "Telegram отказал: 403 no access to /bot…/sendMessage"


@pytest.mark.parametrize("token", ["", "token", "123456", "123456:a b", "123456:abc\n", "bot123456:abc"])
def test_a_token_that_is_none_is_refused_without_repeating_it(token) -> None:
    with pytest.raises(DeliveryError) as refused:
        TelegramChannel(SecretStr(token))
    text = "SROK_TELEGRAM_TOKEN не похож на ключ бота: нужно «число:буквы», как его дал BotFather"
    assert str(refused.value) == text


@pytest.mark.parametrize("base", ["", "api.telegram.org", "ftp://api.telegram.org", "https://"])
def test_a_base_that_is_none_is_refused(base) -> None:
    with pytest.raises(DeliveryError, match=r"^SROK_TELEGRAM_API_BASE не похож на адрес: нужно https://сервер$"):
        TelegramChannel(SecretStr(TOKEN), base)


CUTS = [
    ("раз\nдва\nтри", 7, ["раз\nдва", "три"]),
    ("раз два", 4, ["раз ", "два"]),
    ("📅📅📅", 4, ["📅📅", "📅"]),  # two units each
    ("\n\nраз\n\n\nдва\n", 5, ["раз", "два"]),
    ("", 5, []),
]


@pytest.mark.parametrize(("text", "limit", "parts"), CUTS)
def test_text_is_cut_by_units_of_utf16(text, limit, parts) -> None:
    assert cut_text(text, limit) == parts


HTML_CUTS = [
    ("<b>раз</b>\n<b>два</b>", 12, ["<b>раз</b>", "<b>два</b>"]),
    ("<b>раз&amp;два</b>", 8, ["раз&amp;", "два"]),  # too long a line: tags go, entities stay whole
    ("<i>Срок:</i> 21.06", 10, ["Срок: 21.0", "6"]),
]


@pytest.mark.parametrize(("text", "limit", "parts"), HTML_CUTS)
def test_markup_is_never_cut_in_two(text, limit, parts) -> None:
    assert cut_html(text, limit) == parts


@given(st.text(alphabet="аб 📅\n", max_size=200), st.integers(2, 40))
def test_every_part_fits_and_no_letter_is_lost(text, limit) -> None:
    parts = cut_text(text, limit)
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
