"""The flows and their deployments; the only module that imports Prefect.

Set the environment of ``srok.server.server_env`` before importing it: Prefect reads its settings at import.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from prefect import flow, get_client
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.objects import VersionInfo
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import DeploymentSort
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.runner import Runner
from prefect.runtime import flow_run
from prefect.schedules import Schedule
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.types.entrypoint import EntrypointType

from engine.clock import utc_now
from engine.errors import DeliveryError, ServerError
from engine.settings import Settings, load_settings
from flows.coming import coming_instants, plan_ids
from flows.passes import run_pass
from flows.schedules import PlanInstants, WantedSchedule, artifact_key, coming, delivery_cron, wanted_schedules

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

TAG = "srok"
_TRACK = "track-plan"
_DELIVER = "deliver"
_PAGE = 200
_REFRESH_SECONDS = 30
_RUN_LIMIT = timedelta(seconds=120)


def _run_name() -> str:
    """«lysva-2021 2.10», «lysva-2021 все меры»."""
    asked = flow_run.parameters
    return f"{asked['plan_id']} {asked.get('measure_id') or 'все меры'}"


@flow(name=_TRACK, flow_run_name=_run_name)
async def track_plan(
    plan_id: str,  # noqa: ARG001 - names the run
    measure_id: str | None = None,  # noqa: ARG001 - names the run
    now: datetime | None = None,
) -> int:
    """Track what is due in every plan, then deliver; the plan and the measure only name the run.

    Args:
        plan_id: The plan whose schedule woke the run.
        measure_id: The measure whose schedule woke it; absent in the daily run.
        now: Instead of the clock: a rehearsed day.

    Returns:
        The number of messages sent.
    """
    return await _pass(now)


@flow(name=_DELIVER)
async def deliver() -> int:
    """Do what became due since the last run: «at once» messages and repeats of failed ones."""
    return await _pass(None)


async def _pass(now: datetime | None) -> int:
    settings = load_settings()
    if now is None:
        # Measured on 3.8.8: a run begins up to 0.3 s before its instant, when nothing is due yet.
        await asyncio.sleep((flow_run.scheduled_start_time - utc_now()).total_seconds())
    in_thread(_end_with_runner)
    done = await asyncio.wrap_future(in_thread(lambda: run_pass(settings, now)))
    counts = {
        "наступило": done.due,
        "поставлено": done.queued,
        "отправлено": done.sent,
        "ждут": done.waiting,
        "не удалось": done.failed,
    }
    await acreate_table_artifact([counts], key="pass", description="Что сделал обход")
    if done.alarms:
        raise DeliveryError(f"Канал не работает: {'; '.join(done.alarms)}; сообщения ждут и уйдут позже")
    if done.failed:
        raise DeliveryError(f"Не отправлено сообщений: {done.failed}; какие и почему, покажет «srok outbox»")
    return done.sent


def _end_with_runner() -> None:
    """End this run's process when the Runner was killed: Prefect would ask for the dead server for minutes."""
    runner = os.getppid()
    while os.getppid() == runner:
        time.sleep(1)
    os._exit(1)


def in_thread(work: Callable[[], _Result]) -> Future[_Result]:
    """Start *work* in a thread that the process does not wait for.

    A run that is told to stop ends at once that way; the next pass redoes what it left.
    """
    future: Future[_Result] = Future()
    future.set_running_or_notify_cancel()  # whoever gives up waiting does not take the place of its result

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


@dataclass(frozen=True)
class Registration:
    """What a registration did: ``outcome`` is created, changed or unchanged; the slugs say where."""

    name: str
    deployment_id: UUID
    outcome: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()


