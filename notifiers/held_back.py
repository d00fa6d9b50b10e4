"""After a restore: what may have been sent since the copy was taken is not sent again, but left to a person.

The copy does not know what went out after it was taken. Whatever was due up to the restore becomes a letter in the
state `uncertain`: shown, and sent only when somebody says so.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from engine.errors import StoreError
from engine.journal import ENGINE
from engine.store import passing, queries
from engine.store.models import ItemRow, LetterRow
from notifiers.composing import Cases, compose
from notifiers.outbox import Group
from notifiers.recipients import Offices
from notifiers.sending import Sender

_log = logging.getLogger(__name__)
LONG_AGO = timedelta(days=365)
"""Of a copy that does not say when it was taken everything may have been sent."""
UNREADABLE = (
    "база восстановлена из копии, и план в ней не читается: внесите планы снова (srok sync). До тех пор ничего не "
    "отправляется: неизвестно, что могло быть отправлено раньше"
)


def restored_at(session: Session) -> datetime | None:
    """Return when the data were put back from a copy, if what was due by then is still to be held back."""
    mark = passing.unsettled_restore(session)
    return mark.at if mark is not None else None


def hold_back(session: Session, sender: Sender, zone: ZoneInfo, now: datetime) -> int:
    """Make letters in doubt of what may have been sent between copy and restore; return how many.

    What fell due up to the restore is in the outbox already (`flows.passes.track`, as of that instant).

    Raises:
        StoreError: A plan does not read: what it was to say cannot be held back, so nothing is sent before it does.
    """
    mark = passing.unsettled_restore(session)
    if mark is None:
        return 0
    given = mark.read().get("taken_at")
    taken = datetime.fromisoformat(given) if given else (queries.last_pass(session) or mark.at - LONG_AGO)
    why = f"база восстановлена из копии от {taken.astimezone(zone):%d.%m.%Y %H:%M}: могло быть отправлено"
    letters = [*_unsent(session, mark.at), *_composed(session, sender, taken, mark.at, now)]
    for letter in letters:
        letter.state, letter.next_try_at, letter.lease_until = "uncertain", None, None
        letter.doubts, letter.outcome = max(letter.doubts, 1), why
    n = len(letters)
    queries.journal(session, now, who=ENGINE, account="", deed=passing.SETTLED, plan_id=None, subject=ENGINE, letters=n)
    return n


def _unsent(session: Session, restored: datetime) -> list[LetterRow]:
    tried = (col(LetterRow.state) == "pending") & (col(LetterRow.next_try_at) <= restored)
    return list(session.exec(select(LetterRow).where(or_(col(LetterRow.state) == "sending", tried))))


def _composed(session: Session, sender: Sender, taken: datetime, restored: datetime, now: datetime) -> list[LetterRow]:
    waiting = (
        select(ItemRow)
        .where(col(ItemRow.letter).is_(None), col(ItemRow.dropped).is_(None), col(ItemRow.at) <= restored)
        .order_by(col(ItemRow.at), col(ItemRow.key))
    )
    rows = list(session.exec(waiting))
    try:
        offices = queries.offices(session, {row.plan_id for row in rows}, sender.directory, sender.owner)
    except ValueError:
        raise StoreError(UNREADABLE) from None
    groups: dict[Group, list[ItemRow]] = defaultdict(list)
    for row in rows:
        if offices[row.plan_id].at_once(row.person, max(taken, row.at)) <= restored:
            groups[row.person, row.channel].append(row)
    known: Cases = {}
    made = (_letter(session, sender, rows, offices, known, now) for rows in groups.values())
    return [letter for letter in made if letter is not None]


def _letter(
    session: Session, sender: Sender, rows: list[ItemRow], offices: Offices, known: Cases, now: datetime
) -> LetterRow | None:
    try:
        with session.begin_nested():
            return compose(session, rows, offices, sender.where_to_answer, now, sender.links, known)
    except Exception:  # noqa: BLE001 - what cannot be composed now is not sent now either; the dispatcher raises the alarm
        _log.exception("letter to %s not composed", rows[0].person)
        return None
