"""The dispatcher: items of the outbox become letters, letters are sent, what came of it is recorded.

Claim and record are transactions, sending is outside of any. A letter is claimed under a lease; whoever finds the
lease expired sends it once more under the same Message-ID, and after a second doubt it is `uncertain`: shown to a
person, never sent a third time.
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.assignment import WORKING, Action, Case, State, may_speak, next_slot
from engine.digest import KIND as DIGEST
from engine.errors import DeliveryError
from engine.office import Office, address
from engine.people import Directory, Person
from engine.plan import Measure
from engine.store import queries
from engine.store.database import Store
from engine.store.models import ItemRow, LetterRow, OccurrenceRow
from notifiers.envelope import Channel, Envelope, Outcome, OutcomeKind
from notifiers.letters import calendar_of, digest_item, item
from notifiers.render import Item, render, render_telegram
from notifiers.wording import KINDS

_log = logging.getLogger(__name__)

LEASE = timedelta(minutes=6)
"""Twice what all time-outs of one delivery together can take; nothing is begun in its second half."""
GATHER = timedelta(minutes=15)
"""How long a slot's letters wait for what is due up to the slot and not yet claimed."""
BACKOFF = (1, 5, 15, 60, 240)
"""Minutes before the next try after a temporary failure; the last one repeats."""
MOST_ATTEMPTS = 12
CONFIG_WAIT = timedelta(minutes=15)
"""Until a channel that is not usable as configured is asked again; such a try is not counted."""
CLAIM = 40
"""Letters a claim takes: they are rendered inside its transaction."""
_ASKS_FOR_REPORT = frozenset({"opening", "input", "reminder", "due", "overdue", "returned"})
_ROLLS_UP = frozenset({"controller", "head"})
_WHATEVER_THE_DAY = frozenset({"reported", "returned", "stalled"})
"""What is about a report and stays true when the due day moves."""


