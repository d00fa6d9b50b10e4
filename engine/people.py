"""The directory: people, roles, schools, units, and who is meant by the words of a responsible cell.

Addresses live in people.yaml, outside the plans. A role is held by one person, or by a group:
one person at each school, or a list of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import Problem
from engine.yaml_text import ValuePath, YamlText, load_yaml

T = TypeVar("T", bound=BaseModel)
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")


class Shape(BaseModel):
    """Base of everything read from YAML: unknown keys are errors, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Substitute(Shape):
    """Who acts for a person from one day to another, both inclusive."""

    person: str
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    basis: str | None = None


class Person(Shape):
    """One official and how to reach them; ``channels`` in order of preference."""

    id: str
    name: str
    post: str | None = None
    unit: str | None = None
    email: str | None = None
    telegram: str | None = None
    max: str | None = None
    timezone: str | None = None
    channels: tuple[str, ...] = ("mail",)
    substitute: tuple[Substitute, ...] = ()


class Role(Shape):
    """A post or a function in the words of the plans."""

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    holder: str | None = None
    group: Literal["schools"] | tuple[str, ...] | None = None


class School(Shape):
    """A school, its head and who holds which role there (role id to person id)."""

    id: str
    name: str
    head: str
    roles: dict[str, str] = Field(default_factory=dict)


class Unit(Shape):
    """A body or department that answers through its head."""

    id: str
    title: str
    head: str


class _File(Shape):
    people: tuple[Person, ...] = ()
    roles: tuple[Role, ...] = ()
    schools: tuple[School, ...] = ()
    units: tuple[Unit, ...] = ()


Entry = Person | Role | School | Unit


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
        found = self.addressees(reference, ())
        return self.people.get(found[0].person or "") if len(found) == 1 else None

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

    def school_name(self, school_id: str | None) -> str | None:
        """Return the printed name of a school id."""
        return next((one.name for one in self.schools if one.id == school_id), school_id)


def read_people(text: str, file: str) -> tuple[Directory, list[Problem]]:
    """Read a people file; everything wrong is collected, what can be read is returned."""
    source = load_yaml(text, file)
    if not isinstance(source.data, dict):
        if not source.problems:
            source.blame((), "wrong-type", "файл людей должен содержать разделы people, roles, schools, units")
        return Directory({}), source.problems
    shape = validated(_File, source.data, source, ())
    if shape is None:
        return Directory({}), source.problems
    _check_ids(shape, source)
    directory = Directory({one.id: one for one in shape.people}, shape.roles, shape.schools, shape.units)
    _check_references(directory, shape, source)
    return directory, source.problems


def _check_ids(shape: _File, source: YamlText) -> None:
    owners: dict[str, str] = {}
    sections: dict[str, Sequence[Entry]] = {
        "people": shape.people,
        "roles": shape.roles,
        "schools": shape.schools,
        "units": shape.units,
    }
    for section, entries in sections.items():
        ids: set[str] = set()
        for index, entry in enumerate(entries):
            if entry.id in ids:
                source.blame((section, index, "id"), "duplicate-id", f"id «{entry.id}» занят дважды: оставьте один")
            ids.add(entry.id)
            for name in _names(entry):
                owner = owners.setdefault(normalise(name), f"{section}/{entry.id}")
                if owner != f"{section}/{entry.id}":
                    message = f"название «{name}» уже занято записью «{owner}»: срок получил бы не тот человек"
                    source.blame((section, index), "duplicate-name", message)


def _names(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Role):
        return (entry.title, *entry.aliases)
    return (entry.title if isinstance(entry, Unit) else entry.name,)


def _check_references(directory: Directory, shape: _File, source: YamlText) -> None:
    for path, person_id in _mentions(shape):
        if person_id not in directory.people:
            source.blame(path, "unknown-person", f"человека «{person_id}» нет в разделе people: добавьте его")
    for index, role in enumerate(shape.roles):
        if (role.holder is None) == (role.group is None):
            source.blame(("roles", index), "wrong-role", f"роль «{role.title}»: укажите одно из двух, holder или group")
    for index, person in enumerate(shape.people):
        _check_person(person, ("people", index), source)


