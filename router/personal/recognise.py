"""Everything personal in a text, each place once. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.personal.addresses import addresses
from router.personal.finding import Finding, plain
from router.personal.names import names
from router.personal.numbers import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable


def personal(text: str) -> tuple[Finding, ...]:
    """Return what is personal in a text, in the order in which it stands there; no two places overlap."""
    even = plain(text)
    return tuple(_apart([*numbers(even), *addresses(even), *names(even)]))


def _apart(found: Iterable[Finding]) -> list[Finding]:
    """Return findings of which none overlaps a surer one; of two as sure the longer one, then the earlier asked."""
    kept: list[Finding] = []
    for one in sorted(found, key=lambda one: (-one.sure, one.start - one.end)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