class SteadyDeployment(RunnerDeployment):
    """A deployment that is written only where it differs from the server's.

    Prefect's own ``aapply`` leaves the schedules that are no longer wanted and drops every future run
    (PrefectHQ/prefect issues 19298 and 23097). The Runner watches a deployment only after calling ``aapply`` on it:
    therefore the difference is taken there.
    """

    async def aapply(self, *_: Any, **__: Any) -> UUID:
        """Register, see ``settle``."""
        return (await self.settle()).deployment_id

    async def settle(self) -> Registration:
        """Delete what is stale, then apply once if anything differs; otherwise write nothing."""
        wanted = {str(schedule.slug): schedule for schedule in self.schedules or []}
        async with get_client() as client:
            try:
                have = await client.read_deployment_by_name(self.full_name)
            except ObjectNotFound:
                return Registration(self.name, await self._write(), "created", added=tuple(wanted))
            known = {str(schedule.slug): schedule for schedule in have.schedules}
            removed = tuple(slug for slug in known if slug not in wanted)
            added = tuple(slug for slug in wanted if slug not in known)
            edited = tuple(
                slug
                for slug in wanted
                if slug in known
                and (wanted[slug].schedule, wanted[slug].parameters) != (known[slug].schedule, known[slug].parameters)
            )
            for slug in removed:
                await client.delete_deployment_schedule(have.id, known[slug].id)
        changed = bool(removed or added or edited) or self._differs(have)
        if changed:
            await self._write()
        return Registration(self.name, have.id, "changed" if changed else "unchanged", added, removed, edited)

    async def _write(self) -> UUID:
        return await super().aapply(version_info=VersionInfo(type=TAG, version=self.version or ""))

    def _differs(self, have: DeploymentResponse) -> bool:
        facts = ("description", "entrypoint", "parameters", "paused", "version", "work_pool_name")
        return any(getattr(self, fact) != getattr(have, fact) for fact in facts) or set(self.tags) != set(have.tags)


def _deployment(
    of: Any,
    name: str,
    title: str,
    wanted: dict[str, WantedSchedule],
    parameters: dict[str, str],
    *,
    pool: str | None,
    paused: bool = False,
) -> SteadyDeployment:
    schedules = [
        Schedule(rrule=one.rrule, cron=one.cron, timezone=one.timezone, parameters=dict(one.parameters), slug=slug)
        for slug, one in wanted.items()
    ]
    deployment = SteadyDeployment.from_flow(
        of,
        name,
        schedules=schedules,
        parameters=parameters,
        description=title,
        tags=[TAG, *parameters.values()],
        paused=paused,
        version="1",
        work_pool_name=pool,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(deployment, SteadyDeployment)
    return deployment


def plan_deployment(
    plan: PlanInstants, now: datetime, *, pool: str | None = None, paused: bool = False
) -> SteadyDeployment:
    """Return the deployment of a plan.

    Args:
        plan: When its measures have something to do.
        now: What is past by then may be left out.
        pool: The work pool whose workers run it; None for the Runner of `srok up`.
        paused: Its schedules make no runs (the demonstration).
    """
    wanted, parameters = wanted_schedules(plan, now), {"plan_id": plan.plan_id}
    return _deployment(track_plan, plan.plan_id, plan.title, wanted, parameters, pool=pool, paused=paused)


def deliver_deployment(
    speaking: Collection[tuple[str, int, int]], now: datetime, *, pool: str | None
) -> SteadyDeployment:
    """Return the deployment of ``deliver`` for the working hours of the plans' zones."""
    wanted = {"working-hours": WantedSchedule("UTC", {}, cron=delivery_cron(speaking, now))}
    return _deployment(deliver, _DELIVER, "Отправка каждые 15 минут рабочего времени", wanted, {}, pool=pool)


async def register(plan: PlanInstants, now: datetime, *, pool: str | None = None) -> Registration:
    """Bring the deployment of a plan to what is wanted; an unchanged plan writes nothing."""
    done = await plan_deployment(plan, now, pool=pool).settle()
    if done.outcome != "unchanged":
        await _show_coming(plan, now)
    return done


async def _show_coming(plan: PlanInstants, now: datetime) -> None:
    """Put the coming instants of a plan where Prefect's page shows them."""
    table = json.dumps(coming(plan, now), ensure_ascii=False)
    artifact = ArtifactCreate(
        key=artifact_key(plan.plan_id), type="table", description=plan.title, data=table, metadata_={}
    )
    async with get_client() as client:
        await client.create_artifact(artifact)


async def unregister(kept: Collection[str]) -> list[str]:
    """Delete the deployments of plans that are not among *kept*; return their names."""
    gone: list[DeploymentResponse] = []
    async with get_client() as client:
        page: list[DeploymentResponse] | None = None
        offset = 0
        track = FlowFilter(name=FlowFilterName(any_=[_TRACK]))
        while page is None or len(page) == _PAGE:
            page = await client.read_deployments(
                flow_filter=track, sort=DeploymentSort.NAME_ASC, limit=_PAGE, offset=offset
            )
            gone += [deployment for deployment in page if deployment.name not in kept]
            offset += _PAGE
        for deployment in gone:
            await client.delete_deployment(deployment.id)
    return sorted(deployment.name for deployment in gone)


async def register_all(settings: Settings, now: datetime) -> list[Registration]:
    """Register every plan of the store and the delivery, and delete what no longer exists."""
    plans = await asyncio.to_thread(_plans, settings)
    pool = settings.work_pool
    done = [await register(plan, now, pool=pool) for plan in plans]
    done += [await deployment.settle() for deployment in _delivery(plans, now, pool=pool)]
    await unregister([plan.plan_id for plan in plans])
    return done


def _plans(settings: Settings) -> list[PlanInstants]:
    return [coming_instants(settings, plan_id) for plan_id in plan_ids(settings)]


def _delivery(plans: Sequence[PlanInstants], now: datetime, *, pool: str | None = None) -> list[SteadyDeployment]:
    speaking = {one for plan in plans for one in plan.speaking}
    return [deliver_deployment(speaking, now, pool=pool)] if plans else []


@contextmanager
def connected(url: str, auth: str) -> Iterator[None]:
    """Talk to the server at *url* inside, whatever the environment said when Prefect was imported."""
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: auth}):
        yield


