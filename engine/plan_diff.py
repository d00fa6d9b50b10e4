"""What differs between two plans, in the plan's words: moved due days first, then every field; none is silent.

Measures are matched by their permanent id. Fields are found by the shapes themselves, so that one added to the
schema is compared from then on. Days are those a sync would count: words, decisions, events, horizon, calendar.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Any

from engine.calendar import WorkCalendar
from engine.occurrence import expected
from engine.people import Directory
from engine.plan import DeadlineCell, Evidence, Measure, Roadmap, Work, with_row
from engine.plan_words import change_words, field_words, keys, one_line, value_words
from engine.yaml_text import Shape


class Differs(StrEnum):
    """How two plans differ in one place, in the order in which they are told."""

    MOVED = "moved"
    OPENS = "opens"
    REIDENTIFIED = "id-changed"
    ADDED = "added"
    STRUCK = "struck"
    RENUMBERED = "renumbered"
    CHANGED = "changed"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    Attributes:
        kind: How the plans differ.
        measure: Id of the measure, of a sub-measure with its row's («2.3.a»); None for what is of the plan.
        field: Keys from the measure or from the plan to the value, with dots; `due_on` and `opens_on` are computed.
        before: The value in the old plan as JSON has it; of `due_on` the list of days, null for one awaited.
        after: The same in the new one.
        message: A Russian sentence.
        tells: Fields of the same measure whose change the sentence says too.
    """

    kind: Differs
    measure: str | None
    field: str
    before: Any
    after: Any
    message: str
    tells: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the row of `srok diff --json`."""
        return {
            "kind": self.kind.value,
            "measure": self.measure,
            "field": self.field,
            "before": _plain(self.before),
            "after": _plain(self.after),
            "message": self.message,
        }


def diff_plans(old: Roadmap, new: Roadmap, directory: Directory) -> tuple[Difference, ...]:
    """Return what differs, by kind and then in the order of the new plan.

    Args:
        old: The plan before.
        new: The plan after.
        directory: Tells whether a decision is of the issuer, who alone sets a later day.
    """
    sides = _Side(old, directory), _Side(new, directory)
    found = [*_measures(old.measures, new.measures, sides, None)]
    for name, key in keys(Roadmap):
        if name != "measures":
            before, after = getattr(old, name), getattr(new, name)
            found += [_of_plan(path, a, b) for path, a, b in _walk(before, after, (key,))]
    order = list(Differs)
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))


class _Side:
    """One of the two plans, and what its measures are due."""

    def __init__(self, roadmap: Roadmap, directory: Directory) -> None:
        self.roadmap, self.directory = roadmap, directory
        self.calendar = WorkCalendar(roadmap.rules)
        self.events = [one.to_event() for one in roadmap.events]
        self.restarts = len({one.printed for one in roadmap.measures}) < len(roadmap.measures)

    def days(self, work: Work, row: Measure | None) -> tuple[list[date | None], list[date | None]]:
        """Return the due days and the first days of *work*; none of a row that is tracked by its subs."""
        if isinstance(work, Measure) and work.sub:
            return [], []
        measure = with_row(work, row) if row is not None else work
        assert isinstance(measure, Measure)
        windows = expected(measure, self.roadmap, self.directory, self.events, self.calendar).windows
        return [one.due_on for one in windows], [one.first for one in windows]

    def label(self, work: Work, row: Measure | None) -> str:
        """Return the № people know *work* by: as printed, its id where the numbers begin anew in sections."""
        if row is not None:
            return f"{self.label(row, None)} {work.number or work.id}"
        return work.id if self.restarts else one_line(work.number or work.id)


_Sides = tuple[_Side, _Side]
_Rows = tuple[Measure | None, Measure | None]
_Change = tuple[tuple[str, ...], Any, Any]


def _measures(olds: Sequence[Work], news: Sequence[Work], sides: _Sides, rows: _Rows | None) -> Iterator[Difference]:
    """Yield what differs in measures, or in the sub-measures of one."""
    before, after = {one.id: one for one in olds}, {one.id: one for one in news}
    former = _by_title(olds)
    gone = _by_title([one for one in olds if one.id not in after])
    come = _by_title([one for one in news if one.id not in before])
    renamed = {new.id: gone[title] for title, new in come.items() if title in gone}
    old_row, new_row = rows or (None, None)
    for new in news:
        old = before.get(new.id) or renamed.get(new.id)
        if old is None:
            yield Difference(Differs.ADDED, _full(new, new_row), "", None, new, _whole(sides[1], new, new_row))
            continue
        if old.id != new.id:
            why = f"id изменён «{old.id}» → «{new.id}»: напоминания начнутся заново, верните прежний id"
            message = f"{_place(sides, old, new, rows)}: {why}"
            yield Difference(Differs.REIDENTIFIED, _full(new, new_row), "id", old.id, new.id, message)
        elif old.title != new.title and new.title in former:
            yield _taken_over(former[new.title], old, new, sides, rows)
        yield from _pair(old, new, sides, rows)
    kept = {one.id for one in renamed.values()} | after.keys()
    for old in olds:
        if old.id not in kept:
            yield Difference(Differs.STRUCK, _full(old, old_row), "", old, None, _whole(sides[0], old, old_row))
    if [one for one in after if one in before] != [one for one in before if one in after]:
        place = f"п. {sides[1].label(new_row, None)}: порядок подпунктов" if new_row else "порядок мероприятий"
        identity = new_row.id if new_row else None
        yield Difference(Differs.PLAN, identity, "order", list(before), list(after), f"{place} другой")


def _by_title(works: Sequence[Work]) -> dict[str, Work]:
    """Return the works of whose title there is one alone."""
    times = Counter(one.title for one in works)
    return {one.title: one for one in works if times[one.title] == 1}


def _taken_over(former: Work, old: Work, new: Work, sides: _Sides, rows: _Rows | None) -> Difference:
    """Say that an id stands at what was another measure: its history would go to the wrong one."""
    message = (
        f"{_place(sides, old, new, rows)}: под id «{new.id}» стоит мероприятие, у которого был id «{former.id}»: "
        "верните прежние id, иначе история перейдёт к другому"
    )
    return Difference(Differs.REIDENTIFIED, _full(new, rows and rows[1]), "id", former.id, new.id, message)


def _pair(old: Work, new: Work, sides: _Sides, rows: _Rows | None) -> Iterator[Difference]:
    """Yield what differs in one measure."""
    old_row, new_row = rows or (None, None)
    place, identity = _place(sides, old, new, rows), _full(new, new_row)
    changes = [one for one in _walk(_said(old), _said(new), ()) if one[0] not in {("id",), ("sub",)}]
    days, opens = zip(sides[0].days(old, old_row), sides[1].days(new, new_row), strict=True)
    if days[0] != days[1]:
        worded = [f"срок {value_words(a)} → {value_words(b)}; " for path, a, b in changes if path == _TEXT]
        message = f"{place}: {''.join(worded)}{_moved(*days)}"
        yield Difference(Differs.MOVED, identity, "due_on", *days, message, ("deadline.text",))
    elif opens[0] != opens[1]:
        message = f"{place}: начало {_day_list(opens[0])} → {_day_list(opens[1])}"
        yield Difference(Differs.OPENS, identity, "opens_on", *opens, message)
    for path, before, after in changes:
        if path == ("number",):
            which = "" if rows is None and not sides[1].restarts else f"п. {sides[1].label(new, new_row)}: "
            numbers = f"№ {one_line(before or old.id)} → № {one_line(after or new.id)}"
            tells = ("clause",) if _clause_too(changes, before, after) else ()
            message = f"{which}{numbers}{', так же в пункте приказа' if tells else ''}: «{one_line(new.title)}»"
            yield Difference(Differs.RENUMBERED, identity, "number", before, after, message, tells)
            continue
        message = f"{place}: {change_words(path, before, after)}"
        yield Difference(Differs.CHANGED, identity, ".".join(path), before, after, message)
    if isinstance(old, Measure) and isinstance(new, Measure):
        yield from _measures(old.sub, new.sub, sides, (old, new))


_TEXT = ("deadline", "text")


def _clause_too(changes: Sequence[_Change], before: str | None, after: str | None) -> bool:
    """Tell whether the clause says the new № where it said the old one."""
    clauses = [(old, new) for path, old, new in changes if path == ("clause",) and old and new]
    return any(
        before and old.endswith(before) and old.removesuffix(before) + (after or "") == new for old, new in clauses
    )


def _said(work: Work) -> Work:
    """Return *work* with what may be written in two ways written in one."""
    cell = work.deadline if isinstance(work.deadline, DeadlineCell) else DeadlineCell(text=work.deadline)
    whole = Measure.model_construct(**dict(work))
    own: dict[str, Any] = {"deadline": cell, "responsible": whole.responsibles}
    if isinstance(work, Measure):
        own |= {"number": work.printed, "sub": ()}
    if work.evidence is not None and isinstance(work.evidence.kind, str):
        own["evidence"] = Evidence(kind=(work.evidence.kind,), required=work.evidence.required)
    return work.model_copy(update=own)


def _walk(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[_Change]:
    """Yield the deepest values that differ, with the keys that lead to them; rows of a list go by id or rung."""
    if before == after and type(before) is type(after):
        return
    if isinstance(before, Shape) and type(before) is type(after):
        for name, key in keys(type(before)):
            yield from _walk(getattr(before, name), getattr(after, name), (*path, key))
        return
    old, new = _named(before), _named(after)
    if not old and not new:
        yield path, before, after
        return
    for key in [*new, *(one for one in old if one not in new)]:
        yield from _walk(old.get(key), new.get(key), (*path, key))
    if [one for one in new if one in old] != [one for one in old if one in new]:
        yield path, tuple(old), tuple(new)


def _named(value: Any) -> dict[str, Shape]:
    """Return the rows of a list by what they are called; nothing where it is no list of rows."""
    rows = value if isinstance(value, tuple) and all(isinstance(one, Shape) for one in value) else ()
    return {str(getattr(one, "id", None) or getattr(one, "rung", index)): one for index, one in enumerate(rows)}


def _of_plan(path: tuple[str, ...], before: Any, after: Any) -> Difference:
    inside = path[1:] if path[0] == "plan" else path
    message = f"{field_words(inside)} {value_words(before)} → {value_words(after)}"
    if path == ("plan", "id"):
        message = f"id плана {value_words(before)} → {value_words(after)}: для srok это другой план, верните прежний id"
    return Difference(Differs.PLAN, None, ".".join(path), before, after, message)


def _full(work: Work, row: Measure | None) -> str:
    return f"{row.id}.{work.id}" if row is not None else work.id


def _place(sides: _Sides, old: Work, new: Work, rows: _Rows | None) -> str:
    """Return «п. 2.6», with the № it had before where that was another."""
    labels = [side.label(one, row) for side, one, row in zip(sides, (old, new), rows or (None, None), strict=True)]
    return f"п. {labels[1]}" + ("" if labels[0] == labels[1] else f" (был п. {labels[0]})")


def _whole(side: _Side, work: Work, row: Measure | None) -> str:
    """Return a measure in one sentence: №, title, deadline as written and as read, who answers."""
    said = _said(work)
    assert isinstance(said.deadline, DeadlineCell)
    days, _ = side.days(work, row)
    parts = [f"срок {value_words(said.deadline.text)}"]
    parts += [f"исполнить до {_day_list(days)}"] if any(days) else ["ждёт даты"] if days else []
    parts += [f"ответственный {value_words(said.responsible)}"] if said.responsible else []
    return f"п. {side.label(work, row)} «{one_line(work.title)}»: {', '.join(parts)}"


def _moved(before: list[date | None], after: list[date | None]) -> str:
    """Say the days that are others: «исполнить до 31.07.2021 → 30.08.2021»."""
    gone, come = list(before), []
    for one in after:
        if one in gone:
            gone.remove(one)
        else:
            come.append(one)
    if not gone and not come:
        return "сроки стоят в другом порядке"
    if not come:
        return f"больше не исполнять до {_day_list(gone)}"
    if not gone:
        return f"исполнить ещё и до {_day_list(come)}"
    return f"исполнить до {_day_list(gone)} → {_day_list(come)}"


def _day_list(days: Sequence[date | None]) -> str:
    return ", ".join(f"{one:%d.%m.%Y}" if one else "дня, которого ещё нет" for one in days)


def _plain(value: Any) -> Any:
    """Return *value* as JSON has it."""
    if isinstance(value, Shape):
        return value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
