"""The head of an order: kind, number, date, place, who signed it and who controls it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from engine.importer.clauses import begins_preamble
from engine.importer.findings import Finding, flat
from engine.importer.rows import Paragraph, Source
from engine.importer.wording import find_names, people_named
from engine.people import Directory

_KINDS = ("приказ", "распоряжение", "постановление")
_DATE = re.compile(r"\b(\d{2})\.(\d{2})\.(\d{4})\b")
_NUMBER = re.compile(r"№\s*(\S+)|\b(\d+[-/]\S+)")
_PLACE = re.compile(r"(?:г\.|город\S{0,20}|с\.|п\.|пгт\.?)\s?[А-ЯЁ][а-яё]+(?:[- ][А-ЯЁ][а-яё]+)*")
_SUBJECT = re.compile(r"^(Об?|О\s)\b")
_SIGNATURE = re.compile(r"^[А-ЯЁ]\. ?[А-ЯЁ]\. ?[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?$")
_PLAN_TITLE = re.compile(r"^(муниципальн\S+ )?(план|дорожная карта|комплекс мер)\b", re.IGNORECASE)


@dataclass
class Head:
    """What the head says, what it was read from, and what it does not say."""

    kind: str | None = None
    number: str | None = None
    day: date | None = None
    place: str | None = None
    signatory: str | None = None
    controller: str | None = None
    title: str | None = None
    subject: str | None = None
    used: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_head(source: Source, directory: Directory) -> Head:
    """Read the head of *source*; orders cited in the preamble are not taken for it.

    Number, date and place are looked for between the word «ПРИКАЗ» and the subject of the order alone.
    """
    head, paragraphs = Head(), source.paragraphs
    start = next((i for i, one in enumerate(paragraphs) if flat(one.text).casefold() in _KINDS), None)
    if start is not None:
        head.kind = flat(paragraphs[start].text).casefold()
        head.used[paragraphs[start].line] = "head"
        _requisites(head, paragraphs[start + 1 :])
        _signatory(head, paragraphs[start + 1 :])
        _controller(head, paragraphs, directory)
    _plan_title(head, source)
    return head


def _requisites(head: Head, paragraphs: tuple[Paragraph, ...]) -> None:
    zone: list[Paragraph] = []
    subject: list[Paragraph] = []
    for one in paragraphs:
        if begins_preamble(one.text):
            break
        (subject if subject or _SUBJECT.match(one.text) else zone).append(one)
    text = flat(" ".join(one.text for one in zone))
    head.day = _day(text)
    rest = _DATE.sub(" ", text)
    number, place = _NUMBER.search(rest), _PLACE.search(rest)
    head.number = (number[1] or number[2]) if number else None
    head.place = flat(place[0]) if place else None
    head.title = flat(" ".join(one.text for one in subject)) or None
    head.used |= {one.line: "head" for one in (*zone, *subject)}
    for found in (number, place):
        rest = rest.replace(found[0], " ") if found else rest
    if flat(rest).removeprefix("от").strip():
        message = f"Под словом «{(head.kind or '').upper()}» стоит и другое: «{text}». Проверьте реквизиты."
        head.findings.append(Finding("head-words", zone[0].line, None, message))
    for missing, what in ((head.day, "дата"), (head.number, "номер")):
        if missing is None:
            message = f"Под словом «{(head.kind or '').upper()}» не найден реквизит «{what}»: впишите его в план."
            head.findings.append(Finding("order-incomplete", zone[0].line if zone else None, None, message))


def _day(text: str) -> date | None:
    match = _DATE.search(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def _signatory(head: Head, paragraphs: tuple[Paragraph, ...]) -> None:
    signed = next((one for one in paragraphs if _SIGNATURE.match(one.text)), None)
    if signed is None:
        message = "Не найдено, кто подписал приказ: впишите signatory и issuer."
        head.findings.append(Finding("no-signatory", None, None, message))
        return
    head.signatory = signed.text
    head.used[signed.line] = "head"


def _controller(head: Head, paragraphs: tuple[Paragraph, ...], directory: Directory) -> None:
    clause = next((one for one in paragraphs if _lays_control(one.text)), None)
    if clause is None:
        message = "Приказ не говорит, на кого возложен контроль: впишите controller."
        head.findings.append(Finding("control-not-laid", None, None, message))
        return
    known = [name.spelt for name in find_names(clause.text, directory, oblique=True) if name.known]
    head.controller = known[0] if known else None
    if not known:
        message = f"Контролёр по приказу справочнику людей не известен: «{clause.text}». Впишите controller."
        head.findings.append(Finding("controller-not-known", clause.line, None, message))
    for written, surname in people_named(clause.text, "accusative"):
        guess = f", по-видимому {surname}" if surname else ""
        message = f"Контролёр назван в приказе «{written}»{guess}: проверьте имя в справочнике людей."
        head.findings.append(Finding("name-in-case", clause.line, None, message))


def _lays_control(text: str) -> bool:
    words = text.casefold()
    return "контрол" in words and "возложить" in words


def _plan_title(head: Head, source: Source) -> None:
    """Take the title of the plan: the lines from «План…» to the table that follow one another."""
    table = next((row.line for row in source.rows), None)
    if table is None:
        return
    above = [one for one in source.paragraphs if one.line < table]
    start = next((i for i in range(len(above) - 1, -1, -1) if _PLAN_TITLE.match(above[i].text)), None)
    if start is None:
        message = "Над таблицей нет заголовка плана: впишите title."
        head.findings.append(Finding("no-title", table, None, message))
        return
    lines = [one for i, one in enumerate(above[start:]) if one.line == above[start].line + i]
    subject = head.subject = head.title
    head.title = flat(" ".join(one.text for one in lines))
    if subject:
        message = f"Приказ называется «{subject}»; названием плана взят заголовок над таблицей: проверьте оба."
        head.findings.append(Finding("two-titles", lines[0].line, None, message))
    head.used |= {one.line: "title" for one in lines}
