"""The plan: its shapes, the policy of its ladder, and what its deadlines say; `engine.plan_file` reads them.

Shapes are what a person writes (DESIGN.md 4); `Roadmap.measures` are the rows of the document, and
`Roadmap.tracked()` the pieces of work that have occurrences: a measure with sub-measures is tracked by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.calendar import CalendarRules, Event, EventStatus, Horizon, Kind, Part, Reading, Remark, Shift, resolve
from engine.deadline import Deadline, Relation, parse_deadline
from engine.errors import DeadlineError
from engine.people import Directory, Id, Role
from engine.yaml_text import Shape

MAX_DAYS = 366
"""How far a step of the ladder may lie from its anchor."""
Hour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Days = Annotated[int, Field(ge=-MAX_DAYS, le=MAX_DAYS)]


class Audience(StrEnum):
    """To whom a step of the ladder goes."""

    EXECUTORS = "executors"
    CO_EXECUTORS = "co_executors"
    MISSING = "missing"  # executors whose report is awaited
    CONTROLLER = "controller"
    HEAD = "head"


class Anchor(StrEnum):
    """The day a step is counted from."""

    OPENING = "opening"
    HALF = "half"
    DUE = "due"


Said = Annotated[str, Field(min_length=1, pattern=r"\S")]
"""Words that may not be left empty: who decided, and why."""


class Step(Shape):
    """One rung: `offset` days from `anchor`, working or calendar ones, in windows of at least `min_window` days."""

    rung: str
    kind: Literal["opening", "input", "reminder", "due", "overdue", "controller", "head"]
    to: Audience = Field(strict=False)
    anchor: Anchor = Field(default=Anchor.DUE, strict=False)
    offset: Days = 0
    working: bool = False
    min_window: int = 0

    @model_validator(mode="after")
    def _kind_fits_its_audience(self) -> Self:
        """A letter that tells on somebody is worded for the one who is told."""
        told_on = {Audience.CONTROLLER.value, Audience.HEAD.value}
        if self.kind != self.to.value and {self.kind, self.to.value} & told_on:
            raise ValueError(f"ступень «{self.rung}»: вид «{self.kind}» не пишут получателю «{self.to.value}»")
        if self.to.value in told_on and (self.anchor is not Anchor.DUE or self.offset <= 0):
            raise ValueError(
                f"ступень «{self.rung}»: о неисполненном докладывают после срока (anchor due, offset от 1)"
            )
        return self


DEFAULT_STEPS = (
    Step(rung="opening", kind="opening", to="executors", anchor="opening"),
    Step(rung="half", kind="input", to="co_executors", anchor="half"),
    Step(rung="-14d", kind="reminder", to="executors", offset=-14, min_window=60),
    Step(rung="-5d", kind="reminder", to="executors", offset=-5),
    Step(rung="-1wd", kind="reminder", to="executors", offset=-1, working=True),
    Step(rung="due", kind="due", to="executors"),
    Step(rung="+1wd", kind="overdue", to="missing", offset=1, working=True),
    Step(rung="+3wd", kind="controller", to="controller", offset=3, working=True),
    Step(rung="+7wd", kind="head", to="head", offset=7, working=True),
)
"""The ladder of DESIGN.md 6; sources of the offsets: docs/adr/0008."""


class Policy(Shape):
    """When and to whom a plan speaks; instants are local to the recipient."""

    slot: Hour = "09:00"
    hours: tuple[Hour, Hour] = ("09:00", "17:30")
    short_window_days: int = 10
    short_window_lead: Days = 5
    stalled_working_days: tuple[Days, Days] = (3, 7)
    steps: tuple[Step, ...] = DEFAULT_STEPS

    @field_validator("hours")
    @classmethod
    def _hours_are_times(cls, value: tuple[str, str]) -> tuple[str, str]:
        if time.fromisoformat(value[0]) >= time.fromisoformat(value[1]):
            raise ValueError
        return value

    @field_validator("steps")
    @classmethod
    def _rungs_differ(cls, value: tuple[Step, ...]) -> tuple[Step, ...]:
        """A rung is part of a message's key: two of one name would silence each other."""
        if len({step.rung for step in value}) < len(value):
            raise ValueError
        return value

    @model_validator(mode="after")
    def _slot_is_in_hours(self) -> Self:
        """What is put off to the next slot must be sayable then."""
        if not self.hours[0] <= self.slot < self.hours[1]:
            raise ValueError(f"час рассылки {self.slot} лежит вне рабочих часов {self.hours[0]}–{self.hours[1]}")
        return self

    @cached_property
    def slot_time(self) -> time:
        """The hour at which the day's letters leave."""
        return time.fromisoformat(self.slot)

    @cached_property
    def working_hours(self) -> tuple[time, time]:
        """First and last local time at which something may be told at once."""
        return time.fromisoformat(self.hours[0]), time.fromisoformat(self.hours[1])


