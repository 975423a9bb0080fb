"""How far the routers are behind, from where topics end and how far they are taken. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from router.ledger.standing import Position
    from router.wire.ends import End


def lags(last: Mapping[tuple[str, int], End], taken: Mapping[tuple[str, int], Position]) -> dict[str, int]:
    """Return by topic how many messages aren't taken yet; of a topic that was made anew nothing is."""
    lag: Counter[str] = Counter()
    for place, end in last.items():
        at = taken.get(place)
        lag[place[0]] += max(0, end.offset - (at.next_offset if at and at.topic_id == end.topic_id else 0))
    return dict(lag)
