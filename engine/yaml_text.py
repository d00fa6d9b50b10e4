"""YAML text to plain data and to shapes, with the line of every value: no tags, no duplicate keys, bounded size.

The reader composes nodes and builds the data itself, so that every value keeps its line
and a hostile file (aliases of aliases, megabytes, odd tags) costs no more than a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from engine.errors import Level, Problem

MAX_CHARS = 2_000_000
MAX_VALUES = 200_000
KEPT_CHARS = 100_000
"""Longest text whose nodes are kept: they take a hundred times its size."""
MAX_DEPTH = 20
YEARS = 1950, 2150
"""First and last year a day of a plan may lie in; what is outside is a slip of the pen."""
_TAG = "tag:yaml.org,2002:"
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line feed, and marks that turn the direction of writing."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

T = TypeVar("T", bound=BaseModel)
ValuePath = tuple[str | int, ...]
"""Keys and indices from the top of the file to a value."""


@dataclass(slots=True)
class YamlText:
    """What a text holds: plain data, the 1-based line of each path in it, and what is wrong with it."""

    file: str
    data: Any = None
    lines: dict[ValuePath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: ValuePath) -> int | None:
        """Return the line of *path*, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def blame(self, path: ValuePath, code: str, message: str, measure: str | None = None) -> None:
        """Collect an error at *path*."""
        self.problems.append(Problem(self.file, self.line(path), measure, code, Level.ERROR, message))


class _TooMuchError(Exception):
    """The text asks for more values or depth than any plan has."""


def load_yaml(text: str, file: str) -> YamlText:
    """Read *text*; what is wrong is in ``problems``; ``data`` is None only where nothing could be read."""
    result = YamlText(file)
    if len(text) > MAX_CHARS:
        result.blame((), "too-large", f"файл длиннее {MAX_CHARS} знаков: разделите его")
        return result
    try:
        node = _kept(text) if len(text) <= KEPT_CHARS else _composed(text)
        if node is None:
            result.blame((), "yaml", "файл пуст")
            return result
        data = _Builder(result).build(node, (), 0)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        result.lines[()] = mark.line + 1 if mark else 1
        result.blame((), "yaml", "файл не читается как YAML в этом месте: проверьте отступы, кавычки и двоеточия")
    except ReaderError as error:
        result.lines[()] = text.count("\n", 0, error.position) + 1
        result.blame((), "yaml", "файл не читается как YAML: в нём есть недопустимые знаки")
    except (YAMLError, ValueError):
        result.blame((), "yaml", "файл не читается как YAML: в нём есть недопустимые знаки")
    except (_TooMuchError, RecursionError):
        result.blame((), "too-large", "слишком много вложенных или повторённых значений: так план не пишут")
    else:
        result.data = data
    return result


