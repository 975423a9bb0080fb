"""Texts as sets of hashed runs of characters (shingles), a whole batch at a time.

The hash is keyed: every character has a random 64-bit number drawn from the key, and a run's hash is the exclusive
or of its characters' numbers, each turned by its place (tabulation hashing; Zobrist 1970, Patrascu and Thorup 2011),
so that without the key a hash tells nothing of the characters.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LENGTH = 3
"""Characters a run: three Chinese characters are about two words."""
_CODES = 1 << 16
_TURN = np.uint64(21)
_BACK = np.uint64(64 - 21)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Shingles(NamedTuple):
    """The hashed runs of a batch, repeats and all: `hashes[i]` is a run of text number `texts[i]`."""

    hashes: NDArray[np.uint64]
    texts: NDArray[np.int64]
    counts: NDArray[np.int64]
    """How many runs each text has."""


class Shingler:
    """Cuts normalised texts into hashed runs; it holds one table drawn from the key, 512 KiB."""

    def __init__(self, key: bytes) -> None:
        """`key` is a secret of at least 16 bytes."""
        drawn = hashlib.shake_256(b"bancheng.shingles.v1" + key).digest(_CODES * 8)
        self._numbers = np.frombuffer(drawn, dtype="<u8")
        self._counts = np.array([chr(code).isalnum() for code in range(_CODES)])

    def cut(self, texts: Sequence[str]) -> Shingles:
        """Return the runs of letters, digits and characters of normalised texts; marks and blanks don't count."""
        joined = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
        codes = ((joined ^ (joined >> np.uint32(16))) & np.uint32(_CODES - 1)).astype(np.intp)
        owner = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        kept = self._counts[codes] | (joined >= _CODES)
        codes, owner = codes[kept], owner[kept]
        if len(codes) < LENGTH:
            none = np.zeros(0, dtype=np.uint64)
            return Shingles(none, np.zeros(0, dtype=np.int64), np.zeros(len(texts), dtype=np.int64))
        numbers = self._numbers[codes]
        hashes = numbers[LENGTH - 1 :].copy()
        for place in range(1, LENGTH):
            numbers = (numbers << _TURN) | (numbers >> _BACK)
            hashes ^= numbers[LENGTH - 1 - place : len(numbers) - place]
        whole = owner[LENGTH - 1 :] == owner[: len(owner) - LENGTH + 1]
        hashes, owner = hashes[whole], owner[LENGTH - 1 :][whole]
        hashes ^= hashes >> np.uint64(32)
        hashes *= _SPREAD
        hashes ^= hashes >> np.uint64(29)
        return Shingles(hashes, owner, np.bincount(owner, minlength=len(texts)))
