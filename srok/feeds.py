"""Calendars of an installation: read from its store, written to a file, subscriptions given and taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from engine.clock import utc_now
from engine.feed import Look, Scope, Shown, View, make_feed, view
from engine.ics import Feed, Style, render_calendar
from engine.office import Office
from engine.people import Directory
from engine.settings import Settings
from engine.store import feeds, queries
from engine.store.installation import load_people, open_store
from engine.store.models import FeedRow
from notifiers.letters import DOMAIN
from srok.files import write_whole
from srok.inputs import account
from srok.serving import HOST, PORT

REVOKED = (
    "Адрес больше не открывается. Календарные программы прежних событий сами не убирают: "
    "попросите владельца удалить подписку у себя."
)


def export(settings: Settings, scope: str, of: str | None, output: Path) -> int:
    """Write the calendar of *scope* and return how many occurrences it holds.

    Raises:
        NotFoundError: The scope, or whoever is meant, does not exist.
    """
    directory = load_people(settings)
    with open_store(settings) as store, store.reading() as session:
        whose = known_view(session, directory, scope, of)
        found = build(session, directory, settings.owner, whose, _plain(whose), utc_now(), ZoneInfo(settings.zone))
    write_calendar(output, found)
    return len(found.entries)


def known_view(session: Session, directory: Directory, scope: str, of: str | None) -> View:
    """Return whose terms are meant.

    Raises:
        NotFoundError: The scope, or whoever is meant, does not exist.
    """
    found = view(scope, of, directory)
    if found.scope in {Scope.PLAN, Scope.BOARD} and found.of is not None:
        return View(found.scope, found.of, queries.plan(session, found.of).title)
    return found


def _plain(whose: View) -> Look:
    return Look("-".join(filter(None, (whose.scope.value, whose.of))), f"Сроки: {whose.title}")


def official(session: Session, directory: Directory, person: str, now: datetime, zone: ZoneInfo) -> Feed:
    """Return the calendar of one person."""
    whose = view(Scope.OFFICIAL, person, directory)
    return build(session, directory, None, whose, _plain(whose), now, zone)


def build(
    session: Session,
    directory: Directory,
    owner: str | None,
    whose: View,
    look: Look,
    now: datetime,
    zone: ZoneInfo,
) -> Feed:
    """Return a calendar as the store stands; *zone* is the office's."""
    return make_feed(whose, look, _plans(session, directory, owner, whose), now, zone)


def _plans(
    session: Session, directory: Directory, owner: str | None, whose: View
) -> Iterator[tuple[Office, Sequence[Shown]]]:
    alone = whose.scope is Scope.PLAN
    for row in [queries.plan(session, whose.of or "")] if alone else queries.plans(session):
        office = queries.office(row, directory, owner)
        rows = queries.occurrences(session, row.id)
        cases = queries.cases(session, rows, {row.id: queries.measures(office.roadmap)})
        yield (
            office,
            [
                Shown(case, one.edition, one.changed_at, one.settled_at or one.changed_at)
                for one, case in zip(rows, cases, strict=True)
            ],
        )


def write_calendar(output: Path, feed: Feed) -> None:
    """Write a feed as a whole or not at all: a calendar program never reads half a file."""
    write_whole(output, render_calendar(feed, DOMAIN))


def add(
    settings: Settings, scope: str, of: str | None, name: str | None, style: Style, alarms: Sequence[int]
) -> dict[str, str]:
    """Give a subscription; return its id and its address, which nothing shows again.

    Raises:
        NotFoundError: The scope, or whoever is meant, does not exist.
    """
    directory = load_people(settings)
    with open_store(settings) as store, store.writing() as session:
        whose = known_view(session, directory, scope, of)
        row, token = feeds.add_feed(
            session, scope=whose.scope.value, of=whose.of, name=name or f"Сроки: {whose.title}", style=style.value,
            alarms=alarms, account=account(), now=utc_now(),
        )  # fmt: skip
    return {"id": row.id, "url": address(settings, row, token)}


def rotate(settings: Settings, feed_id: str) -> dict[str, str]:
    """Give a subscription another address; the one before ends.

    Raises:
        NotFoundError: There is no such subscription, or it is revoked.
    """
    with open_store(settings) as store, store.writing() as session:
        row, token = feeds.rotate(session, feed_id, account(), utc_now())
    return {"id": row.id, "url": address(settings, row, token)}


def revoke(settings: Settings, feed_id: str) -> None:
    """End a subscription.

    Raises:
        NotFoundError: There is no such subscription, or it is revoked already.
    """
    with open_store(settings) as store, store.writing() as session:
        feeds.revoke(session, feed_id, account(), utc_now())


def listed(settings: Settings) -> list[dict[str, Any]]:
    """Return every subscription as `srok feed list --json` has it; no address is among what is known."""
    with open_store(settings) as store, store.reading() as session:
        return [
            {
                "id": row.id, "scope": row.scope, "of": row.of, "name": row.name, "style": row.style,
                "alarms": list(row.days_before()), "made_at": row.made_at.isoformat(),
                "used_on": row.used_on.isoformat() if row.used_on else None,
                "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
            }
            for row in feeds.feeds(session)
        ]  # fmt: skip


def address(settings: Settings, row: FeedRow, token: str) -> str:
    """Return where a subscription is opened."""
    base = settings.public_url or f"http://{HOST}:{PORT}"
    if row.scope == Scope.BOARD:
        return f"{base}/board/{token}"
    return f"{base}/calendar/{token}.ics"


def page_of(url: str) -> str | None:
    """Return the page that tells how one subscribes to the calendar at *url*; None of a board, which is a page."""
    base, found, rest = url.rpartition("/calendar/")
    return f"{base}/subscribe/{rest.removesuffix('.ics')}" if found else None