class HorizonShape(Shape):
    """First and last day the plan is made for, inclusive, and where the document says so."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    basis: str | None = None


class Order(Shape):
    """The act that approves the plan."""

    kind: str
    number: str
    date: date
    place: str | None = None
    signatory: str | None = None


class CalendarShape(Shape):
    """How a due day on a day off moves, and days that differ from the country's calendar."""

    shift: Shift = Field(default=Shift.PREVIOUS, strict=False)
    extra_days_off: tuple[date, ...] = ()
    extra_working_days: tuple[date, ...] = ()


class EventShape(Shape):
    """An event of the plan; `phrases` are the words of cells that mean it."""

    id: Id
    title: str
    start: date | None = None
    end: date | None = None
    status: EventStatus = Field(default=EventStatus.PLANNED, strict=False)
    basis: str | None = None
    phrases: tuple[str, ...] = ()

    def to_event(self) -> Event:
        """Return the event the calendar resolves by."""
        return Event(self.id, self.title, self.start, self.end or self.start, self.status, self.basis, self.phrases)


class Fix(Shape):
    """A due day set by a person instead of what the words say."""

    to: date
    by: Said
    why: Said


class Confirmed(Shape):
    """A person's word that a doubtful reading is the right one."""

    by: Said
    why: Said


class DeadlineCell(Shape):
    """A deadline with a decision about it."""

    text: str | None = None
    fix: Fix | None = None
    confirmed: Confirmed | None = None


class Evidence(Shape):
    """What proves that a measure is done."""

    kind: str | tuple[str, ...]
    required: bool = True

    @property
    def kinds(self) -> str:
        """The kinds of proof in words."""
        return self.kind if isinstance(self.kind, str) else ", ".join(self.kind)


class Work(Shape):
    """What a measure and a sub-measure have in common."""

    id: Id
    number: str | None = None
    title: str = Field(min_length=1)
    deadline: str | DeadlineCell | None = None
    event: str | None = None
    responsible: str | tuple[str, ...] | None = None
    controller: str | None = None
    result: str | None = None
    evidence: Evidence | None = None
    schools: Literal["all"] | tuple[str, ...] = "all"
    completion: Literal["all", "lead"] | None = None


class Measure(Work):
    """One row of the plan, or one sub-measure of it with what it takes from its row."""

    section: str | None = None
    clause: str | None = None
    self_control: bool | None = None
    checkpoints: tuple[date, ...] = ()
    sub: tuple[Work, ...] = ()
    findings: tuple[str, ...] = ()
    notes: str | None = None

    @property
    def printed(self) -> str:
        """The № as printed in the document."""
        return self.number or self.id

    @property
    def cell(self) -> DeadlineCell:
        """The deadline with its decisions, whatever way it was written."""
        return self.deadline if isinstance(self.deadline, DeadlineCell) else DeadlineCell(text=self.deadline)

    @property
    def responsibles(self) -> tuple[str, ...]:
        """References in the order of the cell; the first leads."""
        if isinstance(self.responsible, str):
            return tuple(one.strip() for one in self.responsible.replace(";", ",").split(",") if one.strip())
        return self.responsible or ()

    @property
    def school_ids(self) -> tuple[str, ...] | None:
        """Schools the measure is limited to; None means all."""
        return None if self.schools == "all" else self.schools


