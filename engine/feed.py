"""What stands in a calendar: of whom it is, which terms are in it, how each of them stands on a day.

An entry is made of what a road map says in public, and of names and states; nothing else of a plan, a report or a
person is within reach of a calendar, whatever its scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from engine.assignment import GONE, OPEN, Assignment, Case, Outcome, State, common_term, is_complete, is_overdue, term
from engine.errors import NotFoundError
from engine.ics import Entry, EntryState, Feed, Notice, Style
from engine.occurrence import Occurrence
from engine.office import Office
from engine.people import Directory, Role, School, Unit

CANCELLED_STAYS = timedelta(days=30)
"""So long a calendar still says of what was cancelled that it is."""
_LISTED = 30
DAY = timedelta(days=1)


class Scope(StrEnum):
    """Whose terms a subscription shows; a board is a page, not a calendar."""

    OFFICIAL = "official"
    ROLE = "role"
    SCHOOL = "school"
    CONTROLLER = "controller"
    PLAN = "plan"
    ALL = "all"
    BOARD = "board"


CALENDARS = tuple(one for one in Scope if one is not Scope.BOARD)
_WHOSE = {
    Scope.OFFICIAL: "человека «{}» нет в справочнике людей: укажите --of с id или именем",
    Scope.CONTROLLER: "человека «{}» нет в справочнике людей: укажите --of с id или именем",
    Scope.ROLE: "роли «{}» нет в справочнике людей: укажите --of с id или названием из разделов roles и units",
    Scope.SCHOOL: "школы «{}» нет в справочнике людей: укажите --of с id или названием из раздела schools",
}


@dataclass(frozen=True, slots=True)
class View:
    """Whose terms are shown; ``title`` is what the calendar is called by."""

    scope: Scope
    of: str | None
    title: str

    def own(self, case: Case, office: Office) -> list[Assignment]:
        """Return the assignments of *case* that it shows; none where the case does not belong in it."""
        if self.scope is Scope.CONTROLLER:
            return list(case.assignments) if office.controller(case.measure) == self.of else []
        return [one for one in case.assignments if self._shows(one, case, office)]

    @property
    def is_whole(self) -> bool:
        """Whether a term is shown as it stands in all, and not for some of those who answer for it."""
        return self.scope in {Scope.CONTROLLER, Scope.PLAN, Scope.ALL, Scope.BOARD}

    def _shows(self, one: Assignment, case: Case, office: Office) -> bool:
        if self.scope is Scope.OFFICIAL:
            return office.executor(one, case.measure) == self.of
        if self.scope is Scope.ROLE:
            return one.reference == self.of
        return self.scope is not Scope.SCHOOL or one.school == self.of


def view(scope: str, of: str | None, directory: Directory) -> View:
    """Return whose terms are meant; that a plan exists is the store's to say.

    Raises:
        NotFoundError: There is no such scope, or nobody of that name.
    """
    if scope not in set(Scope):
        raise NotFoundError(f"такого календаря нет: «{scope}»; есть {', '.join(CALENDARS)}")
    found = Scope(scope)
    if found in {Scope.ALL, Scope.BOARD} and of is None:
        return View(found, None, "Все планы")
    if found is Scope.ALL:
        raise NotFoundError("календарь all показывает все планы: уберите --of или назовите другой --scope")
    if of is None:
        raise NotFoundError("чей календарь? укажите --of: id человека, роли, школы или плана")
    if found in {Scope.PLAN, Scope.BOARD}:
        return View(found, of, of)
    known = _named(found, of, directory)
    if known is None:
        raise NotFoundError(_WHOSE[found].format(of))
    return View(found, *known)


def _named(scope: Scope, of: str, directory: Directory) -> tuple[str, str] | None:
    """Return the id and the name of whom *of* means."""
    if scope in {Scope.OFFICIAL, Scope.CONTROLLER}:
        person = directory.holder(of)
        return (person.id, person.name) if person else None
    entry = directory.find(of)
    if scope is Scope.SCHOOL:
        return (entry.id, entry.name) if isinstance(entry, School) else None
    return (entry.id, entry.title) if isinstance(entry, Role | Unit) else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A case with what calendars need beside it.

    Attributes:
        edition: Number of its changes that the revision does not count.
        changed_at: The instant of the last of all of them.
        settled_at: The instant of the last one of its days, people or states; words are not counted.
    """

    case: Case
    edition: int
    changed_at: datetime
    settled_at: datetime

    def has_been_late(self, today: date) -> bool:
        """Whether it is, or was, among what is overdue; a day granted later does not hide it."""
        days = (self.case.occurrence.original_due_on, self.case.occurrence.due_on)
        return any(day is not None and day < today for day in days)

    @property
    def may_have_waited(self) -> bool:
        """Whether it waits for a date, or has until one came."""
        one = self.case.occurrence
        return one.due_on is None or one.event is not None or (one.revision > 0 and one.moved_at is None)


@dataclass(frozen=True, slots=True)
class Look:
    """How a subscription wants its calendar."""

    key: str
    name: str
    style: Style = Style.EDGES
    alarms: tuple[int, ...] = ()


