"""Telegram: sendMessage of the Bot API (core.telegram.org/bots/api#sendmessage), with buttons under the last part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from pydantic import SecretStr

from notifiers.bot import API_BASE, Bot, Reply
from notifiers.envelope import Button, Envelope, Outcome, OutcomeKind, one_line

MESSAGE_UNITS = 4096
MOST_BUTTONS = 100
"""Under one message; Telegram refuses the whole message for more. Items beyond them are answered in words."""
TOKEN_CHARACTERS = 40
"""Of what a button sends back these name the item (`notifiers.tokens`), the rest the deed."""
_CHAT = re.compile(r"-?[0-9]{1,20}|@[A-Za-z0-9_]{4,32}")


class TelegramChannel:
    """The channel «telegram»; see ``Bot``."""

    name = "telegram"

    def __init__(self, token: SecretStr, api_base: str = API_BASE, proxy: SecretStr | None = None) -> None:
        self._bot = Bot(token, api_base, proxy)

    def deliver(self, envelope: Envelope) -> Outcome:
        """Send ``envelope.html`` in as many messages as it needs; the outcomes are those of notes/delivery.md 3.2.

        When a later part fails, the outcome is ambiguous, as a repeat doubles the part that arrived.
        Markup that Telegram cannot parse is sent once more as ``envelope.text``, buttons it refuses are left away.
        """
        if not _CHAT.fullmatch(envelope.address):
            return Outcome(OutcomeKind.PERM, None, f"неверный адрес Telegram: «{one_line(envelope.address)[:40]}»")
        rows = keyboard(envelope.buttons)
        outcome = self._send_parts(envelope.address, cut_html(envelope.html), rows, markup=True)
        if outcome.code == "400" and "parse entities" in outcome.text:
            outcome = self._send_parts(envelope.address, cut_text(envelope.text), rows, markup=False)
        return outcome

    def close(self) -> None:
        """Close the kept connections."""
        self._bot.close()

    def _send_parts(self, chat: str, parts: list[str], rows: list[Any], *, markup: bool) -> Outcome:
        first: Outcome | None = None
        for number, part in enumerate(parts, 1):
            fields = {"chat_id": chat, "text": part, "link_preview_options": {"is_disabled": True}}
            if markup:
                fields["parse_mode"] = "HTML"
            outcome = self._send(fields, rows if number == len(parts) else [])
            if outcome.kind is not OutcomeKind.SENT:
                retryable = first is not None and outcome.kind is not OutcomeKind.PERM
                return replace(outcome, kind=OutcomeKind.AMBIGUOUS) if retryable else outcome
            first = first or outcome
        return first or Outcome(OutcomeKind.PERM, None, "пустое сообщение")

    def _send(self, fields: dict[str, Any], rows: list[Any]) -> Outcome:
        if not rows:
            return outcome_of(self._bot.call("sendMessage", fields))
        outcome = outcome_of(self._bot.call("sendMessage", fields | {"reply_markup": {"inline_keyboard": rows}}))
        if outcome.code == "400" and _OF_BUTTONS.search(outcome.text):
            return outcome_of(self._bot.call("sendMessage", fields))
        return outcome


_OF_BUTTONS = re.compile(r"button|reply markup", re.IGNORECASE)


def keyboard(buttons: Sequence[Button]) -> list[list[dict[str, str]]]:
    """Return the rows of an inline keyboard: one for each item, whole or not at all."""
    rows: list[list[dict[str, str]]] = []
    for _, row in groupby(buttons, lambda one: one.data[:TOKEN_CHARACTERS]):
        one = [{"text": key.text} | ({"url": key.url} if key.url else {"callback_data": key.data}) for key in row]
        if sum(map(len, rows)) + len(one) > MOST_BUTTONS:
            break
        rows.append(one)
    return rows


def outcome_of(reply: Reply) -> Outcome:
    """Return what a reply to sendMessage means for the message."""
    if reply.status is None:
        return Outcome(OutcomeKind.AMBIGUOUS if reply.begun else OutcomeKind.TEMP, None, reply.trouble)
    status = reply.status
    if reply.answer is None:
        # Not the API: a proxy's page. Before an error of 5xx or an answer of 2xx it may have passed the message on.
        passed_on = status >= 500 or status < 300  # noqa: PLR2004 - RFC 9110, 15
        kind = OutcomeKind.AMBIGUOUS if passed_on else OutcomeKind.TEMP
        return Outcome(kind, str(status), f"вместо Telegram ответил другой сервер: {status}")
    if reply.answer["ok"] is True:
        return Outcome(OutcomeKind.SENT, str(status), provider_id=_message_id(reply.result))
    kind = _REFUSALS.get(status, OutcomeKind.TEMP if status >= 500 else OutcomeKind.PERM)  # noqa: PLR2004 - RFC 9110, 15.6
    if reply.moved_to is not None:
        kind = OutcomeKind.TEMP
    text = f"Telegram отказал: {status} {reply.said}".strip()
    return Outcome(kind, str(status), text, reply.retry_after_seconds, new_address=reply.moved_to)


# 404 is a token that does not exist; a chat that does not exist is 400.
_REFUSALS = {401: OutcomeKind.CONFIG, 404: OutcomeKind.CONFIG, 429: OutcomeKind.TEMP}


def _message_id(result: Any) -> str | None:
    return str(result["message_id"]) if isinstance(result, dict) and "message_id" in result else None


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
