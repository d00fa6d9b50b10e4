"""How much mail a rehearsal would bring: letters by person and week, the fullest day, who has no address.

A letter is what one person gets in one slot on one channel, however many terms stand in it; a digest is one too. Days
and weeks (Monday to Sunday) are those of the person's own zone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from engine.office import Office, address
from flows.rehearsal import Rehearsed


@dataclass(frozen=True, slots=True)
class Load:
    """The letters to one person: all, the most in one week, and the Monday of the first such week."""

    person: str
    letters: int
    most: int
    week: date


@dataclass(frozen=True, slots=True)
class Volume:
    """All letters, by person (who gets most stands first); the fullest day.

    Attributes:
        unsent: How many items would reach nobody, by the person who has no address; None stands for an item that
            nobody answers for.
    """

    letters: int
    loads: tuple[Load, ...]
    fullest: tuple[date, int] | None
    unsent: dict[str | None, int]


def volume(found: Iterable[tuple[Rehearsed, Office]]) -> Volume:
    """Count the letters of a rehearsal, each line with the office of its plan."""
    letters: dict[str, tuple[str, date]] = {}
    unsent: Counter[str | None] = Counter()
    for line, office in found:
        one = line.action
        person = office.directory.people.get(one.person or "")
        if person is None or address(person, one.channel) is None:
            unsent[one.person] += 1
        else:
            letters[line.message] = (person.id, one.at.astimezone(office.zone_of(one.person)).date())
    weeks: dict[str, Counter[date]] = {}
    for person_id, day in letters.values():
        weeks.setdefault(person_id, Counter())[day - timedelta(days=day.weekday())] += 1
    loads = [Load(one, found.total(), *_most(found)) for one, found in weeks.items()]
    days = Counter(day for _, day in letters.values())
    return Volume(
        len(letters),
        tuple(sorted(loads, key=lambda one: (-one.letters, one.person))),
        _most(days)[::-1] if days else None,
        dict(unsent),
    )


def _most(counted: Counter[date]) -> tuple[int, date]:
    """Return the highest count and the first day that has it."""
    number, day = min((-number, day) for day, number in counted.items())
    return -number, day
