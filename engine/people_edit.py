"""Writing into the people file what a command decides: one period of one person, all else and every comment kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import StringIO
from typing import Any

from ruamel.yaml import YAML


def with_period(text: str, person_id: str, key: str, period: Mapping[str, Any]) -> str:
    """Return the file's *text* with *period* under *key* of a person; it replaces those it overlaps.

    Args:
        text: A people file that reads without problems.
        person_id: A person of it.
        key: `substitute` or `silence`.
        period: `from` and `to`, days inclusive, and what belongs to it.
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(text)
    person = next(one for one in data["people"] if str(one["id"]) == person_id)
    kept = [one for one in person.get(key) or [] if not _overlaps(one, period)]
    person[key] = [*kept, dict(period)]
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _overlaps(one: Mapping[str, date], other: Mapping[str, date]) -> bool:
    return one["from"] <= other["to"] and other["from"] <= one["to"]
