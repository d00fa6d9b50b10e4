"""What stands before every page: headers of safety, limits of size, failures counted by address, nothing logged."""

from __future__ import annotations

import logging
from collections import OrderedDict, deque
from collections.abc import MutableMapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import SrokError, without_its_words

_log = logging.getLogger(__name__)

HEADERS = {
    b"content-security-policy": b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    b"frame-ancestors 'none'; base-uri 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-robots-tag": b"noindex, nofollow",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
BODY_OCTETS = 64 * 1024
HEADER_OCTETS = 16 * 1024
FAILURES = 30
WINDOW = timedelta(minutes=1)
_ADDRESSES = 4096
_IPV6_OF_ONE = 64
"""Bits of an IPv6 address that one subscriber has for his own."""


class Guard:
    """Puts the headers on every answer, and makes a plain 500 or 503 of what fails: no token reaches a log."""

    def __init__(self, app: ASGIApp, unwell: MutableMapping[int, bytes]) -> None:
        self._app, self._unwell = app, unwell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False
        weight = (
            len(scope["raw_path"])
            + len(scope["query_string"])
            + sum(len(one) for pair in scope["headers"] for one in pair)
        )

        async def guarded(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                given = [(name, value) for name, value in message.get("headers", []) if name not in HEADERS]
                if not any(name == b"cache-control" for name, _ in given):
                    given.append((b"cache-control", b"no-store"))
                message = {**message, "headers": [*given, *HEADERS.items()]}
            await send(message)

        if weight > HEADER_OCTETS:
            await self._sorry(431, guarded)
            return
        try:
            await self._app(scope, receive, guarded)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - an exception's words may hold what a person wrote, or an address
            _log.error("страница не показана: %s", without_its_words(error))
            if not begun:
                await self._sorry(503 if isinstance(error, SrokError) else 500, guarded)

    async def _sorry(self, status: int, send: Send) -> None:
        body = self._unwell[status]
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        headers += [(b"retry-after", b"60")] if status == 503 else []  # noqa: PLR2004 - RFC 9110, 15.6.4
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Failures:
    """How often an address named links that do not exist, of late; kept in memory, for so many addresses at most."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait_seconds(self, address: str, now: datetime) -> int:
        """Count one more failure; return after how many seconds another one is answered, 0 for at once."""
        key = _subscriber(address)
        times = self._times.setdefault(key, deque(maxlen=FAILURES))
        self._times.move_to_end(key)
        if len(self._times) > _ADDRESSES:
            self._times.popitem(last=False)
        while times and times[0] <= now - WINDOW:
            times.popleft()
        if len(times) == FAILURES:
            return int((times[0] + WINDOW - now).total_seconds()) + 1
        times.append(now)
        return 0


def _subscriber(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((found, _IPV6_OF_ONE), strict=False)) if isinstance(found, IPv6Address) else str(found)


class TooLargeError(Exception):
    """A body is larger than any form of ours can be."""


async def read_body(request: Request) -> bytes:
    """Return the body of a request.

    Raises:
        TooLargeError: It is over the limit; the rest is not read.
    """
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > BODY_OCTETS:
        raise TooLargeError
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > BODY_OCTETS:
            raise TooLargeError
    return bytes(found)


def is_from_our_page(headers: Headers, origins: frozenset[str]) -> bool:
    """Tell whether a form was sent from a page of ours, as the browser itself says.

    Every browser of the last years sends Sec-Fetch-Site; an older one at least says the origin, unless the page has
    «no-referrer»: the one with the forms has «strict-origin» (action.html.j2).
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin", "")
    return origin in origins or origin.partition("://")[2] == headers.get("host", "") != ""
