"""What identifies an act in words: its kind, day, number and place; every form offices write them in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from engine.deadline.canonical import GENITIVE_MONTHS
from engine.importer.clauses import begins_clauses
from engine.importer.findings import flat

KINDS = ("приказ", "распоряжение", "постановление")
_KIND = re.compile(rf"(?:{'|'.join(' ?'.join(one) for one in KINDS)})(?!\w)", re.IGNORECASE)
"""The kind of an act, also spaced out: «П Р И К А З»."""
_YEAR_WORD = r"(?: ?(?:года|год|г\.|г(?!\.))(?!\w)(?! ?(?-i:[А-ЯЁ])))?"
_DATE = re.compile(
    rf"(?<![\d.])(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}})(?!\d){_YEAR_WORD}"
    rf"|(?:[«\"“„] ?)?(?<!\d)(\d{{1,2}})(?: ?[»\"”“])? ({'|'.join(GENITIVE_MONTHS)}) (\d{{4}})(?!\d){_YEAR_WORD}",
    re.IGNORECASE,
)
_YEARS = range(1990, 2100)
_NUMBER = re.compile(r"(?:№|\bN\b)\s?([\w/.–-]*\d[\w/.–-]*)|(?<!\S)(\d+[-/][\w/-]+)")
_PLACE = re.compile(
    r"(?:(?:г|гор|с|п|пос|пгт|д|дер|ст|р\. ?п)\.|пгт|город(?:-[а-яё]+)?|село|посёлок|поселок|станица)"
    r" ?[А-ЯЁ][а-яё]+(?:[- ][А-ЯЁ][а-яё]+)*(?!\.)"
)


@dataclass(frozen=True, slots=True)
class Requisites:
    """Days, numbers and places that words name, each once, and the words that are none of these."""

    days: tuple[date, ...]
    numbers: tuple[str, ...]
    place: str | None
    rest: str


def requisites(text: str) -> Requisites:
    """Read days, numbers and a place out of *text*; a day that is none in the calendar stays among the rest."""
    rest = flat(text)
    days: dict[date, None] = {}
    for found in list(_DATE.finditer(rest)):
        day = _day(found)
        if day:
            days[day] = None
            rest = rest.replace(found[0], " ", 1)
    numbers: dict[str, None] = {}
    for number in list(_NUMBER.finditer(rest)):
        numbers[(number[1] or number[2]).rstrip(".–-")] = None
        rest = rest.replace(number[0], " ", 1)
    place = _PLACE.search(rest)
    rest = rest.replace(place[0], " ", 1) if place else rest
    left = " ".join(word for word in rest.split() if word.strip(".,;:_«»\"'") and word.casefold() != "от")
    return Requisites(tuple(days), tuple(numbers), flat(place[0]) if place else None, left)


def _day(found: re.Match[str]) -> date | None:
    year = int(found[3] or found[6])
    month = int(found[2]) if found[2] else GENITIVE_MONTHS.index(found[5].casefold()) + 1
    try:
        return date(year, month, int(found[1] or found[4])) if year in _YEARS else None
    except ValueError:
        return None


def kind_of(text: str) -> tuple[str, str] | None:
    """Return the kind of act that the line *text* begins an order with, and what follows on the line."""
    line = flat(text)
    found = _KIND.match(line)
    if found is None or not line[0].isupper() or begins_clauses(line):
        return None
    rest = line[found.end() :].strip()
    if rest and not rest.isupper() and not re.match(r"от\b|№|N\b|\d", rest):
        return None
    return found[0].replace(" ", "").casefold(), rest
