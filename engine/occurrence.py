"""Occurrences: a measure in one window, with a key given once, and what a re-sync does to them.

A key is the plan's id, the measure's id and a running number: «lysva-2021/2.4/3». It never changes,
whatever is reworded, renumbered or moved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from engine.calendar import Event, Kind, PlannedWindow, WorkCalendar, plan_windows
from engine.people import Directory
from engine.plan import Fix, Measure, Roadmap, understand


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dated (or still undated) instance of a measure; days are local, both ends inclusive.

    Attributes:
        last: Last day of the window by the words, also where a decision set another due day.
        nominal_due_on: Due day by the words or by the decision; `due_on` is the same day after the shift.
        original_due_on: The first due day ever known; it stays whatever moves.
        awaiting: Why there is no due day, in Russian; None when there is one.
        event: Id of the event that dates it; None for dates that stand in the cell.
        revision: Counts changes of the due day and returns into the plan; part of every message's key.
        ambiguous: The reading waits for a person: executors are reminded, nobody is told on.
        moved_at: When its due day last moved; to those who knew of it the move itself told the rungs before.
        to_reconcile: It was due before the plan was first synced: no ladder.
    """

    key: str
    plan: str
    measure: str
    n: int
    kind: Kind
    first: date | None
    last: date | None
    nominal_due_on: date | None
    due_on: date | None
    original_due_on: date | None
    awaiting: str | None = None
    event: str | None = None
    revision: int = 0
    ambiguous: bool = False
    cancelled: bool = False
    to_reconcile: bool = False
    moved_at: datetime | None = None

    @property
    def window_days(self) -> int:
        """Length of the term in days before the shift, both ends counted; 1 without dates."""
        return (self.nominal_due_on - self.first).days + 1 if self.first and self.nominal_due_on else 1


@dataclass(frozen=True, slots=True)
class Expected:
    """What the plan asks of one measure now: its windows, whether they are in doubt, and remarks for `sync`."""

    windows: tuple[PlannedWindow, ...]
    ambiguous: bool
    fix: Fix | None
    remarks: tuple[str, ...]
    by_issuer: bool = False
    """The decision is of the one who may set a later day."""


def expected(
    measure: Measure, roadmap: Roadmap, directory: Directory, events: Sequence[Event], calendar: WorkCalendar
) -> Expected:
    """Read a measure's windows from its words, its events and the decision about it."""
    understood = understand(measure, roadmap.horizon)
    known = {event.id: event for event in events}
    named = known.get(schedule_event(measure.id)) or known.get(measure.event or "")
    order_date = roadmap.plan.order.date if roadmap.plan.order else None
    if understood.reading is None:
        windows: tuple[PlannedWindow, ...] = (_undated(understood.refusal or "срок не указан"),)
    else:
        windows = plan_windows(understood.reading, roadmap.horizon, events, calendar, order_date, named)
    fix = measure.cell.fix
    if fix is None:
        return Expected(windows, understood.ambiguous, None, ())
    by_issuer = _is_issuer(fix.by, roadmap, directory)
    about, other = _about(windows, fix)
    if other is not None:
        return Expected(windows, understood.ambiguous, None, (_unclear(fix, about, other),))
    if about.due_on is not None and fix.to > about.due_on and not by_issuer:
        return Expected(windows, understood.ambiguous, None, (_not_later(fix),))
    decided = _decided(about, fix, roadmap)
    fixed = tuple(decided if one is about else one for one in windows)
    return Expected(fixed, understood.ambiguous, fix, (), by_issuer)


def schedule_event(measure_id: str) -> str:
    """Return the id under which a measure's own dates («по графику») are kept among the events."""
    return f"№{measure_id}"


def _undated(reason: str) -> PlannedWindow:
    return PlannedWindow(Kind.UNKNOWN, None, None, None, None, reason, None, provisional=False)


def _about(windows: Sequence[PlannedWindow], fix: Fix) -> tuple[PlannedWindow, PlannedWindow | None]:
    """Return the window a decision is about: the one due nearest to the decided day, else the last.

    Beside it the second nearest, where that one may be meant as well: it is less than twice as far.
    """
    dated = [(abs(one.due_on - fix.to), one.due_on, one) for one in windows if one.due_on is not None]
    if not dated:
        return windows[-1], None
    nearest, *others = sorted(dated, key=lambda found: found[:2])
    rival = others[0][2] if others and others[0][0] < 2 * nearest[0] else None
    return nearest[2], rival


