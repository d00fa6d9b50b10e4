"""What people say to the bot: codes, presses, replies; each is taken once, and hostile ones change nothing."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from engine.assignment import State
from engine.errors import PeopleError
from engine.settings import Settings
from engine.store.accounts import new_code, with_accounts
from engine.store.database import Store
from engine.store.installation import signing_key
from engine.store.models import AccountRow, AssignmentRow, JournalRow, PollRow
from engine.transition import Deed
from flows.passes import pass_over
from notifiers import pauses, polling
from notifiers.answers import LETTERS
from notifiers.bot import Bot
from notifiers.conversation import BAD_CODE, FAULT, HELLO, NOT_YOURS, STALE
from notifiers.polling import Poller, Taken, run_once
from notifiers.questions import FILES, HINT, MISREAD, read_answer
from notifiers.tokens import Signer
from tests.engine.store.conftest import PLANS, Desk
from tests.notifiers.telegram_api import CONFLICT, CUT_BEFORE, PAGE, TOKEN, UNAUTHORIZED, BotApi, too_many
from tests.notifiers.test_answers import CONTROLLER, DAY, EXECUTOR, ISSUER, JUNE, LYSVA, OWNER, Links

MINE, THEIRS, ISSUERS, NOBODYS = 42, 43, 44, 666
LETTER = {deed: letter for letter, deed in LETTERS.items()}
DONE = "Отмечено: взято в работу."


class Talk:
    """A desk whose people have linked their Telegram, and the bot they speak to."""

    def __init__(self, desk: Desk, api: BotApi) -> None:
        self.desk, self.api, self.links = desk, api, Links(desk)
        self.signer = Signer(b"key of the tests")
        self.now = JUNE
        self.bot = Bot(SecretStr(TOKEN), api.base)
        self.poller = Poller(desk.store, self.bot, lambda: desk.directory, OWNER, self.signer)

    def link(self, **chats: int) -> None:
        with self.desk.store.writing() as session:
            for person, chat in chats.items():
                name = f"p-{person}"
                session.add(AccountRow(person=name, channel="telegram", address=str(chat), linked_at=JUNE))

    def button(self, kind: str, person: str, deed: Deed) -> str:
        link = self.links.make(kind, person, now=self.now)
        return self.signer.sign(link, self.now + 60 * DAY) + LETTER[deed]

    def round(self) -> Taken:
        return run_once(self.poller, lambda: self.now, self.bot.call)

    def pressed(self, data: Any, chat: int = MINE) -> str:
        """Press a button and return what the press is answered."""
        self.api.press(data, chat)
        self.round()
        return str(self.api.named("answerCallbackQuery")[-1]["text"])

    def asked(self, data: str, chat: int = MINE) -> str:
        """Press a button that needs words and return the bot's question."""
        assert self.pressed(data, chat) == "Ответьте на вопрос бота."
        question = self.api.accepted[-1]
        assert (question["chat_id"], question["reply_markup"]) == (chat, {"force_reply": True})
        return str(question["text"])

    def told(self, text: Any, chat: int = MINE, **more: Any) -> list[str]:
        """Say something to the bot and return its answers."""
        before = len(self.api.accepted)
        self.api.says(text, chat, **more)
        self.round()
        assert all(one["chat_id"] == chat and "parse_mode" not in one for one in self.api.accepted[before:])
        return [one["text"] for one in self.api.accepted[before:]]

    def state(self) -> AssignmentRow:
        (row,) = [one for one in self.desk.rows(AssignmentRow) if one.lead]
        return row

    def deeds(self) -> list[tuple[str, str, str]]:
        rows = [one for one in self.desk.rows(JournalRow) if one.account == "telegram"]
        return [(one.deed, one.who, one.account) for one in rows]


@pytest.fixture
def talk(migrated: str, telegram: BotApi) -> Iterator[Talk]:
    store = Store(migrated)
    desk = Desk(store, (PLANS / "people.example.yaml").read_text(encoding="utf-8"))
    desk.sync(desk.plan(LYSVA, "1.1"), datetime(2021, 5, 31, 4, tzinfo=UTC))
    found = Talk(desk, telegram)
    found.link(eskizov=MINE, maketov=THEIRS, primerova=ISSUERS)
    yield found
    found.bot.close()
    store.close()


