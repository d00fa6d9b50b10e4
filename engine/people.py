"""The directory: people, roles, schools, units, and who is meant by the words of a responsible cell.

Addresses live in people.yaml, outside the plans. A role is held by one person, or by a group:
one person at each school, or a list of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field

from engine.errors import Problem
from engine.yaml_text import Shape, ValuePath, YamlText, load_yaml, section, unknown_sections, validated

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")


CHANNELS = ("mail", "telegram", "max")
"""Channels with a name; every other is a service's Apprise URL."""
MESSENGERS = ("telegram", "max")
"""Of these the ones in which a person has an account; the field of the person goes by the channel's name."""
Id = Annotated[str, Field(pattern=r"^[^|/\s]+$", max_length=80)]
"""An id as it stands in the keys of messages, whose parts «|» and «/» divide."""


class Substitute(Shape):
    """Who acts for a person from one day to another, both inclusive."""

    person: str
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    basis: str | None = None


class Silence(Shape):
    """Days on which a person is told nothing, both inclusive; what was to be said is said after the last."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    why: str | None = None


class Person(Shape):
    """One official and how to reach them; ``channels`` in order of preference."""

    id: Id
    name: str
    post: str | None = None
    unit: str | None = None
    email: str | None = None
    telegram: str | None = None
    max: str | None = None
    timezone: str | None = None
    channels: tuple[str, ...] = ("mail",)
    substitute: tuple[Substitute, ...] = ()
    silence: tuple[Silence, ...] = ()


class Role(Shape):
    """A post or a function in the words of the plans."""

    id: Id
    title: str
    aliases: tuple[str, ...] = ()
    holder: str | None = None
    group: Literal["schools"] | tuple[str, ...] | None = None


class School(Shape):
    """A school, its head and who holds which role there (role id to person id)."""

    id: Id
    name: str
    head: str
    roles: dict[str, str] = Field(default_factory=dict)


class Unit(Shape):
    """A body or department that answers through its head."""

    id: Id
    title: str
    head: str


Entry = Person | Role | School | Unit
E = TypeVar("E", Person, Role, School, Unit)


@dataclass(frozen=True, slots=True)
class Addressee:
    """One who answers: the reference found, the school of a group role, and the person, if there is one."""

    reference: str
    title: str
    person: str | None
    school: str | None = None
    group: bool = False


def normalise(words: str) -> str:
    """Return *words* as references are compared: case, ё, spaces and trailing marks do not matter."""
    return " ".join(words.casefold().replace("ё", "е").split()).rstrip(" ,;.")


@dataclass(frozen=True)
class Directory:
    """People by id, and the entries by every name they go under."""

    people: Mapping[str, Person]
    roles: Sequence[Role] = ()
    schools: Sequence[School] = ()
    units: Sequence[Unit] = ()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all it says: two directories that say the same have the same, whatever their comments."""
        said = [*self.people.values(), *self.roles, *self.schools, *self.units]
        return sha256("\n".join(one.model_dump_json() for one in said).encode()).hexdigest()

    @cached_property
    def names(self) -> dict[str, Entry]:
        """Every id, title, alias and name, normalised."""
        found: dict[str, Entry] = {}
        for name, entry in self._pairs():
            found.setdefault(normalise(name), entry)
        return found

    def _pairs(self) -> Iterator[tuple[str, Entry]]:
        for role in self.roles:
            for name in (role.id, role.title, *role.aliases):
                yield name, role
        for unit in self.units:
            yield unit.id, unit
            yield unit.title, unit
        for school in self.schools:
            yield school.id, school
            yield school.name, school
        for person in self.people.values():
            yield person.id, person
            yield person.name, person

    def find(self, reference: str) -> Entry | None:
        """Return the entry that goes under *reference* (an id, title, alias or name), or None."""
        return self.names.get(normalise(reference))

    def holder(self, reference: str | None) -> Person | None:
        """Return the one person behind *reference*, or None where there is none or a group."""
        if reference is None:
            return None
        if reference not in self._holders:
            found = self.addressees(reference, ())
            self._holders[reference] = self.people.get(found[0].person or "") if len(found) == 1 else None
        return self._holders[reference]

    @cached_property
    def _holders(self) -> dict[str, Person | None]:
        """What `holder` has found: a pass asks it of every plan anew."""
        return {}

    def addressees(self, reference: str, schools: Sequence[str] | None) -> tuple[Addressee, ...]:
        """Fan *reference* out to those who answer.

        Args:
            reference: Words of a responsible cell.
            schools: School ids a measure is limited to; None means all of the directory.

        Returns:
            One for a person, unit, school or single role; one a school or member for a group;
            one without a person where the directory does not know the words.
        """
        entry = self.find(reference)
        if isinstance(entry, Role) and entry.group == "schools":
            return tuple(
                Addressee(entry.id, entry.title, self._known(school.roles.get(entry.id, school.head)), school.id, True)  # noqa: FBT003
                for school in self.schools
                if schools is None or school.id in schools
            )
        if isinstance(entry, Role) and entry.group is not None:
            return tuple(Addressee(entry.id, entry.title, self._known(one), None, True) for one in entry.group)  # noqa: FBT003
        if isinstance(entry, Role):
            return (Addressee(entry.id, entry.title, self._known(entry.holder)),)
        if isinstance(entry, Unit):
            return (Addressee(entry.id, entry.title, self._known(entry.head)),)
        if isinstance(entry, School):
            return (Addressee(entry.id, entry.name, self._known(entry.head), entry.id),)
        if isinstance(entry, Person):
            return (Addressee(entry.id, entry.name, entry.id),)
        return (Addressee(normalise(reference), reference.strip(" ,;"), None),)

    def _known(self, person_id: str | None) -> str | None:
        return person_id if person_id in self.people else None

    def acting(self, person_id: str, day: date) -> Person | None:
        """Return who acts for *person_id* on *day*: the substitute of that day, else the person."""
        seen: set[str] = set()
        person = self.people.get(person_id)
        while person is not None and person.id not in seen:
            seen.add(person.id)
            stand_in = next((one.person for one in person.substitute if one.start <= day <= one.end), None)
            if stand_in is None or stand_in not in self.people or stand_in in seen:
                return person
            person = self.people[stand_in]
        return person

    def silent_to(self, person_id: str | None, day: date) -> date | None:
        """Return the last day on which *person_id*, or who acts for them, is told nothing; None if *day* is not one."""
        person = self.acting(person_id, day) if person_id else None
        if person is None:
            return None
        return max((one.end for one in person.silence if one.start <= day <= one.end), default=None)

    def school_name(self, school_id: str | None) -> str | None:
        """Return the printed name of a school id."""
        return next((one.name for one in self.schools if one.id == school_id), school_id)


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


def zone_exists(name: str) -> bool:
    """Tell whether *name* is a zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def unknown_zone(name: str) -> str:
    """Return the sentence for a zone that does not exist."""
    return f"часового пояса «{name}» нет: запишите имя IANA, например Asia/Yekaterinburg или Europe/Moscow"
