"""How an installation is, for whoever watches it from outside: no names, no addresses, no secrets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, Field
from sqlmodel import Session, col, func, select

from engine.store import queries
from engine.store.models import ItemRow, LetterRow
from engine.store.queries import LONGEST_SILENCE
from srok.server import running_server


class Health(BaseModel):
    """The answer of `/healthz` (docs/json.md)."""

    store: bool = Field(description="the database answers")
    prefect: bool | None = Field(description="the server of `srok up` answers; null where none was started")
    last_pass: datetime | None = Field(description="when the last pass ended")
    outbox_age_seconds: int | None = Field(description="how long the oldest message that may go out has waited")
    ok: bool


def health(session: Session, home: Path, now: datetime) -> Health:
    """Return how the installation of *home* is."""
    prefect = running_server(home) is not None if (home / "prefect" / "server.json").exists() else None
    last, waits = queries.last_pass(session), _oldest(session, now)
    age = int((now - waits).total_seconds()) if waits is not None else None
    is_old = last is None or now - last > LONGEST_SILENCE or (age or 0) > LONGEST_SILENCE.total_seconds()
    ok = not is_old and prefect is not False
    return Health(store=True, prefect=prefect, last_pass=last, outbox_age_seconds=age, ok=ok)


def _oldest(session: Session, now: datetime) -> datetime | None:
    """Return since when the oldest message that may go out waits."""
    unwritten = col(ItemRow.letter).is_(None) & col(ItemRow.dropped).is_(None)
    unsent = (col(LetterRow.state) == "pending") & (col(LetterRow.next_try_at) <= now)
    found: list[datetime | None] = [
        session.exec(select(func.min(ItemRow.at)).where(unwritten, col(ItemRow.at) <= now)).one(),
        session.exec(select(func.min(LetterRow.not_before)).where(unsent)).one(),
    ]
    return min((one for one in found if one is not None), default=None)
