"""From items of the outbox to the letter of one person: to whom it goes, what it says, rendered once a day at most."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from engine.assignment import Action, Case
from engine.digest import KIND as DIGEST
from engine.monthly import KIND as REPORT
from engine.office import Office
from engine.store import queries
from engine.store.models import ItemRow, LetterRow, OccurrenceRow
from notifiers.envelope import Button, Envelope
from notifiers.letters import calendar_of, digest_item, item
from notifiers.links import Linked, Links, link, stored
from notifiers.past import past_of
from notifiers.recipients import Offices, Recipient, local_day, recipient
from notifiers.relevance import NOBODY, SUPERSEDED, superseded, useless
from notifiers.render import Item, render, render_telegram
from notifiers.reporting import report_item

Kept = Sequence[tuple[ItemRow, Item]]
Cases = dict[str, tuple[OccurrenceRow, Case]]
"""By occurrence; who composes many letters in one transaction keeps those of the letters before: schools share one."""


def compose(
    session: Session,
    rows: Sequence[ItemRow],
    offices: Offices,
    where_to_answer: str,
    now: datetime,
    links: Links | None = None,
    known: Cases | None = None,
) -> LetterRow | None:
    """Make the letter of one person's items on one channel; those that say nothing any more are dropped, with why.

    Args:
        session: A writing session.
        rows: Items of one person of record and one channel, at least one.
        offices: By plan id.
        where_to_answer: «ответьте на это письмо или сообщите …», printed where an answer is asked for.
        now: The instant of the claim.
        links: How links are made; None for letters without.
        known: What letters before this one have read in the same transaction; it is added to.

    Returns:
        A pending letter; None when nothing is left to say, or nobody can be told: then what is left goes on waiting.
    """
    cases = _cases(session, rows, offices, {} if known is None else known)
    kept = _kept(session, rows, cases, offices, now)
    to = recipient(kept[0][0], offices[kept[0][0].plan_id], now) if kept else None
    if to is None:
        return None
    first = kept[0][0]
    body = _body(kept, to, _Around(session, where_to_answer, cases, offices, links, now))
    letter = LetterRow(
        key=first.key, person=first.person, channel=to.channel, address=to.address, state="pending",
        not_before=first.at, next_try_at=now, composed_at=now, body=body,
    )  # fmt: skip
    session.add(letter)
    session.flush()
    for row, _ in kept:
        row.letter = letter.key
    return letter


def compose_again(
    session: Session,
    letter: LetterRow,
    offices: Offices,
    where_to_answer: str,
    now: datetime,
    links: Links | None = None,
) -> str | None:
    """Write a letter that surely did not arrive anew, as things stand; say why it cannot be sent, if so."""
    rows = list(session.exec(select(ItemRow).where(ItemRow.letter == letter.key).order_by(col(ItemRow.key))))
    cases = _cases(session, rows, offices, {})
    kept = _kept(session, rows, cases, offices, now)
    if not kept:
        letter.state, letter.next_try_at = "dropped", None
        return rows[0].dropped
    for row in rows:
        row.letter = None if row.dropped else row.letter
    to = recipient(kept[0][0], offices[kept[0][0].plan_id], now)
    if to is None:
        return NOBODY
    letter.channel, letter.address, letter.composed_at = to.channel, to.address, now
    letter.body = _body(kept, to, _Around(session, where_to_answer, cases, offices, links, now))
    return None


def _cases(session: Session, rows: Sequence[ItemRow], offices: Offices, known: Cases) -> Cases:
    keys = dict.fromkeys(row.occurrence_key for row in rows if row.occurrence_key)
    new = [key for key in keys if key not in known]
    if new:
        occurrences = list(session.exec(select(OccurrenceRow).where(col(OccurrenceRow.key).in_(new))))
        measures = {row.plan_id: queries.measures(offices[row.plan_id].roadmap) for row in occurrences}
        found = queries.cases(session, occurrences, measures)
        known |= {row.key: (row, case) for row, case in zip(occurrences, found, strict=True)}
    return known


def _kept(session: Session, rows: Sequence[ItemRow], cases: Cases, offices: Offices, now: datetime) -> Kept:
    """Return the items worth saying with their blocks; the others are marked with why."""
    zone = offices[rows[0].plan_id].zone_of(rows[0].person)
    late = superseded(session, rows, now, zone)
    kept: list[tuple[ItemRow, Item]] = []
    for row in rows:
        office = offices[row.plan_id]
        row.dropped = SUPERSEDED if row.key in late else None
        if row.occurrence_key and row.dropped is None:
            row.dropped = useless(session, row, cases[row.occurrence_key][1], office.directory)
        block = None if row.dropped else _block(session, row, cases, office, local_day(row.person, office, now))
        if block is not None:
            kept.append((row, block))
        elif row.dropped is None:
            row.dropped = "сказать нечего"
    return kept


def _block(session: Session, row: ItemRow, cases: Cases, office: Office, today: date) -> Item | None:
    """Return the block of an item; None for a digest or a report with nothing to tell."""
    if row.kind in {DIGEST, REPORT}:
        every = queries.cases_of(session, office)
        if row.kind == REPORT:
            return report_item(action_of(row), every, office, today)
        return digest_item(action_of(row), every, office, today, queries.chain_head(session))
    _, case = cases[row.occurrence_key or ""]
    return item(action_of(row), case, office, today, past_of(session, row, case, office))


def action_of(row: ItemRow) -> Action:
    """Return the action an item was made of."""
    return Action(
        row.key, row.at, row.kind, row.rung, row.revision, row.plan_id, row.measure_id, row.occurrence_key,
        row.assignment_key, row.person, row.channel,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Around:
    """What a letter is rendered with, beside its items and its recipient."""

    session: Session
    where_to_answer: str
    cases: Cases
    offices: Offices
    links: Links | None
    now: datetime


BY_REPLY = "ответьте на это письмо или "
"""How a sentence on where to answer begins that is printed in a mail: nobody reads replies in messengers."""


def _where_to_answer(sentence: str, channel: str, buttons: bool) -> str:
    if channel == "mail":
        return sentence
    return ("нажмите кнопку под сообщением или " if buttons else "") + sentence.removeprefix(BY_REPLY)


def _body(kept: Kept, to: Recipient, around: _Around) -> str:
    """Return the letter as it is stored: rendered, with marks in the place of tokens."""
    made = _linked(kept, to, around)
    items = [replace(block, action_url=made[row.key].url) if row.key in made else block for row, block in kept]
    where = _where_to_answer(around.where_to_answer, to.channel, any(one.buttons for one in made.values()))
    rendered = render(items, to.person.name, where)
    html = render_telegram(items, where) if to.channel == "telegram" else rendered.html
    single, calendar, name = _calendar([row for row, _ in kept], around)
    body = {
        "to": to.person.name,
        "subject": rendered.subject,
        "text": rendered.text,
        "html": html,
        "thread": single,
        "calendar": b64encode(calendar).decode() if calendar else None,
        "calendar_name": name,
        **stored(made),
    }
    return json.dumps(body, ensure_ascii=False)


def _linked(kept: Kept, to: Recipient, around: _Around) -> dict[str, Linked]:
    """Return the links by item; what is about a whole plan has none."""
    if around.links is None:
        return {}
    made: dict[str, Linked] = {}
    for row, _ in kept:
        if row.occurrence_key is not None:
            case, office = around.cases[row.occurrence_key][1], around.offices[row.plan_id]
            one = link(around.session, around.links, row, case, office, to.person, to.channel, around.now)
            made |= {row.key: one} if one is not None else {}
    return made


def _calendar(rows: Sequence[ItemRow], around: _Around) -> tuple[str | None, bytes | None, str]:
    """Return the one occurrence that a letter is about, its calendar entry, and a name for the file."""
    about = {row.occurrence_key for row in rows if row.occurrence_key is not None}
    if len(about) != 1:
        return None, None, ""
    (single,) = about
    row, case = around.cases[single]
    asked = {one.assignment_key for one in rows}
    alone = next((one for one in case.assignments if asked == {one.key}), None)
    office = around.offices[row.plan_id]
    name = f"Срок п. {office.roadmap.label(case.measure)} {case.measure.title}"
    return single, calendar_of(case, alone, office, row.changed_at, row.edition), name


def envelope(letter: LetterRow, where: str, links: Links | None = None) -> Envelope:
    """Return what the channel is given for the address *where*: what was stored when the letter was composed.

    Tokens, which are not stored, take the places marked for them; they are the same every time.
    """
    body = json.loads(letter.body or "{}")
    ends = body.get("links", {})

    def filled(text: str) -> str:
        return links.fill(text, ends) if links is not None else text

    return Envelope(
        key=letter.key,
        to_name=body["to"],
        address=where,
        subject=body["subject"],
        text=filled(body["text"]),
        html=filled(body["html"]),
        sent_at=letter.composed_at,
        calendar=b64decode(body["calendar"]) if body["calendar"] else None,
        calendar_name=body.get("calendar_name", ""),
        thread=body["thread"],
        buttons=tuple(Button(text, filled(data), url) for text, data, url in body.get("buttons", ())),
    )