def _decided(about: PlannedWindow, fix: Fix, roadmap: Roadmap) -> PlannedWindow:
    """Put the decided day on a window; its last day by the words stays, so that a re-sync knows it again."""
    first = about.first if about.first is not None and about.first <= fix.to else min(roadmap.first_day, fix.to)
    return replace(
        about, first=first, last=about.last or fix.to, nominal_due_on=fix.to, due_on=fix.to, awaiting=None,
        provisional=False,
    )  # fmt: skip


def _not_later(fix: Fix) -> str:
    return f"перенос на {fix.to:%d.%m.%Y} не действует: позже срок ставит только давший поручение"


def _unclear(fix: Fix, one: PlannedWindow, other: PlannedWindow) -> str:
    either = f"{one.due_on:%d.%m.%Y} или {other.due_on:%d.%m.%Y}"
    return f"перенос на {fix.to:%d.%m.%Y} не действует: неясно, о каком из сроков речь ({either})"


def _is_issuer(by: str, roadmap: Roadmap, directory: Directory) -> bool:
    issuer = directory.holder(roadmap.plan.issuer)
    return by == roadmap.plan.issuer or (issuer is not None and directory.holder(by) == issuer)


class Change(StrEnum):
    """What a sync did to an occurrence."""

    NEW = "new"
    SAME = "same"
    DATED = "dated"  # it waited, now it has a day
    MOVED = "moved"
    RELEASED = "released"  # it had a day through an event, now it waits
    KEPT = "kept"  # the file says another day without a decision: the old one stands
    CANCELLED = "cancelled"
    RESTORED = "restored"  # it was struck and stands in the plan again


@dataclass(frozen=True, slots=True)
class Synced:
    """One occurrence after a sync, as it was before, and what happened."""

    change: Change
    before: Occurrence | None
    after: Occurrence
    remark: str | None = None


def resync(
    plan: str,
    measure: str,
    existing: Sequence[Occurrence],
    wanted: Expected,
    first_synced_on: date,
    now: datetime,
    moved_events: Collection[str] | None = None,
) -> list[Synced]:
    """Bring a measure's occurrences to what the plan asks; keys are kept wherever they can be.

    Equal windows are matched first, then those of the same year in their order, then those without a day
    in their order. What was struck and stands in the plan again with the same window comes back. One that is left
    over on each side is the same term on another day; the rest are new or cancelled.

    *moved_events* are the events whose days have changed; None: any may have. An event that stands still moves nothing.
    """
    order = sorted(existing, key=lambda one: (one.last or date.max, one.n))
    pairs, left, fresh = _matched([one for one in order if not one.cancelled], list(wanted.windows))
    back, fresh = _returned([one for one in order if one.cancelled], fresh)
    if len(left) == len(fresh) == 1:
        pairs.append((left.pop(), fresh.pop()))
    synced = [_settled(old, window, wanted, first_synced_on, now, moved_events) for old, window in pairs]
    synced += [_restored(old, window, wanted, first_synced_on, now) for old, window in back]
    synced += [Synced(Change.CANCELLED, old, replace(old, cancelled=True)) for old in left]
    number = max((one.n for one in existing), default=0)
    for window in fresh:
        number += 1
        born = _dated(
            Occurrence(f"{plan}/{measure}/{number}", plan, measure, number, window.kind, None, None, None, None, None),
            window,
        )
        after = replace(born, ambiguous=wanted.ambiguous, to_reconcile=_is_old(window, first_synced_on))
        synced.append(Synced(Change.NEW, None, after))
    return sorted(synced, key=lambda one: one.after.n)


_Pairs = list[tuple[Occurrence, PlannedWindow]]


