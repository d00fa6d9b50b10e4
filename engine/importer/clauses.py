"""The numbered clauses of an order: the measures of one without a table, the words «кому» before them the executors."""

from __future__ import annotations

import re

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
_FORMAL = re.compile(
    r"^(контрол|возложить контроль|(?:персональную )?ответственность .*возложить|возложить (?:персональную )?ответств"
    r"|(?:настоящ\w+ )?(?:приказ|распоряжение|постановление) вступает|утвердить|признать утратив)",
    re.IGNORECASE,
)
_DUE = re.compile(
    r"\b(?:в срок )?(?:до|не позднее) (?:\d{2}\.\d{2}\.\d{4}(?: ?г\.)?|\d{1,2} [а-я]+ \d{4}(?: ?г\.| года)?)",
    re.IGNORECASE,
)


def read_clauses(source: Source) -> Table:
    """Read the clauses after «ПРИКАЗЫВАЮ»; a clause that ends with «:» is the section of those below it."""
    table = Table()
    ordered = False
    group = ("", "", 0)
    for one in lines_outside(source):
        match = _CLAUSE.match(one.text) if ordered else None
        ordered = ordered or begins_clauses(one.text)
        if match is None or _FORMAL.match(match[2]):
            continue
        number, text = match[1], flat(match[2])
        if text.endswith(":"):
            group = (f"{number}.", f"{number}. {text[:-1]}", one.line)
            table.placed[one.line] = "section"
            continue
        inside = number.startswith(group[0]) and bool(group[0])
        due = _DUE.search(text)
        cells = {"number": number, "title": text} | ({"deadline": due[0]} if due else {})
        section, lines = (group[1], (group[2],)) if inside else (None, ())
        table.items.append(Item(number, cells, [one.line], section, f"п. {number}", lines))
        table.placed[one.line] = "measure"
    return table


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
