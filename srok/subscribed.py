"""Calendars as they are given out: made when something has changed, kept until then, the last good one in trouble."""

from __future__ import annotations

import gzip
import logging
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from hashlib import sha256
from threading import Lock
from zoneinfo import ZoneInfo

from sqlmodel import Session

from engine.errors import SrokError
from engine.feed import Look, Scope
from engine.ics import Feed, Style, render_calendar
from engine.store import feeds, queries
from engine.store.changes import Changes
from engine.store.models import FeedRow
from notifiers.letters import DOMAIN
from srok.desk import Desk
from srok.feeds import build, known_view

_log = logging.getLogger(__name__)

KEPT_BODIES = 512
_ZIP_LEVEL = 6
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Body:
    """The bytes of a calendar; ``changed_at`` is the last instant at which they can have become these (whole UTC)."""

    octets: bytes
    changed_at: datetime

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return sha256(self.octets).hexdigest()

    @cached_property
    def zipped(self) -> bytes:
        """The same bytes by gzip, the same every time."""
        return gzip.compress(self.octets, _ZIP_LEVEL, mtime=0)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A body and how long it holds: while nothing is written and the day lasts in every zone it speaks of."""

    feed: str
    body: Body
    sign: str
    people: tuple[int, int]
    since: datetime
    until: datetime
    turn: int

    def holds(self, sign: str, people: tuple[int, int], now: datetime) -> bool:
        return (self.sign, self.people) == (sign, people) and self.since <= now < self.until


class Subscribed:
    """The calendars of an installation, by the digest of their address; threads share them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._changes: Changes | None = None
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._used: dict[str, date] = {}
        self._turn = 0
        self._lock = Lock()

    def open(self, token: str) -> tuple[str, Body] | None:
        """Return the id and the body of a subscription; None alike for a malformed, unknown or revoked address.

        Where one cannot be made the last good one is given: an empty calendar would erase what a person sees.

        Raises:
            Exception: There is no good one yet.
        """
        digest, turn = feeds.digest(token), self._turn
        kept = self._kept.get(digest)
        try:
            kept = self._fresh(token, digest, turn)
        except Exception as error:
            if kept is None:
                raise
            said = str(error) if isinstance(error, SrokError) else type(error).__name__
            _log.error("календарь %s не собран, отдан прежний: %s", kept.feed, said)
        return None if kept is None else (kept.feed, kept.body)

    def _fresh(self, token: str, digest: str, turn: int) -> _Kept | None:
        now, kept = self._desk.clock(), self._kept.get(digest)
        if kept is not None and kept.holds(self._sign(), self._desk.people_stamp(), now):
            return kept
        with self._desk.store().reading() as session:
            if feeds.feed_by_token(session, token) is None:
                self._kept.pop(digest, None)
                return None
        with self._lock:
            kept = self._kept.get(digest)
            if kept is not None and kept.turn > turn:  # made since this was asked for, of what was there by then
                return kept
            self._turn += 1
            made = self._made(token, self._turn)
            if made is None:
                self._kept.pop(digest, None)
                return None
            self._kept[digest] = made
            self._kept.move_to_end(digest)
            while len(self._kept) > KEPT_BODIES:
                self._kept.popitem(last=False)
            return made

    def _sign(self) -> str:
        if self._changes is None:
            self._changes = Changes(self._desk.store())
        return self._changes.sign()

    def _made(self, token: str, turn: int) -> _Kept | None:
        now, sign, people = self._desk.clock(), self._sign(), self._desk.people_stamp()
        with self._desk.store().reading() as session:
            row = feeds.feed_by_token(session, token)
            if row is None or row.scope == Scope.BOARD:
                return None
            made = self._build(session, row, now)
            zones = {one.timezone for one in queries.plans(session)} | {self._desk.settings.zone}
        since, until = _same_day(zones, now)
        written = datetime.fromtimestamp(people[0] / 1e9, UTC)
        # A date yet to come would stand over every edit: programs that go by it would keep the old calendar.
        changed = min(now, max(written, since, *(_changes_of(made))))
        body = Body(render_calendar(made, DOMAIN), changed.astimezone(UTC).replace(microsecond=0))
        return _Kept(row.id, body, sign, people, since, until, turn)

    def _build(self, session: Session, row: FeedRow, now: datetime) -> Feed:
        directory, settings = self._desk.people(), self._desk.settings
        whose = known_view(session, directory, row.scope, row.of)
        look = Look(row.id, row.name, Style(row.style), row.days_before())
        return build(session, directory, settings.owner, whose, look, now, ZoneInfo(settings.zone))

    def is_first_of_day(self, feed: str) -> bool:
        """Tell, once a day and process, that the day of use is to be kept."""
        today = self._desk.clock().date()
        if self._used.get(feed) == today:
            return False
        self._used[feed] = today
        return True

    def close(self) -> None:
        """Let go of the store."""
        if self._changes is not None:
            self._changes.close()


def _changes_of(feed: Feed) -> list[datetime]:
    """Return the instants since which the events say what they say."""
    return [
        *(one.changed_at for one in feed.entries),
        *(one.overdue_since for one in feed.entries if one.overdue_since is not None),
        *(one.changed_at for one in feed.notices),
    ]


def _same_day(zones: Collection[str], now: datetime) -> tuple[datetime, datetime]:
    """Return since when and until when it is the same day in every zone."""
    edges = []
    for name in zones:
        zone = ZoneInfo(name)
        today = now.astimezone(zone).date()
        edges.append([datetime.combine(day, time(), zone).astimezone(UTC) for day in (today, today + DAY)])
    return max(first for first, _ in edges), min(last for _, last in edges)
