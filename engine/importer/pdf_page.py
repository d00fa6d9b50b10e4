"""What pdfplumber finds on a page as words and lines. Lengths are points, y grows downwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from engine.importer.pdf_grid import SNAP, Rule, merged
from engine.importer.pdf_lines import Word
from engine.importer.pdf_parts import Sheet

_PICTURE = 0.05
_SCAN = 0.5
"""Shares of the page: a larger picture is told; one that large with no more than a stamp's words is a scan."""
_STAMP_CHARS = 200
_TWICE = 1.0
_PADDING = 0.5
"""A line through a word that has no room for it there is crossed by the word."""


class ScannedPageError(Exception):
    """A page is a picture."""


def read_sheet(page: Any) -> Sheet:
    """Return the words and lines of a page of pdfplumber.

    Raises:
        ScannedPageError: There is a picture, or a drawing, where the words should be.
    """
    size = float(page.width), float(page.height)
    chars = page.chars
    shares = [_share(one, size) for one in page.images]
    if (not chars and (shares or page.curves)) or (len(chars) < _STAMP_CHARS and max(shares, default=0) > _SCAN):
        raise ScannedPageError
    vertical, horizontal = list[Rule](), list[Rule]()
    for x0, top, x1, bottom in _drawn(page):
        if x1 - x0 <= SNAP < bottom - top:
            vertical.append(Rule((x0 + x1) / 2, top, bottom))
        elif bottom - top <= SNAP < x1 - x0:
            horizontal.append(Rule((top + bottom) / 2, x0, x1))
    pictures = sum(share > _PICTURE for share in shares)
    remarks = [f"Картинка на странице {page.page_number}: слова на ней не прочитаны"] * pictures
    words = _words(page, merged(vertical), spaced=any(one["text"].isspace() for one in chars))
    return Sheet(size, words, vertical, horizontal, remarks + list(_notes(page)))


def _words(page: Any, vertical: list[Rule], *, spaced: bool) -> list[Word]:
    """Return the words; what is printed twice in one place stands once.

    Letters set apart stay one word where the file has spaces; a line between two letters parts them always.
    """
    found = page.filter(lambda one: one.get("upright", True)).extract_words(
        use_text_flow=True,
        x_tolerance_ratio=0.4 if spaced else 0.15,
        y_tolerance=2,
        expand_ligatures=False,
        return_chars=True,
    )
    seen: dict[str, list[Word]] = defaultdict(list)
    words = []
    turned = list(_turned([one for one in page.chars if not one["upright"]]))
    for pieces in [turned, *(_parted(one, vertical) for one in found)]:
        for word in pieces:
            same = seen[word.text][-50:]
            if not any(abs(word.x0 - w.x0) < _TWICE and abs(word.top - w.top) < _TWICE for w in same):
                seen[word.text].append(word)
                words.append(word)
    return words


def _parted(word: dict[str, Any], vertical: list[Rule]) -> Iterator[Word]:
    """Yield the pieces of a word between upright lines: the cells left and right of one may stand near."""
    middle = (word["top"] + word["bottom"]) / 2
    walls = [one.at for one in vertical if word["x0"] < one.at < word["x1"] and one.start <= middle <= one.end]
    pieces: list[list[dict[str, Any]]] = [[]]
    for char in word["chars"]:
        before = pieces[-1][-1]["x1"] if pieces[-1] else char["x0"]
        if char["x0"] - before > _PADDING and any(before < one < char["x0"] for one in walls):
            pieces.append([])
        pieces[-1].append(char)
    for piece in pieces:
        yield Word("".join(one["text"] for one in piece), piece[0]["x0"], word["top"], piece[-1]["x1"], word["bottom"])


def _turned(chars: list[dict[str, Any]]) -> Iterator[Word]:
    """Yield each text that runs up or down as one word, as it follows in the file: headers of narrow columns do."""
    runs: list[list[dict[str, Any]]] = []
    for char in chars:
        last = runs[-1][-1] if runs else None
        if last is None or abs(char["x0"] - last["x0"]) > 1 or abs(char["top"] - last["top"]) > 2 * char["size"]:
            runs.append([])
        runs[-1].append(char)
    for run in runs:
        if text := "".join(one["text"] for one in run).strip():
            box = [f(one[side] for one in run) for side, f in (("x0", min), ("top", min), ("x1", max), ("bottom", max))]
            yield Word(text, *box)


def _drawn(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Yield the boxes of the lines drawn: strokes, thin rectangles, the sides of those that are not filled alone."""
    for one in page.lines:
        yield one["x0"], one["top"], one["x1"], one["bottom"]
    for one in page.rects:
        x0, top, x1, bottom = one["x0"], one["top"], one["x1"], one["bottom"]
        if min(x1 - x0, bottom - top) <= SNAP:
            yield x0, top, x1, bottom
        elif one["stroke"]:
            yield from [(x0, top, x0, bottom), (x1, top, x1, bottom), (x0, top, x1, top), (x0, bottom, x1, bottom)]
    for one in page.curve_edges:
        yield one["x0"], one["top"], one["x1"], one["bottom"]


def _share(box: dict[str, Any], size: tuple[float, float]) -> float:
    width = min(box["x1"], size[0]) - max(box["x0"], 0)
    height = min(box["bottom"], size[1]) - max(box["top"], 0)
    return float(max(width, 0) * max(height, 0) / (size[0] * size[1]))


def _notes(page: Any) -> Iterable[str]:
    """Return the words of remarks and fields, which stand beside the text of the page."""
    texts = []
    for one in page.annots:
        for value in (one.get("contents"), one["data"].get("V")):
            text = (
                value.decode("utf-16" if value[:2] in {b"\xfe\xff", b"\xff\xfe"} else "cp1251", "replace")
                if isinstance(value, bytes)
                else value
            )
            if isinstance(text, str) and text.strip():
                texts.append(f"Примечание на странице {page.page_number}: {' '.join(text.split())}")
    return dict.fromkeys(texts)
