"""Python imports this at the start of every process that finds it: each look-up and connection is written down."""

import os
import sys

WATCHED = ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto", "socket.sendmsg")


def _note(event: str, given: tuple[object, ...]) -> None:
    if event in WATCHED:
        where = given[0] if event.startswith("socket.get") else given[1]
        with open(os.environ["SROK_TEST_WIRE"], "a", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is not up yet
            file.write(f"{os.getpid()}\t{event}\t{where}\n")


sys.addaudithook(_note)
