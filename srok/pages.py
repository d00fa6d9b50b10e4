"""What the page of an action link shows: one assignment as it stands, and the forms for what may be done now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from sqlmodel import Session, col, select

from engine.assignment import OPEN, RUSSIAN, Assignment, Outcome, State, term
from engine.report import printed
from engine.store import queries
from engine.store.models import JournalRow
from engine.transition import Deed
from notifiers.answers import DONE, LIMITS, UNCHANGED, Answerable, standing
from notifiers.composing import action_of
from notifiers.letters import Past, item, role_text
from notifiers.past import asking, past_of, report_lines
from notifiers.render import facts
from srok.screens import deed_words

ACCOUNT = "ссылка"
"""As what the journal keeps who acted by a link."""
OK, NO = "ok", "no"
"""What the address of the page after an answer says of it."""
_ENDED = {
    Outcome.ON_TIME: "исполнено в срок",
    Outcome.LATE: "исполнено с опозданием",
    Outcome.DONE: "исполнено",
    Outcome.NOT_DONE: "закрыто как не исполненное",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: ``kind`` is text (several lines), line or date."""

    name: str
    label: str
    kind: str = "line"
    hint: str = ""
    required: bool = True
    earliest: str = ""
    value: str = ""

    @property
    def longest(self) -> int:
        """Letters that fit."""
        return LIMITS.get(self.name, 10)


@dataclass(frozen=True, slots=True)
class Form:
    """What may be done: a heading, what it leads to, the fields and the button; ``open`` forms are seen at once."""

    deed: Deed
    title: str
    button: str
    note: str = ""
    fields: tuple[Field, ...] = ()
    open: bool = True
    problem: str = ""


def action_page(
    session: Session,
    found: Answerable,
    now: datetime,
    said: str = "",
    *,
    failed: Deed | None = None,
    values: Mapping[str, str] | None = None,
    problem: str = "",
) -> dict[str, Any]:
    """Return what the template `action.html.j2` is given.

    Args:
        session: The one that `found` was opened in.
        found: What the link is about.
        now: The instant of the request.
        said: `OK` or `NO` after an answer; what really happened is read from the journal.
        failed: The deed that could not be done, for want of something that ``problem`` names.
        values: What was filled in then.
        problem: A Russian sentence.
    """
    one, office = found.assignment, found.office
    last = _last(session, one) if one is not None else None
    today = now.astimezone(office.zone_of(found.person.id)).date()
    block = _block(session, found, today)
    forms = [_form(deed, found, today) for deed in found.deeds]
    return {
        "person": found.person.name,
        "role": role_text(action_of(found.item), one, found.case, office, today),
        "mine": bool(found.rights) or one is None,
        "number": block.number,
        "title": block.title,
        "state": _state(found, one),
        "facts": facts(block),
        "last": _said(last, found) if last is not None else "",
        "outcome": _outcome(said, last, found),
        "forms": [_refilled(form, values or {}, problem) if form.deed is failed else form for form in forms],
        "seen": found.seen,
        "standing": "" if forms else standing(found),
        "problem": problem,
    }


def _block(session: Session, found: Answerable, today: date) -> Any:
    """Return the facts of the assignment, told as in a letter that gives it out."""
    row, one, office = found.item, found.assignment, found.office
    action = action_of(row)
    if one is None:
        return item(action, found.case, office, today, past_of(session, row, found.case, office))
    action = replace(action, kind="opening", rung="opening", assignment=one.key)
    block = item(action, found.case, office, today, _past(session, found, one))
    over = one.state not in OPEN or found.case.occurrence.cancelled
    return replace(block, days_left_text="") if over else block


def _past(session: Session, found: Answerable, one: Assignment) -> Past:
    """Return what bears on the next step; only who has a part in it today is told what others said."""
    if not found.rights:
        return Past()
    if one.state is State.RETURNED:
        return Past(reports=report_lines(session, one, found.office), reason=queries.reason(session, one.key))
    past = asking(session, one, found.office) if one.asked_until is not None else Past()
    if one.state in {State.REPORTED, State.CLOSED}:
        return replace(past, reports=report_lines(session, one, found.office))
    return past


def _state(found: Answerable, one: Assignment | None) -> str:
    if found.case.occurrence.cancelled:
        return "снято с контроля"
    if one is None:
        return "не исполнено"
    words = _ENDED[one.outcome] if one.outcome is not None else RUSSIAN[one.state]
    return f"{words}, просят продлить до {one.asked_until:%d.%m.%Y}" if one.asked_until else words


