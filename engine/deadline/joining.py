"""What a rhythm and the term before it make of each other once both are read."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from engine.deadline.ranges import Dated
from engine.deadline.terms import Between, By, Heading, On, Ongoing, Rhythm, Since, Term, Unit

YEARS = frozenset({Unit.YEAR, Unit.SCHOOL_YEAR})
SHORT_UNITS = frozenset({Unit.DAY, Unit.WEEK, Unit.MONTH})
Bound = On | Between | By | Since | Ongoing
"""The time through which a rhythm holds."""


def without_year(item: On | Between | By) -> On | Between | By:
    """Return an item of every year."""
    if isinstance(item, Between):
        return Between(replace(item.first, year=None), replace(item.last, year=None), item.span)
    return replace(item, period=replace(item.period, year=None))


def bounded_by(before: Term, rhythm: Term, begins: str) -> Term | None:
    """Return the rhythm that holds through the term before it: «в течение 2020 года (ежемесячно)»; or None."""
    if not isinstance(rhythm, Rhythm) or rhythm.bound is not None or begins == "ONGOING":
        return None
    if isinstance(before, (On, Between)):
        years = before.last.unit in YEARS
        month = isinstance(before, On) and before.period.part is None and rhythm.unit in {Unit.DAY, Unit.WEEK}
        holds = years or month or (isinstance(before, Between) and rhythm.unit in SHORT_UNITS)
    else:
        holds = isinstance(before, Since) or (isinstance(before, Ongoing) and before.period is not None)
    if not holds:
        return None
    return replace(rhythm, bound=cast("Bound", before), span=(before.span[0], rhythm.span[1]))


def goes_on(before: Term, term: Term) -> Term:
    """Return what begins with the term before it: «май 2021, далее ежегодно», «с марта, далее постоянно»."""
    if not isinstance(before, (On, Between, By)):
        return term
    since = Since(before.first, before.span)
    if isinstance(term, Ongoing) and term.period is None:
        return Since(before.first, term.span)
    if not isinstance(term, Rhythm) or term.bound is not None:
        return term
    yearly = term.unit is Unit.YEAR and term.every == 1 and not term.items and before.first.unit not in YEARS
    items = (without_year(before),) if yearly else term.items
    return replace(term, items=items, bound=None if yearly and before.first.year is None else since)


def month_number(item: Dated) -> int:
    """Number of the month an item ends in; 1 of what is no month."""
    if isinstance(item, (Heading, Ongoing)) or item.last.unit is not Unit.MONTH:
        return 1
    return item.last.number
