"""YAML text to plain data with the line of every value: no tags, no duplicate keys, bounded size.

The reader composes nodes and builds the data itself, so that every value keeps its line
and a hostile file (aliases of aliases, megabytes, odd tags) costs no more than a refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from engine.errors import Level, Problem

MAX_CHARS = 2_000_000
MAX_VALUES = 200_000
MAX_DEPTH = 20
_TAG = "tag:yaml.org,2002:"
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
        node = YAML(typ="safe", pure=True).compose(text)
        if node is None:
            result.blame((), "yaml", "файл пуст")
            return result
        data = _Builder(result).build(node, (), 0)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        result.lines[()] = mark.line + 1 if mark else 1
        result.blame((), "yaml", "файл не читается как YAML в этом месте: проверьте отступы, кавычки и двоеточия")
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
            return self.mapping(node, path, depth)
        if isinstance(node, SequenceNode):
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

    def scalar(self, node: ScalarNode, path: ValuePath) -> str | int | float | bool | date | None:
        tag, text = str(node.tag), str(node.value)
        kind = tag.removeprefix(_TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() in {"true", "yes", "on"}
        if kind == "int" and re.fullmatch(r"[-+]?\d{1,18}", text):
            return int(text)
        if kind == "float":
            return float(text) if re.fullmatch(r"[-+]?\d+\.\d+", text) else text
        if kind == "timestamp" and _DAY.fullmatch(text):
            return self.day(text, path)
        if kind not in {"str", "int", "timestamp"}:
            self.result.blame(path, "yaml", f"метка «{tag}» не допускается: запишите простое значение")
        return text

    def day(self, text: str, path: ValuePath) -> date | str:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.result.blame(path, "wrong-date", f"такой даты нет: {text}")
            return text