async def serve(settings: Settings, stop: threading.Event) -> None:
    """Run what the schedules ask for, and follow the plans of the store, until *stop* is set.

    Call it outside the main thread: there ``Runner.start`` would take the process's SIGTERM.
    """
    runner = Runner(name=TAG, limit=2, pause_on_shutdown=False)
    running = asyncio.create_task(runner.start())
    following = asyncio.create_task(_follow(runner, settings))
    while not stop.is_set() and not running.done():
        await asyncio.wait([running], timeout=0.5)
    following.cancel()
    if runner.started:
        await runner.astop()
    await running


async def _follow(runner: Runner, settings: Settings) -> None:
    """Hand new and changed plans to the runner: at the start, and after each ``srok sync`` beside it."""
    known: dict[str, SteadyDeployment] = {}
    while True:
        try:
            known = await _refresh(runner, settings, known)
        except Exception as error:  # noqa: BLE001 - the server may just be restarting; the next round tries again
            _log.warning("Расписания не обновлены, повтор через %s с: %s", _REFRESH_SECONDS, error)
        await asyncio.sleep(_REFRESH_SECONDS)


async def _refresh(
    runner: Runner, settings: Settings, known: dict[str, SteadyDeployment]
) -> dict[str, SteadyDeployment]:
    now = utc_now()
    plans = await asyncio.to_thread(_plans, settings)
    deployments = [plan_deployment(plan, now) for plan in plans]
    shown = {deployment.full_name: plan for deployment, plan in zip(deployments, plans, strict=True)}
    wanted = {deployment.full_name: deployment for deployment in [*deployments, *_delivery(plans, now)]}
    for name, deployment in list(wanted.items()):
        try:
            if known.get(name) != deployment:
                await runner.aadd_deployment(deployment)
                if name in shown:
                    await _show_coming(shown[name], now)
        except Exception as error:  # noqa: BLE001 - one plan does not stop the others; the next round tries it again
            _log.warning("План %s не зарегистрирован, повтор через %s с: %s", name, _REFRESH_SECONDS, error)
            del wanted[name]
    if known.keys() != wanted.keys():
        await unregister([plan.plan_id for plan in plans])
    return wanted


@dataclass(frozen=True)
class FinishedRun:
    """A flow run that came to its end: ``state`` is Prefect's name, «Completed» when all went well."""

    name: str
    state: str


async def run_now(settings: Settings, plans: Sequence[str], now: datetime) -> list[FinishedRun]:
    """Register *plans* with their schedules at rest, run each once as of *now*, wait for the ends.

    Raises:
        ServerError: A run has not ended after two minutes.
    """
    runner = Runner(name=TAG, limit=2, query_seconds=1, pause_on_shutdown=False)
    asked: list[UUID] = []
    async with get_client() as client:
        for plan_id in plans:
            plan = await asyncio.to_thread(coming_instants, settings, plan_id)
            deployment_id = await runner.aadd_deployment(plan_deployment(plan, now, paused=True))
            parameters = {"plan_id": plan_id, "now": now.isoformat()}
            run = await client.create_flow_run_from_deployment(deployment_id, parameters=parameters)
            asked.append(run.id)
        running = asyncio.create_task(runner.start())
        try:
            async with asyncio.timeout(_RUN_LIMIT.total_seconds()):
                return [await _finished(client, run_id) for run_id in asked]
        except TimeoutError as error:
            raise ServerError("Запуски не закончились за две минуты: повторите, когда компьютер менее занят") from error
        finally:
            await runner.astop()
            await running


async def _finished(client: Any, run_id: UUID) -> FinishedRun:
    while True:
        run = await client.read_flow_run(run_id)
        if run.state and run.state.is_final():
            return FinishedRun(run.name, run.state.name)
        await asyncio.sleep(0.5)
