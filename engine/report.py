"""Where a plan stands on a day: every assignment with its computed flags, the counts, the order of urgency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.assignment import OPEN, WORKING, Assignment, Case, State, awaited_checkpoints, is_complete, is_overdue, term
from engine.occurrence import Occurrence
from engine.people import Directory
from engine.plan import Measure

SOON_DAYS = 7
"""«Скоро» is up to and including this many days ahead."""


TITLE_LENGTH = 90


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment on the status screen."""

    case: Case
    assignment: Assignment
    overdue: bool
    due_soon: bool
    missed_checkpoint: date | None = None
    """The last checkpoint that passed without interim information."""

    @property
    def occurrence(self) -> Occurrence:
        """The occurrence as it stands for this assignment."""
        return term(self.case.occurrence, self.assignment)

    @property
    def measure(self) -> Measure:
        """The measure of it."""
        return self.case.measure

    @property
    def unconfirmed(self) -> bool:
        """Overdue only by a doubtful reading: the day waits for a person's word, nobody is told on."""
        return self.overdue and self.occurrence.ambiguous

    @property
    def rank(self) -> tuple[int, date, str]:
        """Order of urgency: overdue, on review, soon, later, awaiting, closed; then by due day."""
        state = self.assignment.state
        if self.overdue:
            group = 0
        elif state is State.REPORTED:
            group = 1
        elif state not in OPEN:
            group = 5
        elif self.occurrence.due_on is None:
            group = 4
        else:
            group = 2 if self.due_soon else 3
        return group, self.occurrence.due_on or date.max, self.assignment.key

    def as_json(self, directory: Directory) -> dict[str, Any]:
        """Return the row of `srok status --json`."""
        one, occurrence = self.assignment, self.occurrence
        return {
            "plan": occurrence.plan,
            "measure": occurrence.measure,
            "occurrence": occurrence.key,
            "title": self.measure.title,
            "responsible": one.title,
            "person": one.person,
            "school": directory.school_name(one.school),
            "state": one.state.value,
            "outcome": one.outcome.value if one.outcome else None,
            "overdue": self.overdue,
            "due_soon": self.due_soon,
            "ambiguous": occurrence.ambiguous,
            "to_reconcile": occurrence.to_reconcile,
            "nominal_due_on": _iso(occurrence.nominal_due_on),
            "due_on": _iso(occurrence.due_on),
            "original_due_on": _iso(occurrence.original_due_on),
            "awaiting_reason": occurrence.awaiting,
            "extension_asked_until": _iso(one.asked_until),
            "interim_on": _iso(one.interim_on),
            "checkpoint_missed_on": _iso(self.missed_checkpoint),
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def lines(cases: Iterable[Case], today: date) -> list[Line]:
    """Return every assignment of *cases*, most urgent first; *today* is the municipality's local day."""
    found = []
    for case in cases:
        complete = is_complete(case.assignments)
        for one in case.assignments:
            due = term(case.occurrence, one).due_on
            overdue = is_overdue(one, case.occurrence, today, complete=complete)
            near = due is not None and today <= due <= today + timedelta(days=SOON_DAYS)
            soon = near and one.state in OPEN and not complete
            found.append(Line(case, one, overdue, soon, None if complete else _missed(case, one, today)))
    return sorted(found, key=lambda line: line.rank)


def _missed(case: Case, one: Assignment, today: date) -> date | None:
    if one.state not in WORKING or not one.blocking:
        return None
    awaited = awaited_checkpoints(case.measure, term(case.occurrence, one), one)
    return max((day for day in awaited if day < today), default=None)


def counts(found: Iterable[Line]) -> dict[str, int]:
    """Return the numbers of assignments by state, and how many are overdue and due soon."""
    known = list(found)
    by_state = Counter(line.assignment.state.value for line in known)
    return {
        **{state.value: by_state.get(state.value, 0) for state in State},
        "overdue": sum(line.overdue for line in known),
        "due_soon": sum(line.due_soon for line in known),
    }


def short(title: str, length: int = TITLE_LENGTH) -> str:
    """Return a title that fits a line of a list; the № finds the rest."""
    return title if len(title) <= length else title[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
