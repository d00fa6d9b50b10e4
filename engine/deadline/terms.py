"""The meaning of a «Сроки» cell before any calendar is known: terms over calendar periods.

Every node carries ``span``, its place in the cell (first offset, offset past the end), which
takes no part in comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Span = tuple[int, int]
NOWHERE: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Day:
    """A day; without a year the horizon of the plan gives it.

    Attributes:
        implied: The year stands at a later item of the list or range (convention 10).
    """

    day: int
    month: int
    year: int | None = None
    implied: bool = field(default=False, compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Month:
    """A month, 1 to 12; ``year`` and ``implied`` as in :class:`Day`."""

    month: int
    year: int | None = None
    implied: bool = field(default=False, compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year; None is the «год» of «в течение года»."""

    year: int | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """A school year by the calendar year it begins in; None is «учебный год» without figures."""

    year: int | None = None
    span: Span = field(default=NOWHERE, compare=False)


Period = Day | Month | Year | SchoolYear


@dataclass(frozen=True, slots=True)
class On:
    """Once, within the period: «Апрель 2021», «21.02.2023», «2022 год»."""

    period: Day | Month | Year
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Between:
    """From the first day of ``first`` to the last of ``last``: of one type, both with a year or both without."""

    first: Day | Month | Year
    last: Day | Month | Year
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class By:
    """Not later than the day, which is included: «до 21 июня 2021»."""

    period: Day
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Yearly:
    """The terms, all without a year, in each year; no terms: «Ежегодно» alone."""

    terms: tuple[On | Between | By, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Ongoing:
    """All through the period; None is the whole plan («Постоянно»)."""

    period: Year | SchoolYear | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Another document fixes the dates.

    Attributes:
        lead: «по», «согласно» or «в соответствии с», which governs the case of ``ref``.
        ref: The document as the cell names it.
    """

    lead: str
    ref: str
    span: Span = field(default=NOWHERE, compare=False)


class Relation(StrEnum):
    """How a term stands to its event (convention 22)."""

    BEFORE = "before"
    AFTER = "after"
    DURING = "during"
    AT = "at"


@dataclass(frozen=True, slots=True)
class EventBound:
    """Tied to an event that the cell names.

    Attributes:
        event: The noun phrase as in the cell, without its preposition.
        offset: P10D, P2W, P1M, or P3BD for working days; None when the cell gives none.
    """

    relation: Relation
    event: str
    offset: str | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OnDemand:
    """When the case arises: «По мере <condition>»."""

    condition: str
    span: Span = field(default=NOWHERE, compare=False)


Item = On | Between | By
Term = On | Between | By | Yearly | Ongoing | Schedule | EventBound | OnDemand


@dataclass(frozen=True, slots=True)
class Deadline:
    """A cell read in full.

    Attributes:
        text: The cell as written.
        terms: Its terms in the order of the text.
    """

    text: str
    terms: tuple[Term, ...]
