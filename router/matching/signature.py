"""Signatures: two texts' share of equal places estimates the Jaccard similarity of their runs of characters.

One-permutation hashing (Li, Owen and Zhang 2012): each run falls into one of 128 places by some bits of its hash, and
a place keeps the smallest. Places that stay empty, in short texts, borrow from others in an order that is the same for
all texts (after Shrivastava 2017). 16 bits of each suffice: two unequal ones agree by chance once in 65 536.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from router.matching.shingles import Shingler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PLACES = 128
"""The standard error of an estimate around .6 is .043."""
LEAST = 12
"""Runs that a text must have to be told by its signature: shorter ones are compared by their very words only."""
_PLACE_BITS = np.uint64(64 - 7)
_EMPTY = np.uint32(0xFFFFFFFF)
_ROUNDS = 4 * PLACES


class Signer:
    """Makes signatures under a key; the same text under another key has another one."""

    def __init__(self, key: bytes) -> None:
        """`key` is a secret of at least 16 bytes."""
        self._shingler = Shingler(key)
        drawn = hashlib.shake_256(b"bancheng.places.v1" + key).digest(_ROUNDS * PLACES)
        self._lenders = (np.frombuffer(drawn, dtype=np.uint8) % PLACES).reshape(_ROUNDS, PLACES).astype(np.intp)

    def sign(self, texts: Sequence[str]) -> tuple[NDArray[np.uint16], NDArray[np.bool_]]:
        """Return the signatures of normalised texts, (texts, 128), and which are long enough to be told by it."""
        runs = self._shingler.cut(texts)
        smallest = np.full(len(texts) * PLACES, _EMPTY, dtype=np.uint32)
        place = runs.texts * PLACES + (runs.hashes >> _PLACE_BITS).astype(np.int64)
        np.minimum.at(smallest, place, runs.hashes.astype(np.uint32))
        filled = self._fill(smallest.reshape(len(texts), PLACES))
        return filled.astype(np.uint16), runs.counts >= LEAST

    def _fill(self, smallest: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Let empty places borrow, the k-th time from the k-th lender; a text without any run stays empty."""
        rows, columns = np.nonzero((smallest == _EMPTY) & (smallest != _EMPTY).any(axis=1, keepdims=True))
        filled = smallest.copy()
        for lenders in self._lenders:
            if not len(rows):
                break
            lent = smallest[rows, lenders[columns]]
            found = lent != _EMPTY
            filled[rows[found], columns[found]] = lent[found]
            rows, columns = rows[~found], columns[~found]
        return filled


def estimate(left: NDArray[np.uint16], right: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Return the estimated similarity of each pair of signatures, from 0 to 1."""
    return np.asarray(np.count_nonzero(left == right, axis=-1) / PLACES, dtype=np.float64)
