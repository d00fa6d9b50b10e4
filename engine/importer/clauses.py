"""An order without a table: its numbered clauses are the measures, the words «кому» before them the executors."""

from __future__ import annotations

import re

from engine.importer.findings import flat
from engine.importer.rows import Source
from engine.importer.table import Item, Table

_CLAUSE = re.compile(r"^(\d+(?:\.\d+)*)\.?\s+(\S.*)$")
_FORMAL = re.compile(
    r"^(контрол|возложить контроль|ответственность .*возложить|приказ вступает|утвердить|признать утративш)",
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
    for one in source.paragraphs:
        ordered = ordered or one.text.startswith("ПРИКАЗЫВАЮ")
        match = _CLAUSE.match(one.text) if ordered else None
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
