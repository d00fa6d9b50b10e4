"""The block of the report letter: how a plan stands, what was done in the period, what is late; two screens at most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from engine.assignment import Action, Case
from engine.monthly import KIND, Period, period_of, worth_reporting
from engine.office import Office
from engine.report import FULFILLED, STANDING_RUSSIAN, Line, Standing, in_plan_order, lines, short, waited_for
from engine.summary import Row, Tally, share, summarise
from notifiers.render import Item

MOST_LINES = 10
"""Of one list; the rest is counted."""
TITLE, NAMES = 70, 60
"""Letters of a title and of the responsibles in a line."""
_COUNTED = (Standing.OVERDUE, Standing.UNCLEAR, Standing.REVIEW, Standing.AWAITING, Standing.AHEAD, Standing.NOT_DONE)
_REST = "отчёт по строкам для подписи: srok summary --docx, его делает координатор"


def report_item(action: Action, cases: Sequence[Case], office: Office, today: date) -> Item | None:
    """Return the block of a report as things stand on *today*; None when there is nothing to report on."""
    period = period_of(action.key)
    if not worth_reporting(cases, period, today):
        return None
    plan = office.roadmap.plan
    return Item(
        kind=KIND,
        plan_title=plan.title,
        order=office.roadmap.order_title,
        number="",
        title=plan.title,
        deadline_text="",
        responsible="",
        role_text="Вам докладывают как руководителю",
        days_left_text=f"отчёт за {period.title}",
        sections=tuple(_sections(office, lines(cases, today), period, today)),
    )


def _sections(
    office: Office, found: Sequence[Line], period: Period, today: date
) -> Iterator[tuple[str, tuple[str, ...]]]:
    summary = summarise(office, found, {}, today)
    parts = in_plan_order(office.roadmap, found)
    rows = [(row, part) for row, part in zip(summary.rows, parts, strict=True) if row.counted]
    done = [row for row, _ in rows if row.standing in FULFILLED and _within(row.done_on, period)]
    came = sum(any(_within(line.occurrence.due_on, period) for line in waited_for(part)) for _, part in rows)
    yield f"За {period.title}", (f"срок наступил у {came}, исполнено {len(done)}",)
    yield "Сделано за период", _listed(_done_line(row) for row in done)
    yield f"Всего по плану на {today:%d.%m.%Y}", tuple(_total(summary.total))
    late = [row for row, _ in rows if row.standing is Standing.OVERDUE]
    yield "Просрочено", _listed(_line(row, f"срок {row.due_on:%d.%m.%Y}" if row.due_on else "") for row in late)
    awaiting = [row for row, _ in rows if row.standing is Standing.AWAITING]
    yield "Ждут даты", _listed(_line(row, f"в плане «{row.planned}»") for row in awaiting)
    yield "По ответственным", _listed(_of_one(name, tally) for name, tally in summary.responsibles)
    yield "Полностью", (_REST,)


def _within(day: date | None, period: Period) -> bool:
    return day is not None and period.first <= day <= period.last


def _total(total: Tally) -> Iterator[str]:
    yield f"исполнено {share(total.done, total.planned)}, в срок {share(total.on_time, total.with_day)}"
    if total.came:
        yield f"из тех, чей срок наступил, исполнено {share(total.done, total.came)}"
    counted = [f"{STANDING_RUSSIAN[one]}: {total.by_standing[one]}" for one in _COUNTED if total.by_standing[one]]
    if counted:
        yield "; ".join(counted)


def _of_one(name: str, tally: Tally) -> str:
    late = tally.by_standing[Standing.OVERDUE]
    done, on_time = share(tally.done, tally.planned), share(tally.on_time, tally.with_day)
    return f"{short(name, TITLE)}: исполнено {done}, в срок {on_time}{f', просрочено {late}' if late else ''}"


def _done_line(row: Row) -> str:
    how = STANDING_RUSSIAN[row.standing].removeprefix("исполнено").strip()
    return _line(row, f"{row.done_on:%d.%m.%Y}{f' {how}' if how else ''}")


def _line(row: Row, said: str) -> str:
    words = " — ".join(one for one in (f"п. {row.number} {short(row.title, TITLE)}", said) if one)
    return f"{words}; {short(row.responsible, NAMES)}" if row.responsible else words


def _listed(found: Iterable[str]) -> tuple[str, ...]:
    known = tuple(found)
    rest = len(known) - MOST_LINES
    return (*known[:MOST_LINES], f"и ещё {rest}: они в полном отчёте") if rest > 0 else known
