"""YAML text to plain data with the line of every value: no tags, no duplicate keys, bounded size.

The reader composes nodes and builds the data itself, so that every value keeps its line
and a hostile file (aliases of aliases, megabytes, odd tags) costs no more than a refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from engine.errors import Level, Problem

MAX_CHARS = 2_000_000
MAX_VALUES = 200_000
MAX_DEPTH = 20
YEARS = 1950, 2150
"""First and last year a day of a plan may lie in; what is outside is a slip of the pen."""
_TAG = "tag:yaml.org,2002:"
_KINDS = frozenset({"map", "seq", "str", "int", "float", "bool", "null", "timestamp"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

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
        yaml = YAML(typ="safe", pure=True)
        yaml.composer.warn_double_anchors = False
        node = yaml.compose(text)
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
            if key in built:
                self.result.blame((*path, key), "duplicate-key", f"ключ «{key}» записан дважды: оставьте один")
                continue
            built[key] = self.build(value_node, (*path, key), depth + 1)
        return built

    def refuse_tag(self, node: Node, path: ValuePath, *kinds: str) -> None:
        tag = str(node.tag)
        if tag.removeprefix(_TAG) not in kinds:
            self.result.blame(path, "yaml", f"метка «{tag}» не допускается: запишите простое значение")

    def scalar(self, node: ScalarNode, path: ValuePath) -> str | int | Decimal | bool | date | None:
        text = str(node.value)
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
