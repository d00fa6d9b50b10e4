"""The words of the report on execution: what was done and by which document, and why not, or until when now.

They are made of the lines of one occurrence and of what the journal knows of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.assignment import OPEN, State
from engine.occurrence import Occurrence
from engine.people import Directory
from engine.report import FULFILLED, STANDING_RUSSIAN, Line, Standing, answering, standing, waited_for
from engine.transition import Deed


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the journal: the deed and what was said with it (days as ISO text)."""

    deed: str
    said: Mapping[str, str]


_COMING = frozenset({Standing.AHEAD, Standing.AWAITING})
"""Of these nothing is to be said yet."""
Facts = Mapping[str, Sequence[Fact]]
"""By the key of what they are about (an assignment, an occurrence or an event), oldest first."""


def execution_note(part: Sequence[Line], facts: Facts, directory: Directory) -> str:
    """Return «отметка об исполнении» of an occurrence: how it ended, what was done, the document's № and date."""
    waited = waited_for(part)
    if len(waited) == 1 or standing(part) is Standing.DROPPED:
        return _sentences([_ending(part), _done(waited[0], facts)])
    if all(line.standing in _COMING for line in waited):
        return _sentences([_told(waited, directory, lambda line: _done(line, facts))])
    done = [line for line in waited if line.standing in FULFILLED]
    others = "; ".join(_others(waited, directory))
    counted = f"Исполнено {len(done)} из {len(waited)}" + (f" ({others})" if others else "")
    return _sentences([counted, _told(done, directory, lambda line: _done(line, facts))])


def remark(part: Sequence[Line], facts: Facts, directory: Directory, today: date) -> str:
    """Return why an occurrence is not done, or which day counts now and by which document."""
    waited = waited_for(part)
    occurrence = part[0].case.occurrence
    still_open = [line for line in waited if line.assignment.outcome is None and line.standing is not Standing.REVIEW]
    closed = [line for line in waited if line.assignment.outcome is not None]
    return _sentences(
        [
            _moved(occurrence, facts),
            _told(waited, directory, lambda line: _extension(line, facts)),
            _told(waited, directory, lambda line: _asked(line, facts)),
            _told(waited, directory, lambda line: _returned(line, facts)),
            _told(answering(part), directory, lambda line: _ended(line, facts)),
            _told(closed, directory, lambda line: _doubt(line, today)),
            _told(still_open, directory, lambda line: _doubt(line, today)),
        ]
    )


def _sentences(parts: Iterable[str]) -> str:
    return " ".join(_sentence(one) for one in parts if one.strip())


def _sentence(words: str) -> str:
    """Begin with a capital and end with a full stop; a link is left as it is."""
    first, last = words.split(maxsplit=1)[0], words.rsplit(maxsplit=1)[-1]
    begun = words if "://" in first else words[:1].upper() + words[1:]
    return begun if "://" in last or last.endswith((".", "!", "?", "…")) else f"{begun}."


def _ending(part: Sequence[Line]) -> str:
    found = standing(part)
    if found is Standing.OVERDUE:
        return "отчёт дан после срока, на проверке" if part[0].assignment.state is State.REPORTED else "не исполнено"
    return "" if found in {*_COMING, Standing.UNCLEAR} else STANDING_RUSSIAN[found]


def _others(waited: Sequence[Line], directory: Directory) -> Iterator[str]:
    """Name those who have not done it, by what holds them."""
    working = [
        line for line in waited if line.assignment.outcome is None and line.assignment.state is not State.REPORTED
    ]
    review = [line for line in waited if line.assignment.state is State.REPORTED]
    not_done = [line for line in waited if line.standing is Standing.NOT_DONE]
    for words, lines in (("не представили", working), ("на проверке", review), ("не исполнили", not_done)):
        if lines:
            yield f"{words}: {', '.join(_member(line, directory) for line in lines)}"


def _member(line: Line, directory: Directory) -> str:
    """Name one of several who answer for an occurrence."""
    one = line.assignment
    if one.school is not None:
        return directory.school_name(one.school) or one.school
    known = directory.people.get(one.person or "")
    same = sum(other.title == one.title for other in line.case.assignments) > 1
    return known.name if known is not None and same else one.title


