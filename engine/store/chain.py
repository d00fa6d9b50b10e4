"""The journal read from its beginning: whether it is as it was written, and which row is the first that is not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from engine.journal import Entry, first_broken
from engine.store.models import JournalRow

BATCH = 500
FAULTS = (ValueError, TypeError, AttributeError, OverflowError, SQLAlchemyError)
"""What reading a row raises that holds no instant, no text or no JSON."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row of the journal that is not as srok wrote it.

    Attributes:
        at: None where its instant cannot be read.
        readable: False: some part of it cannot be read; True: it does not fit the chain.
    """

    number: int
    at: datetime | None
    deed: str
    subject: str
    readable: bool


class _UnreadableError(Exception):
    def __init__(self, number: int) -> None:
        self.number = number


def broken_link(session: Session) -> Broken | None:
    """Return the first row of the journal that cannot be read or does not fit the chain; None: it is whole."""
    try:
        number, readable = first_broken(_entries(session)), True
    except _UnreadableError as error:
        number, readable = error.number, False
    if number is None:
        return None
    at, deed, subject = (_value(session, name, number) for name in ("at", "deed", "subject"))
    return Broken(number, at, str(deed), str(subject), readable)


def _entries(session: Session) -> Iterator[Entry]:
    last: int | None = None
    while True:
        part = select(JournalRow.id).order_by(col(JournalRow.id)).limit(BATCH)
        ids = list(session.exec(part if last is None else part.where(col(JournalRow.id) > last)))
        if not ids:
            return
        last = ids[-1]
        try:
            yield from _read(session, ids)
        except FAULTS:
            for number in ids:
                try:
                    _read(session, [number])
                except FAULTS:
                    raise _UnreadableError(number or 0) from None
            raise


def _read(session: Session, ids: list[int | None]) -> list[Entry]:
    rows = list(session.exec(select(JournalRow).where(col(JournalRow.id).in_(ids)).order_by(col(JournalRow.id))))
    for row in rows:
        texts = (row.who, row.account, row.deed, row.plan_id or "", row.subject, row.facts, row.previous, row.hash)
        whole = all(isinstance(one, str) for one in texts)
        if not whole or row.at.tzinfo is None or not isinstance(json.loads(row.facts), dict):
            raise TypeError
    return [row.to_entry() for row in rows]


def _value(session: Session, name: str, number: int) -> Any:
    try:
        return session.exec(select(getattr(JournalRow, name)).where(JournalRow.id == number)).one()
    except FAULTS:
        return None
