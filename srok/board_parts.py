"""What stands on the board beside the rows: what did not arrive, the discipline, the plan by months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from engine.people import Directory
from engine.report import Standing, in_plan_order
from engine.store.models import PauseRow
from engine.summary import Tally, discipline, is_counted, share
from engine.svg import render_svg
from engine.timeline import timeline
from notifiers.past import message_words
from notifiers.recipients import channel_words
from srok.standing import PlanStanding
from srok.undelivered import HEADINGS, SHOWN, Message, Undelivered

BARS = 200
"""Terms that a chart on a page shows; those that are open first."""
NAMED = 100
"""Who answers, in the table of discipline."""
_ENDED = frozenset({Standing.ON_TIME, Standing.LATE, Standing.DONE, Standing.NOT_DONE, Standing.DROPPED})


def not_delivered(trouble: Undelivered, directory: Directory, zone: ZoneInfo) -> list[tuple[str, int, list[str]]]:
    """Return what did not arrive as `srok status` shows it, without what a server said: it may hold an address."""
    found = []
    if trouble.pauses:
        lines = [_pause(one, zone) for one in trouble.pauses]
        found.append(("Каналы, которые молчат", len(lines), lines))
    for state, heading in HEADINGS.items():
        part = [one for one in trouble.messages if one.state == state]
        if part:
            lines = [_letter(one, directory) for one in part[:SHOWN]]
            lines += [f"и ещё {len(part) - SHOWN}"] if len(part) > SHOWN else []
            found.append((heading, len(part), lines))
    return found


def _pause(one: PauseRow, zone: ZoneInfo) -> str:
    name, until = channel_words(one.channel), f"{one.until.astimezone(zone):%d.%m.%Y %H:%M}"
    if one.ours:
        return f"«{name}» не работает: администратору надо исправить настройки; следующая попытка {until}"
    return f"«{name}» ждёт до {until}: так попросила служба"


def _letter(one: Message, directory: Directory) -> str:
    row = one.row
    known = directory.people.get(row.person or "")
    what = f"{row.plan_id} № {row.measure_id}" if row.measure_id else row.plan_id
    return (
        f"{what}, {message_words(row.kind, row.rung)}: {known.name if known else row.person or 'получатель не назван'}"
    )


def discipline_of(chosen: Sequence[PlanStanding], directory: Directory, today: date) -> dict[str, Any]:
    """Return the shares of all, of who answers and of schools, those who lag first."""
    counted = [part for one in chosen for part in in_plan_order(one.office.roadmap, one.lines) if is_counted(part)]
    found = discipline(counted, directory, today)
    return {
        "total": _shares("Всего сроков", found.total),
        "responsibles": _laggards(found.responsibles),
        "schools": _laggards(found.schools),
        "left_out": max(0, len(found.responsibles) - NAMED) + max(0, len(found.schools) - NAMED),
    }


def _laggards(found: Sequence[tuple[str, Tally]]) -> list[tuple[str, ...]]:
    """Return who answers, those with most overdue first."""
    ordered = sorted(found, key=lambda one: (-one[1].by_standing[Standing.OVERDUE], one[0]))
    return [_shares(*one) for one in ordered[:NAMED]]


def _shares(name: str, tally: Tally) -> tuple[str, ...]:
    return (
        name, share(tally.done, tally.planned), share(tally.on_time, tally.with_day),
        str(tally.by_standing[Standing.OVERDUE] or "—"),
    )  # fmt: skip


def chart_of(one: PlanStanding) -> dict[str, Any]:
    """Return a plan by months, as a picture and in words; of a long one those that are open before the others."""
    chart = timeline(one.office, one.lines, one.today)
    bars = chart.bars
    if len(bars) > BARS:
        order = sorted(range(len(bars)), key=lambda n: (bars[n].standing in _ENDED, n))
        kept = set(order[:BARS])
        chart = replace(chart, bars=tuple(bar for n, bar in enumerate(bars) if n in kept))
    return {"svg": render_svg(chart, alone=False), "shown": len(chart.bars), "total": len(bars)}
