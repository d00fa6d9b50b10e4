"""`srok reconcile`: the one list of what was due before the plan was first synced, and the controller's word on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session

from engine.assignment import Case, is_complete
from engine.clock import utc_now
from engine.errors import NotFoundError
from engine.office import Office
from engine.report import short
from engine.settings import Settings
from engine.store import queries
from engine.store.deeds import Act, Target, perform_on_all, take_on_control
from engine.store.installation import load_people, open_store
from engine.transition import Deed
from srok.doing import writing
from srok.screens import console, table


class Verdict(StrEnum):
    """What the controller says of an old term, in the order of the command's options."""

    DONE = "done"
    NOT_DONE = "not-done"
    CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Decision:
    """The controller's word; ``day`` is that of the report, ``text`` and ``evidence`` what it says.

    Of a measure with several old terms ``occurrence`` names the one meant, or ``on_all`` means all.
    """

    verdict: Verdict
    by: str | None
    day: date | None
    account: str
    reason: str | None = None
    text: str | None = None
    evidence: str | None = None
    occurrence: int | None = None
    on_all: bool = False


def print_list(settings: Settings, plan_id: str) -> None:
    """Print what waits to be reconciled in a plan, in the order of the days."""
    directory = load_people(settings)
    with open_store(settings) as store, store.reading() as session:
        office = queries.office(queries.plan(session, plan_id), directory, settings.owner)
        found = _waiting(session, office)
    out = console()
    if not found:
        out.print(f"{plan_id}: сверять нечего.")
        return
    rows = [
        (
            f"№ {case.occurrence.measure}",
            short(case.measure.title),
            f"{case.occurrence.due_on:%d.%m.%Y}",
            ", ".join(dict.fromkeys(one.title for one in case.assignments if one.blocking)),
            f"наступление {case.occurrence.n}",
        )
        for case in found
    ]
    headers = ("№", "Мероприятие", "Срок был", "Кто", "")
    table(out, f"{plan_id}: срок прошёл до внесения плана — {len(found)}", headers, rows)
    out.print(
        "Решает контролёр: srok reconcile ПЛАН № … --done --on ДЕНЬ --text «что сделано», --not-done --reason «почему» "
        "или --control (исполнить ещё нужно)."
    )


def decide(settings: Settings, plan_id: str, measures: list[str], decision: Decision) -> list[str]:
    """Do what was decided on the old terms of *measures*, all or nothing, and say so.

    Raises:
        NotFoundError: A measure is not among them, or it has several old terms and none is named.
    """
    now = utc_now()
    with writing(settings, plan_id) as (session, office):
        found = _waiting(session, office)
        for measure in measures:
            if measure not in {case.occurrence.measure for case in found}:
                raise NotFoundError(f"«{measure}» нет среди того, что сверяется в плане «{plan_id}»: см. список без №")
        chosen = [
            case
            for case in found
            if case.occurrence.measure in measures and decision.occurrence in {None, case.occurrence.n}
        ]
        several = [one for one, n in Counter(case.occurrence.measure for case in chosen).items() if n > 1]
        if several and not decision.on_all:
            raise NotFoundError(
                f"у мероприятия «{several[0]}» старых сроков несколько: укажите --occurrence (№ наступления) или --all"
            )
        if not chosen:
            raise NotFoundError(f"наступления {decision.occurrence} среди того, что сверяется, нет: см. список без №")
        for case in chosen:
            _decide(session, office, case, decision, now)
    return [
        f"Внесено: {plan_id}/{case.occurrence.measure}, срок {case.occurrence.due_on:%d.%m.%Y} — "
        f"{WORDS[decision.verdict]}."
        for case in chosen
    ]


WORDS = {
    Verdict.DONE: "исполнено, отчёт принят",
    Verdict.NOT_DONE: "закрыто как не исполненное",
    Verdict.CONTROL: "поставлено на контроль: исполнителю и контролёру будет сообщено",
}


def _decide(session: Session, office: Office, case: Case, decision: Decision, now: datetime) -> None:
    target = Target(case.occurrence.measure, case.occurrence.n)
    if decision.verdict is Verdict.CONTROL:
        take_on_control(session, office, case, decision.by, decision.account, now)
        return
    if decision.verdict is Verdict.DONE:
        report = Act(Deed.REPORT, None, decision.day, decision.account, text=decision.text, evidence=decision.evidence)
        perform_on_all(session, office, target, report, now)
        perform_on_all(session, office, target, Act(Deed.ACCEPT, decision.by, None, decision.account), now)
        return
    act = Act(Deed.CLOSE_NOT_DONE, decision.by, None, decision.account, reason=decision.reason)
    perform_on_all(session, office, target, act, now)


def _waiting(session: Session, office: Office) -> list[Case]:
    plan_id = office.roadmap.plan.id
    rows = [one for one in queries.occurrences(session, plan_id) if one.to_reconcile and not one.cancelled]
    cases = queries.cases(session, rows, {plan_id: queries.measures(office.roadmap)})
    left = [case for case in cases if not is_complete(case.assignments)]
    return sorted(left, key=lambda case: (case.occurrence.due_on or date.max, case.occurrence.key))
