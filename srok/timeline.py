"""`srok timeline`: a plan by months in the terminal, or as a picture."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from engine.clock import utc_now
from engine.errors import NotFoundError
from engine.report import FULFILLED, STANDING_RUSSIAN, Standing
from engine.settings import Settings
from engine.store import queries
from engine.store.installation import load_people, open_store
from engine.svg import render_svg
from engine.timeline import SYMBOLS, Bar, Timeline, cut, timeline
from srok.files import write_whole
from srok.screens import console
from srok.standing import plan_standing, refuse_past

_LABEL_WIDTH = 6
_NUMBER, _DAY = 9, 8
_TITLE = (10, 44)
_CHART = 12
_STYLES = {
    Standing.OVERDUE: "bold red",
    Standing.NOT_DONE: "red",
    Standing.UNCLEAR: "yellow",
    Standing.REVIEW: "yellow",
    Standing.LATE: "yellow",
    Standing.ON_TIME: "green",
    Standing.DONE: "green",
    Standing.AWAITING: "dim",
    Standing.DROPPED: "dim",
}


def run_timeline(settings: Settings, plan: str | None, svg: Path | None, as_of: date | None) -> None:
    """Print the chart of all plans, or of one; or write the one as SVG.

    Raises:
        NotFoundError: A picture is asked for and the plan is not said, there being several or none.
    """
    charts = _charts(settings, plan, as_of)
    out = console()
    if svg is None:
        for chart in charts:
            print_chart(chart, out)
        return
    if len(charts) != 1:
        names = ", ".join(one.plan for one in charts)
        raise NotFoundError(f"картинка — одного плана: назовите его ({names})" if names else "планов в базе ещё нет")
    write_whole(svg, render_svg(charts[0]).encode())
    out.print(f"Записано: {svg} — сроков: {len(charts[0].bars)}")


def _charts(settings: Settings, plan: str | None, as_of: date | None) -> list[Timeline]:
    directory, now = load_people(settings), utc_now()
    found = []
    with open_store(settings) as store, store.reading() as session:
        refuse_past(session, as_of)
        for row in [queries.plan(session, plan)] if plan else queries.plans(session):
            office = queries.office(row, directory, settings.owner)
            today = as_of or now.astimezone(office.zone).date()
            found.append(timeline(office, plan_standing(session, office, today), today))
    return found


def print_chart(chart: Timeline, out: Console) -> None:
    """Print a chart as wide as the terminal: № and title, the window, its mark and the last day on time."""
    number = min(max((len(one.number) for one in chart.bars), default=1), _NUMBER)
    room = out.width - number - _DAY - 5
    title = max(_TITLE[0], min(_TITLE[1], room * 2 // 5))
    width = max(_CHART, room - title)
    out.print(Text(f"{chart.plan}: {chart.title}", style="bold"))
    out.print(Text(" " * (number + title + 2) + _axis(chart, width), style="dim"))
    for bar in chart.bars:
        line = Text(f"{cut(bar.number, number):<{number}} {cut(bar.title, title):<{title}} ")
        line.append(_drawn(chart, bar, width), style=_STYLES.get(bar.standing, ""))
        day = f"{bar.due_on:%d.%m.%y}" if bar.due_on else ""
        out.print(line.append(f" {SYMBOLS[bar.standing]} {day}"), overflow="crop", no_wrap=True)
    known = [one for one in Standing if any(bar.standing is one for bar in chart.bars)]
    legend = [f"{SYMBOLS[one]} {STANDING_RUSSIAN[one]}" for one in known]
    legend.append(f"{'│ ' * chart.has_today}на {chart.today:%d.%m.%Y}")
    for words in wrap("  ".join(one.replace(" ", "\u00a0") for one in legend), out.width):
        out.print(words.replace("\u00a0", " "))
    out.print()


def _axis(chart: Timeline, width: int) -> str:
    cells = [" "] * width
    for day, text in chart.labels(width // _LABEL_WIDTH):
        begin = _column(chart, day, width)
        if begin + len(text) <= width:
            cells[begin : begin + len(text)] = text
    return "".join(cells)


def _column(chart: Timeline, day: date, width: int) -> int:
    return min(int(chart.place(day) * width), width - 1)


def _drawn(chart: Timeline, bar: Bar, width: int) -> str:
    """Draw a window: to the plan's own day, dotted on to the day that counts now, where its mark stands."""
    cells = [" "] * width
    today = _column(chart, chart.today, width) if chart.has_today else None
    if today is not None:
        cells[today] = "│"
    if bar.first is None or bar.due_on is None:
        return cut(bar.words, width).ljust(width)
    first, due = _column(chart, bar.first, width), _column(chart, bar.due_on, width)
    planned = min(due, _column(chart, bar.planned_on or bar.due_on, width))
    stroke = "━┿" if bar.standing in FULFILLED else "─┼"
    for place in range(first, due):
        cells[place] = (stroke if place < planned else "·┊")[place == today]
    cells[due] = SYMBOLS[bar.standing]
    return "".join(cells)
