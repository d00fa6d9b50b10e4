"""What the dispatcher is given, and the channels it opens in one run: a letter goes out by the one it names."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.errors import DeliveryError, without_its_words
from engine.office import channel_name
from engine.people import Directory
from engine.store.database import Store
from engine.store.models import LetterRow
from notifiers.composing import envelope
from notifiers.envelope import Channel, Outcome, OutcomeKind
from notifiers.links import Links

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sender:
    """What the dispatcher is given: the store, people, how a channel is opened.

    ``where_to_answer`` is «ответьте на это письмо или сообщите …»; what to write stands in each letter. ``wait`` lets
    so many seconds pass before an answer that could not be recorded is tried again.
    ``links`` makes the links and buttons of letters; without it they have none.
    """

    store: Store
    directory: Directory
    owner: str | None
    open_channel: Callable[[str], Channel]
    where_to_answer: str
    wait: Callable[[float], None] = time.sleep
    links: Links | None = None


@dataclass(slots=True)
class Channels:
    """The channels opened in one run."""

    sender: Sender
    opened: dict[str, Channel] = field(default_factory=dict)

    def deliver(self, letter: LetterRow) -> Outcome:
        """Try once; what is not usable as configured pauses the channel, so it is not asked for every letter."""
        name, where = letter.channel.partition("-")[0], self._where(letter)
        if where is None:
            return Outcome(OutcomeKind.PERM, None, f"канала «{letter.channel}» больше нет в справочнике людей")
        try:
            if name not in self.opened:
                self.opened[name] = self.sender.open_channel(name)
        except DeliveryError as error:
            return Outcome(OutcomeKind.CONFIG, None, str(error))
        try:
            return self.opened[name].deliver(envelope(letter, where, self.sender.links))
        except Exception as error:  # noqa: BLE001 - a fault of one letter must not leave the rest of its claim in doubt
            _log.error("channel %s failed: %s", name, without_its_words(error))
            return Outcome(OutcomeKind.AMBIGUOUS, None, f"сбой канала «{name}»: {type(error).__name__}")

    def _where(self, letter: LetterRow) -> str | None:
        """Return the address; an Apprise URL, which may hold a password, comes from the directory at this moment."""
        if not letter.channel.startswith("apprise-"):
            return letter.address
        urls = (url for person in self.sender.directory.people.values() for url in person.channels)
        return next((url for url in urls if "://" in url and channel_name(url) == letter.channel), None)

    def close(self) -> None:
        """Let go of all of them."""
        for channel in self.opened.values():
            channel.close()