@dataclass(slots=True)
class Delivered:
    """What one run of the dispatcher did."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    alarms: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Sender:
    """What the dispatcher is given: the store, people, how a channel is opened, how to answer without a link."""

    store: Store
    directory: Directory
    owner: str | None
    open_channel: Callable[[str], Channel]
    how_to_answer: str


def deliver(sender: Sender, clock: Callable[[], datetime]) -> Delivered:
    """Send everything that may be sent; *clock* says when each claim and each answer is.

    Many may run at once: a letter is claimed by one of them.
    """
    result = Delivered()
    channels = _Channels(sender.open_channel)
    try:
        while True:
            with sender.store.writing() as session:
                claimed = _claim(session, sender, clock(), result)
            if not claimed:
                return result
            for letter in claimed:
                outcome = channels.deliver(letter) if _in_time(letter, clock()) else None
                with sender.store.writing() as session:
                    _record(session, letter, outcome, clock(), result)
    finally:
        channels.close()


@dataclass(slots=True)
class _Channels:
    """The channels opened in one run; one that is not usable as configured is asked once, not for every letter."""

    open_channel: Callable[[str], Channel]
    opened: dict[str, Channel] = field(default_factory=dict)
    unusable: dict[str, Outcome] = field(default_factory=dict)

    def deliver(self, letter: LetterRow) -> Outcome:
        name = "apprise" if "://" in letter.channel else letter.channel
        if name not in self.unusable:
            outcome = self._try(name, letter)
            if outcome.kind is not OutcomeKind.CONFIG:
                return outcome
            self.unusable[name] = outcome
        return self.unusable[name]

    def _try(self, name: str, letter: LetterRow) -> Outcome:
        try:
            if name not in self.opened:
                self.opened[name] = self.open_channel(name)
        except DeliveryError as error:
            return Outcome(OutcomeKind.CONFIG, None, str(error))
        try:
            return self.opened[name].deliver(envelope(letter))
        except Exception as error:  # noqa: BLE001 - a fault of one letter must not leave the rest of its claim in doubt
            _log.exception("channel %s failed", name)
            return Outcome(OutcomeKind.AMBIGUOUS, None, f"сбой канала «{name}»: {type(error).__name__}")

    def close(self) -> None:
        for channel in self.opened.values():
            channel.close()


def _in_time(letter: LetterRow, now: datetime) -> bool:
    """Tell whether enough of the lease is left for one delivery with all its time-outs."""
    return letter.lease_until is not None and now < letter.lease_until - LEASE / 2


def _claim(session: Session, sender: Sender, now: datetime, result: Delivered) -> list[LetterRow]:
    _expire(session, now)
    claimed = _again(session, sender, now)
    groups = _waiting(session, now)
    offices = queries.offices(
        session, {one.plan_id for rows in groups.values() for one in rows}, sender.directory, sender.owner
    )
    gathering = _unclaimed_since(session, now)
    for (person_id, channel), rows in list(groups.items()):
        if len(claimed) >= CLAIM:
            break
        office = offices[rows[0].plan_id]
        first, slot = rows[0].at, rows[-1].at
        if gathering is not None and gathering <= slot and now < first + GATHER:
            continue
        if not may_speak(now, office.zone_of(person_id), office.roadmap.plan.escalation, office.calendar):
            continue
        letter = _compose(session, rows, person_id, channel, offices, sender, now, result)
        if letter is not None:
            claimed.append(letter)
    session.flush()
    return claimed


def _expire(session: Session, now: datetime) -> None:
    """Take back letters whose sender is gone: nobody knows whether they went out."""
    gone = select(LetterRow).where(LetterRow.state == "sending", col(LetterRow.lease_until) < now)
    for letter in session.exec(gone.with_for_update(skip_locked=True)):
        _doubt(letter, now, "отправитель прервался, исход неизвестен")


def _doubt(letter: LetterRow, now: datetime, why: str) -> None:
    letter.doubts += 1
    letter.lease_until = None
    letter.outcome = why
    letter.state, letter.next_try_at = ("uncertain", None) if letter.doubts > 1 else ("pending", now)


def _again(session: Session, sender: Sender, now: datetime) -> list[LetterRow]:
    """Claim letters that wait for another try; outside working hours they wait for the next slot."""
    query = (
        select(LetterRow)
        .where(LetterRow.state == "pending", col(LetterRow.next_try_at) <= now)
        .order_by(col(LetterRow.next_try_at), col(LetterRow.key))
        .limit(CLAIM)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for letter in session.exec(query):
        plan_id = session.exec(select(ItemRow.plan_id).where(ItemRow.letter == letter.key)).first()
        office = queries.offices(session, [plan_id or ""], sender.directory, sender.owner)[plan_id or ""]
        zone, policy = office.zone_of(letter.person), office.roadmap.plan.escalation
        if not may_speak(now, zone, policy, office.calendar):
            letter.next_try_at = next_slot(now, zone, policy, office.calendar)
        elif (why := _outdated(session, letter)) is not None:
            letter.state, letter.next_try_at, letter.outcome = "dropped", None, why
        else:
            _lease(letter, now)
            claimed.append(letter)
    return claimed


def _outdated(session: Session, letter: LetterRow) -> str | None:
    """Say why a letter composed before is not worth sending any more; None while one of its items is."""
    rows = list(session.exec(select(ItemRow).where(ItemRow.letter == letter.key)))
    keys = {row.occurrence_key for row in rows}
    occurrences = list(session.exec(select(OccurrenceRow).where(col(OccurrenceRow.key).in_(keys))))
    known = {row.plan_id: dict[str, Measure]() for row in occurrences}  # the words stand in the letter already
    cases = {case.occurrence.key: case for case in queries.cases(session, occurrences, known)}
    whys = [_pointless(row, cases[row.occurrence_key]) if row.occurrence_key else None for row in rows]
    return whys[0] if None not in whys else None


def _lease(letter: LetterRow, now: datetime) -> None:
    letter.state = "sending"
    letter.attempts += 1
    letter.lease_until = now + LEASE
    letter.first_claimed_at = letter.first_claimed_at or now


def _waiting(session: Session, now: datetime) -> dict[tuple[str | None, str], list[ItemRow]]:
    query = (
        select(ItemRow)
        .where(col(ItemRow.letter).is_(None), col(ItemRow.dropped).is_(None), col(ItemRow.at) <= now)
        .order_by(col(ItemRow.at), col(ItemRow.key))
        .with_for_update(skip_locked=True)
    )
    groups: dict[tuple[str | None, str], list[ItemRow]] = defaultdict(list)
    for row in session.exec(query):
        groups[row.person, row.channel].append(row)
    return groups


def _unclaimed_since(session: Session, now: datetime) -> datetime | None:
    query = select(func.min(OccurrenceRow.next_action_at)).where(col(OccurrenceRow.next_action_at) <= now)
    return session.exec(query).one()


def _compose(
    session: Session,
    rows: Sequence[ItemRow],
    person_id: str | None,
    channel: str,
    offices: dict[str, Office],
    sender: Sender,
    now: datetime,
    result: Delivered,
) -> LetterRow | None:
    """Make the letter of one person's items and claim it; items that say nothing any more are dropped."""
    office = offices[rows[0].plan_id]
    today = now.astimezone(office.zone_of(person_id)).date()
    acting = sender.directory.acting(person_id, today) if person_id else None
    cases = _cases(session, rows, offices)
    kept: list[tuple[ItemRow, Item]] = []
    for row in rows:
        why, block = _block(session, row, cases, offices[row.plan_id], acting, today)
        if block is None:
            row.dropped = why
            result.dropped += 1
        else:
            kept.append((row, block))
    if not kept or acting is None:
        return None
    first = kept[0][0]
    letter = LetterRow(
        key=first.key, person=person_id, channel=channel, address=address(acting, channel), state="pending",
        not_before=first.at, next_try_at=now,
    )  # fmt: skip
    letter.body = _body([block for _, block in kept], acting, channel, sender, [one for one, _ in kept], cases, offices)
    session.add(letter)
    session.flush()
    for row, _ in kept:
        row.letter = letter.key
    if letter.address is None:
        letter.state, letter.next_try_at, letter.outcome = (
            "dead",
            None,
            f"у получателя нет адреса для канала «{channel}»",
        )
        result.failed += 1
        return None
    _lease(letter, now)
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
) -> tuple[str, Item | None]:
    if acting is None:
        return "некому отправить: человека нет в справочнике", None
    if row.kind == DIGEST:
        rows = queries.occurrences(session, row.plan_id)
        every = queries.cases(session, rows, {row.plan_id: queries.measures(office.roadmap)})
        return "сказать нечего", digest_item(action_of(row), every, office, today)
    _, case = cases[row.occurrence_key or ""]
    why = _pointless(row, case)
    if why is not None:
        return why, None
    return "", item(action_of(row), case, office, today, history(session, row, office.zone), _reason(session, row))


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
    items: Sequence[Item],
    acting: Person,
    channel: str,
    sender: Sender,
    rows: Sequence[ItemRow],
    cases: dict[str, tuple[OccurrenceRow, Case]],
    offices: dict[str, Office],
) -> str:
    rendered = render(items, acting.name, sender.how_to_answer)
    html = render_telegram(items, sender.how_to_answer) if channel == "telegram" else rendered.html
    about = {row.occurrence_key for row in rows if row.occurrence_key is not None}
    calendar, single = None, None
    if len(about) == 1:
        (single,) = about
        row, case = cases[single]
        calendar = calendar_of(case, offices[row.plan_id], row.changed_at)
    body = {
        "to": acting.name, "subject": rendered.subject, "text": rendered.text, "html": html, "thread": single,
        "calendar": b64encode(calendar).decode() if calendar else None,
    }  # fmt: skip
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


