"""Passes over the store: read, decide, record. Deciding is the engine's, sending is the notifiers'.

Plain functions: a flow, `srok tick` and the demo call the same ones, and many may run side by side.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, select

from engine.assignment import Action, State
from engine.clock import utc_now
from engine.digest import KIND as DIGEST
from engine.digest import digest_actions, next_digest
from engine.errors import StoreError
from engine.escalation import due_actions
from engine.journal import ENGINE
from engine.monthly import KIND as REPORT
from engine.monthly import report_actions
from engine.occurrence import Occurrence
from engine.people import Directory
from engine.settings import Settings
from engine.store import passing, queries
from engine.store.accounts import with_accounts
from engine.store.database import Store
from engine.store.installation import load_people, open_store, signing_key
from engine.store.models import AssignmentRow, ItemRow, LetterRow, PassRow, PlanRow
from flows.completeness import Checked, check, record
from notifiers.channels import open_channel
from notifiers.composing import BY_REPLY
from notifiers.held_back import UNREADABLE, hold_back, restored_at
from notifiers.links import Links
from notifiers.outbox import deliver
from notifiers.sending import Sender
from notifiers.tokens import Signer

_log = logging.getLogger(__name__)
PASSES_KEPT = timedelta(days=30)
LAST_PASSES = 500
"""How many are kept however old: a clock far ahead makes all before it old at once."""
DIGESTS_KNOWN = timedelta(days=14)
"""How far back digests may be of this week."""
REPORTS_KNOWN = timedelta(days=70)
"""How far back a report may be of the last period."""


@dataclass(frozen=True, slots=True)
class PassResult:
    """What a pass did: terms looked at, messages queued, letters sent or failed, items that wait for their hour."""

    due: int
    queued: int
    sent: int
    waiting: int
    failed: int
    alarms: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say in Russian what came of it."""
        why = " (почему, покажет srok outbox)" if self.failed else ""
        return (
            f"Поставлено: {self.queued}, писем отправлено: {self.sent}, не отправлено: {self.failed}{why}, "
            f"ждут: {self.waiting}"
        )


def run_pass(settings: Settings, now: datetime | None = None) -> PassResult:
    """Do everything that is due in every plan: track, then deliver.

    Safe to run twice, side by side and after an outage. With *now* given the clock is not read: a day is replayed.
    """
    directory = load_people(settings)
    with open_store(settings) as store:
        return pass_over(store, directory, settings, now)


def pass_over(store: Store, directory: Directory, settings: Settings, now: datetime | None = None) -> PassResult:
    """The pass itself, over an open store; see `run_pass`."""
    started = now or utc_now()

    def clock() -> datetime:
        return now or utc_now()

    with store.writing() as session:
        directory = with_accounts(session, directory)
        _make_good_a_clock_that_was_ahead(session, started)
        checked_on = _look_again_after_people_changed(session, directory, started)
    sender = Sender(
        store, directory, settings.owner, lambda name: open_channel(name, settings), where_to_answer(settings),
        links=links_of(settings),
    )  # fmt: skip
    _hold_back_after_a_restore(sender, ZoneInfo(settings.zone), started)
    tracked = track(store, directory, settings.owner, started)
    found, is_first_today = Checked(), checked_on != started.date()
    if is_first_today:
        found = check(store, directory, settings.owner, started, tracked.broken)
        again = track(store, directory, settings.owner, started) if found.terms or found.plans else Tracked()
        tracked.queued += again.queued
    done = deliver(sender, clock)
    with store.writing() as session:
        row = PassRow(
            started_at=started,
            finished_at=clock(),
            queued=tracked.queued,
            sent=done.sent,
            failed=done.failed,
            people=directory.fingerprint,
            checked_on=started.date(),
        )
        session.add(row)
        if is_first_today:
            record(session, found, directory, settings.owner, started)
        _forget_old_passes(session, started)
        waiting = _waiting(session)
    return PassResult(
        tracked.due,
        tracked.queued,
        done.sent,
        waiting,
        done.failed,
        (*sorted(done.alarms), *tracked.broken.values(), *found.alarms),
    )


