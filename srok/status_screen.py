"""The deputy head's screen: what is urgent in two lines each, the rest a line a plan, what waits with its reason."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.assignment import GONE, OPEN, RUSSIAN, WORKING, State, is_complete
from engine.people import Directory
from engine.report import Line, short
from srok.health import PASS_IS_OLD
from srok.screens import console
from srok.undelivered import NOTHING, Undelivered, print_undelivered

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
HINTS = {
    "Сверить": "срок прошёл до внесения плана; решает контролёр: srok reconcile ПЛАН",
    "Срок не подтверждён": "прошёл, если прочтение верно: confirmed или fix в файле плана",
    "Просят продлить": "решает давший поручение: srok extend grant или refuse",
}
SHOWN = 20
"""Rows of a heading that fit the glance; a narrower question shows them all."""
MARGIN = 16
"""What the day and the gaps take of a line."""
NARROWEST = 40
"""A title is not cut shorter, however narrow the terminal is."""
_Group = list[Line]


def print_status(
    found: Sequence[Line],
    directory: Directory,
    as_of: date,
    last: datetime | None,
    now: datetime,
    zone: ZoneInfo,
    out: Console | None = None,
    *,
    every_row: bool = False,
    trouble: Undelivered = NOTHING,
) -> None:
    """Print the screen of the day *as_of*; *zone* is the office's, *last* the end of the engine's last pass."""
    out = out or console()
    out.print(Text(f"На {as_of:%d.%m.%Y}. ", style="bold").append(_last_pass(last, now, zone)))
    groups: dict[str, list[_Group]] = {}
    for group in _by_occurrence(found):
        groups.setdefault(_heading(group), []).append(group)
    kept = [line for line in found if line.assignment.state not in GONE]
    closed = sum(line.assignment.state not in OPEN for line in kept)
    sums = [f"{heading.lower()}: {len(groups[heading])}" for heading in HEADINGS if heading in groups]
    out.print(_packed([f"Сроков — {sums[0] if sums else 'открытых нет'}", *sums[1:]], out.width))
    out.print(f"Поручений: {len(kept)}, закрыто: {closed}.")
    print_undelivered(trouble, directory, zone, out)
    for heading in HEADINGS:
        part = groups.get(heading, [])
        if part and heading in URGENT:
            _print_rows(heading, part, directory, as_of, out, every_row=every_row)
        elif part:
            _print_numbers(heading, part, out)


def _packed(parts: Sequence[str], width: int) -> str:
    """Fill lines with *parts*, none of them broken."""
    whole = " · ".join(part.replace(" ", "\x1f") for part in parts)
    return textwrap.fill(whole, width, break_long_words=False).replace("\x1f", " ")


def _last_pass(last: datetime | None, now: datetime, zone: ZoneInfo) -> Text:
    if last is None:
        return Text("Последний обход: ещё не было — напоминания не уходят, запустите srok up", style="bold red")
    local = last.astimezone(zone)
    silent = now - last > PASS_IS_OLD
    text = Text(f"Последний обход: {local:%d.%m.%Y %H:%M}", style="bold red" if silent else "bold")
    return text.append(" — давно: напоминания не уходят, проверьте srok up") if silent else text


def _heading_text(heading: str, n: int) -> Text:
    hint = f" — {HINTS[heading]}" if heading in HINTS else ""
    return Text(f"\n{heading}: {n}", style="bold").append(hint, style="not bold")


def _print_rows(
    heading: str, part: list[_Group], directory: Directory, as_of: date, out: Console, *, every_row: bool
) -> None:
    """Print two lines a row: the day and how far it is, № and title; then whom it waits for and the state."""
    out.print(_heading_text(heading, len(part)))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    shown = part if every_row else part[:SHOWN]
    for group in shown:
        grid.add_row(_when(group, as_of), _what(group, directory, out.width - MARGIN))
    out.print(grid)
    if len(shown) < len(part):
        out.print(f"… и ещё {len(part) - len(shown)}: сузьте вопрос (--plan, --official, --overdue)")


def _when(group: _Group, as_of: date) -> Text:
    """The first due day among those waited for, and how many days ago or ahead it is."""
    days = [line.occurrence.due_on for line in _waited_for(group) if line.occurrence.due_on is not None]
    if not days:
        return Text("—")
    due = min(days)
    left = (due - as_of).days
    away = f"+{-left} дн." if left < 0 else "сегодня" if left == 0 else f"через {left} дн."
    late = any(line.overdue for line in group)
    return Text(f"{due:%d.%m.%Y}\n").append(away, style="bold red" if late else "")


def _what(group: _Group, directory: Directory, width: int) -> Text:
    first = group[0]
    parts = itertools.groupby(_waited_for(group), key=lambda line: line.assignment.title)
    who = "; ".join(_who(title, list(part), directory) for title, part in parts)
    number = f"{first.occurrence.plan} № {first.occurrence.measure}"
    title = short(first.measure.title, max(width - len(number), NARROWEST))
    text = Text(f"{number}  ", style="bold").append(title, style="not bold")
    return text.append(f"\n{who}: {', '.join(_state(group, directory))}", style="not bold")


def _waited_for(group: _Group) -> _Group:
    return [line for line in group if line.assignment.blocking] or group


def _who(title: str, part: _Group, directory: Directory) -> str:
    if len(part) == 1:
        school = directory.school_name(part[0].assignment.school)
        return f"{title} ({school})" if school else title
    waiting = [line for line in part if line.assignment.state in WORKING]
    late = [line for line in waiting if line.overdue] or waiting
    groups = (("не представили", late), ("срок не прошёл", [line for line in waiting if line not in late]))
    said = [f"{words}: {', '.join(_names(group, title, directory))}" for words, group in groups if group]
    return f"{title}: {len(part) - len(waiting)} из {len(part)}{', ' if said else ''}{'; '.join(said)}"


def _names(part: _Group, title: str, directory: Directory) -> list[str]:
    return [directory.school_name(line.assignment.school) or title for line in part]


def _state(group: _Group, directory: Directory) -> Iterator[str]:
    """Say the states of those waited for, what was asked and granted, what is missing at a checkpoint."""
    open_ones = [line for line in group if line.assignment.blocking and line.assignment.state in OPEN]
    yield from dict.fromkeys(RUSSIAN[line.assignment.state] for line in open_ones)
    alone = len(open_ones) == 1
    for line in open_ones:
        one, due = line.assignment, line.occurrence.due_on
        whose = "" if alone else f" ({directory.school_name(one.school) or one.title})"
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


def _print_numbers(heading: str, part: list[_Group], out: Console) -> None:
    numbers: dict[tuple[str, str], set[str]] = {}
    for group in part:
        occurrence = group[0].occurrence
        reason = occurrence.awaiting or "" if heading == "Ждут даты" else ""
        numbers.setdefault((occurrence.plan, reason), set()).add(occurrence.measure)
    out.print(_heading_text(heading, len(part)))
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
    if any(line.assignment.asked_until is not None for line in group):
        return "Просят продлить"
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
