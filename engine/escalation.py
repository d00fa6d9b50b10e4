"""The ladder: who is told what about one occurrence, and when next to look.

`due_actions` decides, from facts alone. Past rungs of one track (what one person hears about one thing in one
quality) collapse into the youngest; a rung before the due day moves back to a working day, one after it forward;
nothing is decided at night, on a day off, or for one who has reported. Nobody is told on before he was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import NamedTuple

from engine.assignment import (
    WORKING,
    Action,
    Assignment,
    Case,
    State,
    action_key,
    awaited_checkpoints,
    is_complete,
    term,
    without_channel,
)
from engine.office import Office
from engine.plan import Audience
from engine.timetable import Steps

OPENING = "opening"
EXECUTOR = "executor"
"""First part of a track: what is said to one who answers for an assignment."""
ASKS = frozenset({"reminder", "input"})
"""Kinds that presume the assignment is known."""
LEADS = (Audience.EXECUTORS, Audience.MISSING)
HELPS = (Audience.EXECUTORS, Audience.CO_EXECUTORS)
"""What one who answers hears of, as the one waited for or as one who helps."""
TOLD_ON = frozenset({Audience.CONTROLLER, Audience.HEAD})
"""Audiences that a doubtful reading is not told to."""


class Rung(NamedTuple):
    """A step for one recipient, at one instant; `track` is what collapses together."""

    at: datetime
    step: str
    kind: str
    base: str
    revision: int
    ordinal: int
    assignment: str | None
    person: str | None
    track: tuple[str, ...]


def due_actions(
    case: Case, office: Office, sent: AbstractSet[str], now: datetime
) -> tuple[list[Action], datetime | None]:
    """Return what is to be said now about *case* and when to look again.

    Args:
        case: The occurrence, its assignments, its measure.
        office: The plan's rules and people.
        sent: Keys already in the outbox.
        now: The instant of the pass.

    Returns:
        New actions (nothing that a key in *sent* says already, on whatever channel), and the next instant at which
        something may be due; None for never.
    """
    actions: list[Action] = []
    upcoming: list[datetime] = []
    heard = {_base_and_person(key) for key in sent}
    tracks = _tracks(case, office, heard)
    said = {without_channel(key) for key in sent}
    for rungs in tracks.values():
        past = [rung for rung in rungs if rung.at <= now]
        upcoming += [rung.at for rung in rungs if rung.at > now]
        if not past:
            continue
        last = max(past, key=lambda rung: rung.at)
        if last.kind in ASKS and (last.base, last.person or "-") not in heard:
            last = last._replace(kind=_first_word(past, last))
        fresh = [one for one in _actions(last, case, office, now) if without_channel(one.key) not in said]
        put_off = last.track[0] in TOLD_ON and _nobody_was_told(tracks, {base for base, _ in heard}, case, office, now)
        if fresh and (put_off or not office.may_speak(last.person, now)):
            upcoming.append(office.next_slot(last.person, now))
        else:
            actions += fresh
    return actions, min(upcoming, default=None)


def _base_and_person(key: str) -> tuple[str, str]:
    """Return of what and to whom a key speaks (the shape of `action_key`)."""
    base, *_, person, _ = key.rsplit("|", 5)
    return base, person


def _tracks(case: Case, office: Office, heard: AbstractSet[tuple[str, str]]) -> dict[tuple[str, ...], list[Rung]]:
    """Return the rungs by track, without those that a move of the day has told to one who knew of the matter."""
    moved_at = case.occurrence.moved_at
    tracks: dict[tuple[str, ...], list[Rung]] = {}
    for rung in ladder(case, office):
        told_by_move = rung.track[0] == EXECUTOR and moved_at is not None and rung.at <= moved_at
        if not (told_by_move and (rung.base, rung.person or "-") in heard):
            tracks.setdefault(rung.track, []).append(rung)
    return tracks


def _nobody_was_told(
    tracks: Iterable[tuple[str, ...]], told_of: AbstractSet[str], case: Case, office: Office, now: datetime
) -> bool:
    """Tell whether executors whom the occurrence waits for have rungs, and none has heard of it yet.

    Where all of them are silenced, nobody is waited for: else a term would pass unheard.
    """
    waited_for = {
        one.key
        for one in case.assignments
        if one.blocking and not _is_silent(office.executor(one, case.measure), office, now)
    }
    has_rungs = any(track[0] == EXECUTOR and track[1] in waited_for for track in tracks)
    return has_rungs and not waited_for & told_of


def _is_silent(person: str | None, office: Office, now: datetime) -> bool:
    return office.directory.silent_to(person, now.astimezone(office.zone_of(person)).date()) is not None


def _first_word(past: Sequence[Rung], last: Rung) -> str:
    """Return the kind of the one letter that past rungs collapse into for somebody who has not heard of the matter."""
    return next((rung.kind for rung in past if rung.kind == OPENING), last.kind)


def _actions(rung: Rung, case: Case, office: Office, now: datetime) -> Iterator[Action]:
    occurrence = case.occurrence
    today = now.astimezone(office.zone_of(rung.person)).date()
    zone = office.zone_on(rung.person, today)
    at = rung.at
    if at.astimezone(zone).date() != now.astimezone(zone).date():
        at = office.slot(rung.person, now.astimezone(zone).date())
    for channel in office.channels(rung.person, today):
        key = action_key(rung.base, rung.revision, rung.step, rung.ordinal, rung.person, channel)
        yield Action(
            key, at, rung.kind, rung.step, rung.revision, occurrence.plan, occurrence.measure, occurrence.key,
            rung.assignment, rung.person, channel,
        )  # fmt: skip


def instants(case: Case, office: Office) -> list[datetime]:
    """Return every instant at which something is due about *case* as things stand, past ones too."""
    return sorted({rung.at for rung in ladder(case, office)})


def ladder(case: Case, office: Office) -> Iterator[Rung]:
    """Yield the rungs of a case as its states stand; none for what is done, cancelled, undated or to reconcile."""
    occurrence = case.occurrence
    if occurrence.cancelled or occurrence.to_reconcile or occurrence.due_on is None or is_complete(case.assignments):
        return
    for about in _abouts(case, office):
        for at, step in about.steps:
            if about.told_at is None or at > about.told_at:
                yield Rung(
                    at, step.rung, step.kind, about.base, about.revision, 1, about.assignment, about.person, about.track
                )
    if case.measure.checkpoints:
        yield from _checkpoints(case, office)
    if not occurrence.ambiguous:
        yield from _stalled(case, office)


class _About(NamedTuple):
    """Whom steps speak to about what: one assignment, or the occurrence for all that have no day of their own.

    ``told_at`` is when an extension or a reopening stood in the place of the rungs before.
    """

    base: str
    assignment: str | None
    person: str | None
    track: tuple[str, ...]
    revision: int
    steps: Steps
    told_at: datetime | None


def _abouts(case: Case, office: Office) -> Iterator[_About]:
    """Yield what the steps of the ladder are about, once for each who is told; a doubtful reading is told on to nobody.

    A roll-up is about the occurrence; one who was granted a day of his own is told on by himself, and so is one whose
    work was reopened.
    """
    working = [one for one in case.assignments if one.state in WORKING]
    for one in working:
        audiences = LEADS if one.blocking else HELPS
        yield _about(EXECUTOR, audiences, one, office.executor(one, case.measure), case, office)
    waited_for = [one for one in working if one.blocking]
    if case.occurrence.ambiguous or not waited_for:
        return
    alone = [one for one in waited_for if one.told_at is not None]
    together = [None] if len(alone) < len(waited_for) else []
    for to, person in ((Audience.CONTROLLER, office.controller(case.measure)), (Audience.HEAD, office.head())):
        for whom in (*alone, *together):
            yield _about(to, (to,), whom, person, case, office)


def _about(
    quality: str,
    audiences: tuple[Audience, ...],
    one: Assignment | None,
    person: str | None,
    case: Case,
    office: Office,
) -> _About:
    own = term(case.occurrence, one) if one else case.occurrence
    base, told_at = (one.key, _told_at(one, case, office)) if one else (own.key, None)
    steps = office.steps(person, own, audiences)
    asked = one.key if one else None
    return _About(base, asked, person, (quality, base, person or "-"), own.revision, steps, told_at)


def _told_at(one: Assignment, case: Case, office: Office) -> datetime | None:
    """Return since when the rungs speak to *one*.

    To one who helps, since what he helps with was reopened after its day: nothing is made up for of the time between.
    """
    due = case.occurrence.due_on
    if one.blocking or due is None:
        return one.told_at
    since = [lead.told_at for lead in case.assignments if lead.blocking]
    later = [at for at in since if at is not None and at.astimezone(office.zone).date() > due]
    return max([*later, *([one.told_at] if one.told_at else [])], default=None)


CHECKPOINT = "checkpoint"
CHECKPOINT_LEAD = timedelta(days=5)


def _checkpoints(case: Case, office: Office) -> Iterator[Rung]:
    """Ask for an interim report five days before a checkpoint, on it, and a working day after one that passed by."""
    calendar = office.calendar
    for one in case.assignments:
        if not one.blocking or one.state not in WORKING:
            continue
        person, own = office.executor(one, case.measure), term(case.occurrence, one)
        for day in awaited_checkpoints(case.measure, own, one):
            steps = (
                ("-5d", calendar.previous_working(day - CHECKPOINT_LEAD)),
                ("", calendar.previous_working(day)),
                ("+1wd", calendar.add_working_days(day, 1)),
            )
            for step, on in steps:
                instant = office.slot(person, on)
                if one.told_at is None or instant > one.told_at:
                    rung = f"{CHECKPOINT}:{day.isoformat()}{step}"
                    track = (CHECKPOINT, one.key, day.isoformat())
                    yield Rung(instant, rung, CHECKPOINT, one.key, own.revision, 1, one.key, person, track)


def _stalled(case: Case, office: Office) -> Iterator[Rung]:
    """A report not accepted for so many working days: to the one who accepts it, then to the head."""
    first, second = office.roadmap.plan.escalation.stalled_working_days
    for one in case.assignments:
        if one.state is not State.REPORTED or one.reported_on is None:
            continue
        for days in (first, second):
            day = office.calendar.add_working_days(one.reported_on, days)
            person = office.acceptor(one, case, day) if days == first else office.head()
            at = office.slot(person, day)
            revision, track = term(case.occurrence, one).revision, ("stalled", one.key, str(days))
            yield Rung(at, f"stalled-{days}wd", "stalled", one.key, revision, one.reports, one.key, person, track)


def told(
    kind: str,
    ordinal: int,
    case: Case,
    assignment: Assignment | None,
    person: str | None,
    office: Office,
    now: datetime,
) -> list[Action]:
    """Return the messages a transition or a moved date sends at once, in the recipient's working hours."""
    occurrence = term(case.occurrence, assignment) if assignment else case.occurrence
    zone, at = office.zone_of(person), office.at_once(person, now)
    base = assignment.key if assignment else occurrence.key
    asked = assignment.key if assignment else None
    return [
        Action(
            key=action_key(base, occurrence.revision, kind, ordinal, person, channel),
            at=at,
            kind=kind,
            rung=kind,
            revision=occurrence.revision,
            plan=occurrence.plan,
            measure=occurrence.measure,
            occurrence=occurrence.key,
            assignment=asked,
            person=person,
            channel=channel,
        )
        for channel in office.channels(person, at.astimezone(zone).date())
    ]
