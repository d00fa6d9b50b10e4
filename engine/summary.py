"""The report on execution of a plan: its rows, its counts, and the execution discipline.

Days are local days of the municipality. A row is an occurrence; discipline is counted by rows for the plan, by
assignments for each responsible and each school. What was cancelled, replaced or never arose is in no count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from engine.assignment import OPEN
from engine.marks import Facts, execution_note, remark
from engine.office import Office
from engine.people import Directory
from engine.report import FULFILLED, Line, Standing, in_plan_order, printed, standing, waited_for

_CLOSED = FULFILLED | {Standing.NOT_DONE}
SOON_DAYS = 10
"""«Срок истекает» is up to and including this many days ahead."""


class Only(StrEnum):
    """Which rows a report is made of, where not of all."""

    OVERDUE = "overdue"
    SOON = "soon"


@dataclass(frozen=True, slots=True)
class Row:
    """One occurrence in the report; texts are Russian, without control characters.

    Attributes:
        number: № by which the measure is known.
        planned_on: The first day ever due; None where there is none, then ``planned`` says what the plan says.
        done_on: Day of the accepted report, of several the last.
        due_on: Last day on time, of those still open the earliest; None where nothing is open or no day is known.
        counted: False for what stands in no count: dropped, or of the person asked for only a co-executor's part.
    """

    section: str
    number: str
    title: str
    planned_on: date | None
    planned: str
    responsible: str
    result: str
    note: str
    done_on: date | None
    remark: str
    standing: Standing
    due_on: date | None
    counted: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many stand how; ``came`` is how many of them were due before the day of the report or are closed."""

    by_standing: Counter[Standing]
    came: int

    @property
    def planned(self) -> int:
        """N: what is on control."""
        return self.by_standing.total()

    @property
    def done(self) -> int:
        """Return n."""
        return sum(self.by_standing[one] for one in FULFILLED)

    @property
    def on_time(self) -> int:
        """Return m."""
        return self.by_standing[Standing.ON_TIME]

    @property
    def with_day(self) -> int:
        """N of «в срок»: without what was closed having no due day."""
        return self.planned - self.by_standing[Standing.DONE]


