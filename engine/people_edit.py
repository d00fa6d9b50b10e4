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
from ruamel.yaml.nodes import MappingNode, SequenceNode

from engine.yaml_edit import Edit, edited, last_value, line_end


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
    return edited(text, _edits(text, person, key, period))


def _edits(text: str, person: MappingNode, key: str, period: Mapping[str, Any]) -> list[Edit]:
    new = _written(period)
    periods = next((value for name, value in person.value if name.value == key), None)
    if periods is None and person.flow_style:
        end = person.end_mark.index - 1
        return [(end, end, f", {key}: [{new}]")]
    if periods is None:
        indent = " " * person.value[0][0].start_mark.column
        end = line_end(text, last_value(person))
        return [(end, end, f"{_break(text, end)}{indent}{key}:\n{indent}  - {new}\n")]
    if not isinstance(periods, SequenceNode):  # the key without a value
        end = next(name for name, _ in person.value if name.value == key).end_mark.index + 1
        return [(end, end, f" [{new}]")]
    kept = [one for one in periods.value if not _overlaps(one, period)]
    if periods.flow_style:
        words = [text[one.start_mark.index : one.end_mark.index] for one in kept]
        return [(periods.start_mark.index, periods.end_mark.index, f"[{', '.join([*words, new])}]")]
    indent = " " * periods.start_mark.column
    end = line_end(text, last_value(periods))
    gone = [
        (text.rindex("\n", 0, one.start_mark.index) + 1, line_end(text, last_value(one)), "")
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


def _break(text: str, end: int) -> str:
    return "" if not end or text[end - 1] == "\n" else "\n"
