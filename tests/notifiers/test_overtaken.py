"""What has happened since something was queued: it is told as it stands now, or not at all."""

from datetime import timedelta
from typing import Any

from sqlmodel import select

from engine.assignment import Action
from engine.store.models import ItemRow, LetterRow
from engine.store.queries import enqueue
from engine.transition import Deed
from flows.passes import track
from notifiers import outbox
from tests.notifiers.post_office import CONTROLLER, DUE_WEEK, MAY, MINUTE, at, read


def test_the_controller_reads_who_reported_what(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.tick(MAY)
    post.do(Deed.REPORT, "1.1", MAY, text="план утверждён", evidence="приказ № 5")
    post.tick(MAY)
    assert "Отчёт: Эскизов Л. М., 31.05.2021; сделано: план утверждён; подтверждение: приказ № 5" in said(smtp)


FIX = 'deadline: {text: "До 21 июня 2021", fix: {to: 2021-06-25, by: p-primerova, why: "решение"}}'


def test_a_moved_day_names_the_former_one_and_the_basis(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.tick(MAY)
    post.sync(MAY, "1.1", edit=lambda text: text.replace("deadline: До 21 июня 2021", FIX))
    post.tick(MAY)
    assert said(smtp)[4:7] == [
        "Срок: 25.06.2021 (пятница); осталось 25 дней",
        "Прежний срок: 21.06.2021",
        "Основание: решение",
    ]


def said(smtp: Any) -> list[str]:
    """The lines of the last letter."""
    text = read(smtp.letters[-1]).get_body(("plain",)).get_content()
    return [line for line in text.splitlines() if line]


def test_an_item_whose_report_came_first_is_dropped(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    post.do(Deed.REPORT, "1.1", MAY)
    assert post.deliver(MAY).sent == 1  # to the controller: a report waits
    assert post.dropped() == [("opening", "отчёт уже дан")]
    assert read(smtp.letters[0])["To"] == '"Макетов В. Г." <maketov@example.org>'


def test_a_retry_is_given_up_when_the_report_came_first(post, smtp) -> None:
    post.sync(MAY, "1.1")
    smtp.script["RCPT"] = "450 greylisted"
    post.tick(DUE_WEEK)
    post.do(Deed.REPORT, "1.1", DUE_WEEK)
    post.do(Deed.ACCEPT, "1.1", DUE_WEEK)
    smtp.script.clear()
    assert post.tick(DUE_WEEK + timedelta(hours=1)).sent == 0
    assert post.dropped() == [("reported", "отчёт уже рассмотрен")]
    assert (post.letter().state, post.letter().outcome) == ("dropped", "отчёт уже дан")


def test_what_was_struck_from_the_plan_is_named_as_it_was(post, smtp) -> None:
    """Its № may be another measure's by now, so the № alone would name the wrong one."""
    post.sync(MAY, "1.1", "2.3")
    post.tick(MAY)
    post.sync(MAY + MINUTE, "2.3", edit=lambda text: text.replace('id: "2.3"', 'id: "2.3"\n    number: "1.1"'))
    post.tick(MAY + MINUTE)
    (letter,) = [one for one in map(read, smtp.letters) if "снято" in one["Subject"]]
    assert letter["Subject"].startswith("Поручение снято: п. 1.1 «Разработка плана мероприятий по реализации")
    assert "вычеркнуто" not in letter.get_body(("plain",)).get_content()


def test_before_a_due_day_off_nobody_is_told_that_it_is_today(post, smtp) -> None:
    """A plan's own ladder without a step the day before: the letter of the due day, a Sunday, goes out on Friday."""
    ladder = "plan:\n  escalation: {steps: [{rung: due, kind: due, to: executors}]}\n"
    post.sync(MAY, "1.1", edit=lambda t: t.replace("До 21 июня 2021", "20 июня 2021").replace("plan:\n", ladder, 1))
    assert post.tick(at(2021, 6, 18, 4)).sent == 1
    letter = read(smtp.letters[0])
    assert letter["Subject"].startswith("Осталось 2 дня: п. 1.1 «")
    assert "Сегодня" not in letter.get_body(("plain",)).get_content()


def test_after_many_that_became_pointless_the_others_are_tried_in_the_same_run(post, smtp) -> None:
    """A run that stops there would leave them to the next pass, on some installations the next day."""
    post.sync(MAY, "1.1")
    smtp.script["BODY"] = "451 later"
    post.tick(MAY)
    with post.store.writing() as session:
        (letter,) = session.exec(select(LetterRow))
        (item,) = session.exec(select(ItemRow))
        for n in range(outbox.CLAIM):
            key = f"{item.key}-{n}"
            session.add(LetterRow(**letter.model_dump() | {"key": key, "next_try_at": MAY}))
            session.flush()
            session.add(ItemRow(**item.model_dump() | {"key": key, "letter": key, "revision": 7}))
    smtp.script.clear()
    done = post.deliver(MAY + MINUTE)
    assert (done.sent, [one.state for one in post.letters()].count("dropped")) == (1, outbox.CLAIM)


def test_a_day_moved_in_between_drops_what_spoke_of_the_old_one(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, DUE_WEEK)
    post.sync(DUE_WEEK, "1.1", edit=lambda text: text.replace("deadline: До 21 июня 2021", FIX))
    post.tick(DUE_WEEK)
    assert post.dropped() == [("-5d", "срок с тех пор изменился")]
    (letter,) = smtp.letters
    assert read(letter)["Subject"].startswith("Срок изменён: п. 1.1")
    assert "25.06.2021" in read(letter)["Subject"]


def test_a_returned_report_is_told_although_the_day_moved_in_between(post, smtp) -> None:
    night = at(2021, 6, 16, 20)
    post.sync(MAY, "1.1")
    post.tick(MAY)
    post.do(Deed.REPORT, "1.1", DUE_WEEK)
    post.tick(DUE_WEEK)
    post.do(Deed.RETURN, "1.1", night, reason="нет подписи")
    post.sync(night, "1.1", edit=lambda text: text.replace("deadline: До 21 июня 2021", FIX))
    post.tick(at(2021, 6, 17, 4))
    text = read(smtp.letters[-1]).get_body(("plain",)).get_content()
    assert "ОТЧЁТ ВОЗВРАЩЁН" in text
    assert "Причина: нет подписи" in text


def test_of_a_letter_written_anew_what_became_pointless_is_left_out(post, smtp) -> None:
    """2.3 and 3.1 of Лысьва speak in one letter; next day one of them is done."""
    june = at(2021, 6, 1, 4)
    post.sync(june, "2.3", "3.1")
    smtp.script["RCPT"] = "450 greylisted"
    post.tick(june)
    post.do(Deed.REPORT, "2.3", june + MINUTE)
    smtp.script.clear()
    post.deliver(june + timedelta(days=1))
    (letter,) = [one for one in smtp.letters if read(one)["X-Srok-Key"] == post.rows(LetterRow)[0].key]
    text = read(letter).get_body(("plain",)).get_content()
    assert ("п. 2.3 «" in text, "п. 3.1 «" in text) == (False, True)
    assert post.dropped() == [("opening", "отчёт уже дан")]
    assert [one.letter for one in post.rows(ItemRow) if one.dropped] == [None]


def test_last_weeks_digest_is_not_sent_beside_this_weeks(post, smtp) -> None:
    post.sync(MAY, "1.1")
    for week, day in ((24, at(2021, 6, 15, 4)), (25, at(2021, 6, 21, 4))):
        key = f"lysva-2021/digest/2021-W{week}|r0|digest|1|{CONTROLLER}|mail"
        made = Action(key, day, "digest", "digest", 0, "lysva-2021", None, None, None, CONTROLLER, "mail")
        with post.store.writing() as session:
            enqueue(session, [made], day)
    assert post.deliver(at(2021, 6, 21, 4)).sent == 1
    assert read(smtp.letters[0])["Subject"].startswith("Сводка на 21.06.2021: ")
    assert post.dropped() == [("digest", "заменено более поздним")]
