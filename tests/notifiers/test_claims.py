"""Senders that are killed, hang or work side by side: nothing is lost, nothing is sent a third time."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.store.models import LetterRow
from flows.passes import track
from notifiers import fates
from notifiers.envelope import Outcome, OutcomeKind
from notifiers.fates import LEASE, Answer, Delivered
from notifiers.outbox import deliver
from tests.notifiers.post_office import CUT, MAY, MINUTE, Post, at, ids, read


def test_a_killed_sender_is_followed_by_one_repeat_under_the_same_message_id(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.killed(MAY)
    assert post.letter().state == "sending"
    assert post.tick(MAY + LEASE - MINUTE) == Delivered()  # the lease holds
    assert post.tick(MAY + LEASE + MINUTE).sent == 1
    assert (post.letter().state, post.letter().doubts, len(smtp.letters)) == ("sent", 1, 1)


def test_a_killed_sender_leaves_no_doubt_about_what_it_had_not_begun(post, smtp) -> None:
    """Кисловодск п. 1.2: four letters are claimed; two senders are killed, each after beginning one."""
    friday = at(2021, 3, 12, 7)
    post.sync(friday, "1.2", name="kislovodsk-2021")
    post.killed(friday)
    assert [one.state for one in post.rows(LetterRow)] == ["sending"] * 4
    post.killed(friday + LEASE + MINUTE)
    assert post.tick(friday + 2 * (LEASE + MINUTE)).sent == 3
    letters = sorted((one.state, one.doubts, one.attempts) for one in post.rows(LetterRow))
    assert letters == [("sent", 0, 1)] * 3 + [("uncertain", 2, 2)]


def test_a_lease_that_a_clock_gone_back_left_in_the_future_is_over(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.killed(MAY)
    with post.store.writing() as session:
        letter = session.get(LetterRow, post.letter().key)
        assert letter is not None
        letter.lease_until = at(2031, 1, 1)
    assert post.tick(MAY + MINUTE).sent == 1
    assert post.letter().doubts == 1


def test_after_a_second_doubt_nobody_sends_a_third_time(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["BODY"] = CUT
    post.tick(MAY)
    assert (post.letter().state, post.letter().doubts) == ("pending", 1)
    post.tick(MAY + MINUTE)
    assert (post.letter().state, post.letter().next_try_at) == ("uncertain", None)
    assert post.letter().outcome == "связь прервалась после передачи письма"
    for n in range(1, 30):
        post.tick(MAY + n * timedelta(hours=1))
    opening = [one for one in smtp.letters if "|opening|" in read(one)["X-Srok-Key"]]
    assert len(opening) == 2
    assert len(set(opening)) == 1


def test_two_kills_are_two_doubts(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.killed(MAY)
    post.killed(MAY + LEASE + MINUTE)
    post.tick(MAY + 2 * (LEASE + MINUTE))
    assert (post.letter().state, smtp.letters) == ("uncertain", [])
    assert post.letter().outcome == "отправитель прервался, исход неизвестен"


def late_answer(post: Post, kind: OutcomeKind, meanwhile: Callable[[], None]) -> None:
    """A sender hangs beyond its lease; *meanwhile* happens; then its answer comes."""

    class Hangs:
        name = "mail"

        def deliver(self, _envelope: Any) -> Outcome:
            meanwhile()
            return Outcome(kind, "250", "поздний ответ", provider_id="<late@example.org>")

        def close(self) -> None:
            pass

    deliver(post.sender(lambda _name: Hangs()), lambda: MAY)


def test_a_late_sent_is_taken_as_the_truth(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    smtp.script["RCPT"] = "450 greylisted"
    late_answer(post, OutcomeKind.SENT, lambda: post.tick(MAY + LEASE + MINUTE))
    assert (post.letter().state, post.letter().message_id) == ("sent", "<late@example.org>")
    smtp.script.clear()
    assert post.tick(MAY + timedelta(hours=1)).sent == 0


@pytest.mark.parametrize("kind", [OutcomeKind.TEMP, OutcomeKind.PERM, OutcomeKind.AMBIGUOUS, OutcomeKind.CONFIG])
def test_any_other_late_answer_changes_nothing(post, smtp, kind) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    late_answer(post, kind, lambda: post.tick(MAY + LEASE + MINUTE))
    assert (post.letter().state, post.letter().doubts, len(smtp.letters)) == ("sent", 1, 1)


def test_a_failure_after_a_late_sent_of_the_former_owner_sends_nothing_again(post, smtp) -> None:
    """Two owners at once: the former one reports «sent» while the new one is still talking and fails."""
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    later = MAY + LEASE + MINUTE

    class Fails:
        name = "mail"

        def deliver(self, _envelope: Any) -> Outcome:
            first.join_as_sent()
            return Outcome(OutcomeKind.TEMP, "451", "позже")

        def close(self) -> None:
            pass

    class First:
        def join_as_sent(self) -> None:
            with post.store.writing() as session:
                claimed = session.get(LetterRow, post.letter().key)
                assert claimed is not None
                former = LetterRow(**{**claimed.model_dump(), "attempts": claimed.attempts - 1})
                fates.record(
                    session, Answer(former, 1, Outcome(OutcomeKind.SENT), later), post.directory, lambda *_: None
                )

    first = First()
    post.killed(MAY)
    deliver(post.sender(lambda _name: Fails()), lambda: later)
    assert post.letter().state == "sent"
    assert post.tick(later + timedelta(hours=1)).sent == 0


def test_what_there_was_no_time_to_begin_is_put_back_and_counts_as_no_attempt(post, smtp, monkeypatch) -> None:
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    track(post.store, post.directory, None, at(2021, 3, 12, 7))
    now = [at(2021, 3, 12, 7)]

    class Slow:
        name = "mail"

        def deliver(self, _envelope: Any) -> Outcome:
            now[0] += LEASE / 3
            return Outcome(OutcomeKind.SENT)

        def close(self) -> None:
            pass

    done = deliver(post.sender(lambda _name: Slow()), lambda: now[0])
    assert (done.sent, done.failed) == (4, 0)
    assert {(one.state, one.attempts) for one in post.rows(LetterRow)} == {("sent", 1)}


def test_four_senders_at_once_send_every_letter_once(post, smtp) -> None:
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    track(post.store, post.directory, None, at(2021, 3, 12, 7))
    together = threading.Barrier(4)
    sent: list[int] = []

    def work() -> None:
        together.wait()
        sent.append(post.deliver(at(2021, 3, 12, 7)).sent)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(sent) == len(smtp.letters) == len(set(ids(smtp))) == 4


def test_what_another_sender_has_claimed_since_is_left_to_it(post) -> None:
    """Кисловодск п. 1.2: while the first of four letters hangs, the lease of all ends and another claims them."""
    friday = at(2021, 3, 12, 7)
    post.sync(friday, "1.2", name="kislovodsk-2021")
    track(post.store, post.directory, None, friday)
    begun: list[str] = []
    now = [friday]

    class Hangs:
        name = "mail"

        def deliver(self, envelope: Any) -> Outcome:
            begun.append(envelope.key)
            if len(begun) == 1:
                post.killed(friday + LEASE + MINUTE)
            now[0] = friday + LEASE / 3  # the first one's clock is slow: it does not see its lease end
            return Outcome(OutcomeKind.SENT)

        def close(self) -> None:
            pass

    assert deliver(post.sender(lambda _name: Hangs()), lambda: now[0]).sent == 1
    assert len(begun) == 1
