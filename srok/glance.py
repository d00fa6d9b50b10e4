"""Where things stand at a glance: what is open by occurrence, under headings of urgency, and the words of each.

The deputy head's screen and page are both made of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.assignment import GONE, OPEN, RUSSIAN, WORKING, State, is_complete
from engine.people import Directory
from engine.report import Line
from engine.store.queries import LONGEST_SILENCE

HEADINGS = (
    "Просрочено",
    "Просят продлить",
    "На проверке",
    "Срок в ближайшие 7 дней",
    "Срок позже",
    "Срок не подтверждён",
    "Ждут даты",
    "Сверить",
)
URGENT = frozenset(HEADINGS[:4])
Group = list[Line]
"""The lines of one occurrence."""


def by_heading(found: Iterable[Line]) -> dict[str, list[Group]]:
    """Return what is still open by heading, in the order of `HEADINGS`; those that have nothing are left out."""
    groups: dict[str, list[Group]] = {}
    for group in _by_occurrence(found):
        groups.setdefault(_heading(group), []).append(group)
    return {heading: groups[heading] for heading in HEADINGS if heading in groups}


def asked_and_closed(found: Sequence[Line]) -> tuple[int, int]:
    """Return how many assignments were given and not taken back, and how many of them are closed."""
    kept = [line for line in found if line.assignment.state not in GONE]
    return len(kept), sum(line.assignment.state not in OPEN for line in kept)


def last_pass(last: datetime | None, now: datetime, zone: ZoneInfo) -> tuple[str, bool]:
    """Say when the engine last made a pass, and tell whether that is all right."""
    if last is None:
        return "ещё не было — напоминания не уходят, запустите srok up", False
    local = f"{last.astimezone(zone):%d.%m.%Y %H:%M}"
    silent = now - last > LONGEST_SILENCE
    return f"{local} — давно: напоминания не уходят, проверьте srok up" if silent else local, not silent


def first_due(group: Group) -> date | None:
    """Return the first due day among those waited for."""
    days = [line.occurrence.due_on for line in _waited_for(group) if line.occurrence.due_on is not None]
    return min(days, default=None)


def away(due: date, as_of: date) -> str:
    """Say how many days ago or ahead a due day is."""
    left = (due - as_of).days
    return f"+{-left} дн." if left < 0 else "сегодня" if left == 0 else f"через {left} дн."


def who(group: Group, directory: Directory) -> str:
    """Name those an occurrence waits for."""
    parts = itertools.groupby(_waited_for(group), key=lambda line: line.assignment.title)
    return "; ".join(_who(title, list(part), directory) for title, part in parts)


def _waited_for(group: Group) -> Group:
    return [line for line in group if line.assignment.blocking] or group


def _who(title: str, part: Group, directory: Directory) -> str:
    if len(part) == 1:
        school = directory.school_name(part[0].assignment.school)
        return f"{title} ({school})" if school else title
    waiting = [line for line in part if line.assignment.state in WORKING]
    late = [line for line in waiting if line.overdue] or waiting
    groups = (("не представили", late), ("срок не прошёл", [line for line in waiting if line not in late]))
    said = [f"{words}: {', '.join(_member(line, directory) for line in group)}" for words, group in groups if group]
    return f"{title}: {len(part) - len(waiting)} из {len(part)}{', ' if said else ''}{'; '.join(said)}"


def _member(line: Line, directory: Directory) -> str:
    """Name one of several: the school, or the person of a group such as a commission, or else the role."""
    one = line.assignment
    known = directory.people.get(one.person or "")
    return directory.school_name(one.school) or (known.name if known else one.title)


def states(group: Group, directory: Directory) -> Iterator[str]:
    """Say the states of those waited for, what was asked and granted, what is missing at a checkpoint."""
    open_ones = [line for line in group if line.assignment.blocking and line.assignment.state in OPEN]
    yield from dict.fromkeys(RUSSIAN[line.assignment.state] for line in open_ones)
    alone = len(open_ones) == 1
    for line in open_ones:
        one, due = line.assignment, line.occurrence.due_on
        whose = "" if alone else f" ({_member(line, directory)})"
        if one.asked_until is not None:
            yield f"просит продлить до {one.asked_until:%d.%m.%Y}{whose}"
        if due is not None and line.case.occurrence.due_on not in {None, due}:
            yield f"продлено до {due:%d.%m.%Y}, было {line.case.occurrence.due_on:%d.%m.%Y}{whose}"
        if line.missed_checkpoint is not None:
            yield f"нет промежуточной информации к {line.missed_checkpoint:%d.%m.%Y}{whose}"
    original = group[0].case.occurrence
    if original.original_due_on not in {None, original.due_on}:
        yield f"срок перенесён, первоначально {original.original_due_on:%d.%m.%Y}"
    if original.ambiguous:
        yield "прочтение срока не подтверждено"


def natural(number: str) -> list[tuple[int, str]]:
    """Return the key by which 2.10 comes after 2.9."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in number.split(".")]


def _heading(group: Group) -> str:
    first = group[0]
    if first.occurrence.to_reconcile:
        return "Сверить"
    if any(line.unconfirmed for line in group):
        return "Срок не подтверждён"
    if any(line.overdue and line.assignment.state in WORKING and line.assignment.blocking for line in group):
        return "Просрочено"
    if any(line.assignment.asked_until is not None for line in group):
        return "Просят продлить"
    if any(line.assignment.state is State.REPORTED for line in group):
        return "На проверке"
    if first.occurrence.due_on is None:
        return "Ждут даты"
    return "Срок в ближайшие 7 дней" if any(line.due_soon for line in group) else "Срок позже"


def _by_occurrence(found: Iterable[Line]) -> list[Group]:
    """Return what is still open, by occurrence; of a filtered list only where those asked for are."""
    groups: dict[str, Group] = {}
    for line in found:
        if line.assignment.state not in GONE:
            groups.setdefault(line.occurrence.key, []).append(line)
    return [
        group
        for group in groups.values()
        if not is_complete(group[0].case.assignments) and any(line.assignment.state in OPEN for line in group)
    ]
