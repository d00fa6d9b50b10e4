"""The section `plan` of a draft: what the head of the order says, and the days the plan is made for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.calendar import Horizon
from engine.importer.findings import Finding
from engine.importer.head import Head
from engine.importer.table import Item

_YEARS = re.compile(
    r"(?<!\d)(20\d\d)(?:(?:,\s?20\d\d)*\s?(?:г\.|год[а-я]*)?(?:\s?[-–—/]\s?|\s(?:по|до|и)\s)"
    r"(20\d\d|\d\d(?=\s?(?:у|г)|$)))?(.{0,8})"
)
"""A year or two of a title, and what follows: «2020-2021 уч. год», «2023/24 учебный год», «с 2021 по 2023 годы»."""
_CITED = re.compile(r"\bот \d{1,2}(?:\.\d{1,2}\.| [а-я]+ )20\d\d", re.IGNORECASE)
"""The day of another order in a title: «О внесении изменений в приказ от 12.09.2022 № 345»."""
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_NO_DAY = date(2000, 1, 1)
_LATER_YEARS = 5
"""A year of a cell that is further from the order is no year of the plan."""


@dataclass(frozen=True, slots=True)
class Years:
    """The years a title names, the first and the last, whether as a school year, and its words."""

    first: int
    last: int
    school: bool
    words: str


def years_named(title: str) -> Years | None:
    """Return the years of a title; None where it names none."""
    match = _YEARS.search(_CITED.sub("", title))
    if match is None:
        return None
    first = int(match[1])
    last = int(match[2] if len(match[2] or "") != 2 else f"20{match[2]}") if match[2] else first  # noqa: PLR2004
    return Years(first, last, last != first and re.match(r"\s?(?:уч|у\.\s?г)", match[3]) is not None, match[0].strip())


def plan_horizon(head: Head, items: Sequence[Item]) -> tuple[Horizon, str]:
    """Return the plan's days and why: years of its title or its order's, else of the order's day and the cells."""
    years, where = years_named(head.title or ""), "в заголовке"
    if years is None:
        years, where = years_named(head.subject or ""), "в названии приказа"
    if years is None or years.last < years.first:
        return _without_years(head, items)
    basis = f"«{years.words}» {where}"
    if years.school:
        return Horizon(date(years.first, 9, 1), date(years.last, 8, 31)), basis
    return Horizon(date(years.first, 1, 1), date(years.last, 12, 31)), basis


def _without_years(head: Head, items: Sequence[Item]) -> tuple[Horizon, str]:
    named = [int(year) for item in items for year in _YEAR.findall(item.cell("deadline"))]
    if head.day is None and named:
        start, end = date(min(named), 1, 1), date(max(named), 12, 31)
        return Horizon(start, end), "в заголовке года нет: взяты годы, названные в сроках"
    day = head.day or _NO_DAY
    near = [year for year in named if day.year < year <= day.year + _LATER_YEARS] if head.day else []
    if near:
        return Horizon(day, date(max(near), 12, 31)), "в заголовке года нет: от приказа до последнего года в сроках"
    return Horizon(day, date(day.year, 12, 31)), "в заголовке года нет: до конца года приказа"


def plan_header(
    head: Head, horizon: Horizon, basis: str, source: str, plan_id: str, zone: str
) -> tuple[dict[str, Any], Finding]:
    """Return the section `plan`, and the finding that names the days and the zone it was given."""
    days = f"{horizon.start:%d.%m.%Y}–{horizon.end:%d.%m.%Y}"
    message = f"Срок плана взят так: {days} ({basis}); проверьте его и пояс {zone}."
    order = {
        "kind": head.kind,
        "number": head.number,
        "date": head.day,
        "place": head.place,
        "signatory": head.signatory,
    }
    complete = head.kind and head.number and head.day
    header = {
        "id": plan_id,
        "title": head.title or source,
        "organization": head.organization,
        "timezone": zone,
        "horizon": {"from": horizon.start, "to": horizon.end, "basis": basis},
        "order": {name: value for name, value in order.items() if value} if complete else None,
        "coordinator": head.coordinator,
        "issuer": head.issuer,
        "controller": head.controller,
        "source": source,
    }
    return header, Finding("horizon-taken", None, None, message)
