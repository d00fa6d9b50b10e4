"""What becomes of the assignments of an occurrence when its plan is synced anew, and who is told of it at once.

Who goes on keeps every fact; who is no longer asked is let go; what is finished takes nobody new and lets nobody go.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from engine.assignment import OPEN, WORKING, Action, Assignment, Case, State, fan_out, is_complete
from engine.escalation import told
from engine.occurrence import Change, Synced
from engine.office import Office
from engine.people import Directory
from engine.plan import Measure

TOLD = {Change.MOVED: "moved", Change.RELEASED: "moved"}
"""What is told to the executors at once; a first date is told by the ladder's opening."""
KNOWN = OPEN - {State.AWAITING, State.SCHEDULED}
"""States in which an executor has heard of his assignment: its end is told to him too."""


def carried_over(done: Synced, measure: Measure, directory: Directory, kept: Sequence[Assignment]) -> list[Assignment]:
    """Return the assignments of an occurrence after a sync that has done *done* to it; *kept* are those before."""
    if done.change is Change.CANCELLED:
        return [_let_go(one) for one in kept]
    return _restated(_merged(fan_out(done.after, measure, directory), kept), done)


def is_finished(assignments: Sequence[Assignment]) -> bool:
    """Tell whether an occurrence has been reported on to its end: what a plan asks later does not reach back to it."""
    decided = (one.state in {State.CLOSED, State.NOT_TRIGGERED} or one.ended_by is not None for one in assignments)
    return is_complete(assignments) and any(decided)


def announced(
    done: Synced, case: Case, before: Sequence[Assignment], office: Office, sent: AbstractSet[str], now: datetime
) -> list[Action]:
    """Return what executors are told at once: that their day has moved, or that they are let go.

    Args:
        done: What the sync did to the occurrence.
        case: The occurrence with its assignments, as they are now.
        before: Its assignments as they were.
        office: The plan's rules and people.
        sent: Keys in the outbox.
        now: The instant of the sync.
    """
    kind = TOLD.get(done.change)
    again = done.change is Change.DATED and done.before is not None and done.before.original_due_on is not None
    told_of = {key.rsplit("|", 5)[0] for key in sent}
    concerned: list[tuple[str, Assignment]] = []
    if done.change is Change.CANCELLED:
        dated = done.before is not None and done.before.due_on is not None
        concerned = [("cancelled", one) for one in before if one.state in OPEN and (dated or one.key in told_of)]
    else:
        gone = {one.key for one in case.assignments if one.state is State.CANCELLED}
        heard = [one for one in before if one.state in KNOWN or one.key in told_of]
        concerned = [("cancelled", one) for one in heard if one.key in gone and one.state in OPEN]
        if again:
            concerned += [("moved", one) for one in case.assignments if one.state in WORKING and one.key in told_of]
        asked = not is_complete(case.assignments)
        if asked and kind is not None and done.before is not None and done.before.due_on is not None:
            concerned += [(kind, one) for one in case.assignments if one.state in WORKING]
    return [
        action
        for word, one in concerned
        for action in told(word, done.after.revision, case, one, office.executor(one, case.measure), office, now)
    ]


def _let_go(one: Assignment) -> Assignment:
    """Cancel what is open; it remembers where it stood, should the plan ask for it again."""
    return replace(one, state=State.CANCELLED, resumes=one.state) if one.state in OPEN else one


def _merged(wanted: Sequence[Assignment], kept: Sequence[Assignment]) -> list[Assignment]:
    """Keep the facts of assignments that go on; those no longer asked for are cancelled while open.

    What an edit cancelled and another asks for again comes back, the rest finished or not; else what is finished
    takes nobody new and lets nobody go.
    """
    finished = is_finished(kept)
    before = {one.key: one for one in kept}
    merged = []
    for one in wanted:
        old = before.pop(one.key, None)
        if old is None:
            merged += [] if finished else [_with_extension(one, kept)]
        elif finished and old.state is not State.CANCELLED:
            merged.append(old)
        else:
            asked = {name: getattr(one, name) for name in ("title", "person", "school", "lead", "blocking")}
            new = replace(old, **asked, state=_going_on(one, old), resumes=None)
            # Who comes anew has not heard what was told to another, or before the plan let it go.
            fresh = new.person != old.person or new.state is not old.state
            merged.append(replace(new, told_at=None) if fresh else new)
    return merged + (list(before.values()) if finished else [_let_go(one) for one in before.values()])


def _with_extension(one: Assignment, kept: Sequence[Assignment]) -> Assignment:
    """Give a new assignment the day granted to the same person at the same place under another name of the role."""
    same = next((old for old in kept if old.extensions and (old.person, old.school) == (one.person, one.school)), None)
    if same is None or one.person is None:
        return one
    return replace(one, extended_to=same.extended_to, extensions=same.extensions, asked_until=same.asked_until)


def _going_on(wanted: Assignment, old: Assignment) -> State:
    """Return the state an assignment goes on in: what a sync let go stands where it stood."""
    if old.state is not State.CANCELLED or old.ended_by is not None:
        return old.state
    if old.resumes in {None, State.AWAITING, State.SCHEDULED, State.SENT}:
        return wanted.state
    return old.resumes or wanted.state


def _restated(assignments: list[Assignment], done: Synced) -> list[Assignment]:
    """Move what waits to scheduled when its date is known, and back when the date is gone."""
    if done.after.due_on is None:
        back = {State.SCHEDULED, State.SENT}
        return [replace(one, state=State.AWAITING) if one.state in back else one for one in assignments]
    return [replace(one, state=State.SCHEDULED) if one.state is State.AWAITING else one for one in assignments]
