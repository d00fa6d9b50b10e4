"""The deputy head's screen: what is urgent row by row, the rest a line a plan, what waits with its reason."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from engine.assignment import GONE, OPEN, RUSSIAN, WORKING, State, is_complete
from engine.people import Directory
from engine.report import Line, short
from srok.screens import console, table

HEADINGS = (
    "Просрочено",
    "На проверке",
    "Срок в ближайшие 7 дней",
    "Срок позже",
    "Срок не подтверждён",
    "Ждут даты",
    "Сверить",
)
URGENT = frozenset(HEADINGS[:3])
HINTS = {
    "Сверить": "срок прошёл до внесения плана: внесите отчёт (srok report) или закройте (srok close)",
    "Срок не подтверждён": "прошёл, если прочтение верно: confirmed или fix в файле плана",
}
_Group = list[Line]


def print_status(
    found: Sequence[Line],
    directory: Directory,
    as_of: date,
    last: datetime | None,
    zone: ZoneInfo,
    out: Console | None = None,
) -> None:
    """Print the screen; *zone* is the office's, *last* the end of the engine's last pass."""
    out = out or console()
    passed = f"{last.astimezone(zone):%d.%m.%Y %H:%M}" if last else "ещё не было"
    out.print(Text(f"На {as_of:%d.%m.%Y}. Последний обход: {passed}", style="bold"))
    groups: dict[str, list[_Group]] = {}
    for group in _by_occurrence(found):
        groups.setdefault(_heading(group), []).append(group)
    kept = [line for line in found if line.assignment.state not in GONE]
    closed = sum(line.assignment.state not in OPEN for line in kept)
    sums = " · ".join(f"{heading.lower()}: {len(groups[heading])}" for heading in HEADINGS if heading in groups)
    out.print(f"Сроков — {sums or 'открытых нет'}. Поручений: {len(kept)}, закрыто: {closed}.")
    for heading in HEADINGS:
        part = groups.get(heading, [])
        if part and heading in URGENT:
            rows = [_row(group, directory, as_of) for group in part]
            table(out, heading, ("План, №", "Мероприятие", "Срок", "Кто", "Состояние"), rows)
        elif part:
            _print_numbers(heading, part, out)


def _print_numbers(heading: str, part: list[_Group], out: Console) -> None:
    numbers: dict[tuple[str, str], set[str]] = {}
    for group in part:
        occurrence = group[0].occurrence
        reason = occurrence.awaiting or "" if heading == "Ждут даты" else ""
        numbers.setdefault((occurrence.plan, reason), set()).add(occurrence.measure)
    out.print(Text(heading, style="bold").append(f" — {HINTS[heading]}" if heading in HINTS else "", style="not bold"))
    for (plan, reason), ids in sorted(
        numbers.items(), key=lambda one: (one[0][0], _natural(min(one[1], key=_natural)))
    ):
        out.print(f"  {plan} № {', '.join(sorted(ids, key=_natural))}{f': {reason}' if reason else ''}")


def _natural(number: str) -> list[tuple[int, str]]:
    """Return the key by which 2.10 comes after 2.9."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in number.split(".")]


def _heading(group: _Group) -> str:
    first = group[0]
    if first.occurrence.to_reconcile:
        return "Сверить"
    if any(line.unconfirmed for line in group):
        return "Срок не подтверждён"
    if any(line.overdue and line.assignment.state in WORKING and line.assignment.blocking for line in group):
        return "Просрочено"
    if any(line.assignment.state is State.REPORTED for line in group):
        return "На проверке"
    if first.occurrence.due_on is None:
        return "Ждут даты"
    return "Срок в ближайшие 7 дней" if any(line.due_soon for line in group) else "Срок позже"


def _by_occurrence(found: Iterable[Line]) -> list[_Group]:
    """Return what is still open, by occurrence; of a filtered list only where those asked for are."""
    groups: dict[str, _Group] = {}
    for line in found:
        if line.assignment.state not in GONE:
            groups.setdefault(line.occurrence.key, []).append(line)
    return [
        group
        for group in groups.values()
        if not is_complete(group[0].case.assignments) and any(line.assignment.state in OPEN for line in group)
    ]


def _row(group: _Group, directory: Directory, as_of: date) -> tuple[str | Text, ...]:
    first = group[0]
    due = first.occurrence.due_on
    waiting = [line for line in group if line.assignment.blocking] or group
    parts = itertools.groupby(waiting, key=lambda line: line.assignment.title)
    who = "; ".join(_who(title, list(part), directory) for title, part in parts)
    number = f"{first.occurrence.plan}\n№ {first.occurrence.measure}"
    return number, short(first.measure.title), f"{due:%d.%m.%Y}" if due else "—", who, _state(group, as_of)


def _who(title: str, part: _Group, directory: Directory) -> str:
    if len(part) == 1:
        school = directory.school_name(part[0].assignment.school)
        return f"{title} ({school})" if school else title
    waiting = [line.assignment.school for line in part if line.assignment.state in WORKING]
    silent = [directory.school_name(school) or title for school in waiting]
    missing = f", не представили: {', '.join(silent)}" if silent else ""
    return f"{title}: {len(part) - len(silent)} из {len(part)}{missing}"


def _state(group: _Group, as_of: date) -> Text:
    first = group[0]
    words = dict.fromkeys(
        RUSSIAN[line.assignment.state] for line in group if line.assignment.blocking and line.assignment.state in OPEN
    )
    text = Text(", ".join(words))
    due = first.occurrence.due_on
    if due is not None and any(line.overdue for line in group):
        text = Text(f"+{(as_of - due).days} дн., ", style="bold red").append(text)
    if first.occurrence.ambiguous:
        text.append(" · срок не подтверждён", style="dim")
    return text