def _composed(text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False
    node: Node | None = yaml.compose(text)
    return node


_kept = lru_cache(maxsize=2)(_composed)
"""The nodes of the last texts, which nobody changes: every pass reads the people anew, and their text is the same."""


class _Builder:
    def __init__(self, result: YamlText) -> None:
        self.result = result
        self.count = 0

    def build(self, node: Node, path: ValuePath, depth: int) -> Any:
        self.count += 1
        if self.count > MAX_VALUES or depth > MAX_DEPTH:
            raise _TooMuchError
        self.result.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            self.refuse_tag(node, path, "map")
            return self.mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            self.refuse_tag(node, path, "seq")
            return [self.build(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self.scalar(node, path)

    def mapping(self, node: MappingNode, path: ValuePath, depth: int) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else "?"
            self.result.lines[*path, key] = key_node.start_mark.line + 1
            self.refuse_unseen(key, (*path, key))
            if key in built:
                self.result.blame((*path, key), "duplicate-key", f"ключ «{key}» записан дважды: оставьте один")
                continue
            built[key] = self.build(value_node, (*path, key), depth + 1)
        return built

    def refuse_tag(self, node: Node, path: ValuePath, *kinds: str) -> None:
        tag = str(node.tag)
        if tag.removeprefix(_TAG) not in kinds:
            self.result.blame(path, "yaml", f"метка «{tag}» не допускается: запишите простое значение")

    def refuse_unseen(self, text: str, path: ValuePath) -> None:
        found = _UNSEEN.search(text)
        if found is not None:
            message = f"в значении невидимый управляющий знак U+{ord(found[0]):04X}: удалите его"
            self.result.blame(path, "unseen-character", message)

    def scalar(self, node: ScalarNode, path: ValuePath) -> str | int | Decimal | bool | date | None:
        text = str(node.value)
        self.refuse_unseen(text, path)
        kind = str(node.tag).removeprefix(_TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() in {"true", "yes", "on"}
        if kind == "int" and re.fullmatch(r"[-+]?\d{1,18}", text):
            return int(text)
        if kind == "float":
            # as written, so that a № like 2.10 is named in full
            return Decimal(text) if re.fullmatch(r"[-+]?\d+\.\d+", text) else text
        if kind == "timestamp" and _DAY.fullmatch(text):
            return text if no_day(text) else date.fromisoformat(text)
        self.refuse_tag(node, path, "str", "int", "timestamp")
        return text


def no_day(text: str) -> str | None:
    """Say why text of the form 2021-06-31 is no day of a plan; None when it is one, or has another form."""
    if not _DAY.fullmatch(text):
        return None
    try:
        year = date.fromisoformat(text).year
    except ValueError:
        return f"такой даты нет: {text}"
    return None if YEARS[0] <= year <= YEARS[1] else f"год вне {YEARS[0]}–{YEARS[1]}: {text}"


class Shape(BaseModel):
    """Base of everything read from YAML: unknown keys are errors, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def section(source: YamlText, name: str) -> list[Any]:
    """Return the rows of a section of the file; a section that is no list is blamed and read as empty."""
    rows: Any = source.data.get(name)
    if rows is not None and not isinstance(rows, list):
        source.blame((name,), "wrong-type", f"раздел {name} должен быть списком")
    return rows if isinstance(rows, list) else []


def unknown_sections(source: YamlText, known: AbstractSet[str]) -> None:
    """Blame the sections of the file that no one reads."""
    for key in source.data.keys() - known:
        source.blame((key,), "unknown-key", f"неизвестный ключ «{key}»: такого раздела нет, проверьте написание")


_REASONS = {
    "extra_forbidden": "неизвестный ключ «{key}»: такого поля нет, проверьте написание",
    "missing": "нет обязательного ключа «{key}»: допишите его",
    "string_type": "«{key}»: нужна строка, возьмите значение в кавычки",
    "date_type": "«{key}»: нужна дата вида 2021-06-21, без кавычек",
    "date_from_datetime_parsing": "«{key}»: нужна дата вида 2021-06-21",
    "bool_type": "«{key}»: нужно true или false",
    "tuple_type": "«{key}»: нужен список",
    "model_type": "«{key}»: нужен раздел с ключами, а не одно значение",
    "dict_type": "«{key}»: нужен раздел с ключами",
    "int_type": "«{key}»: нужно целое число",
    "literal_error": "«{key}»: допускается только {expected}",
    "enum": "«{key}»: допускается только {expected}",
    "too_short": "«{key}»: список пуст",
    "string_too_short": "«{key}»: строка пуста",
    "string_too_long": "«{key}»: длиннее {longest} знаков",
    "value_error": "«{key}»: {why}",
    "string_pattern_mismatch": "«{key}»: недопустимые знаки, запишите иначе",
}


def validated(shape: type[T], data: object, source: YamlText, path: ValuePath, measure: str | None = None) -> T | None:
    """Return *data* as *shape* with every fault collected in *source*; None when more than unknown keys is wrong."""
    given = tuples(data)
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        faults = list(_faults(error, given, path))
    for place, code, message in faults:
        source.blame(place, code, message, measure)
    if any(code != "unknown-key" for _, code, _ in faults):
        return None
    return shape.model_validate(_without(given, {place for place, _, _ in faults}, path))


def _faults(error: ValidationError, data: object, path: ValuePath) -> Iterator[tuple[ValuePath, str, str]]:
    """Yield place, code and sentence of each fault; of a value that may have several forms, that of the form it has."""
    found = [
        (_place(one["loc"], data, missing=one["type"] == "missing"), one) for one in error.errors(include_url=False)
    ]
    seen: set[ValuePath] = set()
    for place, one in found:
        deeper = any(len(other) > len(place) and other[: len(place)] == place for other, _ in found)
        if place in seen or deeper:
            continue
        seen.add(place)
        full = (*path, *place)
        given, kind = one.get("input"), one["type"]
        wrong_day = no_day(given) if kind == "date_type" and isinstance(given, str) else None
        if wrong_day is not None:
            yield full, "wrong-date", wrong_day
            continue
        key = next(part for part in reversed(full) if isinstance(part, str))
        code = {"extra_forbidden": "unknown-key", "missing": "missing-key"}.get(kind, "wrong-type")
        facts = one.get("ctx", {})
        why = str(facts.get("error", "")) or "значение не подходит"
        expected, longest = _in_russian(facts.get("expected", "")), facts.get("max_length")
        wording = _REASONS.get(kind, "«{key}»: значение не подходит")
        yield full, code, wording.format(key=key, expected=expected, longest=longest, why=why)


def _in_russian(choice: str) -> str:
    """Return pydantic's «'all' or 'lead'» as a Russian sentence has it."""
    return re.sub(r"'([^']*)'", r"«\1»", choice).replace(" or ", " или ")


def _place(loc: tuple[str | int, ...], data: Any, *, missing: bool) -> ValuePath:
    """Return pydantic's place without the names of a union's branches: only what is a key or an index of *data*."""
    place: ValuePath = ()
    for part in loc:
        known = part in data if isinstance(data, dict) else isinstance(data, tuple) and part in range(len(data))
        if known:
            place, data = (*place, part), data[part]
        elif missing and part is loc[-1]:
            place = (*place, part)
    return place


def _without(data: Any, places: AbstractSet[ValuePath], here: ValuePath) -> Any:
    """Return *data* without the keys at *places*."""
    if isinstance(data, dict):
        return {key: _without(value, places, (*here, key)) for key, value in data.items() if (*here, key) not in places}
    if isinstance(data, tuple):
        return tuple(_without(value, places, (*here, index)) for index, value in enumerate(data))
    return data


def tuples(data: Any) -> Any:
    """Return *data* with lists as tuples, as the frozen shapes hold them."""
    if isinstance(data, dict):
        return {key: tuples(value) for key, value in data.items()}
    return tuple(tuples(value) for value in data) if isinstance(data, list) else data
