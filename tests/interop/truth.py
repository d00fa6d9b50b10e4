"""What every reader has to read: worked out from the rows of the store and the plan's words, by no calendar code."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.plan import Roadmap

DONE, GONE = ("closed", "not_triggered"), ("cancelled", "superseded")
SHOWN_AFTER_CANCELLING = timedelta(days=30)
Fields = dict[str, Any]


@dataclass(frozen=True, order=True)
class Row:
    """An event as a person sees it; *last* is its last day, inclusive."""

    uid: str
    first: date
    last: date
    summary: str
    status: str


@dataclass(frozen=True)
class Term:
    """One term of a measure with who answers for it, as the store has them."""

    occurrence: Fields
    assignments: list[Fields]
    number: str
    title: str
    zone: ZoneInfo


@dataclass(frozen=True)
class Asked:
    """A calendar: whose it is, how it looks, when it is looked at.

    Attributes:
        mine: Tells which assignments of a term are its own; None for all.
        key: What the UIDs of its notices begin with.
        zone: Where it is today.
        whole: Terms are shown as they stand in all who answer for them.
    """

    mine: Callable[[Term, Fields], bool] | None
    key: str
    bar: bool
    now: datetime
    zone: ZoneInfo
    whole: bool = False


def terms(database: Path) -> list[Term]:
    """Return every term of the store."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    plans = {row["id"]: row for row in connection.execute("SELECT * FROM plan")}
    answers = defaultdict(list)
    for row in connection.execute("SELECT * FROM assignment ORDER BY key"):
        answers[row["occurrence_key"]].append(dict(row))
    occurrences = [dict(row) for row in connection.execute("SELECT * FROM occurrence ORDER BY key")]
    connection.close()
    words = {plan: _words(Roadmap.model_validate_json(row["roadmap"])) for plan, row in plans.items()}
    struck = "(вычеркнуто из плана)"
    return [
        Term(
            one, answers[one["key"]], *words[one["plan_id"]].get(one["measure_id"], (one["measure_id"], struck)),
            ZoneInfo(plans[one["plan_id"]]["timezone"]),
        )
        for one in occurrences
    ]  # fmt: skip


def _words(roadmap: Roadmap) -> dict[str, tuple[str, str]]:
    return {one.id: (roadmap.label(one), one.title) for one in roadmap.tracked()}


def rows(found: Iterable[Term], asked: Asked) -> list[Row]:
    """Return the events of a calendar."""
    shown, waits, stirred = [], [], []
    for term in found:
        own = [one for one in term.assignments if asked.mine is None or asked.mine(term, one)]
        if not own:
            continue
        if _has_waited(term.occurrence):
            stirred.append(_instant(term.occurrence["settled_at"]))
        if term.occurrence["due_on"] is not None:
            shown += _events(term, own, asked)
        elif _state(term, own, asked) == "open":
            waits.append(_instant(term.occurrence["changed_at"]))
    late = sum(one.summary.startswith("Просрочено: ") for one in shown)
    today = asked.now.astimezone(asked.zone).date()
    if late:
        shown.append(Row(f"{_uid(asked.key)}-overdue@srok.local", today, today, f"Просрочено: {late}", ""))
    if waits:
        day = max(waits + stirred).astimezone(asked.zone).date()
        shown.append(Row(f"{_uid(asked.key)}-awaiting@srok.local", day, day, f"Ждут даты: {len(waits)}", ""))
    return sorted(shown)


def _has_waited(occurrence: Fields) -> bool:
    """Whether it waits for a date or did: when the last of these settled, the list of what waits was last another."""
    dated_later = occurrence["revision"] > 0 and occurrence["moved_at"] is None
    return occurrence["due_on"] is None or occurrence["event"] is not None or dated_later


def _events(term: Term, own: list[Fields], asked: Asked) -> Iterator[Row]:
    state = _state(term, own, asked)
    today = asked.now.astimezone(term.zone).date()
    changed = _instant(term.occurrence["changed_at"]).astimezone(term.zone).date()
    if state == "cancelled" and today - changed > SHOWN_AFTER_CANCELLING:
        return
    first, due = _day(term.occurrence["first"]), _shown_due(term, own, asked)
    waited = [one for one in own if one["blocking"] or not _whole(asked)]
    late = state == "open" and any(_is_late(term, one, today) for one in waited)
    mark = {"open": "", "done": "✓ ", "not done": "Не исполнено: ", "cancelled": "ОТМЕНЕНО: "}[state]
    status = "CANCELLED" if state == "cancelled" else ""
    uid, what = _uid(term.occurrence["key"]), f"№ {term.number} {one_line(term.title)}"
    bar = asked.bar and first is not None and first < due
    if not asked.bar and first is not None and first != due:
        yield Row(f"{uid}-start@srok.local", first, first, f"{mark}Начало: {what}", status)
    text = f"{'Просрочено: ' if late else mark}⏰ Срок{f' {due:%d.%m.%Y}' if bar else ''}: {what}"
    yield Row(f"{uid}-due@srok.local", first if bar and first else due, due, text, status)


def _whole(asked: Asked) -> bool:
    return asked.whole or asked.mine is None


def _state(term: Term, own: list[Fields], asked: Asked) -> str:
    if term.occurrence["cancelled"] or all(one["state"] in (*GONE, "not_triggered") for one in own):
        return "cancelled"
    still = [one for one in term.assignments if one["state"] not in DONE + GONE]
    if any(one["blocking"] for one in still) and (_whole(asked) or any(one in still for one in own)):
        return "open"
    failed = any(one["outcome"] == "not_done" for one in own if one["blocking"] or not _whole(asked))
    return "not done" if failed else "done"


def _shown_due(term: Term, own: list[Fields], asked: Asked) -> date:
    if not _whole(asked):
        return min(_due(term, one) for one in [one for one in own if one["state"] not in DONE + GONE] or own)
    theirs = {_due(term, one) for one in term.assignments if one["blocking"] and one["state"] not in GONE}
    due = _day(term.occurrence["due_on"])
    assert due is not None
    return theirs.pop() if len(theirs) == 1 else due


def _is_late(term: Term, one: Fields, today: date) -> bool:
    """A report given in time that waits for its acceptance is not late (DESIGN.md 5)."""
    if one["state"] in DONE + GONE:
        return False
    reported = _day(one["reported_on"]) if one["state"] == "reported" else None
    return _due(term, one) < today and (reported is None or reported > _due(term, one))


def _due(term: Term, one: Fields) -> date:
    due, granted = _day(term.occurrence["due_on"]), _day(one["extended_to"])
    assert due is not None
    return max(due, granted) if granted else due


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def one_line(text: str) -> str:
    """Return words as a title has them: no control characters, one line, single spaces."""
    breaks, kept = "\n\r\v\f\t\x85\u2028\u2029", []
    for one in text:
        if one in breaks:
            kept.append(" ")
        elif not (ord(one) < 0x20 or 0x7F <= ord(one) <= 0x9F or one == "\ufeff"):
            kept.append(one)
    return " ".join("".join(kept).split())


def _uid(key: str) -> str:
    safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
    return "".join(one if one in safe else "".join(f"_{octet:02X}" for octet in one.encode()) for one in key)


def days(found: Iterable[Row]) -> Iterator[tuple[date, str]]:
    """Yield the days of events one by one, for a reader that shows no more."""
    for one in found:
        day = one.first
        while day <= one.last:
            yield day, one.summary
            day += timedelta(days=1)
