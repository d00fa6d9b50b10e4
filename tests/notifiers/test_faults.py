"""Each fault of the other side and of ours, one by one, from the socket to what the outbox makes of it.

Chaos of all of them together: tests/faults/test_chaos.py.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

import engine.store.database
import notifiers.mail
from engine.store.database import Store
from flows.passes import track
from notifiers.fates import LEASE
from notifiers.mail import MailChannel
from notifiers.outbox import WAITS, deliver
from notifiers.sending import Sender
from notifiers.telegram import TelegramChannel
from tests.notifiers.post_office import CUT, MAY, MINUTE, PLANS, Dead, Post, read
from tests.notifiers.telegram_api import (
    BLOCKED,
    BROKEN,
    CUT_AFTER,
    CUT_BEFORE,
    NO_CHAT,
    PAGE,
    PAGE_AFTER,
    TOKEN,
    BotApi,
    Fault,
    serving,
    too_many,
)

HANG = ""
STEPS = ("BANNER", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "BODY")
ANSWERS = ("421 closing", "452 full", "550 no", CUT, HANG)
LATER = MAY + timedelta(hours=1)


def fate(step: str, answer: str | None) -> tuple[str, str]:
    """Say what a fault of the mail server makes of a letter, and what of its first attempt (notes of delivery, 3.2)."""
    final = answer is not None and answer.startswith("5")
    if step == "BODY" and not answer:
        return "pending", "ambiguous"
    if step in {"RCPT", "DATA", "BODY"} and final:
        return "dead", "perm"
    if step in {"EHLO", "AUTH"} and final:
        return "pending", "config"
    return "pending", "temp"


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("answer", ANSWERS, ids=str)
@pytest.mark.parametrize("step", STEPS)
def test_what_a_mail_server_does_at_each_step(post, smtp, monkeypatch, step, answer) -> None:
    monkeypatch.setattr(notifiers.mail, "_TIMEOUT_SECONDS", 0.3)
    post.sync(MAY, "1.1")
    post.url = smtp.url("srok:secret@")
    smtp.script = {step: answer}
    state, outcome = fate(step, answer)
    assert post.tick(MAY).sent == 0
    opening = post.letters()[0]
    assert (opening.state, opening.doubts) == (state, outcome == "ambiguous")
    assert post.attempts()[0][1] == outcome
    smtp.script = {}
    post.deliver(LATER)
    post.deliver(LATER + MINUTE)
    bodies = [one for one in smtp.letters if read(one)["X-Srok-Key"] == opening.key]
    assert post.letters()[0].state == ("dead" if state == "dead" else "sent")
    assert len(bodies) == (step == "BODY") + (state != "dead")  # the server keeps what it refuses, too
    assert len(set(bodies)) <= 1


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_mail_server_that_refuses_the_connection_is_tried_later(post, smtp, closed_port) -> None:
    url, post.url = post.url, f"smtp://127.0.0.1:{closed_port}?from=srok@example.org"
    post.sync(MAY, "1.1")
    post.tick(MAY)
    assert (post.letter().state, post.attempts()) == ("pending", [(1, "temp", None)])
    post.url = url
    assert post.deliver(LATER).sent == 1


@pytest.fixture
def api() -> Iterator[BotApi]:
    with serving() as served:
        yield served


@pytest.fixture
def chat(post: Post, api: BotApi) -> Callable[[], Sender]:
    """The executor has Telegram alone; return a sender that speaks to the Bot API."""
    post.people = post.people.replace("email: eskizov@example.org", 'telegram: "42"\n    channels: [telegram]')
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    return lambda: post.sender(lambda _name: TelegramChannel(SecretStr(TOKEN), api.base))


# What the Bot API does, the letter's state, its first attempt, how many messages there are when all is well again.
BOT = [
    (too_many(0.001), "pending", "temp", 1),
    (BLOCKED, "dead", "perm", 0),
    (NO_CHAT, "dead", "perm", 0),
    (BROKEN, "pending", "temp", 1),
    (Fault(403, "<p>прокси</p>"), "pending", "temp", 1),
    (PAGE, "pending", "ambiguous", 1),
    (PAGE_AFTER, "pending", "ambiguous", 2),
    (CUT_BEFORE, "pending", "ambiguous", 1),
    (CUT_AFTER, "pending", "ambiguous", 2),
]


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    ("fault", "state", "outcome", "messages"), BOT, ids=[f"{one[0].status} {n}" for n, one in enumerate(BOT)]
)
def test_what_the_bot_api_does(post, api, chat, fault, state, outcome, messages) -> None:
    api.script["sendMessage"].append(fault)
    deliver(chat(), lambda: MAY)
    opening = post.letters()[0]
    assert (opening.state, post.attempts()[0][1]) == (state, outcome)
    deliver(chat(), lambda: LATER)
    assert post.letters()[0].state == ("dead" if state == "dead" else "sent")
    assert len([one for one in api.accepted if one["chat_id"] == "42"]) == messages
    assert len({one["text"] for one in api.accepted}) <= 1


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_telegram_that_is_out_of_reach_is_tried_later(post, api, chat, closed_port) -> None:
    away = TelegramChannel(SecretStr(TOKEN), f"http://127.0.0.1:{closed_port}")
    deliver(post.sender(lambda _name: away), lambda: MAY)
    assert (post.letter().state, post.attempts()) == ("pending", [(1, "temp", None)])
    assert deliver(chat(), lambda: LATER).sent == 1


class KilledAfter:
    """A channel whose process is killed when the other side has the message, and before anybody wrote that down."""

    name = "mail"

    def __init__(self, whole: Any) -> None:
        self.whole = whole

    def deliver(self, envelope: Any) -> Any:
        self.whole.deliver(envelope)
        raise Dead

    def close(self) -> None:
        self.whole.close()


def test_a_kill_between_acceptance_and_record_is_one_doubt_and_one_repeat(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    with pytest.raises(Dead):
        deliver(post.sender(lambda _name: KilledAfter(MailChannel.from_url(post.url))), lambda: MAY)
    assert (post.letter().state, len(smtp.letters)) == ("sending", 1)
    assert post.tick(MAY + LEASE - MINUTE).sent == 0
    assert post.tick(MAY + LEASE + MINUTE).sent == 1
    assert post.tick(MAY + 3 * LEASE).sent == 0
    assert (post.letter().state, post.letter().doubts) == ("sent", 1)
    assert post.attempts() == [(1, None, None), (2, "sent", "250")]
    assert len(smtp.letters) == 2
    assert len(set(smtp.letters)) == 1


def test_a_second_kill_between_acceptance_and_record_is_shown_and_not_repeated(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    for now in (MAY, MAY + LEASE + MINUTE):
        with pytest.raises(Dead):
            deliver(post.sender(lambda _name: KilledAfter(MailChannel.from_url(post.url))), lambda now=now: now)
    for hours in range(1, 5):
        post.deliver(MAY + timedelta(hours=hours))
    assert (post.letter().state, len(smtp.letters), len(set(smtp.letters))) == ("uncertain", 2, 1)


@pytest.fixture
def impatient(tmp_path, smtp, monkeypatch) -> Iterator[Post]:
    """A post office whose SQLite waits for a lock a moment alone."""
    monkeypatch.setattr(engine.store.database, "BUSY_SECONDS", 0.05)
    store = Store(f"sqlite:///{tmp_path / 'srok.db'}")
    yield Post(store, smtp.url(), (PLANS / "people.example.yaml").read_text(encoding="utf-8"), "")
    store.close()


def test_an_answer_that_finds_the_database_locked_is_recorded_when_it_opens(impatient, smtp, tmp_path) -> None:
    impatient.sync(MAY, "1.1")
    track(impatient.store, impatient.directory, None, MAY)
    waited: list[float] = []
    with closing(sqlite3.connect(tmp_path / "srok.db", isolation_level=None)) as other:

        class Locks(MailChannel):
            def deliver(self, envelope: Any) -> Any:
                outcome = super().deliver(envelope)
                other.execute("BEGIN IMMEDIATE")
                return outcome

        def wait(seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == len(WAITS) + 1:
                other.execute("ROLLBACK")

        sender = Sender(
            impatient.store, impatient.directory, None, lambda _name: Locks.from_url(impatient.url), "ответьте", wait
        )
        assert deliver(sender, lambda: MAY).sent == 1
    assert waited == [*WAITS, WAITS[-1]]
    assert (impatient.letter().state, impatient.letter().doubts, len(smtp.letters)) == ("sent", 0, 1)
