"""Shapes of days: the horizon of a plan, readings, events, planned windows. All days are inclusive local days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from engine.deadline import Relation

_YEARS = 1950, 2150


@dataclass(frozen=True, slots=True)
class Horizon:
    """The days a plan covers, from ``start`` to ``end``."""

    start: date
    end: date

    def __post_init__(self) -> None:
        """Raise ValueError when the end stands before the start, or a year is no year of a plan."""
        if self.end < self.start:
            msg = f"срок плана кончается ({self.end:%d.%m.%Y}) раньше, чем начинается ({self.start:%d.%m.%Y})"
            raise ValueError(msg)
        if self.start.year < _YEARS[0] or self.end.year > _YEARS[1]:
            msg = f"срок плана должен лежать между {_YEARS[0]} и {_YEARS[1]} годом"
            raise ValueError(msg)

    @property
    def days(self) -> int:
        """Length in days, both ends counted."""
        return (self.end - self.start).days + 1


class Window(NamedTuple):
    """First and last day; no first day when only a deadline is given."""

    first: date | None
    last: date


class Kind(StrEnum):
    """Kind of a part (deadline-corpus conventions, «Parts»)."""

    __hash__ = str.__hash__  # that of Enum is written in Python and three times slower

    DATED = "dated"
    RECURRING = "recurring"
    CONTINUOUS = "continuous"
    EVENT = "event"
    SCHEDULE = "schedule"
    ON_DEMAND = "on_demand"
    UNKNOWN = "unknown"


class Part(NamedTuple):
    """What a deadline means within a horizon; a field that its kind does not use is empty.

    Attributes:
        windows: Of a dated, recurring or continuous part, sorted by last day.
        freq: Rhythm of a recurring part: «yearly», «every-2-weeks».
        times: How often within each window, when the text says so.
        event: Words of the event, as in the text.
        ref: The document of a schedule; the condition of an on-demand part with its preposition.
        lead: What stands before the event in the cell: «после», «со дня».
    """

    kind: Kind
    windows: tuple[Window, ...] = ()
    freq: str | None = None
    times: int | None = None
    relation: Relation | None = None
    offset: str | None = None
    event: str | None = None
    ref: str | None = None
    lead: str | None = None

    def as_json(self) -> dict[str, object]:
        """The part in the shape of the deadline corpus: only the fields of its kind, days in ISO."""
        shape: dict[str, object] = {"kind": self.kind.value}
        match self.kind:
            case Kind.RECURRING:
                shape["freq"] = self.freq
                if self.times is not None:
                    shape["times"] = self.times
            case Kind.EVENT:
                shape |= {"relation": self.relation, "offset": self.offset, "event": self.event}
            case Kind.SCHEDULE:
                shape["ref"] = self.ref
        if self.windows:
            shape["windows"] = [[w.first and w.first.isoformat(), w.last.isoformat()] for w in self.windows]
        return shape


class Remark(NamedTuple):
    """What the text leaves unsaid and a convention says, or why reasonable readers differ.

    Attributes:
        code: Stable English name, listed in docs/grammar.md.
        text_ru: The same as a Russian sentence without its full stop.
    """

    code: str
    text_ru: str


class Reading(NamedTuple):
    """A deadline within a horizon.

    Attributes:
        assumptions: What was implied, each once.
        doubts: Why reasonable readers differ; a reading with a doubt is ambiguous.
    """

    parts: tuple[Part, ...]
    assumptions: tuple[Remark, ...] = ()
    doubts: tuple[Remark, ...] = ()


class Shift(StrEnum):
    """Where a due day moves from a day off."""

    PREVIOUS = "previous"
    NEXT = "next"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """The work calendar of a plan: the federal one and its own exceptions."""

    shift: Shift = Shift.PREVIOUS
    extra_days_off: frozenset[date] = frozenset()
    extra_working_days: frozenset[date] = frozenset()


class EventStatus(StrEnum):
    """Status of an event."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    MOVED = "moved"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Event:
    """An event that deadlines hang on.

    Attributes:
        end: Last day; an event of one day gives it too, equal to ``start``.
        basis: The document that fixes the days.
        phrases: How deadlines name the event, without the preposition: «проведения ВПР».
    """

    id: str
    title: str
    start: date | None = None
    end: date | None = None
    status: EventStatus = EventStatus.PLANNED
    basis: str | None = None
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """One window in which a measure is to be done.

    Attributes:
        first: Day it opens; None when not known.
        last: Last day as the text means it; None when not known.
        nominal_due_on: Due day before the shift.
        due_on: Due day after the shift from a day off.
        awaiting: Why there is no due day, in Russian.
        event_id: The event of the plan that gave the days.
        provisional: No decree fixes the days off of the due year yet.
    """

    kind: Kind
    first: date | None = None
    last: date | None = None
    nominal_due_on: date | None = None
    due_on: date | None = None
    awaiting: str | None = None
    event_id: str | None = None
    provisional: bool = False
