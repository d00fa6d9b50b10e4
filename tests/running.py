"""Waiting for processes that a test has started."""

import os
import time
from collections.abc import Callable
from typing import Any

GENEROUS_SECONDS = 120


def until(condition: Callable[[], Any], seconds: float = GENEROUS_SECONDS) -> Any:
    """Wait for another process to get there."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def is_gone(pid: int) -> bool:
    """Tell whether there is no such process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def group_is_gone(group: int) -> bool:
    """Tell whether no process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
