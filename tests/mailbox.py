"""A mail server of the loopback that takes every letter: aiosmtpd on a port of the system's choice."""

import email
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from typing import Any

from aiosmtpd.controller import Controller


class Inbox:
    """A handler of aiosmtpd that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.url = ""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 2.0.0 taken"

    def to(self, address: str) -> list[Any]:
        return [one for one in self.letters if address in one["To"]]


class Loopback(Controller):
    """aiosmtpd that knows the port it was given."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mailbox() -> Iterator[Inbox]:
    """Take letters inside."""
    inbox = Inbox()
    controller = Loopback(inbox, hostname="127.0.0.1", port=0)
    controller.start()
    inbox.url = f"smtp://127.0.0.1:{controller.port}?from=Срок <srok@example.org>"
    try:
        yield inbox
    finally:
        controller.stop()
