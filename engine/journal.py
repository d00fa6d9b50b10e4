"""The chain of human decisions: each row of the journal holds the hash of the one before it.

A row changed, taken out or put in between breaks the chain from there on. Rows cut off its end do not: against that
the head's hash is shown to people. The engine's own rows stand outside the chain, with nothing in both columns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

ENGINE = "srok"
"""Who acts where no person does."""
GENESIS = "0" * 64
"""What stands before the first decision; not empty, so that there is one first decision only."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row of the journal says.

    Attributes:
        at: An aware instant.
        facts: JSON as it is stored: every character counts.
    """

    at: datetime
    who: str
    account: str
    deed: str
    plan_id: str | None
    subject: str
    facts: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the journal with its place in the chain."""

    number: int
    said: Facts
    previous: str
    hash: str


def link(previous: str, row_facts: Facts) -> str:
    """Return the hash of a decision that follows the one whose hash is *previous*: SHA-256, hexadecimal."""
    said = asdict(row_facts) | {"at": row_facts.at.astimezone(UTC).isoformat()}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def first_broken(rows: Iterable[Entry]) -> int | None:
    """Return the number of the first row that does not fit the chain, of all rows in their order; None: it is whole."""
    head = GENESIS
    for row in rows:
        if row.said.who == ENGINE:
            if row.previous or row.hash:
                return row.number
        elif row.previous != head or row.hash != link(head, row.said):
            return row.number
        else:
            head = row.hash
    return None
