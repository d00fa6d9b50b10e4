"""Tables. Days are local calendar days of the municipality; instants are aware UTC.

Nothing is deleted: what a plan strikes becomes cancelled, because calendars, letters and the journal still name it.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from secrets import randbits
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, Text, TypeDecorator, text
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

from engine.assignment import Assignment, Outcome, State
from engine.calendar import Kind
from engine.journal import Entry, Facts
from engine.occurrence import Occurrence


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant: UTC on the way in, aware UTC on the way out, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse naive values, keep UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive instant never enters the store")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the zone back that SQLite does not keep; PostgreSQL answers in its session's own."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def instant(*, nullable: bool = True, index: bool = False) -> Any:
    """A column of aware UTC instants."""
    return Field(default=None, sa_type=UtcInstant, nullable=nullable, index=index)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of only the rows that count.

    Migrations write the condition for PostgreSQL too: said here it would load that dialect, 19 ms of every command.
    """
    return Index(name, *columns, unique=unique, sqlite_where=text(where), info={"where": where})


def _hash(description: str) -> Any:
    """A column of SHA-256 in hexadecimal digits."""
    return Field(default="", max_length=64, sa_column_kwargs={"server_default": ""}, description=description)


class PlanRow(SQLModel, table=True):
    """A plan as last synced; ``roadmap`` is its JSON, the decisions that passes work by."""

    __tablename__ = "plan"

    id: str = Field(primary_key=True, max_length=80)
    title: str
    timezone: str
    file: str
    roadmap: str = Field(sa_type=Text)
    first_synced_on: date
    synced_at: datetime = instant(nullable=False)
    next_digest_at: datetime | None = instant(index=True)
    next_report_at: datetime | None = instant(index=True)


class EventRow(SQLModel, table=True):
    """Dates of an event, or of a measure that follows a schedule, entered by a person: they win over the file."""

    __tablename__ = "event"

    plan_id: str = Field(primary_key=True, foreign_key="plan.id")
    id: str = Field(primary_key=True, max_length=120)
    start: date | None = None
    end: date | None = None
    status: str
    basis: str | None = None
    changed_at: datetime = instant(nullable=False)


OCCURRENCE = (
    "key", "plan_id", "measure_id", "n", "kind", "first", "last", "nominal_due_on", "due_on", "original_due_on",
    "awaiting", "event", "revision", "ambiguous", "cancelled", "to_reconcile", "moved_at",
)  # fmt: skip
"""Columns of an occurrence that its domain object is made of, in the order of its fields."""


def occurrence_of(values: Sequence[Any]) -> Occurrence:
    """Return the domain object of the values of the columns `OCCURRENCE`."""
    key, plan, measure, n, kind, *others = values
    return Occurrence(key, plan, measure, n, Kind(kind), *others)


class OccurrenceRow(SQLModel, table=True):
    """One measure in one window. ``next_action_at`` is when a pass has to look at it again; None is never."""

    __tablename__ = "occurrence"

    key: str = Field(primary_key=True, max_length=240)
    plan_id: str = Field(foreign_key="plan.id")
    measure_id: str
    n: int
    kind: str
    first: date | None = None
    last: date | None = None
    nominal_due_on: date | None = None
    due_on: date | None = None
    original_due_on: date | None = None
    awaiting: str | None = None
    event: str | None = None
    revision: int = 0
    ambiguous: bool = False
    cancelled: bool = False
    to_reconcile: bool = False
    moved_at: datetime | None = instant()
    changed_at: datetime = instant(nullable=False)
    next_action_at: datetime | None = instant()
    edition: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"},
        description="changes of words, people and states: what calendars show beside the days, which revision counts",
    )  # fmt: skip
    settled_at: datetime | None = instant()

    __table_args__ = (
        _partial("ix_occurrence_due", "next_action_at", where="next_action_at IS NOT NULL"),
        Index("ix_occurrence_measure", "plan_id", "measure_id"),
    )

    def to_occurrence(self) -> Occurrence:
        """Return the domain object."""
        return occurrence_of([getattr(self, name) for name in OCCURRENCE])

    def take(self, one: Occurrence, now: datetime) -> None:
        """Take over everything that may change."""
        self.kind = one.kind.value
        for name in (
            "first", "last", "nominal_due_on", "due_on", "original_due_on", "awaiting", "event", "revision",
            "ambiguous", "cancelled", "to_reconcile", "moved_at",
        ):  # fmt: skip
            setattr(self, name, getattr(one, name))
        self.changed_at = now

    def restate(self, now: datetime, *, settled: bool = True) -> None:
        """Say that calendars show it otherwise from *now* on; *settled*: other days, people or states, not words."""
        self.edition += 1
        self.changed_at = now
        if settled:
            self.settled_at = now

    @classmethod
    def of(cls, one: Occurrence, now: datetime) -> "OccurrenceRow":
        """Return a new row."""
        row = cls(key=one.key, plan_id=one.plan, measure_id=one.measure, n=one.n, kind=one.kind.value, changed_at=now)
        row.take(one, now)
        row.settled_at = now
        return row