def _record(session: Session, claimed: LetterRow, outcome: Outcome | None, now: datetime, result: Delivered) -> None:
    """Write down what came of a letter; None: it was not begun, as too little of the lease was left.

    Who comes when the lease is over, or after another sender, is heard only if he sent it.
    """
    letter = session.get(LetterRow, claimed.key, with_for_update=True)
    assert letter is not None
    sent = outcome is not None and outcome.kind is OutcomeKind.SENT
    if (letter.state, letter.attempts) != ("sending", claimed.attempts) and (not sent or letter.state == "sent"):
        return
    letter.lease_until = None
    if outcome is None:
        letter.state, letter.next_try_at, letter.attempts = "pending", now, letter.attempts - 1
        return
    letter.outcome = " ".join(part for part in (outcome.code, outcome.text) if part) or outcome.kind.value
    if outcome.kind is OutcomeKind.SENT:
        letter.state, letter.sent_at, letter.next_try_at = "sent", now, None
        letter.message_id = outcome.provider_id
        result.sent += 1
        return
    result.failed += 1
    if outcome.kind is OutcomeKind.AMBIGUOUS:
        _doubt(letter, now + timedelta(minutes=BACKOFF[0]), letter.outcome)
    elif outcome.kind is OutcomeKind.CONFIG:
        letter.state, letter.next_try_at, letter.attempts = "pending", now + CONFIG_WAIT, letter.attempts - 1
        result.alarms.add(outcome.text)
    elif outcome.kind is OutcomeKind.PERM or letter.attempts >= MOST_ATTEMPTS:
        letter.state, letter.next_try_at = "dead", None
    else:
        wait = timedelta(seconds=outcome.retry_after_seconds or 0)
        step = timedelta(minutes=BACKOFF[min(letter.attempts, len(BACKOFF)) - 1])
        letter.state, letter.next_try_at = "pending", now + max(wait, step)
