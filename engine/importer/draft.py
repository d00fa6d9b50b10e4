"""The draft of a plan: every cell word for word, where it stands in the document, and what a person has to decide."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.importer.clauses import read_clauses
from engine.importer.findings import Finding
from engine.importer.head import Head, read_head
from engine.importer.rows import ImportRefusedError, Source
from engine.importer.table import Item, Table, read_tables
from engine.importer.wording import find_names, people_named, read_responsible
from engine.people import Directory, normalise

_COLUMNS = {"number", "title", "deadline", "responsible", "result"}
MAX_PARTS = 20_000
"""More rows and paragraphs than any order has."""
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_YEARS = re.compile(r"(?<!\d)(20\d\d)(?:\s?[-–—]\s?(20\d\d))?(.{0,8})")


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
    head = read_head(source, directory)
    table = _read(source)
    if not table.items:
        raise ImportRefusedError(source.name, "не найдено ни таблицы с мероприятиями и сроками, ни пунктов приказа")
    findings = [*head.findings, *table.findings, *_numbers(table)]
    found: dict[int, list[str]] = defaultdict(list)
    for one in findings:
        if one.measure is not None and one.line is not None:
            found[one.line].append(one.message)
    measures = []
    for item, identity in zip(table.items, _ids(table.items), strict=True):
        own = list(_judged(item, directory))
        findings += own
        said = [message for line in item.lines for message in found[line]]
        measures.append(_measure(item, identity, directory, said + [one.message for one in own]))
    placed = head.used | table.placed
    findings += _left_out(source, placed)
    header = _header(head, source, plan_id, zone, findings)
    text = _yaml(header, measures, table.items, source.name)
    order = sorted(findings, key=lambda one: one.line or 0)
    return Draft(text, tuple(measures), head, tuple(table.headers), tuple(order), placed)


def _read(source: Source) -> Table:
    if len(source.parts) > MAX_PARTS:
        raise ImportRefusedError(source.name, f"в документе больше {MAX_PARTS} строк: оставьте в нём приказ и план")
    table = read_tables(source)
    if table.headers:
        return table
    clauses = read_clauses(source)
    clauses.placed |= table.placed
    clauses.findings += table.findings
    return clauses


def _ids(items: list[Item]) -> list[str]:
    """Return an id for each measure: its №, with the section's where the numbers begin anew in each."""
    restarts = len({one.number for one in items}) < len(items)
    order: dict[str | None, int] = {}
    ids, seen = [], Counter[str]()
    for one in items:
        place = order.setdefault(one.section, len(order) + 1)
        written = re.search(r"\d+", one.section or "")
        identity = f"{written[0] if written else place}.{one.number}" if restarts else one.number
        identity = re.sub(r"[|/\s]+", "-", identity)[:70]
        seen[identity] += 1
        ids.append(identity if seen[identity] == 1 else f"{identity}-{seen[identity]}")
    return ids


def _numbers(table: Table) -> Iterator[Finding]:
    """Yield where a № does not follow the one above it in its section; a clause may begin with any."""
    before: dict[tuple[str | None, str], int] = {}
    for one in table.items:
        stem, _, last = one.number.rpartition(".")
        own = int(last) if re.fullmatch(r"[0-9]{1,6}", last) else None
        first = own if one.clause and own is not None else 1
        expected = before.get((one.section, stem), first - 1) + 1
        if own != expected:
            message = f"Ожидался № {expected}, стоит «{one.number}»: проверьте, не пропала ли мера."
            yield Finding("number-gap", one.lines[0], one.number, message)
        before[one.section, stem] = expected if own is None else own


def _judged(item: Item, directory: Directory) -> Iterator[Finding]:
    """Yield what a person has to look at in one measure."""
    line = item.lines[0]
    if not item.cell("title"):
        yield Finding("no-measure-text", line, item.number, "Мероприятие не названо: впишите его.")
    if not item.cell("deadline"):
        yield Finding(
            "deadline-not-written", line, item.number, "Срок в документе не указан: его назначает управление."
        )
    if not _responsibles(item, directory):
        yield Finding("nobody-named", line, item.number, "Ответственный не назван или не узнан: впишите его.")
    yield from _judged_people(item, directory)
    for column, words in item.cells.items():
        if column not in _COLUMNS:
            message = (
                f"Ячейка не из известных столбцов («{column}»): «{' '.join(words.split())}» — решите, куда её внести."
            )
            yield Finding("extra-cell", line, item.number, message)


