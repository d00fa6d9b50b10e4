"""A third program that locks the database for short times until it is ended: ``locker.py ADDRESS SEED``."""

import random
import sqlite3
import sys
import time
from collections.abc import Callable

from tests.faults.hostile import end_with_the_test


def opened(address: str) -> Callable[[str], object]:
    """Connect to the store; what is returned runs a statement."""
    if address.startswith("sqlite"):
        return sqlite3.connect(address.partition(":///")[2], isolation_level=None, timeout=30).execute
    import psycopg  # noqa: PLC0415 - only for a server

    return psycopg.connect(address.replace("+psycopg", ""), autocommit=True).execute  # type: ignore[return-value]


def main() -> None:
    end_with_the_test()
    address, chance = sys.argv[1], random.Random(sys.argv[2])
    run = opened(address)
    locks = ["BEGIN IMMEDIATE"] if address.startswith("sqlite") else ["BEGIN", "LOCK TABLE letter"]
    while True:
        time.sleep(chance.uniform(0.5, 2))
        for statement in locks:
            run(statement)
        time.sleep(chance.uniform(0.1, 0.5))
        run("ROLLBACK")
        sys.stdout.write("locked\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
