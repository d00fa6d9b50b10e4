"""From items of the outbox to the letter of one person: what is still worth saying, in words, rendered once."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from engine.assignment import WORKING, Action, Case, State
from engine.digest import KIND as DIGEST
from engine.office import Office, address
from engine.people import Person
from engine.plan import Measure
from engine.store import queries
from engine.store.models import ItemRow, LetterRow, OccurrenceRow
from notifiers.envelope import Envelope
from notifiers.letters import calendar_of, digest_item, item
from notifiers.render import Item, render, render_telegram
from notifiers.wording import KINDS

_ASKS_FOR_REPORT = frozenset({"opening", "input", "reminder", "due", "overdue", "returned"})
_ROLLS_UP = frozenset({"controller", "head"})
_WHATEVER_THE_DAY = frozenset({"reported", "returned", "stalled"})
"""What is about a report and stays true when the due day moves."""


def outdated(session: Session, letter: LetterRow) -> str | None:
    """Say why a letter composed before is not worth sending any more; None while one of its items is."""
    rows = list(session.exec(select(ItemRow).where(ItemRow.letter == letter.key)))
    keys = {row.occurrence_key for row in rows}
    occurrences = list(session.exec(select(OccurrenceRow).where(col(OccurrenceRow.key).in_(keys))))
    known = {row.plan_id: dict[str, Measure]() for row in occurrences}  # the words stand in the letter already
    cases = {case.occurrence.key: case for case in queries.cases(session, occurrences, known)}
    whys = [_pointless(row, cases[row.occurrence_key]) if row.occurrence_key else None for row in rows]
    return whys[0] if None not in whys else None


def compose(
    session: Session,
    rows: Sequence[ItemRow],
    acting: Person | None,
    offices: dict[str, Office],
    how_to_answer: str,
    now: datetime,
) -> LetterRow | None:
    """Make the letter of one person's items on one channel; those that say nothing any more are dropped, with why.

    Args:
        session: A writing session.
        rows: Items of one person of record and one channel, at least one.
        acting: Who gets the letter: the person, or who stands in; None where there is nobody.
        offices: By plan id.
        how_to_answer: Printed in every letter.
        now: The instant of the claim.

    Returns:
        A letter that is pending, or dead where the recipient has no address; None when all items were dropped.
    """
    first, office = rows[0], offices[rows[0].plan_id]
    today = now.astimezone(office.zone_of(first.person)).date()
    cases = _cases(session, rows, offices)
    kept: list[tuple[ItemRow, Item]] = []
    for row in rows:
        row.dropped, block = _block(session, row, cases, offices[row.plan_id], acting, today)
        if block is not None:
            kept.append((row, block))
    if not kept or acting is None:
        return None
    first = kept[0][0]
    letter = LetterRow(
        key=first.key,
        person=first.person,
        channel=first.channel,
        address=address(acting, first.channel),
        state="pending",
        not_before=first.at,
        next_try_at=now,
        body=_body(kept, acting, how_to_answer, cases, offices),
    )
    if letter.address is None:
        letter.state, letter.next_try_at = "dead", None
        letter.outcome = f"у получателя нет адреса для канала «{first.channel}»"
    session.add(letter)
    session.flush()
    for row, _ in kept:
        row.letter = letter.key
    return letter


def _cases(
    session: Session, rows: Sequence[ItemRow], offices: dict[str, Office]
) -> dict[str, tuple[OccurrenceRow, Case]]:
    keys = list(dict.fromkeys(row.occurrence_key for row in rows if row.occurrence_key))
    occurrences = list(session.exec(select(OccurrenceRow).where(col(OccurrenceRow.key).in_(keys))))
    known = {plan_id: queries.measures(office.roadmap) for plan_id, office in offices.items()}
    found = queries.cases(session, occurrences, known)
    return {row.key: (row, case) for row, case in zip(occurrences, found, strict=True)}


def action_of(row: ItemRow) -> Action:
    """Return the action an item was made of."""
    return Action(
        row.key, row.at, row.kind, row.rung, row.revision, row.plan_id, row.measure_id, row.occurrence_key,
        row.assignment_key, row.person, row.channel,
    )  # fmt: skip


def _block(
    session: Session,
    row: ItemRow,
    cases: dict[str, tuple[OccurrenceRow, Case]],
    office: Office,
    acting: Person | None,
    today: date,
) -> tuple[str | None, Item | None]:
    """Return why an item is dropped and None, or None and its block."""
    if acting is None:
        return "некому отправить: человека нет в справочнике", None
    if row.kind == DIGEST:
        rows = queries.occurrences(session, row.plan_id)
        every = queries.cases(session, rows, {row.plan_id: queries.measures(office.roadmap)})
        digest = digest_item(action_of(row), every, office, today)
        return (None, digest) if digest is not None else ("сказать нечего", None)
    _, case = cases[row.occurrence_key or ""]
    why = _pointless(row, case)
    if why is not None:
        return why, None
    return None, item(action_of(row), case, office, today, history(session, row, office.zone), _reason(session, row))


def _pointless(row: ItemRow, case: Case) -> str | None:
    """Say why an item is not worth sending any more, if so."""
    if case.occurrence.revision != row.revision and row.kind not in _WHATEVER_THE_DAY:
        return "срок с тех пор изменился"
    if case.occurrence.cancelled and row.kind != "cancelled":
        return "мероприятие снято"
    one = next((found for found in case.assignments if found.key == row.assignment_key), None)
    if row.kind in _ASKS_FOR_REPORT and (one is None or one.state not in WORKING):
        return "отчёт уже дан"
    if row.kind in {"reported", "stalled"} and (one is None or one.state is not State.REPORTED):
        return "отчёт уже рассмотрен"
    if row.kind in _ROLLS_UP and not any(found.blocking and found.state in WORKING for found in case.assignments):
        return "отчёты уже даны"
    return None


def history(session: Session, row: ItemRow, zone: ZoneInfo) -> list[str]:
    """Return what was sent about an occurrence before and what came of it, a line a rung; days are those of *zone*."""
    if row.kind not in _ROLLS_UP:
        return []
    query = (
        select(ItemRow, LetterRow.state)
        .join(LetterRow, col(ItemRow.letter) == col(LetterRow.key))
        .where(ItemRow.occurrence_key == row.occurrence_key, ItemRow.revision == row.revision)
        .order_by(col(ItemRow.at), col(ItemRow.rung), LetterRow.state)
    )
    told = Counter(
        f"{one.at.astimezone(zone):%d.%m.%Y} {_rung_words(one)}: {STATE_WORDS[state]}"
        for one, state in session.exec(query)
    )
    return [line + (f" ({n})" if n > 1 else "") for line, n in told.items()]


def _rung_words(row: ItemRow) -> str:
    """Say what a message was; a rung of a plan's own ladder goes by its kind."""
    return RUNG_WORDS.get(row.rung) or KINDS[row.kind].headline.lower()


