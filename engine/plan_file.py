"""Reading a plan file: every problem is collected, with its line and №, and only broken structure blocks.

Errors are about the file; findings are about what it says: refused deadlines, people nobody knows, doubts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.calendar import Horizon, Kind, match_event
from engine.errors import Level, Problem
from engine.people import Directory, unknown_zone, zone_exists
from engine.plan import EventShape, Header, Measure, Roadmap, understand, with_row
from engine.yaml_text import ValuePath, YamlText, load_yaml, section, unknown_sections, validated


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
    yield from _plan_findings(roadmap, directory, source)
    for index, measure in measures:
        for number, text in enumerate(measure.findings):
            line = source.line(("measures", index, "findings", number))
            yield Problem(source.file, line, measure.id, "document", Level.NOTE, text)
        for at in _places(measure, index, source):
            yield from _measure_findings(at, roadmap)
            if directory is not None:
                yield from _people_findings(at, roadmap, directory)


def _plan_findings(roadmap: Roadmap, directory: Directory | None, source: YamlText) -> Iterator[Problem]:
    def finding(key: str, code: str, message: str) -> Problem:
        return Problem(source.file, source.line(("plan", key)), None, code, Level.FINDING, message)

    plan = roadmap.plan
    if plan.controller is None:
        yield finding(
            "controller", "no-controller", "контролёр плана не назван: его права — у ответственного за установку"
        )
    if roadmap.head is None:
        yield finding(
            "issuer", "no-head", "не названы ни руководитель, ни его заместитель: докладывать о просрочке некому"
        )
    for key, reference in (
        ("controller", plan.controller),
        ("coordinator", plan.coordinator),
        ("issuer", plan.issuer),
        ("deputy_head", plan.deputy_head),
    ):
        if reference is not None and directory is not None and directory.holder(reference) is None:
            message = f"«{reference}» не найден в справочнике людей как один человек: добавьте его в people.yaml"
            yield finding(key, f"unknown-{key.replace('_', '-')}", message)


@dataclass(frozen=True, slots=True)
class _At:
    """Makes findings of what a row tracks: itself, or a sub-measure with what it takes from its row."""

    source: YamlText
    measure: Measure
    path: ValuePath
    row: Measure
    row_path: ValuePath

    def __call__(self, key: str, code: str, message: str) -> Problem:
        own = (*self.path, key) in self.source.lines or key == "deadline"
        measure, path = (self.measure, self.path) if own else (self.row, self.row_path)
        return Problem(self.source.file, self.source.line((*path, key)), measure.id, code, Level.FINDING, message)


def _places(row: Measure, index: int, source: YamlText) -> Iterator[_At]:
    path: ValuePath = ("measures", index)
    if not row.sub:
        yield _At(source, row, path, row, path)
    for number, sub in enumerate(row.sub):
        yield _At(source, with_row(sub, row), (*path, "sub", number), row, path)


def _measure_findings(at: _At, roadmap: Roadmap) -> Iterator[Problem]:
    measure = at.measure
    for code, message in _deadline_findings(measure, roadmap):
        yield at("deadline", code, message)
    for code, message in _event_findings(measure, roadmap):
        yield at("deadline" if measure.event is None else "event", code, message)
    if not measure.responsibles:
        yield at("responsible", "no-responsible", "ответственный не назван: напоминания уйдут контролёру")


def _people_findings(at: _At, roadmap: Roadmap, directory: Directory) -> Iterator[Problem]:
    measure = at.measure
    for reference in measure.responsibles:
        if directory.find(reference) is None:
            yield at(
                "responsible", "unknown-responsible", f"«{reference}» нет в справочнике людей: добавьте в people.yaml"
            )
    if measure.controller is not None and directory.holder(measure.controller) is None:
        yield at("controller", "unknown-controller", f"контролёр «{measure.controller}» не найден в справочнике людей")
    if _controls_itself(measure, roadmap, directory):
        yield at("responsible", "self-control", "контролёр сам исполняет мероприятие: отчёт примет руководитель")
    for school in measure.school_ids or ():
        if school not in {one.id for one in directory.schools}:
            yield at("schools", "unknown-school", f"школы «{school}» нет в справочнике людей")


def _deadline_findings(measure: Measure, roadmap: Roadmap) -> Iterator[tuple[str, str]]:
    understood = understand(measure, roadmap.horizon)
    if understood.reading is None:
        missing = not (measure.cell.text or "").strip()
        if measure.cell.fix is None:
            message = (
                f"{understood.refusal}; мероприятие ждёт даты"
                if missing
                else f"срок не понят: {understood.refusal}; {understood.hint}"
            )
            yield "no-deadline" if missing else "deadline-refused", message
        return
    for doubt in understood.doubts:
        yield "ambiguous", f"прочтение срока надо подтвердить (confirmed или fix): {doubt.text_ru}"
    ends = [window.last for part in understood.reading.parts for window in part.windows]
    if any(not roadmap.horizon.start <= end <= roadmap.horizon.end for end in ends):
        yield "outside-horizon", "срок выходит за срок действия плана: проверьте год"
    order = roadmap.plan.order
    if order is not None and any(end < order.date for end in ends):
        yield "before-order", f"срок наступил раньше даты приказа ({order.date:%d.%m.%Y})"


def _event_findings(measure: Measure, roadmap: Roadmap) -> Iterator[tuple[str, str]]:
    events = [one.to_event() for one in roadmap.events]
    named = next((one for one in events if one.id == measure.event), None)
    if measure.event is not None and named is None:
        yield "unknown-event", f"события «{measure.event}» нет в разделе events: добавьте его"
    reading = understand(measure, roadmap.horizon).reading
    if reading is None or measure.cell.fix is not None:
        return
    for part in reading.parts:
        if part.kind is not Kind.EVENT and (part.kind is not Kind.SCHEDULE or named is None):
            continue
        event = named or match_event(part.event or "", events)
        if event is None and measure.event is None:
            yield "unknown-event", f"ни одно событие плана не названо «{part.event}»: мероприятие будет ждать даты"
        elif event is not None and event.start is None:
            yield "event-undated", f"у события «{event.title}» нет дат: мероприятие будет ждать их"


def _controls_itself(measure: Measure, roadmap: Roadmap, directory: Directory) -> bool:
    allowed = roadmap.plan.self_control if measure.self_control is None else measure.self_control
    controller = directory.holder(measure.controller or roadmap.plan.controller)
    if allowed or controller is None:
        return False
    executors = (one.person for ref in measure.responsibles for one in directory.addressees(ref, measure.school_ids))
    return controller.id in set(executors)
