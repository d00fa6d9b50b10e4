"""Who signed an order, who controls it and who answers for it: by the roles of the directory, else a finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.importer.findings import Finding, flat
from engine.importer.rows import Paragraph
from engine.importer.wording import people_named, role_at
from engine.people import Directory, normalise

_NAME = r"[А-ЯЁ]\. ?[А-ЯЁ]\. ?[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?|[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)? [А-ЯЁ]\. ?[А-ЯЁ]\."
BARE_NAME = re.compile(rf"/? ?({_NAME}) ?/?")
_SIGNED = re.compile(rf"(\S.*?) /? ?({_NAME}) ?/?")
_POST = re.compile(
    r"(?:[Ии]\. ?[Оо]\.|[Вв]рио|Исполняющ\w+|Начальник|Руководитель|Директор|Заведующ(?:ий|ая)|Глава|Заместитель"
    r"|Председатель|Министр)(?!\w)"
)
_ACTING = re.compile(r"(?:[Ии]\. ?[Оо]\.|[Вв]рио|[Ии]сполняющ\w+ обязанности) ?")
_AFTER = re.compile(r"ознакомлен|^согласован|^исполнител|^исп\.|^рассыл|^проект приказа", re.IGNORECASE)
"""What stands below a signature: whoever is named there has not signed."""
_POST_LINES = 5
LONGEST_LINE = 300
"""No line of a signature is longer."""
_STEM = 5
_ABBREVIATION = re.compile(r"\b[А-ЯЁ]{2,5}\b")
"""«МКУ», which a letterhead writes out."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed: name and post as printed, and the lines they stand in."""

    name: str
    post: str
    lines: tuple[int, ...]


def find_signature(lines: Sequence[Paragraph]) -> Signature | None:
    """Return the first signature among *lines*: post and name on one line or on several that follow each other."""
    for at, one in enumerate(lines):
        text = flat(re.sub(r"_{2,}|\(подпись\)", " ", one.text)) if len(one.text) <= LONGEST_LINE else ""
        if _AFTER.search(text):
            return None
        bare, whole = BARE_NAME.fullmatch(text), _SIGNED.fullmatch(text)
        if bare:
            above = _post_above(lines[:at])
            post = flat(" ".join(part.text for part in above))
            return Signature(bare[1], post, (*(part.line for part in above), one.line))
        above = () if whole is None or _POST.match(text) else _post_above(lines[:at])
        if whole and (above or _POST.match(text)):
            post = flat(" ".join([*(part.text for part in above), whole[1].strip(" /")]))
            return Signature(whole[2], post, (*(part.line for part in above), one.line))
    return None


def _post_above(lines: Sequence[Paragraph]) -> Sequence[Paragraph]:
    for back in range(1, min(_POST_LINES, len(lines)) + 1):
        text = flat(lines[-back].text)
        if len(text) > LONGEST_LINE or re.match(r"\d", text) or text.endswith((".", ":", ";")):
            break
        if _POST.match(text):
            return lines[-back:]
    return ()


def is_below_signature(text: str) -> bool:
    """Tell whether *text* belongs to those who were told of the order or drafted it."""
    return _AFTER.search(text) is not None or BARE_NAME.fullmatch(flat(text)) is not None


def issuer(signature: Signature, letterhead: str, directory: Directory) -> tuple[str | None, list[Finding]]:
    """Return the role of the directory that signed, and what is to be checked about it."""
    post = signature.post
    found = role_at(_ACTING.sub("", post, count=1), directory, oblique=True)
    where = "по справочнику"
    if found is None and post:
        found, where = _by_letterhead(post, letterhead, directory), "по бланку и справочнику"
    line = signature.lines[-1]
    if found is None:
        printed = f" («{post}»)" if post else ""
        message = f"Должность подписавшего{printed} справочнику людей не известна: впишите issuer."
        return None, [Finding("issuer-not-known", line, None, message)]
    if normalise(found) == normalise(post):
        return found, []
    message = f"Подписавший назван «{post}», {where} это «{found}»: проверьте issuer."
    return found, [Finding("issuer-taken", line, None, message)]


def _by_letterhead(post: str, letterhead: str, directory: Directory) -> str | None:
    """Return the one role that begins with the *post* and goes on with words of the letterhead."""
    known = _stems(letterhead)
    fits: dict[str, str] = {}
    for role in directory.roles:
        for name in (role.title, *role.aliases):
            rest = _ABBREVIATION.sub("", name[len(post) :])
            same = normalise(name).startswith(f"{normalise(post)} ") and set() < _stems(rest) <= known
            if role.holder and same:
                fits.setdefault(role.id, name)
    return next(iter(fits.values())) if len(fits) == 1 else None


def _stems(text: str) -> set[str]:
    return {word.casefold()[:_STEM] for word in re.findall(r"\w+", text)}


def controller(
    lines: Sequence[Paragraph], signed: str | None, directory: Directory
) -> tuple[str | None, list[Finding]]:
    """Return who controls the order: a role it is laid on, or *signed* where the signatory keeps it."""
    clause = next((one for one in lines if _lays(one.text, "контрол")), None)
    kept = next((one for one in lines if _keeps(one.text)), None)
    if clause is None and kept is not None:
        message = f"Контроль подписавший оставил за собой («{flat(kept.text)}»): впишите controller."
        return signed, [] if signed else [Finding("controller-not-known", kept.line, None, message)]
    if clause is None:
        message = "Приказ не говорит, на кого возложен контроль: впишите controller."
        return None, [Finding("control-not-laid", None, None, message)]
    found = laid_on(clause.text, directory)
    findings = []
    if found is None:
        message = f"Контролёр по приказу справочнику людей не известен: «{clause.text}». Впишите controller."
        findings.append(Finding("controller-not-known", clause.line, None, message))
    for written, surname in people_named(clause.text, "accusative"):
        guess = f", по-видимому {surname}" if surname else ""
        message = f"Контролёр назван в приказе «{written}»{guess}: проверьте имя в справочнике людей."
        findings.append(Finding("name-in-case", clause.line, None, message))
    return found, findings


def coordinator(lines: Sequence[Paragraph], directory: Directory) -> tuple[str | None, list[Finding]]:
    """Return on whom the order lays the responsibility for itself: the coordinator of the plan."""
    clause = next((one for one in lines if _lays(one.text, "ответственность за")), None)
    if clause is None:
        return None, []
    found = laid_on(clause.text, directory)
    if found is not None:
        return found, []
    message = (
        f"Кто отвечает за исполнение приказа, справочнику людей не известно: «{clause.text}». Впишите coordinator."
    )
    return None, [Finding("coordinator-not-known", clause.line, None, message)]


def laid_on(text: str, directory: Directory) -> str | None:
    """Return the role that stands right after a «на» of the clause, in the accusative."""
    words = text.split()
    places = (" ".join(words[at + 1 :]) for at, word in enumerate(words) if word == "на")
    return next((found for place in places if (found := role_at(place, directory, oblique=True))), None)


def _lays(text: str, what: str) -> bool:
    words = text.casefold()
    return what in words and "возложить" in words


def _keeps(text: str) -> bool:
    words = text.casefold()
    return "контрол" in words and re.search(r"оставля\w+ за собой", words) is not None