def _mentions(shape: _File) -> Iterator[tuple[ValuePath, str]]:
    for index, role in enumerate(shape.roles):
        if role.holder is not None:
            yield ("roles", index, "holder"), role.holder
        for member in role.group if isinstance(role.group, tuple) else ():
            yield ("roles", index, "group"), member
    for index, school in enumerate(shape.schools):
        yield ("schools", index, "head"), school.head
        for role_id, holder in school.roles.items():
            yield ("schools", index, "roles", role_id), holder
    for index, unit in enumerate(shape.units):
        yield ("units", index, "head"), unit.head
    for index, person in enumerate(shape.people):
        for one in person.substitute:
            yield ("people", index, "substitute"), one.person


def _check_person(person: Person, path: ValuePath, source: YamlText) -> None:
    if person.email is not None and not _ADDRESS.fullmatch(person.email):
        source.blame((*path, "email"), "wrong-address", f"«{person.email}» не похоже на адрес почты: исправьте его")
    if person.timezone is not None and not zone_exists(person.timezone):
        source.blame((*path, "timezone"), "unknown-zone", unknown_zone(person.timezone))


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


_REASONS = {
    "extra_forbidden": "неизвестный ключ «{key}»: такого поля нет, проверьте написание",
    "missing": "нет обязательного ключа «{key}»: допишите его",
    "string_type": "«{key}»: нужна строка, возьмите значение в кавычки",
    "date_type": "«{key}»: нужна дата вида 2021-06-21, без кавычек",
    "date_from_datetime_parsing": "«{key}»: нужна дата вида 2021-06-21",
    "bool_type": "«{key}»: нужно true или false",
    "tuple_type": "«{key}»: нужен список",
    "model_type": "«{key}»: нужен раздел с ключами, а не одно значение",
    "dict_type": "«{key}»: нужен раздел с ключами",
    "int_type": "«{key}»: нужно целое число",
    "literal_error": "«{key}»: допускается только {expected}",
    "enum": "«{key}»: допускается только {expected}",
    "too_short": "«{key}»: список пуст",
    "string_too_short": "«{key}»: строка пуста",
}


def validated(shape: type[T], data: object, source: YamlText, path: ValuePath, measure: str | None = None) -> T | None:
    """Return *data* as *shape*, or None with every fault collected in *source*."""
    try:
        return shape.model_validate(tuples(data))
    except ValidationError as error:
        for one in _reasons(error):
            source.blame((*path, *one[0]), one[1], one[2], measure)
        return None


def _reasons(error: ValidationError) -> Iterable[tuple[ValuePath, str, str]]:
    seen: set[ValuePath] = set()
    for one in error.errors(include_url=False, include_input=False):
        place = tuple(part for part in one["loc"] if not _is_branch(part))
        if place in seen:
            continue
        seen.add(place)
        key = place[-1] if place else "файл"
        code = {"extra_forbidden": "unknown-key", "missing": "missing-key"}.get(one["type"], "wrong-type")
        wording = _REASONS.get(one["type"], "«{key}»: значение не подходит")
        yield place, code, wording.format(key=key, expected=one.get("ctx", {}).get("expected", ""))


def _is_branch(part: str | int) -> bool:
    """Tell whether a part of pydantic's place names a branch of a union, not a key."""
    return isinstance(part, str) and (part in {"str", "tuple"} or "[" in part or part[:1].isupper())


def tuples(data: Any) -> Any:
    """Return *data* with lists as tuples, as the frozen shapes hold them."""
    if isinstance(data, dict):
        return {key: tuples(value) for key, value in data.items()}
    return tuple(tuples(value) for value in data) if isinstance(data, list) else data
