"""The directory: people, roles, schools, units, and who is meant by the words of a responsible cell.

Addresses live in people.yaml, outside the plans. A role is held by one person, or by a group:
one person at each school, or a list of people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from engine.yaml_text import Shape

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
