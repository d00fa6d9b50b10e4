"""Places in a YAML text by its nodes, for who changes a few values and leaves every other character."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.nodes import MappingNode, ScalarNode

Edit = tuple[int, int, str]
"""Offsets of what goes, first and one past the last, and what comes in its place."""


def edited(text: str, edits: list[Edit]) -> str:
    """Return *text* with *edits* made; of several at one place the first given comes first."""
    order = sorted(enumerate(edits), key=lambda one: (one[1][0], one[0]), reverse=True)
    for _, (start, end, words) in order:
        text = text[:start] + words + text[end:]
    return text


def last_value(node: Any) -> Any:
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


def line_end(text: str, node: Any) -> int:
    """Return the offset after the line on which *node* ends, what is said behind it included."""
    end: int = node.end_mark.index
    if end and text[end - 1] == "\n":  # a text of several lines ends with its break
        return end
    found = text.find("\n", end)
    return len(text) if found < 0 else found + 1