RUNG_WORDS = {
    "opening": "поручение",
    "half": "запрос материалов",
    "-14d": "напоминание за 14 дней",
    "-5d": "напоминание за 5 дней",
    "-1wd": "напоминание за рабочий день",
    "due": "напоминание в день срока",
    "+1wd": "сообщение о просрочке",
    "+3wd": "сообщение контролёру",
    "+7wd": "доклад руководителю",
}
STATE_WORDS = {
    "pending": "ждёт отправки",
    "sending": "отправляется",
    "sent": "отправлено",
    "dead": "не доставлено",
    "uncertain": "исход неизвестен",
    "dropped": "стало не нужно",
}


def _reason(session: Session, row: ItemRow) -> str | None:
    return queries.reason(session, row.assignment_key) if row.kind == "returned" else None


def _body(
    kept: Sequence[tuple[ItemRow, Item]],
    acting: Person,
    how_to_answer: str,
    cases: dict[str, tuple[OccurrenceRow, Case]],
    offices: dict[str, Office],
) -> str:
    rows, items = [row for row, _ in kept], [block for _, block in kept]
    rendered = render(items, acting.name, how_to_answer)
    telegram = rows[0].channel == "telegram"
    html = render_telegram(items, how_to_answer) if telegram else rendered.html
    about = {row.occurrence_key for row in rows if row.occurrence_key is not None}
    calendar, single = None, None
    if len(about) == 1:
        (single,) = about
        row, case = cases[single]
        calendar = calendar_of(case, offices[row.plan_id], row.changed_at)
    body = {
        "to": acting.name,
        "subject": rendered.subject,
        "text": rendered.text,
        "html": html,
        "thread": single,
        "calendar": b64encode(calendar).decode() if calendar else None,
    }
    return json.dumps(body, ensure_ascii=False)


def envelope(letter: LetterRow) -> Envelope:
    """Return what the channel is given: the bytes stored at the first claim."""
    body = json.loads(letter.body or "{}")
    assert letter.first_claimed_at is not None
    return Envelope(
        key=letter.key,
        to_name=body["to"],
        address=letter.address or "",
        subject=body["subject"],
        text=body["text"],
        html=body["html"],
        sent_at=letter.first_claimed_at,
        calendar=b64decode(body["calendar"]) if body["calendar"] else None,
        thread=body["thread"],
    )
