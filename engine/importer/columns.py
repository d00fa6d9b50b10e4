"""The columns of a plan's table by the words of its header, in any order."""

from __future__ import annotations

import re

from engine.importer.findings import flat
from engine.importer.rows import Row

_NO_PREPOSITION = r"^(?!(?:до|в|во|к|по|с|не)\b)"
_COLUMNS = (
    ("number", (r"^(?:№|nо?\b|п/п|номер\b)",)),
    ("responsible", (r"ответствен|исполнител", r"^кто\b")),
    (
        "deadline",
        (
            rf"{_NO_PREPOSITION}.*\b(?:срок|дата)(?!.*(?:\bначал|\bфакт|\sс$))|^(?:оконч|заверш|по$)",
            r"\bпериод|^когда\b|^время\b|^месяц\b",
        ),
    ),
    ("result", ("результат",)),
    (
        "title",
        (
            "мероприят",
            "содержан|наименован",
            r"^(?:действи|вид|направлени|вопрос|тем[аы]\b|задач|поручени|дел[ао]\b|работ[аы]\b|этап)",
        ),
    ),
)
"""Words that make a column, the strongest first: «Ответственный исполнитель», «Срок окончания» before «Период»."""
_PATTERNS = tuple((name, tuple(re.compile(one) for one in patterns)) for name, patterns in _COLUMNS)
_NAMES = frozenset(name for name, _ in _COLUMNS)
_LONGEST = 80
_DAY = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_LOOK_ALIKE = str.maketrans("aceopxykmhtb", "асеорхукмнтв", "\u00ad")
"""Small Latin letters that stand for Cyrillic ones in a header; a soft hyphen for nothing."""
NUMBER = re.compile(r"\d+(\.\d+)*[.)]?")
KNOWN = frozenset({"title", "deadline", "responsible"})
"""The columns that make a table one of a plan."""


def columns_of(row: Row) -> tuple[str, ...] | None:
    """Return the columns *row* names as a header, an unknown one by its own words; None for any other row.

    A header names the measure and at least the deadline or the responsible, each in a cell of its own; it has neither
    a № nor a day, as a measure has that speaks of a «срок» and of «мероприятия».
    """
    found = [flat(cell) for cell in row.own]
    words = [_words(cell) for cell in row.own]
    for name, patterns in _PATTERNS:
        free = [at for at, one in enumerate(found) if one not in _NAMES]
        at = next((at for one in patterns for at in free if one.search(words[at])), None)
        if at is not None:
            found[at] = name
    if "title" not in found or not {"deadline", "responsible"} & set(found):
        return None
    says_day = "deadline" in found and _DAY.search(words[found.index("deadline")])
    measure = NUMBER.fullmatch(words[0]) or says_day
    return None if measure or any(len(cell) >= _LONGEST for cell in row.cells) else tuple(found)


def _words(cell: str) -> str:
    """Return the words of a cell as a header means them: small, Cyrillic, not divided at line ends."""
    return re.sub(r"(?<=\w)-\s+(?=\w)", "", flat(cell).casefold().translate(_LOOK_ALIKE))
