"""The state machine: who may do what with an assignment in which state, as a table, and the function that does it.

The table is notes/domain.md A4 with DESIGN.md 5; docs/states.md prints it. Days are local days of the municipality.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from engine.assignment import OPEN, RUSSIAN, WORKING, Assignment, Outcome, State, term
from engine.errors import TransitionError
from engine.occurrence import Occurrence
from engine.yaml_text import YEARS


class Right(StrEnum):
    """In what quality a person acts on an assignment."""

    EXECUTOR = "executor"
    CONTROLLER = "controller"
    ISSUER = "issuer"


class Deed(StrEnum):
    """What a person does with an assignment."""

    START = "start"
    REPORT = "report"
    INTERIM = "interim"
    ACCEPT = "accept"
    RETURN = "return"
    CLOSE_NOT_DONE = "close-not-done"
    NOT_TRIGGERED = "not-triggered"
    REOPEN = "reopen"
    ASK = "extension-asked"
    GRANT = "extension-granted"
    REFUSE = "extension-refused"
    CANCEL = "cancel"
    SUPERSEDE = "supersede"


class Need(StrEnum):
    """What has to be said with a deed."""

    REASON = "reason"
    BASIS = "basis"
    UNTIL = "until"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states, to which (None: the state stays), by whom, and what has to be said with it."""

    sources: frozenset[State]
    target: State | None
    by: frozenset[Right]
    needs: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """What was said with a deed.

    Attributes:
        day: Local day of the deed; of a report: the day it was received.
        until: The day an extension is asked or granted to.
        by: Who does it (id).
        reason: Why.
        basis: The document that decides; for an extension an oral decision may be noted.
    """

    day: date
    until: date | None = None
    reason: str | None = None
    basis: str | None = None
    by: str | None = None


_EXECUTOR = frozenset({Right.EXECUTOR})
_REPORTS = _EXECUTOR | {Right.CONTROLLER}
_ACCEPTS = frozenset({Right.CONTROLLER, Right.ISSUER})
_CONTROLLER = frozenset({Right.CONTROLLER})
_ISSUER = frozenset({Right.ISSUER})
_ENDED = frozenset({State.CLOSED, State.NOT_TRIGGERED})
_WHY = frozenset({Need.REASON})
_BY_DOCUMENT = frozenset({Need.BASIS})
TRANSITIONS = {
    Deed.START: Transition(WORKING - {State.IN_PROGRESS}, State.IN_PROGRESS, _EXECUTOR),
    Deed.REPORT: Transition(WORKING, State.REPORTED, _REPORTS),
    Deed.INTERIM: Transition(WORKING, None, _REPORTS),
    Deed.ACCEPT: Transition(frozenset({State.REPORTED}), State.CLOSED, _ACCEPTS),
    Deed.RETURN: Transition(frozenset({State.REPORTED}), State.RETURNED, _ACCEPTS, _WHY),
    Deed.CLOSE_NOT_DONE: Transition(OPEN, State.CLOSED, _CONTROLLER, _WHY),
    Deed.NOT_TRIGGERED: Transition(WORKING - {State.RETURNED}, State.NOT_TRIGGERED, _CONTROLLER, _WHY),
    Deed.REOPEN: Transition(_ENDED, State.IN_PROGRESS, _ACCEPTS, _WHY),
    Deed.ASK: Transition(WORKING, None, _EXECUTOR, _WHY | {Need.UNTIL}),
    Deed.GRANT: Transition(WORKING, None, _ISSUER, _BY_DOCUMENT | {Need.UNTIL}),
    Deed.REFUSE: Transition(OPEN, None, _ISSUER, _WHY),
    Deed.CANCEL: Transition(OPEN, State.CANCELLED, _ISSUER, _BY_DOCUMENT),
    Deed.SUPERSEDE: Transition(OPEN, State.SUPERSEDED, _ISSUER, _BY_DOCUMENT),
}
DEED_RUSSIAN = {
    Deed.START: "взять в работу",
    Deed.REPORT: "отчитаться",
    Deed.INTERIM: "дать промежуточную информацию",
    Deed.ACCEPT: "принять отчёт",
    Deed.RETURN: "вернуть отчёт",
    Deed.CLOSE_NOT_DONE: "закрыть как не исполненное",
    Deed.NOT_TRIGGERED: "снять: основание не наступило",
    Deed.REOPEN: "возобновить",
    Deed.ASK: "попросить о продлении",
    Deed.GRANT: "продлить",
    Deed.REFUSE: "отказать в продлении",
    Deed.CANCEL: "отменить",
    Deed.SUPERSEDE: "заменить другим",
}
RIGHT_RUSSIAN = {
    Right.EXECUTOR: "исполнитель",
    Right.CONTROLLER: "контролёр",
    Right.ISSUER: "давший поручение",
}
_MISSING = {
    Need.REASON: "без причины: укажите --reason",
    Need.BASIS: "без документа: укажите --basis «вид, № и дата»",
    Need.UNTIL: "без дня: укажите --until",
}


