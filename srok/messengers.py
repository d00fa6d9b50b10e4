"""The messengers' news while `srok up` runs: the bot's long polling, which stops at once when it is told to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any

from engine.clock import utc_now
from engine.errors import SrokError
from engine.settings import Settings
from engine.store.installation import load_people, open_store, signing_key
from notifiers.bot import Bot, Reply
from notifiers.channels import bot_settings
from notifiers.polling import Fetch, Poller, Taken, run_once
from notifiers.tokens import Signer
from srok.syncing import register_schedules

_log = logging.getLogger(__name__)
POLL_SECONDS = 25
LONGEST_BACKOFF_SECONDS = 60.0
_LOOK_SECONDS = 0.1


def start_polling(settings: Settings, stop: Event, say: Callable[[str], None]) -> Thread | None:
    """Start `poll` in a thread of its own; None where no bot is set."""
    if settings.telegram_token is None:
        return None
    thread = Thread(target=poll, args=(settings, stop, say), name="telegram", daemon=True)
    thread.start()
    return thread


def poll(settings: Settings, stop: Event, say: Callable[[str], None]) -> None:
    """Take the bot's news until *stop*; a trouble is said once, when it begins, and when it is over."""
    said, backoff = "", 1.0
    while not stop.is_set():
        try:
            for taken in _rounds(settings, stop):
                trouble = taken.trouble and f"Telegram: {taken.trouble}"
                if taken.asked:
                    said = _said_once(trouble, said, say)
                if taken.moved:
                    _register(settings, say)
                backoff = min(2 * backoff, LONGEST_BACKOFF_SECONDS) if trouble else 1.0
                stop.wait(max(taken.wait_seconds, backoff if trouble else 0))
        except SrokError as error:
            said = _said_once(f"Telegram: {error}", said, say)
        except Exception as error:  # noqa: BLE001 - the buttons must not stay dead for one fault
            _log.exception("the bot's news are not taken")
            said = _said_once(f"Telegram: сбой {type(error).__name__}, подробности в журнале", said, say)
        stop.wait(backoff)
        backoff = min(2 * backoff, LONGEST_BACKOFF_SECONDS)


def _said_once(trouble: str, before: str, say: Callable[[str], None]) -> str:
    if trouble and trouble != before:
        say(f"{trouble}; до тех пор кнопки и привязка не отвечают")
    elif before and not trouble:
        say("Telegram снова отвечает")
    return trouble


def _rounds(settings: Settings, stop: Event) -> Iterator[Taken]:
    """Yield what each round came to, over one open store."""
    asking, telling = (Bot(*bot_settings(settings)) for _ in range(2))
    with open_store(settings) as store:
        signer = Signer(signing_key(settings))
        poller = Poller(store, telling, lambda: load_people(settings), settings.owner, signer)
        fetch = _breakable(asking, stop)
        try:
            while not stop.is_set():
                yield run_once(poller, utc_now, fetch, wait_seconds=POLL_SECONDS)
        finally:
            telling.close()


def _register(settings: Settings, say: Callable[[str], None]) -> None:
    try:
        register_schedules(settings, utc_now())
    except SrokError as error:
        say(str(error))


def _breakable(bot: Bot, stop: Event) -> Fetch:
    """Return `Bot.call` that gives up waiting when *stop* is set: the answer is then nobody's, and nothing was done."""

    def call(method: str, fields: dict[str, Any], timeout: float) -> Reply | None:
        replies: Queue[Reply] = Queue(1)

        def ask() -> None:
            try:
                replies.put(bot.call(method, fields, timeout))
            except Exception as error:  # noqa: BLE001 - who waits must hear of it
                _log.exception("getUpdates failed")
                replies.put(Reply(None, trouble=f"сбой {type(error).__name__}, подробности в журнале"))

        Thread(target=ask, name="telegram-news", daemon=True).start()
        while not stop.is_set():
            with suppress(Empty):
                return replies.get(timeout=_LOOK_SECONDS)
        return None

    return call