ASSIGNMENT = (
    "key", "occurrence_key", "reference", "title", "person", "school", "lead", "blocking", "state", "outcome",
    "reported_on", "reports", "extended_to", "extensions", "asked_until", "told_at", "interim_on", "ended_by",
    "reported_by", "resumes",
)  # fmt: skip
"""Columns of an assignment that its domain object is made of, in the order of its fields."""


def assignment_of(values: Sequence[Any]) -> Assignment:
    """Return the domain object of the values of the columns `ASSIGNMENT`."""
    given = dict(zip(ASSIGNMENT, values, strict=True))
    given["state"] = State(given["state"])
    for name, shape in (("outcome", Outcome), ("resumes", State)):
        given[name] = shape(given[name]) if given[name] else None
    return Assignment(*given.values())


class AssignmentRow(SQLModel, table=True):
    """One who answers for one occurrence."""

    __tablename__ = "assignment"

    key: str = Field(primary_key=True, max_length=480)
    occurrence_key: str = Field(foreign_key="occurrence.key", index=True)
    reference: str
    title: str
    person: str | None = None
    school: str | None = None
    lead: bool
    blocking: bool
    state: str
    outcome: str | None = None
    reported_on: date | None = None
    reports: int = 0
    extended_to: date | None = None
    extensions: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    asked_until: date | None = None
    told_at: datetime | None = instant()
    interim_on: date | None = None
    ended_by: str | None = None
    reported_by: str | None = None
    resumes: str | None = Field(default=None, description="state before a sync let it go")
    changed_at: datetime = instant(nullable=False)

    def to_assignment(self) -> Assignment:
        """Return the domain object."""
        return assignment_of([getattr(self, name) for name in ASSIGNMENT])

    def take(self, one: Assignment, now: datetime) -> None:
        """Take over everything that may change."""
        for name in (
            "title", "person", "school", "lead", "blocking", "reported_on", "reports", "extended_to", "extensions",
            "asked_until", "told_at", "interim_on", "ended_by", "reported_by",
        ):  # fmt: skip
            setattr(self, name, getattr(one, name))
        self.state = one.state.value
        self.resumes = one.resumes.value if one.resumes else None
        self.outcome = one.outcome.value if one.outcome else None
        self.changed_at = now

    @classmethod
    def of(cls, one: Assignment, now: datetime) -> "AssignmentRow":
        """Return a new row."""
        row = cls(
            key=one.key, occurrence_key=one.occurrence, reference=one.reference, title=one.title, lead=one.lead,
            blocking=one.blocking, state=one.state.value, changed_at=now,
        )  # fmt: skip
        row.take(one, now)
        return row


class JournalRow(SQLModel, table=True):
    """Who did what when; append-only. What people decide is a hash chain (`engine.journal`)."""

    __tablename__ = "journal"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant(nullable=False)
    who: str = Field(description="person id, or «srok» for the engine")
    account: str = Field(description="system user who ran the command")
    deed: str
    plan_id: str | None = None
    subject: str = Field(index=True, description="key of the occurrence, assignment or event")
    facts: str = Field(default="{}", sa_type=Text, description="JSON object")
    previous: str = _hash("hash of the decision before; empty in the engine's own rows")
    hash: str = _hash("of this decision; empty in the engine's own rows")

    __table_args__ = (_partial("ix_journal_previous", "previous", where="previous <> ''", unique=True),)

    def to_facts(self) -> Facts:
        """Return what the row says."""
        return Facts(self.at, self.who, self.account, self.deed, self.plan_id, self.subject, self.facts)

    def to_entry(self) -> Entry:
        """Return the row with its place in the chain."""
        return Entry(self.id or 0, self.to_facts(), self.previous, self.hash)

    def read(self) -> dict[str, Any]:
        """Return the facts."""
        return dict(json.loads(self.facts))


class LetterRow(SQLModel, table=True):
    """One message to one person: what is sent, retried and known of its fate (DESIGN.md 8).

    ``state``: pending, sending, sent, dead, uncertain, dropped (it became pointless before a repeat). ``body`` is
    rendered at ``composed_at``, so that a repeat sends the same bytes under the same Message-ID; what surely did not
    arrive is rendered again on a later day. ``begun_at`` is when its sender began to send what it had claimed: a
    claim that was never begun leaves no doubt. ``address`` never holds a secret.
    """

    __tablename__ = "letter"

    key: str = Field(primary_key=True, max_length=600)
    person: str | None = None
    channel: str
    address: str | None = None
    state: str
    not_before: datetime = instant(nullable=False)
    next_try_at: datetime | None = instant()
    lease_until: datetime | None = instant()
    attempts: int = 0
    doubts: int = 0
    outcome: str | None = None
    message_id: str | None = None
    sent_at: datetime | None = instant()
    composed_at: datetime = instant(nullable=False)
    begun_at: datetime | None = instant()
    body: str | None = Field(default=None, sa_type=Text)

    __table_args__ = (
        Index("ix_letter_open", "state", "next_try_at"),
        _partial("ix_letter_sent", "sent_at", where="sent_at IS NOT NULL"),
    )


