"""The deputy head's screen: what is urgent in two lines each, the rest a line a plan, what waits with its reason."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.people import Directory
from engine.report import Line, short
from srok.glance import (
    HEADINGS,
    URGENT,
    Group,
    asked_and_closed,
    away,
    by_heading,
    first_due,
    last_pass,
    natural,
    states,
    who,
)
from srok.screens import console
from srok.undelivered import NOTHING, Undelivered, print_undelivered

SHOWN = 20
"""Rows of a heading that fit the glance; a narrower question shows them all."""
MARGIN = 16
"""What the day and the gaps take of a line."""
NARROWEST = 40
"""A title is not cut shorter, however narrow the terminal is."""
HINTS = {
    "Сверить": "срок прошёл до внесения плана; решает контролёр: srok reconcile ПЛАН",
    "Срок не подтверждён": "прошёл, если прочтение верно: confirmed или fix в файле плана",
    "Просят продлить": "решает давший поручение: srok extend grant или refuse",
}

Renumbered = Mapping[tuple[str, str], str]
"""The № a document prints by plan and id, of measures that have another number than their id."""
NONE: Renumbered = {}


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
    renumbered: Renumbered = NONE,
) -> None:
    """Print the screen of the day *as_of*; *zone* is the office's, *last* the end of the engine's last pass."""
    out = out or console()
    out.print(Text(f"На {as_of:%d.%m.%Y}. ", style="bold").append(_last_pass(last, now, zone)))
    groups = by_heading(found)
    kept, closed = asked_and_closed(found)
    sums = [f"{heading.lower()}: {len(groups[heading])}" for heading in HEADINGS if heading in groups]
    out.print(_packed([f"Сроков — {sums[0] if sums else 'открытых нет'}", *sums[1:]], out.width))
    out.print(f"Поручений: {kept}, закрыто: {closed}.")
    print_undelivered(trouble, directory, zone, out)
    for heading in HEADINGS:
        part = groups.get(heading, [])
        if part and heading in URGENT:
            _print_rows(heading, part, directory, as_of, out, renumbered, every_row=every_row)
        elif part:
            _print_numbers(heading, part, out, renumbered)


def _packed(parts: Sequence[str], width: int) -> str:
    """Fill lines with *parts*, none of them broken."""
    whole = " · ".join(part.replace(" ", "\x1f") for part in parts)
    return textwrap.fill(whole, width, break_long_words=False).replace("\x1f", " ")


def _hanging(line: str, width: int) -> str:
    """Indent *line*, more where it runs on: each reason begins where the eye looks for it."""
    return textwrap.fill(line, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _last_pass(last: datetime | None, now: datetime, zone: ZoneInfo) -> Text:
    words, well = last_pass(last, now, zone)
    return Text(f"Последний обход: {words}", style="bold" if well else "bold red")


def _heading_text(heading: str, n: int) -> Text:
    hint = f" — {HINTS[heading]}" if heading in HINTS else ""
    return Text(f"\n{heading}: {n}", style="bold").append(hint, style="not bold")


def _print_rows(
    heading: str,
    part: list[Group],
    directory: Directory,
    as_of: date,
    out: Console,
    renumbered: Renumbered,
    *,
    every_row: bool,
) -> None:
    """Print two lines a row: the day and how far it is, № and title; then whom it waits for and the state."""
    out.print(_heading_text(heading, len(part)))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    shown = part if every_row else part[:SHOWN]
    for group in shown:
        grid.add_row(_when(group, as_of), _what(group, directory, out.width - MARGIN, renumbered))
    out.print(grid)
    if len(shown) < len(part):
        out.print(f"… и ещё {len(part) - len(shown)}: сузьте вопрос (--plan, --official, --overdue)")


def _when(group: Group, as_of: date) -> Text:
    """The first due day among those waited for, and how many days ago or ahead it is."""
    due = first_due(group)
    if due is None:
        return Text("—")
    late = any(line.overdue for line in group)
    return Text(f"{due:%d.%m.%Y}\n").append(away(due, as_of), style="bold red" if late else "")


def _number(line: Line, renumbered: Renumbered) -> str:
    """Return the № as the document prints it now, with the id that commands are given where it is another."""
    own = line.occurrence.measure
    now = renumbered.get((line.occurrence.plan, own))
    return f"{now} (в командах {own})" if now else own


def _what(group: Group, directory: Directory, width: int, renumbered: Renumbered) -> Text:
    first = group[0]
    named = f"{first.occurrence.plan} № {_number(first, renumbered)}"
    title = short(first.measure.title, max(width - len(named), NARROWEST))
    text = Text(f"{named}  ", style="bold").append(title, style="not bold")
    return text.append(f"\n{who(group, directory)}: {', '.join(states(group, directory))}", style="not bold")


def _order(number: str) -> list[tuple[int, str]]:
    return natural(number.partition(" ")[0])


def _print_numbers(heading: str, part: list[Group], out: Console, renumbered: Renumbered) -> None:
    numbers: dict[tuple[str, str], set[str]] = {}
    for group in part:
        occurrence = group[0].occurrence
        reason = occurrence.awaiting or "" if heading == "Ждут даты" else ""
        numbers.setdefault((occurrence.plan, reason), set()).add(_number(group[0], renumbered))
    out.print(_heading_text(heading, len(part)))
    for (plan, reason), ids in sorted(numbers.items(), key=lambda one: (one[0][0], min(map(_order, one[1])))):
        said = f"{plan} № {', '.join(sorted(ids, key=_order))}{f': {reason}' if reason else ''}"
        out.print(_hanging(said, out.width))
