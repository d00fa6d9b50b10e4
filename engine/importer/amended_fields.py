"""What an amended document changes in one measure, and which decisions of people its new words leave in the air."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.importer.findings import Finding, flat
from engine.people import Directory, normalise
from engine.plan import Measure
from engine.plan_words import one_line, value_words


def field_changes(old: Measure, new: Measure, directory: Directory) -> Iterator[tuple[str, str | list[str] | None]]:
    """Yield the fields in which the document says something else, with what it says."""
    if new.printed != old.printed:
        yield "number", None if new.printed == old.id else new.printed
    if new.section and flat(new.section) != flat(old.section or ""):
        yield "section", new.section
    clause = _clause(old, new)
    if clause != old.clause:
        yield "clause", clause
    if flat(new.title) != flat(old.title):
        yield "title", new.title
    if new.cell.text and flat(new.cell.text) != flat(old.cell.text or ""):
        yield "deadline", new.cell.text
    if new.result and flat(new.result) != flat(old.result or ""):
        yield "result", new.result
    if new.responsibles and _known(new, directory) and _who(new, directory) != _who(old, directory):
        yield "responsible", list(new.responsibles)


def _clause(old: Measure, new: Measure) -> str | None:
    """Return the clause the document names; where it names none, that of the plan with the new №."""
    if new.clause or old.clause is None or new.printed == old.printed:
        return new.clause or old.clause
    return re.sub(rf"(?<![\w.]){re.escape(old.printed)}$", lambda _: new.printed, old.clause)


def _known(measure: Measure, directory: Directory) -> bool:
    return all(directory.find(one) is not None for one in measure.responsibles)


def _who(measure: Measure, directory: Directory) -> list[str]:
    found = ((directory.find(one), one) for one in measure.responsibles)
    return [f"{type(entry).__name__}/{entry.id}" if entry is not None else normalise(words) for entry, words in found]


def doubts(old: Measure, new: Measure, changes: Mapping[str, Any], directory: Directory) -> Iterator[Finding]:
    """Yield what people had decided that the document's words no longer bear out, and what was left as it was."""
    at = new.printed
    if "deadline" in changes:
        yield from _taken_off(old, at)
    if ("deadline" in changes or "title" in changes) and old.sub:
        parts = "; ".join(f"{one.id} «{one_line(one.title)}»" for one in old.sub)
        message = f"Слова мероприятия изменены, а подпункты и их сроки остались прежними ({parts}): решите их заново."
        yield Finding("decision-of-old-words", None, at, message)
    for key, words in (("deadline", "срок"), ("result", "результат"), ("responsible", "ответственный")):
        ours, theirs = _cell(old, key), _cell(new, key)
        unknown = key == "responsible" and bool(theirs) and not _known(new, directory)
        if unknown and _who(old, directory) != _who(new, directory):
            message = (
                f"Ответственный в документе — {theirs}, в справочнике людей есть не все; в плане осталось: {ours}. "
                "Допишите роль в people.yaml или исправьте план."
            )
            yield Finding("kept-against-document", None, at, message)
        if ours and not theirs:
            message = f"В документе {words} не указан, в плане осталось {ours}: проверьте."
            yield Finding("kept-against-document", None, at, message)


def _cell(one: Measure, key: str) -> str:
    value = {"deadline": one.cell.text, "result": one.result, "responsible": one.responsibles}[key]
    return value_words(value) if value else ""


def _taken_off(old: Measure, at: str) -> Iterator[Finding]:
    """Yield what was decided about the old words of a deadline: it does not decide over the new ones."""
    words = value_words(old.cell.text)
    fix, confirmed = old.cell.fix, old.cell.confirmed
    if fix is not None:
        message = (
            f"Срок был {words} и исправлен до {fix.to:%d.%m.%Y} (решил: {fix.by}; почему: {fix.why}). Слова срока "
            "изменены, поэтому исправление снято: если нужно, решите заново (fix)."
        )
        yield Finding("decision-taken-off", None, at, flat(message))
    if confirmed is not None:
        message = (
            f"Срок был {words}, прочтение подтверждено (решил: {confirmed.by}; почему: {confirmed.why}). Слова срока "
            "изменены, поэтому подтверждение снято: если нужно, решите заново (confirmed)."
        )
        yield Finding("decision-taken-off", None, at, flat(message))
    others = [f"событие «{old.event}»"] if old.event else []
    if old.checkpoints:
        others.append(f"контрольные точки {value_words(old.checkpoints)}")
    if others:
        message = f"Слова срока изменены (было {words}), а {' и '.join(others)} остались: проверьте их."
        yield Finding("decision-of-old-words", None, at, message)
