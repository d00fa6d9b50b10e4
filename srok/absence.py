"""`srok substitute` and `srok silence`: a period of one person, written into the people file and the journal."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session

from engine.clock import utc_now
from engine.errors import NotFoundError, PeopleError, TransitionError
from engine.people import Directory, Person
from engine.people_edit import with_period
from engine.people_file import read_people
from engine.settings import Settings
from engine.store import queries
from engine.store.installation import load_people, open_store
from srok.syncing import register_schedules

LONGEST_DAYS = 366
"""An absence or a silence that lasts longer is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Who is away or silenced from *start* to *end*, both inclusive; ``substitute`` acts for them."""

    person: str
    start: date
    end: date
    why: str | None
    by: str | None
    account: str
    substitute: str | None = None


def record(settings: Settings, absence: Absence) -> str:
    """Write *absence* into the people file and the journal, and say in Russian what holds now.

    Raises:
        NotFoundError: Somebody named is not in the directory.
        TransitionError: The person may not decide it, or the period or the reason is missing or wrong.
    """
    directory = load_people(settings)
    person = _known(directory, absence.person)
    acting = _known(directory, absence.substitute) if absence.substitute else None
    _check(absence, person, acting)
    now = utc_now()
    with open_store(settings) as store, store.writing() as session:
        who = _decider(session, directory, absence, person, settings.owner)
        key = "substitute" if acting else "silence"
        queries.journal(
            session, now, who=who, account=absence.account, deed=key, plan_id=None, subject=f"people/{person.id}",
            start=absence.start, end=absence.end, person=acting and acting.id, reason=absence.why,
        )  # fmt: skip
        _write(settings.people_file, person, key, absence, acting)
    register_schedules(settings, now)
    period = f"с {absence.start:%d.%m.%Y} по {absence.end:%d.%m.%Y}"
    if acting:
        return f"Внесено: {person.name} {period} замещает {acting.name}: письма и право отчитаться — у замещающего."
    return f"Внесено: {person.name} {period} сообщений не получает; накопившееся придёт одним письмом после."


def _known(directory: Directory, name: str) -> Person:
    person = directory.holder(name)
    if person is None:
        raise NotFoundError(f"человека «{name}» нет в справочнике людей: нужен id, имя или должность одного человека")
    return person


def _check(absence: Absence, person: Person, acting: Person | None) -> None:
    if absence.end < absence.start:
        raise TransitionError(f"конец {absence.end:%d.%m.%Y} раньше начала {absence.start:%d.%m.%Y}: поменяйте даты")
    if (absence.end - absence.start).days > LONGEST_DAYS:
        raise TransitionError("период длиннее года: проверьте даты")
    if acting is not None and acting.id == person.id:
        raise TransitionError(f"{person.name} не может замещать себя: укажите другого в --with")
    if not (absence.why or "").strip():
        raise TransitionError("укажите, почему: --reason «отпуск», «приказ № и дата»")


def _decider(session: Session, directory: Directory, absence: Absence, person: Person, owner: str | None) -> str:
    """Return who decides: the person, the head of their unit, the owner, an issuer; never who gains by it."""
    if absence.by is None:
        return ""
    by = _known(directory, absence.by)
    heads = {unit.head for unit in directory.units if unit.id == person.unit}
    for row in queries.plans(session):
        issuer = directory.holder(queries.roadmap(row).plan.issuer)
        heads |= {issuer.id} if issuer is not None else set()
    gains = absence.substitute is not None and directory.holder(absence.substitute) == by
    if by.id not in heads | {person.id, owner} or (gains and by.id != owner):
        raise TransitionError(f"{by.name} этого не решает: нужен руководитель подразделения или давший поручение")
    return by.id


def _write(path: Path, person: Person, key: str, absence: Absence, acting: Person | None) -> None:
    """Replace the file as a whole, with the rights it had; one that would not say just this more is not written."""
    period: dict[str, Any] = {"person": acting.id} if acting else {}
    period |= {"from": absence.start, "to": absence.end, "basis" if acting else "why": absence.why}
    raw = path.read_bytes().decode("utf-8")
    mark, ending = "\ufeff" if raw.startswith("\ufeff") else "", "\r\n" if "\r\n" in raw else "\n"
    before = raw.removeprefix(mark).replace("\r\n", "\n")
    text = with_period(before, person.id, key, period)
    if not _says_just_more(before, text, person.id, key, absence):
        raise PeopleError(f"файл людей «{path.name}» не изменён: впишите {key} человеку «{person.id}» сами")
    target = path.resolve()
    draft = target.with_name(target.name + ".part")
    draft.touch(mode=0o600)
    os.chmod(draft, target.stat().st_mode & 0o777)  # noqa: PTH101 - the mode is copied, not set
    draft.write_bytes((mark + text.replace("\n", ending)).encode("utf-8"))
    draft.replace(target)


def _says_just_more(before: str, after: str, person_id: str, key: str, absence: Absence) -> bool:
    """Tell whether two people files differ in the periods of one person alone, and the new one is there."""
    (old, _), (new, problems) = read_people(before, "people.yaml"), read_people(after, "people.yaml")
    if problems or person_id not in new.people:
        return False
    changed = new.people[person_id]
    same = changed.model_copy(update={key: getattr(old.people[person_id], key)})
    there = any((one.start, one.end) == (absence.start, absence.end) for one in getattr(changed, key))
    return there and replace(new, people=dict(new.people) | {person_id: same}) == old
