"""Which rows are near-copies of each other: character triples, MinHash to find candidates, Jaccard to confirm.

Copies in training and test at once would flatter every figure, so rows that are copies form one group.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from router.classify.classification import Text

ALIKE = 0.8
"""The Jaccard similarity of their character triples from which two texts are near-copies."""
_TRIPLE = 3
_BANDS, _DEEP = 20, 4
"""A pair at the threshold is missed once in 30 000: (1 − 0.8⁴)²⁰."""
_FEW = 50
"""Texts of a band's bucket that each further one is compared with."""
_MIX = np.uint64(0x9E3779B97F4A7C15)


def groups(texts: Sequence[Text]) -> NDArray[np.intp]:
    """Return each text's group: the place of its first member."""
    shingles = [_shingles(text.title + text.body) for text in texts]
    picked = np.random.default_rng(0).integers(1, 1 << 63, (2, _BANDS * _DEEP), dtype=np.uint64)
    factors, offsets = picked[0] | np.uint64(1), picked[1]
    signatures = np.array([(own[:, None] * factors + offsets).min(axis=0) for own in shingles])
    leader = list(range(len(texts)))

    def root(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for band in range(_BANDS):
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for place, row in enumerate(signatures[:, band * _DEEP : (band + 1) * _DEEP]):
            buckets[row.tobytes()].append(place)
        for members in buckets.values():
            for index, place in enumerate(members):
                for other in members[: min(index, _FEW)]:
                    one, two = sorted((root(place), root(other)))
                    if one != two and _similar(shingles[place], shingles[other]) >= ALIKE:
                        leader[two] = one
    return np.array([root(place) for place in range(len(texts))], np.intp)


def _shingles(text: str) -> NDArray[np.uint64]:
    """Return the hashes of a text's triples; a shorter text is one shingle of its own."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    size = min(_TRIPLE, len(codes))
    hashed = np.zeros(len(codes) - size + 1, np.uint64)
    for place in range(size):
        hashed = hashed * _MIX + codes[place : place + len(hashed)] + np.uint64(1)
    hashed ^= hashed >> np.uint64(29)
    return np.unique(hashed * np.uint64(0xBF58476D1CE4E5B9))


def _similar(one: NDArray[np.uint64], two: NDArray[np.uint64]) -> float:
    shared = len(np.intersect1d(one, two, assume_unique=True))
    return shared / (len(one) + len(two) - shared)
