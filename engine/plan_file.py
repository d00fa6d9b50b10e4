"""Reading a plan file: every problem is collected, with its line and №, and only broken structure blocks.

Errors are about the file; findings are about what it says (`engine.plan_findings` and those it names).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.calendar import Horizon
from engine.errors import Level, Problem
from engine.people import Directory, unknown_zone, zone_exists
from engine.plan import EventShape, Header, Measure, Roadmap
from engine.plan_doubles import doubles
from engine.plan_findings import findings, findings_of_all
from engine.plan_places import places
from engine.yaml_text import YamlText, load_yaml, section, unknown_sections, validated


def read_plan(text: str, file: str, directory: Directory | None) -> tuple[Roadmap | None, list[Problem]]:
    """Read a plan file; the roadmap is None when an error blocks it, and every problem is returned either way.

    Without a directory whom the plan names is not looked up.
    """
    source = load_yaml(text, file)
    if not isinstance(source.data, dict):
        if not source.problems:
            source.blame((), "wrong-type", "в файле плана должны быть разделы plan и measures")
        return None, source.problems
    header = _header(source)
    events = _events(source)
    measures = _measures(source)
    unknown_sections(source, {"plan", "events", "measures"})
    blocked = any(one.level is Level.ERROR for one in source.problems)
    roadmap = None
    if header is not None:
        roadmap = Roadmap.model_construct(
            plan=header, events=tuple(events.values()), measures=tuple(measure for _, measure in measures)
        )
        source.problems += _findings(roadmap, measures, directory, source)
    found = dict.fromkeys(source.problems)
    return None if blocked else roadmap, sorted(found, key=lambda one: (one.line or 0, one.code, one.message))


def _header(source: YamlText) -> Header | None:
    data: Any = source.data.get("plan")
    if data is None:
        source.blame((), "missing-key", "нет раздела plan: опишите план (id, title, timezone, horizon)")
        return None
    header = validated(Header, data, source, ("plan",))
    if header is None:
        return None
    if not zone_exists(header.timezone):
        source.blame(("plan", "timezone"), "unknown-zone", unknown_zone(header.timezone))
    try:
        Horizon(header.horizon.start, header.horizon.end)
    except ValueError as error:
        source.blame(("plan", "horizon"), "wrong-horizon", f"{error}: поправьте даты")
        return None
    return header


def _events(source: YamlText) -> dict[str, EventShape]:
    events: dict[str, EventShape] = {}
    for index, row in enumerate(section(source, "events")):
        event = validated(EventShape, row, source, ("events", index))
        if event is None:
            continue
        if event.id in events:
            source.blame(
                ("events", index, "id"), "duplicate-id", f"событие «{event.id}» записано дважды: дайте другой id"
            )
        if event.end is not None and (event.start is None or event.start > event.end):
            source.blame(("events", index), "wrong-event", f"событие «{event.id}»: конец раньше начала или начала нет")
        events[event.id] = event
    return events


def _measures(source: YamlText) -> list[tuple[int, Measure]]:
    measures: list[tuple[int, Measure]] = []
    seen: dict[str, int] = {}
    if source.data.get("measures") is None:
        source.blame((), "missing-key", "нет раздела measures: в плане ни одного мероприятия")
    elif source.data["measures"] == []:
        source.blame(("measures",), "missing-key", "раздел measures пуст: в плане ни одного мероприятия")
    for index, row in enumerate(section(source, "measures")):
        named = str(row["id"]) if isinstance(row, dict) and "id" in row else None
        measure = validated(Measure, row, source, ("measures", index), named)
        if measure is None:
            continue
        path = ("measures", index, "id")
        for own in (measure.id, *(f"{measure.id}.{sub.id}" for sub in measure.sub)):
            if own in seen:
                message = f"id «{own}» занят дважды (впервые в строке {seen[own]}): дайте мероприятию другой"
                source.blame(path, "duplicate-id", message, own)
            seen.setdefault(own, source.line(path) or 0)
        measures.append((index, measure))
    return measures


def _findings(
    roadmap: Roadmap, measures: Sequence[tuple[int, Measure]], directory: Directory | None, source: YamlText
) -> Iterator[Problem]:
    for index, measure in measures:
        for number, text in enumerate(measure.findings):
            line = source.line(("measures", index, "findings", number))
            yield Problem(source.file, line, measure.id, "document", Level.NOTE, text)
    placed = places(roadmap, measures, directory, source)
    yield from findings(roadmap, placed, directory, source)
    if not any(one.level is Level.ERROR for one in source.problems):  # a row that is refused may be what is missed
        yield from findings_of_all(roadmap, placed, source)
        yield from doubles(placed)
