"""The head of an order: who issued it, its kind, number, date and place, who signed, controls and answers for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.importer.approval import find_approval, find_approver
from engine.importer.clauses import begins_clauses, begins_preamble
from engine.importer.findings import Finding, flat
from engine.importer.requisites import Requisites, kind_of, requisites
from engine.importer.rows import Paragraph, Source
from engine.importer.signing import LONGEST_LINE, controller, coordinator, find_signature, issuer
from engine.importer.table import lines_outside
from engine.people import Directory

_SUBJECT = re.compile(r"[«\"“]?Об? ")
_AMENDS = re.compile(r"[«\"“]?Об? (внесении )?изменени", re.IGNORECASE)
_FIRST_CLAUSE = re.compile(r"^1[.)]\s")
"""An order may give no reasons: its clauses stand right below the subject."""
_PLAN_TITLE = re.compile(
    r"(\w+(ый|ой|ий|ая) ){0,2}(план|дорожная карта|комплекс мер|перечень|график|циклограмма)\b", re.IGNORECASE
)
_NOT_TITLE = re.compile(r"Цел[ьи]\b|Задач[аи]\b|[-–—•*]|\d+[.)]")
_NOT_LETTERHEAD = re.compile(r"\d|@|\bтел\b|\bул\.|\bпроект\b", re.IGNORECASE)
_HEAD_LINES = 15
"""Between the word «ПРИКАЗ» and its subject there are no more lines, nor in a letterhead."""


@dataclass
class Head:
    """What the head says, what it was read from, and what it does not say.

    Attributes:
        subject: The title of the order where the plan has one of its own.
        formal: Lines read as part of the head whose words stand in no field.
    """

    kind: str | None = None
    number: str | None = None
    day: date | None = None
    place: str | None = None
    organization: str | None = None
    signatory: str | None = None
    issuer: str | None = None
    controller: str | None = None
    coordinator: str | None = None
    title: str | None = None
    subject: str | None = None
    used: dict[int, str] = field(default_factory=dict)
    formal: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def find(self, code: str, line: int | None, message: str) -> None:
        """Add a finding about the document as a whole."""
        self.findings.append(Finding(code, line, None, message))

    def use(self, *lines: int) -> None:
        """Mark lines whose words stand in a field or a finding."""
        self.used |= dict.fromkeys(lines, "head")


def read_head(source: Source, directory: Directory) -> Head:
    """Read the head of *source*; orders cited in the preamble or in a measure are not taken for it.

    Number, date and place are looked for between the word «ПРИКАЗ» and the subject of the order, and in the words
    over an appendix, alone.
    """
    head, lines = Head(), lines_outside(source)
    table = next((row.line for row in source.rows if row.line not in {one.line for one in lines}), None)
    start = next((at for at, one in enumerate(lines) if kind_of(one.text)), None)
    if start is not None:
        _letterhead(head, lines[:start])
        after = _requisites(head, lines, start)
        _signed(head, after, directory)
    _approval(head, [one for one in lines if table is None or one.line < table], directory)
    _plan_title(head, lines, table)
    return head


def _letterhead(head: Head, lines: Sequence[Paragraph]) -> None:
    """Take the office that issued the order from the lines above its kind, as printed."""
    names = [one for one in lines[-_HEAD_LINES:] if not _NOT_LETTERHEAD.search(one.text)]
    words = flat(" ".join(one.text for one in names))
    if not words or len(words) > LONGEST_LINE:
        return
    head.organization = words
    head.use(*(one.line for one in names))
    message = f"Организация взята из бланка, как напечатана: «{words}». Поправьте написание в organization."
    head.find("organization-taken", names[0].line, message)


def _requisites(head: Head, lines: Sequence[Paragraph], start: int) -> Sequence[Paragraph]:
    """Read number, day, place and subject, and return the lines below them."""
    first = lines[start]
    head.kind, beside = kind_of(first.text) or (None, "")
    head.use(first.line)
    if beside.isupper() and not requisites(beside).numbers:
        head.organization = flat(f"{head.organization or ''} {beside}")
        beside = ""
    zone, at = [beside] if beside else [], start + 1
    place = first.line if beside or at == len(lines) else lines[at].line
    while at < min(len(lines), start + _HEAD_LINES) and not _ends_zone(lines[at].text):
        zone.append(lines[at].text)
        head.use(lines[at].line)
        at += 1
    subject: list[Paragraph] = []
    while at < len(lines) and _is_subject(lines[at], subject):
        subject.append(lines[at])
        at += 1
    head.use(*(one.line for one in subject))
    head.title = flat(" ".join(one.text for one in subject)) or None
    _take(head, requisites(" ".join(zone)), flat(" ".join(zone)), place)
    return lines[at:]


def _ends_zone(text: str) -> bool:
    return len(text) > LONGEST_LINE or begins_preamble(text) or _SUBJECT.match(text) is not None


def _is_subject(line: Paragraph, before: Sequence[Paragraph]) -> bool:
    """Tell whether *line* is of the subject: it begins with «О», or goes on right below such a line."""
    if begins_preamble(line.text) or _FIRST_CLAUSE.match(line.text):
        return False
    if not before:
        return _SUBJECT.match(line.text) is not None
    return len(line.text) <= LONGEST_LINE and (line.line == before[-1].line + 1 or line.text[:1].islower())


def _take(head: Head, said: Requisites, text: str, line: int) -> None:
    """Take number, day and place where each is one; of two none, and a person decides."""
    word = (head.kind or "").upper()
    head.number = said.numbers[0] if len(said.numbers) == 1 else None
    head.day = said.days[0] if len(said.days) == 1 else None
    head.place = said.place
    twice = [name for name, found in (("номера", said.numbers), ("даты", said.days)) if len(found) > 1]
    missing = [name for name, found in (("дата", said.days), ("номер", said.numbers)) if not found]
    if twice:
        message = f"Под словом «{word}» разные {' и '.join(twice)}: «{text}». Впишите верные в order."
        head.find("head-ambiguous", line, message)
    for what in missing:
        quoted = f" («{text}»)" if text else ""
        head.find(
            "order-incomplete", line, f"Под словом «{word}» не найден реквизит «{what}»{quoted}: впишите его в план."
        )
    if said.rest and not twice and not missing:
        head.find("head-words", line, f"Под словом «{word}» стоит и другое: «{text}». Проверьте реквизиты.")


def _signed(head: Head, lines: Sequence[Paragraph], directory: Directory) -> None:
    """Read who signed, who controls and who answers for the order, below its subject."""
    ordered = next((at for at, one in enumerate(lines) if begins_clauses(one.text)), -1)
    signature = find_signature(lines[ordered + 1 :])
    if signature is None:
        head.find("no-signatory", None, "Не найдено, кто подписал приказ: впишите signatory и issuer.")
    else:
        head.signatory = signature.name
        head.use(*signature.lines)
        head.issuer, found = issuer(signature, head.organization or "", directory)
        head.findings += found
    head.controller, found = controller(lines, head.issuer, directory)
    head.findings += found
    head.coordinator, found = coordinator(lines, directory)
    head.findings += found


def _approval(head: Head, lines: Sequence[Paragraph], directory: Directory) -> None:
    """Read the words over the appendix: the order where there is no other, else the same number and day."""
    approval = find_approval(lines)
    if approval is None:
        if head.kind is None:
            _approver(head, lines, directory)
        return
    line = approval.lines[0]
    same = approval.numbers == (head.number,) and approval.days == (head.day,)
    head.use(*approval.lines)
    if head.number and head.day and same:
        head.formal |= set(approval.lines)
        return
    if head.number or head.day:
        differs = (head.number and head.number not in approval.numbers) or (head.day and head.day not in approval.days)
        if differs or len(approval.numbers) > 1 or len(approval.days) > 1:
            head.number = None
            message = f"Над планом назван другой приказ: «{approval.text}». Впишите верные номер и дату в order."
            head.find("approval-differs", line, message)
            return
    head.kind = head.kind or approval.kind
    head.number = approval.numbers[0] if len(approval.numbers) == 1 else None
    head.day = approval.days[0] if len(approval.days) == 1 else None
    twice = "" if head.number and head.day else "номер или дата не одни, впишите верные в order; "
    message = f"Реквизиты приказа взяты с грифа: «{approval.text}»; {twice}проверьте их, впишите issuer и controller."
    head.find("order-from-approval", line, message)


def _approver(head: Head, lines: Sequence[Paragraph], directory: Directory) -> None:
    """Read «УТВЕРЖДАЮ» over a plan without an order."""
    found = find_approver(lines)
    if found is None:
        return
    signature, words = found
    head.use(*signature.lines)
    head.issuer, findings = issuer(signature, "", directory)
    head.findings += findings
    message = f"План утверждён грифом: «{words}»; проверьте issuer, номер и дату впишите в order, если они есть."
    head.find("order-from-approval", signature.lines[0], message)


def _plan_title(head: Head, lines: Sequence[Paragraph], table: int | None) -> None:
    """Take the title of the plan: the lines from «План…» to the table that follow one another."""
    if table is None:
        return
    above = [one for one in lines if one.line < table and one.line not in head.used]
    start = next((i for i in range(len(above) - 1, -1, -1) if _PLAN_TITLE.match(above[i].text)), None)
    if start is None:
        head.find("no-title", table, "Над таблицей нет заголовка плана: впишите title.")
        return
    taken = above[start : start + 1]
    for one in above[start + 1 :]:
        if one.line != taken[-1].line + 1 or _NOT_TITLE.match(one.text) or len(one.text) > LONGEST_LINE:
            break
        taken.append(one)
    head.subject, head.title = head.title, flat(" ".join(one.text for one in taken))
    if head.subject:
        message = f"Приказ называется «{head.subject}»; названием плана взят заголовок над таблицей: проверьте оба."
        if _AMENDS.match(head.subject):
            message += " Если изменяемый план уже внесён, второго не заводите: srok import ФАЙЛ --onto ПЛАН -o ПАПКА."
        head.find("two-titles", taken[0].line, message)
    head.used |= {one.line: "title" for one in taken}
