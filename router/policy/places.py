"""Where in a YAML text each field stands, so that a mistake can be named by line. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]
"""The way to a field from the top of a policy: keys and list positions."""


def lines(root: yaml.Node | None) -> dict[Path, int]:
    """Return the line (from 1) of every mapping key and list item, by its path from the top."""
    return dict(_walk(root, ())) if root is not None else {}


def _walk(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, key.value)
            yield from _walk(value, here)
            yield here, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index))


def doubled(node: yaml.Node | None, path: Path = ()) -> Iterator[tuple[Path, int]]:
    """Yield every key that stands twice in one mapping, with the line of the second: YAML would drop the first."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            here = (*path, key.value)
            if key.value in seen:
                yield here, key.start_mark.line + 1
            seen.add(key.value)
            yield from doubled(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from doubled(item, (*path, index))


def nearest(places: Mapping[Path, int], path: Path) -> int | None:
    """Return the line of `path`, or of its nearest parent that stands in the text."""
    for length in range(len(path), -1, -1):
        if (line := places.get(path[:length])) is not None:
            return line
    return None
