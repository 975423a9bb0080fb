"""Which of a million signatures share a band with a new one: locality-sensitive hashing in NumPy arrays alone.

A signature is cut into 32 bands of 4 places. Two texts that share a band are candidates: at a similarity of .7 that
misses one pair in 5 000, at .05 it brings one in 5 000 (1 - (1 - s^4)^32; Indyk and Motwani 1998). Each band has a
table whose slots chain the rows that fell there, the newest first. A row takes 256 bytes of signature, 128 of
chains and 128 to 256 of slots: 0.7 GB a million, with the room to grow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from router.matching.signature import PLACES, estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

BANDS = 32
STEPS = 64
"""How far a chain is walked: the newest that share a band are enough, for what is the same is linked with the same."""
_FIRST = 1 << 12
_ODD = np.uint64(0xD6E8FEB86659FD93)
_NONE = np.int32(-1)


class Candidates(NamedTuple):
    """Pairs of a new row and an earlier one, with their estimated similarity; ordered by the new row."""

    new: NDArray[np.int64]
    earlier: NDArray[np.int64]
    similarity: NDArray[np.float64]


class Index:
    """Signatures by row number, in the order of adding. Rows are only added."""

    def __init__(self) -> None:
        """Start empty; room grows by half as needed."""
        self.size = 0
        self._room(_FIRST)

    @property
    def memory(self) -> int:
        """Bytes that the arrays take."""
        return self._signatures.nbytes + self._chains.nbytes + self._slots.nbytes

    def add(self, signatures: NDArray[np.uint16]) -> NDArray[np.int64]:
        """Add signatures, (texts, 128), and return their row numbers."""
        rows = np.arange(self.size, self.size + len(signatures))
        if self.size + len(signatures) > len(self._signatures):
            self._grow(self.size + len(signatures))
        self._signatures[rows] = signatures
        self.size += len(signatures)
        self._chain(rows)
        return rows

    def earlier(self, rows: NDArray[np.int64], least: float) -> Candidates:
        """Return, of rows added, those added before them whose estimated similarity is at least `least`."""
        bands = self._signatures.view(np.uint64)
        news, band = np.repeat(rows, BANDS), np.tile(np.arange(BANDS), len(rows))
        at = self._chains[rows].reshape(-1)
        pairs = []
        for _ in range(STEPS):
            there = at >= 0
            news, band, at = news[there], band[there], at[there].astype(np.int64)
            if not len(at):
                break
            same = bands[at, band] == bands[news, band]
            pairs.append(news[same] << np.int64(32) | at[same])
            at = self._chains[at, band]
        if not pairs:
            nothing = np.zeros(0, dtype=np.int64)
            return Candidates(nothing, nothing, np.zeros(0))
        both = np.unique(np.concatenate(pairs))
        new, old = both >> np.int64(32), both & np.int64(0xFFFFFFFF)
        similarity = estimate(self._signatures[new], self._signatures[old])
        alike = similarity >= least
        return Candidates(new[alike], old[alike], similarity[alike])

    def _room(self, rows: int) -> None:
        self._signatures = np.zeros((rows, PLACES), dtype=np.uint16)
        self._chains = np.empty((rows, BANDS), dtype=np.int32)
        bits = (rows - 1).bit_length()
        self._slots = np.full(BANDS << bits, _NONE, dtype=np.int32)
        self._bits = np.uint64(64 - bits)

    def _grow(self, least: int) -> None:
        kept, rows = self._signatures[: self.size], len(self._signatures)
        while rows < least:
            rows += rows // 2
        del self._chains, self._slots
        self._room(rows)
        self._signatures[: self.size] = kept
        for start in range(0, self.size, _FIRST):
            self._chain(np.arange(start, min(start + _FIRST, self.size)))

    def _chain(self, rows: NDArray[np.int64]) -> None:
        """Put rows at the heads of their chains; rows that share a slot are chained in their order."""
        bands = self._signatures[rows].view(np.uint64)
        slots = (bands * _ODD >> self._bits).astype(np.int64)
        slots += np.arange(BANDS) * (len(self._slots) // BANDS)
        order = np.argsort(slots.reshape(-1), kind="stable")
        slot, row = slots.reshape(-1)[order], np.repeat(rows, BANDS)[order]
        again = np.zeros(len(slot), dtype=bool)
        again[1:] = slot[1:] == slot[:-1]
        before = self._slots[slot]
        before[1:][again[1:]] = row[:-1][again[1:]]
        self._chains[row, np.tile(np.arange(BANDS), len(rows))[order]] = before
        last = np.append(~again[1:], True) if len(again) else again
        self._slots[slot[last]] = row[last]
