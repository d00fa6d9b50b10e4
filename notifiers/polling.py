"""The bot's news by long polling: each update is taken once, whatever is killed.

Up to which update the news were taken in is written in the transaction of the deed that an update asks for. An answer
that is lost after it is not repeated: who presses again is told how things stand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from engine.errors import StoreError
from engine.people import Directory
from engine.store.accounts import with_accounts
from engine.store.database import Store
from engine.store.models import PauseRow, PollRow
from notifiers import pauses
from notifiers.bot import Bot, Reply
from notifiers.conversation import Call, Ear, Guesses, Heard, apology, converse
from notifiers.questions import CHANNEL
from notifiers.tokens import Signer

_log = logging.getLogger(__name__)
ANSWER_SECONDS = 10
"""How long an answer may take beyond the wait that was asked for."""
LOOK_AGAIN_SECONDS = 60
"""A pause may be lifted before it is over."""
_LARGEST = 2**31 - 2

Fetch = Callable[[str, dict[str, Any], float], Reply | None]
"""`Bot.call`, or one that can be broken off and then returns None."""


@dataclass(frozen=True, slots=True)
class Poller:
    """What the poller is given; *people* reads the directory anew."""

    store: Store
    bot: Bot
    people: Callable[[], Directory]
    owner: str | None
    signer: Signer
    guesses: Guesses = field(default_factory=Guesses)


@dataclass(slots=True)
class Taken:
    """What one round came to: updates taken, whether a term may have moved, a trouble to be said, how long to wait.

    ``asked`` is False where Telegram was not asked, or the answer not waited for.
    """

    asked: bool = True
    updates: int = 0
    moved: bool = False
    trouble: str = ""
    wait_seconds: float = 0


def run_once(poller: Poller, clock: Callable[[], datetime], fetch: Fetch, *, wait_seconds: int = 0) -> Taken:
    """Ask for news, for *wait_seconds* at most, and deal with all of them.

    Raises:
        SrokError: The people file or the database cannot be used; the news wait.
    """
    with poller.store.reading() as session:
        row, pause = session.get(PollRow, CHANNEL), session.get(PauseRow, CHANNEL)
        expected, now = row.next_update if row else 0, clock()
        if pause is not None and not pause.ours and pauses.holds(pause, now):
            return Taken(asked=False, wait_seconds=min((pause.until - now).total_seconds(), LOOK_AGAIN_SECONDS))
    fields = {"offset": expected, "timeout": wait_seconds, "allowed_updates": ["message", "callback_query"]}
    reply = fetch("getUpdates", fields, wait_seconds + ANSWER_SECONDS)
    if reply is None:
        return Taken(asked=False)
    if not isinstance(reply.result, list):
        return Taken(trouble=_trouble(reply), wait_seconds=reply.retry_after_seconds or 0)
    return _take_all(poller, [one for one in reply.result if _number(one) is not None], expected, clock)


def _trouble(reply: Reply) -> str:
    if reply.status is None:
        return reply.trouble
    if reply.answer is None:
        return f"вместо Telegram ответил другой сервер: {reply.status}"
    known = {
        401: "ключ бота не принят: проверьте SROK_TELEGRAM_TOKEN",
        404: "ключ бота не принят: проверьте SROK_TELEGRAM_TOKEN",
        409: "сообщения боту забирает другая программа с тем же ключом: остановите её или смените ключ",
    }
    return known.get(reply.status) or f"Telegram отказал: {reply.status} {reply.said}".strip()


def _number(update: Any) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    fits = isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= _LARGEST
    return number if fits else None


def _take_all(poller: Poller, updates: list[dict[str, Any]], expected: int, clock: Callable[[], datetime]) -> Taken:
    taken = Taken()
    if not updates:
        return taken
    directory = poller.people()
    for update in sorted(updates, key=lambda one: int(one["update_id"])):
        heard = _take(poller, update, directory, expected, clock())
        if heard is None:
            return taken  # somebody else takes them
        expected = update["update_id"] + 1
        taken.updates += 1
        taken.moved |= heard.moved
        if not _answer(poller, heard.calls, clock):
            return taken
    return taken


def _take(poller: Poller, update: dict[str, Any], directory: Directory, expected: int, now: datetime) -> Heard | None:
    """Do what an update asks for, and count it; None where it is another's. One that cannot be done is counted too."""
    try:
        with poller.store.writing() as session:
            if not _advance(session, update, expected):
                return None
            people = with_accounts(session, directory)
            return converse(Ear(session, people, poller.owner, poller.signer, poller.guesses, now), update)
    except (OperationalError, InterfaceError, StoreError):
        raise
    except Exception:  # noqa: BLE001 - one update must not hold up all that come after it
        _log.exception("update %s was not understood", update["update_id"])
    with poller.store.writing() as session:
        return apology(update) if _advance(session, update, expected) else None


def _advance(session: Session, update: dict[str, Any], expected: int) -> bool:
    """Count an update as taken; False when somebody else has taken news since they were asked for.

    The number is compared with the one asked for, not with the update's: after a quiet week they are counted anew.
    """
    row = session.get(PollRow, CHANNEL, with_for_update=True)
    if (row.next_update if row else 0) != expected:
        return False
    session.merge(PollRow(channel=CHANNEL, next_update=update["update_id"] + 1))
    session.flush()
    return True


def _answer(poller: Poller, calls: tuple[Call, ...], clock: Callable[[], datetime]) -> bool:
    """Make the calls; False when Telegram wants to hear nothing for a while, which then holds for letters too."""
    for call in calls:
        reply = poller.bot.call(call.method, call.fields, ANSWER_SECONDS)
        if reply.retry_after_seconds is not None:
            _pause(poller, reply.retry_after_seconds, clock())
            return False
        if reply.result is None:
            _log.warning("%s: %s", call.method, reply.said or reply.trouble or reply.status)
    return True


def _pause(poller: Poller, seconds: float, now: datetime) -> None:
    until = now + min(timedelta(seconds=seconds), pauses.LONGEST_BAN)
    with poller.store.writing() as session:
        pauses.pause(session, CHANNEL, now, until, "Telegram просит подождать", ours=False)
