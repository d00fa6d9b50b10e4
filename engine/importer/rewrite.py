"""Measures of a plan file put in another order, changed, added and taken out; every other character stays.

The file is people's own, with comments: a measure that does not change keeps its lines as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from engine.importer.draft_text import entry_lines, yaml_value
from engine.yaml_edit import Edit, edited, last_value, line_end

KEYS = ("id", "number", "section", "clause", "title", "deadline", "responsible", "result")
"""The fields that come from a document, in the order in which they are written."""


class UnusualFileError(Exception):
    """The file is written in a way that is not changed line by line; the message says which, in Russian."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One measure as it stands in the file: the comments above it, and its lines."""

    lead: str
    body: str


@dataclass(frozen=True, slots=True)
class PlanText:
    """A plan file cut at its measures: `foot` are the comments after the last, `rest` the sections behind them."""

    head: str
    chunks: tuple[Chunk, ...]
    foot: str
    rest: str
    indent: str

    def joined(self, chunks: list[Chunk], remarks: list[str]) -> str:
        """Return the file with *chunks* in place of its measures, and *remarks* as comments after them."""
        apart = any(one.lead.startswith("\n") for one in self.chunks) or len(self.chunks) == 1
        parts = [self.head]
        for index, one in enumerate(chunks):
            bare = index > 0 and apart and not one.lead.startswith("\n")
            parts += ["\n" if bare else "", one.lead, one.body]
        above = self.foot.rstrip("\n")
        parts += [above, "\n" if above else "", *(f"{self.indent}# {one}\n" for one in remarks)]
        return "".join([*parts, self.foot[len(above) + bool(above) :], self.rest])


def cut_plan(text: str) -> PlanText:
    """Cut a plan file that reads without errors.

    Raises:
        UnusualFileError: Its measures do not stand below each other.
    """
    text = text if text.endswith("\n") else text + "\n"
    root = YAML(pure=True).compose(text)
    index = next(place for place, (key, _) in enumerate(root.value) if key.value == "measures")
    rows = root.value[index][1]
    if not isinstance(rows, SequenceNode) or rows.flow_style or root.flow_style:
        raise UnusualFileError("раздел measures записан в скобках")
    starts = [_dash(text, one.start_mark.index) for one in rows.value]
    ends = [_end(text, one) for one in rows.value]
    after = root.value[index + 1][0].start_mark.index if index + 1 < len(root.value) else len(text)
    indent = re.match(r" *", text[starts[0] :])
    assert indent is not None
    chunks, lead = [], ""
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if end <= start or (place and start < ends[place - 1]):
            raise UnusualFileError("мероприятия записаны не с новой строки")
        gap = text[end : starts[place + 1] if place + 1 < len(starts) else after]
        own, next_lead = _divided(gap, len(indent[0]))
        chunks.append(Chunk(lead, text[start:end] + own))
        lead = next_lead
    return PlanText(text[: starts[0]], tuple(chunks), lead, text[after:], indent[0])


def _dash(text: str, start: int) -> int:
    """Return the offset of the line with the dash before the row that starts at *start*."""
    line = text.rfind("\n", 0, start) + 1
    while not re.match(r"\s*-(\s|$)", text[line : text.find("\n", line)]):
        if line == 0:
            raise UnusualFileError("мероприятия записаны не с новой строки")
        line = text.rfind("\n", 0, line - 1) + 1
    return line


def _end(text: str, row: Any) -> int:
    """Return the offset after the last line of *row*, blank lines behind it left out."""
    end = line_end(text, last_value(row))
    return len(text[:end].rstrip()) + 1


def _divided(gap: str, indent: int) -> tuple[str, str]:
    """Divide what stands between two measures: comments set deeper than the dash belong to the one above."""
    lines = gap.splitlines(keepends=True)
    own = 0
    while own < len(lines) and lines[own].strip() and len(lines[own]) - len(lines[own].lstrip()) > indent:
        own += 1
    return "".join(lines[:own]), "".join(lines[own:])


