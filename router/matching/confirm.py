"""Whether two texts bring the same matter: the measure that confirms what the index only suggests.

Thresholds were chosen by reading pairs of a year's public messages: a false link costs more than a missed one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from router.matching.shingles import LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST = 0.70
"""The similarity from which two texts by different people count as one matter (*assumption*).

Below it, half of the pairs are the same form of words about another place.
"""
MARGIN = 0.12
"""How far an estimate may lie below the true similarity: three standard errors at `LEAST`."""
_OFTEN = 2


class Matter(NamedTuple):
    """A title and a body, normalised."""

    title: str
    body: str


class Likeness(NamedTuple):
    """How alike two texts are: the Jaccard similarity of their runs of characters, in thousandths."""

    thousandths: int
    other_subject: bool
    """Each names something again and again that the other never names: a form letter about another place or firm."""

    @property
    def same(self) -> bool:
        """Whether it is the same matter."""
        return self.thousandths >= LEAST * 1000 and not self.other_subject


def likeness(left: Matter, right: Matter) -> Likeness:
    """Compare two matters by all their runs of letters, digits and characters."""
    one, two = Counter(_runs(left)), Counter(_runs(right))
    shared = len(one.keys() & two.keys())
    union = len(one) + len(two) - shared
    share = 1000 * shared // union if union else 1000 * (left == right)
    return Likeness(share, _insists(one, two) and _insists(two, one))


def _runs(matter: Matter) -> Iterator[str]:
    for text in matter:
        kept = "".join(character for character in text if character.isalnum())
        yield from (kept[start : start + LENGTH] for start in range(len(kept) - LENGTH + 1))


def _insists(text: Counter[str], other: Counter[str]) -> bool:
    """Whether a text repeats something that the other doesn't say at all."""
    return any(count >= _OFTEN and run not in other for run, count in text.items())
