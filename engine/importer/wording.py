"""Whom words mean: the longest names of the directory in a cell, also in the dative and accusative of orders."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.importer.findings import flat
from engine.people import Directory, normalise

_ELLIPSIS = re.compile(r"\b(\w+[ыи]й) и (\w+[ыи]е) (\w+)", re.IGNORECASE)
_ROLE_WORD = re.compile(r"\bконтроль:\s*", re.IGNORECASE)
_NAME = re.compile(r"[А-ЯЁ]\. ?[А-ЯЁ]\. ?[А-ЯЁ][а-яё]+|[А-ЯЁ][а-яё]+ [А-ЯЁ]\. ?[А-ЯЁ]\.")
_SURNAME = {
    "accusative": (("ову", "ова"), ("еву", "ева"), ("ину", "ина"), ("ова", "ов"), ("ева", "ев"), ("ина", "ин")),
    "dative": (("овой", "ова"), ("евой", "ева"), ("иной", "ина"), ("ову", "ов"), ("еву", "ев"), ("ину", "ин")),
}


@dataclass(frozen=True, slots=True)
class Named:
    """Responsibles in the order of the cell (the first leads), controllers of the cell, and words nobody goes by."""

    responsible: tuple[str, ...]
    controllers: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    run_together: bool = False


def read_responsible(cell: str, directory: Directory) -> Named:
    """Divide a responsible cell: by the names of the directory, by commas and line ends where it knows none."""
    executors, *control = _ROLE_WORD.split(cell, maxsplit=1)
    phrases, unknown, plain = _split(executors, directory)
    controllers, strange, _ = _split(control[0], directory) if control else ((), (), True)
    return Named(phrases, controllers, unknown + strange, not plain)


def _split(cell: str, directory: Directory) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    found: list[str] = []
    unknown: list[str] = []
    plain = True
    for part in re.split(r"[,;\n]", cell):
        names = [(name.written, name.known) for name in find_names(_expanded(flat(part), directory), directory)]
        plain &= sum(known for _, known in names) < 2  # noqa: PLR2004 - two in one part: nothing divides them
        found += [written for written, _ in names]
        unknown += [written for written, known in names if not known]
    return tuple(found), tuple(unknown), plain


def _expanded(part: str, directory: Directory) -> str:
    """Return «Муниципальный и школьные координаторы» with its noun said twice, where the directory knows the first."""
    match = _ELLIPSIS.search(part)
    if match is None:
        return part
    first, second, noun = match.groups()
    singular = next((noun[:-n] for n in (1, 2) if normalise(f"{first} {noun[:-n]}") in directory.names), None)
    return part if singular is None else part.replace(match[0], f"{first} {singular} {second} {noun}")


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


def _unknown(words: list[str]) -> list[Name]:
    phrase = " ".join(words).strip(" .,;:")
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
