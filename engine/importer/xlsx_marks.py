"""What a sheet says besides the values of its cells, read in one pass that keeps no tree of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO, Any

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})(?::([A-Z]{1,3})([1-9]\d{0,6}))?")
_EDGES = {"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"}


@dataclass
class Marks:
    """What was found; rows and columns count from 1.

    Attributes:
        hidden_rows: Rows the sheet does not show, filtered ones too.
        hidden_columns: Columns it does not show, first and last of each run.
        merged: By first row, the column and last row of each range merged over rows.
        uncounted: Cells with a formula nobody has counted yet.
        edges: Printed headers and footers, with their marks.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    uncounted: list[str] = field(default_factory=list)
    edges: list[str] = field(default_factory=list)
    _row: int = 0
    _cell: str = ""
    _formula: bool = False
    _value: bool = False
    _valued: bool = False
    _words: list[str] | None = None

    def start(self, tag: str, attributes: Any) -> None:
        """Look at an element as it begins."""
        name = tag.rpartition("}")[2]
        if name == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            if _true(attributes.get("hidden")) or attributes.get("ht") == "0":
                self.hidden_rows.add(self._row)
        elif name == "col" and (_true(attributes.get("hidden")) or attributes.get("width") == "0"):
            self.hidden_columns.append((int(attributes.get("min", 1)), int(attributes.get("max", 1))))
        elif name == "c":
            self._cell, self._formula = attributes.get("r") or f"в строке {self._row}", False
            self._valued = attributes.get("t") == "str"  # such a one may give no words and be counted
        elif name in {"f", "v", "is"}:
            self._formula |= name == "f"
            self._value |= name != "f"
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name in _EDGES:
            self._words = []

    def data(self, words: str) -> None:
        """Keep the words of printed headers and footers, and that a cell has a value."""
        self._valued |= self._value
        if self._words is not None:
            self._words.append(words)

    def end(self, tag: str) -> None:
        """Look at an element as it ends."""
        name = tag.rpartition("}")[2]
        if name in {"v", "is"}:
            self._value = False
        elif name == "c" and self._formula and not self._valued:
            self.uncounted.append(self._cell)
        elif name in _EDGES and self._words is not None:
            self.edges.append("".join(self._words))
            self._words = None

    def close(self) -> Marks:
        """Return what was found."""
        return self

    def _merge(self, reference: str) -> None:
        match = _REFERENCE.fullmatch(reference)
        if match and match[4] and int(match[4]) > int(match[2]):
            self.merged.setdefault(int(match[2]), []).append((_column(match[1]), int(match[4])))


def read_marks(sheet: IO[bytes]) -> Marks:
    """Read the XML of a sheet."""
    from lxml import etree  # noqa: PLC0415 (imported when used)

    parser = etree.XMLParser(target=Marks(), resolve_entities=False, no_network=True)
    found: Marks = etree.parse(sheet, parser)
    return found


def _true(value: str | None) -> bool:
    return value in {"1", "true"}


def _column(letters: str) -> int:
    value = 0
    for one in letters:
        value = value * 26 + ord(one) - ord("A") + 1
    return value