def _matched(
    existing: list[Occurrence], windows: list[PlannedWindow]
) -> tuple[_Pairs, list[Occurrence], list[PlannedWindow]]:
    pairs: _Pairs = []

    def take(same: Callable[[Occurrence, PlannedWindow], bool]) -> None:
        for old in list(existing):
            found = next((window for window in windows if same(old, window)), None)
            if found is not None:
                existing.remove(old)
                windows.remove(found)
                pairs.append((old, found))

    take(lambda old, new: _same_window(old, new) and new.last is not None)
    take(lambda old, new: old.event is not None and old.event == new.event_id)
    take(lambda old, new: old.last is not None and new.last is not None and old.last.year == new.last.year)
    take(lambda old, new: old.last is None and new.last is None)
    take(lambda old, new: old.last is None or new.last is None)
    return pairs, existing, windows


def _same_window(old: Occurrence, new: PlannedWindow) -> bool:
    return (old.first, old.last, old.event) == (new.first, new.last, new.event_id)


def _returned(cancelled: list[Occurrence], windows: list[PlannedWindow]) -> tuple[_Pairs, list[PlannedWindow]]:
    """Pair windows with what was struck, the youngest first; return the windows that nothing was struck of too."""
    struck = sorted(cancelled, key=lambda one: -one.n)
    pairs: _Pairs = []
    fresh = []
    for window in windows:
        old = next((one for one in struck if one.kind is window.kind and _same_window(one, window)), None)
        if old is None:
            fresh.append(window)
        else:
            struck.remove(old)
            pairs.append((old, window))
    return pairs, fresh


def _restored(old: Occurrence, window: PlannedWindow, wanted: Expected, first_synced_on: date, now: datetime) -> Synced:
    """Revive what was struck; the new revision lets calendars and messages say it once more."""
    alive = replace(old, cancelled=False, revision=old.revision + 1, moved_at=None)
    done = _settled(alive, window, wanted, first_synced_on, now)
    return replace(done, change=Change.RESTORED, before=old)


def _dated(occurrence: Occurrence, window: PlannedWindow) -> Occurrence:
    return replace(
        occurrence,
        kind=window.kind,
        first=window.first,
        last=window.last,
        nominal_due_on=window.nominal_due_on,
        due_on=window.due_on,
        original_due_on=occurrence.original_due_on or window.due_on,
        awaiting=window.awaiting,
        event=window.event_id,
    )


def _is_old(window: PlannedWindow, first_synced_on: date) -> bool:
    return window.due_on is not None and window.due_on < first_synced_on


def _settled(
    old: Occurrence,
    window: PlannedWindow,
    wanted: Expected,
    first_synced_on: date,
    now: datetime,
    moved_events: Collection[str] | None = None,
) -> Synced:
    new = replace(_dated(old, window), ambiguous=wanted.ambiguous)
    if old.due_on == window.due_on:
        return Synced(Change.SAME, old, new)
    untracked = old.to_reconcile or old.original_due_on is None  # what was tracked once is not put aside
    old_term = untracked and _is_old(window, first_synced_on)
    after = replace(new, revision=old.revision + 1, to_reconcile=old_term)
    if old.due_on is None:
        again = now if old.original_due_on is not None else None  # who knew its day is told the new one at once
        return Synced(Change.DATED, old, replace(after, moved_at=again))
    same_event = old.event is not None and old.event == window.event_id
    by_event = same_event and (moved_events is None or old.event in moved_events)
    if window.due_on is None:
        if by_event:
            return Synced(Change.RELEASED, old, replace(after, moved_at=None))
        return _kept(old, "в файле теперь нет даты")
    decided = wanted.fix is not None and wanted.fix.to == window.due_on
    if decided and wanted.fix is not None and window.due_on > old.due_on and not wanted.by_issuer:
        return Synced(Change.KEPT, old, old, _not_later(wanted.fix))
    by_calendar = old.nominal_due_on == window.nominal_due_on
    if by_event or decided or (by_calendar and window.due_on < old.due_on):
        return Synced(Change.MOVED, old, replace(after, moved_at=now))
    if by_calendar:
        return _kept(old, f"по рабочему календарю теперь {window.due_on:%d.%m.%Y}")
    return _kept(old, f"в файле теперь {window.due_on:%d.%m.%Y}")


def _kept(old: Occurrence, what: str) -> Synced:
    remark = f"срок {old.due_on:%d.%m.%Y} остаётся: {what}, но перенос не оформлен (fix: to, by, why)"
    return Synced(Change.KEPT, old, old, remark)
