"""`python -m srok` without the second its imports take: forked from a process that has done them once.

Each command is a process all the same, with an environment, a working folder, streams and an exit code of its own, and
it ends as the interpreter ends. What it does not show is what importing costs, and what the interpreter itself reads
when it starts (locale, PYTHON*, a closed stream): who is about that starts `python -m srok`.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMPORTED = (
    "alembic.command", "holidays", "rich._emoji_codes", "rich.table", "sqlalchemy.dialects.sqlite",
    "flows.passes", "srok.cli", "srok.standing", "srok.syncing",
)  # fmt: skip
"""What most commands import. Never Prefect: it reads the environment then."""


class Commands:
    """Forks one command at a time; it ends with who asks, killed or not."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            fd = theirs.fileno()
            self.server = subprocess.Popen([sys.executable, "-m", "tests.commands", str(fd)], cwd=ROOT, pass_fds=[fd])

    def run(self, args: Sequence[str], env: Mapping[str, str], stdin: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m srok` in the folder of the code, with *env* for all its environment, to its end."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(stdin.encode())
            given.seek(0)
            request = json.dumps([args, dict(env)]).encode()
            socket.send_fds(self._socket, [request], [given.fileno(), out.fileno(), err.fileno()])
            code = int(self._socket.recv(64))
            for stream in (out, err):
                stream.seek(0)
            return subprocess.CompletedProcess(args, code, out.read().decode(), err.read().decode())

    def close(self) -> None:
        """Let the server end."""
        self._socket.close()
        self.server.wait(20)


def _asked(requests: socket.socket) -> list[str]:
    """Fork for every request until there is nobody to ask; in the fork return the arguments of its command."""
    while True:
        message, streams, _, _ = socket.recv_fds(requests, 1 << 20, 3)
        if not message:
            os._exit(0)
        if running := os.fork():
            for fd in streams:
                os.close(fd)
            code = os.waitstatus_to_exitcode(os.waitpid(running, 0)[1])
            with suppress(OSError):  # nobody waits for it any more
                requests.send(str(code).encode())
            continue
        requests.close()
        for number, fd in enumerate(streams):
            os.dup2(fd, number)
            os.close(fd)
        args, env = json.loads(message)
        os.environ.clear()
        os.environ.update(env)
        time.tzset()
        return list(args)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks decides what an interruption ends
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # or the end of every command would walk through all of that
    sys.argv[1:] = _asked(socket.socket(fileno=int(sys.argv[1])))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    runpy.run_module("srok", run_name="__main__", alter_sys=True)
