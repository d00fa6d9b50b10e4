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
_MONTH = r"(?:январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]*"
_DAY = (
    rf"(?:\d{{1,2}}\.(?:0[1-9]|1[0-2])(?:\.\d{{4}})?(?: ?г\.)?|\d{{1,2}} {_MONTH}(?: \d{{4}}(?: ?г\.| года)?)?)(?!\d)"
)
_DUE = re.compile(
    rf"\b(?:в срок )?(?:до|не позднее|к) {_DAY}|\bсрок(?: исполнения)?:? ?[-–—:]? ?{_DAY}"
    rf"|\bс (?:\d{{2}}\.\d{{2}}\.\d{{4}}|\d{{1,2}}(?: [а-я]+)?(?: \d{{4}})?) по {_DAY}"
    r"|\bеже(?:недельно|месячно|квартально|годно)\b"
    r"(?:,? до \d{1,2}[- ]?(?:го )?числа(?: месяца, следующего за отч[её]тным)?)?"
    r"|\bво? (?:I{1,3}|IV|[1-4])(?:-м|-ом)? квартале(?: \d{4}(?: г\.| года)?)?",
    re.IGNORECASE,
)
_AMENDS = re.compile(
    r"^внести\b.*\bизменени|\bзаменить (?:слов|цифр|на\b)|\bизложить в\b.*\bредакции|\bдополнить\b.*\bсодержания"
    r"|^(?:в )?(?:пункт|подпункт|строк|приложени)\S*\b.*\b(?:исключить|изложить|дополнить|заменить)\b",
    re.IGNORECASE,
)
"""A clause that changes another order: the days it names are those of words that go or come there."""


@dataclass(slots=True)
class _Group:
    """The clause that ends with «:» and leads those below it; ``count`` of them were read."""

    number: str = ""
    words: str = ""
    line: int = 0
    count: int = 0
    amends: bool = False


def read_clauses(source: Source) -> Table:
    """Read the clauses after «ПРИКАЗЫВАЮ»; a clause that ends with «:» is the section of those below it.

    Below it «1)», «а)» and «-» begin a clause too; its number is theirs within the section: «3.1». So they do above
    the first clause with a №. Clauses that change another order are no measures of this one.
    """
    table = Table()
    ordered = numbered = False
    group = _Group()
    for one in lines_outside(source):
        found = _numbered(one.text, group, listed=bool(group.number) or not numbered) if ordered else None
        ordered = ordered or begins_clauses(one.text)
        if found is None or _FORMAL.match(found[1]):
            continue
        numbered = numbered or _CLAUSE.match(one.text) is not None
        number, text = found
        inside = bool(group.number) and number.startswith(f"{group.number}.")
        amends = _AMENDS.search(text) is not None or (inside and group.amends)
        if text.endswith(":") and not inside:
            group = _Group(number, f"{number}. {text[:-1]}", one.line, amends=amends)
            table.placed |= {} if amends else {one.line: "section"}
            continue
        group = group if inside or not numbered else _Group()
        group.count += 1
        if amends:
            continue
        due = "; ".join(_DUE.findall(text))
        cells = {"number": number, "title": text} | ({"deadline": due} if due else {})
        section, lines = (group.words, (group.line,)) if inside else (None, ())
        table.items.append(Item(number, cells, [one.line], section, f"п. {number}", lines))
        table.placed[one.line] = "measure"
    return table


def _numbered(text: str, group: _Group, *, listed: bool) -> tuple[str, str] | None:
    """Return the number and the words of a clause, of a *listed* one by its place; None for any other line."""
    match = _LISTED.match(text) if listed else None
    if match:
        mark = match[1] or match[2] or str(group.count + 1)
        return f"{group.number}.{mark}" if group.number else mark, flat(match[3])
    match = _CLAUSE.match(text)
    return (match[1], flat(match[2])) if match else None


def changes_another(text: str) -> bool:
    """Tell whether a line is a clause that changes another order."""
    clause = _CLAUSE.match(text) or _LISTED.match(text)
    return clause is not None and _AMENDS.search(clause[clause.lastindex or 0]) is not None


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