class Header(Shape):
    """Whose plan it is, for when, by which act, under whose control."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")
    title: str = Field(min_length=1)
    organization: str | None = None
    timezone: str
    horizon: HorizonShape
    order: Order | None = None
    issuer: str | None = None
    controller: str | None = None
    coordinator: str | None = None
    deputy_head: str | None = None
    self_control: bool = False
    calendar: CalendarShape = CalendarShape()
    escalation: Policy = Policy()
    measure_schedules: bool = True
    source: str | None = None


class Roadmap(Shape):
    """A plan as read: the decisions that the store keeps the facts of."""

    plan: Header
    events: tuple[EventShape, ...] = ()
    measures: tuple[Measure, ...] = ()

    @property
    def horizon(self) -> Horizon:
        """The plan's first and last day."""
        return Horizon(self.plan.horizon.start, self.plan.horizon.end)

    @property
    def rules(self) -> CalendarRules:
        """The plan's own calendar rules."""
        own = self.plan.calendar
        return CalendarRules(own.shift, frozenset(own.extra_days_off), frozenset(own.extra_working_days))

    @property
    def first_day(self) -> date:
        """The day the plan begins to bind: the later of the order's date and the horizon's start."""
        ordered = self.plan.order.date if self.plan.order else self.horizon.start
        return max(ordered, self.horizon.start)

    @property
    def head(self) -> str | None:
        """Who hears what is long overdue: the deputy head, else the issuer."""
        return self.plan.deputy_head or self.plan.issuer

    @property
    def order_title(self) -> str | None:
        """The act as it is cited: «приказ № 218 от 14.10.2020»."""
        order = self.plan.order
        return f"{order.kind} № {order.number} от {order.date:%d.%m.%Y}" if order else None

    @cached_property
    def _labels(self) -> dict[str, str]:
        tracked = list(self.tracked())
        restarts = len({one.printed for one in tracked}) < len(tracked)
        return {one.id: one.id if restarts else one.printed for one in tracked}

    def label(self, measure: Measure) -> str:
        """Return the № people know a measure by: as printed; its id in a plan that restarts its numbers."""
        return self._labels.get(measure.id, measure.id)

    def tracked(self) -> Iterator[Measure]:
        """Yield what has occurrences: measures without subs, and subs with what they take from their row."""
        for measure in self.measures:
            if not measure.sub:
                yield measure
            for sub in measure.sub:
                yield with_row(sub, measure)


def with_row(sub: Work, row: Measure) -> Measure:
    """Return a sub-measure as a measure, with what it takes from its row."""
    inherited = {
        name: getattr(row, name) for name in ("event", "responsible", "controller", "result", "evidence", "completion")
    }
    own = {name: value for name, value in sub if value is not None}
    fields = inherited | own | {"id": f"{row.id}.{sub.id}", "number": sub.number or f"{row.printed} {sub.id}"}
    fields["schools"] = sub.schools if sub.schools != "all" else row.schools
    return Measure.model_construct(**fields, section=row.section, clause=row.clause, self_control=row.self_control)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a measure's deadline says: a reading, or why there is none and what to do about it (``hint``)."""

    deadline: Deadline | None
    reading: Reading | None
    refusal: str | None
    doubts: tuple[Remark, ...]
    hint: str = ""

    @property
    def ambiguous(self) -> bool:
        """Whether a person still has to confirm the reading."""
        return bool(self.doubts)


def understand(measure: Measure, horizon: Horizon) -> Understood:
    """Read a measure's deadline cell; a refusal is returned, not raised. A decision of a person settles doubts."""
    cell = measure.cell
    if not (cell.text or "").strip():
        if measure.event is not None:
            during = Part(Kind.EVENT, relation=Relation.DURING, event=measure.event)
            return Understood(None, Reading((during,)), None, ())
        return Understood(None, None, "срок в документе не указан", ())
    assert cell.text is not None
    try:
        deadline = parse_deadline(cell.text)
    except DeadlineError as error:
        return Understood(None, None, str(error), (), error.hint)
    reading = resolve(deadline, horizon)
    settled = cell.fix is not None or cell.confirmed is not None
    return Understood(deadline, reading, None, () if settled else reading.doubts)


def is_group(reference: str, directory: Directory) -> bool:
    """Tell whether *reference* is answered by each school or each person of a list."""
    entry = directory.find(reference)
    return isinstance(entry, Role) and entry.group is not None
