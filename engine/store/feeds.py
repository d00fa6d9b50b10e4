"""Calendar subscriptions: addresses drawn by lot, of which the store keeps the SHA-256 alone."""

import json
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from re import ASCII
from re import compile as pattern
from secrets import token_bytes, token_urlsafe

from sqlmodel import Session, col, select

from engine.errors import NotFoundError
from engine.store import queries
from engine.store.models import FeedRow

TOKEN_BYTES = 24
"""192 bits by lot: 32 characters of base64url."""
_ID_BYTES = 5
_TOKEN = pattern(r"[A-Za-z0-9_-]{32}", ASCII)


def add_feed(
    session: Session,
    *,
    scope: str,
    of: str | None,
    name: str,
    style: str,
    alarms: Sequence[int],
    account: str,
    now: datetime,
) -> tuple[FeedRow, str]:
    """Return a new subscription and its token, which is shown once: nothing gives it again.

    Args:
        session: A writing session.
        scope: A value of `engine.feed.Scope`.
        of: Id of whose it is; that it exists is the caller's to check.
        name: What people and calendar programs call it.
        style: A value of `engine.ics.Style`.
        alarms: Days before the due day.
        account: System user who asks for it.
        now: The instant of the making.
    """
    token = token_urlsafe(TOKEN_BYTES)
    row = FeedRow(
        id=b32encode(token_bytes(_ID_BYTES)).decode().lower(), digest=digest(token), scope=scope, of=of, name=name,
        style=style, alarms=json.dumps(sorted(set(alarms))) if alarms else "", made_at=now,
    )  # fmt: skip
    session.add(row)
    _journal(session, row, "feed-add", account, now)
    return row, token


def feed_by_token(session: Session, token: str) -> FeedRow | None:
    """Return the subscription of an address; None alike for one that is malformed, unknown or revoked."""
    if not _TOKEN.fullmatch(token):
        return None
    asked = digest(token)
    row = session.exec(select(FeedRow).where(FeedRow.digest == asked)).first()
    if row is None or not compare_digest(row.digest, asked) or row.revoked_at is not None:
        return None
    return row


def feeds(session: Session) -> list[FeedRow]:
    """Return every subscription, the oldest first; the revoked ones too."""
    return list(session.exec(select(FeedRow).order_by(col(FeedRow.made_at), FeedRow.id)))


def rotate(session: Session, feed_id: str, account: str, now: datetime) -> tuple[FeedRow, str]:
    """Return the subscription with a new token; the old address ends at once.

    Raises:
        NotFoundError: There is no such subscription, or it is revoked.
    """
    row = _standing(session, feed_id)
    token = token_urlsafe(TOKEN_BYTES)
    row.digest, row.used_on = digest(token), None
    _journal(session, row, "feed-rotate", account, now)
    return row, token


def revoke(session: Session, feed_id: str, account: str, now: datetime) -> FeedRow:
    """End a subscription for good.

    Raises:
        NotFoundError: There is no such subscription, or it is revoked already.
    """
    row = _standing(session, feed_id)
    row.revoked_at = now
    _journal(session, row, "feed-revoke", account, now)
    return row


def use(session: Session, feed_id: str, now: datetime) -> None:
    """Keep the day on which a subscription was last looked at."""
    row = session.get(FeedRow, feed_id)
    if row is not None:
        row.used_on = now.date()


def digest(token: str) -> str:
    """Return what the store keeps of a token."""
    return sha256(token.encode()).hexdigest()


def _standing(session: Session, feed_id: str) -> FeedRow:
    row = session.get(FeedRow, feed_id, with_for_update=True)
    if row is None:
        raise NotFoundError(f"подписки «{feed_id}» нет: id всех подписок показывает srok feed list")
    if row.revoked_at is not None:
        raise NotFoundError(f"подписка «{feed_id}» уже отозвана: заведите новую (srok feed add)")
    return row


def _journal(session: Session, row: FeedRow, deed: str, account: str, now: datetime) -> None:
    queries.journal(
        session, now, who="", account=account, deed=deed, plan_id=None, subject=f"feed/{row.id}", scope=row.scope,
        of=row.of, name=row.name,
    )  # fmt: skip
