"""A pass broken on purpose: the next instants are committed without the rows, and then it is killed."""

import os
import signal
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from engine.store import queries
from tests.faults.one_pass import main

batches: list[int] = []


def forget(_session: Any, actions: Iterable[Any], _now: datetime) -> int:
    if batches:
        os.kill(os.getpid(), signal.SIGKILL)
    batches.append(len(list(actions)))
    return 0


if __name__ == "__main__":
    queries.enqueue = forget
    main()
