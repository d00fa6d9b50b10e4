"""Words of a page as lines, and lines as the text of a cell or as paragraphs. Lengths are points, y grows downwards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

WIDE = 2.0
"""A gap of as many letter heights parts the words of a line: a place where the writer set a tab."""
_SOFT = "\u00ad"
_MARKER = re.compile(r"(\d{1,2}\.|\d{1,2}(\.\d{1,2})+\.?|[-–—•*·▪])\s?(?=\D)")
# of three digits at most: a year may end a paragraph
_PAGE_NUMBER = re.compile(r"(стр\.?|страница|лист)?[\s\-–—]*\d{1,3}[\s\-–—]*((из|/)\s*\d{1,4})?", re.IGNORECASE)


class Word(NamedTuple):
    """A word and its box."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of its box."""
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2


@dataclass
class Line:
    """Words on one height, from the left."""

    words: list[Word]

    @property
    def text(self) -> str:
        """The words with spaces."""
        return " ".join(one.text for one in self.words)

    @property
    def box(self) -> Word:
        """The box of the line."""
        words = self.words
        return Word("", words[0].x0, min(w.top for w in words), words[-1].x1, max(w.bottom for w in words))


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Return *words* as lines from above: a word belongs to the line its middle stands in."""
    lines: list[Line] = []
    for word in sorted(words, key=lambda one: (one.top + one.bottom, one.x0)):
        last = lines[-1].words[0] if lines else None
        if last is not None and last.top <= word.middle[1] <= last.bottom:
            lines[-1].words.append(word)
        else:
            lines.append(Line([word]))
    return [Line(sorted(line.words, key=lambda one: one.x0)) for line in lines]


def segments(line: Line) -> list[Line]:
    """Return the pieces of a line that wide gaps part."""
    pieces = [Line(line.words[:1])]
    for before, word in zip(line.words, line.words[1:], strict=False):
        if word.x0 - before.x1 > WIDE * (word.bottom - word.top):
            pieces.append(Line([]))
        pieces[-1].words.append(word)
    return pieces


def joined(lines: Iterable[Line]) -> str:
    """Return lines of one text as one: a soft hyphen at an end goes, after a hard one no space is put."""
    text = ""
    for line in lines:
        part = line.text
        if text.endswith(_SOFT):
            text = text[:-1] + part
        elif re.search(r"\w[-‐]$", text):
            text += part
        else:
            text = f"{text} {part}" if text else part
    return text.replace(_SOFT, "")


@dataclass(frozen=True, slots=True)
class Margins:
    """Where the text of a page begins and ends, from the left, and where its paragraphs begin."""

    left: float
    right: float
    indents: frozenset[int] = frozenset()

    def is_wrapped(self, before: Line, after: Line, *, over_page: bool = False) -> bool:
        """Whether *after* goes on with the paragraph of *before*: its first word had no room there."""
        a, b, first = before.box, after.box, after.words[0]
        height = a.bottom - a.top
        close = over_page or -0.5 * height < b.top - a.bottom < height
        alike = abs((b.bottom - b.top) - height) < 0.15 * height
        if not close or not alike or _MARKER.match(after.text):
            return False
        need = first.x1 - first.x0 + 0.2 * height
        if self._centred(a) and self._centred(b):
            return a.x1 - a.x0 + need > self.right - self.left
        indented = b.x0 > a.x0 + 0.5 * height or (b.x0 > self.left + 0.5 * height and round(b.x0) in self.indents)
        return a.x1 + need > self.right and not indented

    def _centred(self, box: Word) -> bool:
        near = 0.02 * (self.right - self.left)
        inside = box.x0 > self.left + near
        return inside and abs((box.x0 - self.left) - (self.right - box.x1)) <= near


def margins_of(lines: list[Line]) -> Margins:
    """Return where *lines*, in order, begin and end; a paragraph begins where the line below stands further left."""
    boxes = [one.box for one in lines]
    left, right = min((one.x0 for one in boxes), default=0), max((one.x1 for one in boxes), default=0)
    indents = {
        round(a.x0)
        for a, b in pairwise(boxes)
        if 0 <= b.top - a.bottom < a.bottom - a.top and abs(b.x0 - left) < 1 and a.x1 > right - 0.1 * (right - left)
    }
    return Margins(left, right, frozenset(indents))


def running(pages: list[list[Line]]) -> set[int]:
    """Return the `id`s of the lines that head and foot every page: page numbers, and what stands there again."""
    edges = [(side, lines[side]) for lines in pages for side in (0, 1, -2, -1) if len(lines) >= abs(side) + (side >= 0)]
    seen: dict[tuple[int, str], set[int]] = {}
    for side, line in edges:
        seen.setdefault((side, re.sub(r"\d+", "#", line.text)), set()).add(id(line))
    repeated = {one for lines in seen.values() if len(lines) > 1 for one in lines}
    return repeated | {id(line) for _, line in edges if _PAGE_NUMBER.fullmatch(line.text)}
