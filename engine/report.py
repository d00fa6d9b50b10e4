"""Where a plan stands on a day: every assignment with its computed flags, the counts, the order of urgency."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from engine.assignment import (
    GONE,
    OPEN,
    WORKING,
    Assignment,
    Case,
    State,
    awaited_checkpoints,
    is_complete,
    is_overdue,
    term,
)
from engine.occurrence import Occurrence
from engine.people import Directory
from engine.plan import Measure, Roadmap

SOON_DAYS = 7
"""«Скоро» is up to and including this many days ahead."""


TITLE_LENGTH = 90
_UNPRINTED = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\u200d\u2010-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
"""Control characters, marks that turn the direction of writing, and what XML does not hold."""


class Standing(StrEnum):
    """How an assignment, or an occurrence in all, stands on a day; of several the first in this order counts."""

    OVERDUE = "overdue"
    UNCLEAR = "unclear"  # overdue by a doubtful reading alone, or before the plan was first synced
    AWAITING = "awaiting"
    AHEAD = "ahead"
    REVIEW = "review"
    NOT_DONE = "not_done"
    LATE = "late"
    ON_TIME = "on_time"
    DONE = "done"
    DROPPED = "dropped"  # cancelled, superseded or not triggered: asked of nobody


FULFILLED = frozenset({Standing.ON_TIME, Standing.LATE, Standing.DONE})
STANDING_RUSSIAN = {
    Standing.OVERDUE: "просрочено",
    Standing.UNCLEAR: "уточняется",
    Standing.AWAITING: "ждёт даты",
    Standing.AHEAD: "срок впереди",
    Standing.REVIEW: "на проверке",
    Standing.NOT_DONE: "не исполнено",
    Standing.LATE: "исполнено с нарушением срока",
    Standing.ON_TIME: "исполнено в срок",
    Standing.DONE: "исполнено",
    Standing.DROPPED: "снято",
}


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
    def standing(self) -> Standing:
        """How the assignment stands."""
        state = self.assignment.state
        if state in GONE or state is State.NOT_TRIGGERED:
            return Standing.DROPPED
        if self.assignment.outcome is not None:
            return Standing(self.assignment.outcome.value)
        if self.overdue:
            doubtful = self.occurrence.ambiguous or self.occurrence.to_reconcile
            return Standing.UNCLEAR if doubtful else Standing.OVERDUE
        if state is State.REPORTED:
            return Standing.REVIEW
        return Standing.AWAITING if self.occurrence.due_on is None else Standing.AHEAD

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


def answering(part: Sequence[Line]) -> list[Line]:
    """Return those of an occurrence's lines it waits for, the dropped ones too; all where it waits for none."""
    return [line for line in part if line.assignment.blocking] or list(part)


def waited_for(part: Sequence[Line]) -> list[Line]:
    """Return those who answer for an occurrence and are still asked; all who answer where nobody is."""
    all_of_them = answering(part)
    return [line for line in all_of_them if line.standing is not Standing.DROPPED] or all_of_them


def standing(part: Sequence[Line]) -> Standing:
    """Return how an occurrence stands in all; *part* are its lines, or those of them that are asked for."""
    found = {line.standing for line in waited_for(part)}
    return next(one for one in Standing if one in found)


def by_occurrence(found: Iterable[Line]) -> dict[str, list[Line]]:
    """Return the lines of each occurrence, by its key."""
    groups: dict[str, list[Line]] = {}
    for line in found:
        groups.setdefault(line.occurrence.key, []).append(line)
    return groups


def in_plan_order(roadmap: Roadmap, found: Iterable[Line]) -> list[list[Line]]:
    """Return the lines by occurrence, in the order of the plan and of their first due days; in each the lead first."""
    order = {one.id: n for n, one in enumerate(roadmap.tracked())}

    def place(part: list[Line]) -> tuple[int, date, int]:
        occurrence = part[0].case.occurrence
        return order.get(occurrence.measure, len(order)), occurrence.original_due_on or date.max, occurrence.n

    groups = sorted(by_occurrence(found).values(), key=place)
    return [
        [by_key[one.key] for one in part[0].case.assignments if one.key in by_key]
        for part in groups
        if (by_key := {line.assignment.key: line for line in part})
    ]


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
    """Return a title that fits a line of a list, *length* characters at most; the № finds the rest."""
    return title if len(title) <= length else title[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


def printed(text: str) -> str:
    """Return *text* without characters that no paper shows and XML does not hold; a line's end stays."""
    return _UNPRINTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
