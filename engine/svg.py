"""The chart of a plan as SVG: rows in, text out; it stands alone in a file or in a page.

It has no script and asks for nothing outside. Places are shares of its width, letters keep their size, so that it
reads on a phone as on a wall; each label has a field of its own that cuts it off: none reaches into another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from html import escape

from engine.report import STANDING_RUSSIAN, Standing
from engine.timeline import SYMBOLS, Bar, Timeline, cut

LABELS = 9
"""Labels of the axis: as many as the narrowest screen (320 px) has room for."""
_LEFT, _WIDTH = 2, 96
_HEAD, _AXIS, _ROW, _LINE, _BAR = 52, 24, 42, 18, 10
_LONG, _SHORT = 68, 25
_NO_BAR = frozenset({Standing.AWAITING})

STYLE = """\
.srok-timeline{font:13px/1.3 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",Arial,sans-serif}
.srok-timeline text{fill:#1b1f24}
.srok-timeline .paper{fill:#ffffff}
.srok-timeline .head{font-size:15px;font-weight:600}
.srok-timeline .dim{fill:#57606a}
.srok-timeline .small{font-size:11px;fill:#57606a}
.srok-timeline .track{stroke:#d0d7de}
.srok-timeline .month{stroke:#eaeef2}
.srok-timeline .today{stroke:#0550ae;stroke-width:2;stroke-dasharray:3 2}
.srok-timeline .due{stroke:#1b1f24;stroke-width:2}
.srok-timeline .bar{fill:#8c959f}
.srok-timeline .overdue,.srok-timeline .not_done{fill:#cf222e}
.srok-timeline .on_time,.srok-timeline .done{fill:#1a7f37}
.srok-timeline .late,.srok-timeline .review,.srok-timeline .unclear{fill:#bf8700}
.srok-timeline .more{fill:none;stroke:#57606a;stroke-dasharray:3 2}
.srok-timeline .wide{display:none}
@media (min-width:900px){.srok-timeline .wide{display:inline}.srok-timeline .narrow{display:none}}
@media (prefers-color-scheme:dark){
.srok-timeline text{fill:#e6edf3}
.srok-timeline .paper{fill:#0d1117}
.srok-timeline .dim,.srok-timeline .small{fill:#9ea7b3}
.srok-timeline .track{stroke:#3d444d}
.srok-timeline .month{stroke:#21262d}
.srok-timeline .today{stroke:#79c0ff}
.srok-timeline .due{stroke:#e6edf3}
.srok-timeline .overdue,.srok-timeline .not_done{fill:#ff7b72}
.srok-timeline .on_time,.srok-timeline .done{fill:#3fb950}
.srok-timeline .late,.srok-timeline .review,.srok-timeline .unclear{fill:#d29922}
.srok-timeline .more{stroke:#9ea7b3}
}"""
"""Light by default, dark where the reader's system is; colours are never the only sign."""


def render_svg(chart: Timeline, *, alone: bool = True) -> str:
    """Return the chart as an SVG element; one that does not stand alone finds `STYLE` in the page's stylesheet."""
    top = _HEAD + _AXIS
    legend = list(dict.fromkeys(one.standing for one in chart.bars))
    bottom = top + _ROW * len(chart.bars) + 8
    height = bottom + _LINE * (len(legend) + 2)
    name = f"timeline-{chart.plan}"
    size = f'width="100%" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="srok-timeline" {size} xml:lang="ru" role="group"',
        f' aria-labelledby="{name}-title {name}-desc">',
        f'<title id="{name}-title">{escape(chart.title)}</title>',
        f'<desc id="{name}-desc">{escape(_described(chart))}</desc>',
        *([f"<style>{STYLE}</style>"] if alone else []),
        '<rect class="paper" width="100%" height="100%"/>',
        *_heading(chart),
        *_axis(chart, top),
        '<g role="list">',
        *(part for n, bar in enumerate(chart.bars) for part in _row(chart, bar, top + n * _ROW)),
        "</g>",
        *_legend(chart, legend, bottom + _LINE),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _described(chart: Timeline) -> str:
    counted = {one: sum(bar.standing is one for bar in chart.bars) for one in Standing}
    sums = ", ".join(f"{STANDING_RUSSIAN[one]}: {number}" for one, number in counted.items() if number)
    return f"Сроки плана на {chart.today:%d.%m.%Y}. Всего: {len(chart.bars)}. {sums[:1].upper()}{sums[1:]}."


def _field(x: float, y: float, width: float, text: str) -> str:
    """Return *text* in a field of its own, cut off where it does not fit; *x* and *width* in per cent."""
    return f'<svg x="{x:g}%" y="{y:g}" width="{width:g}%" height="{_LINE}" aria-hidden="true">{text}</svg>'


def _both(title: str, style: str = "", before: str = "") -> str:
    """Return a title as a wide and as a narrow screen shows it."""
    return "".join(
        f'<text y="14" class="{style}{name}">{escape(cut(before + title, length))}</text>'
        for name, length in (("wide", _LONG), ("narrow", _SHORT))
    )


def _heading(chart: Timeline) -> Iterator[str]:
    yield _field(_LEFT, 6, _WIDTH, _both(chart.title, "head "))
    days = f"на {chart.today:%d.%m.%Y} · {chart.first:%d.%m.%Y} – {chart.last:%d.%m.%Y}"
    yield _field(_LEFT, 28, _WIDTH, f'<text y="14" class="dim">{days}</text>')


def _axis(chart: Timeline, top: int) -> Iterator[str]:
    foot = top + _ROW * len(chart.bars)
    labels = [one for one in chart.labels(LABELS) if chart.place(one[0]) <= 1 - 1 / LABELS]
    for day, _ in labels:
        yield f'<line class="month" x1="{_x(chart, day)}" x2="{_x(chart, day)}" y1="{top - 6}" y2="{foot}"/>'
    for day, text in labels:
        width = round(0.9 * _WIDTH / LABELS, 2)  # a February is shorter than a month
        yield _field(_percent(chart, day), top - 24, width, f'<text y="13" class="small">{text}</text>')


def _percent(chart: Timeline, day: date) -> float:
    return round(_LEFT + _WIDTH * chart.place(day), 2)


def _x(chart: Timeline, day: date) -> str:
    return f"{_percent(chart, day):g}%"


def _row(chart: Timeline, bar: Bar, y: int) -> Iterator[str]:
    said = f"№ {bar.number} {bar.title}: {bar.words}"
    yield f'<g role="listitem" aria-label="{escape(said)}"><title>{escape(said)}</title>'
    yield _field(_LEFT, y, 65, _both(bar.title, before=f"{bar.number} "))
    day = f"{bar.due_on:%d.%m.%Y}" if bar.due_on else "ждёт даты" if bar.standing is Standing.AWAITING else "без срока"
    words = f"{day}, {STANDING_RUSSIAN[bar.standing]}" if bar.standing not in _NO_BAR else day
    said_by = "".join(
        f'<text x="100%" y="14" text-anchor="end" class="dim {name}">{SYMBOLS[bar.standing]} {text}</text>'
        for name, text in (("wide", words), ("narrow", day))
    )
    yield _field(68, y, 30, said_by)
    middle = y + _LINE + 8
    yield f'<line class="track" x1="{_LEFT}%" x2="{_LEFT + _WIDTH}%" y1="{middle}" y2="{middle}"/>'
    yield from _window(chart, bar, middle)
    if chart.has_today:
        x = _x(chart, chart.today)
        yield f'<line class="today" x1="{x}" x2="{x}" y1="{middle - 9}" y2="{middle + 9}"/>'
    yield "</g>"


def _window(chart: Timeline, bar: Bar, middle: int) -> Iterator[str]:
    """Draw the window up to the plan's own day, dashed on to the day that counts now, and the mark of that day."""
    if bar.first is None or bar.due_on is None:
        return
    planned = min(bar.planned_on or bar.due_on, bar.due_on)
    for style, first, last in ((f"bar {bar.standing.value}", bar.first, planned), ("more", planned, bar.due_on)):
        begin, end = _percent(chart, first), _percent(chart, last + timedelta(days=1))
        if style != "more" or last > first:
            yield (
                f'<rect class="{style}" x="{begin:g}%" width="{max(round(end - begin, 2), 0.4):g}%" '
                f'y="{middle - _BAR // 2}" height="{_BAR}" rx="2"/>'
            )
    x = _x(chart, bar.due_on + timedelta(days=1))
    yield f'<line class="due" x1="{x}" x2="{x}" y1="{middle - 8}" y2="{middle + 8}"/>'


def _legend(chart: Timeline, legend: list[Standing], y: int) -> Iterator[str]:
    if chart.has_today:
        yield f'<line class="today" x1="{_LEFT}%" x2="{_LEFT}%" y1="{y + 1}" y2="{y + 16}"/>'
        yield _field(_LEFT + 3, y, _WIDTH - 3, f'<text y="13" class="small">сегодня, {chart.today:%d.%m.%Y}</text>')
    for n, one in enumerate(sorted(legend, key=list(Standing).index), start=1):
        text = f"{SYMBOLS[one]} {STANDING_RUSSIAN[one]}"
        yield _field(_LEFT, y + n * _LINE, _WIDTH, f'<text y="13" class="small">{text}</text>')
