"""The numbers Word prints by itself before a paragraph, counted as it counts them (ECMA-376, part 1, 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"  # Word leaves out ё, й, ъ, ы, ь
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS = (("Letter", _LATIN), ("ussianLower", _RUSSIAN), ("ussianUpper", _RUSSIAN))
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LONGEST = 780
"""Higher numbers are not written in letters: they would be as long as they are high."""
_MOST_STYLES = 20
"""Styles that rest on one another; more are a circle."""


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    kind: str
    text: str
    restart: int | None
    legal: bool
    after: str
    style: str | None


class Numbering:
    """Counts the numbered paragraphs of a document; each is to be shown once, in order."""

    def __init__(self, numbering: Any | None, styles: Any | None) -> None:
        """Take the roots of numbering.xml and styles.xml, None for a part that is not there."""
        self._kinds = _by(numbering, "abstractNum", "abstractNumId")
        self._lists = _by(numbering, "num", "numId")
        self._styles = _by(styles, "style", "styleId")
        usual = (
            one for one in self._styles.values() if one.get(f"{_W}default") and one.get(f"{_W}type") == "paragraph"
        )
        self._usual = next((one.get(f"{_W}styleId") for one in usual), None)
        self._levels: dict[str, tuple[str, dict[int, _Level], set[int]]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    def printed(self, paragraph: Any) -> str:
        """Return the number before *paragraph* with the space after it; nothing for a bullet or a plain paragraph."""
        found = self._place(paragraph)
        if found is None:
            return ""
        number, depth = found
        kind, levels, overridden = self._list(number)
        if depth not in levels:
            return ""
        counts = self._counts.setdefault(kind, {})
        for one in overridden if number not in self._begun else ():
            counts.pop(one, None)
        self._begun.add(number)
        counts[depth] = counts[depth] + 1 if depth in counts else levels[depth].start
        for deeper in [one for one in counts if one > depth]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or depth < restart:
                del counts[deeper]
        return _shown(levels, depth, counts)

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """Return the list of a paragraph and its depth in it, its own or that of its style."""
        own = paragraph.find(f"{_W}pPr/{_W}numPr")
        number, depth = _value(own, "numId"), _value(own, "ilvl")
        style = _value(paragraph.find(f"{_W}pPr"), "pStyle") or self._usual
        for _ in range(_MOST_STYLES):
            if number is not None or style not in self._styles:
                break
            there = self._styles[style].find(f"{_W}pPr/{_W}numPr")
            number = _value(there, "numId")
            if number is not None and number in self._lists:
                linked = (at for at, one in self._list(number)[1].items() if one.style == style)
                depth = depth or next((str(at) for at in linked), None)
            depth = depth or _value(there, "ilvl")
            style = _value(self._styles[style], "basedOn")
        return (number, int(depth or 0)) if number in self._lists and number is not None else None

    def _list(self, number: str) -> tuple[str, dict[int, _Level], set[int]]:
        if number not in self._levels:
            self._levels[number] = self._list_of(number)
        return self._levels[number]

    def _list_of(self, number: str) -> tuple[str, dict[int, _Level], set[int]]:
        """Return the kind of a list, its levels, and those it begins anew."""
        kind = _value(self._lists[number], "abstractNumId") or ""
        link = _value(self._kinds.get(kind), "numStyleLink")
        if link in self._styles:
            there = _value(self._styles[link].find(f"{_W}pPr/{_W}numPr"), "numId")
            kind = _value(self._lists.get(there), "abstractNumId") or kind
        found = self._kinds.get(kind)
        written = {} if found is None else {_depth(one): one for one in found.findall(f"{_W}lvl")}
        levels = {depth: _level(one) for depth, one in written.items()}
        anew = set()
        for one in self._lists[number].findall(f"{_W}lvlOverride"):
            depth, start, whole = _depth(one), _value(one, "startOverride"), one.find(f"{_W}lvl")
            if whole is not None:
                written[depth] = whole
            if depth in written:
                levels[depth] = _level(written[depth], start)
            if start is not None:
                anew.add(depth)
        return kind, levels, anew


def _by(root: Any | None, tag: str, key: str) -> dict[str | None, Any]:
    return {} if root is None else {one.get(f"{_W}{key}"): one for one in root.findall(f"{_W}{tag}")}


def _value(element: Any | None, tag: str) -> str | None:
    child = None if element is None else element.find(f"{_W}{tag}")
    return None if child is None else str(child.get(f"{_W}val", ""))


def _depth(element: Any) -> int:
    return int(element.get(f"{_W}ilvl"))


def _level(element: Any, start: str | None = None) -> _Level:
    restart, legal = _value(element, "lvlRestart"), _value(element, "isLgl")
    return _Level(
        start=int(start or _value(element, "start") or 0),
        kind=_value(element, "numFmt") or "decimal",
        text=_value(element, "lvlText") or "",
        restart=None if restart is None else int(restart),
        legal=legal is not None and legal not in {"0", "false", "off"},
        after="" if _value(element, "suff") == "nothing" else " ",
        style=_value(element, "pStyle"),
    )


def _shown(levels: dict[int, _Level], depth: int, counts: dict[int, int]) -> str:
    level = levels[depth]
    if level.kind == "bullet":
        return ""

    def one(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        if at not in levels:
            return ""
        return _written(counts.get(at, levels[at].start), "decimal" if level.legal else levels[at].kind)

    text = re.sub(r"%(\d)", one, level.text)
    return text + level.after if text else ""


def _written(value: int, kind: str) -> str:
    """Return *value* in the letters of *kind*; in digits what has none here."""
    if kind == "none":
        return ""
    if kind == "decimalZero":
        return f"{value:02}"
    if 0 < value <= _LONGEST and kind.endswith("Roman"):
        text = ""
        for worth, letters in _ROMAN:
            text += letters * (value // worth)
            value %= worth
        return text.upper() if kind == "upperRoman" else text
    letters = next((row for end, row in _ALPHABETS if kind.endswith(end)), "")
    if not letters or not 0 < value <= _LONGEST:
        return str(value)
    text = letters[(value - 1) % len(letters)] * ((value - 1) // len(letters) + 1)
    return text.upper() if "pper" in kind else text
