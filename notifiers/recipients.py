"""Who gets a message, where else they can be reached, and who hears of it when they cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from engine.assignment import Action, action_key, without_channel
from engine.office import Office, address, first_channel, ways
from engine.people import Person
from engine.store import queries
from engine.store.models import ItemRow

Offices = Mapping[str, Office]
UNREACHABLE = "unreachable"
"""Kind of the message to the next one up: somebody below cannot be told."""
CHANNELS = {"mail": "почта", "telegram": "Telegram", "max": "MAX", "apprise": "другая служба"}
TOLD_UP = frozenset({"controller", "head", "reported", "stalled", "asked", UNREACHABLE})
"""Kinds that speak to those above the executors."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a letter: the person of record, or who stands in, and where a channel reaches them."""

    person: Person
    channel: str
    address: str


def channel_words(channel: str) -> str:
    """Return the name of a channel as people say it."""
    return CHANNELS.get(channel.partition("-")[0], channel)


def recipient(row: ItemRow, office: Office, now: datetime) -> Recipient | None:
    """Return who is told; the controller, else the owner, in the place of one whom the directory does not know."""
    person = _told(row, office, now)
    if person is None:
        return None
    channel = row.channel if address(person, row.channel) else first_channel(person)
    where = address(person, channel)
    return Recipient(person, channel, where) if where else None


def _told(row: ItemRow, office: Office, now: datetime) -> Person | None:
    today = local_day(row.person, office, now)
    acting = (office.directory.acting(one, today) for one in (row.person, _controller(row, office)) if one)
    return next((person for person in acting if person is not None), None)


def local_day(person: str | None, office: Office, now: datetime) -> date:
    """Return the day it is for *person*."""
    return now.astimezone(office.zone_of(person)).date()


def _controller(row: ItemRow, office: Office) -> str | None:
    return office.controller(queries.measures(office.roadmap).get(row.measure_id or ""))


def fall_back(session: Session, row: ItemRow, tried: str, office: Office, now: datetime) -> bool:
    """Say *row* on the next channel of its recipient that was not tried for it; False: there is none.

    What is said keeps its place in time, so that what came later still stands for it.
    """
    person = _told(row, office, now)
    for channel in ways(person) if person is not None else ():
        key = f"{without_channel(row.key)}|{channel}"
        if channel != tried and session.get(ItemRow, key) is None:
            facts = row.model_dump(exclude={"key", "channel", "letter", "dropped", "instead_of", "created_at"})
            session.add(ItemRow(**facts, key=key, channel=channel, instead_of=row.key, created_at=now))
            session.flush()
            return True
    return False


def step_up(session: Session, row: ItemRow, office: Office, now: datetime) -> int:
    """Tell the next one up, in working hours, that *row* reaches nobody; return how many messages are new: 1 or 0."""
    person = next(_above(session, row, office, now), None)
    if row.occurrence_key is None or person is None:
        return 0
    base, _, rung, ordinal, *_ = row.key.rsplit("|", 5)
    at = office.at_once(person, now)
    (channel,) = office.channels(person, local_day(person, office, at))
    step = f"{UNREACHABLE}:{rung.removeprefix(f'{UNREACHABLE}:')}"
    key = action_key(base, row.revision, step, int(ordinal), person, channel)
    said = queries.sent_keys(session, [row.occurrence_key])[row.occurrence_key]
    if without_channel(key) in {without_channel(one) for one in said}:
        return 0
    action = Action(
        key, at, UNREACHABLE, step, row.revision, row.plan_id, row.measure_id, row.occurrence_key,
        row.assignment_key, person, channel,
    )  # fmt: skip
    new = queries.enqueue(session, [action], now)
    session.get_one(ItemRow, key).instead_of = row.key
    return new


def _above(session: Session, row: ItemRow, office: Office, now: datetime) -> Iterator[str]:
    """Yield who is to hear that *row* reached nobody, the next one up first: controller, head, owner."""
    owner = office.directory.holder(office.owner)
    known = (_controller(row, office), office.head(), owner.id if owner else None)
    chain = list(dict.fromkeys(one for one in known if one is not None))
    tried = {one.person for one in said_before(session, row)}
    if row.kind in TOLD_UP and row.person in chain:
        chain = chain[chain.index(row.person) + 1 :]
    silent = _told(row, office, now)
    for one in chain:
        acting = office.directory.acting(one, local_day(one, office, now))
        if one not in tried and acting is not None and acting is not silent and ways(acting):
            yield one


def said_before(session: Session, row: ItemRow) -> list[ItemRow]:
    """Return *row* and the items it stands in for, the latest first."""
    found = [row]
    while found[-1].instead_of is not None:
        found.append(session.get_one(ItemRow, found[-1].instead_of))
    return found


def spoken_of(session: Session, row: ItemRow) -> ItemRow:
    """Return the item that a message of the kind `UNREACHABLE` is about; any other is about itself."""
    return next(one for one in said_before(session, row) if one.kind != UNREACHABLE)