def _make_good_a_clock_that_was_ahead(session: Session, now: datetime) -> None:
    if passing.clock_was_ahead(session, now):
        n = passing.take_back_said_ahead(session, now)
        _log.warning("часы шли вперёд: о сроках (%s), сказанных раньше времени, будет сказано снова в своё время", n)
        queries.journal(session, now, who=ENGINE, account="", deed="clock-ahead", plan_id=None, subject=ENGINE, terms=n)


def _hold_back_after_a_restore(sender: Sender, zone: ZoneInfo, now: datetime) -> None:
    """Put what was due up to a restore into the outbox, and send none of it: it may have been sent before.

    Raises:
        StoreError: A plan cannot be looked at: what it was to say would go out once it can, so nothing goes out before.
    """
    with sender.store.writing() as session:
        restored = restored_at(session)
    if restored is not None:
        tracked = track(sender.store, sender.directory, sender.owner, min(restored, now))
        if tracked.broken:
            raise StoreError(UNREADABLE)
        with sender.store.writing() as session:
            n = hold_back(session, sender, zone, now)
        _log.warning("база восстановлена из копии: писем, которые могли быть отправлены, не отправлено %s", n)


def _look_again_after_people_changed(session: Session, directory: Directory, now: datetime) -> date | None:
    """Look at all open occurrences anew when silences, substitutes or channels are others than a pass ago.

    What was put off for somebody is put off to an instant that may not hold any more. Returns the day of the last
    completeness check.
    """
    known, checked_on = passing.last_people(session)
    if known and known != directory.fingerprint:
        passing.look_at_all(session, now)
    return checked_on


def where_to_answer(settings: Settings) -> str:
    """Say where an answer goes when there is no link; the letter adds what to write."""
    return f"{BY_REPLY}сообщите {settings.coordinator or 'координатору плана'}"


def links_of(settings: Settings) -> Links | None:
    """Return how links are made; None where there is neither a page nor a messenger to answer by."""
    if settings.public_url is None and settings.telegram_token is None:
        return None
    return Links(Signer(signing_key(settings)), settings.public_url)


@dataclass(slots=True)
class Tracked:
    """What tracking did: terms that were due, messages that are new, why a plan could not be tracked, by its id."""

    due: int = 0
    queued: int = 0
    broken: dict[str, str] = field(default_factory=dict)


def track(store: Store, directory: Directory, owner: str | None, now: datetime) -> Tracked:
    """Put every message due at *now* into the outbox.

    The claim, the rows and the next instant of a batch are one transaction. A plan that fails stops no other: it is
    left as it was and named in the result.
    """
    done = Tracked()
    while True:
        with store.writing() as session:
            due = passing.due(session, now, without=done.broken)
            if not due:
                break
            done.due += len(due)
            rows = [(one.plan, one) for one in due]
            work = partial(_track_batch, session, directory=directory, owner=owner, now=now)
            done.queued += _plan_by_plan(session, rows, work, done)
    with store.writing() as session:
        for found, work_of in ((passing.digests_due, _digests), (passing.reports_due, _reports)):
            plans = [(row.id, row) for row in found(session, now)]
            work = partial(work_of, session, directory=directory, owner=owner, now=now)
            done.queued += _plan_by_plan(session, plans, work, done)
    return done


_Row = TypeVar("_Row")


