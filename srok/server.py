"""The Prefect server of a home: its address and secret, and itself as a child of this process."""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.errors import ServerError

_HOST = "127.0.0.1"
_START_SECONDS = 120
_STOP_SECONDS = 6
_REVIVE_SECONDS = 10
_TELL_EVERY_SECONDS = 5
_RUNS_KEPT_SECONDS = 30 * 24 * 3600
Say = Callable[[str], None]


def tell(words: str) -> None:
    """Print a line at once: what runs for weeks is read while it runs, where a file or a journal takes it too."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class ServerAddress:
    """Where a Prefect server answers on this machine."""

    port: int
    auth: str = field(repr=False)

    @property
    def url(self) -> str:
        """The root of its API."""
        return f"http://{_HOST}:{self.port}/api"


def server_env(home: Path, port: int) -> dict[str, str]:
    """Return the environment of the server and of all who talk to it; set it before Prefect is imported.

    Nothing is sent outside, the page is off, and the packaged time zones are used (reading a deployment of
    100 schedules takes 43 ms instead of 345).
    """
    folder = home.resolve() / "prefect"
    auth = _auth(folder)
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_API_URL": ServerAddress(port, auth).url,
        "PREFECT_HOME": str(folder),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{(folder / 'prefect.db').as_posix()}",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(_RUNS_KEPT_SECONDS),
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PYTHONTZPATH": "",
    }


def _auth(folder: Path) -> str:
    """Return the secret of this home's server, readable by its owner only; made when there is none."""
    path = folder / "auth"
    if not path.exists():
        _renew_auth(folder)
    return path.read_text(encoding="ascii")


def _renew_auth(folder: Path) -> None:
    """Make a new secret: what another program on an old port may have heard is worth nothing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=folder)  # readable by its owner only
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"srok:{secrets.token_urlsafe(32)}")
    Path(draft).replace(folder / "auth")


def running_server(home: Path) -> ServerAddress | None:
    """Return the address of the server that ``srok up`` runs on this home, or None when none answers."""
    try:
        known = json.loads((home / "prefect" / "server.json").read_text(encoding="utf-8"))
        address = ServerAddress(known["port"], _auth(home / "prefect"))
        alive = _is_alive(known["pid"])
    except (OSError, ValueError, KeyError):
        return None
    return address if alive and answers(address) else None


def _is_alive(pid: int) -> bool:
    """Tell whether the recorded server still runs: its secret is not shown to whoever took its port."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def answers(address: ServerAddress) -> bool:
    """Ask what only the holder of the secret is told: another program on the port does not count."""
    token = base64.b64encode(address.auth.encode()).decode()
    connection = http.client.HTTPConnection(_HOST, address.port, timeout=2)
    try:
        connection.request("GET", "/api/admin/version", headers={"Authorization": f"Basic {token}"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free_port(asked: int | None) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, asked or 0))
        except OSError as error:
            raise ServerError(f"Порт {asked} на {_HOST} занят: назовите другой или освободите его") from error
        port: int = probe.getsockname()[1]
        return port


class PrefectServer:
    """The Prefect server of a home as a child of this process: ``with PrefectServer(home) as address``.

    It runs in a process group of its own, so that Ctrl-C reaches it through us only, and ends by itself when
    this process is killed.
    """

    def __init__(self, home: Path, *, port: int | None = None, say: Say = tell) -> None:
        self._folder = home.resolve() / "prefect"
        self._port = _free_port(port)
        _renew_auth(self._folder)
        self._env = server_env(home, self._port)
        self._say = say
        self._not_before = 0.0
        self.address = ServerAddress(self._port, self._env["PREFECT_API_AUTH_STRING"])

    def __enter__(self) -> Self:
        (self._folder / "server.log").unlink(missing_ok=True)
        self._process = self._spawn()
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def revive(self) -> None:
        """Start it again on the same port if it has died, not more often than every ten seconds."""
        if self._process.poll() is not None and time.monotonic() >= self._not_before:
            self._say("Сервер Prefect остановился, запускается снова")
            self._not_before = time.monotonic() + _REVIVE_SECONDS
            self._process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        child = Path(__file__).with_name("child.py")
        command = [sys.executable, "-P", str(child), "prefect", "server", "start"]
        new_group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        with (self._folder / "server.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [*command, "--host", _HOST, "--port", str(self._port)],
                env=os.environ | self._env,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                creationflags=new_group,
            )
        record = json.dumps({"port": self._port, "pid": process.pid})
        (self._folder / "server.json").write_text(record, encoding="utf-8")
        return process

    def _wait(self) -> None:
        self._say("Запускается сервер Prefect, в первый раз это до полуминуты")
        started = told = time.monotonic()
        while not answers(self.address):
            now = time.monotonic()
            if self._process.poll() is not None or now - started > _START_SECONDS:
                raise ServerError(f"Сервер Prefect не запустился; его журнал: «{self._folder / 'server.log'}»")
            if now - told >= _TELL_EVERY_SECONDS:
                self._say(f"Сервер Prefect ещё запускается, прошло {now - started:.0f} с")
                told = now
            time.sleep(0.2)
        self._say(f"Сервер Prefect отвечает: {self.address.url}")

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdin
        self._process.stdin.close()
        (self._folder / "server.json").unlink(missing_ok=True)