class ItemRow(SQLModel, table=True):
    """One action in the outbox: a block of a letter. Its key is unique for ever; ``letter`` is set when it is composed.

    ``dropped`` says why it will not be sent (the report came first, nobody to send to).
    """

    __tablename__ = "item"

    key: str = Field(primary_key=True, max_length=600)
    at: datetime = instant(nullable=False)
    kind: str
    rung: str
    revision: int = 0
    plan_id: str
    measure_id: str | None = None
    occurrence_key: str | None = Field(default=None, index=True)
    assignment_key: str | None = None
    person: str | None = None
    channel: str
    letter: str | None = Field(default=None, foreign_key="letter.key")
    dropped: str | None = None
    instead_of: str | None = Field(default=None, description="key of the item that another channel could not deliver")
    created_at: datetime = instant(nullable=False)

    # A full index of letters would be taken for the waiting ones too, and read every item ever dropped.
    __table_args__ = (
        _partial("ix_item_waiting", "at", where="letter IS NULL AND dropped IS NULL"),
        _partial("ix_item_letter", "letter", where="letter IS NOT NULL"),
        _partial("ix_item_instead", "instead_of", where="instead_of IS NOT NULL"),
        _partial("ix_item_digest", "plan_id", "at", where="kind = 'digest'"),
        _partial("ix_item_report", "plan_id", "at", where="kind = 'report'"),
    )


class AttemptRow(SQLModel, table=True):
    """One try to send a letter, written when it begins; what came of it is written once, and never again.

    ``outcome`` is a value of `notifiers.envelope.OutcomeKind`; None where whoever tried did not come back to say.
    """

    __tablename__ = "attempt"

    id: int | None = Field(default=None, primary_key=True)
    letter: str = Field(foreign_key="letter.key", index=True, max_length=600)
    n: int
    began_at: datetime = instant(nullable=False)
    ended_at: datetime | None = instant()
    outcome: str | None = None
    code: str | None = None
    text: str | None = None


class PauseRow(SQLModel, table=True):
    """A channel that is not spoken on until an instant: the other side asked for it, or our settings are wrong."""

    __tablename__ = "pause"

    channel: str = Field(primary_key=True, description="name of a channel, that of an Apprise service by its digits")
    until: datetime = instant(nullable=False)
    why: str
    ours: bool = Field(description="a fault of our settings, to be mended by a person")
    since: datetime = instant(nullable=False)


class AccountRow(SQLModel, table=True):
    """Where a messenger reaches a person, as the messenger itself has told: by a one-time code or a moved chat."""

    __tablename__ = "account"

    person: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    address: str
    linked_at: datetime = instant(nullable=False)


class LinkCodeRow(SQLModel, table=True):
    """A one-time code that links a messenger to a person; only its SHA-256 is kept."""

    __tablename__ = "link_code"

    digest: str = Field(primary_key=True, max_length=64)
    person: str
    channel: str
    expires_at: datetime = instant(nullable=False)
    used_at: datetime | None = instant()


class PollRow(SQLModel, table=True):
    """Up to which update a messenger's news were taken in."""

    __tablename__ = "poll"

    channel: str = Field(primary_key=True)
    next_update: int


class ActionLinkRow(SQLModel, table=True):
    """What a link or a button in a message is about: the item, and the person it was sent to, who acts by it.

    ``id`` is drawn by lot: one counted up would be given again after a restored copy, and a letter of before would then
    act on what is another's.
    """

    __tablename__ = "action_link"

    id: int = Field(
        default_factory=partial(randbits, 63), sa_type=BigInteger, primary_key=True,
        sa_column_kwargs={"autoincrement": False},
    )  # fmt: skip
    item: str = Field(foreign_key="item.key", unique=True, max_length=600)
    person: str
    made_at: datetime = instant(nullable=False)
    expires_at: datetime = instant(nullable=False)


class FeedRow(SQLModel, table=True):
    """A capability to look: a calendar subscription, or a board. Of its token only the SHA-256 is kept.

    Attributes:
        id: What people call it by; it opens nothing.
        scope: A value of `engine.feed.Scope`.
        of: Id of the person, role, school or plan.
        style: A value of `engine.ics.Style`.
        alarms: JSON list of days before the due day; empty for none.
        used_on: Day (UTC) on which it was last looked at.
    """

    __tablename__ = "feed"

    id: str = Field(primary_key=True, max_length=16)
    digest: str = Field(unique=True, max_length=64)
    scope: str
    of: str | None = None
    name: str
    style: str
    alarms: str = ""
    made_at: datetime = instant(nullable=False)
    used_on: date | None = None
    revoked_at: datetime | None = instant()

    def days_before(self) -> tuple[int, ...]:
        """Return how many days before the due day it rings."""
        return tuple(json.loads(self.alarms)) if self.alarms else ()


class PassRow(SQLModel, table=True):
    """One pass of the engine: the heartbeat that `status` and `doctor` show."""

    __tablename__ = "pass"

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = instant(nullable=False)
    finished_at: datetime | None = instant()
    queued: int = 0
    sent: int = 0
    failed: int = 0
    people: str = _hash("fingerprint of the directory it worked by")
    checked_on: date | None = Field(default=None, description="day (UTC) of the last completeness check by then")
