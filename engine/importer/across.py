"""What a person has to look at in a draft as a whole: gaps, years that differ, clauses that say what a measure says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from engine.calendar import Horizon, Reading
from engine.importer.clauses import is_formal
from engine.importer.findings import Finding, flat, named
from engine.importer.head import Head
from engine.importer.header import years_named
from engine.importer.judging import two_years
from engine.importer.rows import Source
from engine.importer.signing import is_below_signature
from engine.importer.table import Item, Table
from engine.importer.terms import read_deadline

_COMPARED = 100
"""No order has more clauses beside a table."""
_STEM = 4
"""Letters that words of one root share: «планы», «планов»."""
_SAME = 0.5
_SAME_UNDATED = 0.75
"""Which part of the shorter text's stems stands in the other where both say the same: less is asked of a common day."""


def whole(
    head: Head, source: Source, table: Table, readings: Sequence[Reading | None], horizon: Horizon
) -> Iterator[Finding]:
    """Yield what is to be looked at beyond one measure: gaps, what no order says, years that differ or are unclear."""
    yield from _number_gaps(table)
    yield from _order_missing(head, table.items)
    years = two_years(head.title or "")
    if years:
        message = f"«{years[0].strip()}» в заголовке: календарные годы или учебный год; проверьте horizon."
        yield Finding("year-ambiguous", None, None, message)
    yield from _horizon_conflict(head, source, table.items, readings, horizon)
    yield from _first_year(head, table.items, readings, horizon)


def _number_gaps(table: Table) -> Iterator[Finding]:
    """Yield where a № does not follow the one above it in its section; a clause may begin with any."""
    before: dict[tuple[str | None, str], int] = {}
    above: dict[str, int] = {}  # the last of any section: numbers may go on from one to the next
    for one in table.items:
        stem, _, last = one.number.rpartition(".")
        own = int(last) if re.fullmatch(r"[0-9]{1,6}", last) else None
        first = own if one.clause and own is not None else 1
        expected = before.get((one.section, stem), first - 1) + 1
        goes_on = (one.section, stem) not in before and own == above.get(stem, 0) + 1
        if own != expected and not goes_on:
            message = f"Ожидался № {expected}, стоит «{one.number}»: проверьте, не пропала ли мера."
            yield Finding("number-gap", one.lines[0], one.number, message)
        before[one.section, stem] = above[stem] = expected if own is None else own


def _horizon_conflict(
    head: Head, source: Source, items: Sequence[Item], readings: Sequence[Reading | None], horizon: Horizon
) -> Iterator[Finding]:
    """Yield one finding where the title of the plan, the order and the measures name different years."""
    own = _years(head.title or "")
    approving = [(one.text, one.line) for one in source.paragraphs if re.match(r"\d+[.)]?\s+Утвердить\b", one.text)]
    words = [*([(head.subject, None)] if head.subject else []), *approving]
    differing = dict.fromkeys(years for text, _ in words if (years := _years(text)) and own and years != own)
    outside = [item for item, one in zip(items, readings, strict=True) if one and _lies_outside(one, horizon)]
    if not differing and not outside:
        return
    said = [f"в заголовке плана «{own}»"] if own else [f"срок плана {horizon.start:%d.%m.%Y}–{horizon.end:%d.%m.%Y}"]
    said += [f"в приказе «{one}»" for one in differing]
    cells = ", ".join(dict.fromkeys(f"«{item.cell('deadline')}»" for item in outside))
    said += [f"сроки вне плана: {cells} ({named([one.number for one in outside])})"] if outside else []
    line = next((line for words, line in approving if _years(words) != own), None) if differing else None
    place = line or (outside[0].lines[0] if outside else None)
    message = f"Годы расходятся: {'; '.join(said)}. Какие верны, решает управление: поправьте horizon или сроки."
    yield Finding("horizon-conflict", place, None, message)


def _years(words: str) -> str:
    """Return the years that *words* name, as written, a school year as such; «» where there are none."""
    found = years_named(words)
    if found is None:
        return ""
    years = "-".join(str(one) for one in dict.fromkeys((found.first, found.last)))
    return f"{years} уч. год" if found.school else f"{years} год"


def _lies_outside(reading: Reading, horizon: Horizon) -> bool:
    ends = [window.last for part in reading.parts for window in part.windows]
    return any(not horizon.start <= end <= horizon.end for end in ends)


def _first_year(
    head: Head, items: Sequence[Item], readings: Sequence[Reading | None], horizon: Horizon
) -> Iterator[Finding]:
    """Yield one finding where yearly measures may or may not be due in a year that was begun before the plan was."""
    unclear = [item for item, one in zip(items, readings, strict=True) if one and _in_begun_year(one, head, horizon)]
    if unclear:
        why = "день приказа не известен" if head.day is None else f"приказ от {head.day:%d.%m.%Y}"
        message = (
            f"Ежегодные сроки ({named([one.number for one in unclear])}): считается ли {horizon.start.year} год, "
            f"документ не говорит ({why}); если нет, начните horizon позже."
        )
        yield Finding("first-year-unclear", unclear[0].lines[0], unclear[0].number, message)


