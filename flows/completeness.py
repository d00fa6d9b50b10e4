"""The daily completeness check over the store: finds what no pass would see, marks it for the next, says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, case, col, select, update

from engine.assignment import Case
from engine.completeness import LONGEST_WAIT, has_recent_rung, is_forgotten, waits_too_long
from engine.digest import first_digest
from engine.journal import ENGINE
from engine.monthly import next_report
from engine.office import Office
from engine.people import Directory
from engine.store import passing, queries
from engine.store.database import Store
from engine.store.models import ItemRow, LetterRow, OccurrenceRow, PauseRow, PlanRow

DEED = "completeness"
SHOWN = 5
"""How many terms the journal names."""


@dataclass(slots=True)
class Checked:
    """What a check found.

    Attributes:
        terms: Keys of the occurrences of which something was left unsaid, or would have been.
        plans: Ids of the plans whose digest or report no pass would have seen.
        waiting: How many messages wait longer than they may.
    """

    terms: list[str] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    waiting: int = 0

    @property
    def alarms(self) -> list[str]:
        """Say what was found and what to do about it."""
        found = []
        if self.terms or self.plans:
            found.append(
                f"проверка полноты: пропущено сроков {len(self.terms)}, сводок и отчётов {len(self.plans)}; "
                "они взяты в работу снова, ничего делать не нужно, но сообщите разработчику"
            )
        if self.waiting:
            found.append(
                f"проверка полноты: ждут отправки больше суток: {self.waiting}; кому и почему, покажет srok outbox"
            )
        return found


def check(store: Store, directory: Directory, owner: str | None, now: datetime, broken: Collection[str]) -> Checked:
    """Look at every open term of the last seven days from the facts alone, after a pass at *now*.

    Nothing is locked while it reads. What it finds is marked to be looked at now; *broken* plans are left alone.
    """
    found = Checked()
    with store.reading() as session:
        for row, office in _offices(session, directory, owner):
            if row.id not in broken:
                found.terms += _forgotten(session, row, office, now)
                if _is_plan_forgotten(row, office, now):
                    found.plans.append(row.id)
    if found.terms or found.plans:
        with store.writing() as session:
            _heal(session, found, now)
    return found


def record(session: Session, found: Checked, directory: Directory, owner: str | None, now: datetime) -> None:
    """Count what still waits after the letters of the pass went out, and journal what was found, if anything."""
    found.waiting = _waiting(session, {row.id: office for row, office in _offices(session, directory, owner)}, now)
    if found.alarms:
        queries.journal(
            session, now, who=ENGINE, account="", deed=DEED, plan_id=None, subject=ENGINE, terms=len(found.terms),
            named=found.terms[:SHOWN], plans=found.plans, waiting=found.waiting,
        )  # fmt: skip


def _offices(session: Session, directory: Directory, owner: str | None) -> Iterator[tuple[PlanRow, Office]]:
    """Yield the plans with their offices, without those that do not read any more: passes have named them."""
    for row in queries.plans(session):
        try:
            office = queries.office(row, directory, owner)
        except ValueError:
            continue
        yield row, office


def _forgotten(session: Session, row: PlanRow, office: Office, now: datetime) -> Iterator[str]:
    known = {row.id: queries.measures(office.roadmap)}
    with_checkpoints = {one.id for one in known[row.id].values() if one.checkpoints}
    stand = passing.open_terms(session, row.id)
    by_themselves = passing.with_days_of_their_own(session, [one.key for one, _ in stand])
    candidates = {
        one.key: (one, at)
        for one, at in stand
        if one.key in by_themselves or one.measure in with_checkpoints or has_recent_rung(one, office, now)
    }
    keys = list(candidates)
    for start in range(0, len(keys), queries.BATCH):
        part = keys[start : start + queries.BATCH]
        sent = queries.sent_keys(session, part)
        cases: Sequence[Case] = passing.due_cases(session, [candidates[key][0] for key in part], known)
        for one in cases:
            key = one.occurrence.key
            if is_forgotten(one, office, sent[key], candidates[key][1], now):
                yield key


def _is_plan_forgotten(row: PlanRow, office: Office, now: datetime) -> bool:
    """Tell whether a digest or a report of the plan would come too late, or never."""
    marks = ((row.next_digest_at, first_digest(office, now)), (row.next_report_at, next_report(now, office)))
    return any(mark is None or mark > expected for mark, expected in marks)


def _waiting(session: Session, offices: dict[str, Office], now: datetime) -> int:
    paused = set(session.exec(select(PauseRow.channel).where(PauseRow.until > now)))
    old = now - LONGEST_WAIT
    items = session.exec(
        select(ItemRow.plan_id, ItemRow.person, ItemRow.channel, _since()).where(
            col(ItemRow.letter).is_(None), col(ItemRow.dropped).is_(None), col(ItemRow.at) < old
        )
    )
    letters = session.exec(
        select(ItemRow.plan_id, LetterRow.person, LetterRow.channel, _since())
        .join(ItemRow, col(ItemRow.key) == col(LetterRow.key))
        .where(col(LetterRow.state).in_(["pending", "sending"]), col(LetterRow.not_before) < old)
    )
    return sum(
        plan in offices and channel not in paused and waits_too_long(since, person, offices[plan], now)
        for plan, person, channel, since in (*items, *letters)
    )


def _since() -> Any:
    """Since when an item might have gone out: its instant, or when a pass that came later wrote it."""
    at, written = col(ItemRow.at), col(ItemRow.created_at)
    return case((at > written, at), else_=written)


def _heal(session: Session, found: Checked, now: datetime) -> None:
    for start in range(0, len(found.terms), queries.BATCH):
        part = col(OccurrenceRow.key).in_(found.terms[start : start + queries.BATCH])
        session.exec(update(OccurrenceRow).where(part).values(next_action_at=now))
    if found.plans:
        marks = {"next_digest_at": now, "next_report_at": now}
        session.exec(update(PlanRow).where(col(PlanRow.id).in_(found.plans)).values(**marks))
