"""The draft of a plan: every cell word for word, where it stands in the document, and what a person has to decide."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

from engine.importer.across import clauses_beside, left_out, whole
from engine.importer.clauses import changes_another, read_clauses
from engine.importer.draft_text import plan_text
from engine.importer.events import plan_events
from engine.importer.findings import Finding
from engine.importer.head import Head, read_head
from engine.importer.header import plan_header, plan_horizon
from engine.importer.judging import judged, responsibles, schools_named
from engine.importer.layout import MAX_PARTS, TOO_LONG
from engine.importer.rows import ImportRefusedError, Source
from engine.importer.sub_measures import Divided, divide, several_dates
from engine.importer.table import Item, Table, read_tables
from engine.importer.terms import read_deadline
from engine.importer.wording import read_responsible
from engine.people import Directory

AMENDING = (
    "это изменения другого приказа, сам план в документе не напечатан: внесите их в файл плана, "
    "а если есть план в новой редакции, дайте его: srok import ФАЙЛ --onto ПЛАН -o ПАПКА"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft plan.

    Attributes:
        text: The plan file, YAML.
        measures: What stands under `measures`, as written.
        head: The head of the order.
        headers: The headers of the tables, each as one line.
        findings: What a person has to look at.
        placed: For every line of the document what became of it.
    """

    text: str
    measures: tuple[dict[str, Any], ...]
    head: Head
    headers: tuple[str, ...]
    findings: tuple[Finding, ...]
    placed: dict[int, str]


def draft_plan(source: Source, directory: Directory, plan_id: str, zone: str) -> Draft:
    """Return the draft of the plan that *source* approves.

    Args:
        source: The document.
        directory: Who the words of the document may mean.
        plan_id: The id the plan gets.
        zone: IANA zone of the municipality: a document does not say it.

    Raises:
        ImportRefusedError: There is no measure in it.
    """
    if len(source.parts) > MAX_PARTS:
        raise ImportRefusedError(source.name, TOO_LONG)
    head = read_head(source, directory)
    table = _read(source, head)
    items = table.items
    if not items and any(changes_another(one.text) for one in source.paragraphs):
        raise ImportRefusedError(source.name, AMENDING)
    if not items:
        raise ImportRefusedError(source.name, "не найдено ни таблицы с мероприятиями и сроками, ни пунктов приказа")
    horizon, basis = plan_horizon(head, items)
    readings = [read_deadline(item.cell("deadline"), horizon) for item in items]
    header, taken = plan_header(head, horizon, basis, source.name, plan_id, zone)
    placed = head.used | table.placed
    findings = [taken, *source.findings, *head.findings, *table.findings]
    if table.headers:
        findings += clauses_beside(read_clauses(source), items, readings, horizon, placed)
    findings += whole(head, source, table, readings, horizon)
    for item, reading in zip(items, readings, strict=True):
        findings += judged(item, reading, horizon, head.title, directory)
    divided = [divide(item, horizon) for item in items]
    findings += [several_dates(item, one) for item, one in zip(items, divided, strict=True) if one]
    events, undated = plan_events(items, readings)
    findings += undated
    measures = list(_measures(items, divided, findings, directory))
    findings += left_out(source, head, placed)
    text = plan_text(header, events, measures, items, source.name)
    return Draft(text, tuple(measures), head, tuple(table.headers), _once(findings), placed)


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return the findings by place, one a cause: a section's words stand over many measures."""
    first: dict[tuple[str, int | None, str], Finding] = {}
    for one in findings:
        first.setdefault((one.code, one.line, one.message), one)
    return tuple(sorted(first.values(), key=lambda one: one.line or 0))


def _measures(
    items: list[Item], divided: list[Divided | None], findings: list[Finding], directory: Directory
) -> Iterator[dict[str, Any]]:
    """Yield the measures, each with what was found in its lines or, elsewhere, about its №."""
    own = {line for item in items for line in item.lines}
    numbers = Counter(item.number for item in items)
    said: dict[int | str, list[str]] = defaultdict(list)
    for one in findings:
        if one.line is not None and one.measure is not None:
            said[one.line if one.line in own else one.measure].append(one.message)
    for item, identity, parts in zip(items, _ids(items), divided, strict=True):
        elsewhere = said[item.number] if numbers[item.number] == 1 else []
        messages = [message for line in item.lines for message in said[line]]
        sub = list(_subs(parts, directory)) if parts else []
        yield _measure(item, identity, sub, list(dict.fromkeys(elsewhere + messages)), directory)


def _read(source: Source, head: Head) -> Table:
    """Read the table, or the clauses where there is none; rows that only lay out the order are no finding."""
    table = read_tables(source, head.used)
    if table.headers:
        return table
    clauses = read_clauses(source)
    clauses.findings += [one for one in table.findings if one.line not in clauses.placed]
    clauses.placed = table.placed | clauses.placed
    return clauses


def _ids(items: list[Item]) -> list[str]:
    """Return an id for each measure: its №, with the section's where the numbers begin anew in each."""
    restarts = len({one.number for one in items}) < len(items)
    order: dict[str | None, int] = {}
    ids: dict[str, int] = {}  # and how many began with it
    for one in items:
        place = order.setdefault(one.section, len(order) + 1)
        written = re.search(r"\d+", one.section or "")
        identity = f"{written[0] if written else place}.{one.number}" if restarts else one.number
        identity = re.sub(r"[|/\s]+", "-", identity)[:70]
        again = identity
        while again in ids:
            ids[identity] += 1
            again = f"{identity}-{ids[identity]}"
        ids[again] = 1
    return list(ids)


def _subs(divided: Divided, directory: Directory) -> Iterator[dict[str, Any]]:
    for letter, title, deadline in zip(ascii_lowercase, divided.titles, divided.deadlines, strict=False):
        schools = [one.id for one in schools_named(title, directory)]
        yield {"id": letter, "title": title, "deadline": deadline} | ({"schools": schools} if schools else {})


def _measure(
    item: Item, identity: str, sub: list[dict[str, Any]], findings: list[str], directory: Directory
) -> dict[str, Any]:
    words = f"{item.section if item.clause else ''} {item.cell('title')}"
    controllers = read_responsible(item.cells.get("responsible", ""), directory).controllers
    fields = {
        "id": identity,
        "number": item.number if item.number != identity else None,
        "section": item.section,
        "clause": item.clause,
        "title": item.cell("title") or "—",
        "deadline": item.cell("deadline"),
        "responsible": responsibles(item, directory),
        "controller": controllers[0] if controllers else None,
        "result": item.cell("result"),
        "schools": [] if sub else [one.id for one in schools_named(words, directory)],
        "sub": sub,
        "findings": findings,
    }
    return {name: value for name, value in fields.items() if value}
