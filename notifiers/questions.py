"""What the bot asks for after a button that needs words, and how the reply is read."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from engine.people import Person
from engine.transition import Deed
from notifiers.answers import LETTERS, Answerable
from notifiers.envelope import one_line

CHANNEL = "telegram"
TITLE_CHARACTERS = 300
QUESTION = re.compile(r"Вопрос ([A-Za-z0-9_-]{40})([a-z])([0-9a-f]{16})\s*$")
"""Last line of a question: token, letter of the deed, fingerprint of the state it was asked at."""
HINT = "Чтобы ответить по поручению, нажмите кнопку под сообщением о нём; если кнопок нет — сообщите координатору."
FILES = "Ответьте текстом: файлов srok не принимает. Назовите документ (вид, № и дата) или дайте ссылку."
MISREAD = "День не понят, ничего не изменено. Ответьте на тот же вопрос так: до 25.06.2021 ждём сведения школ"
_ASKS = {
    Deed.REPORT: "Что сделано? Ответьте на это сообщение.",
    Deed.INTERIM: "Что уже сделано? Ответьте на это сообщение; поручение останется в работе.",
    Deed.RETURN: "Почему отчёт возвращается? Ответьте на это сообщение: причину увидит исполнитель.",
    Deed.ASK: "До какого дня продлить и почему? Ответьте на это сообщение так: до 25.06.2021 ждём сведения школ",
    Deed.GRANT: (
        "Каким документом продлён срок? Ответьте на это сообщение: вид, № и дата. "
        "Если день другой, чем просят, начните с него: до 25.06.2021 резолюция от 16.06.2021"
    ),
    Deed.REFUSE: "Почему срок не продлён? Ответьте на это сообщение: причину увидит исполнитель.",
}
_FORM = " Документ — последней строкой: «Документ: справка № 5 от 16.06.2021»; ссылка — где угодно."
_DOCUMENT = re.compile(r"^[ \t]*(?:документ|подтверждение)[ \t]*[:—–-][ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_LINK = re.compile(r"https?://[^\s<>\"]+")
_UNTIL = re.compile(r"\s*(?:до\s+)?(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*г\.?(?=\W|$))?[\s,;:.—–-]*", re.IGNORECASE)


def question(about: Answerable, deed: Deed, token: str) -> str:
    """Return what is asked for *deed*; its last line brings the token and the state back with the reply."""
    measure, letter = about.case.measure, next(one for one, of in LETTERS.items() if of is deed)
    title = one_line(measure.title)
    shown = title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 1] + "…"
    what = f"{about.office.roadmap.plan.id}, п. {about.office.roadmap.label(measure)}. {shown}"
    return f"{what}\n\n{_ASKS[deed]}{form(deed)}\n\nВопрос {token}{letter}{about.seen}"


def form(deed: Deed) -> str:
    """Return how a document is named in the reply, where one may be."""
    return _FORM if deed in {Deed.REPORT, Deed.INTERIM} else ""


def read_answer(deed: Deed, text: str) -> dict[str, Any] | None:
    """Return what a reply says, as `notifiers.answers.answer` takes it; None where a day is wanted and not there."""
    if deed in {Deed.REPORT, Deed.INTERIM}:
        return _report(text)
    if deed in {Deed.RETURN, Deed.REFUSE}:
        return {"reason": text}
    until, rest = _day(text)
    if deed is Deed.ASK:
        return {"until": until, "reason": rest} if until is not None else None
    return {"until": until, "basis": rest}


def _report(text: str) -> dict[str, Any]:
    document = list(_DOCUMENT.finditer(text))
    found = document[-1] if document else _LINK.search(text)
    if found is None:
        return {"text": text}
    evidence = found[1] if document else found[0].rstrip(".,;:)»")
    left = text[: found.start()] + text[found.start() + len(evidence) :] if not document else _without(text, found)
    return {"text": left.strip(" \n.,;:—–-") or None, "evidence": evidence}


def _without(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + text[found.end() :]


def _day(text: str) -> tuple[date | None, str]:
    """Return the day that *text* begins with, and what follows it."""
    found = _UNTIL.match(text)
    if found is None:
        return None, text
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day), text[found.end() :]
    except ValueError:
        return None, text


def farewell(person: Person) -> str:
    """Return what is said to the account that is a person's no more."""
    said = "привязан другой Telegram, сюда сообщения больше не придут. Если это не вы, скажите администратору."
    return f"{person.name}: {said}"


def welcome(person: Person) -> str:
    """Return what is said to who has linked his account."""
    said = f"{person.name}: Telegram привязан, кнопки под сообщениями о поручениях отвечают вам."
    if CHANNEL in person.channels:
        return f"{said} Сообщения будут приходить сюда."
    return f"{said} Сами сообщения пока идут почтой: Telegram включает администратор в справочнике людей."
