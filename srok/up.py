"""Runs everything on one PC: a first tick, the Prefect server as a child, the flows until they are told to stop."""

# ruff: noqa: PLC0415 - Prefect (1.4 s, and it reads the environment) and the store are imported where they are used

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import threading
import zoneinfo
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from engine.errors import ServerError
from engine.settings import Settings
from srok.server import PrefectServer, Say, ServerAddress, answers, running_server, server_env, tell
from srok.serving import PORT, web
from srok.watching import Watch

if TYPE_CHECKING:
    from flows.deployments import FinishedRun, Registration

_STOP_SECONDS = 6
_Result = TypeVar("_Result")


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


def run_flow_once(settings: Settings, plans: Sequence[str], now: datetime, say: Say = tell) -> list[FinishedRun]:
    """Start a server, register *plans*, run the flow of each once as of *now*, end the server.

    The runs are processes of their own: ``load_settings`` must find these settings by ``SROK_HOME`` and
    the environment.
    """

    async def work() -> list[FinishedRun]:
        from flows.deployments import run_now

        return await run_now(settings, plans, now)

    with PrefectServer(settings.home, say=say) as server, _environment(settings, server.address.port):
        return _talk(server.address, work).result()


def run_up(settings: Settings, *, port: int | None = None, web_port: int | None = None, say: Say = tell) -> None:
    """Do what is due, then run the server and the flows until SIGTERM or Ctrl-C; leave no process behind.

    The pages are served too where letters have links, that is with ``public_url``, or where *web_port* names a port.

    Raises:
        ServerError: The port is taken, another ``srok up`` works on this home, the server does not start, or workers
            of a pool run the flows.
    """
    if settings.work_pool:
        message = f"Расписания исполняют работники пула «{settings.work_pool}»; для srok up уберите SROK_WORK_POOL"
        raise ServerError(message)
    told = _listen()
    pages = web_port or (PORT if settings.public_url else None)
    with only_one(settings.home), suppress(KeyboardInterrupt), web(settings, pages, say) if pages else nullcontext():
        first_pass(settings, say)
        with PrefectServer(settings.home, port=port, say=say) as server, _environment(settings, server.address.port):
            say(_where_letters_go(settings))
            say("Работает. Остановка: Ctrl-C")
            _serve_until_told(settings, server, told, say)
    say("Остановлено")


def _where_letters_go(settings: Settings) -> str:
    """Say where letters are to be found; of an address the server alone, never the password."""
    found = urlsplit(settings.mail)
    if found.scheme == "file":
        return f"Письма складываются в папку: {url2pathname(found.path)}"
    return f"Письма отправляются через {found.scheme}://{found.hostname}; судьба каждого: srok outbox"


def first_pass(settings: Settings, say: Say) -> None:
    """Do what is due and say what came of it; what did not go out waits for the passes that follow."""
    from flows.passes import run_pass

    done = run_pass(settings)
    say(str(done))
    for alarm in done.alarms:
        say(f"{alarm}; это ждёт и уйдёт позже")


def _listen() -> threading.Event:
    """Have SIGTERM and Ctrl-C interrupt what is done, and be remembered where the interruption gets lost.

    A shell that starts us in the background has Ctrl-C ignored, and Python leaves it so. An exception that is raised
    while a destructor or a callback of the collector runs goes nowhere.
    """
    told = threading.Event()

    def leave(*_: object) -> NoReturn:
        told.set()
        raise KeyboardInterrupt

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, leave)
    return told


def _serve_until_told(settings: Settings, server: PrefectServer, told: threading.Event, say: Say) -> None:
    from srok.messengers import start_polling

    stop = threading.Event()

    async def work() -> None:
        from flows.deployments import serve

        await serve(settings, stop)

    serving = _talk(server.address, work)
    polling = start_polling(settings, stop, say)
    watch = Watch(settings, say)
    try:
        while not told.is_set():
            ended = wait([serving], timeout=1).done
            server.revive()
            watch.look()
            if ended and answers(server.address):
                # Seen: a server that dies while the runner starts takes the runner with it.
                say(f"Исполнитель расписаний остановился ({type(serving.exception()).__name__}), запускается снова")
                serving = _talk(server.address, work)
    finally:
        stop.set()
        wait([serving], timeout=_STOP_SECONDS)
        if polling is not None:
            polling.join(timeout=_STOP_SECONDS)
