"""Features: hashed characters and pairs of characters of a whole batch of texts, computed at once.

A text is a weighted count of its characters and neighbouring pairs, each hashed to one of 65 536 buckets; what stands
in its head (the title, else its first characters) counts three times. Plain counts with a norm over occurrences did
better in cross-validation than sublinear counts with the usual norm, and need no sorting; triples added nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from router.classify.classification import Text

BUCKETS = 1 << 16
NOTHING = BUCKETS
"""The bucket of no pair, behind a text's last character: a table's last row, always zero."""
HEAD = 25
"""So many first characters are taken for the title where it is shorter."""
HEAD_WORTH = 3
"""How often what stands in the head counts."""
_SINGLE, _FIRST, _SECOND = np.uint32(0xC2B2AE35), np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
_SHIFT = np.uint32(16)
_HAN, _HAN_SIZE = np.uint32(0x4E00), np.uint32(0x5200)
"""CJK unified ideographs; what stands before them wraps round to a great number."""


class Grams(NamedTuple):
    """The buckets of a batch, character by character, and where each text and its head ends."""

    single: NDArray[np.intp]
    """The bucket of each character of all texts together, and of one more that is nothing."""
    double: NDArray[np.intp]
    """The bucket of each character with the one after it."""
    starts: NDArray[np.intp]
    """Where each text's head begins, and its rest: two entries a text."""
    lengths: NDArray[np.intp]
    """How long those are."""
    chinese: NDArray[np.intp]
    """How many Chinese characters each text has."""

    def sums(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """Add up the rows of a table (buckets + 1, columns) over each text, the head weighted: (texts, columns)."""
        rows = table.take(self.single, axis=0, mode="clip")
        rows += table.take(self.double, axis=0, mode="clip")
        parts = np.add.reduceat(rows, self.starts, axis=0)
        parts[self.lengths == 0] = 0  # reduceat gives an empty stretch the row that stands at its start
        head = parts[0::2]
        head *= HEAD_WORTH
        head += parts[1::2]
        return head


def grams(texts: Sequence[Text]) -> Grams:
    """Return the grams of a batch of one text or more; any characters will do, lone surrogates too."""
    joined = [text.title + text.body for text in texts]
    codes = np.frombuffer("".join([*joined, "\0"]).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    whole = np.fromiter(map(len, joined), np.intp, len(joined))
    titles = np.fromiter((len(text.title) for text in texts), np.intp, len(joined))
    ends = np.cumsum(whole)
    lengths = np.empty(2 * len(joined), np.intp)
    lengths[0::2] = np.minimum(whole, np.maximum(titles, HEAD))
    lengths[1::2] = whole - lengths[0::2]
    starts = np.empty_like(lengths)
    starts[0::2] = ends - whole
    starts[1::2] = starts[0::2] + lengths[0::2]
    pairs = codes * _FIRST
    pairs[:-1] += codes[1:] * _SECOND
    double = (pairs >> _SHIFT).astype(np.intp)
    double[ends[whole > 0] - 1] = NOTHING
    single = ((codes * _SINGLE) >> _SHIFT).astype(np.intp)
    single[-1] = double[-1] = NOTHING
    han = np.append(0, np.cumsum(codes - _HAN < _HAN_SIZE))
    return Grams(single, double, starts, lengths, han[ends] - han[ends - whole])
