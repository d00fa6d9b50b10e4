"""Whom words mean: the longest names of the directory in a cell, also in the dative and accusative of orders."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from engine.importer.findings import flat
from engine.people import Directory, normalise

_ELLIPSIS = re.compile(r"\b(\w+[ыи]й) и (\w+[ыи]е) (\w+)", re.IGNORECASE)
_ROLE_WORD = re.compile(r"\bконтроль:\s*", re.IGNORECASE)
_NAME = re.compile(r"[А-ЯЁ]\. ?[А-ЯЁ]\. ?[А-ЯЁ][а-яё]+|[А-ЯЁ][а-яё]+ [А-ЯЁ]\. ?[А-ЯЁ]\.")
_ABBREVIATED = re.compile(r"(?<![А-ЯЁа-яё])(?:[А-ЯЁ]|др|пр|[тп])\.$")
"""A full stop that is of the words: «Иванова А.А.», «и др.»."""
_SURNAME = {
    "accusative": (("ову", "ова"), ("еву", "ева"), ("ину", "ина"), ("ова", "ов"), ("ева", "ев"), ("ина", "ин")),
    "dative": (("овой", "ова"), ("евой", "ева"), ("иной", "ина"), ("ову", "ов"), ("еву", "ев"), ("ину", "ин")),
}


@dataclass(frozen=True, slots=True)
class Named:
    """Responsibles in the order of the cell (the first leads), controllers of the cell, and words nobody goes by.

    ``ellipsis`` are words that say one noun for two roles.
    """

    responsible: tuple[str, ...]
    controllers: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    run_together: bool = False
    ellipsis: tuple[str, ...] = ()


def read_responsible(cell: str, directory: Directory) -> Named:
    """Divide a responsible cell: by the names of the directory, by commas and line ends where it knows none."""
    executors, *control = _ROLE_WORD.split(cell, maxsplit=1)
    named = _split(executors, directory)
    if not control:
        return named
    after = _split(control[0], directory)
    return replace(named, controllers=after.responsible, unknown=named.unknown + after.unknown)


def _split(cell: str, directory: Directory) -> Named:
    found: list[str] = []
    unknown: list[str] = []
    said_once: list[str] = []
    run_together = False
    for part in re.split(r"[,;\n]", cell):
        whole, ellipsis = _expanded(flat(part), directory)
        names = find_names(whole, directory)
        said_once += [ellipsis] if ellipsis else []
        run_together |= sum(name.known for name in names) > (2 if ellipsis else 1)
        found += [name.written for name in names]
        unknown += [name.written for name in names if not name.known]
    return Named(tuple(found), (), tuple(unknown), run_together, tuple(said_once))


def _expanded(part: str, directory: Directory) -> tuple[str, str]:
    """Say the noun of «Муниципальный и школьные координаторы» twice where the directory knows the first.

    Returns:
        The words with the noun twice, and those that say it once; «» where none do.
    """
    match = _ELLIPSIS.search(part)
    if match is None:
        return part, ""
    first, second, noun = match.groups()
    singular = next((noun[:-n] for n in (1, 2) if normalise(f"{first} {noun[:-n]}") in directory.names), None)
    if singular is None:
        return part, ""
    return part.replace(match[0], f"{first} {singular} {second} {noun}"), match[0]


MOST_WORDS = 400
"""No list of names is longer: in what is, none is looked for, and it becomes a finding as a whole."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the directory as written, and as the directory spells it; or words it does not know."""

    written: str
    spelt: str
    known: bool


def find_names(text: str, directory: Directory, *, oblique: bool = False) -> list[Name]:
    """Return the names in *text* in order, the longest at each place, and the unknown words between them."""
    words = text.split()
    if len(words) > MOST_WORDS:
        return _unknown(words)
    names = sorted(_names(directory), key=lambda one: -len(one.split()))
    longest = max((len(one.split()) for one in names), default=0)
    found: list[Name] = []
    between: list[str] = []
    at = 0
    while at < len(words):
        name = next((one for one in names if _fits(one, words[at : at + longest], oblique=oblique)), None)
        if name is None:
            between.append(words[at])
            at += 1
            continue
        found += _unknown(between)
        between = []
        size = len(name.split())
        found.append(Name(" ".join(words[at : at + size]).rstrip(".,;:"), name, known=True))
        at += size
    return found + _unknown(between)


def role_at(text: str, directory: Directory, *, oblique: bool = False) -> str | None:
    """Return the longest name of a role of one person that *text* begins with, as the directory spells it."""
    words = text.split()[:MOST_WORDS]
    names = [name for role in directory.roles if role.holder for name in (role.title, *role.aliases)]
    fitting = [name for name in names if _fits(name, words, oblique=oblique)]
    return max(fitting, key=lambda one: len(one.split()), default=None)


def _unknown(words: list[str]) -> list[Name]:
    phrase = " ".join(words).strip(" ,;:").lstrip(". ")
    phrase = phrase if _ABBREVIATED.search(phrase) else phrase.rstrip(" .,;:")
    return [Name(phrase, phrase, known=False)] if phrase else []


def _names(directory: Directory) -> list[str]:
    roles = [name for role in directory.roles for name in (role.title, *role.aliases)]
    return roles + [unit.title for unit in directory.units]


def _fits(name: str, words: list[str], *, oblique: bool) -> bool:
    parts = name.split()
    if len(parts) > len(words):
        return False
    pairs = [(normalise(part), normalise(word.rstrip(":"))) for part, word in zip(parts, words, strict=False)]
    return all(word == part or (oblique and word in _oblique(part)) for part, word in pairs)


def _oblique(word: str) -> set[str]:
    """Return the dative and accusative of a noun or adjective given in the nominative, by its ending."""
    endings = {"ый": ("ому", "ого"), "ий": ("ему", "его"), "ые": ("ым", "ых"), "ие": ("им", "их")}
    if word[-2:] in endings:
        return {word[:-2] + one for one in endings[word[-2:]]}
    if word[-1:] == "ь":
        return {word[:-1] + "ю", word[:-1] + "я"}
    if word[-1:] in {"и", "ы"}:
        return {word[:-1] + "ям", word[:-1] + "ам", word[:-1] + "ей", word[:-1] + "ов"}
    return {word + "у", word + "а"}


def people_named(text: str, case: str) -> list[tuple[str, str | None]]:
    """Return the people named in *text*: as written, and the surname in the nominative where the small rule has it.

    The case, «dative» or «accusative», decides the sex: «Лукьянову» is a woman in one and a man in the other.
    """
    found = []
    for written in _NAME.findall(text):
        surname = next(part for part in re.split(r"[. ]+", written) if len(part) > 1)
        endings = ((old, new) for old, new in _SURNAME[case] if surname.endswith(old))
        old, new = next(endings, ("", ""))
        found.append((written, surname.removesuffix(old) + new if old else None))
    return found
