"""Writing into the people file what a command decides: one period of one person; every other character stays.

The file is a person's own, with comments and an order of its own. Its nodes say where a value stands; only the lines
of the periods that are replaced and of the one that comes are touched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

_Edit = tuple[int, int, str]
"""Offsets of what goes, first and one past the last, and what comes in its place."""


def with_period(text: str, person_id: str, key: str, period: Mapping[str, Any]) -> str:
    """Return the file's *text* with *period* under *key* of a person; it replaces those it overlaps.

    Args:
        text: A people file that reads without problems.
        person_id: A person of it.
        key: `substitute` or `silence`.
        period: `from` and `to`, days inclusive, and what belongs to it.
    """
    people = _value(YAML(pure=True).compose(text), "people")
    person = next(one for one in people.value if _value(one, "id").value == person_id)
    edits = _edits(text, person, key, period)
    for start, end, words in sorted(edits, reverse=True):
        text = text[:start] + words + text[end:]
    return text


def _edits(text: str, person: MappingNode, key: str, period: Mapping[str, Any]) -> list[_Edit]:
    new = _written(period)
    periods = next((value for name, value in person.value if name.value == key), None)
    if periods is None and person.flow_style:
        end = person.end_mark.index - 1
        return [(end, end, f", {key}: [{new}]")]
    if periods is None:
        indent = " " * person.value[0][0].start_mark.column
        end = _line_end(text, _last(person))
        return [(end, end, f"{_break(text, end)}{indent}{key}:\n{indent}  - {new}\n")]
    if not isinstance(periods, SequenceNode):  # the key without a value
        end = next(name for name, _ in person.value if name.value == key).end_mark.index + 1
        return [(end, end, f" [{new}]")]
    kept = [one for one in periods.value if not _overlaps(one, period)]
    if periods.flow_style:
        words = [text[one.start_mark.index : one.end_mark.index] for one in kept]
        return [(periods.start_mark.index, periods.end_mark.index, f"[{', '.join([*words, new])}]")]
    indent = " " * periods.start_mark.column
    end = _line_end(text, _last(periods))
    gone = [
        (text.rindex("\n", 0, one.start_mark.index) + 1, _line_end(text, _last(one)), "")
        for one in periods.value
        if one not in kept
    ]
    return [*gone, (end, end, f"{_break(text, end)}{indent}- {new}\n")]


def _written(period: Mapping[str, Any]) -> str:
    """Return a period in braces; words are quoted as JSON quotes them, which YAML reads."""
    parts = (
        f"{name}: {value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)}"
        for name, value in period.items()
        if value is not None
    )
    return f"{{{', '.join(parts)}}}"


def _value(node: Any, key: str) -> Any:
    return next(value for name, value in node.value if name.value == key)


def _overlaps(one: MappingNode, period: Mapping[str, date]) -> bool:
    first, last = (date.fromisoformat(_value(one, name).value) for name in ("from", "to"))
    return first <= period["to"] and period["from"] <= last


def _last(node: Any) -> Any:
    """Return the last value inside *node* whose end is known: that of a block lies after the comments behind it."""
    while not isinstance(node, ScalarNode) and not node.flow_style:
        if isinstance(node, MappingNode):
            name, value = node.value[-1]
            empty = isinstance(value, ScalarNode) and not value.value and value.style is None
            if empty or value.start_mark.index < name.end_mark.index:  # an alias stands where its anchor is
                return name
            node = value
        else:
            node = node.value[-1]
    return node


def _line_end(text: str, node: Any) -> int:
    """Return the offset after the line on which *node* ends, what is said behind it included."""
    end: int = node.end_mark.index
    if end and text[end - 1] == "\n":  # a text of several lines ends with its break
        return end
    found = text.find("\n", end)
    return len(text) if found < 0 else found + 1


def _break(text: str, end: int) -> str:
    return "" if not end or text[end - 1] == "\n" else "\n"
