"""The dispatcher with its order of writes broken on purpose: what each does wrong, the audit has to find."""

from datetime import datetime
from types import ModuleType
from typing import Any

from sqlmodel import Session

from engine.store.models import LetterRow
from notifiers import fates, outbox


def replace(name: str, broken: Any, *modules: ModuleType) -> None:
    """Put *broken* in the place of what *modules* have under that name."""
    for module in modules:
        assert hasattr(module, name)
        setattr(module, name, broken)


def mark_first() -> None:
    """Mark as sent, then send, and take it back when the other side refuses (healthchecks' order)."""
    begin = fates.begin

    def begun(session: Session, claimed: LetterRow, now: datetime) -> int | None:
        number = begin(session, claimed, now)
        letter = session.get(LetterRow, claimed.key)
        if number is not None and letter is not None:
            letter.state, letter.sent_at, letter.next_try_at = "sent", now, None
        return number

    replace("begin", begun, outbox)
    replace("_is_owned", lambda letter, _claimed: letter.state in {"sending", "sent"}, fates)


def mark_after() -> None:
    """Send, then mark, without a lease: a claim is no promise to the others (Alertmanager's order)."""
    begin = fates.begin

    def lease(letter: LetterRow, now: datetime) -> None:
        letter.state, letter.next_try_at = "pending", now

    def begun(session: Session, claimed: LetterRow, now: datetime) -> int | None:
        letter = session.get(LetterRow, claimed.key)
        assert letter is not None
        letter.lease_until = now + fates.LEASE
        return begin(session, claimed, now)

    replace("lease", lease, outbox)
    replace("begin", begun, outbox)
    replace("_is_owned", lambda *_: True, fates)


def lease_dead() -> None:
    """A lease that has run out is a failure, and so is every doubt (GoAlert)."""

    def dead(letter: LetterRow, _at: datetime, why: str) -> None:
        letter.state, letter.next_try_at, letter.lease_until, letter.outcome = "dead", None, None, why

    replace("_doubt", dead, fates)


def never_in_doubt() -> None:
    """Whatever is not surely sent is sent again, however often."""

    def again(letter: LetterRow, at: datetime, why: str) -> None:
        letter.state, letter.next_try_at, letter.lease_until, letter.outcome = "pending", at, None, why

    replace("_doubt", again, fates)


MUTANTS = {one.__name__: one for one in (mark_first, mark_after, lease_dead, never_in_doubt)}
