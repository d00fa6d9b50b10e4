"""What `srok people check` makes of the directory and the plans: who would not be reached; nothing is read here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.assignment import WORKING, Case, term
from engine.errors import Level
from engine.office import Office, address, channel_name
from engine.people import Directory, Person

MESSENGERS = {"telegram": "Telegram", "max": "MAX"}
SHOWN = 3
"""How many measures a sentence names."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something by which a message would not reach whom it is meant for; `error` where it would reach nobody.

    ``plan`` is the id of the plan whose words lead to nobody; None for what the directory alone says.
    """

    code: str
    level: Level
    person: str | None
    plan: str | None
    message: str

    def as_json(self) -> dict[str, Any]:
        """Return the row of `srok people check --json`."""
        return {
            "code": self.code,
            "level": self.level.value,
            "person": self.person,
            "plan": self.plan,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Installed:
    """What the installation has: who owns it, and which messengers have their token."""

    owner: str | None
    tokens: AbstractSet[str]


def gaps(
    directory: Directory, plans: Sequence[tuple[Office, Sequence[Case]]], installed: Installed, today: date
) -> Iterator[Gap]:
    """Yield what is wrong, the directory's first, then plan by plan.

    Args:
        directory: The people, with the accounts that messengers have linked.
        plans: Synced plans with their cases; none where there is no store yet.
        installed: Owner and tokens.
        today: Local day of the installation; what is over by then is not looked at.
    """
    yield from _owner(directory, installed.owner)
    for person in directory.people.values():
        yield from _reach(person, _functions(person.id, directory), installed)
        yield from _substitutes(person, directory, today)
    for office, cases in plans:
        yield from _words(office)
        yield from _silences(office, cases, today)


def _owner(directory: Directory, owner: str | None) -> Iterator[Gap]:
    if owner is None:
        message = (
            "ответственный за установку не назначен: впишите его id в srok.toml (owner) — он получает то, "
            "что иначе не получит никто"
        )
        yield Gap("no-owner", Level.FINDING, None, None, message)
    elif owner not in directory.people:
        message = (
            f"ответственного за установку «{owner}» нет среди людей: добавьте его в people.yaml или исправьте owner "
            "в srok.toml"
        )
        yield Gap("unknown-owner", Level.ERROR, owner, None, message)


def _functions(person_id: str, directory: Directory) -> list[str]:
    """Return what *person_id* answers for in the directory, in words."""
    roles = [
        one.title
        for one in directory.roles
        if one.holder == person_id or (isinstance(one.group, tuple) and person_id in one.group)
    ]
    units = [f"руководитель: {one.title}" for one in directory.units if one.head == person_id]
    schools = [
        f"{one.name}{'' if one.head == person_id else ' (роль в школе)'}"
        for one in directory.schools
        if person_id in {one.head, *one.roles.values()}
    ]
    return roles + units + schools


def _reach(person: Person, functions: Sequence[str], installed: Installed) -> Iterator[Gap]:
    """Say why *person* would not be reached; without an address it is an error for who answers for something."""
    names = [channel_name(one) for one in person.channels]
    of = f" ({', '.join(functions[:SHOWN])}{' и др.' if len(functions) > SHOWN else ''})" if functions else ""
    if not any(address(person, name) for name in names) and not person.email:
        level = Level.ERROR if functions or person.id == installed.owner else Level.FINDING
        message = f"{person.name}{of}: нет адреса, письма не уйдут: впишите email в people.yaml"
        yield Gap("no-address", level, person.id, None, message)
    for name in (one for one in MESSENGERS if one in names):
        where = MESSENGERS[name]
        linked = person.telegram if name == "telegram" else person.max
        if linked is None:
            message = (
                f"{person.name}: выбран {where}, но он не привязан и сообщения идут другим путём: "
                f"{'привяжите его (srok people link) или ' if name == 'telegram' else ''}впишите {name} в people.yaml"
            )
            yield Gap("no-account", Level.FINDING, person.id, None, message)
        elif name not in installed.tokens:
            message = (
                f"{person.name}: выбран {where}, а он не настроен: задайте SROK_{name.upper()}_TOKEN или уберите канал"
            )
            yield Gap("no-token", Level.ERROR, person.id, None, message)


def _substitutes(person: Person, directory: Directory, today: date) -> Iterator[Gap]:
    for one in person.substitute:
        stand_in = directory.people.get(one.person)
        if stand_in is None or one.end < today:
            continue
        away = [
            (period.start, period.end, words)
            for words, periods in (("отсутствует", stand_in.substitute), ("не получает сообщений", stand_in.silence))
            for period in periods
            if max(period.start, one.start, today) <= min(period.end, one.end)
        ]
        for start, end, words in away:
            acting = directory.acting(person.id, max(start, one.start, today))
            goes_to = acting.name if acting is not None and acting is not stand_in else "никому до конца этого срока"
            message = (
                f"{person.name}: замещающий {stand_in.name} сам {words} с {start:%d.%m.%Y} по {end:%d.%m.%Y}, "
                f"письма пойдут: {goes_to}; назначьте другого (srok substitute)"
            )
            yield Gap("substitute-absent", Level.FINDING, person.id, None, message)


def _words(office: Office) -> Iterator[Gap]:
    """Say which words of a plan lead to nobody, and who hears of it instead."""
    plan, directory = office.roadmap.plan, office.directory
    missing: dict[str, list[str]] = defaultdict(list)
    for measure in office.roadmap.tracked():
        for reference in (*measure.responsibles, *([measure.controller] if measure.controller else [])):
            if not _leads_to_somebody(reference, measure.school_ids, directory):
                missing[reference].append(office.roadmap.label(measure))
    for reference, numbers in missing.items():
        where = ", ".join(f"п. {one}" for one in numbers[:SHOWN]) + (" и др." if len(numbers) > SHOWN else "")
        yield _nobody(office, "unknown-responsible", f"«{reference}» ({where})", office.controller(None))
    for code, what, named in (
        ("unknown-controller", "контролёр", plan.controller),
        ("unknown-issuer", "давший поручение", plan.issuer),
        ("unknown-head", "заместитель руководителя", plan.deputy_head),
    ):
        if named is not None and directory.holder(named) is None:
            yield _nobody(office, code, f"«{named}» ({what})", office.controller(None))


def _leads_to_somebody(reference: str, schools: Sequence[str] | None, directory: Directory) -> bool:
    return any(one.person is not None for one in directory.addressees(reference, schools))


def _nobody(office: Office, code: str, what: str, instead: str | None) -> Gap:
    plan, entry = office.roadmap.plan.id, office.directory.people.get(instead or "")
    stands_in = f"пока это получает {entry.name}" if entry else "пока этого не получает никто"
    message = (
        f"план {plan}: {what} — в справочнике нет такого человека: допишите роль или название в people.yaml; "
        f"{stands_in}"
    )
    return Gap(code, Level.FINDING if entry else Level.ERROR, None, plan, message)


def _silences(office: Office, cases: Sequence[Case], today: date) -> Iterator[Gap]:
    """Say whose silence lies over a due day of theirs while nobody acts for them."""
    for person_id, due in _due_days(office, cases).items():
        person = office.directory.people[person_id]
        for silence in (one for one in person.silence if today <= one.end):
            hit = [
                f"п. {number} — {day:%d.%m.%Y}"
                for day, number in sorted(due)
                if silence.start <= day <= silence.end and office.directory.acting(person_id, day) is person
            ]
            if hit:
                named = ", ".join(hit[:SHOWN]) + (" и др." if len(hit) > SHOWN else "")
                message = (
                    f"{person.name}: молчание по {silence.end:%d.%m.%Y} закрывает сроки ({named}), а замещающего "
                    "нет: назначьте его (srok substitute) — иначе первое письмо придёт после него"
                )
                yield Gap("silent-over-due", Level.FINDING, person.id, office.roadmap.plan.id, message)


def _due_days(office: Office, cases: Sequence[Case]) -> dict[str, set[tuple[date, str]]]:
    """Return on which days what is due of whom, by the person who is asked for it."""
    found: dict[str, set[tuple[date, str]]] = defaultdict(set)
    for case in cases:
        for one in case.assignments:
            day, person = term(case.occurrence, one).due_on, office.executor(one, case.measure)
            if one.state in WORKING and not case.occurrence.cancelled and day is not None and person is not None:
                found[person].add((day, office.roadmap.label(case.measure)))
    return found
