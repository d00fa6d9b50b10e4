"""What a plan says that a person has to look at: each finding has its line, its № and what to do.

The head, the events and each measure by itself; whom they name is `engine.plan_people`'s, what measures say
together `engine.plan_doubles`'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from engine.calendar import Event, EventStatus, Kind, WorkCalendar, match_event
from engine.errors import Level, Problem
from engine.people import Directory
from engine.plan import EventShape, Roadmap
from engine.plan_people import people_findings
from engine.plan_places import DAY, SHOWN, At
from engine.yaml_text import YamlText

_TITLE_YEARS = re.compile(r"\b(?:на|в)\s(?:период\s)?20(\d\d)(?:\s?[-–—/]\s?(?:20)?(\d\d))?\s?(?:уч|г)")


def findings(
    roadmap: Roadmap, placed: Sequence[At], directory: Directory | None, source: YamlText
) -> Iterator[Problem]:
    """Yield what is to be looked at in the head and in each measure; without a directory not people."""
    yield from _head_findings(roadmap, directory, source)
    events = [one.to_event() for one in roadmap.events]
    for at in placed:
        yield from _deadline_findings(at, roadmap)
        yield from _decision_findings(at, roadmap, directory)
        yield from _binding_findings(at, roadmap, events)
        if not at.measure.responsibles:
            yield at(
                "responsible",
                "no-responsible",
                "ответственный не назван, напоминания уйдут контролёру: впишите responsible",
            )
        if directory is not None:
            yield from people_findings(at, roadmap, directory)


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
        reading = at.understood.reading
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
    measure, understood = at.measure, at.understood
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
            by = f"by: {roadmap.plan.issuer}" if roadmap.plan.issuer else "by"
            yield at("deadline", "fix-ignored", f"{remark}; исправьте fix (to или {by})")
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


def _binding_findings(at: At, roadmap: Roadmap, events: Sequence[Event]) -> Iterator[Problem]:
    """Yield what the measure will wait for in vain."""
    measure, reading = at.measure, at.understood.reading
    key = "deadline" if measure.event is None else "event"
    named = next((one for one in events if one.id == measure.event), None)
    if measure.event is not None and named is None:
        yield at(key, "unknown-event", f"события «{measure.event}» нет в разделе events: добавьте его")
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
        if event is None and measure.event is None and not part.event:
            if measure.cell.confirmed is not None:  # else its doubt says so
                yield at(key, "unknown-event", "событие, от которого считается срок, не названо: впишите мере event")
        elif event is None and measure.event is None:
            message = f"ни одно событие плана не названо «{part.event}», мероприятие ждёт даты: добавьте его в events"
            yield at(key, "unknown-event", message)
        elif event is not None and event.start is None:
            command = f"srok event set {roadmap.plan.id}/{event.id}"
            message = f"у события «{event.title}» нет дат, мероприятие ждёт их: впишите start и end или {command}"
            yield at(key, "event-undated", message)
