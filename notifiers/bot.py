"""A client of Telegram's Bot API (core.telegram.org/bots/api): one call, and what is known of it, never the token."""

from __future__ import annotations

import io
import json
import logging
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from pydantic import SecretStr

from engine.errors import DeliveryError
from notifiers.envelope import one_line

API_BASE = "https://api.telegram.org"
TIMEOUT_SECONDS = 30
LONGEST_BAN_SECONDS = 30 * 86400.0
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


def silence_request_log() -> None:
    """Stop urllib3's own log lines: they print whole addresses, and tokens stand in them."""
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class Body(io.BytesIO):
    """A request body that knows whether any of it was asked for, hence whether the other side can have it."""

    begun = False

    def read(self, size: int | None = -1, /) -> bytes:
        """As of any file."""
        self.begun = True
        return super().read(size)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one call.

    Attributes:
        status: Of HTTP; None when no answer came.
        answer: What the API said; None when somebody else answered, or nobody.
        begun: Whether the other side may have the request.
        trouble: A Russian sentence when no answer came.
        said: Why the API refused, in its words.
    """

    status: int | None
    answer: dict[str, Any] | None = None
    begun: bool = True
    trouble: str = ""
    said: str = ""

    @property
    def result(self) -> Any:
        """What was asked for; None after a refusal."""
        return self.answer.get("result") if self.answer is not None and self.answer["ok"] is True else None

    @property
    def retry_after_seconds(self) -> float | None:
        """How long the API wants to hear nothing more."""
        return seconds_to_wait(self._parameter("retry_after"))

    @property
    def moved_to(self) -> str | None:
        """The id of the chat that this one has become."""
        chat = self._parameter("migrate_to_chat_id")
        return str(chat) if isinstance(chat, int) and not isinstance(chat, bool) else None

    def _parameter(self, name: str) -> Any:
        parameters = (self.answer or {}).get("parameters")
        return parameters.get(name) if isinstance(parameters, dict) else None


def seconds_to_wait(value: Any) -> float | None:
    """Return the seconds another server asks to wait; None for what is not a sane number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return None
    return float(min(value, LONGEST_BAN_SECONDS))


class Bot:
    """One bot; its connections are kept. Not for use by several threads at once.

    Args:
        token: Of the bot; it stands in no answer, log or exception.
        api_base: Another server with the same API; unencrypted only on this machine, as the token is in every address.
        proxy: ``http://name:password@host:port``; without it HTTPS_PROXY holds.

    Raises:
        DeliveryError: The token, the base or the proxy does not look like one.
    """

    def __init__(self, token: SecretStr, api_base: str = API_BASE, proxy: SecretStr | None = None) -> None:
        check_base(api_base, "SROK_TELEGRAM_API_BASE")
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise DeliveryError("SROK_TELEGRAM_TOKEN не похож на ключ бота: нужно «число:буквы», как его дал BotFather")
        if proxy is not None and not _is_address(_split(proxy.get_secret_value())):
            raise DeliveryError("SROK_TELEGRAM_PROXY не похож на адрес прокси: нужно http://имя:пароль@сервер:порт")
        silence_request_log()
        self._token = token
        self._api_base = api_base.rstrip("/")
        self._proxy = proxy
        self._session = requests.Session()

    def call(self, method: str, fields: dict[str, Any], timeout: float | None = None) -> Reply:
        """Call *method* once; a failure of the other side is a reply, never an exception."""
        body = Body(json.dumps(fields).encode())
        # Given with the request: requests lets the environment win over proxies of a session.
        proxy = self._proxy.get_secret_value() if self._proxy else None
        try:
            response = self._session.post(
                f"{self._api_base}/bot{self._token.get_secret_value()}/{method}",
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=timeout or TIMEOUT_SECONDS,
                allow_redirects=False,
                proxies={"http": proxy, "https": proxy} if proxy else None,
            )
        except requests.RequestException as error:  # its text holds the address, and so the token
            if body.begun:
                return Reply(None, trouble="связь с Telegram прервалась после передачи")
            refused = isinstance(error, requests.exceptions.ProxyError)
            by_proxy = "прокси не соединил с Telegram: проверьте SROK_TELEGRAM_PROXY или HTTPS_PROXY"
            return Reply(None, begun=False, trouble=by_proxy if refused else "нет связи с Telegram")
        answer = _answer(response)
        words = one_line(str((answer or {}).get("description", ""))).replace(self._token.get_secret_value(), "…")
        return Reply(response.status_code, answer, said=words[:200])

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()


def _answer(response: requests.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and "ok" in answer else None


def check_base(base: str, setting: str) -> None:
    """Refuse an address of a server to which a token must not be sent.

    Raises:
        DeliveryError: It is none, or would carry the token unencrypted over a network.
    """
    address = _split(base)
    if address is None or not _is_address(address):
        raise DeliveryError(f"{setting} не похож на адрес: нужно https://сервер")
    if address.scheme == "http" and not _is_here(address.hostname or ""):
        raise DeliveryError(f"{setting}: без шифрования ключ виден в сети; нужно https:// (http:// — только 127.0.0.1)")


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # read, as a wrong one is noticed then only
    except ValueError:
        return None
    return parts


def _is_address(parts: SplitResult | None) -> bool:
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
