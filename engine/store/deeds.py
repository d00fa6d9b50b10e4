"""What people do with assignments: each deed is journalled and told in the transaction that does it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from engine.assignment import RUSSIAN, Action, Assignment, Case, term
from engine.carrying import KNOWN
from engine.errors import NotFoundError, TransitionError
from engine.escalation import told
from engine.office import Office
from engine.store import queries
from engine.store.models import AssignmentRow, OccurrenceRow
from engine.store.sync import look_again
from engine.transition import DEED_RUSSIAN, TRANSITIONS, Deed, Right, Said, performed

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Target:
    """Which assignment is meant: a measure, and what narrows it down; `responsible` is a role, a person or its key."""

    measure: str
    occurrence: int | None = None
    school: str | None = None
    responsible: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """A deed with what belongs to it.

    Attributes:
        by: Person id; None: the one whose deed it is, entered by the operator for them.
        day: Local day of the deed, or on which a report was received; None: the day of *now* in the plan's zone.
        text: What was done, in words.
        evidence: A document's kind, № and date, or a link.
        basis: The document that decides.
        until: The day an extension is asked or granted to.
    """

    deed: Deed
    by: str | None
    day: date | None
    account: str
    reason: str | None = None
    text: str | None = None
    evidence: str | None = None
    basis: str | None = None
    until: date | None = None


def perform(session: Session, office: Office, target: Target, act: Act, now: datetime) -> Assignment:
    """Do *act* on the assignment that *target* means and tell whom it concerns.

    Raises:
        NotFoundError: No such measure, occurrence, school or person, or several assignments fit.
        TransitionError: The table of states, the person's rights or missing evidence forbid it.
    """
    day = _day(office, act, now)
    case, before = _chosen(_candidates(session, office, target), office, act, now.astimezone(office.zone).date())
    return _done(session, office, case, before, act, day, now)


def perform_on_all(session: Session, office: Office, target: Target, act: Act, now: datetime) -> list[Assignment]:
    """Do *act* on every assignment of the earliest term that *target* means and the deed fits: all schools at once.

    Raises:
        NotFoundError: No such measure, occurrence, school or person.
        TransitionError: It is forbidden on one of them: then on all.
    """
    day = _day(office, act, now)
    fitting = _fitting(_candidates(session, office, target), act)
    case = fitting[0][0]
    done = []
    for _, one in [found for found in fitting if found[0].occurrence.key == case.occurrence.key]:
        after = _done(session, office, case, one, act, day, now)
        case = _with(case, after)
        done.append(after)
    return done


def take_on_control(session: Session, office: Office, case: Case, by: str | None, account: str, now: datetime) -> None:
    """Begin the ladder of a term that was due before the plan's first sync: the controller wants it done.

    Raises:
        NotFoundError: The directory does not know the person.
        TransitionError: The person does not control the measure.
    """
    day = now.astimezone(office.zone).date()
    controller = office.controller(case.measure)
    person = office.directory.holder(by) if by else None
    if by and person is None:
        raise NotFoundError(f"человека «{by}» нет в справочнике людей")
    if person and not office.rights(person.id, case.assignments[0], case, day) & {Right.CONTROLLER, Right.ISSUER}:
        raise TransitionError("нельзя «поставить на контроль»: это делает давший поручение или контролёр")
    row = session.get(OccurrenceRow, case.occurrence.key)
    assert row is not None
    row.to_reconcile = False
    row.next_action_at = look_again(replace(case, occurrence=row.to_occurrence()), office, now)
    queries.journal(
        session, now, who=person.id if person else controller or "", account=account, deed="control",
        plan_id=row.plan_id, subject=row.key, entered_for=person is None,
    )  # fmt: skip


def _day(office: Office, act: Act, now: datetime) -> date:
    """Return the local day of the deed, or refuse it."""
    plan, today = office.roadmap.plan, now.astimezone(office.zone).date()
    first = min(plan.horizon.start, plan.order.date) if plan.order else plan.horizon.start
    day = act.day or today
    if day > today:
        raise TransitionError(f"день {day:%d.%m.%Y} ещё не наступил: укажите --on не позже сегодняшнего")
    if act.by is not None and office.directory.holder(act.by) is None:
        raise NotFoundError(f"человека «{act.by}» нет в справочнике людей")
    if act.day is not None and act.day < first:
        raise TransitionError(f"день {act.day:%d.%m.%Y} раньше первого дня плана ({first:%d.%m.%Y}): проверьте --on")
    return day


def _done(
    session: Session, office: Office, case: Case, before: Assignment, act: Act, day: date, now: datetime
) -> Assignment:
    """Do *act* on one assignment: the row, the journal and the messages, or none of them."""
    today = now.astimezone(office.zone).date()
    who = _actor(office, case, before, act, today)
    rights = office.rights(who, before, case, today) if who else set()
    if act.by is not None and day < today and Right.EXECUTOR in rights:
        raise TransitionError("задним числом исполнитель не отчитывается сам: день получения вносят за него (без --by)")
    said = Said(day, act.until, act.reason, act.basis, who)
    after = performed(before, case.occurrence, act.deed, rights, said, now)
    _check_evidence(case, act)
    row, occurrence = session.get(AssignmentRow, before.key), session.get(OccurrenceRow, case.occurrence.key)
    assert row is not None
    assert occurrence is not None
    row.take(after, now)
    if act.deed not in UNSEEN:
        occurrence.restate(now)
    if act.deed in {Deed.GRANT, Deed.REOPEN}:
        occurrence.to_reconcile = False  # a person wants it done: the ladder begins
    number = queries.journal(
        session, now, who=who or "", account=act.account, deed=act.deed.value, plan_id=case.occurrence.plan,
        subject=after.key, day=day, entered_for=act.by is None, state=after.state.value, outcome=after.outcome,
        **_facts(act, case, before, after),
    )  # fmt: skip
    left = replace(_with(case, after), occurrence=occurrence.to_occurrence())
    heard = before.state in KNOWN or any(key.startswith(f"{before.key}|") for key in _sent(session, occurrence.key))
    queries.enqueue(session, _messages(act.deed, number, left, after, office, now, heard=heard), now)
    sent = _sent(session, occurrence.key)
    occurrence.next_action_at = look_again(left, office, now, sent)
    return after


def _sent(session: Session, key: str) -> set[str]:
    return queries.sent_keys(session, [key])[key]


def _facts(act: Act, case: Case, before: Assignment, after: Assignment) -> dict[str, Any]:
    """Return what was said with a deed, and from which day to which it moved the term."""
    facts: dict[str, Any] = {"reason": act.reason, "text": act.text, "evidence": act.evidence, "basis": act.basis}
    if act.deed is Deed.ASK:
        facts["until"] = after.asked_until
    if act.deed is Deed.GRANT:
        facts |= {"before": term(case.occurrence, before).due_on, "after": term(case.occurrence, after).due_on}
    return {name: value for name, value in facts.items() if value is not None}


def _with(case: Case, after: Assignment) -> Case:
    return replace(case, assignments=[after if one.key == after.key else one for one in case.assignments])


def _candidates(session: Session, office: Office, target: Target) -> list[tuple[Case, Assignment]]:
    plan_id = office.roadmap.plan.id
    known = queries.measures(office.roadmap)
    query = (
        select(OccurrenceRow)
        .where(
            OccurrenceRow.plan_id == plan_id,
            OccurrenceRow.measure_id == target.measure,
            col(OccurrenceRow.cancelled).is_(False),
        )
        .order_by(col(OccurrenceRow.key))
        .with_for_update()
    )  # who comes second reads what the first has done
    rows = sorted(session.exec(query), key=lambda row: (row.due_on or date.max, row.n))
    if not rows:
        raise NotFoundError(_no_measure(office, target.measure))
    if target.occurrence is not None:
        rows = [row for row in rows if row.n == target.occurrence]
    found = [(case, one) for case in queries.cases(session, rows, {plan_id: known}) for one in case.assignments]
    if target.school is not None:
        found = [
            (case, one)
            for case, one in found
            if target.school in {one.school, office.directory.school_name(one.school)}
        ]
    if target.responsible is not None:
        entry = office.directory.find(target.responsible)
        meant = {target.responsible, getattr(entry, "id", None)}
        found = [(case, one) for case, one in found if meant & {one.reference, one.person, one.title, one.key}]
    if not found:
        raise NotFoundError("такого поручения нет: проверьте --occurrence, --school и --responsible")
    return found


def _no_measure(office: Office, name: str) -> str:
    """Say that there is no such measure, and which one has this № in the document now."""
    plan_id = office.roadmap.plan.id
    named = [f"{plan_id}/{one.id}" for one in office.roadmap.tracked() if office.roadmap.label(one) == name != one.id]
    also = f"; № {name} в плане теперь у мероприятия {', '.join(named)}" if named else ""
    return f"мероприятия «{name}» нет в плане «{plan_id}» или оно снято: см. srok status{also}"


def _fitting(found: Sequence[tuple[Case, Assignment]], act: Act) -> list[tuple[Case, Assignment]]:
    """Return those whose state the deed fits.

    Raises:
        TransitionError: There is none.
    """
    fitting = [(case, one) for case, one in found if one.state in TRANSITIONS[act.deed].sources]
    if not fitting:
        state = RUSSIAN[found[0][1].state]
        raise TransitionError(f"нельзя «{DEED_RUSSIAN[act.deed]}»: поручение в состоянии «{state}»")
    return fitting


def _chosen(found: Sequence[tuple[Case, Assignment]], office: Office, act: Act, day: date) -> tuple[Case, Assignment]:
    """Return the assignment meant: of those the deed fits and the person may act on, the one of the earliest term."""
    fitting = _fitting(found, act)
    if act.by is not None:
        person = office.directory.holder(act.by)
        assert person is not None
        rule = TRANSITIONS[act.deed].by
        allowed = [(case, one) for case, one in fitting if office.rights(person.id, one, case, day) & rule]
        own = [(case, one) for case, one in allowed if Right.EXECUTOR in office.rights(person.id, one, case, day)]
        fitting = (own if Right.EXECUTOR in rule else allowed) or allowed or fitting
    first = fitting[0][0].occurrence.key
    same = [(case, one) for case, one in fitting if case.occurrence.key == first]
    if len(same) > 1 and act.by is None:
        same = [(case, one) for case, one in same if one.lead and one.school is None] or same
    if len(same) > 1:
        names = [
            f"{one.title}{f' ({office.directory.school_name(one.school)})' if one.school else ''}" for _, one in same
        ]
        shown = "; ".join(names[:SHOWN]) + ("; …" if len(names) > SHOWN else "")
        raise NotFoundError(f"подходит несколько поручений: {shown}; уточните --school или --responsible")
    return same[0]


def _actor(office: Office, case: Case, one: Assignment, act: Act, day: date) -> str | None:
    if act.by is not None:
        person = office.directory.holder(act.by)
        return person.id if person else None
    by = TRANSITIONS[act.deed].by
    if Right.EXECUTOR in by:
        return office.executor(one, case.measure)
    if Right.CONTROLLER in by:
        return office.acceptor(one, case, day)
    issuer = office.directory.holder(office.roadmap.plan.issuer)
    if issuer is None:
        raise TransitionError(
            f"нельзя «{DEED_RUSSIAN[act.deed]}»: это делает давший поручение, а в плане он не назван: впишите issuer"
        )
    return issuer.id


def _check_evidence(case: Case, act: Act) -> None:
    """Refuse a report that says nothing, or has no proof where the measure prescribes one."""
    asked = case.measure.evidence
    if act.deed is Deed.REPORT and asked is not None and asked.required and not (act.evidence or "").strip():
        raise TransitionError(
            f"отчёт принимается с подтверждением ({asked.kinds}): укажите --evidence «вид, № и дата» или ссылку"
        )
    if act.deed in {Deed.REPORT, Deed.INTERIM} and not f"{act.text or ''}{act.evidence or ''}".strip():
        raise TransitionError("скажите, что сделано: укажите --text, а если есть документ или ссылка, то --evidence")


def _messages(
    deed: Deed, number: int, case: Case, one: Assignment, office: Office, now: datetime, *, heard: bool
) -> list[Action]:
    """Return what a deed tells at once; *number* is its row in the journal, by which a message is told once only.

    That something is off is told to who has *heard* of it.
    """
    if deed is Deed.REPORT:
        acceptor = office.acceptor(one, case, now.astimezone(office.zone).date())
        return told("reported", one.reports, case, one, acceptor, office, now)
    executor = office.executor(one, case.measure)
    if deed is Deed.RETURN:
        return told("returned", one.reports, case, one, executor, office, now)
    if deed is Deed.ASK:
        issuer = office.directory.holder(office.roadmap.plan.issuer)
        return told("asked", number, case, one, issuer.id if issuer else office.head(), office, now)
    kind = TOLD_TO_EXECUTOR.get(deed)
    if kind is None or (kind == "cancelled" and not heard):
        return []
    return told(kind, number, case, one, executor, office, now)


UNSEEN = frozenset({Deed.START, Deed.INTERIM, Deed.ASK, Deed.REFUSE})
"""Deeds that change nothing of what calendars show."""
TOLD_TO_EXECUTOR = {
    Deed.REOPEN: "reopened",
    Deed.GRANT: "extended",
    Deed.REFUSE: "refused",
    Deed.NOT_TRIGGERED: "cancelled",
    Deed.CANCEL: "cancelled",
    Deed.SUPERSEDE: "cancelled",
}
