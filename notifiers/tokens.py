"""Tokens of action links: who holds one acts as the person it was sent to, so that nobody can make or alter one.

A token names a row of `engine.store.models.ActionLinkRow` and when it ends; it is never stored.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hashlib import sha256

LENGTH = 40
"""Characters of a token: 30 bytes, so that none of its bits is without meaning; it fits a button's 64 bytes."""
_VERSION = b"\x01"
_PURPOSE = b"srok action link\x00"
_HEAD, _ID, _EXPIRY = 14, 8, 5
"""Octets of what is signed: version, link id, unix seconds of the end."""
_MAC = 16
_SIGN = 0x80
"""Bit of an id that no database has room for."""
_SHAPE = re.compile(r"[A-Za-z0-9_-]{40}")


class Signer:
    """Makes and reads tokens with one secret key; the key is never printed."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, link_id: int, expires_at: datetime) -> str:
        """Return the token of a link, always the same one, of exactly 40 url-safe characters."""
        head = _VERSION + link_id.to_bytes(_ID) + int(expires_at.timestamp()).to_bytes(_EXPIRY)
        return urlsafe_b64encode(head + self._mac(head)).decode("ascii")

    def read(self, token: str, now: datetime) -> int | None:
        """Return the id of the link that *token* names; None where it is altered, malformed, another key's or over."""
        if not _SHAPE.fullmatch(token):
            return None
        raw = urlsafe_b64decode(token)
        head, mac = raw[:_HEAD], raw[_HEAD:]
        if not hmac.compare_digest(mac, self._mac(head)) or head[:1] != _VERSION or head[1] & _SIGN:
            return None
        expires = int.from_bytes(head[1 + _ID :])
        return int.from_bytes(head[1 : 1 + _ID]) if now.timestamp() < expires else None

    def _mac(self, head: bytes) -> bytes:
        return hmac.digest(self._key, _PURPOSE + head, sha256)[:_MAC]
