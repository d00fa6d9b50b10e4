"""The row model every reader fills: a document as its rows and paragraphs, in order."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import SrokError
from engine.importer.findings import Finding


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table as the document has it.

    A cell's paragraphs are joined by a line feed. Of cells merged in a row the first holds the text, the others are
    empty; one merged over rows stands in each of them, and below the first its column is among ``carried``.
    ``line`` is the line of a text file or the running number of the row in the document, from 1.
    """

    cells: tuple[str, ...]
    line: int
    carried: frozenset[int] = frozenset()

    @property
    def own(self) -> tuple[str, ...]:
        """The cells that begin in this row; the carried ones are empty."""
        return tuple("" if column in self.carried else cell for column, cell in enumerate(self.cells))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph outside a table; ``line`` as in `Row`."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Source:
    """A document: its file name, its parts in order, and what its reader found to say."""

    name: str
    parts: tuple[Row | Paragraph, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of its tables."""
        return tuple(part for part in self.parts if isinstance(part, Row))

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """What stands outside its tables."""
        return tuple(part for part in self.parts if isinstance(part, Paragraph))


class ImportRefusedError(SrokError):
    """A document that cannot be read; the message says what to do."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"«{name}»: {why}")
        self.name = name
        self.why = why
