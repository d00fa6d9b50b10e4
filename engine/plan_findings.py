"""What a plan says that a person has to look at: each finding has its line, its № and what to do.

The head, the events and each measure by itself; what measures say together finds `engine.plan_doubles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine.calendar import EventStatus, Kind, PlannedWindow, WorkCalendar, match_event
from engine.errors import Level, Problem
from engine.occurrence import Expected, expected
from engine.people import Directory, Role, Unit, normalise
from engine.plan import EventShape, Measure, Roadmap, understand, with_row
from engine.yaml_text import ValuePath, YamlText

SHOWN = 3
"""How many days or names a sentence lists before it only counts."""
_TITLE_YEARS = re.compile(r"\b(?:на|в)\s(?:период\s)?20(\d\d)(?:\s?[-–—/]\s?(?:20)?(\d\d))?\s?(?:уч|г)")
DAY = "%d.%m.%Y"


@dataclass(frozen=True, slots=True)
class At:
    """Makes findings of what a row tracks: itself, or a sub-measure with what it takes from its row."""

    source: YamlText
    measure: Measure
    path: ValuePath
    row: Measure
    row_path: ValuePath
    expected: Expected

    def __call__(self, key: str, code: str, message: str) -> Problem:
        """Return the finding, at the line of *key* where the measure has it and at its row's where it takes it."""
        own = (*self.path, key) in self.source.lines or key == "deadline"
        measure, path = (self.measure, self.path) if own else (self.row, self.row_path)
        return Problem(self.source.file, self.source.line((*path, key)), measure.id, code, Level.FINDING, message)

    @property
    def dated(self) -> tuple[PlannedWindow, ...]:
        """The windows that have a due day."""
        return tuple(one for one in self.expected.windows if one.due_on is not None)


def places(
    roadmap: Roadmap, measures: Sequence[tuple[int, Measure]], directory: Directory | None, source: YamlText
) -> list[At]:
    """Return what *measures*, given with their index in the file, track."""
    calendar, events = WorkCalendar(roadmap.rules), [one.to_event() for one in roadmap.events]

    def place(measure: Measure, path: ValuePath, row: Measure, row_path: ValuePath) -> At:
        wanted = expected(measure, roadmap, directory or Directory({}), events, calendar)
        return At(source, measure, path, row, row_path, wanted)

    found = []
    for index, row in measures:
        path: ValuePath = ("measures", index)
        if not row.sub:
            found.append(place(row, path, row, path))
        found += [place(with_row(sub, row), (*path, "sub", number), row, path) for number, sub in enumerate(row.sub)]
    return found


def findings(
    roadmap: Roadmap, placed: Sequence[At], directory: Directory | None, source: YamlText
) -> Iterator[Problem]:
    """Yield what is to be looked at in the head and in each measure; without a directory not people."""
    yield from _head_findings(roadmap, directory, source)
    for at in placed:
        yield from _deadline_findings(at, roadmap)
        yield from _decision_findings(at, roadmap, directory)
        yield from _binding_findings(at, roadmap)
        if not at.measure.responsibles:
            yield at(
                "responsible",
                "no-responsible",
                "ответственный не назван, напоминания уйдут контролёру: впишите responsible",
            )
        if directory is not None:
            yield from _people_findings(at, directory)
            yield from _lead_findings(at, directory)
            yield from _self_control_findings(at, roadmap, directory)


def findings_of_all(roadmap: Roadmap, placed: Sequence[At], source: YamlText) -> Iterator[Problem]:
    """Yield what only all measures together tell: whether an event is waited for, whether any says what proves it."""
    yield from _event_findings(roadmap, placed, source)
    yield from _evidence_findings(placed, source)