def with_changes(body: str, changes: Mapping[str, str | list[str] | None], findings: list[str]) -> str:
    """Return a measure's lines with *changes* by key (None: the key goes) and *findings* added to its own.

    Raises:
        UnusualFileError: A value is named elsewhere (an anchor), so that it is not changed here alone.
    """
    try:
        row = YAML(pure=True).compose(body).value[0]
    except YAMLError as error:
        raise UnusualFileError("в нём есть ссылки на другие места (*)") from error
    if not isinstance(row, MappingNode):
        raise UnusualFileError("мероприятие записано без ключей")
    edits: list[Edit] = []
    for key, value in changes.items():
        edits += _set(body, row, key, value)
    if findings:
        edits += _appended(body, row, findings)
    return edited(body, edits)


def _set(body: str, row: MappingNode, key: str, value: str | list[str] | None) -> list[Edit]:
    found = next((pair for pair in row.value if pair[0].value == key), None)
    if found is None:
        return _inserted(body, row, key, yaml_value(value)) if value is not None else []
    name, old = found
    if old.start_mark.index < name.end_mark.index:
        raise UnusualFileError("в нём есть ссылки на другие места (*)")
    start = name.end_mark.index + 1
    own = _value_end(body, name, old)
    indent = " " * row.value[0][0].start_mark.column
    said = _comments(body[start:own], indent)
    first = body.rfind("\n", 0, name.start_mark.index) + 1
    alone = not body[first : name.start_mark.index].strip()
    if value is None and alone and not row.flow_style:
        return [(first, min(len(body), body.find("\n", own) + 1 or len(body)), said)]
    words = " null" if value is None else f" {yaml_value(value)}"
    if not said or row.flow_style:
        return [(start, own, words)]
    place = first if alone else body.find("\n", own) + 1
    return [(place, place, said), (start, own, words)]


def _value_end(body: str, name: Any, value: Any) -> int:
    end: int = last_value(value).end_mark.index
    after_colon: int = name.end_mark.index + 1
    return max(len(body[:end].rstrip()), after_colon)


def _comments(span: str, indent: str) -> str:
    """Return the comments inside a value that goes, each on a line of its own."""
    try:
        tokens = [(one.start_mark.index, one.end_mark.index) for one in YAML(pure=True).scan(span)]
    except YAMLError:
        return ""
    gaps, at = [], 0
    for start, end in tokens:
        if end > start:
            gaps.append(span[at:start])
            at = end
    gaps.append(span[at:])
    return "".join(f"{indent}{found}\n" for gap in gaps for found in re.findall(r"#[^\n]*", gap))


def _inserted(body: str, row: MappingNode, key: str, words: str) -> list[Edit]:
    """Put a key after those that stand before it in a draft."""
    if row.flow_style:
        end = row.end_mark.index - 1
        return [(end, end, f", {key}: {words}")]
    before = KEYS[: KEYS.index(key)] if key in KEYS else ()
    name, value = next((pair for pair in reversed(row.value) if pair[0].value in before), row.value[-1])
    end = _next_line(body, _value_end(body, name, value))
    indent = " " * row.value[0][0].start_mark.column
    return [(end, end, f"{indent}{key}: {words}\n")]


def _next_line(body: str, end: int) -> int:
    return body.find("\n", end) + 1 or len(body)


def _appended(body: str, row: MappingNode, findings: list[str]) -> list[Edit]:
    found = next((pair for pair in row.value if pair[0].value == "findings"), None)
    indent = " " * row.value[0][0].start_mark.column
    if found is None and row.flow_style:
        end = row.end_mark.index - 1
        return [(end, end, f", findings: {yaml_value(findings)}")]
    if found is None:
        end = _next_line(body, _value_end(body, *row.value[-1]))
        return [(end, end, f"{indent}findings:\n" + "".join(f"{indent}  - {yaml_value(one)}\n" for one in findings))]
    name, value = found
    if isinstance(value, ScalarNode):
        return [(name.end_mark.index + 1, _value_end(body, name, value), f" {yaml_value(findings)}")]
    if value.flow_style:
        end = value.end_mark.index - 1
        return [(end, end, (", " if value.value else "") + yaml_value(findings)[1:-1])]
    end = _next_line(body, _value_end(body, name, value))
    dash = " " * value.start_mark.column
    return [(end, end, "".join(f"{dash}- {yaml_value(one)}\n" for one in findings))]


def new_chunk(fields: Mapping[str, Any], indent: str, lead: str) -> Chunk:
    """Return a measure of a document as it comes into the file."""
    return Chunk(lead, "".join(f"{indent}{one.removeprefix('  ')}\n" for one in entry_lines(fields)))
