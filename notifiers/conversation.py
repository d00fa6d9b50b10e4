"""What people say to the bot and what it answers: codes that link accounts, presses of buttons, replies to questions.

Whatever comes in may be forged, old, another's or of no known shape. A deed and its answer are decided in one
transaction of the caller; the answers are calls of the Bot API, made once it is through. They are plain text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from engine.errors import NotFoundError, TransitionError
from engine.people import Directory
from engine.store.accounts import link
from engine.transition import Deed
from notifiers import questions
from notifiers.answers import LETTERS, Answerable, answer, open_link, standing
from notifiers.questions import CHANNEL, FILES, HINT, MISREAD, QUESTION, question, read_answer
from notifiers.tokens import LENGTH, Signer

AT_ONCE = frozenset({Deed.START, Deed.ACCEPT})
"""Deeds with which nothing has to be said."""
WRONG_CODES = 5
"""So many from one chat, then its codes are not looked at for an hour."""
FORGET_CODES = timedelta(hours=1)
MOST_CHATS = 10_000
TOAST_CHARACTERS = 200
"""Of the answer to a press (core.telegram.org/bots/api#answercallbackquery)."""

STALE = "Эта кнопка больше не действует. Посмотрите новое сообщение о поручении или сообщите координатору."
NOT_YOURS = (
    "Ничего не изменено: отвечает тот, кому пришло сообщение, из привязанного Telegram. "
    "Если это вы, попросите у администратора код привязки."
)
BAD_CODE = (
    "Код не подошёл: он использован, устарел или записан с ошибкой. Попросите новый; после пяти ошибок ждите час."
)
HELLO = (
    "Здравствуйте! Чтобы получать сюда сообщения о поручениях, попросите у администратора код и отправьте: /start КОД"
)
FAULT = "Не получилось: внутренняя ошибка. Ничего не изменено; сообщите администратору."
_START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the Bot API to be made."""

    method: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """What one update led to: the calls that answer it, and whether a term may have moved."""

    calls: tuple[Call, ...] = ()
    moved: bool = False


@dataclass(slots=True)
class Guesses:
    """Wrong codes of the last hour, by chat."""

    wrong: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def too_many(self, chat: int, now: datetime) -> bool:
        """Tell whether codes of *chat* are not looked at."""
        kept = [one for one in self.wrong.get(chat, []) if now - one < FORGET_CODES]
        return len(kept) >= WRONG_CODES

    def note(self, chat: int, now: datetime) -> None:
        """Note a wrong code; of very many chats the first ones are forgotten."""
        self.wrong[chat] = [*self.wrong.pop(chat, [])[-WRONG_CODES + 1 :], now]
        while len(self.wrong) > MOST_CHATS:
            self.wrong.pop(next(iter(self.wrong)))


@dataclass(frozen=True, slots=True)
class Ear:
    """By what an update is understood; *directory* has the linked accounts."""

    session: Session
    directory: Directory
    owner: str | None
    signer: Signer
    guesses: Guesses
    now: datetime


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a button or a question is about, checked: the holder of *token* may do *deed* now."""

    token: str
    deed: Deed
    about: Answerable


def converse(ear: Ear, update: dict[str, Any]) -> Heard:
    """Do what *update* asks for and return the answers; what is of no known shape leads to nothing."""
    pressed, said = update.get("callback_query"), update.get("message")
    if isinstance(pressed, dict) and isinstance(pressed.get("id"), str):
        return _pressed(ear, pressed)
    chat = _private(said)
    if isinstance(said, dict) and chat is not None:
        return _said(ear, said, chat)
    return Heard()


def apology(update: dict[str, Any]) -> Heard:
    """Answer an update that could not be dealt with."""
    pressed = update.get("callback_query")
    if isinstance(pressed, dict) and isinstance(pressed.get("id"), str):
        return Heard((_toast(pressed["id"], FAULT, alert=True),))
    chat = _private(update.get("message"))
    return Heard((tell(chat, FAULT),)) if chat is not None else Heard()


def tell(chat: int | str, text: str, **more: Any) -> Call:
    """Return the call that says *text*."""
    return Call("sendMessage", {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}, **more})


def _toast(query: str, text: str, *, alert: bool) -> Call:
    short = text if len(text) <= TOAST_CHARACTERS else text[: TOAST_CHARACTERS - 1] + "…"
    return Call("answerCallbackQuery", {"callback_query_id": query, "text": short, "show_alert": alert})


