"""`srok explain`: a cell as it is read, or the place where reading stops."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import date
from typing import Any, TextIO

from engine.calendar import CalendarRules, Horizon, WorkCalendar, plan_windows, resolve
from engine.calendar import explain as explanation
from engine.deadline import canonical, canonical_term, parse_deadline
from engine.errors import DeadlineError, SrokError


class _HorizonError(SrokError):
    """The horizon is turned round."""

    exit_code = 2


def explain_cell(text: str, start: date, end: date, *, as_json: bool) -> None:
    """Print how *text* is read between two days.

    Raises:
        DeadlineError: It is not read.
    """
    horizon = _horizon(start, end)
    deadline = parse_deadline(text)
    reading = resolve(deadline, horizon)
    calendar = WorkCalendar(CalendarRules())
    windows = plan_windows(reading, horizon, (), calendar, None)
    if not as_json:
        print("\n".join(explanation(deadline, reading, windows, calendar)))  # noqa: T201
        return
    shown = {
        "text": text,
        "canonical": canonical(deadline),
        "terms": [
            {
                "text": text[slice(*term.span)],
                "start": term.span[0],
                "end": term.span[1],
                "canonical": canonical_term(term),
            }
            for term in deadline.terms
        ],
        "parts": [part.as_json() for part in reading.parts],
        "assumptions": [{"code": one.code, "text": one.text_ru} for one in reading.assumptions],
        "doubts": [{"code": one.code, "text": one.text_ru} for one in reading.doubts],
        "windows": [
            {
                "first": one.first and one.first.isoformat(),
                "last": one.last and one.last.isoformat(),
                "nominal_due_on": one.nominal_due_on and one.nominal_due_on.isoformat(),
                "due_on": one.due_on and one.due_on.isoformat(),
                "awaiting": one.awaiting,
            }
            for one in windows
        ],
    }
    print(json.dumps(shown, ensure_ascii=False, indent=1))  # noqa: T201


def _horizon(start: date, end: date) -> Horizon:
    try:
        return Horizon(start, end)
    except ValueError as error:
        raise _HorizonError(f"{error}: проверьте --from и --to") from None


def explain_lines(source: Iterable[str], out: TextIO) -> int:
    """Answer records a line each with their parts; a refusal is `unknown`. Return how many lines were no records."""
    bad = 0
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            record: dict[str, Any] = json.loads(line)
            identity, text, days = record["id"], str(record["text"]), record["horizon"]
            horizon = Horizon(date.fromisoformat(days["start"]), date.fromisoformat(days["end"]))
        except (ValueError, KeyError, TypeError):
            sys.stderr.write(f"строка {number}: нужна запись {{id, text, horizon: {{start, end}}}}; пропущена\n")
            bad += 1
            continue
        out.write(json.dumps({"id": identity, "parts": _parts(text, horizon)}, ensure_ascii=False) + "\n")
    return bad


def _parts(text: str, horizon: Horizon) -> list[dict[str, object]]:
    try:
        return [part.as_json() for part in resolve(parse_deadline(text), horizon).parts]
    except DeadlineError:
        return [{"kind": "unknown"}]
