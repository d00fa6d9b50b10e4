"""The meaning of a «Сроки» cell before any calendar is known: terms over calendar periods.

Every node carries ``span``, its place in the cell (first offset, offset past the end), which
takes no part in comparison. Nodes are not changed once they are built; they are not frozen, because
that makes building one three times dearer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

Span = tuple[int, int]
NOWHERE: Span = (0, 0)

THIS_YEAR = 0
NEXT_YEAR = 1
"""Years below FIRST_REAL_YEAR count from the first year of the horizon: «текущего года», «следующего года»."""
FIRST_REAL_YEAR = 100
EACH_MONTH = 0
"""Number of a month the cell does not name: «до 5 числа», «вторая неделя»."""
LAST_MONTH = -1
"""Number of the last month of each quarter or half-year."""
NO_WEEKDAY = -1
LAST = -1
"""Number of the last day or week of a month."""


class Unit(StrEnum):
    """What a period or a rhythm is counted in."""

    __hash__ = str.__hash__  # that of Enum is written in Python and three times slower

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    SEASON = "season"
    SCHOOL_QUARTER = "school-quarter"
    SCHOOL_HALF = "school-half"
    YEAR = "year"
    SCHOOL_YEAR = "school-year"


class Piece(StrEnum):
    """What a month is cut into."""

    __hash__ = str.__hash__

    DAY = "day"
    WEEKDAY = "weekday"
    WEEK = "week"
    DECADE = "decade"
    HALF = "half"
    START = "start"
    MIDDLE = "middle"
    END = "end"


class Part(NamedTuple):
    """A piece of a month: day 5, week 2 (LAST: the last one), decade 3; 1 of «начало», «середина», «конец».

    Attributes:
        weekday: Of «вторая суббота» 5, Monday is 0; of a day the one named beside it; NO_WEEKDAY if none.
    """

    piece: Piece
    number: int = 1
    weekday: int = NO_WEEKDAY


@dataclass(slots=True)
class Period:
    """A calendar period, or a piece of a month.

    Attributes:
        number: Which month, quarter, half-year, season (1 is spring), school quarter; 0 for a year and for
            EACH_MONTH.
        year: Calendar year of its first day; None when the cell gives none; below 100, see THIS_YEAR.
        part: The piece of the month that is meant.
        implied: Year or month stand at another item of the list or range (convention 10).
    """

    unit: Unit
    number: int = 0
    year: int | None = None
    part: Part | None = None
    implied: bool = field(default=False, compare=False)
    span: Span = field(default=NOWHERE, compare=False)


class _OfOnePeriod:
    """What a term of one period has in common with one of two: a first and a last."""

    __slots__ = ()
    period: Period

    @property
    def first(self) -> Period:
        """The period it begins with."""
        return self.period

    @property
    def last(self) -> Period:
        """The period it ends with."""
        return self.period


@dataclass(slots=True)
class On(_OfOnePeriod):
    """Once, within the period: «Апрель 2021», «21.02.2023», «2022 год»."""

    period: Period
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(slots=True)
class Between:
    """From the first day of ``first`` to the last of ``last``: both with a year or both without."""

    first: Period
    last: Period
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(slots=True)
class By(_OfOnePeriod):
    """Not later than the last day of the period, which is included: «до 21 июня 2021», «до конца мая».

    Attributes:
        before: Not later than the day before the period begins: «до мая 2021».
    """

    period: Period
    before: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(slots=True)
class Since(_OfOnePeriod):
    """From the first day of the period on: «с 4 сентября 2023 года»."""

    period: Period
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(slots=True)
class Heading:
    """Words that only say what the deadline after them is of: «Август 31.08.2023» (convention 8), «отчёт – …»."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(slots=True)
class Ongoing:
    """All through the period; None is the whole plan («Постоянно»), a year without figures «в течение года»."""

    period: Period | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(slots=True)
class Rhythm:
    """Again and again.

    Attributes:
        unit: «ежемесячно» is MONTH; «2 раза в год» HALF_YEAR.
        every: 2 in «раз в 2 недели».
        times: How often within each unit, (2, 2) in «2 раза в месяц», (1, 2) in «1-2 раза в неделю»; None is once.
        items: When within each unit: «ежегодно (август)», «ежемесячно до 5 числа»; all without a year.
        weekdays: Named days of the week, Monday is 0.
        bound: The time through which the rhythm holds: «ежемесячно с сентября по май».
        following: The items lie in the month (year) that follows the period that is reported on.
        implied: The cell has no word for the rhythm (convention 35).
    """

    unit: Unit
    every: int = 1
    times: tuple[int, int] | None = None
    items: tuple[On | Between | By, ...] = ()
    weekdays: tuple[int, ...] = ()
    bound: On | Between | By | Since | Ongoing | None = None
    following: bool = False
    implied: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(slots=True)
class Schedule:
    """Another document fixes the dates.

    Attributes:
        lead: «по», «согласно» or «в соответствии с», which governs the case of ``ref``; empty for
            «в установленные сроки», where ``ref`` is all of it.
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


@dataclass(slots=True)
class EventBound:
    """Tied to an event that the cell names.

    Attributes:
        lead: The words before the event, in lower case, which govern its case: «после», «со дня», «при»; empty for
            «осенние каникулы».
        event: The noun phrase as in the cell, without its preposition; empty where the cell names none.
        offset: P10D, P2W, P1M, P1Y, PT4H, or P3BD for working days; None when the cell gives none.
    """

    relation: Relation
    event: str
    offset: str | None = None
    lead: str = ""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(slots=True)
class OnDemand:
    """When the case arises: ``lead`` «по мере», «по», «при», «в случае» and the condition as in the cell."""

    lead: str
    condition: str
    span: Span = field(default=NOWHERE, compare=False)


Item = On | Between | By
Term = On | Between | By | Since | Heading | Rhythm | Ongoing | Schedule | EventBound | OnDemand


@dataclass(slots=True)
class Deadline:
    """A cell read in full.

    Attributes:
        text: The cell as written.
        terms: Its terms in the order of the text.
    """

    text: str
    terms: tuple[Term, ...]
