"""Tries docs/scale-out.md on one machine: PostgreSQL, a Prefect server, a pool with a limit, two workers, 50 plans.

The runs are told days on which all plans have something due. On the second, while they write and send, one worker is
killed with all it runs; runs after its lease finish the work. In the end the outbox must hold what passes alone on
SQLite put there.
Everything is on 127.0.0.1 or a socket; the server's one way out is a proxy that only counts.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any, NoReturn

from sqlmodel import select

from bench.cluster import Cluster, running_cluster
from engine.settings import Settings, load_settings
from engine.store.installation import open_store
from engine.store.models import ItemRow, LetterRow
from flows.coming import coming_instants, plan_ids
from flows.passes import run_pass
from srok.syncing import sync_files

ROOT = Path(__file__).parents[1]
PLAN = "lysva-2021"
PLANS, RUNS, LIMIT, POOL = 50, 8, 3, "srok"
SYNCED = datetime(2021, 1, 11, 4, tzinfo=UTC)
FIRST = datetime(2021, 7, 26, 4, tzinfo=UTC)
NOW = datetime(2021, 8, 26, 4, tzinfo=UTC)
AFTER_THE_LEASE = NOW + timedelta(minutes=20)
PATIENCE = 300
DEBIAN = Path("/usr/lib/postgresql")


def main() -> None:
    """Try it and print what was seen; leave with 1 where something does not hold."""
    signal.signal(signal.SIGTERM, _leave)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="srok-scale-")))
        programs = next((one for one in sorted(DEBIAN.glob("*/bin")) if (one / "initdb").exists()), None)
        cluster = stack.enter_context(running_cluster(programs=programs))
        seen = stack.enter_context(_proxy())
        expected = _expected(home / "alone")
        settings = _settings(home, cluster)
        _sync(settings)
        env = _environment(home, cluster, settings, in_postgres=programs is not None)
        where = "PostgreSQL too" if programs else "SQLite"
        print(f"{PLANS} plans, {len(expected)} messages due; store on PostgreSQL, Prefect on {where}", flush=True)
        stack.enter_context(_server(env, seen[0], home))
        workers = {name: stack.enter_context(_worker(name, env, home)) for name in ("worker-1", "worker-2")}
        os.environ.update(env)  # before Prefect is imported
        wrong = asyncio.run(_try(settings, workers, env))
        wrong += _left_in_outbox(settings, expected)
        shares = {name: (home / f"{name}.log").read_text().count("ubmitting flow run") for name in workers}
        print(f"runs taken: {shares}; looks of the server outside: {seen[1]()}")
        wrong += [f"{name} took no run" for name, count in shares.items() if not count]
        wrong += ["the server looked outside"] if seen[1]() else []
    print("\n".join(["NOT AS IT SHOULD BE", *wrong]) if wrong else "all as it should be")
    sys.exit(bool(wrong))


def _leave(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _settings(home: Path, cluster: Cluster) -> Settings:
    return _home(home / "office", database_url=cluster.url(cluster.database()), secret_key="try", work_pool=POOL)


def _home(home: Path, **given: Any) -> Settings:
    home.mkdir()
    shutil.copy(ROOT / "plans" / "people.example.yaml", home / "people.yaml")
    return load_settings(home=home, **given)


def _sync(settings: Settings) -> None:
    text = (ROOT / "plans" / f"{PLAN}.yaml").read_text(encoding="utf-8")
    paths = [settings.home / f"{PLAN}-{number:02}.yaml" for number in range(PLANS)]
    for path in paths:
        path.write_text(text.replace(f"id: {PLAN}", f"id: {path.stem}"), encoding="utf-8")
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        kept, sys.stdout = sys.stdout, nowhere
        sync_files(paths, settings, SYNCED, "bench")
        sys.stdout = kept


def _expected(home: Path) -> set[str]:
    """Return the keys that passes alone put into the outbox."""
    settings = _home(home)
    _sync(settings)
    for moment in (FIRST, NOW):
        run_pass(settings, moment)
    with open_store(settings) as store, store.reading() as session:
        return set(session.exec(select(ItemRow.key)))


def _environment(home: Path, cluster: Cluster, settings: Settings, *, in_postgres: bool) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    prefect = f"sqlite+aiosqlite:///{home / 'prefect.db'}"
    if in_postgres:  # the wheel's has no pg_trgm
        prefect = cluster.url(cluster.database()).replace("://", "+asyncpg://")
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_API_AUTH_STRING": "srok:try",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_API_AUTH_STRING": "srok:try",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": prefect,
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PYTHONPATH": str(ROOT),
        "PYTHONTZPATH": "",
        "SROK_DATABASE_URL": settings.database_url,
        "SROK_HOME": str(settings.home),
        "SROK_SECRET_KEY": "try",
        "SROK_WORK_POOL": POOL,
    }


@contextmanager
def _proxy() -> Iterator[tuple[str, Callable[[], int]]]:
    """Listen where the server's requests to other hosts would come; give its address and how many came."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        came: list[None] = []

        def count() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                came.append(None)
                connection.close()

        threading.Thread(target=count, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", lambda: len(came)


@contextmanager
def _process(name: str, command: list[str], env: dict[str, str], home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of Prefect in a group of its own, which ends with us; what it says goes to NAME.log."""
    with (home / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", *command],
            env=os.environ | env, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        for told in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, told)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    continue


@contextmanager
def _server(env: dict[str, str], proxy: str, home: Path) -> Iterator[None]:
    host, port = env["PREFECT_API_URL"].removeprefix("http://").removesuffix("/api").split(":")
    outside = {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": host}
    with _process("server", ["server", "start", "--host", host, "--port", port, "--no-ui"], env | outside, home) as it:
        started = time.monotonic()
        while socket.socket().connect_ex((host, int(port))):
            if it.poll() is not None or time.monotonic() - started > PATIENCE:
                raise SystemExit((home / "server.log").read_text())
            time.sleep(0.5)
        print(f"server up after {time.monotonic() - started:.0f} s", flush=True)
        yield


@contextmanager
def _worker(name: str, env: dict[str, str], home: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = ["worker", "start", "--pool", POOL, "--type", "process", "--limit", "2", "--name", name]
    with _process(name, command, env, home) as process:
        yield process


async def _try(settings: Settings, workers: dict[str, subprocess.Popen[bytes]], env: dict[str, str]) -> list[str]:
    from prefect import get_client  # noqa: PLC0415 - it reads the environment

    from flows.deployments import plan_deployment  # noqa: PLC0415

    async with get_client() as client:
        pool = _Pool(client)
        await pool.until("the workers make the pool", pool.is_there)
        command = [sys.executable, "-m", "prefect", "work-pool", "set-concurrency-limit", POOL, str(LIMIT)]
        subprocess.run(command, env=os.environ | env, check=True, stdout=subprocess.DEVNULL)  # noqa: ASYNC221
        started = time.monotonic()
        plans = [coming_instants(settings, one) for one in plan_ids(settings)]
        pool.deployments = {
            one.plan_id: await plan_deployment(one, NOW, pool=POOL, paused=True).aapply() for one in plans
        }
        print(f"{len(plans)} deployments registered in {time.monotonic() - started:.0f} s", flush=True)
        print(f"{RUNS} runs on both workers: {await pool.end(await pool.ask(FIRST)):.0f} s", flush=True)
        sent = _letters(settings)["sent"]

        async def sends() -> bool:
            return _letters(settings)["sent"] > sent

        await pool.ask(NOW)
        await pool.until("a letter is sent", sends)
        os.killpg(workers["worker-1"].pid, signal.SIGKILL)
        print(f"worker-1 killed with its runs; letters then: {dict(_letters(settings))}", flush=True)
        seconds = await pool.end(await pool.ask(AFTER_THE_LEASE))
        print(f"{RUNS} runs after the kill: {seconds:.0f} s; all runs: {dict(await pool.states())}")
    print(f"most runs at a time: {pool.most}, limit of the pool: {LIMIT}")
    return [f"{pool.most} runs at a time"] if pool.most > LIMIT else []


class _Pool:
    """The work pool as its server sees it; `most` is how many runs were at work at a time."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.deployments: dict[str, Any] = {}
        self.most = 0

    async def is_there(self) -> bool:
        """Tell whether the workers have made it."""
        return any(one.name == POOL for one in await self._client.read_work_pools(limit=200))

    async def states(self) -> Counter[str]:
        """Count the runs by their state."""
        from prefect.client.schemas.sorting import FlowRunSort  # noqa: PLC0415

        runs = await self._client.read_flow_runs(sort=FlowRunSort.ID_DESC, limit=200)
        return Counter(run.state.type.value for run in runs if run.state)

    async def until(self, what: str, is_so: Callable[[], Awaitable[bool]]) -> None:
        """Watch the pool until it is so."""
        ends = time.monotonic() + PATIENCE
        while not await is_so():
            counts = await self.states()
            self.most = max(self.most, counts["PENDING"] + counts["RUNNING"])
            if time.monotonic() > ends:
                raise SystemExit(f"{what}: not within {PATIENCE} s")
            await asyncio.sleep(0.3)

    async def ask(self, now: datetime) -> list[Any]:
        """Ask for a run of each of the first plans as of *now*."""
        return [
            await self._client.create_flow_run_from_deployment(
                of, parameters={"plan_id": plan_id, "now": now.isoformat()}
            )
            for plan_id, of in list(self.deployments.items())[:RUNS]
        ]

    async def end(self, asked: list[Any]) -> float:
        """Wait until the runs have ended; return how long it took."""

        async def ended() -> bool:
            runs = [await self._client.read_flow_run(one.id) for one in asked]
            return all(run.state and run.state.is_final() for run in runs)

        started = time.monotonic()
        await self.until("the runs end", ended)
        return time.monotonic() - started


def _letters(settings: Settings) -> Counter[str]:
    with open_store(settings) as store, store.reading() as session:
        return Counter(session.exec(select(LetterRow.state)))


def _left_in_outbox(settings: Settings, expected: set[str]) -> list[str]:
    """Say what is missing or too much: every due message is in the outbox once, and in one mail."""
    with open_store(settings) as store, store.reading() as session:
        items = {one.key: one for one in session.exec(select(ItemRow))}
        letters = list(session.exec(select(LetterRow)))
    mails = Counter(message_from_bytes(one.read_bytes())["Message-ID"] for one in settings.home.rglob("*.eml"))
    states, doubted = Counter(one.state for one in letters), {one.message_id for one in letters if one.doubts}
    print(f"outbox: {len(items)} messages in {len(letters)} letters {dict(states)}; mails: {mails.total()}")
    waiting = [one.key for one in items.values() if one.letter is None and one.dropped is None]
    doubled = [one for one, count in mails.items() if count > 1 and one not in doubted]
    return [
        *(f"missing: {one}" for one in sorted(expected - items.keys())),
        *(f"too much: {one}" for one in sorted(items.keys() - expected)),
        *(f"still waits: {one}" for one in waiting),
        *(f"sent twice without a doubt: {one}" for one in doubled),
        *(f"letters {state}: {count}" for state, count in states.items() if state not in {"sent", "uncertain"}),
    ]


if __name__ == "__main__":
    main()
