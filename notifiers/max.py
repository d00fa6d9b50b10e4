"""MAX: plain text by POST /messages (dev.max.ru/docs-api), by the few public facts: not tried against the service."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import requests
from pydantic import SecretStr

from engine.errors import DeliveryError
from notifiers.bot import TIMEOUT_SECONDS, Body, check_base, seconds_to_wait, silence_request_log
from notifiers.envelope import Envelope, Outcome, OutcomeKind, one_line
from notifiers.telegram import cut_text

API_BASE = "https://platform-api2.max.ru"
MESSAGE_CHARACTERS = 4000
_TOKEN = re.compile(r"[\x21-\x7e]{8,500}")
_USER = re.compile(r"[0-9]{1,20}")


class MaxChannel:
    """The channel «max»; the address is the id of a user who has begun a dialogue with the bot.

    Args:
        token: Of the bot; it stands in no outcome, log or exception.
        api_base: Where the API stands.

    Raises:
        DeliveryError: The token or the base does not look like one.
    """

    name = "max"

    def __init__(self, token: SecretStr, api_base: str = API_BASE) -> None:
        check_base(api_base, "SROK_MAX_API_BASE")
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise DeliveryError("SROK_MAX_TOKEN не похож на ключ бота: скопируйте его из кабинета MAX целиком")
        silence_request_log()
        self._token = token
        self._api_base = api_base.rstrip("/")
        self._session = requests.Session()

    def deliver(self, envelope: Envelope) -> Outcome:
        """Send ``envelope.text`` in as many messages as it needs; when a later part fails it is a doubt."""
        if not _USER.fullmatch(envelope.address):
            return Outcome(OutcomeKind.PERM, None, f"неверный адрес MAX: «{one_line(envelope.address)[:40]}»")
        first: Outcome | None = None
        for part in cut_text(envelope.text, MESSAGE_CHARACTERS):
            outcome = self._send(envelope.address, part)
            if outcome.kind is not OutcomeKind.SENT:
                retryable = first is not None and outcome.kind is not OutcomeKind.PERM
                return replace(outcome, kind=OutcomeKind.AMBIGUOUS) if retryable else outcome
            first = first or outcome
        return first or Outcome(OutcomeKind.PERM, None, "пустое сообщение")

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def _send(self, user: str, text: str) -> Outcome:
        body = Body(json.dumps({"text": text}).encode())
        try:
            response = self._session.post(
                f"{self._api_base}/messages",
                params={"user_id": user},
                data=body,
                headers={"Content-Type": "application/json"},
                auth=self._authorised,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            if body.begun:
                return Outcome(OutcomeKind.AMBIGUOUS, None, "связь с MAX прервалась после передачи")
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                return Outcome(OutcomeKind.CONFIG, None, _UNTRUSTED)
            return Outcome(OutcomeKind.TEMP, None, "нет связи с MAX")
        return self._read(response)

    def _authorised(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the header last: a netrc file of the system would replace one that is given."""
        request.headers["Authorization"] = self._token.get_secret_value()
        return request

    def _read(self, response: requests.Response) -> Outcome:
        status = response.status_code
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
            if not isinstance(answer, dict):
                return Outcome(OutcomeKind.AMBIGUOUS, str(status), f"вместо MAX ответил другой сервер: {status}")
            return Outcome(OutcomeKind.SENT, str(status), provider_id=_message_id(answer))
        fields = answer if isinstance(answer, dict) else {}
        kind = _kind(status, fields)
        said = one_line(f"{fields.get('code', '')} {fields.get('message', '')}")
        said = said.replace(self._token.get_secret_value(), "…")[:200]
        header = response.headers.get("Retry-After", "")
        wait = seconds_to_wait(int(header)) if re.fullmatch(r"[0-9]{1,9}", header) else None
        return Outcome(kind, str(status), f"MAX отказал: {status} {said}".strip(), wait)


_UNTRUSTED = "сертификат сервера MAX не признан: назовите файл с корневым сертификатом Минцифры в REQUESTS_CA_BUNDLE"


def _kind(status: int, fields: dict[str, Any]) -> OutcomeKind:
    """Return what a refusal means; 403 is the token, but for a person who has stopped the bot."""
    if status >= 500:  # noqa: PLR2004 - RFC 9110, 15.6; whether it was passed on before nobody says
        return OutcomeKind.AMBIGUOUS
    if status == 403 and fields.get("code") == "chat.denied":  # noqa: PLR2004 - RFC 9110, 15.5.4
        return OutcomeKind.PERM
    return _REFUSALS.get(status, OutcomeKind.TEMP)


_REFUSALS = {
    400: OutcomeKind.PERM,
    401: OutcomeKind.CONFIG,
    403: OutcomeKind.CONFIG,
    404: OutcomeKind.PERM,
    413: OutcomeKind.PERM,
}


def _message_id(answer: dict[str, Any]) -> str | None:
    message = answer.get("message")
    body = message.get("body") if isinstance(message, dict) else None
    found = body.get("mid") if isinstance(body, dict) else None
    return str(found)[:200] if found is not None else None