def make_feed(
    of: View, look: Look, plans: Iterable[tuple[Office, Sequence[Shown]]], now: datetime, zone: ZoneInfo
) -> Feed:
    """Return a calendar as it stands at *now*.

    Args:
        of: Whose.
        look: How it is wanted.
        plans: The plans with all their terms.
        now: The instant; what is overdue, and for how long what is cancelled stays, goes by the day of each plan.
        zone: The office's, in which it is today where plans lie in several.
    """
    entries: list[Entry] = []
    awaiting: list[str] = []
    counted: dict[str, list[datetime]] = {"overdue": [], "awaiting": []}
    zones = set()
    for office, terms in plans:
        zones.add(office.zone)
        today = now.astimezone(office.zone).date()
        for one in terms:
            own = of.own(one.case, office)
            if own and one.has_been_late(today):
                counted["overdue"].append(one.settled_at)
            if own and one.may_have_waited:
                counted["awaiting"].append(one.settled_at)
            made = entry(one, own, office, today, whole=of.is_whole) if own else None
            if made is not None and not _is_forgotten(made, office, today):
                entries.append(made)
            elif own and made is None and _state(one.case, own, whole=of.is_whole) is EntryState.OPEN:
                case = one.case
                awaiting.append(
                    f"№ {office.roadmap.label(case.measure)} {case.measure.title}: {case.occurrence.awaiting}"
                )
                counted["awaiting"].append(one.changed_at)
    here = zones.pop() if len(zones) == 1 else zone
    notices = [*_overdue(entries, counted["overdue"], now, here), *_awaiting(awaiting, counted["awaiting"], here)]
    return Feed(
        look.name, f"Сроки дорожных карт: {of.title}", tuple(entries), tuple(awaiting), look.key, look.style,
        look.alarms, tuple(notices),
    )  # fmt: skip


def entry(shown: Shown, own: Sequence[Assignment], office: Office, today: date | None, *, whole: bool) -> Entry | None:
    """Return how a term stands for *own*, or in all; None while it has no due day.

    Args:
        shown: The term.
        own: Whose it is; of all of them where it is shown *whole*.
        office: Of the plan.
        today: The plan's local day; None says nothing of being late, as in a letter that will be read any day.
        whole: Whether it is shown as it stands in all.
    """
    case = shown.case
    occurrence = common_term(case) if whole else _own_term(case.occurrence, own)
    if occurrence.due_on is None:
        return None
    state = _state(case, own, whole=whole)
    since = _overdue_since(case, own, office, today, whole=whole) if today and state is EntryState.OPEN else None
    measure = case.measure
    return Entry(
        uid_base=occurrence.key,
        number=office.roadmap.label(measure),
        title=measure.title,
        plan_title=office.roadmap.plan.title,
        order=office.roadmap.order_title,
        first=occurrence.first,
        due_on=occurrence.due_on,
        nominal_due_on=occurrence.nominal_due_on or occurrence.due_on,
        deadline_text=measure.cell.text or "",
        result=measure.result or None,
        responsible=", ".join(dict.fromkeys(one.title for one in alive(case))),
        state=state,
        overdue=since is not None,
        revision=case.occurrence.revision + shown.edition + sum(one.extensions for one in case.assignments),
        changed_at=shown.changed_at,
        overdue_since=since,
    )


def alive(case: Case) -> Sequence[Assignment]:
    """Return the assignments that still stand; all of them where nothing does."""
    return [one for one in case.assignments if one.state not in GONE] or case.assignments


def _own_term(occurrence: Occurrence, own: Sequence[Assignment]) -> Occurrence:
    """Return the term as it stands for *own*: the earliest of what is still asked of them."""
    asked = [one for one in own if one.state in OPEN] or own
    return min((term(occurrence, one) for one in asked), key=lambda found: found.due_on or date.max)


def _state(case: Case, own: Sequence[Assignment], *, whole: bool) -> EntryState:
    """What fell away is cancelled; of what is over, one that was not done says so for all."""
    if case.occurrence.cancelled or all(one.state in GONE or one.state is State.NOT_TRIGGERED for one in own):
        return EntryState.CANCELLED
    if not is_complete(case.assignments) and (whole or any(one.state in OPEN for one in own)):
        return EntryState.OPEN
    failed = any(one.outcome is Outcome.NOT_DONE for one in own if one.blocking or not whole)
    return EntryState.NOT_DONE if failed else EntryState.DONE


def _overdue_since(
    case: Case, own: Sequence[Assignment], office: Office, today: date, *, whole: bool
) -> datetime | None:
    """Return the local midnight at which the first of the late ones became late."""
    late = [
        due
        for one in own
        if (one.blocking or not whole) and is_overdue(one, case.occurrence, today, complete=False)
        if (due := term(case.occurrence, one).due_on) is not None
    ]
    return _midnight(min(late) + DAY, office.zone) if late else None


def _is_forgotten(made: Entry, office: Office, today: date) -> bool:
    changed_on = made.changed_at.astimezone(office.zone).date()
    return made.state is EntryState.CANCELLED and today - changed_on > CANCELLED_STAYS


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _overdue(entries: Sequence[Entry], since: Sequence[datetime], now: datetime, zone: ZoneInfo) -> list[Notice]:
    """Say once, today, how much is late: the entries themselves stay on their days, and their words in them."""
    late = sorted((one for one in entries if one.overdue), key=lambda one: (one.due_on, one.uid_base))
    if not late:
        return []
    today = now.astimezone(zone).date()
    lines = [f"№ {one.number} — срок {one.due_on:%d.%m.%Y}" for one in late[:_LISTED]]
    rest = [f"и ещё {len(late) - _LISTED}"] if len(late) > _LISTED else []
    changed = max(_midnight(today, zone), *since)
    return [Notice("overdue", today, f"Просрочено: {len(late)}", "\n".join(lines + rest), changed)]


def _awaiting(lines: Sequence[str], since: Sequence[datetime], zone: ZoneInfo) -> list[Notice]:
    """Name what has no day, on the day this last changed: no day is made up for any of it."""
    if not lines:
        return []
    changed = max(since)
    text = "\n".join(f"– {' '.join(line.split())}" for line in lines)
    return [Notice("awaiting", changed.astimezone(zone).date(), f"Ждут даты: {len(lines)}", text, changed)]
