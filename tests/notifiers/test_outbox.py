"""The dispatcher over a real database and real sockets: nothing lost, nothing twice, every fate recorded."""

import json
import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from engine.store.models import ItemRow, LetterRow, OccurrenceRow
from engine.transition import Deed
from flows.passes import track
from notifiers import composing, outbox, pauses
from notifiers.fates import Delivered
from tests.notifiers.post_office import MAY, MINUTE, at, read


def test_a_letter_is_sent_once(post, smtp) -> None:
    post.sync(MAY, "1.1")
    assert [post.tick(MAY + n * MINUTE).sent for n in range(5)] == [1, 0, 0, 0, 0]
    (letter,) = smtp.letters
    one = post.letter()
    assert (one.state, one.sent_at, one.attempts, one.message_id) == ("sent", MAY, 1, read(letter)["Message-ID"])
    assert read(letter)["X-Srok-Key"] == one.key


def test_items_of_one_slot_go_in_one_letter_under_the_first_key(post, smtp) -> None:
    """On 01.06.2021 both 2.3 «Ежегодно Май-июнь» and 3.1 «Ежегодно (июнь-июль)» speak to the same official."""
    june = at(2021, 6, 1, 4)
    post.sync(june, "2.3", "3.1")
    assert post.tick(june).sent == 1
    text = read(smtp.letters[0]).get_body(("plain",)).get_content()
    assert ("п. 2.3 «" in text, "п. 3.1 «" in text) == (True, True)
    keys = [one.key for one in post.rows(ItemRow)]
    assert len(keys) == 2
    assert {one.letter for one in post.rows(ItemRow)} == {read(smtp.letters[0])["X-Srok-Key"]} <= set(keys)


def breaks(monkeypatch: pytest.MonkeyPatch, name: str, person: str) -> None:
    """Let composing break over one person."""
    whole = getattr(composing, name)

    def broken(kept: Any, to: Any, *given: Any) -> str:
        if to.person.id == person:
            raise KeyError("result")
        return str(whole(kept, to, *given))

    monkeypatch.setattr(composing, name, broken)


def test_a_letter_that_cannot_be_composed_stops_nobody_elses(post, smtp, monkeypatch) -> None:
    """Кисловодск п. 1.2: four heads of schools; of one letter something is wrong."""
    friday = at(2021, 3, 12, 7)
    post.sync(friday, "1.2", name="kislovodsk-2021")
    with monkeypatch.context() as patched:
        breaks(patched, "_body", "p-zetova")
        done = post.tick(friday)
    assert (done.sent, done.failed) == (3, 1)
    assert done.alarms == {"письмо для «p-zetova» не составлено: KeyError, подробности в журнале"}
    (waiting,) = [one for one in post.rows(ItemRow) if one.letter is None]
    assert (waiting.person, waiting.dropped) == ("p-zetova", None)
    assert post.tick(friday + MINUTE).sent == 1


def test_a_letter_that_cannot_be_composed_again_stops_nobody_elses(post, smtp, monkeypatch) -> None:
    friday, monday = at(2021, 3, 12, 7), at(2021, 3, 15, 6)
    post.sync(friday, "1.2", name="kislovodsk-2021")
    smtp.script["RCPT"] = "450 greylisted"
    post.tick(friday)
    smtp.script.clear()
    with monkeypatch.context() as patched:
        breaks(patched, "_body", "p-zetova")
        done = post.deliver(monday)
    assert (done.sent, done.failed) == (3, 1)
    (waiting,) = [one for one in post.rows(LetterRow) if one.state != "sent"]
    assert (waiting.state, waiting.next_try_at) == ("pending", monday + pauses.CONFIG_WAIT)


def test_nothing_is_put_together_while_something_due_is_unclaimed(post, smtp) -> None:
    """Two measures of one official in one slot; the pass that tracks has taken only the first."""
    june = at(2021, 6, 1, 4)
    post.sync(june, "2.3", "3.1")
    track(post.store, post.directory, None, june)
    with post.store.writing() as session:
        row = session.get(OccurrenceRow, "lysva-2021/3.1/1")
        assert row is not None
        row.next_action_at = june
    assert post.deliver(june + MINUTE) == Delivered()
    assert post.deliver(june + outbox.GATHER - MINUTE) == Delivered()
    assert post.deliver(june + outbox.GATHER).sent == 1


def test_the_wait_is_counted_from_the_first_item(post, smtp) -> None:
    june = at(2021, 6, 1, 4)
    post.sync(june, "2.3", "3.1")
    track(post.store, post.directory, None, june)
    with post.store.writing() as session:
        _, late = session.exec(select(ItemRow).order_by(ItemRow.key))
        late.at = june + 10 * MINUTE
        row = session.get(OccurrenceRow, late.occurrence_key)
        assert row is not None
        row.next_action_at = june  # something is never claimed
    assert post.deliver(june + 11 * MINUTE) == Delivered()
    assert post.deliver(june + outbox.GATHER).sent == 1