def _plan_by_plan(
    session: Session, rows: Sequence[tuple[str, _Row]], work: Callable[[Sequence[_Row]], int], done: Tracked
) -> int:
    """Do *work* on all *rows* at once; where that fails, for each plan by itself, so that the failure stays there.

    The database's own trouble is no plan's: it is raised.
    """
    try:
        with session.begin_nested():
            return work([row for _, row in rows])
    except DBAPIError:
        raise
    except Exception:  # noqa: BLE001 - met again below, in the plan it belongs to
        session.expire_all()
    queued = 0
    for plan_id in dict.fromkeys(plan_id for plan_id, _ in rows):
        try:
            with session.begin_nested():
                queued += work([row for of, row in rows if of == plan_id])
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 - one plan must not silence the others
            _log.exception("план %s не обработан", plan_id)
            done.broken[plan_id] = f"план «{plan_id}» не обработан: {type(error).__name__}; проверьте его: srok sync"
            session.expire_all()
    return queued


def _track_batch(
    session: Session, due: Sequence[Occurrence], *, directory: Directory, owner: str | None, now: datetime
) -> int:
    offices = queries.offices(session, {one.plan for one in due}, directory, owner)
    known = {one: queries.measures(office.roadmap) for one, office in offices.items()}
    sent = queries.sent_keys(session, [one.key for one in due])
    actions: list[Action] = []
    upcoming: dict[str, datetime | None] = {}
    begun: list[str] = []
    for case in passing.due_cases(session, due, known):
        key = case.occurrence.key
        fresh, upcoming[key] = due_actions(case, offices[case.occurrence.plan], sent[key], now)
        actions += fresh
        told = {one.assignment for one in fresh}
        begun += [one.key for one in case.assignments if one.key in told and one.state is State.SCHEDULED]
    passing.look_again_at(session, upcoming)
    _mark_sent(session, begun, now)
    return queries.enqueue(session, actions, now)


def _mark_sent(session: Session, keys: Sequence[str], now: datetime) -> None:
    """The first message about a scheduled assignment makes it «поручено»."""
    for start in range(0, len(keys), queries.BATCH):
        part = col(AssignmentRow.key).in_(keys[start : start + queries.BATCH])
        waiting = col(AssignmentRow.state) == State.SCHEDULED.value
        session.execute(update(AssignmentRow).where(part, waiting).values(state=State.SENT.value, changed_at=now))


def _digests(session: Session, plans: Sequence[PlanRow], directory: Directory, owner: str | None, now: datetime) -> int:
    queued = 0
    for row in plans:
        office = queries.office(row, directory, owner)
        sent = passing.keys_of_kind(session, row.id, DIGEST, now - DIGESTS_KNOWN)
        actions, upcoming = digest_actions(office, queries.cases_of(session, office), sent, now)
        row.next_digest_at = upcoming or next_digest(now, None, office)  # nobody to tell now may change
        queued += queries.enqueue(session, actions, now)
    return queued


def _reports(session: Session, plans: Sequence[PlanRow], directory: Directory, owner: str | None, now: datetime) -> int:
    queued = 0
    for row in plans:
        office = queries.office(row, directory, owner)
        sent = passing.keys_of_kind(session, row.id, REPORT, now - REPORTS_KNOWN)
        cases = queries.cases_of(session, office)
        actions, row.next_report_at = report_actions(office, cases, sent, now, row.first_synced_on)
        queued += queries.enqueue(session, actions, now)
    return queued


def _forget_old_passes(session: Session, now: datetime) -> None:
    newest = session.exec(select(func.max(PassRow.id))).one() or 0
    old = col(PassRow.started_at) < now - PASSES_KEPT
    session.execute(delete(PassRow).where(old, col(PassRow.id) < newest - LAST_PASSES))


def _waiting(session: Session) -> int:
    """Count the items that wait for their hour, or whose letter waits to be tried again."""
    query = select(func.count()).select_from(ItemRow)
    in_letters = query.join(LetterRow, col(LetterRow.key) == col(ItemRow.letter))
    alone = session.exec(query.where(col(ItemRow.letter).is_(None), col(ItemRow.dropped).is_(None))).one()
    return alone + session.exec(in_letters.where(col(LetterRow.state) == "pending")).one()
