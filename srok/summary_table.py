"""The report on execution as tables: columns, cells, totals; the same in every format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from engine.report import Standing, short
from engine.summary import Summary, Tally, share

Cell = str | int | date | None


class Column(NamedTuple):
    """A column; those of a table fill a landscape A4 page between its margins."""

    heading: str
    width_mm: float
    centred: bool = True


MARGIN_MM = 15
AGAIN_LENGTH = 60
COLUMNS = (
    Column("№ п/п", 12),
    Column("Мероприятие", 60, centred=False),
    Column("Срок по плану", 20),
    Column("Ответственный", 36, centred=False),
    Column("Ожидаемый результат", 43, centred=False),
    Column("Отметка об исполнении (что сделано, документ №, дата)", 43, centred=False),
    Column("Дата факт.", 18),
    Column("Причина неисполнения / новый срок", 35, centred=False),
)
_COUNTS = (
    (Standing.LATE, "с наруше-нием срока"),
    (Standing.NOT_DONE, "Не испол-нено"),
    (Standing.OVERDUE, "Просро-чено"),
    (Standing.AWAITING, "Ждёт события, даты"),
    (Standing.AHEAD, "Срок впереди"),
    (Standing.REVIEW, "На проверке"),
    (Standing.UNCLEAR, "Уточня-ется"),
)
TOTAL_COLUMNS = (
    Column("", 56, centred=False),
    Column("Всего (N)", 14),
    Column("Испол\u00adнено (n)", 15),
    Column("в срок (m)", 14),
    *(Column(heading.replace("-", "\u00ad"), 16) for _, heading in _COUNTS),
    Column("Исполнено n / N", 19),
    Column("В срок m / N", 19),
    Column("Испол\u00adнено из насту\u00adпивших", 18),
)
EXPLANATION = (
    "N — сроки на контроле (у ответственных и школ — поручения, без соисполнителей); отменённое, заменённое и то, "
    "для чего основание не наступило, не считается. Исполнительская дисциплина Ко = n / N × 100 %. Исполненное "
    "без срока в счёт «в срок» не входит. Наступившие — сроки до дня отчёта и исполненные раньше."
)


def listing(summary: Summary, *, brief: bool = False) -> Iterator[str | tuple[Cell, ...]]:
    """Yield the rows in the order of `COLUMNS`; a string is the heading of the section below it.

    *brief* says only the beginning of a title, and no result, where the row above is of the same measure.
    """
    section, number = "", None
    for row in summary.rows:
        if row.section != section:
            section = row.section
            yield section or "Вне разделов"
        again, number = brief and row.number == number, row.number
        title, result = (
            (short(row.title, AGAIN_LENGTH), "то же" * bool(row.result)) if again else (row.title, row.result)
        )
        planned: Cell = row.planned_on or row.planned
        yield row.number, title, planned, row.responsible, result, row.note, row.done_on, row.remark


def totals(summary: Summary) -> Iterator[str | tuple[Cell, ...]]:
    """Yield the rows of the totals; a string is the heading of those below it."""
    yield _total("По плану в целом", summary.total)
    for heading, tallies in (("По ответственным", summary.responsibles), ("По школам", summary.schools)):
        if tallies:
            yield heading
        for name, tally in tallies:
            yield _total(name, tally)


def _total(name: str, tally: Tally) -> tuple[Cell, ...]:
    return (
        name, tally.planned, tally.done, tally.on_time, *(tally.by_standing[one] for one, _ in _COUNTS),
        share(tally.done, tally.planned), share(tally.on_time, tally.with_day), share(tally.done, tally.came),
    )  # fmt: skip


def count_line(summary: Summary) -> str:
    """Return what stands under the rows: how many there are and how they stand, in one sentence."""
    total = summary.total
    if summary.only is not None:
        return f"Всего: {len(summary.rows)}."
    counted = "; ".join(f"{heading.replace('-', '').lower()}: {total.by_standing[one]}" for one, heading in _COUNTS)
    return (
        f"Всего на контроле (N): {total.planned}; исполнено (n): {total.done}; в срок (m): {total.on_time}; {counted}. "
        f"Исполнено {share(total.done, total.planned)}. В срок {share(total.on_time, total.with_day)}."
    )
