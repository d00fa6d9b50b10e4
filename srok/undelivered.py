"""What did not arrive, may not have arrived, or can be sent to nobody; and which channels are silent, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text
from sqlmodel import Session, col, or_, select

from engine.assignment import Case, without_channel
from engine.office import Office
from engine.people import Directory
from engine.plan import Measure
from engine.store import queries
from engine.store.accounts import with_accounts
from engine.store.models import ItemRow, LetterRow, OccurrenceRow, PauseRow
from notifiers.pauses import holds
from notifiers.recipients import channel_words, recipient
from notifiers.relevance import NOBODY, useless
from srok.screens import rung_words

HEADINGS = {
    "dead": "Не доставлено",
    "uncertain": "Неизвестно, доставлено ли",
    "nobody": "Некому отправить",
}
HINTS = {
    "dead": "поправьте адреса в people.yaml, затем srok resend КЛЮЧ",
    "uncertain": "спросите получателей; отправить ещё раз: srok resend КЛЮЧ или --all-uncertain",
    "nobody": "впишите людей и адреса в people.yaml",
}
SHOWN = 10
"""Rows of a heading that fit the glance; `srok outbox` has them all."""


@dataclass(frozen=True, slots=True)
class Message:
    """One item that did not surely arrive; ``state`` is a key of `HEADINGS`."""

    row: ItemRow
    letter: LetterRow | None
    state: str
    why: str

    def as_json(self) -> dict[str, Any]:
        """Return a row of `undelivered.messages` (docs/json.md)."""
        row, letter = self.row, self.letter
        return {
            "key": row.key,
            "state": self.state,
            "plan": row.plan_id,
            "measure": row.measure_id,
            "kind": row.kind,
            "rung": row.rung,
            "person": row.person,
            "channel": letter.channel if letter else row.channel,
            "address": letter.address if letter else None,
            "at": row.at.isoformat(),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Undelivered:
    """All of it; ``pauses`` are those that hold."""

    messages: Sequence[Message] = ()
    pauses: Sequence[PauseRow] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the object `undelivered` of `srok status --json` (docs/json.md)."""
        pauses = [
            {"channel": one.channel, "until": one.until.isoformat(), "why": one.why, "ours": one.ours}
            for one in self.pauses
        ]
        return {"messages": [one.as_json() for one in self.messages], "pauses": pauses}


NOTHING = Undelivered()


def undelivered(
    session: Session, directory: Directory, owner: str | None, now: datetime, plan: str | None = None
) -> Undelivered:
    """Return what a person has to look at, of all plans or of one.

    What is said on another channel in its place, or is not worth saying any more, is not among it.
    """
    directory = with_accounts(session, directory)
    given_up = _given_up(session)
    waiting = [row for row in _waiting(session, now) if plan in {None, row.plan_id}]
    offices = queries.offices(session, {row.plan_id for row in waiting}, directory, owner)
    found = [*_worth_saying(session, given_up, directory, plan), *_to_nobody(session, waiting, offices, now)]
    pauses = [one for one in session.exec(select(PauseRow).order_by(PauseRow.channel)) if holds(one, now)]
    order = list(HEADINGS)
    return Undelivered(sorted(found, key=lambda one: (order.index(one.state), one.row.at, one.row.key)), pauses)


def _given_up(session: Session) -> list[tuple[ItemRow, LetterRow]]:
    """Return the items of letters that are dead or uncertain, without those that another channel took over."""
    gone = or_(
        col(LetterRow.state).in_(["dead", "uncertain"]),
        (col(LetterRow.state) == "pending") & (col(LetterRow.outcome) == NOBODY),
    )
    query = select(ItemRow, LetterRow).join(LetterRow, col(ItemRow.letter) == col(LetterRow.key)).where(gone)
    rows = list(session.exec(query))
    keys = [item.key for item, _ in rows]
    taken_over: set[str | None] = set()
    for start in range(0, len(keys), queries.BATCH):
        part = col(ItemRow.instead_of).in_(keys[start : start + queries.BATCH])
        for key, instead_of in session.exec(select(ItemRow.key, ItemRow.instead_of).where(part)):
            taken_over |= {instead_of} if without_channel(key) == without_channel(instead_of or "") else set()
    return [(item, letter) for item, letter in rows if item.key not in taken_over]


