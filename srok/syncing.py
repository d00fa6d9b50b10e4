"""`srok sync`: plan files into the store, all or nothing, and into Prefect where it runs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from engine.calendar import WorkCalendar
from engine.errors import Level, PlanError
from engine.occurrence import Change
from engine.office import Office
from engine.settings import Settings
from engine.store import queries
from engine.store.accounts import with_accounts
from engine.store.installation import open_store
from engine.store.sync import SyncReport, sync_plan
from srok.inputs import read_inputs
from srok.next_steps import UP, say_next
from srok.progress import doing
from srok.screens import console, print_problems
from srok.server import running_server

_CHANGES = {
    Change.NEW: "новых сроков",
    Change.DATED: "получили дату",
    Change.MOVED: "перенесено",
    Change.RELEASED: "снова ждут даты",
    Change.KEPT: "оставлено по-старому",
    Change.CANCELLED: "снято",
    Change.RESTORED: "возвращено в план",
}


def sync_files(paths: Iterable[Path], settings: Settings, now: datetime, account: str) -> None:
    """Read and store plans.

    Raises:
        PlanError: Something is structurally broken, people included: nothing at all was stored.
    """
    inputs = read_inputs(paths, settings, real_people=True)
    if settings.owner is not None and inputs.found and settings.owner not in inputs.directory.people:
        console().print(
            f"Ответственного за установку «{settings.owner}» (owner) нет в справочнике людей: исправьте srok.toml"
        )
    if inputs.errors:
        print_problems(inputs)
        raise PlanError(f"ничего не внесено: исправьте ошибки ({len(inputs.errors)}) и повторите")
    with (
        doing(f"Вносим планы: {len(inputs.plans)}"),
        open_store(settings, create=True) as store,
        store.writing() as session,
    ):
        for plan_id in sorted(one.plan.id for one in inputs.plans.values()):
            queries.hold_plan(session, plan_id)
        people = with_accounts(session, inputs.directory)
        reports = [
            sync_plan(session, Office(one, people, WorkCalendar(one.rules), settings.owner), file, now, "", account)
            for file, one in inputs.plans.items()
        ]
    for report in reports:
        print_changes(report)
    findings = sum(one.level is Level.FINDING for one in inputs.problems)
    if findings:
        console().print(f"Замечаний: {findings}; их покажет srok check.")


def print_what_follows(settings: Settings) -> None:
    """Say what to do after a sync: nothing but look, where `srok up` runs on this home."""
    running = running_server(settings.home) is not None
    say_next("srok up работает и напоминает сам; положение дел: srok status" if running else UP)


def print_changes(report: SyncReport) -> None:
    """Print what a sync or an event did to a plan, and the remarks it left."""
    told = ", ".join(
        f"{word}: {len(report.changes[change])}" for change, word in _CHANGES.items() if report.changes[change]
    )
    others = f"изменено поручений: {report.assignments}" if report.assignments else ""
    out = console()
    out.print(f"{report.plan_id}: {', '.join(one for one in (told, others) if one) or 'без изменений'}")
    if report.to_reconcile:
        out.print(
            f"  прошли до внесения плана: {report.to_reconcile}; напоминаний по ним нет, см. «Сверить» в srok status"
        )
    for change in (Change.DATED, Change.MOVED, Change.RELEASED, Change.CANCELLED, Change.RESTORED):
        for key in report.changes[change]:
            out.print(f"  {_CHANGES[change]}: {key}{_days(*report.days.get(key, (None, None)))}")
    if report.told:
        out.print(f"  сообщим: {len(report.told)} чел. ({', '.join(sorted(report.told))})")
    for measure, remark in report.remarks:
        out.print(f"  № {measure}: {remark}")


def _days(before: date | None, after: date | None) -> str:
    """Write the due days before and after as «: 17.05.2024 → 24.05.2024»; nothing where there was none."""
    if before is None and after is None:
        return ""
    if before == after or before is None or after is None:
        day = after or before
        return f": срок {'был ' if after is None else ''}{day:%d.%m.%Y}"
    return f": {before:%d.%m.%Y} → {after:%d.%m.%Y}"


def register_schedules(settings: Settings, now: datetime) -> None:
    """Bring the schedules of all plans to Prefect where `srok up` runs on this home; else `up` does so at its start."""
    from srok.up import sync_schedules  # noqa: PLC0415 - it is asked for only after a change

    for one in sync_schedules(settings, now) or ():
        if one.outcome != "unchanged":
            counts = f"новых {len(one.added)}, изменено {len(one.edited)}, снято {len(one.removed)}"
            console().print(f"Prefect, {one.name}: расписаний {counts}")
