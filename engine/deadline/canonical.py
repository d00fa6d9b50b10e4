"""A read deadline in standard Russian, which reads back to the same terms."""

from __future__ import annotations

from engine.deadline.terms import (
    Between,
    By,
    Day,
    Deadline,
    EventBound,
    Item,
    Month,
    On,
    OnDemand,
    Ongoing,
    Period,
    Relation,
    Schedule,
    SchoolYear,
    Term,
    Year,
    Yearly,
)

_NOMINATIVE = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
]
_GENITIVE = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
_LEADS = {Relation.DURING: "в период", Relation.AFTER: "после"}


def canonical(deadline: Deadline) -> str:
    """The deadline as it is best written; ``parse_deadline`` of it gives the same terms."""
    return ", ".join(canonical_term(term) for term in deadline.terms)


def canonical_term(term: Term) -> str:
    """One term as it is best written."""
    match term:
        case On() | Between() | By():
            return _item(term)
        case Yearly(()):
            return "ежегодно"
        case Yearly(terms):
            return f"ежегодно ({', '.join(_item(one) for one in terms)})"
        case Ongoing(period):
            return _ongoing(period)
        case Schedule(lead, ref):
            return f"{lead} {ref}"
        case EventBound(relation, event):
            return f"{_LEADS[relation]} {event}"
        case OnDemand(condition):
            return f"по мере {condition}"


def _item(item: Item) -> str:
    match item:
        case On(period):
            return _period(period)
        case Between(Year(first), Year(last)):
            return f"{first} – {last} годы"
        case Between(first, last):
            return f"{_period(first, with_year=first.year != last.year)} – {_period(last)}"
        case By(day):
            return f"до {_period(day)}"


def _period(period: Period, *, with_year: bool = True) -> str:
    year = f" {period.year} года" if with_year and period.year else ""
    match period:
        case Day(day, month):
            return f"{day} {_GENITIVE[month - 1]}{year}"
        case Month(month):
            return f"{_NOMINATIVE[month - 1]}{year}"
        case SchoolYear(first):
            return f"{first}-{(first or 0) + 1} учебный год"
        case Year(only):
            return f"{only} год"


def _ongoing(period: Year | SchoolYear | None) -> str:
    match period:
        case None:
            return "постоянно"
        case Year(None):
            return "в течение года"
        case SchoolYear(None):
            return "в течение учебного года"
        case Year(year):
            return f"в течение {year} года"
        case _:
            return _period(period)