def _last(session: Session, one: Assignment) -> JournalRow | None:
    """Return what was last done with an assignment by a person."""
    query = select(JournalRow).where(JournalRow.subject == one.key, JournalRow.hash != "")
    return session.exec(query.order_by(col(JournalRow.id).desc()).limit(1)).first()


def _said(last: JournalRow, found: Answerable) -> str:
    if not found.rights:
        return ""
    known = found.office.directory.people.get(last.who)
    at = last.at.astimezone(found.office.zone)
    return f"{deed_words(last.deed)}: {known.name if known else last.who}, {at:%d.%m.%Y %H:%M}"


def _outcome(said: str, last: JournalRow | None, found: Answerable) -> str:
    """Say what came of an answer: what the journal says, whatever the address of the page claims."""
    if said == NO:
        return f"{UNCHANGED}: {standing(found)}"
    if said != OK or last is None or (last.who, last.account) != (found.person.id, ACCOUNT):
        return ""
    return next((words for deed, words in DONE.items() if deed.value == last.deed), "")


def _form(deed: Deed, found: Answerable, today: date) -> Form:
    one, measure = found.assignment, found.case.measure
    assert one is not None
    due = term(found.case.occurrence, one).due_on
    later = max(today, due + timedelta(days=1) if due else today).isoformat()
    evidence = measure.evidence
    proof = Field(
        "evidence", "Подтверждение", hint=f"{evidence.kinds if evidence else 'вид документа'}, № и дата, или ссылка",
        required=evidence is not None and evidence.required,
    )  # fmt: skip
    reason = Field("reason", "Причина", "text")
    asked = one.asked_until.isoformat() if one.asked_until else ""
    table = {
        Deed.REPORT: Form(
            deed, "Отчитаться", "Отправить отчёт", "Отчёт получит контролёр.",
            (Field("text", "Что сделано", "text"), proof),
        ),
        Deed.START: Form(deed, "Взять в работу", "Взять в работу", "Контролёр увидит, что вы начали. Срок остаётся."),
        Deed.INTERIM: Form(
            deed, "Дать промежуточную информацию", "Отправить", "Поручение этим не закрывается.",
            (Field("text", "Что сделано к этому дню", "text"), replace(proof, required=False)),
        ),
        Deed.ASK: Form(
            deed, "Попросить о продлении", "Отправить просьбу", "Решает тот, кто дал поручение.",
            (Field("until", "До какого дня", "date", earliest=later), reason),
        ),
        Deed.ACCEPT: Form(deed, "Принять отчёт", "Принять отчёт", "Поручение будет закрыто."),
        Deed.RETURN: Form(
            deed, "Вернуть отчёт", "Вернуть с причиной", "Исполнитель получит причину письмом.",
            (replace(reason, label="Что исправить"),),
        ),
        Deed.GRANT: Form(
            deed, "Продлить срок", "Продлить", "Исполнителю будет сообщено, прежний срок останется в отчёте.",
            (Field("until", "До какого дня", "date", earliest=later, value=asked),
             Field("basis", "Документ", hint="вид, № и дата; устное решение тоже можно назвать")),
        ),
        Deed.REFUSE: Form(deed, "Отказать в продлении", "Отказать", "Срок останется прежним.", (reason,)),
    }  # fmt: skip
    first = found.deeds[0] if found.deeds[0] is not Deed.START else Deed.REPORT
    return replace(table[deed], open=deed in {first, Deed.START, Deed.ACCEPT})


def _refilled(form: Form, values: Mapping[str, str], problem: str) -> Form:
    fields = tuple(replace(one, value=values.get(one.name, one.value)) for one in form.fields)
    return replace(form, fields=fields, open=True, problem=problem)


def render_page(name: str, **given: Any) -> str:
    """Return a page of the folder templates/."""
    return _templates().get_template(name).render(given)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("srok"),
        undefined=StrictUndefined,
        finalize=_printable,
        autoescape=select_autoescape(("html.j2",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _printable(value: Any) -> Any:
    """Return what a template puts out without control characters and marks that turn the direction of writing."""
    return type(value)(printed(value)) if isinstance(value, str) else value  # what is escaped already stays so
