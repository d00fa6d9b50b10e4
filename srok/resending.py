"""`srok resend`: a person decides that what did not arrive, or may not have arrived, is sent once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from engine.clock import utc_now
from engine.errors import NotFoundError, SrokError
from engine.settings import Settings
from engine.store import queries
from engine.store.installation import open_store
from engine.store.models import ItemRow, LetterRow
from flows.rehearsal import message_name
from notifiers.wording import STATE_WORDS
from srok.screens import console


class ResendError(SrokError):
    """A letter is not one of those that may be sent once more."""

    exit_code = 6


def run_resend(settings: Settings, keys: Sequence[str], account: str, *, all_uncertain: bool) -> None:
    """Let letters be sent once more by the next pass, under the same Message-ID, and say how many.

    Raises:
        NotFoundError: There is no such message.
        ResendError: It arrived, or is still to be sent.
    """
    now = utc_now()
    with open_store(settings) as store, store.writing() as session:
        letters = [_letter(session, key) for key in keys]
        if all_uncertain:
            letters += session.exec(select(LetterRow).where(LetterRow.state == "uncertain"))
        chosen = {letter.key: letter for letter in letters}
        for letter in chosen.values():
            resend(session, letter, account, now)
    if chosen:
        console().print(f"Писем будет отправлено ещё раз: {len(chosen)}; уйдут ближайшим обходом, в рабочие часы.")
    else:
        console().print("Писем с неизвестным исходом нет.")


def resend(session: Session, letter: LetterRow, account: str, now: datetime) -> None:
    """Let one letter be sent once more; what may have arrived goes as it was, and after another doubt not again.

    Raises:
        ResendError: It arrived, or is still to be sent.
    """
    if letter.state not in {"dead", "uncertain"}:
        raise ResendError(
            f"письмо «{letter.key}» — «{STATE_WORDS[letter.state]}»: ещё раз отправляют только недоставленное и то, "
            "исход чего неизвестен"
        )
    was = letter.state
    letter.doubts = 1 if was == "uncertain" else 0
    letter.state, letter.next_try_at, letter.attempts = "pending", now, 0
    item = session.exec(select(ItemRow).where(ItemRow.letter == letter.key).order_by(col(ItemRow.key))).first()
    subject = (item.assignment_key or item.occurrence_key if item else None) or letter.key
    queries.journal(
        session, now, who="", account=account, deed="resend", plan_id=item.plan_id if item else None,
        subject=subject, letter=letter.key, was=was,
    )  # fmt: skip


def _letter(session: Session, key: str) -> LetterRow:
    """Return the letter that *key* means: its own, that of one of its items, or the name it has in the outbox."""
    item = session.get(ItemRow, key)
    found = session.get(LetterRow, item.letter if item is not None and item.letter else key)
    if found is not None:
        return found
    given_up = select(LetterRow).where(col(LetterRow.state).in_(["dead", "uncertain"]))
    named = next((one for one in session.exec(given_up) if message_name(one.key) == key), None)
    if named is None:
        raise NotFoundError(f"сообщения «{key}» среди отправленных нет: его key покажет srok outbox --json")
    return named
