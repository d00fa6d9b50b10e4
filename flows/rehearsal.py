"""The rehearsal: every message a plan would send between two days if nobody reported; nothing is stored or sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.assignment import Action, Case, fan_out
from engine.digest import digest_actions, next_digest
from engine.escalation import due_actions
from engine.monthly import next_report, report_actions
from engine.occurrence import expected, resync
from engine.office import Office


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One message line: the action, and the letter it would stand in."""

    action: Action
    message: str

    def as_json(self, office: Office) -> dict[str, Any]:
        """Return the line of `srok rehearse --jsonl`; `at` is local to the recipient."""
        one = self.action
        return {
            "at": one.at.astimezone(office.zone_of(one.person)).isoformat(),
            "kind": one.kind,
            "rung": one.rung,
            "plan": one.plan,
            "measure": one.measure,
            "occurrence": one.occurrence,
            "to": one.person,
            "channel": one.channel,
            "key": one.key,
            "message": self.message,
        }


def rehearse(office: Office, start: date, end: date) -> list[Action]:
    """Sync the plan on *start* in memory, let the days pass up to and including *end*, return what would be said."""
    first = datetime.combine(start, time(), office.zone)
    last = datetime.combine(end + timedelta(days=1), time(), office.zone)
    cases = planned(office, first)
    actions = [action for case in cases for action in _of_case(case, office, first, last)]
    actions += _digests(cases, office, first, last)
    actions += _reports(cases, office, first, last)
    return sorted(actions, key=lambda one: (one.at, one.key))


def planned(office: Office, now: datetime) -> list[Case]:
    """Return the cases of a plan as its first sync at *now* would make them."""
    events = tuple(shape.to_event() for shape in office.roadmap.events)
    cases = []
    for measure in office.roadmap.tracked():
        asked = expected(measure, office.roadmap, office.directory, events, office.calendar)
        synced = resync(office.roadmap.plan.id, measure.id, [], asked, now.date(), now)
        cases += [Case(done.after, fan_out(done.after, measure, office.directory), measure) for done in synced]
    return cases


def _of_case(case: Case, office: Office, now: datetime, last: datetime) -> Iterator[Action]:
    sent: set[str] = set()
    upcoming: datetime | None = now
    while upcoming is not None and upcoming < last:
        actions, following = due_actions(case, office, sent, upcoming)
        sent.update(one.key for one in actions)
        yield from actions
        upcoming = following


def _digests(cases: Sequence[Case], office: Office, now: datetime, last: datetime) -> Iterator[Action]:
    sent: set[str] = set()
    upcoming: datetime | None = next_digest(now, None, office)
    while upcoming is not None and upcoming < last:
        actions, following = digest_actions(office, cases, sent, upcoming)
        sent.update(one.key for one in actions)
        yield from actions
        upcoming = following


def _reports(cases: Sequence[Case], office: Office, now: datetime, last: datetime) -> Iterator[Action]:
    sent: set[str] = set()
    upcoming = next_report(now, office)
    while upcoming < last:
        actions, upcoming = report_actions(office, cases, sent, upcoming, now.date())
        sent.update(one.key for one in actions)
        yield from actions


def together(actions: Sequence[Action]) -> list[Rehearsed]:
    """Give items of one person, channel and instant, of all plans, the letter they share: named by the first one's key.

    *actions* are sorted by instant and key.
    """
    letters: dict[tuple[str | None, str, datetime], str] = {}
    return [
        Rehearsed(one, letters.setdefault((one.person, one.channel, one.at), message_name(one.key))) for one in actions
    ]


def message_name(key: str) -> str:
    """Return the short name of the letter whose first item has *key*; its Message-ID begins with it."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
