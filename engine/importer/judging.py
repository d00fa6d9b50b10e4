"""What a person has to look at in one measure of a draft: what the document leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from engine.calendar import Horizon, Kind, Reading
from engine.deadline import Relation
from engine.importer.findings import Finding
from engine.importer.table import Item
from engine.importer.wording import find_names, people_named, read_responsible
from engine.people import Directory, School, normalise

COLUMNS = {"number", "title", "deadline", "responsible", "result"}
"""The columns that have a field of their own in a plan."""
_CONDITION = re.compile(
    r"\b[Вв] случа(?:е|ях)(?: [а-яё]+(?:-[а-яё]+)*){1,4}|\b[Пп]ри (?:необходимости|выявлении|обнаружении)\b"
)
_SCHOOL = re.compile(
    r"(?:\bМ[А-ЯЁ]{1,4} )?(?:«?[А-ЯЁ][а-яё-]+ )?(?:[СОН]О?Ш|[Лл]ице\w{1,3}|[Гг]имнази\w{1,3}|[Шш]кол\w{1,3}) № ?\d{1,4}"
)
_SAMPLE = re.compile(r"\bпроизвольн\w+ выборк\w+(?: школ)?", re.IGNORECASE)
_TWO_YEARS = re.compile(r"(?<!\d)(20\d\d) ?[-–—] ?(20\d\d)(?!\d)(?! ?уч) ?(?:гг?\b\.?|год\w*)?", re.IGNORECASE)
_THE_YEAR = re.compile(r"в течение (?:всего )?года", re.IGNORECASE)
_DATED_SERIES = re.compile(r"\b([А-ЯЁ]{2,}) ?[-–—]? ?(20\d\d)(?!\d)")


def judged(
    item: Item, reading: Reading | None, horizon: Horizon, title: str | None, directory: Directory
) -> Iterator[Finding]:
    """Yield what there is to look at in the measure *item* of the plan *title*, whose deadline says *reading*."""
    line = item.lines[0]
    if not item.cell("title"):
        yield Finding("no-measure-text", line, item.number, "Мероприятие не названо: впишите его.")
    if not item.cell("deadline"):
        yield Finding(
            "deadline-not-written", line, item.number, "Срок в документе не указан: его назначает управление."
        )
    yield from _deadline(item, reading)
    if all(part.kind is not Kind.SCHEDULE for part in (reading.parts if reading else ())):
        yield from _year(item, horizon, title or "")
    if not responsibles(item, directory):
        yield Finding("nobody-named", line, item.number, "Ответственный не назван или не узнан: впишите его.")
    yield from _people(item, directory)
    yield from _schools(item, directory)
    if "result" in item.columns and not item.cell("result"):
        message = "Результат в таблице не заполнен: впишите, чем подтверждается исполнение."
        yield Finding("empty-result", line, item.number, message)
    for column, words in item.cells.items():
        if column not in COLUMNS:
            message = (
                f"Ячейка не из известных столбцов («{column}»): «{' '.join(words.split())}» — решите, куда её внести."
            )
            yield Finding("extra-cell", line, item.number, message)


def responsibles(item: Item, directory: Directory) -> list[str]:
    """Return those who answer for the measure: of a clause, the names of the directory it is addressed to."""
    if item.clause is None:
        return list(read_responsible(item.cells.get("responsible", ""), directory).responsible)
    named = find_names(item.section or item.cell("title"), directory, oblique=True)
    return [one.spelt for one in named if one.known]


def schools_named(words: str, directory: Directory) -> list[School]:
    """Return the schools of the directory that *words* name."""
    said = normalise(words)
    return [one for one in directory.schools if re.search(rf"{re.escape(normalise(one.name))}(?!\d)", said)]


def _deadline(item: Item, reading: Reading | None) -> Iterator[Finding]:
    """Yield what the words of time leave open: a case, another document, an event, a year."""
    line, number, cell = item.lines[0], item.number, item.cell("deadline")
    parts = reading.parts if reading else ()
    condition = _CONDITION.search(item.cell("title"))
    on_demand = next((part for part in parts if part.kind is Kind.ON_DEMAND), None)
    if condition or on_demand:
        words = condition[0] if condition else cell
        message = f"Мера условная («{words}»): если случай не возник, закройте её как не наступившую."
        yield Finding("conditional", line, number, message)
    if any(part.kind is Kind.SCHEDULE for part in parts):
        message = f"«{cell}»: сроки задаёт другой документ, здесь его нет; внесите дни командой srok event set."
        yield Finding("outside-schedule", line, number, message)
    if any(part.relation is Relation.AFTER and not part.offset for part in parts):
        message = f"«{cell}»: сколько дней даётся после события, не сказано; срок назначает управление."
        yield Finding("no-term-after-event", line, number, message)
    yield from _which_event(item, reading)


def _year(item: Item, horizon: Horizon, title: str) -> Iterator[Finding]:
    for words in (item.cell("deadline"), item.cell("title")):
        years = two_years(words)
        asked = two_years(title)
        if years and asked and years.groups() == asked.groups():
            return  # said of the title
        the_year = _THE_YEAR.search(words) if horizon.start.year < horizon.end.year else None
        found = years or the_year
        if found:
            message = f"«{found[0].strip()}»: календарные годы или учебный год, документ не говорит; проверьте."
            yield Finding("year-ambiguous", item.lines[0], item.number, message)
            return


def two_years(words: str) -> re.Match[str] | None:
    """Find two years that may as well be a school year: «2020-2021 гг.»."""
    return next((one for one in _TWO_YEARS.finditer(words) if int(one[2]) == int(one[1]) + 1), None)


def _which_event(item: Item, reading: Reading | None) -> Iterator[Finding]:
    """Yield where the measure names a year of what its deadline names without one: «ВПР - 2023», «… проведения ВПР»."""
    events = [part.event for part in reading.parts if part.event] if reading else []
    for event in events:
        for found in _DATED_SERIES.finditer(item.cell("title")):
            if re.search(rf"\b{found[1]}\b(?! ?[-–—]? ?20\d\d)", event):
                message = (
                    f"Мера говорит о «{found[0]}», а срок считается от события «{event}» без года: "
                    "какое из них имеется в виду, решает управление."
                )
                yield Finding("event-ambiguous", item.lines[0], item.number, message)
                return


def _people(item: Item, directory: Directory) -> Iterator[Finding]:
    """Yield what a person has to look at in the responsibles of a measure."""
    line = item.lines[0]
    cell = item.cell("responsible")
    named = read_responsible(item.cells.get("responsible", ""), directory)
    for words in named.unknown:
        message = f"«{words}» в справочнике людей нет: допишите роль или исправьте слова."
        yield Finding("responsible-not-known", line, item.number, message)
    for words in named.ellipsis:
        message = f"«{words}» прочитано как две роли с одним именем существительным: проверьте обе."
        yield Finding("ellipsis-role", line, item.number, message)
    if named.run_together:
        message = "Ответственные напечатаны подряд: разделены по названиям ролей, головной — первый."
        yield Finding("run-together", line, item.number, message)
    if named.controllers:
        message = f"«{cell}»: после «Контроль:» стоят контролёры; у меры он один, записан первый."
        yield Finding("control-in-cell", line, item.number, message)
    if cell.endswith((",", ";")):
        message = "Знак после ответственного ничего не продолжает: проверьте, не пропал ли второй."
        yield Finding("trailing-comma", line, item.number, message)
    words, place = _address(item)
    for written, surname in people_named(words, "dative") if item.clause else ():
        guess = f" (по-видимому, {surname})" if surname else ""
        message = f"Исполнитель назван и фамилией: «{written}»{guess}; в плане должность, имя — в справочнике людей."
        yield Finding("name-in-case", place, item.number, message)


def _schools(item: Item, directory: Directory) -> Iterator[Finding]:
    title, place = item.cell("title"), item.lines[0]
    if item.clause and item.section:
        title, place = _address(item)
    known = [one.name for one in schools_named(title, directory)]
    strange = [one for one in _SCHOOL.findall(title) if not any(normalise(one) in normalise(name) for name in known)]
    if not known and not strange:
        return
    sample = _SAMPLE.search(title)
    todo = [
        *([f"поручение получают только {_listed(known)}: проверьте schools"] if known else []),
        *([f"{_listed(strange)} в справочнике нет: допишите в него и в schools"] if strange else []),
        *([f"«{sample[0]}»: состав впишите в schools"] if sample else []),
    ]
    yield Finding("list-of-schools-in-title", place, item.number, f"В тексте названы школы; {'; '.join(todo)}.")


def _address(item: Item) -> tuple[str, int]:
    """Return the words that say to whom a clause is addressed, and their line."""
    if item.section and item.section_lines:
        return item.section, item.section_lines[0]
    return item.cell("title"), item.lines[0]


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"«{one}»" for one in words)
