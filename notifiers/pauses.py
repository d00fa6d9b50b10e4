"""Channels that are not spoken on for a while: the other side asked for it, or our own settings are wrong.

A pause is a row, so it holds for every dispatcher and over restarts.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from engine.store.models import LetterRow, PauseRow
from engine.store.queries import CLOCKS_DIFFER, insert_into
from notifiers.envelope import Outcome, OutcomeKind

_log = logging.getLogger(__name__)

CONFIG_WAIT = timedelta(minutes=15)
"""Until a channel that is not usable as configured, or a person nobody can reach, is tried again; uncounted."""
LONGEST_BAN = timedelta(days=7)
"""No service asks for more in earnest; what says so would silence an office for ever."""


def asked_for(outcome: Outcome) -> timedelta | None:
    """Return how long the channel is to be left alone after *outcome*; None where only this letter waits."""
    seconds = outcome.retry_after_seconds or 0
    ban = timedelta(seconds=seconds) if 0 < seconds < LONGEST_BAN.total_seconds() else None
    if seconds >= LONGEST_BAN.total_seconds():
        ban = LONGEST_BAN
    return ban or (CONFIG_WAIT if outcome.kind is OutcomeKind.CONFIG else None)


def holds(row: PauseRow | None, now: datetime) -> bool:
    """Tell whether a pause holds at *now*; one that a clock set which was ahead does not."""
    return row is not None and row.since <= now + CLOCKS_DIFFER and row.until > now


def paused_until(session: Session, channel: str, now: datetime) -> datetime | None:
    """Return until when *channel* is not to be spoken on, if so."""
    row = session.get(PauseRow, channel)
    return row.until if row is not None and holds(row, now) else None


def standing(session: Session, now: datetime) -> dict[str, PauseRow]:
    """Return the pauses that hold, by channel, and let go of those that a clock set which was ahead."""
    found: dict[str, PauseRow] = {}
    for row in session.exec(select(PauseRow)):
        if holds(row, now):
            found[row.channel] = row
        elif row.until > now:
            _log.warning("пауза канала «%s» до %s снята: её поставили часы, ушедшие вперёд", row.channel, row.until)
            _let_go(session, row.channel, now)
    return found


def _let_go(session: Session, channel: str, now: datetime) -> None:
    session.execute(delete(PauseRow).where(col(PauseRow.channel) == channel))
    waiting = (col(LetterRow.state) == "pending") & (col(LetterRow.next_try_at) > now)
    session.execute(update(LetterRow).where(waiting, col(LetterRow.channel) == channel).values(next_try_at=now))


def pause(session: Session, channel: str, now: datetime, until: datetime, why: str, *, ours: bool) -> None:
    """Leave *channel* alone up to *until*; of two that are asked for the longer one holds."""
    insert = insert_into(session, PauseRow).values(channel=channel, until=until, why=why, ours=ours, since=now)
    fields = ("until", "why", "ours", "since")
    longer = insert.excluded.until > col(PauseRow.until)
    values = {name: insert.excluded[name] for name in fields}
    session.execute(insert.on_conflict_do_update(index_elements=["channel"], set_=values, where=longer))


def spoke(session: Session, channel: str, now: datetime) -> None:
    """Forget a pause that is over, now that *channel* works again."""
    over = col(PauseRow.until) <= now
    session.execute(delete(PauseRow).where(col(PauseRow.channel) == channel, over))
