"""The dispatcher with its order of writes broken on purpose: what each does wrong, the audit has to find."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from engine.store.models import LetterRow
from notifiers import outbox


def replace(name: str, broken: Any) -> None:
    """Put *broken* in the place of what the dispatcher has under that name."""
    assert hasattr(outbox, name)
    setattr(outbox, name, broken)


def mark_first() -> None:
    """Mark as sent, then send, and take it back when the other side refuses (healthchecks' order)."""
    begin = outbox._begin

    def begun(session: Session, claimed: LetterRow, now: datetime, *given: Any) -> Any:
        done = begin(session, claimed, now, *given)
        letter = session.get(LetterRow, claimed.key)
        if done and letter is not None:
            letter.state, letter.sent_at = "sent", now
        return done

    replace("_begin", begun)
    replace("_is_owned", lambda *_: True)


def mark_after() -> None:
    """Send, then mark, without a lease: a claim is no promise to the others (Alertmanager's order)."""

    def lease(letter: LetterRow, now: datetime) -> None:
        letter.state, letter.lease_until, letter.next_try_at = "pending", now + outbox.LEASE, now

    replace("_lease", lease)
    replace("_is_owned", lambda *_: True)


def lease_dead() -> None:
    """A lease that has run out is a failure (GoAlert)."""

    def dead(letter: LetterRow, _now: datetime, why: str) -> None:
        letter.state, letter.next_try_at, letter.lease_until, letter.outcome = "dead", None, None, why

    replace("_doubt", dead)


def never_in_doubt() -> None:
    """Whatever is not surely sent is sent again, however often."""

    def again(letter: LetterRow, now: datetime, why: str) -> None:
        letter.state, letter.next_try_at, letter.lease_until, letter.outcome = "pending", now, None, why

    replace("_doubt", again)


MUTANTS = {one.__name__: one for one in (mark_first, mark_after, lease_dead, never_in_doubt)}
