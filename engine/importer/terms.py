"""What the deadline of a measure says, as `srok check` will read it."""

from __future__ import annotations

from engine.calendar import Horizon, Reading, resolve
from engine.deadline import parse_deadline
from engine.errors import DeadlineError


def read_deadline(cell: str, horizon: Horizon) -> Reading | None:
    """Return the reading of a cell; None where it is empty or refused: `srok check` says why."""
    if not cell:
        return None
    try:
        return resolve(parse_deadline(cell), horizon)
    except DeadlineError:
        return None