def _head_findings(roadmap: Roadmap, directory: Directory | None, source: YamlText) -> Iterator[Problem]:
    def finding(key: str, code: str, message: str) -> Problem:
        return Problem(source.file, source.line(("plan", key)), None, code, Level.FINDING, message)

    plan = roadmap.plan
    if plan.controller is None:
        yield finding(
            "controller",
            "no-controller",
            "контролёр плана не назван, его права у ответственного за установку: впишите controller",
        )
    if roadmap.head is None:
        yield finding(
            "issuer",
            "no-head",
            "не названы ни руководитель, ни заместитель, докладывать некому: впишите issuer или deputy_head",
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
    days = f"{roadmap.horizon.start:{DAY}}–{roadmap.horizon.end:{DAY}}"
    if plan.order is not None and plan.order.date > roadmap.horizon.end:
        message = f"приказ от {plan.order.date:{DAY}} позже всего срока плана ({days}): проверьте год там и там"
        yield finding("horizon", "horizon-conflict", message)
    years = [(2000 + int(first), 2000 + int(last or first)) for first, last in _TITLE_YEARS.findall(plan.title)]
    if years and (roadmap.horizon.start.year, roadmap.horizon.end.year) not in years:
        said = "–".join(str(year) for year in dict.fromkeys(years[-1]))
        message = f"в названии плана {said}, а срок плана — {days}: проверьте horizon"
        yield finding("horizon", "horizon-conflict", message)


def _event_findings(roadmap: Roadmap, placed: Sequence[At], source: YamlText) -> Iterator[Problem]:
    def finding(event: EventShape, code: str, message: str) -> Problem:
        line = source.line(("events", lines.get(event.id, 0)))
        return Problem(source.file, line, None, code, Level.FINDING, message)

    lines = {row.get("id"): index for index, row in enumerate(source.data.get("events") or ()) if isinstance(row, dict)}
    events = [one.to_event() for one in roadmap.events]
    awaited = {at.measure.event for at in placed}
    for at in placed:
        reading = understand(at.measure, roadmap.horizon).reading
        named = [match_event(part.event, events) for part in (reading.parts if reading else ()) if part.event]
        awaited |= {one.id for one in named if one is not None}
    for shape, event in zip(roadmap.events, events, strict=True):
        if event.status is EventStatus.CANCELLED:
            continue
        if event.id not in awaited:
            message = f"события «{event.title}» ни одна мера не ждёт: впишите мере event: {event.id} или уберите его"
            yield finding(shape, "unused-event", message)
        if event.start is None or event.end is None:
            continue
        if event.end < roadmap.first_day or event.start > roadmap.horizon.end:
            days = f"{roadmap.first_day:{DAY}}–{roadmap.horizon.end:{DAY}}"
            message = (
                f"событие «{event.title}» ({event.start:{DAY}}–{event.end:{DAY}}) лежит вне плана ({days}): "
                "проверьте год"
            )
            yield finding(shape, "event-outside-plan", message)


def _evidence_findings(placed: Sequence[At], source: YamlText) -> Iterator[Problem]:
    """Yield measures of which nobody says what proves them; one finding where the whole plan has no such column."""
    bare = [at for at in placed if not at.measure.result and at.measure.evidence is None]
    if bare and len(bare) == len(placed):
        message = (
            "ни у одной меры не сказано, чем подтверждается исполнение: допишите result или evidence, "
            "иначе что считать отчётом, решит исполнитель"
        )
        yield Problem(source.file, source.line(("measures",)), None, "no-evidence", Level.FINDING, message)
        return
    for at in bare:
        yield at("result", "no-evidence", "не сказано, чем подтверждается исполнение: допишите result или evidence")


def _deadline_findings(at: At, roadmap: Roadmap) -> Iterator[Problem]:
    measure = at.measure
    understood = understand(measure, roadmap.horizon)
    if understood.reading is None and at.expected.fix is None:
        if (measure.cell.text or "").strip():
            message = f"срок не понят: {understood.refusal}; {understood.hint}"
            yield at("deadline", "deadline-refused", message)
        else:
            yield at("deadline", "no-deadline", f"{understood.refusal}, мероприятие ждёт даты: впишите срок (deadline)")
    for doubt in understood.doubts:
        message = f"прочтение срока надо подтвердить (confirmed или fix): {doubt.text_ru}"
        yield at("deadline", "ambiguous", message)
    if measure.cell.confirmed is None:
        yield from _days_outside(at, roadmap)


def _days_outside(at: At, roadmap: Roadmap) -> Iterator[Problem]:
    """Yield due days before the order, before the plan and after it, and which of several they are."""
    days = sorted({one.nominal_due_on for one in at.dated if one.nominal_due_on is not None})
    order = roadmap.plan.order.date if roadmap.plan.order else None
    early = [day for day in days if order is not None and day < order]
    if early and order is not None:
        message = f"{_which(early, days)} раньше даты приказа ({order:{DAY}}): новый срок назначает подписавший (fix)"
        if len(early) < len(days):
            message = (
                f"{_which(early, days)} раньше даты приказа ({order:{DAY}}): если по ним не отчитываются, "
                "начните срок плана (horizon) с этой даты"
            )
        yield at("deadline", "before-order", message)
    for outside, edge in (
        ([day for day in days if day < roadmap.horizon.start and day not in early], "раньше начала"),
        ([day for day in days if day > roadmap.horizon.end], "позже конца"),
    ):
        if outside:
            end = roadmap.horizon.start if edge == "раньше начала" else roadmap.horizon.end
            message = f"{_which(outside, days)} {edge} плана ({end:{DAY}}): исправьте год или подтвердите (confirmed)"
            yield at("deadline", "outside-horizon", message)


def _which(some: Sequence[date], days: Sequence[date]) -> str:
    """Say which of *days* are meant: «срок 30.09.2021 —», «из сроков меры (их 4) 30.06.2021 —»."""
    listed = ", ".join(f"{day:{DAY}}" for day in some[:SHOWN])
    more = f" и ещё {len(some) - SHOWN}" if len(some) > SHOWN else ""
    if len(some) == len(days):
        return f"срок {listed} —" if len(some) == 1 else f"все сроки меры ({listed}{more}) —"
    return f"из сроков меры (их {len(days)}) {listed}{more} —"


def _decision_findings(at: At, roadmap: Roadmap, directory: Directory | None) -> Iterator[Problem]:
    """Yield decisions that have no effect or can hardly be meant: fixes, checkpoints, an empty list of schools."""
    fix = at.expected.fix
    if directory is not None:
        for remark in at.expected.remarks:
            yield at("deadline", "fix-ignored", f"{remark}; исправьте fix (to или by)")
    if fix is not None and not WorkCalendar(roadmap.rules).is_working(fix.to):
        message = f"срок по решению, {fix.to:{DAY}}, — нерабочий день: назначьте рабочий (fix)"
        yield at("deadline", "fix-day-off", message)
    for day in at.measure.checkpoints:
        inside = any((one.first or day) <= day < (one.due_on or day) for one in at.dated)
        waits = len(at.dated) < len(at.expected.windows) and roadmap.first_day <= day <= roadmap.horizon.end
        if not inside and not waits:
            message = f"контрольная точка {day:{DAY}} не лежит ни в одном сроке меры: её не запросят; исправьте день"
            yield at("checkpoints", "checkpoint-misplaced", message)
    if at.measure.schools == ():
        yield at("schools", "no-schools", "список schools пуст: впишите школы или уберите его, тогда это все школы")


def _binding_findings(at: At, roadmap: Roadmap) -> Iterator[Problem]:
    """Yield what the measure will wait for in vain."""
    measure, events = at.measure, [one.to_event() for one in roadmap.events]
    key = "deadline" if measure.event is None else "event"
    named = next((one for one in events if one.id == measure.event), None)
    if measure.event is not None and named is None:
        yield at(key, "unknown-event", f"события «{measure.event}» нет в разделе events: добавьте его")
    reading = understand(measure, roadmap.horizon).reading
    for part in reading.parts if reading is not None and measure.cell.fix is None else ():
        if part.kind is Kind.SCHEDULE and named is None:
            if measure.event is None:
                message = (
                    f"сроки задаёт другой документ («{measure.cell.text}»): когда он будет, внесите их: "
                    f"srok event set {roadmap.plan.id}/{measure.id}"
                )
                yield at(key, "outside-schedule", message)
            continue
        if part.kind not in {Kind.EVENT, Kind.SCHEDULE}:
            continue
        event = named or match_event(part.event or "", events)
        if event is None and measure.event is None:
            message = f"ни одно событие плана не названо «{part.event}», мероприятие ждёт даты: добавьте его в events"
            yield at(key, "unknown-event", message)
        elif event is not None and event.start is None:
            command = f"srok event set {roadmap.plan.id}/{event.id}"
            message = f"у события «{event.title}» нет дат, мероприятие ждёт их: впишите start и end или {command}"
            yield at(key, "event-undated", message)


def _people_findings(at: At, directory: Directory) -> Iterator[Problem]:
    measure = at.measure
    for reference in measure.responsibles:
        if directory.find(reference) is None:
            yield at(
                "responsible", "unknown-responsible", f"«{reference}» нет в справочнике людей: добавьте в people.yaml"
            )
    if measure.controller is not None and directory.holder(measure.controller) is None:
        message = f"контролёр «{measure.controller}» не найден в справочнике людей как один человек: назовите другого"
        yield at("controller", "unknown-controller", message)
    for school in measure.school_ids or ():
        if school not in {one.id for one in directory.schools}:
            yield at("schools", "unknown-school", f"школы «{school}» нет в справочнике людей: исправьте id")


def _lead_findings(at: At, directory: Directory) -> Iterator[Problem]:
    """Yield measures that nobody single leads: the first of several is a group or a body, or a lead is asked of one."""
    measure = at.measure
    if not measure.responsibles or measure.completion == "all":
        return
    first, *others = measure.responsibles
    entry = directory.find(first)
    many = isinstance(entry, Role) and len(directory.addressees(first, measure.school_ids)) > 1
    if not others and not (many and measure.completion == "lead"):
        return
    remedy = "поставьте первым одного или, если отчитывается каждый, запишите completion: all"
    if many:
        yield at("responsible", "no-lead", f"головного нет: первыми названы «{first}», это не один человек; {remedy}")
    elif isinstance(entry, Unit):
        message = f"головным названо подразделение «{first}», а не должность; {remedy}"
        yield at("responsible", "no-lead", message)


def _self_control_findings(at: At, roadmap: Roadmap, directory: Directory) -> Iterator[Problem]:
    measure = at.measure
    allowed = roadmap.plan.self_control if measure.self_control is None else measure.self_control
    reference = measure.controller or roadmap.plan.controller
    controller = directory.holder(reference)
    if allowed or controller is None:
        return
    executors = {
        one.person: words
        for words in reversed(measure.responsibles)
        for one in directory.addressees(words, measure.school_ids)
    }
    if controller.id in executors:
        words = executors[controller.id]
        same = normalise(words) == normalise(reference or "")
        who = (
            f"контролёр «{reference}» сам исполняет меру"
            if same
            else f"контролёр «{reference}» и исполнитель «{words}» — один человек"
        )
        message = f"{who}: отчёт примет руководитель; назначьте другого (controller) или запишите self_control: true"
        yield at("responsible", "self-control", message)
        return
    for day in sorted({one.due_on for one in at.dated if one.due_on is not None}):
        acting = directory.acting(controller.id, day)
        if acting is not None and acting.id in executors:
            message = (
                f"контролёра «{reference}» в день срока {day:{DAY}} замещает исполнитель «{executors[acting.id]}»: "
                "назначьте другого заместителя (substitute)"
            )
            yield at("responsible", "self-control", message)
            return