def test_a_press_acts_at_once_and_is_answered(talk) -> None:
    assert talk.pressed(talk.button("opening", EXECUTOR, Deed.START)) == DONE
    assert talk.state().state == State.IN_PROGRESS.value
    assert talk.deeds() == [("start", EXECUTOR, "telegram")]


def test_a_second_press_changes_nothing_and_says_how_things_stand(talk) -> None:
    button = talk.button("opening", EXECUTOR, Deed.START)
    talk.pressed(button)
    assert talk.pressed(button) == "Ничего не изменено: поручение в состоянии «в работе»."
    assert len(talk.deeds()) == 1


def test_a_press_by_another_changes_nothing(talk) -> None:
    button = talk.button("opening", EXECUTOR, Deed.START)
    for chat in (THEIRS, NOBODYS, -MINE):
        assert talk.pressed(button, chat) == NOT_YOURS
    assert (talk.state().state, talk.deeds()) == (State.SENT.value, [])


def test_a_press_by_an_account_that_is_another_persons_now_changes_nothing(talk) -> None:
    button = talk.button("opening", EXECUTOR, Deed.START)
    with talk.desk.store.writing() as session:
        code = new_code(session, CONTROLLER, "telegram", "test", talk.now)
    talk.api.says(f"/start {code}", MINE)
    assert talk.pressed(button) == NOT_YOURS


def test_an_altered_token_changes_nothing(talk) -> None:
    """Each single character altered, shortened, lengthened, and another key's."""
    good = talk.button("opening", EXECUTOR, Deed.START)
    altered = [good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :] for at in range(40)]
    others = [good[1:], good + "s", good[:40], good[:40] + "x", "", "s", "а" * 41, " " + good]
    others.append(Signer(b"another key").sign(1, JUNE + DAY) + "s")
    for data in [*altered, *others]:
        assert talk.pressed(data) == STALE
    assert talk.deeds() == []


def test_a_token_that_is_over_changes_nothing(talk) -> None:
    button = talk.button("opening", EXECUTOR, Deed.START)
    talk.now += 61 * DAY
    assert talk.pressed(button) == STALE
    assert talk.deeds() == []


def test_buttons_that_mean_nothing_any_more_go_and_those_of_other_items_stay(talk) -> None:
    token = talk.button("opening", EXECUTOR, Deed.START)[:40]
    mine = [{"text": "Взять", "callback_data": token + "s"}, {"text": "Отчитаться", "callback_data": token + "r"}]
    other = [
        {"text": "Принять", "callback_data": "z" * 40 + "a"},
        {"text": "Открыть", "url": "https://srok.example.org"},
    ]
    under = {"message_id": 9, "chat": {"id": MINE}, "reply_markup": {"inline_keyboard": [mine, other]}}
    talk.api.update(callback_query={"id": "q", "from": {"id": MINE}, "message": under, "data": token + "s"})
    talk.round()
    assert talk.api.named("editMessageReplyMarkup") == [
        {"chat_id": MINE, "message_id": 9, "reply_markup": {"inline_keyboard": [mine[1:], other]}}
    ]


def test_a_report_is_asked_for_and_taken_with_its_document(talk) -> None:
    question = talk.asked(talk.button("opening", EXECUTOR, Deed.REPORT))
    assert question.startswith("lysva-2021, п. 1.1. ")
    said = talk.told("План утверждён <b>и</b> разослан.\nДокумент: приказ № 5 от 16.06.2021", reply_to=question)
    assert said == ["Отчёт записан и отправлен на проверку."]
    assert (talk.state().state, talk.state().reported_by) == (State.REPORTED.value, EXECUTOR)
    (row,) = [one for one in talk.desk.rows(JournalRow) if one.deed == "report"]
    assert (row.read()["text"], row.read()["evidence"]) == (
        "План утверждён <b>и</b> разослан",
        "приказ № 5 от 16.06.2021",
    )


def test_a_reply_that_comes_again_changes_nothing(talk) -> None:
    question = talk.asked(talk.button("opening", EXECUTOR, Deed.INTERIM))
    given = {"reply_to": question}
    assert talk.told("готово наполовину", **given)[0].startswith("Промежуточная информация записана.")
    assert talk.told("готово наполовину", **given) == ["Ничего не изменено: поручение в состоянии «поручено»."]
    assert [one[0] for one in talk.deeds()] == ["interim"]


