"""The numbered clauses of an order: the measures of one without a table, the words «кому» before them the executors."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.importer.findings import flat
from engine.importer.rows import Source
from engine.importer.table import Item, Table, lines_outside

_ORDERS = re.compile(
    r"\b(?:П ?Р ?И ?К ?А ?З ?Ы ?В ?А ?Ю|ПОСТАНОВЛЯ(?:Ю|ЕТ)|ОБЯЗЫВАЮ|РАСПОРЯЖАЮСЬ)\b"
    r"|\b(?i:приказываю|постановля(?:ю|ет)|обязываю|распоряжаюсь):?$"
)
"""The word after which clauses stand, alone or at the end of the preamble."""
_PREAMBLE = re.compile(
    r"^(В соответствии|[ВС] целью|В целях|На основании|Во исполнение|Руководствуясь|Согласно|В связи|В рамках|По итогам"
    r"|Учитывая|Рассмотрев|С уч[её]том)\b"
)
_CLAUSE = re.compile(r"^(\d+(?:\.\d+)*)[.)]?\s+(\S.*)$")
_LISTED = re.compile(r"^(?:(\d{1,2})\)|([а-я])\)|[-–—•])\s*(\S.*)$")
_FORMAL = re.compile(
    r"^(контрол|возложить контроль|(?:персональную )?ответственность .*возложить|возложить (?:персональную )?ответств"
    r"|(?:настоящ\w+ )?(?:приказ|распоряжение|постановление) вступает|утвердить|признать утратив)",
    re.IGNORECASE,
)
_DAY = r"(?:\d{2}\.\d{2}\.\d{4}(?: ?г\.)?|\d{1,2} [а-я]+ \d{4}(?: ?г\.| года)?)"
_DUE = re.compile(
    rf"\b(?:в срок )?(?:до|не позднее) {_DAY}"
    rf"|\bс (?:\d{{2}}\.\d{{2}}\.\d{{4}}|\d{{1,2}}(?: [а-я]+)?(?: \d{{4}})?) по {_DAY}",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Group:
    """The clause that ends with «:» and leads those below it; ``count`` of them were read."""

    number: str = ""
    words: str = ""
    line: int = 0
    count: int = 0


def read_clauses(source: Source) -> Table:
    """Read the clauses after «ПРИКАЗЫВАЮ»; a clause that ends with «:» is the section of those below it.

    Below it «1)», «а)» and «-» begin a clause too; its number is theirs within the section: «3.1».
    """
    table = Table()
    ordered = False
    group = _Group()
    for one in lines_outside(source):
        found = _numbered(one.text, group) if ordered else None
        ordered = ordered or begins_clauses(one.text)
        if found is None or _FORMAL.match(found[1]):
            continue
        number, text = found
        inside = bool(group.number) and number.startswith(f"{group.number}.")
        if text.endswith(":") and not inside:
            group = _Group(number, f"{number}. {text[:-1]}", one.line)
            table.placed[one.line] = "section"
            continue
        group = group if inside else _Group()
        group.count += 1
        due = _DUE.search(text)
        cells = {"number": number, "title": text} | ({"deadline": due[0]} if due else {})
        section, lines = (group.words, (group.line,)) if inside else (None, ())
        table.items.append(Item(number, cells, [one.line], section, f"п. {number}", lines))
        table.placed[one.line] = "measure"
    return table


def _numbered(text: str, group: _Group) -> tuple[str, str] | None:
    """Return the number and the words of a clause; None for any other line."""
    listed = _LISTED.match(text) if group.number else None
    if listed:
        mark = listed[1] or listed[2] or str(group.count + 1)
        return f"{group.number}.{mark}", flat(listed[3])
    match = _CLAUSE.match(text)
    return (match[1], flat(match[2])) if match else None


def begins_clauses(text: str) -> bool:
    """Tell whether the clauses stand below *text*: «ПРИКАЗЫВАЮ:»."""
    return _ORDERS.search(text) is not None


def begins_preamble(text: str) -> bool:
    """Tell whether *text* is the reason for an order, or the word that ends it."""
    return _PREAMBLE.match(text) is not None or begins_clauses(text)


def is_formal(text: str) -> bool:
    """Tell whether *text* asks nothing of executors: the reasons of an order, who controls it, what it approves."""
    clause = _CLAUSE.match(text)
    return begins_preamble(text) or (clause is not None and _FORMAL.match(clause[2]) is not None)
