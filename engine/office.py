"""Whom a plan may speak to and when: its people by function, their zones, channels and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from zoneinfo import ZoneInfo

from engine.assignment import Assignment, Case, may_speak, slot
from engine.calendar import WorkCalendar
from engine.occurrence import Occurrence
from engine.people import Directory, Person
from engine.plan import Audience, Measure, Roadmap
from engine.timetable import Steps, Timetable, timetable
from engine.transition import Right


@dataclass(frozen=True)
class Office:
    """Whom and when a plan may speak to: its decisions, the directory, its work calendar, the installation's owner."""

    roadmap: Roadmap
    directory: Directory
    calendar: WorkCalendar
    owner: str | None = None

    @cached_property
    def zone(self) -> ZoneInfo:
        """The municipality's time zone."""
        return ZoneInfo(self.roadmap.plan.timezone)

    @cached_property
    def timetable(self) -> Timetable:
        """When the steps of the plan's ladder fall."""
        return timetable(self.roadmap.plan.escalation, self.calendar.rules)

    def zone_of(self, person: str | None) -> ZoneInfo:
        """The time zone of the person of record: their own, else the municipality's."""
        known = self.directory.people.get(person or "")
        return ZoneInfo(known.timezone) if known is not None and known.timezone is not None else self.zone

    def zone_on(self, person: str | None, day: date) -> ZoneInfo:
        """The zone of who is told in *person*'s place on *day*: a substitute may live far away."""
        known = self.directory.people.get(person or "")
        if known is None or not known.substitute:
            return self.zone_of(person)
        acting = self.directory.acting(known.id, day)
        return self.zone_of(acting.id if acting else person)

    def slot(self, person: str | None, day: date) -> datetime:
        """Return the instant at which who is told in *person*'s place hears on *day*."""
        return slot(day, self.zone_on(person, day), self.roadmap.plan.escalation.slot_time)

    def steps(self, person: str | None, term: Occurrence, to: tuple[Audience, ...]) -> Steps:
        """Return the steps to the audiences *to* about *term* as *person* hears them, or who acts on their day."""
        zone = self.zone_of(person)
        found = self.timetable.steps(term, zone, to)
        known = self.directory.people.get(person or "")
        if known is None or not known.substitute:
            return found
        return tuple((self.slot(person, at.astimezone(zone).date()), step) for at, step in found)

    def controller(self, measure: Measure | None) -> str | None:
        """Return who controls *measure*, else the plan's controller, else the owner (ids)."""
        for reference in (measure.controller if measure else None, self.roadmap.plan.controller, self.owner):
            found = self.directory.holder(reference)
            if found is not None:
                return found.id
        return None

    def head(self) -> str | None:
        """Return who hears what is long overdue: deputy head, issuer, controller, owner."""
        for reference in (self.roadmap.head, self.roadmap.plan.issuer):
            found = self.directory.holder(reference)
            if found is not None:
                return found.id
        return self.controller(None)

    def executor(self, assignment: Assignment, measure: Measure) -> str | None:
        """Return who answers for *assignment*: its person, else who stands in for one missing from the directory."""
        return assignment.person if assignment.person in self.directory.people else self.controller(measure)

    def acceptor(self, assignment: Assignment, case: Case, day: date) -> str | None:
        """Return who accepts a report on *day*: the first of controller, issuer, deputy head, owner with no part in it.

        The controller himself where the plan allows self-control, or where nobody else is there.
        """
        controller = self.controller(case.measure)
        if self._self_control(case.measure):
            return controller
        plan, involved = self.roadmap.plan, self._involved(assignment, case, day) | {assignment.reported_by}
        holders = (self.directory.holder(one) for one in (plan.issuer, plan.deputy_head, self.owner))
        others = (controller, *(one.id for one in holders if one is not None))
        return next((one for one in others if one is not None and one not in involved), controller)

    def _self_control(self, measure: Measure) -> bool:
        return self.roadmap.plan.self_control if measure.self_control is None else measure.self_control

    def _involved(self, assignment: Assignment, case: Case, day: date) -> set[str]:
        """Return who executes *assignment* and who substitutes the executor on *day*."""
        executor = self.executor(assignment, case.measure)
        acting = self.directory.acting(executor, day) if executor else None
        return {executor, acting.id} if executor is not None and acting is not None else set()

    def rights(self, person: str, assignment: Assignment, case: Case, day: date) -> set[Right]:
        """Return in what qualities *person* may act on *assignment* on *day*, substitutes and stand-ins included."""

        def is_or_acts_for(other: str | None) -> bool:
            acting = self.directory.acting(other, day) if other else None
            return person == other or (acting is not None and acting.id == person)

        executors, acceptor = self._involved(assignment, case, day), self.acceptor(assignment, case, day)
        involved = executors | {assignment.reported_by}
        found = {Right.EXECUTOR} if person in executors else set()
        if is_or_acts_for(acceptor) and (person not in involved or acceptor in involved):
            found.add(Right.CONTROLLER)  # nobody accepts his own report, nor that of one he substitutes
        issuer = self.directory.holder(self.roadmap.plan.issuer)
        if issuer is not None and is_or_acts_for(issuer.id) and person != assignment.reported_by:
            found.add(Right.ISSUER)
        return found

    def may_speak(self, person: str | None, now: datetime) -> bool:
        """Tell whether *person* may be told something now: in their working hours, and not silenced."""
        day = now.astimezone(self.zone_of(person)).date()
        zone = self.zone_on(person, day)
        silent = self.directory.silent_to(person, day)
        return silent is None and may_speak(now, zone, self.roadmap.plan.escalation, self.calendar)

    def next_slot(self, person: str | None, now: datetime) -> datetime:
        """Return the first slot after *now* at which *person* may be told something."""
        day = now.astimezone(self.zone_of(person)).date() - timedelta(days=1)  # who acts may live a day behind
        while True:
            end = self.directory.silent_to(person, day)
            if end is None and self.calendar.is_working(day) and (instant := self.slot(person, day)) > now:
                return instant
            day = (end or day) + timedelta(days=1)

    def at_once(self, person: str | None, now: datetime) -> datetime:
        """Return *now* if *person* may be told something, else the next slot."""
        return now if self.may_speak(person, now) else self.next_slot(person, now)

    def channels(self, person: str | None, day: date) -> tuple[str, ...]:
        """Return the channel a person is told on first: the first of theirs that has an address."""
        known = self.directory.acting(person, day) if person else None
        return (first_channel(known),) if known else ("mail",)


def channel_name(channel: str) -> str:
    """Return the name a channel goes by in keys and letters: an Apprise URL may hold a password."""
    return f"apprise-{sha256(channel.encode()).hexdigest()[:8]}" if "://" in channel else channel


def ways(person: Person) -> tuple[str, ...]:
    """Return the names of the channels that reach *person*, in order of preference; mail stands last, if not named."""
    names = dict.fromkeys([*map(channel_name, person.channels), "mail"])
    return tuple(name for name in names if address(person, name))


def first_channel(person: Person) -> str:
    """Return the name of the first channel of *person* that has an address; mail where none has."""
    return next(iter(ways(person)), "mail")


def address(person: Person, channel: str) -> str | None:
    """Return where *channel* reaches *person*; None where it does not: the next one is taken.

    An Apprise URL is shown by its name alone.
    """
    if channel == "mail":
        return person.email
    if channel == "telegram":
        return person.telegram
    if channel == "max":
        return person.max
    urls = [one for one in person.channels if "://" in one]
    return channel if channel in map(channel_name, urls) else None