def test_a_reply_by_another_changes_nothing(talk) -> None:
    question = talk.asked(talk.button("opening", EXECUTOR, Deed.REPORT))
    assert talk.told("готово", THEIRS, reply_to=question) == [NOT_YOURS]
    assert talk.deeds() == []


def test_a_question_made_up_by_somebody_is_no_question(talk) -> None:
    forged = f"Вопрос {'A' * 40}r{'0' * 16}"
    assert talk.told("готово", reply_to=forged) == [STALE]
    question = talk.asked(talk.button("opening", EXECUTOR, Deed.REPORT))
    older = question[:-16] + "0" * 16
    assert talk.told("готово", reply_to=older) == ["Ничего не изменено: поручение в состоянии «поручено»."]
    assert talk.deeds() == []


def test_an_extension_is_asked_for_and_decided(talk) -> None:
    question = talk.asked(talk.button("opening", EXECUTOR, Deed.ASK))
    assert talk.told("ждём сведения школ", reply_to=question) == [MISREAD]
    assert talk.told("до 31.06.2021 ждём", reply_to=question) == [MISREAD]
    (refused,) = talk.told("до 01.06.2021 ждём сведения школ", reply_to=question)
    assert refused == (
        "Не принято: нельзя «попросить о продлении» до 01.06.2021: срок и так 21.06.2021. "
        "Ответьте ещё раз на тот же вопрос."
    )
    (said,) = talk.told("до 30.06.2021 ждём сведения школ", reply_to=question)
    assert said == "Просьба о продлении передана тому, кто дал поручение."
    question = talk.asked(talk.button("asked", ISSUER, Deed.GRANT), ISSUERS)
    talk.api.says("резолюция от 16.06.2021", ISSUERS, reply_to=question)
    assert talk.round().moved
    assert talk.state().extended_to == date(2021, 6, 30)


def test_a_report_is_accepted_by_a_press_and_returned_by_a_reply(talk) -> None:
    report = talk.asked(talk.button("opening", EXECUTOR, Deed.REPORT))
    talk.told("готово", reply_to=report)
    back = talk.button("reported", CONTROLLER, Deed.RETURN)
    question = talk.asked(back, THEIRS)
    assert talk.told("нет подписи", THEIRS, reply_to=question) == ["Отчёт возвращён исполнителю, причина ему сообщена."]
    talk.told("с подписью", reply_to=talk.asked(talk.button("returned", EXECUTOR, Deed.REPORT)))
    assert talk.pressed(back[:40] + "a", THEIRS).startswith("Ничего не изменено: ")  # it is about the first report
    assert talk.pressed(talk.button("reported", CONTROLLER, Deed.ACCEPT), THEIRS) == "Отчёт принят, поручение закрыто."
    assert talk.state().state == State.CLOSED.value


def test_a_giant_text_is_refused_in_a_sentence(talk) -> None:
    question = talk.asked(talk.button("opening", EXECUTOR, Deed.REPORT))
    for length in (4001, 1_000_000):
        (said,) = talk.told("я" * length, reply_to=question)
        assert said.startswith(f"Не принято: сократите что сделано: помещается 4000 знаков, а в тексте {length}.")
    assert talk.deeds() == []


def test_a_file_instead_of_words_is_refused_in_a_sentence(talk) -> None:
    question = talk.asked(talk.button("opening", EXECUTOR, Deed.REPORT))
    assert talk.told(None, reply_to=question, document={"file_id": "x"}) == [FILES]


