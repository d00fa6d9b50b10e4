"""Text of a «Сроки» cell -> terms, without any calendar; a cell is read in full or refused with its place."""

from engine.deadline.canonical import canonical, canonical_term
from engine.deadline.grammar import parse_deadline
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
    Span,
    Term,
    Year,
    Yearly,
)
from engine.errors import DeadlineError

__all__ = [
    "Between",
    "By",
    "Day",
    "Deadline",
    "DeadlineError",
    "EventBound",
    "Item",
    "Month",
    "On",
    "OnDemand",
    "Ongoing",
    "Period",
    "Relation",
    "Schedule",
    "SchoolYear",
    "Span",
    "Term",
    "Year",
    "Yearly",
    "canonical",
    "canonical_term",
    "parse_deadline",
]
