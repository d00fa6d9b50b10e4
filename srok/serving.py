"""The web server: a socket of its own, no line of log that names a page, an end when it is told."""

# ruff: noqa: PLC0415 - FastAPI and uvicorn are imported where they are used: 0.4 s

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from engine.errors import ServerError
from engine.settings import Settings
from srok.server import Say, tell

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

HOST, PORT = "127.0.0.1", 8321
_CLIENTS = 512
"""Open connections: two hundred calendars at once, each kept for a while, are no reason to refuse the next."""
REQUEST_SECONDS = 20
"""How long a request may take to arrive."""
_REFUSED = {
    0: "Порт {port} на {host} занят: назовите другой или освободите его",
    errno.EACCES: "Порт {port} занимать нельзя: назовите порт от 1024",
    errno.EADDRNOTAVAIL: "Адрес «{host}» не этой машины: назовите другой (--host)",
}
_STOP_SECONDS = 5


def run_web(settings: Settings, host: str, port: int, say: Say = tell) -> None:
    """Serve the pages until SIGTERM or Ctrl-C.

    Raises:
        ServerError: The port is taken, or the address is not this machine's.
    """
    from srok.web import make_app

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # uvicorn hands on what it was told when it has ended
    with bound(host, port) as listener, suppress(KeyboardInterrupt):
        say(f"Страницы: {_url(listener)} Остановка: Ctrl-C")
        server_of(make_app(settings)).run(sockets=[listener])
    say("Остановлено")


@contextmanager
def web(settings: Settings, port: int, say: Say = tell) -> Iterator[None]:
    """Serve the pages in a thread inside, on the loopback.

    Raises:
        ServerError: The port is taken.
    """
    from srok.web import make_app

    with bound(HOST, port) as listener:
        server = server_of(make_app(settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="srok web", daemon=True)
        thread.start()
        say(f"Страницы: {_url(listener)}")
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(_STOP_SECONDS)


@contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket inside.

    Raises:
        ServerError: The port is taken, or the address is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # asyncio lets small answers go at once (TCP_NODELAY) only on a socket that says it speaks TCP.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise ServerError(f"Адрес «{host}» не найден: назовите другой (--host)") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except OSError as error:
            raise ServerError(_REFUSED.get(error.errno or 0, _REFUSED[0]).format(host=host, port=port)) from error
        yield listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def server_of(app: FastAPI) -> uvicorn.Server:
    """Return the server: forwarded addresses are not believed, headers are bounded, nothing of a request is logged."""
    import h11
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    from srok.guard import HEADER_OCTETS

    class Silent(H11Protocol):
        """Writes no line for a request, whatever handlers others have put on uvicorn's log: Prefect does.

        Who does not send a request in time is dropped, whoever sends an octet now and then too: of as many as may be
        connected at once, the slow would leave no place for others.
        """

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.access_log = False
            self.late: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
            super().connection_made(transport)
            self.late = self.loop.call_later(REQUEST_SECONDS, transport.close)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.conn.their_state not in {h11.IDLE, h11.SEND_BODY}:
                self.in_time()
            elif self.late is None:
                self.late = self.loop.call_later(REQUEST_SECONDS, self.transport.close)

        def connection_lost(self, exc: Exception | None) -> None:
            self.in_time()
            super().connection_lost(exc)

        def in_time(self) -> None:
            if self.late is not None:
                self.late.cancel()
                self.late = None

    config = uvicorn.Config(
        app, access_log=False, log_config=None, proxy_headers=False, server_header=False, http=Silent,
        ws="none", h11_max_incomplete_event_size=HEADER_OCTETS, limit_concurrency=_CLIENTS, timeout_keep_alive=5,
        timeout_graceful_shutdown=_STOP_SECONDS - 2,
    )  # fmt: skip
    return uvicorn.Server(config)