ANSWERS: list[tuple[Deed, str, dict[str, Any] | None]] = [
    (Deed.REPORT, "готово", {"text": "готово"}),
    (
        Deed.REPORT,
        "готово: https://lysva.example.org/1?a=b.",
        {"text": "готово", "evidence": "https://lysva.example.org/1?a=b"},
    ),
    (Deed.REPORT, "https://lysva.example.org/1", {"text": None, "evidence": "https://lysva.example.org/1"}),
    (Deed.REPORT, "Документ: справка № 5\nготово", {"text": "готово", "evidence": "справка № 5"}),
    (Deed.INTERIM, "подтверждение — письмо № 7", {"text": None, "evidence": "письмо № 7"}),
    (Deed.REPORT, "документы готовы", {"text": "документы готовы"}),
    (Deed.REPORT, "javascript:alert(1)", {"text": "javascript:alert(1)"}),
    (Deed.RETURN, "до 25.06.2021", {"reason": "до 25.06.2021"}),
    (Deed.ASK, "до 25.06.2021 ждём", {"until": date(2021, 6, 25), "reason": "ждём"}),
    (Deed.ASK, "25.6.2021г., ждём", {"until": date(2021, 6, 25), "reason": "ждём"}),
    (Deed.ASK, "До 25.06.2021\nждём", {"until": date(2021, 6, 25), "reason": "ждём"}),
    (Deed.ASK, "до 25.06.2021", {"until": date(2021, 6, 25), "reason": ""}),
    (Deed.ASK, "до пятницы", None),
    (Deed.ASK, "до 00.00.0000 ждём", None),
    (Deed.GRANT, "резолюция от 16.06.2021", {"until": None, "basis": "резолюция от 16.06.2021"}),
    (Deed.GRANT, "до 25.06.2021 резолюция", {"until": date(2021, 6, 25), "basis": "резолюция"}),
]


@pytest.mark.parametrize(("deed", "text", "said"), ANSWERS)
def test_a_reply_is_read(deed, text, said) -> None:
    assert read_answer(deed, text) == said


def test_a_code_links_the_chat_it_came_from(talk) -> None:
    with talk.desk.store.writing() as session:
        code = new_code(session, "p-shablonova", "telegram", "test", JUNE)
    (said,) = talk.told(f"/start {code}", 45)
    assert said == (
        "Шаблонова Г. Д.: Telegram привязан, кнопки под сообщениями о поручениях отвечают вам. "
        "Сами сообщения пока идут почтой: Telegram включает администратор в справочнике людей."
    )
    with talk.desk.store.reading() as session:
        assert with_accounts(session, talk.desk.directory).people["p-shablonova"].telegram == "45"
    assert talk.told(f"/start {code}", 46) == [BAD_CODE]


def test_the_account_that_is_left_hears_of_it(talk) -> None:
    with talk.desk.store.writing() as session:
        code = new_code(session, EXECUTOR, "telegram", "test", JUNE)
    talk.api.says(f"/start {code}", 47)
    talk.round()
    welcome, farewell = talk.api.accepted
    assert (welcome["chat_id"], farewell["chat_id"]) == (47, str(MINE))
    assert farewell["text"].endswith(
        ": привязан другой Telegram, сюда сообщения больше не придут. Если это не вы, скажите администратору."
    )
    button = talk.button("opening", EXECUTOR, Deed.START)
    assert (talk.pressed(button), talk.pressed(button, 47)) == (NOT_YOURS, DONE)


def test_used_late_and_unknown_codes_are_refused_in_the_same_words(talk) -> None:
    with talk.desk.store.writing() as session:
        late = new_code(session, "p-shablonova", "telegram", "test", JUNE - 2 * DAY)
    for code in (late, "x", "0" * 64, "<b>", "'; DROP TABLE account; --"[:20].replace(" ", "")):
        assert talk.told(f"/start {code}", 45) == [BAD_CODE]


def test_guessing_is_slowed(talk) -> None:
    with talk.desk.store.writing() as session:
        code = new_code(session, "p-shablonova", "telegram", "test", JUNE)
    for n in range(5):
        assert talk.told(f"/start {n}", 45) == [BAD_CODE]
    assert talk.told(f"/start {code}", 45) == [BAD_CODE]
    talk.now += timedelta(hours=1)
    assert talk.told(f"/start {code}", 45) != [BAD_CODE]


def test_a_code_said_in_a_group_links_nobody(talk) -> None:
    with talk.desk.store.writing() as session:
        code = new_code(session, "p-shablonova", "telegram", "test", JUNE)
    talk.api.update(message={"from": {"id": 45}, "chat": {"id": -100, "type": "supergroup"}, "text": f"/start {code}"})
    assert (talk.round().updates, talk.api.accepted) == (1, [])
    assert len(talk.desk.rows(AccountRow)) == 3


def test_the_bot_says_what_to_do_and_nothing_to_strangers(talk) -> None:
    assert talk.told("/start") == [HELLO]
    assert talk.told("/start", NOBODYS) == [HELLO]
    assert talk.told("добрый день") == [HINT]
    assert talk.told("добрый день", NOBODYS) == []


