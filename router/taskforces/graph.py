"""Whether parts wait for each other in a circle. Pure."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def cycle(waits: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return one circle of `waits` (a part → the parts it waits for), or nothing if there is none."""
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()
