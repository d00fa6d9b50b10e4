"""Reading the people file: every problem is collected, with its line; what can be read is returned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from engine.errors import Problem
from engine.people import (
    CHANNELS,
    Directory,
    Entry,
    Person,
    Role,
    School,
    Unit,
    normalise,
    unknown_zone,
    zone_exists,
)
from engine.yaml_text import ValuePath, YamlText, load_yaml, section, unknown_sections, validated

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
E = TypeVar("E", Person, Role, School, Unit)


@dataclass(frozen=True, slots=True)
class _File:
    """The rows that could be read, each with its place, and the ids of all people, those unread too."""

    people: list[tuple[ValuePath, Person]]
    roles: list[tuple[ValuePath, Role]]
    schools: list[tuple[ValuePath, School]]
    units: list[tuple[ValuePath, Unit]]
    named: frozenset[str]


def read_people(text: str, file: str) -> tuple[Directory, list[Problem]]:
    """Read a people file; everything wrong is collected, what can be read is returned."""
    source = load_yaml(text, file)
    if not isinstance(source.data, dict):
        if not source.problems:
            source.blame((), "wrong-type", "файл людей должен содержать разделы people, roles, schools, units")
        return Directory({}), source.problems
    read = _File(
        _read(Person, "people", source),
        _read(Role, "roles", source),
        _read(School, "schools", source),
        _read(Unit, "units", source),
        frozenset(str(row["id"]) for row in section(source, "people") if isinstance(row, dict) and "id" in row),
    )
    unknown_sections(source, {"people", "roles", "schools", "units"})
    _check_ids(read, source)
    _check_references(read, source)
    source.problems = sorted(set(source.problems), key=lambda one: (one.line or 0, one.code, one.message))
    people = {one.id: one for _, one in read.people}
    roles, schools = [one for _, one in read.roles], [one for _, one in read.schools]
    return Directory(people, roles, schools, [one for _, one in read.units]), source.problems


def _read(shape: type[E], name: str, source: YamlText) -> list[tuple[ValuePath, E]]:
    found = (
        ((name, index), validated(shape, row, source, (name, index))) for index, row in enumerate(section(source, name))
    )
    return [(path, one) for path, one in found if one is not None]


def _check_ids(read: _File, source: YamlText) -> None:
    owners: dict[str, str] = {}
    seen: set[str] = set()
    entries: tuple[tuple[ValuePath, Entry], ...] = (*read.people, *read.roles, *read.schools, *read.units)
    for path, entry in entries:
        this = f"{path[0]}/{entry.id}"
        if this in seen:
            source.blame((*path, "id"), "duplicate-id", f"id «{entry.id}» занят дважды: оставьте один")
        seen.add(this)
        for name in _names(entry):
            owner = owners.setdefault(normalise(name), this)
            if owner != this:
                message = f"название «{name}» уже занято записью «{owner}»: срок получил бы не тот человек"
                source.blame(path, "duplicate-name", message)


def _names(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Role):
        return (entry.id, entry.title, *entry.aliases)
    return (entry.id, entry.title if isinstance(entry, Unit) else entry.name)


def _check_references(read: _File, source: YamlText) -> None:
    for path, person_id in _mentions(read):
        if person_id not in read.named:
            source.blame(path, "unknown-person", f"человека «{person_id}» нет в разделе people: добавьте его")
    roles = {role.id for _, role in read.roles}
    for path, school in read.schools:
        for role_id in school.roles.keys() - roles:
            message = f"роли «{role_id}» нет в разделе roles: запишите id роли"
            source.blame((*path, "roles", role_id), "unknown-role", message)
    for path, role in read.roles:
        if (role.holder is None) == (role.group is None):
            source.blame(path, "wrong-role", f"роль «{role.title}»: укажите одно из двух, holder или group")
    for path, person in read.people:
        _check_person(person, path, source)


def _mentions(read: _File) -> Iterator[tuple[ValuePath, str]]:
    for path, role in read.roles:
        if role.holder is not None:
            yield (*path, "holder"), role.holder
        for member in role.group if isinstance(role.group, tuple) else ():
            yield (*path, "group"), member
    for path, school in read.schools:
        yield (*path, "head"), school.head
        for role_id, holder in school.roles.items():
            yield (*path, "roles", role_id), holder
    for path, unit in read.units:
        yield (*path, "head"), unit.head
    for path, person in read.people:
        for index, one in enumerate(person.substitute):
            yield (*path, "substitute", index), one.person


def _check_person(person: Person, path: ValuePath, source: YamlText) -> None:
    for index, channel in enumerate(person.channels):
        if channel not in CHANNELS and "://" not in channel:
            message = f"канала «{channel}» нет: есть {', '.join(CHANNELS)} и адреса служб вида ntfy://сервер/тема"
            source.blame((*path, "channels", index), "unknown-channel", message)
    if person.email is not None and not _ADDRESS.fullmatch(person.email):
        source.blame((*path, "email"), "wrong-address", f"«{person.email}» не похоже на адрес почты: исправьте его")
    if person.timezone is not None and not zone_exists(person.timezone):
        source.blame((*path, "timezone"), "unknown-zone", unknown_zone(person.timezone))
    for key, words in (("substitute", "замещение"), ("silence", "молчание")):
        for index, one in enumerate(getattr(person, key)):
            if one.end < one.start:
                message = f"{words} кончается ({one.end:%d.%m.%Y}) раньше, чем начинается ({one.start:%d.%m.%Y})"
                source.blame((*path, key, index), "wrong-period", message)