def _id(of: Any) -> int | None:
    number = of.get("id") if isinstance(of, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _private(message: Any) -> int | None:
    """Return the user who says *message* in a chat of his own with the bot."""
    if not isinstance(message, dict) or not isinstance(message.get("chat"), dict):
        return None
    sender, chat = _id(message.get("from")), message["chat"]
    return sender if chat.get("type") == "private" and _id(chat) == sender else None


def _pressed(ear: Ear, query: dict[str, Any]) -> Heard:
    number, chat, message = query["id"], _id(query.get("from")), query.get("message")
    meant = _meant(ear, query.get("data"), chat)
    if isinstance(meant, str) or chat is None:
        said = meant if isinstance(meant, str) else STALE
        return Heard((_toast(number, said, alert=True), *_fresh_buttons(ear, query.get("data"), chat, message)))
    if meant.deed not in AT_ONCE:
        asked = tell(chat, question(meant.about, meant.deed, meant.token), reply_markup={"force_reply": True})
        return Heard((_toast(number, "Ответьте на вопрос бота.", alert=False), asked))
    said, done = _do(ear, meant, meant.about.seen)
    told = (tell(chat, said),) if len(said) > TOAST_CHARACTERS else ()
    buttons = _fresh_buttons(ear, query.get("data"), chat, message)
    return Heard((_toast(number, said, alert=not done), *told, *buttons))


def _meant(ear: Ear, data: Any, chat: int | None) -> _Meant | str:
    """Return what *data*, token and letter, means when it comes from *chat*; a sentence where it may not be done."""
    if not isinstance(data, str) or chat is None:
        return STALE
    token, deed = data[:LENGTH], LETTERS.get(data[LENGTH:])
    number = ear.signer.read(token, ear.now)
    about = open_link(ear.session, ear.directory, ear.owner, number, ear.now) if number is not None else None
    if deed is None or about is None:
        return STALE
    if about.person.telegram != str(chat):
        return NOT_YOURS
    if deed not in about.deeds:
        return f"Ничего не изменено: {standing(about)}"
    return _Meant(token, deed, about)


def _do(ear: Ear, meant: _Meant, seen: str, **said: Any) -> tuple[str, bool]:
    """Do it and say what came of it, and whether anything was refused."""
    try:
        with ear.session.begin_nested():
            done = answer(
                ear.session, meant.about, meant.deed, seen=seen, account=CHANNEL, now=ear.now, **said
            )  # fmt: skip
    except (TransitionError, NotFoundError) as error:
        return f"Не принято: {error}.", False
    return done, True


def _fresh_buttons(ear: Ear, data: Any, chat: int | None, message: Any) -> tuple[Call, ...]:
    """Take away the buttons of an item that mean nothing any more; those of other items stay."""
    token = data[:LENGTH] if isinstance(data, str) else ""
    number = ear.signer.read(token, ear.now)
    about = open_link(ear.session, ear.directory, ear.owner, number, ear.now) if number is not None else None
    if about is None or about.person.telegram != str(chat) or not isinstance(message, dict):
        return ()
    good = {token + letter for letter, deed in LETTERS.items() if deed in about.deeds}
    try:
        rows = message["reply_markup"]["inline_keyboard"]
        kept = [[one for one in row if _stays(one, token, good)] for row in rows]
        where = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
    except (KeyError, TypeError, AttributeError):
        return ()
    if kept == rows:
        return ()
    left = {"inline_keyboard": [row for row in kept if row]}
    return (Call("editMessageReplyMarkup", {**where, "reply_markup": left}),)


def _stays(button: dict[str, Any], token: str, good: set[str]) -> bool:
    data = button.get("callback_data")
    return not isinstance(data, str) or not data.startswith(token) or data in good


def _said(ear: Ear, message: dict[str, Any], chat: int) -> Heard:
    text = message.get("text")
    words = text if isinstance(text, str) else ""
    start = _START.fullmatch(words)
    if start is not None:
        return Heard(_linked(ear, start[1], chat) if start[1] else (tell(chat, HELLO),))
    about = message.get("reply_to_message")
    asked = QUESTION.search(str(about.get("text"))) if isinstance(about, dict) else None
    if asked is not None:
        return _replied(ear, chat, words, *asked.groups())
    known = any(person.telegram == str(chat) for person in ear.directory.people.values())
    return Heard((tell(chat, HINT),)) if known else Heard()  # strangers are answered to /start alone


def _linked(ear: Ear, code: str, chat: int) -> tuple[Call, ...]:
    """Link the chat by a code; a wrong, used or late one, and one too many, are refused in the same words.

    The account that is left hears of it: it may not be its owner who linked another.
    """
    if ear.guesses.too_many(chat, ear.now):
        return (tell(chat, BAD_CODE),)
    linked = link(ear.session, ear.directory, CHANNEL, code, str(chat), ear.now)
    if linked is None:
        ear.guesses.note(chat, ear.now)
        return (tell(chat, BAD_CODE),)
    left = (tell(linked.before, questions.farewell(linked.person)),) if linked.before else ()
    return (tell(chat, questions.welcome(linked.person)), *left)


def _replied(ear: Ear, chat: int, text: str, token: str, letter: str, seen: str) -> Heard:
    meant = _meant(ear, token + letter, chat)
    if isinstance(meant, str):
        return Heard((tell(chat, meant),))
    if not text.strip():
        return Heard((tell(chat, FILES),))
    said = read_answer(meant.deed, text)
    if said is None:
        return Heard((tell(chat, MISREAD),))
    sentence, done = _do(ear, meant, seen, **said)
    again = "" if done else f" Ответьте ещё раз на тот же вопрос.{questions.form(meant.deed)}"
    return Heard((tell(chat, sentence + again),), moved=meant.deed is Deed.GRANT)