def test_nothing_is_sent_at_night_or_on_a_day_off(post, smtp) -> None:
    post.sync(MAY, "1.1")
    track(post.store, post.directory, None, MAY)
    for moment in (at(2021, 6, 1, 3, 59), at(2021, 5, 31, 12, 31), at(2021, 6, 5, 5), at(2021, 6, 14, 5)):
        assert post.deliver(moment) == Delivered()
    assert post.deliver(at(2021, 6, 1, 4)).sent == 1


def test_the_controller_reads_what_was_sent_before_in_local_days(post, smtp) -> None:
    """Артём № 7, UTC+10: its 09:00 is the day before in UTC."""
    post.sync(at(2021, 3, 31, 22), "7", name="artem-2020")
    for day in (1, 26, 29, 30):
        post.tick(at(2021, 4, day, 0))
    post.do(Deed.REPORT, "7", at(2021, 4, 30, 1))
    post.tick(at(2021, 4, 30, 1))
    post.do(Deed.RETURN, "7", at(2021, 4, 30, 2), reason="нет подписи")
    post.tick(at(2021, 4, 30, 2))
    for day in (4, 5, 6):
        post.tick(at(2021, 5, day, 0))
    lines = read(smtp.letters[-1]).get_body(("plain",)).get_content().splitlines()
    told = lines[
        lines.index("Что уже отправлено:") + 1 : lines.index(
            "Ответственный исполнитель: МБУО Центр образования (Модельнов З. И.)"
        )
    ]
    assert told == [
        "  – 01.04.2021 поручение: отправлено",
        "  – 26.04.2021 напоминание за 5 дней: отправлено",
        "  – 29.04.2021 напоминание за рабочий день: отправлено",
        "  – 30.04.2021 напоминание в день срока: отправлено",
        "  – 30.04.2021 отчёт ждёт приёмки: отправлено",
        "  – 30.04.2021 отчёт возвращён: отправлено",
        "  – 04.05.2021 сообщение о просрочке: отправлено",
    ]


def test_of_what_many_share_is_read_once_for_all_their_letters(post, smtp) -> None:
    """Весьегонск 1.2: the heads of all schools answer for one term; a region has hundreds of them."""
    opening = at(2020, 9, 1, 6)
    post.sync(opening, "1.2", name="vesyegonsk-2020")
    track(post.store, post.directory, None, opening)
    asked: list[str] = []
    event.listen(post.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert post.deliver(opening).sent == 4
    assert sum("FROM assignment" in one for one in asked) == 1


@pytest.mark.parametrize("backend", ["sqlite"])
def test_every_question_about_items_letters_and_occurrences_uses_an_index(post, smtp) -> None:
    post.sync(MAY, "1.1", "2.3", "3.1")
    asked: dict[str, Any] = {}
    event.listen(post.store.engine, "before_cursor_execute", lambda *given: asked.update({given[2]: given[3]}))
    post.tick(MAY)
    plans = {}
    with post.store.engine.connect() as connection:
        for statement, values in list(asked.items()):
            if statement.startswith(("SELECT", "UPDATE")) and not isinstance(values, list):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                plans[statement] = [row[-1] for row in rows]
    assert [
        one
        for one, plan in plans.items()
        if any(re.match("SCAN (item|letter|occurrence|assignment)", row) for row in plan)
    ] == []
    used = {row for plan in plans.values() for row in plan}
    assert {
        "SEARCH item USING INDEX ix_item_waiting (at<?)",
        "SEARCH occurrence USING INDEX ix_occurrence_due (next_action_at<?)",
        "SEARCH letter USING INDEX ix_letter_open (state=? AND next_try_at<?)",
    } <= used


def test_the_body_is_stored_as_it_was_sent(post, smtp) -> None:
    post.sync(MAY, "1.1")
    post.tick(MAY)
    body = json.loads(post.letter().body or "")
    letter = read(smtp.letters[0])
    assert body["subject"] == letter["Subject"]
    assert body["text"].splitlines() == letter.get_body(("plain",)).get_content().splitlines()
    assert body["thread"] == "lysva-2021/1.1/1"
    assert date(2021, 6, 21).strftime("%Y%m%d") in letter.get_payload()[-1].get_content()


def test_what_was_sent_before_is_counted_in_letters(post, smtp) -> None:
    """Кисловодск п. 1.2: four schools, none of which reports."""
    post.sync(at(2021, 3, 12, 7), "1.2", name="kislovodsk-2021")
    for day in (12, 15, 16, 17, 18, 19, 22):
        post.tick(at(2021, 3, day, 7))
    up = next(one for one in post.rows(ItemRow) if one.kind == "controller")
    body = next(json.loads(one.body) for one in post.rows(LetterRow) if one.key == up.letter)
    assert "12.03.2021 напоминание за 5 дней: отправлено, 4 письма\n" in body["text"]