def _in_begun_year(reading: Reading, head: Head, horizon: Horizon) -> bool:
    firsts = [part.windows[0].last for part in reading.parts if part.freq == "yearly" and part.windows]
    return any(one.year == horizon.start.year and (head.day is None or one < head.day) for one in firsts)


def _order_missing(head: Head, items: Sequence[Item]) -> Iterator[Finding]:
    """Yield what a plan without its order cannot say."""
    line = items[0].lines[0]
    if head.kind is None and head.issuer is None:
        message = "Приказа в документе нет: впишите, кто утвердил план и когда (order), и кто подписал (issuer)."
        yield Finding("no-order", line, None, message)
    if head.signatory and not (head.number and head.day):
        message = f"Приказ без номера или даты в план не записан: подписавшего («{head.signatory}») впишите в order."
        yield Finding("signatory-left-out", line, None, message)
    if (
        not any(one.code in {"control-not-laid", "controller-not-known"} for one in head.findings)
        and not head.controller
    ):
        message = "Кто контролирует исполнение, документ не говорит: впишите controller."
        yield Finding("control-not-laid", line, None, message)


def clauses_beside(
    clauses: Table, items: Sequence[Item], readings: Sequence[Reading | None], horizon: Horizon, placed: dict[int, str]
) -> Iterator[Finding]:
    """Yield the clauses of an order with a table that are assignments themselves, and which measure says the same.

    Args:
        clauses: Those of the document that are no form of words.
        items: The measures of its table.
        readings: What their deadlines say.
        horizon: The days of the plan.
        placed: What became of each line; those of the clauses are added.
    """
    table = min(item.lines[0] for item in items)
    roots = [_stems(item.cell("title")) for item in items]
    for number, clause in enumerate(clauses.items):
        lines = [*clause.section_lines, *clause.lines]
        if clause.lines[0] in placed or clause.lines[0] > table:
            continue
        placed.update((line, "finding") for line in lines if line not in placed)
        due = read_deadline(clause.cell("deadline"), horizon)
        same = _same(clause, due, items, readings, roots) if number < _COMPARED else None
        words = ": ".join(one for one in (clause.section, clause.cell("title")) if one)
        said = f"Пункт {clause.number} приказа («{words}»)"
        if same is None:
            message = f"{said} — поручение, а в таблице такой меры нет: внесите её, если пункт исполняется отдельно."
            yield Finding("clause-outside-plan", clause.lines[0], None, message)
        else:
            message = f"{said} говорит то же, что мера {same.number}: это одно поручение, второй меры не вносите."
            yield Finding("duplicate-of-clause", clause.lines[0], same.number, message)


def _same(
    clause: Item,
    due: Reading | None,
    items: Sequence[Item],
    readings: Sequence[Reading | None],
    roots: Sequence[set[str]],
) -> Item | None:
    """Return the measure that is due when the clause is and shares most roots with it."""
    ours = _stems(clause.cell("title"))
    found: list[tuple[float, Item]] = []
    for item, reading, theirs in zip(items, readings, roots, strict=True):
        if due is not None and (reading is None or _ends(due) != _ends(reading)):
            continue
        shared = len(ours & theirs) / max(1, min(len(ours), len(theirs)))
        if shared >= (_SAME_UNDATED if due is None else _SAME):
            found.append((shared, item))
    return max(found, key=lambda one: one[0])[1] if found else None


def _ends(reading: Reading) -> set[object]:
    return {window.last for part in reading.parts for window in part.windows}


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in re.findall(r"[а-яё]{4,}", text.casefold())}


def left_out(source: Source, head: Head, placed: dict[int, str]) -> Iterator[Finding]:
    """Yield what of the document stands neither in a cell nor in the head: nothing is lost in silence."""
    signed = head.kind is not None
    formal = []
    for one in source.paragraphs:
        if one.line in head.formal or (one.line not in placed and _is_formal(one.text, signed=signed)):
            formal.append(one)
        elif one.line not in placed:
            yield Finding("outside-plan", one.line, None, f"В план не вошло: «{one.text}». Проверьте, что это не мера.")
        placed.setdefault(one.line, "finding")
    if formal:
        words = "; ".join(f"«{flat(one.text)}»" for one in formal)
        message = f"Из приказа в план не вошло: {words}. Проверьте, что это не меры."
        yield Finding("order-text", formal[0].line, None, message)


def _is_formal(text: str, *, signed: bool) -> bool:
    return is_formal(text) or (signed and is_below_signature(text))