def _judged_people(item: Item, directory: Directory) -> Iterator[Finding]:
    """Yield what a person has to look at in the responsibles of a measure."""
    line = item.lines[0]
    cell = item.cell("responsible")
    named = read_responsible(item.cells.get("responsible", ""), directory)
    for words in named.unknown:
        message = f"«{words}» в справочнике людей нет: допишите роль или исправьте слова."
        yield Finding("responsible-not-known", line, item.number, message)
    if named.run_together:
        message = "Ответственные напечатаны подряд: разделены по названиям ролей, головной — первый."
        yield Finding("run-together", line, item.number, message)
    if named.controllers:
        message = f"«{cell}»: после «Контроль:» стоят контролёры; у меры он один, записан первый."
        yield Finding("control-in-cell", line, item.number, message)
    if cell.endswith((",", ";")):
        message = "Знак после ответственного ничего не продолжает: проверьте, не пропал ли второй."
        yield Finding("trailing-comma", line, item.number, message)
    for written, surname in people_named(item.section or "", "dative") if item.clause else ():
        guess = f" (по-видимому, {surname})" if surname else ""
        message = f"Исполнитель назван и фамилией: «{written}»{guess}; в плане должность, имя — в справочнике людей."
        yield Finding("name-in-case", line, item.number, message)


def _responsibles(item: Item, directory: Directory) -> list[str]:
    if item.clause is None:
        return list(read_responsible(item.cells.get("responsible", ""), directory).responsible)
    named = find_names(item.section or item.cell("title"), directory, oblique=True)
    return [one.spelt for one in named if one.known]


def _measure(item: Item, identity: str, directory: Directory, findings: list[str]) -> dict[str, Any]:
    words = normalise(f"{item.section if item.clause else ''} {item.cell('title')}")
    controllers = read_responsible(item.cells.get("responsible", ""), directory).controllers
    fields = {
        "id": identity,
        "number": item.number if item.number != identity else None,
        "section": item.section,
        "clause": item.clause,
        "title": item.cell("title") or "—",
        "deadline": item.cell("deadline"),
        "responsible": _responsibles(item, directory),
        "controller": controllers[0] if controllers else None,
        "result": item.cell("result"),
        "schools": [
            one.id for one in directory.schools if re.search(rf"{re.escape(normalise(one.name))}(?!\d)", words)
        ],
        "findings": findings,
    }
    return {name: value for name, value in fields.items() if value}


def _left_out(source: Source, placed: dict[int, str]) -> Iterator[Finding]:
    """Yield what of the document stands neither in a cell nor in the head: nothing is lost in silence."""
    for one in source.paragraphs:
        if one.line not in placed:
            placed[one.line] = "finding"
            yield Finding("outside-plan", one.line, None, f"В план не вошло: «{one.text}». Проверьте, что это не мера.")


def _header(head: Head, source: Source, plan_id: str, zone: str, findings: list[Finding]) -> dict[str, Any]:
    start, end, basis = _horizon(head)
    message = f"Срок плана взят так: {start:%d.%m.%Y}–{end:%d.%m.%Y} ({basis}); проверьте его и пояс {zone}."
    findings.append(Finding("horizon-taken", None, None, message))
    order = {
        "kind": head.kind,
        "number": head.number,
        "date": head.day,
        "place": head.place,
        "signatory": head.signatory,
    }
    complete = head.kind and head.number and head.day
    return {
        "id": plan_id,
        "title": head.title or source.name,
        "timezone": zone,
        "horizon": {"from": start, "to": end, "basis": basis},
        "order": {name: value for name, value in order.items() if value} if complete else None,
        "controller": head.controller,
        "source": source.name,
    }


def _horizon(head: Head) -> tuple[date, date, str]:
    """Return the plan's days by the years of its title: school years, calendar years, else the year of the order."""
    match = _YEARS.search(head.title or "")
    if match is None or int(match[2] or match[1]) < int(match[1]):
        day = head.day or date(2000, 1, 1)
        return day, date(day.year, 12, 31), "в заголовке года нет: до конца года приказа"
    first, last = int(match[1]), int(match[2] or match[1])
    if match[2] and re.match(r"\s?уч", match[3]):
        return date(first, 9, 1), date(last, 8, 31), f"«{match[0].strip()}» в заголовке"
    return date(first, 1, 1), date(last, 12, 31), f"«{match[0].strip()}» в заголовке"


def _yaml(header: dict[str, Any], measures: list[dict[str, Any]], items: list[Item], name: str) -> str:
    """Return the file; every word of the document stands in quotes, so none of them can be read as YAML."""
    lines = [f"# Черновик из документа {_quoted(name)}: проверьте каждую меру.", "plan:"]
    lines += [f"  {key}: {_value(value)}" for key, value in header.items() if value is not None]
    lines += ["", "measures:"]
    for measure, item in zip(measures, items, strict=True):
        places = ", ".join(str(line) for line in item.lines)
        lines.append(f"  # строка документа: {places}")
        body = [f"{key}: {_value(value)}" for key, value in measure.items()]
        lines += [f"  - {body[0]}", *(f"    {one}" for one in body[1:]), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _value(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return _quoted(value)


def _quoted(text: str) -> str:
    """Return *text* in quotes on one line: what YAML takes for a line end or cannot hold is escaped."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(whole, ensure_ascii=False))
