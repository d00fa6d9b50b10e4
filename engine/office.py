"""Whom a plan may speak to and when: its people by function, their zones, channels and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from engine.assignment import Assignment, Case, Right
from engine.calendar import WorkCalendar
from engine.people import Directory, Person
from engine.plan import Measure, Roadmap


@dataclass(frozen=True)
class Office:
    """Whom and when a plan may speak to: its decisions, the directory, its work calendar, the installation's owner."""

    roadmap: Roadmap
    directory: Directory
    calendar: WorkCalendar
    owner: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The municipality's time zone."""
        return ZoneInfo(self.roadmap.plan.timezone)

    def zone_of(self, person: str | None) -> ZoneInfo:
        """The recipient's time zone: their own, else the municipality's."""
        known = self.directory.people.get(person or "")
        return ZoneInfo(known.timezone) if known is not None and known.timezone is not None else self.zone

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
        """Return who answers for *assignment*: its person, else who stands in for a missing one."""
        return assignment.person or self.controller(measure)

    def acceptor(self, assignment: Assignment, case: Case) -> str | None:
        """Return who accepts a report: the controller; the issuer where the controller may not control himself."""
        controller = self.controller(case.measure)
        own = case.measure.self_control
        allowed = self.roadmap.plan.self_control if own is None else own
        if not allowed and controller is not None and controller == assignment.person:
            issuer = self.directory.holder(self.roadmap.plan.issuer or self.roadmap.head)
            return issuer.id if issuer is not None else controller
        return controller

    def rights(self, person: str, assignment: Assignment, case: Case, day: date) -> set[Right]:
        """Return in what qualities *person* may act on *assignment* on *day*, substitutes and stand-ins included."""

        def is_or_acts_for(other: str | None) -> bool:
            acting = self.directory.acting(other, day) if other else None
            return person == other or (acting is not None and acting.id == person)

        found = set()
        if is_or_acts_for(self.executor(assignment, case.measure)):
            found.add(Right.EXECUTOR)
        if is_or_acts_for(self.acceptor(assignment, case)):
            found.add(Right.CONTROLLER)
        issuer = self.directory.holder(self.roadmap.plan.issuer)
        if issuer is not None and is_or_acts_for(issuer.id) and self._may_accept(issuer.id, assignment, case):
            found.add(Right.ISSUER)
        return found

    def _may_accept(self, person: str, assignment: Assignment, case: Case) -> bool:
        """Nobody accepts his own report unless the plan allows it or nobody else is there."""
        return person != assignment.person or person == self.acceptor(assignment, case)

    def channels(self, person: str | None, day: date) -> tuple[str, ...]:
        """Return the channel a person is told on first: the first of theirs that has an address."""
        known = self.directory.acting(person, day) if person else None
        return (first_channel(known),) if known else ("mail",)


def first_channel(person: Person) -> str:
    """Return the first channel of *person* that has an address; mail where none has."""
    return next((name for name in person.channels if address(person, name)), "mail")


def address(person: Person, channel: str) -> str | None:
    """Return where *channel* reaches *person*; any other Apprise URL is its own address."""
    if channel == "mail":
        return person.email
    if channel in {"telegram", "max"}:
        return person.telegram if channel == "telegram" else person.max
    return channel if "://" in channel else None
