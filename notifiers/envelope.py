"""What a channel is given and what it answers; channels know nothing of plans, people or the store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

_BREAKS = re.compile(r"[\x00-\x20\x7f\x85\xa0\u2028\u2029]+")


def one_line(text: str) -> str:
    """Return *text* without line breaks and control characters: nothing in it can start a header or a line."""
    return _BREAKS.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class Button:
    """One button under a message: ``data`` comes back when pressed (64 bytes at most); a ``url`` opens instead."""

    text: str
    data: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message to one person over one channel.

    Attributes:
        key: The delivery's unique key; the Message-ID is made of it.
        address: A mailbox, a Telegram chat id or @name, or an Apprise URL.
        text: Plain text.
        html: A full page for mail; for Telegram the subset that ``render_telegram`` returns.
        sent_at: Aware; the day of the first claim, so that a repeat sends the same bytes.
        calendar: Body of the .ics file.
        thread: Id of the occurrence: its letters stand together in the reader's client.
        buttons: Under the message, for a channel that has buttons; those of one item follow each other.
    """

    key: str
    to_name: str
    address: str
    subject: str
    text: str
    html: str
    sent_at: datetime
    calendar: bytes | None = None
    calendar_name: str = ""
    thread: str | None = None
    buttons: tuple[Button, ...] = ()


class OutcomeKind(StrEnum):
    """What is known about one attempt.

    SENT: the other side took it. TEMP: surely not delivered, try again. PERM: this address will never take it.
    AMBIGUOUS: it may have arrived. CONFIG: surely not delivered and our own fault (password, token, folder):
    the channel pauses and nobody counts as unreachable.
    """

    SENT = "sent"
    TEMP = "temp"
    PERM = "perm"
    AMBIGUOUS = "ambiguous"
    CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one attempt; ``text`` is a short Russian sentence without addresses of servers' secrets.

    ``new_address`` is where the other side says the person is reached from now on; the message did not arrive.
    """

    kind: OutcomeKind
    code: str | None = None
    text: str = ""
    retry_after_seconds: float | None = None
    provider_id: str | None = None
    new_address: str | None = None


class Channel(Protocol):
    """A way to a person. Not for use by several threads at once."""

    @property
    def name(self) -> str:
        """Name of the channel as people.yaml writes it."""

    def deliver(self, envelope: Envelope) -> Outcome:
        """Try once, at most about a minute; a failure of the other side is an outcome, never an exception."""

    def close(self) -> None:
        """Let go of what is kept open; the channel may be used again."""
