"""Runs everything on one PC: a first tick, the Prefect server as a child, the flows until they are told to stop."""

# ruff: noqa: PLC0415 - Prefect (1.4 s, and it reads the environment) and the store are imported where they are used

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zoneinfo
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self, TypeVar

from engine.errors import ServerError
from engine.settings import Settings

if TYPE_CHECKING:
    from flows.deployments import FinishedRun, Registration

_HOST = "127.0.0.1"
_START_SECONDS = 120
_STOP_SECONDS = 6
_REVIVE_SECONDS = 10
_TELL_EVERY_SECONDS = 5
_Result = TypeVar("_Result")
Say = Callable[[str], None]


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
    return address if alive and _answers(address) else None


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


def _answers(address: ServerAddress) -> bool:
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


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home's lock inside; the system lets it go when the process ends in any way.

    Raises:
        ServerError: Another ``srok up`` holds it.
    """
    folder = home / "prefect"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = sqlite3.connect(folder / "up.lock", timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
        yield
    except sqlite3.OperationalError as error:
        raise ServerError(f"«srok up» уже работает с папкой «{home}»") from error
    finally:
        lock.close()


class PrefectServer:
    """The Prefect server of a home as a child of this process: ``with PrefectServer(home) as address``.

    It runs in a process group of its own, so that Ctrl-C reaches it through us only, and ends by itself when
    this process is killed.
    """

    def __init__(self, home: Path, *, port: int | None = None, say: Say = print) -> None:
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
        while not _answers(self.address):
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


@contextmanager
def _environment(settings: Settings, port: int) -> Iterator[None]:
    """Set inside what Prefect, its runs and ``load_settings`` in them need; put back what was there."""
    values = server_env(settings.home, port) | {"SROK_HOME": str(settings.home.resolve())}
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    zoneinfo.reset_tzpath(())
    try:
        yield
    finally:
        zoneinfo.reset_tzpath()
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _talk(address: ServerAddress, work: Callable[[], Coroutine[None, None, _Result]]) -> Future[_Result]:
    """Start *work* against the server in a thread of its own: the Runner takes signals only in the main one."""
    from flows.deployments import connected, in_thread

    def run() -> _Result:
        with connected(address.url, address.auth):
            return asyncio.run(work())

    return in_thread(run)


def sync_schedules(settings: Settings, now: datetime) -> list[Registration] | None:
    """Register the plans of the store where ``srok up`` runs on this home, or on the server PREFECT_API_URL names.

    Returns:
        What was done; None when there is no server to tell.

    Raises:
        ServerError: The server named by PREFECT_API_URL does not take them.
    """

    async def work() -> list[Registration]:
        from flows.deployments import register_all

        return await register_all(settings, now)

    address = running_server(settings.home)
    if address is None and not os.environ.get("PREFECT_API_URL"):
        return None
    os.environ.setdefault("DO_NOT_TRACK", "1")
    try:
        if address is None:
            return asyncio.run(work())
        with _environment(settings, address.port):
            return _talk(address, work).result()
    except Exception as error:
        message = "в базу внесено, но сервер Prefect расписаний не принял: проверьте «srok up» или PREFECT_API_URL"
        raise ServerError(message) from error


def run_flow_once(settings: Settings, plans: Sequence[str], now: datetime, say: Say = print) -> list[FinishedRun]:
    """Start a server, register *plans*, run the flow of each once as of *now*, end the server.

    The runs are processes of their own: ``load_settings`` must find these settings by ``SROK_HOME`` and
    the environment.
    """

    async def work() -> list[FinishedRun]:
        from flows.deployments import run_now

        return await run_now(settings, plans, now)

    with PrefectServer(settings.home, say=say) as server, _environment(settings, server.address.port):
        return _talk(server.address, work).result()


def run_up(settings: Settings, *, port: int | None = None, say: Say = print) -> None:
    """Do what is due, then run the server and the flows until SIGTERM or Ctrl-C; leave no process behind.

    Raises:
        ServerError: The port is taken, another ``srok up`` works on this home, the server does not start, or workers
            of a pool run the flows.
    """
    from flows.passes import run_pass

    if settings.work_pool:
        message = f"Расписания исполняют работники пула «{settings.work_pool}»; для srok up уберите SROK_WORK_POOL"
        raise ServerError(message)
    signal.signal(signal.SIGTERM, _leave)
    with only_one(settings.home), suppress(KeyboardInterrupt):
        run_pass(settings)
        with PrefectServer(settings.home, port=port, say=say) as server, _environment(settings, server.address.port):
            say("Работает. Остановка: Ctrl-C")
            _serve_until_told(settings, server, say)
    say("Остановлено")


def _leave(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _serve_until_told(settings: Settings, server: PrefectServer, say: Say) -> None:
    stop = threading.Event()

    async def work() -> None:
        from flows.deployments import serve

        await serve(settings, stop)

    serving = _talk(server.address, work)
    try:
        while True:
            ended = wait([serving], timeout=1).done
            server.revive()
            if ended and _answers(server.address):
                # Seen: a server that dies while the runner starts takes the runner with it.
                say(f"Исполнитель расписаний остановился ({type(serving.exception()).__name__}), запускается снова")
                serving = _talk(server.address, work)
    finally:
        stop.set()
        wait([serving], timeout=_STOP_SECONDS)
