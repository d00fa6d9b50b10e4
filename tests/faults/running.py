"""`srok up` as a process, and who asks it for runs."""

import subprocess
import sys
from datetime import datetime
from typing import Any
from uuid import UUID

import psutil

from engine.clock import utc_now
from engine.settings import Settings
from srok.server import ServerAddress, running_server
from srok.up import _talk
from tests.faults.desk import PLAN, environment
from tests.running import until


class Running:
    """`srok up` on a home, and who asks it for runs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.start()

    def start(self) -> None:
        with (self.settings.home / "up.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "srok", "up"],
                env=environment(self.settings) | {"PREFECT_RUNNER_POLL_FREQUENCY": "1"},
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self.address: ServerAddress = until(lambda: running_server(self.settings.home))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    def wake(self) -> UUID:
        """Ask for a run of the plan, as its schedule does, and return its id."""

        async def ask() -> UUID | None:
            from flows import deployments  # noqa: PLC0415 - Prefect reads the environment at import

            async with deployments.get_client() as client:
                found = await client.read_deployment_by_name(f"track-plan/{PLAN}")
                return (await client.create_flow_run_from_deployment(found.id)).id

        return until(lambda: self._asked(ask))

    def _asked(self, work: Any) -> Any:
        try:
            return _talk(self.address, work).result(timeout=60)
        except Exception:  # noqa: BLE001 - the plan is not registered yet, or the server is just being started
            return None

    def state(self, run: UUID) -> Any:
        async def ask() -> Any:
            from flows import deployments  # noqa: PLC0415 - see above

            async with deployments.get_client() as client:
                return (await client.read_flow_run(run)).state

        return until(lambda: self._asked(ask))

    def passing(self) -> tuple[UUID, psutil.Process]:
        """Wait until a run is in the middle of its pass, and return it with its process."""
        run = self.wake()
        until(lambda: self.state(run).is_running())
        (process,) = [one for one in self.children() if one.environ().get("PREFECT__FLOW_RUN_ID") == str(run)]
        return run, process

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def server(self) -> psutil.Process:
        return next(one for one in self.children() if "server" in one.cmdline())

    def next_pass(self) -> None:
        run = self.wake()
        until(lambda: self.state(run).is_final())
        assert self.state(run).is_completed()

    def said(self, words: str) -> list[str]:
        """The lines with these words that it has printed."""
        text = (self.settings.home / "up.log").read_text(encoding="utf-8")
        return [line for line in text.splitlines() if words in line]

    def coming(self, before: datetime) -> None:
        """Wait until Prefect holds a run for an instant up to *before*."""
        until(lambda: self._count(before) > 0)

    def late(self) -> int:
        """How many runs whose instant has come are still to be done."""
        return self._count(utc_now())

    def _count(self, before: datetime) -> int:
        async def ask() -> list[Any]:
            from flows import deployments  # noqa: PLC0415 - see above

            async with deployments.get_client() as client:
                found = await client.read_deployment_by_name(f"track-plan/{PLAN}")
                return [await client.get_scheduled_flow_runs_for_deployments([found.id], before)]

        (runs,) = until(lambda: self._asked(ask))
        return len(runs)
