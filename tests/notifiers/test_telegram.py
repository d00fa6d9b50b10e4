"""Telegram against a loopback server that speaks its API."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

import notifiers.bot
from engine.errors import DeliveryError
from notifiers.envelope import Button, Outcome, OutcomeKind
from notifiers.telegram import TelegramChannel, cut_html, cut_text, keyboard
from tests.notifiers.telegram_api import CUT_AFTER, NO_PARSE, TOKEN, moved, refused, too_many

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
    monkeypatch.setattr(notifiers.bot, "TIMEOUT_SECONDS", 0.2)
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


@pytest.mark.parametrize(
    "base", ["", "api.telegram.org", "ftp://api.telegram.org", "https://", "https://a:b", "http://["]
)
def test_a_base_that_is_none_is_refused(base) -> None:
    with pytest.raises(DeliveryError, match=r"^SROK_TELEGRAM_API_BASE не похож на адрес: нужно https://сервер$"):
        TelegramChannel(SecretStr(TOKEN), base)


@pytest.mark.parametrize("base", ["http://api.example.org", "http://10.0.0.7:8081", "http://127.0.0.1.example.org"])
def test_an_unencrypted_base_is_allowed_on_this_machine_only(base) -> None:
    with pytest.raises(DeliveryError) as refused_base:
        TelegramChannel(SecretStr(TOKEN), base)
    text = "SROK_TELEGRAM_API_BASE: без шифрования ключ виден в сети; нужно https:// (http:// — только 127.0.0.1)"
    assert str(refused_base.value) == text


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:8081", "http://localhost:8081/", "http://[::1]:8081", "https://b.org"]
)
def test_a_server_of_ones_own_is_allowed(base) -> None:
    TelegramChannel(SecretStr(TOKEN), base).close()


A, B = "a" * 40, "b" * 40
ROW = [Button("Взять в работу", A + "s"), Button("Отчитаться", A + "r")]


def test_buttons_stand_in_a_row_of_each_item_under_the_last_part(telegram, envelope) -> None:
    channel = TelegramChannel(SecretStr(TOKEN), telegram.base)
    buttons = (*ROW, Button("Принять", B + "a"), Button("Открыть", B, "https://srok.example.org/a/1"))
    assert channel.deliver(envelope(address="42", html="ы" * 5000, buttons=buttons)).kind is SENT
    first, last = telegram.accepted
    assert "reply_markup" not in first
    assert last["reply_markup"]["inline_keyboard"] == [
        [{"text": "Взять в работу", "callback_data": A + "s"}, {"text": "Отчитаться", "callback_data": A + "r"}],
        [{"text": "Принять", "callback_data": B + "a"}, {"text": "Открыть", "url": "https://srok.example.org/a/1"}],
    ]


def test_more_buttons_than_telegram_takes_are_left_away_item_by_item() -> None:
    rows = keyboard([Button("б", f"{item:040}{deed}") for item in range(60) for deed in "sri"])
    assert [len(row) for row in rows] == [3] * 33


def test_buttons_that_telegram_refuses_do_not_cost_the_message(telegram, envelope) -> None:
    telegram.script["sendMessage"].append(refused(400, "Bad Request: BUTTON_URL_INVALID"))
    outcome = TelegramChannel(SecretStr(TOKEN), telegram.base).deliver(envelope(address="42", buttons=tuple(ROW)))
    assert outcome == Outcome(SENT, "200", provider_id="1")
    assert ["reply_markup" in fields for fields in telegram.named("sendMessage")] == [True, False]


def test_buttons_stay_when_the_markup_of_the_text_is_not_understood(telegram, envelope) -> None:
    telegram.script["sendMessage"].append(NO_PARSE)
    TelegramChannel(SecretStr(TOKEN), telegram.base).deliver(envelope(address="42", buttons=tuple(ROW)))
    (message,) = telegram.accepted
    assert "parse_mode" not in message
    assert len(message["reply_markup"]["inline_keyboard"][0]) == 2


def test_a_chat_that_has_moved_tells_where_to(telegram, envelope) -> None:
    telegram.script["sendMessage"].append(moved(-100123))
    outcome = TelegramChannel(SecretStr(TOKEN), telegram.base).deliver(envelope(address="-42"))
    said = "Telegram отказал: 400 Bad Request: group chat was upgraded to a supergroup chat"
    assert outcome == Outcome(TEMP, "400", said, new_address="-100123")


@pytest.mark.parametrize("to", [True, "-100; 7", None, [1], 1.5])
def test_a_new_chat_of_unknown_shape_is_no_address(telegram, envelope, to) -> None:
    telegram.script["sendMessage"].append(refused(400, "x", migrate_to_chat_id=to))
    outcome = TelegramChannel(SecretStr(TOKEN), telegram.base).deliver(envelope(address="-42"))
    assert (outcome.kind, outcome.new_address) == (PERM, None)


WAITS = [(1.5, 1.5), (0, 0.0), (-3, None), (float("nan"), None), (float("inf"), 2592000.0), (10**400, 2592000.0)]


@pytest.mark.parametrize(("given_seconds", "seconds"), [*WAITS, ("17", None), (True, None)])
def test_a_time_to_wait_is_a_sane_number_or_none(bot, channel, answer_of_bot, envelope, given_seconds, seconds) -> None:
    bot.answers = [answer_of_bot(429, ok=False, parameters={"retry_after": given_seconds})]
    assert channel.deliver(envelope(address="42")).retry_after_seconds == seconds


def test_a_call_inside_a_ban_is_counted_by_the_server_of_the_tests(telegram, envelope) -> None:
    telegram.script["sendMessage"].append(too_many(60))
    channel = TelegramChannel(SecretStr(TOKEN), telegram.base)
    assert [channel.deliver(envelope(address="42")).code for _ in range(2)] == ["429", "429"]
    assert (telegram.in_ban, telegram.accepted) == (1, [])


def test_a_cut_after_acceptance_leaves_the_message_there(telegram, envelope) -> None:
    telegram.script["sendMessage"].append(CUT_AFTER)
    outcome = TelegramChannel(SecretStr(TOKEN), telegram.base).deliver(envelope(address="42"))
    assert outcome == Outcome(AMBIGUOUS, None, DOUBT)
    assert len(telegram.accepted) == 1


def test_the_bot_is_reached_by_the_proxy_of_the_settings_whatever_the_environment_says(
    telegram, envelope, closed_port, monkeypatch
) -> None:
    """A plain address goes to a proxy as a whole: the loopback server is one, and the base leads nowhere."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    seen = telegram.base
    proxy = SecretStr(seen.replace("http://", "http://srok:proxy-secret-51c0@"))
    channel = TelegramChannel(SecretStr(TOKEN), f"http://127.0.0.1:{closed_port}", proxy)
    assert channel.deliver(envelope(address="42")).code == "200"
    assert len(telegram.accepted) == 1


def test_a_proxy_that_does_not_connect_is_named_without_its_password(envelope, closed_port, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    proxy = SecretStr(f"http://srok:proxy-secret-51c0@127.0.0.1:{closed_port}")
    outcome = TelegramChannel(SecretStr(TOKEN), "https://api.example.org", proxy).deliver(envelope(address="42"))
    text = "прокси не соединил с Telegram: проверьте SROK_TELEGRAM_PROXY или HTTPS_PROXY"
    assert outcome == Outcome(TEMP, None, text)
    assert "51c0" not in caplog.text


@pytest.mark.parametrize("proxy", ["", "proxy.example.org:3128", "socks5://proxy.example.org", "http://a:b@c:d"])
def test_a_proxy_that_is_none_is_refused_without_repeating_it(proxy) -> None:
    with pytest.raises(DeliveryError) as refused_proxy:
        TelegramChannel(SecretStr(TOKEN), proxy=SecretStr(proxy))
    text = "SROK_TELEGRAM_PROXY не похож на адрес прокси: нужно http://имя:пароль@сервер:порт"
    assert str(refused_proxy.value) == text


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
