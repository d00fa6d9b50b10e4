"""What servers refuse, now or for good: when it is tried again, and when nobody tries any more."""

from datetime import timedelta
from typing import Any

from engine.store.models import LetterRow
from flows.passes import track
from notifiers import fates
from notifiers.envelope import Outcome
from notifiers.fates import Delivered
from notifiers.mail import MailChannel
from notifiers.outbox import deliver
from tests.notifiers.post_office import CUT, DUE_WEEK, EXECUTOR, MAY, MINUTE, at, read


def test_a_temporary_refusal_backs_off_and_is_retried_with_the_same_bytes(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["BODY"] = "451 later"
    post.tick(MAY)
    assert (post.letter().state, post.letter().next_try_at) == ("pending", MAY + MINUTE)
    assert post.letter().outcome == "451 почтовый сервер отказал письму: 451 later"
    body = post.letter().body
    assert post.tick(MAY + MINUTE / 2) == Delivered()
    post.tick(MAY + MINUTE)
    assert post.letter().next_try_at == MAY + 6 * MINUTE
    smtp.script.clear()
    assert post.tick(MAY + 6 * MINUTE).sent == 1
    assert (post.letter().body, post.letter().attempts, post.letter().doubts) == (body, 3, 0)
    assert len(smtp.letters) == 3
    assert len(set(smtp.letters)) == 1


def test_a_retry_waits_for_the_morning(post, smtp) -> None:
    post.sync(MAY, "1.1")
    evening = at(2021, 6, 11, 12, 29)  # Friday, 17:29 in Лысьва; Saturday is Russia Day, Monday the day off for it
    smtp.script["RCPT"] = "450 greylisted"
    post.tick(evening)
    smtp.script.clear()
    for hours in (1, 10, 30, 60, 80):
        assert post.tick(evening + timedelta(hours=hours)).sent == 0
    assert post.letter().next_try_at == at(2021, 6, 15, 4)
    assert post.tick(at(2021, 6, 15, 4)).sent == 1


def test_after_many_temporary_refusals_the_letter_is_dead_and_shown(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["RCPT"] = "450 greylisted"
    now = MAY
    for _ in range(60):
        post.deliver(now) if post.rows(LetterRow) else post.tick(now)
        now += timedelta(hours=2)
    first = next(one for one in post.letters() if one.person == EXECUTOR)
    assert (first.state, first.attempts) == ("dead", fates.MOST_ATTEMPTS)
    assert smtp.letters == []


def test_a_permanent_refusal_is_dead_at_once_and_stops_nobody_else(post, smtp) -> None:
    """Кисловодск п. 1.2: four heads of schools."""
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    post.people = post.people.replace("email: zetova@example.org", "email: no mailbox@example.org")
    done = post.tick(at(2021, 3, 12, 7))
    assert (done.sent, done.failed) == (4, 1)  # the three, and the controller, who hears of the fourth
    dead = [one for one in post.rows(LetterRow) if one.state == "dead"]
    assert [(one.person, one.outcome) for one in dead] == [
        ("p-zetova", "неверный адрес почты: «no mailbox@example.org»")
    ]
    assert post.tick(at(2021, 3, 12, 9)) == Delivered()


def test_a_refused_recipient_is_dead_with_the_servers_words(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["RCPT"] = "550 no such user"
    assert post.tick(MAY).failed == 3  # the executor, and those above him
    assert {(one.state, one.outcome) for one in post.letters()} == {
        ("dead", "550 почтовый сервер отказал адресату: 550 no such user")
    }
    assert [post.tick(MAY + timedelta(hours=n)).failed for n in range(1, 4)] == [0, 0, 0]


def test_a_wrong_password_raises_an_alarm_and_kills_nobody(post, smtp) -> None:
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    post.url = smtp.url("srok:wrong@")
    smtp.script["AUTH"] = "535 wrong"
    now = at(2021, 3, 12, 7)
    done = post.tick(now)
    assert (done.sent, done.failed, done.alarms) == (0, 1, {"почтовый сервер не принял имя или пароль"})
    assert smtp.stages.count("AUTH") == 1  # not once for each letter: that locks the mailbox
    for n in range(1, 40):
        post.tick(now + n * timedelta(minutes=15))
    assert {(one.state, one.attempts) for one in post.rows(LetterRow)} == {("pending", 0)}
    smtp.script.clear()
    assert post.tick(at(2021, 3, 15, 7)).sent == 4  # those of Monday, who are spared those of Friday
    fates = [(one.state, one.outcome) for one in post.rows(LetterRow)]
    assert sorted(fates)[:4] == [("dropped", "заменено более поздним")] * 4


def test_a_temporary_refusal_after_days_of_a_wrong_password_is_not_the_end(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.url = smtp.url("srok:wrong@")
    smtp.script["AUTH"] = "535 wrong"
    for n in range(20):
        post.tick(MAY + n * timedelta(minutes=15))
    smtp.script = {"RCPT": "450 greylisted"}
    post.tick(MAY + timedelta(hours=6))
    assert post.letter().state == "pending"


def test_a_channel_that_is_not_set_up_waits_with_an_alarm(post) -> None:
    post.people = post.people.replace("email: eskizov@example.org", 'telegram: "42"\n    channels: [telegram]')
    post.sync(MAY, "1.1")
    assert post.tick(MAY).alarms == {"нет канала «telegram»"}
    assert post.letter().state == "pending"


def test_a_channel_that_breaks_leaves_the_other_letters_alone_and_its_words_out_of_the_log(post, smtp, caplog) -> None:
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    track(post.store, post.directory, None, at(2021, 3, 12, 7))
    mail, words = MailChannel.from_url(post.url), "https://name:password@example.org"

    class Breaks:
        name = "mail"

        def deliver(self, envelope: Any) -> Outcome:
            if envelope.address == "zetova@example.org":
                raise ZeroDivisionError(words)
            return mail.deliver(envelope)

        def close(self) -> None:
            mail.close()

    done = deliver(post.sender(lambda _name: Breaks()), lambda: at(2021, 3, 12, 7))
    assert (done.sent, done.failed) == (3, 1)
    (broken,) = [one for one in post.rows(LetterRow) if one.state != "sent"]
    assert (broken.state, broken.outcome) == ("pending", "сбой канала «mail»: ZeroDivisionError")
    assert "channel mail failed: ZeroDivisionError" in caplog.text
    assert "password" not in caplog.text


def test_what_surely_did_not_arrive_speaks_the_next_day_of_that_day(post, smtp) -> None:
    """«Срок сегодня» of Monday is not said on Tuesday; key and Message-ID stay."""
    post.sync(MAY, "1.1")
    post.tick(MAY)
    smtp.script["RCPT"] = "450 greylisted"
    post.tick(DUE_WEEK)
    smtp.script.clear()
    assert post.deliver(at(2021, 6, 17, 4)).sent == 1
    before, after = (read(one) for one in smtp.letters)
    assert before["Subject"].startswith("Поручение: ")
    assert after["Subject"].startswith("Осталось 4 дня: п. 1.1")
    assert after["X-Srok-Key"].split("|")[3] == "-5d"
    assert after["Date"].startswith("Thu, 17 Jun 2021")


def test_what_may_have_arrived_is_repeated_as_it_was(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["BODY"] = CUT
    post.tick(at(2021, 6, 16, 12, 29))  # 17:29 in Лысьва
    smtp.script.clear()
    post.deliver(at(2021, 6, 16, 12, 31))
    post.deliver(at(2021, 6, 17, 4))
    assert len(smtp.letters) == 2
    assert len(set(smtp.letters)) == 1
