"""Telegram: plain sendMessage of the Bot API (core.telegram.org/bots/api#sendmessage)."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr

from engine.errors import DeliveryError
from notifiers.envelope import Envelope, Outcome, OutcomeKind, one_line

API_BASE = "https://api.telegram.org"
MESSAGE_UNITS = 4096
_TIMEOUT_SECONDS = 30
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_CHAT = re.compile(r"-?[0-9]{1,20}|@[A-Za-z0-9_]{4,32}")


def silence_request_log() -> None:
    """Stop urllib3's own log lines: they print whole addresses, and tokens stand in them."""
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class _Body(io.BytesIO):
    """A request body that knows whether any of it was asked for, hence whether the other side can have it."""

    begun = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.begun = True
        return super().read(size)


class TelegramChannel:
    """The channel «telegram»; a proxy is taken from HTTPS_PROXY.

    Args:
        token: Of the bot; it stands in no outcome, log or exception.
        api_base: Another server with the same API, without a path of its own.

    Raises:
        DeliveryError: The token or the base does not look like one.
    """

    name = "telegram"

    def __init__(self, token: SecretStr, api_base: str = API_BASE) -> None:
        base = urlsplit(api_base)
        if base.scheme not in {"http", "https"} or not base.hostname:
            raise DeliveryError("SROK_TELEGRAM_API_BASE не похож на адрес: нужно https://сервер")
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise DeliveryError("SROK_TELEGRAM_TOKEN не похож на ключ бота: нужно «число:буквы», как его дал BotFather")
        silence_request_log()
        self._token = token
        self._api_base = api_base.rstrip("/")
        self._session = requests.Session()

    def deliver(self, envelope: Envelope) -> Outcome:
        """Send ``envelope.html`` in as many messages as it needs; the outcomes are those of notes/delivery.md 3.2.

        When a later part fails, the outcome is ambiguous, as a repeat doubles the part that arrived.
        Markup that Telegram cannot parse is sent once more as ``envelope.text``.
        """
        if not _CHAT.fullmatch(envelope.address):
            return Outcome(OutcomeKind.PERM, None, f"неверный адрес Telegram: «{one_line(envelope.address)[:40]}»")
        outcome = self._send_parts(envelope.address, cut_html(envelope.html), markup=True)
        if outcome.code == "400" and "parse entities" in outcome.text:
            outcome = self._send_parts(envelope.address, cut_text(envelope.text), markup=False)
        return outcome

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def _send_parts(self, chat: str, parts: list[str], *, markup: bool) -> Outcome:
        first: Outcome | None = None
        for part in parts:
            outcome = self._send(chat, part, markup=markup)
            if outcome.kind is not OutcomeKind.SENT:
                retryable = first is not None and outcome.kind is not OutcomeKind.PERM
                return replace(outcome, kind=OutcomeKind.AMBIGUOUS) if retryable else outcome
            first = first or outcome
        return first or Outcome(OutcomeKind.PERM, None, "пустое сообщение")

    def _send(self, chat: str, text: str, *, markup: bool) -> Outcome:
        fields = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
        if markup:
            fields["parse_mode"] = "HTML"
        body = _Body(json.dumps(fields).encode())
        try:
            response = self._session.post(
                f"{self._api_base}/bot{self._token.get_secret_value()}/sendMessage",
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException:  # its text holds the address, and so the token
            if body.begun:
                return Outcome(OutcomeKind.AMBIGUOUS, None, "связь с Telegram прервалась после передачи")
            return Outcome(OutcomeKind.TEMP, None, "нет связи с Telegram")
        return self._read(response)

    def _read(self, response: requests.Response) -> Outcome:
        status = response.status_code
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or "ok" not in answer:
            # Not the API: a proxy's page. Before an error of 5xx or an answer of 2xx it may have passed the message on.
            passed_on = status >= 500 or status < 300  # noqa: PLR2004 - RFC 9110, 15
            kind = OutcomeKind.AMBIGUOUS if passed_on else OutcomeKind.TEMP
            return Outcome(kind, str(status), f"вместо Telegram ответил другой сервер: {status}")
        if answer["ok"] is True:
            return Outcome(OutcomeKind.SENT, str(status), provider_id=_message_id(answer))
        said = one_line(str(answer.get("description", ""))).replace(self._token.get_secret_value(), "…")[:200]
        kind = _REFUSALS.get(status, OutcomeKind.TEMP if status >= 500 else OutcomeKind.PERM)  # noqa: PLR2004 - RFC 9110, 15.6
        return Outcome(kind, str(status), f"Telegram отказал: {status} {said}".strip(), _retry_after(answer))


# 404 is a token that does not exist; a chat that does not exist is 400.
_REFUSALS = {401: OutcomeKind.CONFIG, 404: OutcomeKind.CONFIG, 429: OutcomeKind.TEMP}


def _message_id(answer: dict[str, object]) -> str | None:
    result = answer.get("result")
    return str(result["message_id"]) if isinstance(result, dict) and "message_id" in result else None


def _retry_after(answer: dict[str, object]) -> float | None:
    parameters = answer.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else None


def _units(text: str) -> int:
    """Length as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "replace")) // 2


def cut_text(text: str, limit: int = MESSAGE_UNITS) -> list[str]:
    """Cut plain text into messages of at most *limit* UTF-16 units, between lines where possible."""
    return _pack((piece for line in text.splitlines() for piece in _pieces(list(line), limit)), limit)


def cut_html(text: str, limit: int = MESSAGE_UNITS) -> list[str]:
    """Cut ``render_telegram``'s HTML likewise: no tag of it spans lines, and a line that is too long loses its tags."""
    return _pack((piece for line in text.splitlines() for piece in _html_pieces(line, limit)), limit)


def _html_pieces(line: str, limit: int) -> Iterator[str]:
    if _units(line) <= limit:
        return iter([line])
    return _pieces(re.findall(r"&[#\w]+;|.", re.sub(r"<[^>]*>", "", line)), limit)


def _pieces(atoms: list[str], limit: int) -> Iterator[str]:
    """Join *atoms*, which are never cut, into pieces of at most *limit* units."""
    piece, length = "", 0
    for atom in atoms:
        if length + _units(atom) > limit:
            yield piece
            piece, length = "", 0
        piece, length = piece + atom, length + _units(atom)
    yield piece


def _pack(lines: Iterator[str], limit: int) -> list[str]:
    messages: list[str] = []
    for line in lines:
        joined = f"{messages[-1]}\n{line}" if messages else line
        if messages and _units(joined) <= limit:
            messages[-1] = joined
        else:
            messages.append(line)
    return [message.strip("\n") for message in messages if message.strip()]
