"""One plan and its post office over a real database: what the tests of the outbox stand on."""

import email
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from engine.calendar import WorkCalendar
from engine.errors import DeliveryError
from engine.office import Office
from engine.people import Directory
from engine.people_file import read_people
from engine.plan_file import read_plan
from engine.store.database import Store
from engine.store.deeds import Act, Target, perform
from engine.store.models import AttemptRow, ItemRow, LetterRow, PlanRow
from engine.store.sync import sync_plan
from engine.transition import Deed
from flows.passes import track
from notifiers.fates import Delivered
from notifiers.mail import MailChannel
from notifiers.outbox import deliver
from notifiers.sending import Sender

PLANS = Path(__file__).parents[2] / "plans"
EXECUTOR, CONTROLLER = "p-eskizov", "p-maketov"
CUT = None  # in a script of the server: it closes the connection


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


MAY = at(2021, 5, 31, 4)  # Monday, 09:00 in Лысьва: nothing but the opening is due
DUE_WEEK = at(2021, 6, 16, 4)  # Wednesday: 5 days before «До 21 июня 2021»
MINUTE = timedelta(minutes=1)


class Dead(BaseException):
    """The process is killed here."""


@cache
def directory_of(people: str) -> Directory:
    return read_people(people, "people.yaml")[0]


@dataclass
class Post:
    """One plan of lysva-2021 in a database, and its post office; the clock stands where a test puts it."""

    store: Store
    url: str
    people: str
    plan: str
    offices: dict[str, Office] = field(default_factory=dict)
    opened: int = 0

    @property
    def directory(self) -> Directory:
        return directory_of(self.people)

    def sync(self, now: datetime, *measures: str, name: str = "lysva-2021", edit: Callable[[str], str] = str) -> None:
        head, *blocks = re.split(r"(?m)^(?=  - id: \"?\d)", (PLANS / f"{name}.yaml").read_text(encoding="utf-8"))
        text = head + "".join(one for one in blocks if re.match(r"  - id: \"?([\d.]+)", one)[1] in measures)  # type: ignore[index]
        roadmap, problems = read_plan(edit(text), name, self.directory)
        assert roadmap is not None, problems
        self.plan = roadmap.plan.id
        office = self.offices[self.plan] = Office(roadmap, self.directory, WorkCalendar(roadmap.rules), None)
        with self.store.writing() as session:
            sync_plan(session, office, name, now, "", "test")
            for row in session.exec(select(PlanRow)):
                row.next_digest_at = None  # tests/flows/test_passes.py has the digests

    def do(self, deed: Deed, measure: str, now: datetime, **given: Any) -> None:
        with self.store.writing() as session:
            given.setdefault("text", "сделано")
            perform(session, self.offices[self.plan], Target(measure), Act(deed, None, None, "test", **given), now)

    def open_channel(self, name: str) -> Any:
        self.opened += 1
        if name != "mail":
            raise DeliveryError(f"нет канала «{name}»")
        return MailChannel.from_url(self.url)

    def sender(self, open_channel: Callable[[str], Any] | None = None) -> Sender:
        return Sender(self.store, self.directory, None, open_channel or self.open_channel, "ответьте на это письмо")

    def deliver(self, now: datetime) -> Delivered:
        return deliver(self.sender(), lambda: now)

    def tick(self, now: datetime) -> Delivered:
        track(self.store, self.directory, None, now)
        return self.deliver(now)

    def killed(self, now: datetime) -> None:
        """Track, claim, begin the first letter, and be killed."""
        track(self.store, self.directory, None, now)

        def kill(_name: str) -> Any:
            raise Dead

        with pytest.raises(Dead):
            deliver(self.sender(kill), lambda: now)

    def rows(self, model: type[SQLModel]) -> list[Any]:
        with self.store.reading() as session:
            return list(session.exec(select(model)))

    def letters(self) -> list[LetterRow]:
        return sorted(self.rows(LetterRow), key=lambda one: one.key)

    def letter(self) -> LetterRow:
        (one,) = self.rows(LetterRow)
        return one

    def attempts(self) -> list[tuple[int, str | None, str | None]]:
        rows = sorted(self.rows(AttemptRow), key=lambda one: (one.letter, one.n))
        return [(one.n, one.outcome, one.code) for one in rows]

    def dropped(self) -> list[tuple[str, str]]:
        return [(one.rung, one.dropped) for one in self.rows(ItemRow) if one.dropped]


def read(content: bytes) -> Any:
    return email.message_from_bytes(content, policy=policy.default)


def ids(smtp: Any) -> list[str]:
    return [read(one)["Message-ID"] for one in smtp.letters]