SHAPES: list[dict[str, Any]] = [
    {},
    {"message": None},
    {"message": "text"},
    {"message": {"text": "/start"}},
    {"message": {"chat": {"id": True, "type": "private"}, "from": {"id": True}, "text": "/start"}},
    {"callback_query": {"id": 5}},
    {"callback_query": []},
    {"channel_post": {"text": "/start"}},
]


def test_what_is_of_no_known_shape_is_passed_over(talk) -> None:
    for content in SHAPES:
        talk.api.update(**content)
        assert talk.round() == Taken(updates=1)
    assert talk.api.accepted == []


def test_a_press_of_no_known_shape_is_answered_all_the_same(talk) -> None:
    for data in (None, 7, {"a": 1}, ["x"], "\ud800" * 41, "я" * 10_000):
        assert talk.pressed(data) == STALE
    assert talk.pressed(talk.button("opening", EXECUTOR, Deed.START)) == DONE


def test_news_without_a_number_are_passed_over(talk) -> None:
    good = talk.button("opening", EXECUTOR, Deed.START)
    for number in (None, "7", True, -1, 2**31, 1.5):
        talk.api._updates.append({"update_id": number, "message": {"text": "x"}} if number is not None else {"x": 1})
    talk.api._get_updates = lambda _fields: list(talk.api._updates)
    talk.api.press(good, MINE)
    assert talk.round() == Taken(updates=1)