def _worth_saying(
    session: Session, rows: Sequence[tuple[ItemRow, LetterRow]], directory: Directory, plan: str | None
) -> Iterator[Message]:
    cases = _cases(session, [item for item, _ in rows])
    for item, letter in rows:
        if plan not in {None, item.plan_id}:
            continue
        if item.occurrence_key is None or useless(session, item, cases[item.occurrence_key], directory) is None:
            state = letter.state if letter.state in HEADINGS else "nobody"
            yield Message(item, letter, state, letter.outcome or "")


def _to_nobody(
    session: Session, rows: Sequence[ItemRow], offices: dict[str, Office], now: datetime
) -> Iterator[Message]:
    lost = [row for row in rows if recipient(row, offices[row.plan_id], now) is None]
    cases = _cases(session, lost)
    for row in lost:
        directory = offices[row.plan_id].directory
        if row.occurrence_key is None or useless(session, row, cases[row.occurrence_key], directory) is None:
            known = directory.people.get(row.person or "")
            yield Message(
                row, None, "nobody", "адреса нет ни на одном канале" if known else "в справочнике людей его нет"
            )


def _waiting(session: Session, now: datetime) -> list[ItemRow]:
    query = select(ItemRow).where(col(ItemRow.letter).is_(None), col(ItemRow.dropped).is_(None), col(ItemRow.at) <= now)
    return list(session.exec(query))


def _cases(session: Session, rows: Sequence[ItemRow]) -> dict[str, Case]:
    keys = sorted({row.occurrence_key for row in rows if row.occurrence_key})
    found: dict[str, Case] = {}
    for start in range(0, len(keys), queries.BATCH):
        part = col(OccurrenceRow.key).in_(keys[start : start + queries.BATCH])
        occurrences = list(session.exec(select(OccurrenceRow).where(part)))
        known = {row.plan_id: dict[str, Measure]() for row in occurrences}  # their words are not asked for
        found |= {case.occurrence.key: case for case in queries.cases(session, occurrences, known)}
    return found


def print_undelivered(found: Undelivered, directory: Directory, zone: ZoneInfo, out: Console) -> None:
    """Print what needs a person; nothing where all is well."""
    for row in found.pauses:
        until, name = f"{row.until.astimezone(zone):%d.%m.%Y %H:%M}", channel_words(row.channel)
        if row.ours:
            said = f"Канал «{name}» не работает: {row.why}. Исправьте srok.toml; следующая попытка {until}"
            out.print(Text(said, style="bold red"))
        else:
            out.print(f"Канал «{name}» ждёт до {until}: {row.why}")
    for state, heading in HEADINGS.items():
        part = [one for one in found.messages if one.state == state]
        if part:
            out.print(
                Text(f"\n{heading}: {len(part)}", style="bold red").append(f" — {HINTS[state]}", style="not bold")
            )
            for one in part[:SHOWN]:
                out.print(f"  {_line(one, directory)}")
            if len(part) > SHOWN:
                out.print(f"  … и ещё {len(part) - SHOWN}: srok outbox")


def _line(one: Message, directory: Directory) -> str:
    row = one.row
    known = directory.people.get(row.person or "")
    name = known.name if known else row.person or "—"
    what = f"{row.plan_id} № {row.measure_id}" if row.measure_id else row.plan_id
    channel = f", {channel_words(one.letter.channel)}" if one.letter else ""
    return f"{what} {rung_words(row.rung)} — {name}{channel}: {one.why}"
