"""The cells that ruling lines make of a page; also of a row that the page end cut, which no line closes.

Lengths are points, y grows downwards. Pure: what the lines and words are is found by `engine.importer.pdf_page`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

SNAP = 3.0
"""Lines nearer than this are one: the two sides of a thin rectangle, the borders of neighbouring cells."""
SHORTEST = 6.0
"""A shorter line is no side of a cell."""
_SECTION = 40.0
"""The heading of a section is lower."""
MAX_RULES = 3000
"""Lines of one page after joining; a drawing has more."""


class Rule(NamedTuple):
    """A line: a vertical one stands at x from y to y, a horizontal one at y from x to x."""

    at: float
    start: float
    end: float


class TooManyRulesError(Exception):
    """The page is a drawing."""


@dataclass
class Grid:
    """A table's part on one page: its columns' and rows' sides, and its lines by side."""

    xs: list[float]
    ys: list[float]
    vertical: dict[int, list[Rule]] = field(default_factory=dict)
    horizontal: dict[int, list[Rule]] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.ys) - 1, len(self.xs) - 1

    def place(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of a point; None outside."""
        inside = self.xs[0] - SNAP <= x <= self.xs[-1] + SNAP and self.ys[0] - SNAP <= y <= self.ys[-1] + SNAP
        return (bisect_right(self.ys[1:-1], y), bisect_right(self.xs[1:-1], x)) if inside else None

    def owners(self) -> dict[tuple[int, int], tuple[int, int]]:
        """For every place the first place of its cell: places with no line between them are one cell."""
        rows, columns = self.size
        joined = _Sets()
        for row in range(rows):
            for column in range(columns):
                here = (row, column)
                joined.find(here)
                if column and not _covers(self.vertical.get(column, []), self.ys[row], self.ys[row + 1]):
                    joined.join((row, column - 1), here)
                if row and not _covers(self.horizontal.get(row, []), self.xs[column], self.xs[column + 1]):
                    joined.join((row - 1, column), here)
        return {place: joined.find(place) for place in list(joined.above)}


def find_grids(vertical: Iterable[Rule], horizontal: Iterable[Rule]) -> list[Grid]:
    """Return the tables of two columns and more, from above; a frame around one or a table in a cell is none.

    Raises:
        TooManyRulesError: There are more than `MAX_RULES` lines.
    """
    uprights, levels = merged(vertical), merged(horizontal)
    if len(uprights) + len(levels) > MAX_RULES:
        raise TooManyRulesError
    grids = [_grid(*part) for part in _connected(uprights, levels)]
    tables = sorted((one for one in grids if min(one.size) > 0 and one.size[1] > 1), key=lambda one: one.ys[0])
    return _stacked([one for one in tables if not any(_inside(one, other) for other in tables if other is not one)])


def merged(rules: Iterable[Rule]) -> list[Rule]:
    """Return the lines with pieces of one joined and positions made equal."""
    found: list[Rule] = []
    for group in _near(sorted(rules)):
        at = sum(one.at for one in group) / len(group)
        pieces = sorted((one.start, one.end) for one in group)
        start, end = pieces[0]
        for piece in pieces[1:]:
            if piece[0] > end + SNAP:
                found.append(Rule(at, start, end))
                start, end = piece
            end = max(end, piece[1])
        found.append(Rule(at, start, end))
    return [one for one in found if one.end - one.start >= SHORTEST]


def with_columns(grid: Grid, xs: list[float]) -> Grid | None:
    """Return *grid* with the columns *xs* of the table it continues, moved to its left side; None where they differ."""
    moved = [one + grid.xs[0] - xs[0] for one in xs]
    at = [min(range(len(moved)), key=lambda i, x=one: abs(moved[i] - x)) for one in grid.xs]  # type: ignore[misc]
    fits = all(abs(moved[i] - one) <= SNAP for i, one in zip(at, grid.xs, strict=True))
    if not fits or at[-1] != len(xs) - 1 or len(set(at)) < len(at):
        return None
    return Grid(moved, grid.ys, {at[i]: rules for i, rules in grid.vertical.items()}, grid.horizontal)


def _near(rules: list[Rule]) -> Iterable[list[Rule]]:
    group: list[Rule] = []
    for one in rules:
        if group and one.at - group[-1].at > SNAP:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _connected(uprights: list[Rule], levels: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Return the lines by what touches; columns that begin or end at one height belong together with none across."""
    joined = _Sets()
    for number, one in enumerate(uprights):
        joined.find((0, number))
        for other, level in enumerate(levels):
            if level.start - SNAP <= one.at <= level.end + SNAP and one.start - SNAP <= level.at <= one.end + SNAP:
                joined.join((0, number), (1, other))
    for side in (1, 2):
        order = sorted(range(len(uprights)), key=lambda i: uprights[i][side])
        for i, k in pairwise(order):
            if uprights[k][side] - uprights[i][side] <= SNAP:
                joined.join((0, i), (0, k))
    parts: dict[tuple[int, int], tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for node in list(joined.above):
        parts[joined.find(node)][node[0]].append((uprights, levels)[node[0]][node[1]])
    return list(parts.values())


def _grid(uprights: list[Rule], levels: list[Rule]) -> Grid:
    xs = _sides([one.at for one in uprights], [x for one in levels for x in (one.start, one.end)])
    ys = _sides([one.at for one in levels], [y for one in uprights for y in (one.start, one.end)])
    grid = Grid(xs, ys, defaultdict(list), defaultdict(list))
    for rules, sides, by_side in ((uprights, xs, grid.vertical), (levels, ys, grid.horizontal)):
        for one in rules:
            by_side[sides.index(one.at)].append(one)
    return grid


def _sides(drawn: list[float], ends: list[float]) -> list[float]:
    """Return the drawn sides, and the outermost where only the ends of the lines across show them."""
    sides = sorted(set(drawn))
    if ends and (not sides or min(ends) < sides[0] - SNAP):
        sides.insert(0, min(ends))
    if ends and max(ends) > sides[-1] + SNAP:
        sides.append(max(ends))
    return sides


def _stacked(tables: list[Grid]) -> list[Grid]:
    """Return the tables with those joined that a section parts: where the sides are open, no line is beside it."""
    found: list[Grid] = []
    for one in tables:
        last = found[-1] if found else None
        if last and _is_open(last) and _is_open(one) and 0 < one.ys[0] - last.ys[-1] < _SECTION and _alike(last, one):
            rows = len(last.ys)
            below = {row + rows: rules for row, rules in one.horizontal.items()}
            sides = {at: [*last.vertical.get(at, []), *one.vertical.get(at, [])] for at in range(len(last.xs))}
            found[-1] = Grid(last.xs, last.ys + one.ys, sides, {**last.horizontal, **below})
        else:
            found.append(one)
    return found


def _is_open(grid: Grid) -> bool:
    return not grid.vertical.get(0) and not grid.vertical.get(grid.size[1])


def _alike(one: Grid, other: Grid) -> bool:
    pairs = zip(one.xs, other.xs, strict=False)
    return len(one.xs) == len(other.xs) and all(abs(x - y) <= SNAP for x, y in pairs)


def _covers(rules: list[Rule], start: float, end: float) -> bool:
    """Whether lines at one position part two cells over all their common side."""
    return any(one.start <= start + SNAP and one.end >= end - SNAP for one in rules)


def _inside(one: Grid, other: Grid) -> bool:
    across = other.xs[0] - SNAP <= one.xs[0] and one.xs[-1] <= other.xs[-1] + SNAP
    down = other.ys[0] - SNAP <= one.ys[0] and one.ys[-1] <= other.ys[-1] + SNAP
    return across and down


class _Sets:
    """Places joined into sets; the first of a set stands for it."""

    def __init__(self) -> None:
        self.above: dict[tuple[int, int], tuple[int, int]] = {}

    def find(self, one: tuple[int, int]) -> tuple[int, int]:
        self.above.setdefault(one, one)
        while self.above[one] != one:
            self.above[one] = self.above[self.above[one]]
            one = self.above[one]
        return one

    def join(self, one: tuple[int, int], other: tuple[int, int]) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        self.above[second] = first
