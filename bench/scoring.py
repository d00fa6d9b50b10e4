"""Scores parts against the corpus by the definitions of its own score.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

Parts = Sequence[dict[str, Any]]
Windows = set[tuple[str | None, str]]

UNKNOWN: Parts = ({"kind": "unknown"},)

_WINDOWED = ("dated", "recurring", "continuous")
_TEXTS = {"event": "event", "schedule": "ref"}
_KINDS = (*_WINDOWED, *_TEXTS, "on_demand", "unknown")
_SPAN_FREQ = re.compile(r"daily|weekly|every-.*")


class Score(NamedTuple):
    """What one answer is worth.

    Attributes:
        exact: Every kind agrees.
        same_due: The last days of all windows agree, whatever their kinds and first days.
        silently_wrong: It gives windows and they are not the right ones.
        gave_up: There are windows, and it says it does not know.
    """

    exact: bool
    same_due: bool
    silently_wrong: bool
    gave_up: bool


def score(gold: Parts, answer: Parts) -> Score:
    """Score one answer; an empty one is unknown."""
    answer = answer or UNKNOWN
    right, given = windows(gold, _WINDOWED), windows(answer, _WINDOWED)
    says_unknown = all(part["kind"] == "unknown" for part in answer)
    return Score(
        exact=all(_agree(kind, gold, answer) for kind in _KINDS),
        same_due={last for _, last in right} == {last for _, last in given},
        silently_wrong=bool(given) and given != right,
        gave_up=bool(right) and says_unknown,
    )


def windows(parts: Parts, kinds: Sequence[str]) -> Windows:
    """Give the windows of all parts of the kinds, equal ones once."""
    return {(first, last) for part in parts if part["kind"] in kinds for first, last in part.get("windows", [])}


def _agree(kind: str, gold: Parts, answer: Parts) -> bool:
    right = [part for part in gold if part["kind"] == kind]
    given = [part for part in answer if part["kind"] == kind]
    if not right or not given:
        return not right and not given
    if kind in _WINDOWED:
        return windows(right, (kind,)) == windows(given, (kind,)) and (
            kind != "recurring" or _span_freqs(right) == _span_freqs(given)
        )
    return kind not in _TEXTS or _match_texts(right, given, _TEXTS[kind])


def _span_freqs(parts: Parts) -> set[str]:
    return {freq for part in parts if _SPAN_FREQ.fullmatch(freq := part.get("freq") or "")}


def _match_texts(gold: Parts, answer: Parts, key: str) -> bool:
    left = list(answer)
    for right in gold:
        fits = (part for part in left if _same_bound(right, part) and _alike(right.get(key), part.get(key)))
        fit = next(fits, None)
        if fit is None:
            return False
        left.remove(fit)
    return not left


def _same_bound(right: dict[str, Any], part: dict[str, Any]) -> bool:
    return all(right.get(field) == part.get(field) for field in ("relation", "offset"))


def _alike(right: str | None, given: str | None) -> bool:
    """Tell whether stems of five letters overlap (Dice 0.5 or more); nothing to match is matched by anything."""
    ours, theirs = _stems(right), _stems(given)
    return not ours or (bool(theirs) and 2 * len(ours & theirs) >= 0.5 * (len(ours) + len(theirs)))


def _stems(text: str | None) -> set[str]:
    return {word[:5] for word in re.findall(r"\w+", (text or "").casefold())}
