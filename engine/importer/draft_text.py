"""A draft as the text of a plan file: every word of the document in quotes, so that none can be read as YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from engine.importer.table import Item

_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def plan_text(
    header: dict[str, Any],
    events: Sequence[dict[str, Any]],
    measures: Sequence[dict[str, Any]],
    items: Sequence[Item],
    name: str,
) -> str:
    """Return the plan file; a comment over each measure names its lines of the document *name*."""
    lines = [f"# Черновик из документа {_quoted(name)}: проверьте каждую меру.", "plan:"]
    lines += [f"  {key}: {yaml_value(value)}" for key, value in header.items() if value is not None]
    if events:
        lines += ["", "events:", *(line for event in events for line in entry_lines(event))]
    lines += ["", "measures:"]
    for measure, item in zip(measures, items, strict=True):
        places = ", ".join(str(line) for line in item.lines)
        lines += [f"  # строка документа: {places}", *entry_lines(measure), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def entry_lines(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of one row of a list, the first with its dash."""
    first, *others = (f"{key}: {yaml_value(value)}" for key, value in entry.items())
    yield f"  - {first}"
    yield from (f"    {one}" for one in others)


def yaml_value(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {yaml_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(yaml_value(one) for one in value) + "]"
    return _quoted(value)


def _quoted(text: str) -> str:
    """Return *text* in quotes on one line: what YAML takes for a line end or cannot hold is escaped."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(whole, ensure_ascii=False))
