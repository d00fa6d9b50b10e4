"""What a recipient answers by a link or a button: the page and the messengers' buttons share it.

A link carries no right of its own: whoever it was sent to may do by it what they may do at this moment, and nothing
once they may not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from types import MappingProxyType

from sqlmodel import Session, col, func, select

from engine.assignment import RUSSIAN, Assignment, Case, State, term
from engine.errors import NotFoundError, TransitionError
from engine.office import Office
from engine.people import Directory, Person
from engine.store import queries
from engine.store.deeds import Act, Target, perform
from engine.store.models import ActionLinkRow, AssignmentRow, ItemRow, JournalRow, OccurrenceRow, PlanRow
from engine.transition import TRANSITIONS, Deed, Right
from notifiers.envelope import one_line

LETTERS: Mapping[str, Deed] = MappingProxyType({
    "s": Deed.START, "r": Deed.REPORT, "i": Deed.INTERIM, "e": Deed.ASK,
    "a": Deed.ACCEPT, "b": Deed.RETURN, "g": Deed.GRANT, "f": Deed.REFUSE,
})  # fmt: skip
"""Deeds that can be done by a link, by the letter that stands for them behind the token of a button."""
LIMITS = MappingProxyType({"text": 4000, "evidence": 500, "reason": 2000, "basis": 300})
"""Letters of what is said at most."""
_NAMES = {"text": "что сделано", "evidence": "подтверждение", "reason": "причину", "basis": "документ"}
_BY_REPORT = frozenset({"reported", "stalled"})
"""Kinds of messages about one report, the number of which is the ordinal in their key."""
_EXECUTORS = frozenset({Deed.START, Deed.REPORT, Deed.INTERIM, Deed.ASK})
_REVIEW = frozenset({Deed.ACCEPT, Deed.RETURN})
UNCHANGED = "Ничего не изменено"
"""How an answer begins that came to nothing."""
DONE = {
    Deed.START: "Отмечено: взято в работу.",
    Deed.REPORT: "Отчёт записан и отправлен на проверку.",
    Deed.INTERIM: "Промежуточная информация записана. Поручение остаётся в работе.",
    Deed.ASK: "Просьба о продлении передана тому, кто дал поручение.",
    Deed.ACCEPT: "Отчёт принят, поручение закрыто.",
    Deed.RETURN: "Отчёт возвращён исполнителю, причина ему сообщена.",
    Deed.GRANT: "Срок продлён, исполнителю сообщено.",
    Deed.REFUSE: "В продлении отказано, исполнителю сообщено.",
}


@dataclass(frozen=True, slots=True)
class Answerable:
    """What a link is about as things stand, and what its holder may do now.

    Attributes:
        assignment: None for a roll-up, which is about all who answer for the occurrence.
        deeds: In the order in which they are offered; none where nothing may be done any more.
        rights: In what qualities the person stands to the assignment today.
        seen: Fingerprint of the state; an answer given to another one changes nothing.
    """

    link: int
    item: ItemRow
    case: Case
    assignment: Assignment | None
    person: Person
    office: Office
    deeds: tuple[Deed, ...]
    rights: frozenset[Right]
    seen: str


def open_link(
    session: Session, directory: Directory, owner: str | None, link_id: int, now: datetime
) -> Answerable | None:
    """Return what a link is about; None where there is no such link, it is over, or its person is not known any more.

    Args:
        session: Reading is enough.
        directory: Of the installation, linked accounts included.
        owner: Of the installation (id).
        link_id: What `Signer.read` gave.
        now: The instant of the question.
    """
    link = session.get(ActionLinkRow, link_id)
    person = directory.people.get(link.person) if link is not None else None
    if link is None or person is None or link.expires_at <= now:
        return None
    item = session.get(ItemRow, link.item)
    row = session.get(OccurrenceRow, item.occurrence_key) if item is not None else None
    plan = session.get(PlanRow, row.plan_id) if row is not None else None
    if item is None or row is None or plan is None:
        return None
    office = queries.office(plan, directory, owner)
    (case,) = queries.cases(session, [row], {plan.id: queries.measures(office.roadmap)})
    one = _meant(item, case)
    rights = _rights(one, case, person, office, now)
    deeds = tuple(deeds_of(item, case, person, office, now))
    return Answerable(link_id, item, case, one, person, office, deeds, rights, _seen(session, case, one))


def deeds_of(item: ItemRow, case: Case, person: Person, office: Office, now: datetime) -> list[Deed]:
    """Return what *person* may do about an item, in the order in which it is offered.

    `engine.transition` decides; here is only left out what it would refuse at once.
    """
    one = _meant(item, case)
    if one is None or case.occurrence.cancelled:
        return []
    rights = _rights(one, case, person, office, now)
    dated = term(case.occurrence, one).due_on is not None
    offered = {
        Deed.ASK: dated and one.asked_until is None,
        Deed.GRANT: dated,
        Deed.REFUSE: one.asked_until is not None,
        Deed.ACCEPT: _about_this_report(item, one),
        Deed.RETURN: _about_this_report(item, one),
    }
    return [
        deed
        for deed in LETTERS.values()
        if one.state in TRANSITIONS[deed].sources and offered.get(deed, True) and _may(deed, rights)
    ]


def _rights(one: Assignment | None, case: Case, person: Person, office: Office, now: datetime) -> frozenset[Right]:
    day = now.astimezone(office.zone).date()
    return frozenset(office.rights(person.id, one, case, day)) if one is not None else frozenset()


def _meant(item: ItemRow, case: Case) -> Assignment | None:
    """Return the assignment an item is about: its own, else the only one that is waited for."""
    if item.assignment_key is not None:
        return next((one for one in case.assignments if one.key == item.assignment_key), None)
    waited_for = [one for one in case.assignments if one.blocking]
    return waited_for[0] if len(waited_for) == 1 else None


def _may(deed: Deed, rights: frozenset[Right]) -> bool:
    if deed in _EXECUTORS:
        return Right.EXECUTOR in rights
    if deed in _REVIEW and Right.EXECUTOR in rights:
        return Right.CONTROLLER in rights
    return bool(TRANSITIONS[deed].by & rights)


def _about_this_report(item: ItemRow, one: Assignment) -> bool:
    """A message about a report speaks of no later one."""
    return item.kind not in _BY_REPORT or item.key.split("|")[-3] == str(one.reports)


def _seen(session: Session, case: Case, one: Assignment | None) -> str:
    """Return a fingerprint that every deed changes, the second of two that leave the same state too."""
    last = select(func.max(JournalRow.id)).where(JournalRow.subject == (one.key if one else case.occurrence.key))
    stands = [
        f"{case.occurrence.revision} {case.occurrence.cancelled} {found.state} {found.reports} {found.extensions} "
        f"{found.asked_until}"
        for found in ([one] if one else case.assignments)
    ]
    return sha256("\n".join([str(session.exec(last).one()), *stands]).encode()).hexdigest()[:16]


def answer(
    session: Session,
    answerable: Answerable,
    deed: Deed,
    *,
    seen: str,
    text: str | None = None,
    evidence: str | None = None,
    reason: str | None = None,
    until: date | None = None,
    basis: str | None = None,
    account: str,
    now: datetime,
) -> str:
    """Do *deed* for the holder of a link and say in Russian what came of it; nothing is done twice.

    Args:
        session: A writing session.
        answerable: What `open_link` returned in this session.
        deed: One of `LETTERS`.
        seen: `Answerable.seen` of the moment the person decided at; what has changed since changes nothing.
        text: What was done.
        evidence: A document's kind, № and date, or a link.
        reason: Why.
        until: The day an extension is asked or granted to.
        basis: The document that decides.
        account: «ссылка» or «telegram», for the journal.
        now: The instant of the answer.

    Raises:
        TransitionError: Something is not said, too long, or the table of states forbids it; nothing was changed.
    """
    said = {"text": text, "evidence": evidence, "reason": reason, "basis": basis}
    told = {name: clean(value, lines=name in {"text", "reason"}) for name, value in said.items()}
    current = _as_it_is(session, answerable, now)
    one = current.assignment
    if one is None or current.seen != seen or deed not in current.deeds:
        return f"{UNCHANGED}: {standing(current)}"
    _check(current, deed, told, until)
    act = Act(
        deed, current.person.id, None, account, reason=told["reason"], text=told["text"], evidence=told["evidence"],
        basis=told["basis"], until=until,
    )  # fmt: skip
    occurrence = current.case.occurrence
    try:
        perform(session, current.office, Target(occurrence.measure, occurrence.n, None, one.key), act, now)
    except NotFoundError:
        return f"{UNCHANGED}: {standing(current)}"
    return DONE[deed]


def _as_it_is(session: Session, answerable: Answerable, now: datetime) -> Answerable:
    """Look again when nobody else can change it: who comes second sees what the first has done."""
    occurrence, office = answerable.case.occurrence, answerable.office
    locked = (
        select(OccurrenceRow)
        .where(OccurrenceRow.plan_id == occurrence.plan, OccurrenceRow.measure_id == occurrence.measure)
        .order_by(col(OccurrenceRow.key))
        .with_for_update()
    )
    session.exec(locked.execution_options(populate_existing=True)).all()
    theirs = select(AssignmentRow).where(AssignmentRow.occurrence_key == occurrence.key)
    session.exec(theirs.execution_options(populate_existing=True)).all()
    return open_link(session, office.directory, office.owner, answerable.link, now) or replace(answerable, deeds=())


def standing(answerable: Answerable) -> str:
    """Say in a sentence how things stand, and why the holder of the link cannot do what he meant to."""
    one, occurrence = answerable.assignment, answerable.case.occurrence
    if occurrence.cancelled:
        return "мероприятие снято с контроля."
    if one is None:
        return "по этой ссылке положение можно посмотреть, но ответить нельзя."
    state = f"поручение в состоянии «{RUSSIAN[one.state]}»"
    if not answerable.rights:
        return f"{state}, и теперь его ведёте не вы."
    if one.state is State.REPORTED and one.reported_on is not None:
        return f"{state}, отчёт дан {one.reported_on:%d.%m.%Y}."
    asked = f", просят продлить до {one.asked_until:%d.%m.%Y}" if one.asked_until else ""
    return f"{state}{asked}."


def clean(value: str | None, *, lines: bool = False) -> str | None:
    """Return what a person said without control characters, and on one line unless *lines* may stand; None if empty.

    Marks that turn the direction of writing are taken out as well: they make one document's number look like another.
    """
    if value is None:
        return None
    ends = value.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(one for one in ends if one not in _TURNS and unicodedata.category(one) != "Cs")
    if not lines:
        return one_line(plain) or None
    kept = "".join(one for one in plain if one == "\n" or unicodedata.category(one) != "Cc")
    return re.sub(r"\n{3,}", "\n\n", kept).strip() or None


_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _check(answerable: Answerable, deed: Deed, told: Mapping[str, str | None], until: date | None) -> None:
    """Refuse what is not said, in the words of a page rather than of a command line."""
    for name, most in LIMITS.items():
        if len(told[name] or "") > most:
            raise TransitionError(
                f"сократите {_NAMES[name]}: помещается {most} знаков, а в тексте {len(told[name] or '')}"
            )
    asked = answerable.case.measure.evidence
    if deed is Deed.REPORT and asked is not None and asked.required and not told["evidence"]:
        raise TransitionError(f"впишите подтверждение ({asked.kinds}): вид, № и дату документа или ссылку")
    if deed in {Deed.REPORT, Deed.INTERIM} and not (told["text"] or told["evidence"]):
        raise TransitionError("напишите, что сделано")
    if deed in {Deed.RETURN, Deed.ASK, Deed.REFUSE} and not told["reason"]:
        raise TransitionError("напишите причину")
    if deed is Deed.GRANT and not told["basis"]:
        raise TransitionError("назовите документ, по которому продлён срок: вид, № и дату")
    one = answerable.assignment
    if until is None and (deed is Deed.ASK or (deed is Deed.GRANT and (one is None or one.asked_until is None))):
        raise TransitionError("укажите день, до которого продлить")
