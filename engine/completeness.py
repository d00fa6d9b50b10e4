"""The daily check that nothing was left unsaid: what the facts alone ask for, beside what the store knows.

A pass looks only at what is marked for it; a mark that went wrong would be silence. This looks at everything.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from engine.assignment import Case
from engine.escalation import TOLD_ON, due_actions
from engine.occurrence import Occurrence
from engine.office import Office
from engine.plan import Audience

LOOKS_BACK = timedelta(days=7)
ZONES_APART = timedelta(days=1)
"""Recipients' slots lie as far from those of the plan's zone at most."""
LONGEST_WAIT = timedelta(days=1)
"""A message that may be sent is sent within; a day off, a silence and a pause of the channel do not count."""


def has_recent_rung(occurrence: Occurrence, office: Office, now: datetime) -> bool:
    """Tell whether the ladder of *occurrence* may have an instant in the last seven days, by its own day alone."""
    if occurrence.due_on is None or occurrence.cancelled or occurrence.to_reconcile:
        return False
    steps = office.timetable.steps(occurrence, office.zone, tuple(Audience))
    return any(now - LOOKS_BACK - ZONES_APART < at <= now + ZONES_APART for at, _ in steps)


def is_forgotten(
    case: Case, office: Office, sent: AbstractSet[str], looked_at_next: datetime | None, now: datetime
) -> bool:
    """Tell whether something is due about *case* that no pass will see in time.

    Args:
        case: The occurrence as it stands after the pass at *now*.
        office: The plan's rules and people.
        sent: Keys in the outbox.
        looked_at_next: When a pass looks at it next, by the store; None for never.
        now: The instant of the pass that has just done all that was marked and nobody else was at.
    """
    actions, following = due_actions(case, office, sent, now)
    # What is marked by now, another pass may be at; who is told on was put off if the executors were told only now.
    due = [office.next_slot(one.person, now) if one.kind in TOLD_ON else now for one in actions]
    wanted = min([*due, *([following] if following else [])], default=None)
    return wanted is not None and (looked_at_next is None or looked_at_next > wanted)


def waits_too_long(since: datetime, person: str | None, office: Office, now: datetime) -> bool:
    """Tell whether a message for *person* that might have gone out from *since* on should long have done so.

    What was tried in vain on Friday waits for Monday's slot: only beyond the next slot it is late.
    """
    today = now.astimezone(office.zone_of(person)).date()
    silent = office.directory.silent_to(person, today) is not None
    first = office.at_once(person, since)
    return not silent and now - first > LONGEST_WAIT and now > office.next_slot(person, first)
