"""Which measure of an amended document is which of the plan: by words, one to one, best first; no guess between equals.

Likeness is by weighed words: a word of many titles («объективности») says little, a rare one much. A word counts by
its first letters, so that its case does not matter; numbers count whole.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.importer.findings import flat
from engine.plan import Measure

STEM = 6
"""Letters by which words are the same: «мониторинга» and «мониторинг»."""
ALIKE = 0.8
"""From which likeness on two titles are one, reworded; the likest two measures of the five plans have 0.73 (lysva)."""
SAME_NUMBER = 0.5
"""The same for two of one №, one deadline."""
MARGIN = 0.1
"""Two candidates nearer to each other than this are equally near; what is nearer to the bounds is in doubt."""
FOR_NUMBER = 0.11
"""What the same № adds to likeness: more than the margin, so that it decides between two equally like."""
LOOKED_AT = 300
"""How many measures one is compared with: in a longer plan those that share its rarest words."""


@dataclass
class Matched:
    """What became of the measures of both sides, by their place in them.

    Attributes:
        pairs: Place in the document to place in the plan.
        undecided: Place in the document to the places in the plan it may be, best first.
    """

    pairs: dict[int, int] = field(default_factory=dict)
    undecided: dict[int, list[int]] = field(default_factory=dict)

    @property
    def kept(self) -> set[int]:
        """The places in the plan that a person has to decide about."""
        return {one for found in self.undecided.values() for one in found}


def match_measures(old: Sequence[Measure], new: Sequence[Measure]) -> Matched:
    """Match the measures of a document (*new*) to those of a plan (*old*)."""
    matched = Matched()
    for parts in _SAME:
        _exact(old, new, matched, parts)
    likeness = _Likeness(old, new, matched)
    pairs = sorted(likeness.pairs(), key=lambda one: (-one.score, one.new, one.old))
    _best_first(pairs, matched)
    return matched


def _words(text: str | None) -> str:
    return flat(text or "").casefold().replace("ё", "е")


_SAME = (
    ("title", "deadline", "number", "section"),
    ("title", "deadline", "number"),
    ("title", "deadline", "section", "responsible"),
    ("title", "deadline"),
    ("title", "number"),
    ("title", "section"),
    ("title",),
)
"""What has to be equal, the surest first; it counts where there is one such measure on each side."""


def _key(one: Measure, parts: Sequence[str]) -> tuple[str, ...]:
    whole = {
        "title": one.title,
        "deadline": one.cell.text,
        "number": one.printed,
        "section": one.section,
        "responsible": ",".join(one.responsibles),
    }
    return tuple(_words(whole[part]) for part in parts)


def _exact(old: Sequence[Measure], new: Sequence[Measure], matched: Matched, parts: Sequence[str]) -> None:
    taken = set(matched.pairs.values())
    here: dict[tuple[str, ...], list[int]] = defaultdict(list)
    there: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, one in enumerate(new):
        if place not in matched.pairs:
            here[_key(one, parts)].append(place)
    for place, one in enumerate(old):
        if place not in taken:
            there[_key(one, parts)].append(place)
    for key, places in here.items():
        if len(places) == len(there.get(key, ())) == 1:
            matched.pairs[places[0]] = there[key][0]


@dataclass(frozen=True, slots=True)
class _Pair:
    new: int
    old: int
    score: float
    enough: bool


@dataclass(frozen=True, slots=True)
class _Title:
    place: int
    measure: Measure
    words: frozenset[str]
    weight: float


class _Likeness:
    """How like the measures are that have no equal, by the words of their titles."""

    def __init__(self, old: Sequence[Measure], new: Sequence[Measure], matched: Matched) -> None:
        titles = [_stems(one.title) for one in (*old, *new)]
        times = Counter(word for words in titles for word in words)
        self.weight = {word: math.log(1 + len(titles) / count) for word, count in times.items()}
        taken = set(matched.pairs.values())
        self.new = [self._title(*one) for one in enumerate(new) if one[0] not in matched.pairs]
        self.old = [self._title(*one) for one in enumerate(old) if one[0] not in taken]
        self.holding: dict[str, list[_Title]] = defaultdict(list)
        for title in self.old:
            for word in (*title.words, f"№{_words(title.measure.printed)}"):
                self.holding[word].append(title)

    def _title(self, place: int, measure: Measure) -> _Title:
        words = _stems(measure.title)
        return _Title(place, measure, words, sum(self.weight[word] for word in words))

    def pairs(self) -> Iterator[_Pair]:
        """Yield every pair that may be the same measure."""
        for new in self.new:
            for old in self._candidates(new):
                like = self.alike(new, old)
                same = _words(new.measure.printed) == _words(old.measure.printed)
                if like >= (SAME_NUMBER if same else ALIKE) - MARGIN:
                    score = like + (FOR_NUMBER if same else 0)
                    yield _Pair(new.place, old.place, score, _enough(like, new, old, same=same))

    def _candidates(self, new: _Title) -> Iterable[_Title]:
        if len(self.old) <= LOOKED_AT:
            return self.old
        found = {one.place: one for one in self.holding.get(f"№{_words(new.measure.printed)}", ())[:LOOKED_AT]}
        for word in sorted(new.words, key=lambda one: (len(self.holding.get(one, ())), one)):
            if len(found) + len(self.holding.get(word, ())) > LOOKED_AT:
                break
            found |= {one.place: one for one in self.holding.get(word, ())}
        return found.values()

    def alike(self, one: _Title, other: _Title) -> float:
        """Return the share of weight that two titles have in common (Dice), from 0 to 1."""
        both = sum(self.weight[word] for word in one.words & other.words)
        return 2 * both / (one.weight + other.weight) if both else 0.0


def _enough(like: float, new: _Title, old: _Title, *, same: bool) -> bool:
    """Tell whether two are one measure beyond doubt: other figures in the title are doubt where the № is another."""
    if not same:
        return like >= ALIKE and not any(word.isdigit() for word in new.words ^ old.words)
    deadlines = [_words(one.measure.cell.text) for one in (new, old)]
    return like >= (SAME_NUMBER if deadlines[0] == deadlines[1] else ALIKE - MARGIN / 2)


def _stems(title: str) -> frozenset[str]:
    found = re.findall(r"\d+|[^\W\d_]+", _words(title))
    return frozenset(word if word.isdigit() else word[:STEM] for word in found)


def _best_first(pairs: list[_Pair], matched: Matched) -> None:
    """Take the best pair, and the next of what is left; where a second is as near, nothing is taken."""
    of_new: dict[int, list[_Pair]] = defaultdict(list)
    of_old: dict[int, list[_Pair]] = defaultdict(list)
    for one in pairs:
        of_new[one.new].append(one)
        of_old[one.old].append(one)
    done: set[tuple[str, int]] = set()
    for best in pairs:
        if ("new", best.new) in done or ("old", best.old) in done:
            continue
        near = {
            one
            for one in (*of_new[best.new], *of_old[best.old])
            if ("new", one.new) not in done and ("old", one.old) not in done and one.score > best.score - MARGIN
        }
        if len(near) == 1 and best.enough:
            matched.pairs[best.new] = best.old
            done |= {("new", best.new), ("old", best.old)}
            continue
        for one in sorted(near, key=lambda found: (-found.score, found.old)):
            matched.undecided.setdefault(one.new, []).append(one.old)
        done |= {("new", one.new) for one in near} | {("old", one.old) for one in near}