@dataclass(frozen=True, slots=True)
class Discipline:
    """How many stand how: occurrences in all, assignments by who answers and by school."""

    total: Tally
    responsibles: tuple[tuple[str, Tally], ...]
    schools: tuple[tuple[str, Tally], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The report on one plan."""

    plan: str
    heading: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Tally
    responsibles: tuple[tuple[str, Tally], ...]
    schools: tuple[tuple[str, Tally], ...]
    signatory: tuple[str, str]
    only: Only | None


def share(part: int, whole: int) -> str:
    """Return «9 / 24 (37,5 %)», broken only before the bracket; a dash where there is nothing to count."""
    percent = f"{part * 100 / whole:.1f}".replace(".", ",") if whole else ""
    return f"{part}\u00a0/\u00a0{whole} ({percent}\u00a0%)" if whole else "—"


def summarise(
    office: Office,
    found: Sequence[Line],
    facts: Facts,
    today: date,
    only: Only | None = None,
    official: str | None = None,
) -> Summary:
    """Return the report on a plan.

    Args:
        office: The plan and its people.
        found: Its lines on *today*, or those of one official, person, unit or school.
        facts: What the journal knows of them.
        today: Local day the flags of *found* are computed for.
        only: Which rows are asked for; None means all.
        official: Printed name of those whose lines *found* are; None means everybody's.
    """
    made = [(part, _row(office, part, facts, today)) for part in in_plan_order(office.roadmap, found)]
    kept = [(part, row) for part, row in made if only is None or _is_asked(row, only, today)]
    counts = discipline([part for part, row in kept if row.counted], office.directory, today)
    return Summary(
        office.roadmap.plan.id,
        _heading(office, today, only, official),
        tuple(row for _, row in kept),
        counts.total,
        counts.responsibles,
        counts.schools,
        _signatory(office),
        only,
    )


def discipline(counted: Sequence[Sequence[Line]], directory: Directory, today: date) -> Discipline:
    """Return the execution discipline of the occurrences that count, given as their lines (`is_counted`)."""
    lines = [line for part in counted for line in waited_for(part)]
    return Discipline(
        _tally(((standing(part), _open_until(part)) for part in counted), today),
        _tallies(lines, lambda line: line.assignment.title, today),
        _tallies(lines, lambda line: directory.school_name(line.assignment.school), today),
    )


def is_counted(part: Sequence[Line]) -> bool:
    """Tell whether an occurrence stands in the counts: it is not dropped, nor only a co-executor's part of it asked."""
    return standing(part) is not Standing.DROPPED and any(line.assignment.blocking for line in part)


def _open_until(part: Sequence[Line]) -> date | None:
    """Return the last day on time, of those still open the earliest."""
    open_ones = (line for line in waited_for(part) if line.assignment.state in OPEN)
    return min((day for line in open_ones if (day := line.occurrence.due_on)), default=None)


def _row(office: Office, part: Sequence[Line], facts: Facts, today: date) -> Row:
    stands, waited, measure = standing(part), waited_for(part), part[0].measure
    done = [line.assignment.reported_on for line in waited if stands in FULFILLED and line.assignment.reported_on]
    return Row(
        section=printed(measure.section or ""),
        number=printed(office.roadmap.label(measure)),
        title=printed(measure.title),
        planned_on=part[0].case.occurrence.original_due_on,
        planned=printed(measure.cell.text or "не указан"),
        responsible=printed(_responsible(part, office.directory)),
        result=printed(measure.result or ""),
        note=printed(execution_note(part, facts, office.directory)),
        done_on=max(done, default=None),
        remark=printed(remark(part, facts, office.directory, today)),
        standing=stands,
        due_on=_open_until(part),
        counted=is_counted(part),
    )


def _responsible(part: Sequence[Line], directory: Directory) -> str:
    """Name who answers, then who helps; the school where only one is meant."""
    schools = {line.assignment.school for line in part}
    school = directory.school_name(next(iter(schools))) if len(schools) == 1 else None

    def names(lines: Iterable[Line]) -> str:
        titles = dict.fromkeys(line.assignment.title for line in lines)
        return ", ".join(f"{one} ({school})" if school and school != one else one for one in titles)

    leading = names(line for line in part if line.assignment.blocking)
    helping = names(line for line in part if not line.assignment.blocking)
    return "; ".join(one for one in (leading, f"соисполнители: {helping}" if helping else "") if one)


def _is_asked(row: Row, only: Only, today: date) -> bool:
    if only is Only.OVERDUE:
        return row.standing is Standing.OVERDUE
    return row.due_on is not None and today <= row.due_on <= today + timedelta(days=SOON_DAYS)


def _tally(found: Iterable[tuple[Standing, date | None]], today: date) -> Tally:
    known = list(found)
    came = sum(
        one in _CLOSED or (one is not Standing.UNCLEAR and due is not None and due < today) for one, due in known
    )
    return Tally(Counter(one for one, _ in known), came)


def _tallies(lines: Iterable[Line], name: Callable[[Line], str | None], today: date) -> tuple[tuple[str, Tally], ...]:
    groups: dict[str, list[tuple[Standing, date | None]]] = {}
    for line in lines:
        called = name(line)
        if called is not None:
            groups.setdefault(printed(called), []).append((line.standing, line.occurrence.due_on))
    return tuple((called, _tally(part, today)) for called, part in groups.items())


def _heading(office: Office, today: date, only: Only | None, official: str | None) -> tuple[str, ...]:
    plan = office.roadmap.plan
    names = {
        None: "Отчёт об исполнении",
        Only.OVERDUE: "Просроченные мероприятия",
        Only.SOON: f"Мероприятия, срок которых истекает по {today + timedelta(days=SOON_DAYS):%d.%m.%Y}",
    }
    act = "; ".join(one for one in (plan.organization, office.roadmap.order_title) if one)
    found = (names[only], plan.title, act, f"ответственный: {official}" if official else "")
    return tuple(printed(one) for one in (*found, f"по состоянию на {today:%d.%m.%Y}") if one)


def _signatory(office: Office) -> tuple[str, str]:
    """Return post and name of who signs: the issuer, else who signed the order, else an empty place."""
    plan = office.roadmap.plan
    issuer = office.directory.holder(plan.issuer)
    name = issuer.name if issuer else (plan.order.signatory if plan.order else None)
    return printed(plan.issuer or "Руководитель"), printed(name or "")
