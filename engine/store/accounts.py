"""Accounts of messengers: the one-time codes by which people link theirs, and whose account is whose."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import update
from sqlmodel import Session, col, select

from engine.people import MESSENGERS, Directory, Person
from engine.store import queries
from engine.store.models import AccountRow, LetterRow, LinkCodeRow

CODE_HOLDS = timedelta(hours=24)
CODE_BYTES = 18
"""144 bits by lot, 24 characters: it fits a link of Telegram (64), and nobody guesses it."""


def new_code(session: Session, person: str, channel: str, account: str, now: datetime) -> str:
    """Return a code that links *channel* to *person* once; only its digest is kept, codes given before end.

    Args:
        session: A writing session.
        person: Id of the directory.
        channel: Name of the messenger.
        account: System user who asks for it.
        now: The instant from which the code holds.
    """
    before = select(LinkCodeRow).where(
        LinkCodeRow.person == person, LinkCodeRow.channel == channel, col(LinkCodeRow.used_at).is_(None)
    )
    for row in session.exec(before):
        row.expires_at = min(row.expires_at, now)
    code = token_urlsafe(CODE_BYTES)
    session.add(LinkCodeRow(digest=_digest(code), person=person, channel=channel, expires_at=now + CODE_HOLDS))
    queries.journal(
        session, now, who="", account=account, deed="link-code", plan_id=None, subject=f"people/{person}",
        channel=channel,
    )  # fmt: skip
    return code


@dataclass(frozen=True, slots=True)
class Linked:
    """Whose account it is now, and where they were reached before, if elsewhere."""

    person: Person
    before: str | None


def link(session: Session, directory: Directory, channel: str, code: str, address: str, now: datetime) -> Linked | None:
    """Link the account at *address* to the person a code was given to; None for a code that does not hold.

    An account is one person's: whoever had it before has it no more, letters that wait for another try included, and a
    person has one account of a messenger.
    """
    row = session.get(LinkCodeRow, _digest(code), with_for_update=True)
    if row is None or row.channel != channel or row.used_at is not None or row.expires_at <= now:
        return None
    person = directory.people.get(row.person)
    if person is None:
        return None
    row.used_at = now
    others = select(AccountRow).where(AccountRow.channel == channel, AccountRow.address == address)
    taken_from = [other for other in session.exec(others) if other.person != person.id]
    for other in taken_from:
        session.delete(other)
    before = session.get(AccountRow, (person.id, channel))
    left = before.address if before is not None and before.address != address else None
    if before is None or left is not None:
        _readdress(session, channel, address, None)
    if left is not None:
        _readdress(session, channel, left, address)
    session.merge(AccountRow(person=person.id, channel=channel, address=address, linked_at=now))
    queries.journal(
        session, now, who=person.id, account=channel, deed="link", plan_id=None, subject=f"people/{person.id}",
        channel=channel, taken_from=[other.person for other in taken_from],
    )  # fmt: skip
    return Linked(person, left)


def _readdress(session: Session, channel: str, old: str, new: str | None) -> None:
    """Have letters that wait for another try go to *new*; without it by their person's next channel."""
    waiting = (col(LetterRow.state) == "pending") & (col(LetterRow.channel) == channel)
    session.execute(update(LetterRow).where(waiting, col(LetterRow.address) == old).values(address=new))


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()


def with_accounts(session: Session, directory: Directory) -> Directory:
    """Return *directory* with the accounts that messengers have linked; they win over the file.

    An account is one person's: what the file gives to another as well is not theirs.
    """
    linked: dict[str, dict[str, str]] = defaultdict(dict)
    for row in session.exec(select(AccountRow).where(col(AccountRow.channel).in_(MESSENGERS))):
        if row.person in directory.people:
            linked[row.channel][row.person] = row.address
    changed: dict[str, Person] = {}
    for person in directory.people.values():
        told: dict[str, str | None] = {}
        for channel, addresses in linked.items():
            given = getattr(person, channel)
            mine = addresses.get(person.id, None if given in addresses.values() else given)
            told |= {channel: mine} if mine != given else {}
        if told:
            changed[person.id] = person.model_copy(update=told)
    return replace(directory, people={**directory.people, **changed}) if changed else directory