def test_an_update_is_taken_once_though_the_process_is_killed(talk, monkeypatch) -> None:
    """Killed before the transaction is through, all is done by the next; after it, nothing is done again."""

    class Dead(BaseException):
        pass

    def kill(*_: Any) -> Any:
        raise Dead

    button = talk.button("opening", EXECUTOR, Deed.START)
    talk.api.press(button, MINE)
    for name, done in (("_advance", 0), ("converse", 0), ("_answer", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(polling, name, kill)
            with pytest.raises(Dead):
                talk.round()
        assert len(talk.deeds()) == done
    assert talk.round() == Taken()
    assert len(talk.deeds()) == 1


def test_the_deed_and_its_number_are_one_transaction(talk, monkeypatch) -> None:
    talk.api.press(talk.button("opening", EXECUTOR, Deed.START), MINE)
    number = talk.api._updates[-1]["update_id"]
    monkeypatch.setattr(polling, "_answer", lambda *_: True)
    talk.round()
    assert [one.next_update for one in talk.desk.rows(PollRow)] == [number + 1]


def test_of_two_pollers_one_takes_an_update(talk) -> None:
    """The second asked for the same news, and finds that they were taken in the meantime."""
    talk.api.press(talk.button("opening", EXECUTOR, Deed.START), MINE)

    def late(*given: Any) -> Any:
        news = talk.bot.call(*given)
        assert talk.round() == Taken(updates=1)
        return news

    assert run_once(talk.poller, lambda: talk.now, late) == Taken()
    assert len(talk.deeds()) == 1


def test_numbers_that_begin_anew_after_a_quiet_week_are_taken(talk) -> None:
    talk.told("/start")
    talk.api._numbers = iter(range(5, 100))
    talk.api._get_updates = lambda _fields: list(talk.api._updates)[-1:]
    talk.api.press(talk.button("opening", EXECUTOR, Deed.START), MINE)
    assert talk.round() == Taken(updates=1)
    assert [one.next_update for one in talk.desk.rows(PollRow)] == [6]


def test_one_update_that_fails_does_not_hold_up_the_next(talk, monkeypatch, caplog) -> None:
    usual = polling.converse

    def fail_once(ear: Any, update: Any) -> Any:
        if update.get("message"):
            raise RuntimeError("unforeseen")
        return usual(ear, update)

    monkeypatch.setattr(polling, "converse", fail_once)
    talk.api.says("x", MINE)
    talk.api.press(talk.button("opening", EXECUTOR, Deed.START), MINE)
    assert talk.round() == Taken(updates=2)
    assert [one["text"] for one in talk.api.accepted] == [FAULT]
    assert talk.state().state == State.IN_PROGRESS.value


def test_a_broken_people_file_leaves_the_news_where_they_are(talk) -> None:
    talk.api.press(talk.button("opening", EXECUTOR, Deed.START), MINE)

    def broken() -> Any:
        raise PeopleError("файл людей с ошибками")

    poller = Poller(talk.desk.store, talk.bot, broken, OWNER, talk.signer)
    with pytest.raises(PeopleError):
        run_once(poller, lambda: talk.now, talk.bot.call)
    assert talk.round() == Taken(updates=1)


def test_an_answer_that_telegram_does_not_want_now_stops_all_calls_until_then(talk) -> None:
    talk.api.script["answerCallbackQuery"].append(too_many(90))
    talk.pressed(talk.button("opening", EXECUTOR, Deed.ASK))
    calls = len(talk.api.calls)
    assert talk.round() == Taken(asked=False, wait_seconds=60)
    assert len(talk.api.calls) == calls
    with talk.desk.store.reading() as session:
        assert pauses.paused_until(session, "telegram", talk.now) == JUNE + timedelta(seconds=90)
    talk.now += timedelta(seconds=90)
    assert talk.round() == Taken()


TROUBLES = [
    (UNAUTHORIZED, "ключ бота не принят: проверьте SROK_TELEGRAM_TOKEN", 0),
    (CONFLICT, "сообщения боту забирает другая программа с тем же ключом: остановите её или смените ключ", 0),
    (PAGE, "вместо Telegram ответил другой сервер: 502", 0),
    (too_many(30), "Telegram отказал: 429 Too Many Requests: retry after 30", 30.0),
    (CUT_BEFORE, "связь с Telegram прервалась после передачи", 0),
]


def test_a_trouble_is_told_and_takes_nothing(talk) -> None:
    talk.api.press(talk.button("opening", EXECUTOR, Deed.START), MINE)
    for fault, said, seconds in TROUBLES:
        talk.api.script["getUpdates"].append(fault)
        assert talk.round() == Taken(trouble=said, wait_seconds=seconds)
    assert talk.round() == Taken(updates=1)


def test_tokens_and_codes_stand_in_no_log_and_no_table(talk, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    with talk.desk.store.writing() as session:
        code = new_code(session, "p-shablonova", "telegram", "test", JUNE)
    button = talk.button("opening", EXECUTOR, Deed.REPORT)
    talk.told("готово", reply_to=talk.asked(button))
    talk.told(f"/start {code}", 45)
    talk.api.script["answerCallbackQuery"].append(PAGE)
    talk.pressed(button)
    tables = [one.model_dump() for model in (JournalRow, AccountRow, AssignmentRow) for one in talk.desk.rows(model)]
    for secret in (TOKEN, code, button[:40]):
        assert secret not in caplog.text + json.dumps(tables, default=str)


def test_a_letter_of_a_pass_goes_to_the_linked_account_and_its_buttons_act(talk, tmp_path) -> None:
    """All of it at once: the linked account, the letter's buttons, the press, and the answer to a forged one."""
    desk, api = talk.desk, talk.api
    desk.people = desk.people.replace("  - id: p-eskizov\n", "  - id: p-eskizov\n    channels: [telegram, mail]\n")
    settings = Settings(home=tmp_path, telegram_token=SecretStr(TOKEN), telegram_api_base=api.base)
    assert pass_over(desk.store, desk.directory, settings, JUNE).alarms == ()
    (message,) = [one for one in api.accepted if one["chat_id"] == str(MINE)]
    (row,) = message["reply_markup"]["inline_keyboard"]
    assert "нажмите кнопку под сообщением или сообщите координатору плана" in message["text"].casefold()
    assert "ответьте на это письмо" not in message["text"].casefold()
    assert [one["text"] for one in row] == ["1.1: Взять в работу", "1.1: Отчитаться", "1.1: Попросить о продлении"]
    talk.poller = replace(talk.poller, signer=Signer(signing_key(settings)))
    assert talk.pressed(row[0]["callback_data"], THEIRS) == NOT_YOURS
    assert talk.pressed(row[0]["callback_data"]) == DONE
    assert talk.state().state == State.IN_PROGRESS.value
    assert talk.told("готово", reply_to=talk.asked(row[1]["callback_data"])) == [
        "Отчёт записан и отправлен на проверку."
    ]
    assert talk.pressed(row[1]["callback_data"]).startswith("Ничего не изменено: поручение в состоянии «на проверке»")
    dump = "".join(file.read_bytes().decode("latin-1") for file in tmp_path.glob("srok.db*"))
    assert row[0]["callback_data"][:40] not in dump
