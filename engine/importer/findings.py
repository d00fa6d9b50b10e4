"""What the import has to say about a place of the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def flat(text: str) -> str:
    """Return *text* with every run of spaces and line ends as one space, as plans hold their cells."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person has to look at.

    Attributes:
        code: Stable name of the kind, listed in docs/json.md.
        line: Line or running row of the document, from 1; None where the document as a whole is meant.
        measure: The printed № of the measure, or None.
        message: A Russian sentence that says what to do.
    """

    code: str
    line: int | None
    measure: str | None
    message: str

    def as_json(self) -> dict[str, str | int | None]:
        """Return the row of `srok import --json`."""
        return {"code": self.code, "line": self.line, "measure": self.measure, "message": self.message}


_LISTED = 12
"""So many measures are named in one sentence, of more the first ones."""


def named(numbers: Sequence[str]) -> str:
    """Return printed numbers of measures for a sentence: «№ 3.1, 3.2»."""
    shown = ", ".join(numbers[:_LISTED])
    return f"№ {shown} и ещё {len(numbers) - _LISTED}" if len(numbers) > _LISTED else f"№ {shown}"
