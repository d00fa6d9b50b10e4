"""Action links of letters: the row that says whose a link is, and its token, which only the letter itself holds.

What is stored of a letter holds a mark in the place of each token; the token takes it when the letter is sent, the
same one every time. So neither a copy of the database nor a table dump can act for anybody (docs/adr/0012).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from engine.assignment import Case, term
from engine.office import Office
from engine.people import Person
from engine.store.models import ActionLinkRow, ItemRow
from engine.transition import Deed
from notifiers.answers import LETTERS, deeds_of
from notifiers.envelope import Button
from notifiers.tokens import Signer
from notifiers.wording import KINDS

AFTER_DUE = timedelta(days=31)
"""A link ends when the thirtieth day after the due day is over."""
AT_LEAST = timedelta(days=60)
_LETTER_OF = {deed: letter for letter, deed in LETTERS.items()}
_ON_BUTTONS = {
    Deed.START: "Взять в работу",
    Deed.REPORT: "Отчитаться",
    Deed.INTERIM: "Дать информацию",
    Deed.ASK: "Попросить о продлении",
    Deed.ACCEPT: "Принять",
    Deed.RETURN: "Вернуть",
    Deed.GRANT: "Продлить",
    Deed.REFUSE: "Отказать",
}
_TASK = (Deed.START, Deed.REPORT, Deed.ASK)
_REVIEW = (Deed.ACCEPT, Deed.RETURN)
_OFFERED = {
    "checkpoint": (Deed.INTERIM,),
    "input": (Deed.REPORT,),
    "reported": _REVIEW,
    "stalled": _REVIEW,
    "asked": (Deed.GRANT, Deed.REFUSE),
    "controller": (),
    "head": (),
}
"""What the buttons of a kind of message do, where it is not what an executor does."""


@dataclass(frozen=True, slots=True)
class Links:
    """How this installation makes links: who signs them, and where its pages stand; None where there are none."""

    signer: Signer
    public_url: str | None = None

    def fill(self, text: str, ends: Mapping[str, int]) -> str:
        """Put the tokens of a letter's own links into *text*; *ends* is their end in unix seconds, by link id."""
        for link, seconds in ends.items():
            mark = _mark(int(link))
            if mark in text:
                text = text.replace(mark, self.signer.sign(int(link), datetime.fromtimestamp(seconds, UTC)))
        return text


def _mark(link: int) -> str:
    """Return what stands in a stored letter for the token of a link; nobody can guess the id to write it himself."""
    return f"{{token {link}}}"


@dataclass(frozen=True, slots=True)
class Linked:
    """The link of one item: as its letter stores it."""

    row: ActionLinkRow
    url: str | None
    buttons: tuple[Button, ...]

    @property
    def end(self) -> int:
        """The instant it ends, in unix seconds."""
        return int(self.row.expires_at.timestamp())


def link(
    session: Session, links: Links, item: ItemRow, case: Case, office: Office, to: Person, channel: str, now: datetime
) -> Linked | None:
    """Make the link of an item for who gets its letter; None where there is nothing to do, or nowhere to do it."""
    telegram = channel == "telegram"
    if KINDS[item.kind].button is None or not (links.public_url or telegram):
        return None
    one = next((found for found in case.assignments if found.key == item.assignment_key), None)
    due = (term(case.occurrence, one) if one else case.occurrence).due_on
    ends = now + AT_LEAST
    if due is not None:
        ends = max(ends, datetime(due.year, due.month, due.day, tzinfo=office.zone) + AFTER_DUE)
    row = _row(session, item, to, ends, now)
    url = f"{links.public_url}/a/{_mark(row.id)}" if links.public_url else None
    offered = _OFFERED.get(item.kind, _TASK)
    able = [deed for deed in deeds_of(item, case, to, office, now) if deed in offered] if telegram else []
    number = office.roadmap.label(case.measure)
    return Linked(
        row, url, tuple(Button(f"{number}: {_ON_BUTTONS[deed]}", _mark(row.id) + _LETTER_OF[deed]) for deed in able)
    )


def _row(session: Session, item: ItemRow, to: Person, ends: datetime, now: datetime) -> ActionLinkRow:
    """Return the link of an item; what is composed again surely did not arrive, so the link goes to who gets it now."""
    row = session.exec(select(ActionLinkRow).where(ActionLinkRow.item == item.key)).first()
    if row is None:
        row = ActionLinkRow(item=item.key, person=to.id, made_at=now, expires_at=ends)
        session.add(row)
        session.flush()
    row.person, row.expires_at = to.id, max(ends, row.expires_at)
    return row


def stored(made: Mapping[str, Linked]) -> dict[str, Any]:
    """Return what a letter stores of its links: when each ends, and the buttons."""
    return {
        "links": {str(one.row.id): one.end for one in made.values()},
        "buttons": [[button.text, button.data, button.url] for one in made.values() for button in one.buttons],
    }
