"""Measures what Prefect costs srok, on a server of its own: `make bench-prefect`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import tempfile
import time
import zoneinfo
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.clock import utc_now
from engine.settings import Settings, load_settings
from flows.passes import run_pass
from flows.schedules import PlanInstants
from srok.server import PrefectServer, server_env
from srok.syncing import sync_files

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[1]
DAY = timedelta(days=1)
SYNCED = datetime(2021, 1, 11, 4, tzinfo=UTC)
MEASURES, TURNS = 24, 5


class Size(NamedTuple):
    """How much is measured: plans with the daily schedule alone, plans with one per measure, seconds of idling."""

    daily: int
    scheduled: int
    idle_seconds: int


FULL, QUICK = Size(300, 40, 60), Size(30, 5, 15)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer plans, two minutes instead of ten")
    size = QUICK if options.parse_args().quick else FULL
    with tempfile.TemporaryDirectory(prefix="srok-prefect-") as folder:
        home = Path(folder)
        with PrefectServer(home, say=lambda _: None) as server:
            os.environ |= server_env(home, server.address.port) | {"SROK_HOME": folder, "PYTHONPATH": str(ROOT)}
            zoneinfo.reset_tzpath(())
            from flows import deployments  # noqa: PLC0415 - Prefect reads the environment when it is imported

            asyncio.run(_measure(deployments, home, size))


async def _measure(deployments: ModuleType, home: Path, size: Size) -> None:
    requests = _recorded()
    plans = [_plan(number) for number in range(TURNS)]
    edited = [_edited(one) for one in plans]
    now = utc_now()

    async def each(wanted: list[PlanInstants]) -> float:
        return median([await _seconds(lambda one=one: deployments.register(one, now)) for one in wanted])  # type: ignore[misc]

    _print(f"registering a plan of {MEASURES} measures", await each(plans))
    _print("editing one measure of it", await each(edited))
    requests.clear()
    _print("registering it again unchanged", await each(edited))
    writes = [one for one in requests if not one.startswith("GET")]
    print(
        f"prefect-unchanged: {len(requests)} requests, writes {len(writes)}   goal 0   {'MISSED' if writes else 'ok'}"
    )
    await deployments.unregister([])

    await _passes(deployments, home)

    for what, plan, count in (
        ("with the daily schedule alone", lambda number: replace(_plan(number), measure_schedules=False), size.daily),
        (f"with {MEASURES} schedules of measures each", _plan, size.scheduled),
    ):
        many = [plan(number) for number in range(count)]

        async def register(many: list[PlanInstants] = many) -> None:
            for one in many:
                await deployments.register(one, now)

        _print(f"registering {count} plans {what}", await _seconds(register))
        await asyncio.sleep(size.idle_seconds / 2)  # the scheduler makes the runs of what is new
        idle = await _cpu(home, size.idle_seconds)
        print(f"{'  the idle server then':60}{idle:8.1f} % of a core over {size.idle_seconds} s", flush=True)
        await deployments.unregister([])


async def _passes(deployments: ModuleType, home: Path) -> None:
    """Time a pass with nothing due: alone, as a flow here, as a run in a process of its own."""
    settings = _office(home)
    at = SYNCED + timedelta(hours=1)
    run_pass(settings, at)
    alone = median([await _seconds(lambda: asyncio.to_thread(run_pass, settings, at)) for _ in range(TURNS)])
    flow = median([await _seconds(lambda: deployments.track_plan("lysva-2021", now=at)) for _ in range(TURNS)])
    _print("a pass with nothing due, called directly", alone)
    _print("  the same as a flow in this process", flow)
    _print(
        "  the same as a run of the Runner, registering included",
        await _seconds(lambda: deployments.run_now(settings, ["lysva-2021"], at)),
    )
    await deployments.unregister([])


def _office(home: Path) -> Settings:
    shutil.copy(ROOT / "plans" / "people.example.yaml", home / "people.yaml")
    settings = load_settings(home=home)
    sync_files([ROOT / "plans" / "lysva-2021.yaml"], settings, SYNCED, "bench")  # prints its line
    return settings


def _plan(number: int) -> PlanInstants:
    """Return a plan whose measures have an instant a month from tomorrow on, for a year."""
    start = utc_now().replace(hour=6, minute=0, second=0, microsecond=0) + DAY
    instants = {
        str(measure): [start + timedelta(days=measure + 30 * month) for month in range(12)]
        for measure in range(1, MEASURES + 1)
    }
    return PlanInstants(f"plan-{number}", "План мероприятий", "Europe/Moscow", True, instants)  # noqa: FBT003


def _edited(plan: PlanInstants) -> PlanInstants:
    return replace(plan, instants={**plan.instants, "7": [one + DAY for one in plan.instants["7"]]})


def _recorded() -> list[str]:
    """Return the list into which the client's requests go from now on; reading by POST is written as GET."""
    from prefect.client.base import PrefectHttpxAsyncClient  # noqa: PLC0415 - see main

    requests: list[str] = []
    send = PrefectHttpxAsyncClient.send

    async def record(self: Any, request: Any, *given: Any, **more: Any) -> Any:
        reads = request.url.path.endswith(("/filter", "/count"))
        requests.append(f"{'GET' if reads else request.method} {request.url.path}")
        return await send(self, request, *given, **more)

    PrefectHttpxAsyncClient.send = record  # type: ignore[method-assign]
    return requests


async def _seconds(work: Callable[[], Awaitable[Any]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def _cpu(home: Path, seconds: int) -> float:
    """Return what the server's process took of a core, in per cent."""
    pid = json.loads((home / "prefect" / "server.json").read_text(encoding="utf-8"))["pid"]

    def ticks() -> int:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return int(after_name[11]) + int(after_name[12])

    before = ticks()
    await asyncio.sleep(seconds)
    return 100 * (ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds


def _print(what: str, seconds: float) -> None:
    print(f"{what:60}{seconds:8.2f} s", flush=True)


if __name__ == "__main__":
    main()