def performed(
    one: Assignment, occurrence: Occurrence, deed: Deed, rights: Iterable[Right], said: Said, now: datetime
) -> Assignment:
    """Return *one* after *deed*, or refuse; nothing but the assignment is changed, the first due day least of all.

    Args:
        one: As it stands.
        occurrence: Its occurrence, whose due day decides on time or late.
        deed: What is done.
        rights: In what qualities the person may act here.
        said: What belongs to the deed.
        now: The instant of it.

    Raises:
        TransitionError: The state, the person or something not said forbids it.
    """
    rule = TRANSITIONS[deed]
    if one.state not in rule.sources or occurrence.cancelled:
        raise _refused(deed, f": поручение в состоянии «{RUSSIAN[one.state]}»")
    may = set(rights)
    if rule.by == _ACCEPTS and Right.EXECUTOR in may:
        may.discard(Right.ISSUER)  # nobody accepts his own work; a controller in self-control comes as controller
    if not rule.by & may:
        raise _refused(deed, f": это делает {' или '.join(sorted(RIGHT_RUSSIAN[right] for right in rule.by))}")
    if deed is Deed.GRANT and said.until is None:
        said = replace(said, until=one.asked_until)
    for need in sorted(rule.needs):
        value = getattr(said, need.value)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise _refused(deed, f" {_MISSING[need]}")
    if deed is Deed.REPORT:
        one = replace(one, reported_by=said.by if Right.EXECUTOR in may else None)
    return _changed(replace(one, state=rule.target or one.state), occurrence, deed, said, now)


def _changed(one: Assignment, occurrence: Occurrence, deed: Deed, said: Said, now: datetime) -> Assignment:
    """Return *one*, already in its new state, with the facts of the deed."""
    match deed:
        case Deed.REPORT:
            return replace(one, reported_on=said.day, reports=one.reports + 1)
        case Deed.INTERIM:
            return replace(one, interim_on=max(said.day, one.interim_on or said.day))
        case Deed.ACCEPT:
            return replace(one, outcome=_outcome(one, occurrence), asked_until=None)
        case Deed.CLOSE_NOT_DONE:
            return replace(one, outcome=Outcome.NOT_DONE, asked_until=None)
        case Deed.NOT_TRIGGERED:
            return replace(one, asked_until=None)
        case Deed.REOPEN:
            return replace(one, outcome=None, reported_on=None, told_at=now)
        case Deed.CANCEL | Deed.SUPERSEDE:
            return replace(one, ended_by=said.basis, asked_until=None)
        case Deed.ASK | Deed.GRANT | Deed.REFUSE:
            return _extended(one, occurrence, deed, said, now)
    return one


def _extended(one: Assignment, occurrence: Occurrence, deed: Deed, said: Said, now: datetime) -> Assignment:
    if deed is Deed.REFUSE:
        if one.asked_until is None:
            raise _refused(deed, ": о продлении никто не просил")
        return replace(one, asked_until=None)
    _check_later(one, occurrence, deed, said)
    if deed is Deed.GRANT:
        return replace(one, extended_to=said.until, extensions=one.extensions + 1, asked_until=None, told_at=now)
    if one.asked_until is not None:
        raise _refused(deed, f": просьба до {one.asked_until:%d.%m.%Y} уже ждёт решения")
    return replace(one, asked_until=said.until)


def _check_later(one: Assignment, occurrence: Occurrence, deed: Deed, said: Said) -> None:
    """An extension moves a day that is there to a later one that is not over."""
    due = term(occurrence, one).due_on
    assert said.until is not None
    if due is None:
        raise _refused(deed, f": срока ещё нет ({occurrence.awaiting})")
    if said.until <= due:
        raise _refused(deed, f" до {said.until:%d.%m.%Y}: срок и так {due:%d.%m.%Y}")
    if not YEARS[0] <= said.until.year <= YEARS[1]:
        raise _refused(deed, f" до {said.until:%d.%m.%Y}: год вне {YEARS[0]}–{YEARS[1]}")
    if said.until < said.day:
        raise _refused(deed, f" до {said.until:%d.%m.%Y}: этот день прошёл")


def _refused(deed: Deed, why: str) -> TransitionError:
    return TransitionError(f"нельзя «{DEED_RUSSIAN[deed]}»{why}")


def _outcome(one: Assignment, occurrence: Occurrence) -> Outcome:
    due = term(occurrence, one).due_on
    if due is None or one.reported_on is None:
        return Outcome.DONE
    return Outcome.ON_TIME if one.reported_on <= due else Outcome.LATE