def _told(lines: Sequence[Line], directory: Directory, words: Callable[[Line], str]) -> str:
    """Say what *words* says of each; once where it is the same for all of several, else with the names."""
    by_words: dict[str, list[str]] = {}
    for line in lines:
        said = words(line)
        if said:
            by_words.setdefault(said, []).append(_member(line, directory))
    if len(lines) == 1 or (len(by_words) == 1 and len(next(iter(by_words.values()))) == len(lines)):
        return next(iter(by_words), "")
    return ". ".join(f"{', '.join(names)}: {said}" for said, names in by_words.items())


def _last(facts: Facts, key: str, deed: str) -> Mapping[str, str]:
    return next((one.said for one in reversed(facts.get(key, ())) if one.deed == deed), {})


def _done(line: Line, facts: Facts) -> str:
    """Say what was done and by which document; of what goes on, the last interim report."""
    one = line.assignment
    final = line.standing in FULFILLED or one.state is State.REPORTED
    if not final and (one.interim_on is None or one.state not in OPEN):
        return ""
    said = _last(facts, one.key, Deed.REPORT if final else Deed.INTERIM)
    words = "; ".join(said[name].strip().rstrip(".") for name in ("text", "evidence") if said.get(name, "").strip())
    return words if final or not words else f"Промежуточно ({one.interim_on:%d.%m.%Y}): {words}"


def _moved(occurrence: Occurrence, facts: Facts) -> str:
    first, due = occurrence.original_due_on, occurrence.due_on
    if first is None or first == due:
        return ""
    event = f"{occurrence.plan}/{occurrence.event}"
    by_event = next((one.said for one in reversed(facts.get(event, ())) if one.said.get("basis")), {})
    why = _last(facts, occurrence.key, "moved").get("why") or by_event.get("basis", "")
    basis = f" ({why})" if why else ""
    return f"Срок перенесён на {due:%d.%m.%Y}{basis}" if due else f"Прежний срок снят{basis}"


def _extension(line: Line, facts: Facts) -> str:
    due, own = line.case.occurrence.due_on, line.occurrence.due_on
    if own is None or own == due:
        return ""
    basis = _last(facts, line.assignment.key, Deed.GRANT).get("basis", "")
    return f"срок продлён до {own:%d.%m.%Y}" + (f" ({basis})" if basis else "")


def _asked(line: Line, facts: Facts) -> str:
    until = line.assignment.asked_until
    reason = _last(facts, line.assignment.key, Deed.ASK).get("reason", "")
    return f"просят продлить до {until:%d.%m.%Y}: {reason}" if until else ""


def _returned(line: Line, facts: Facts) -> str:
    if line.assignment.state is not State.RETURNED:
        return ""
    return f"отчёт возвращён: {_last(facts, line.assignment.key, Deed.RETURN).get('reason', '')}"


def _ended(line: Line, facts: Facts) -> str:
    """Say why nothing more is expected of an assignment that was not fulfilled."""
    one = line.assignment
    if one.state is State.NOT_TRIGGERED:
        return f"основание не наступило: {_last(facts, one.key, Deed.NOT_TRIGGERED).get('reason', '')}"
    if line.standing is Standing.NOT_DONE:
        return f"не исполнено: {_last(facts, one.key, Deed.CLOSE_NOT_DONE).get('reason', '')}"
    if line.standing is Standing.DROPPED:
        words = "заменено" if one.state is State.SUPERSEDED else "отменено"
        return f"{words}: {one.ended_by or 'нет в новой редакции плана'}"
    return ""


def _doubt(line: Line, today: date) -> str:
    """Say by how much it is late, or why no day is known for sure."""
    due = line.occurrence.due_on
    match line.standing:
        case Standing.OVERDUE if due is not None:
            return f"просрочено на {(today - due).days} дн."
        case Standing.LATE if due is not None and line.assignment.reported_on is not None:
            return f"позже срока на {(line.assignment.reported_on - due).days} дн."
        case Standing.UNCLEAR if line.occurrence.to_reconcile:
            return "срок прошёл до внесения плана, исполнение надо сверить"
        case Standing.UNCLEAR:
            return "срок прошёл, если он понят верно: прочтение надо подтвердить"
        case Standing.AWAITING:
            return f"ждёт даты: {line.occurrence.awaiting}"
    return ""
