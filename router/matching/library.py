"""Signatures with the names of their cases: what the matching service keeps in memory and can rebuild at will."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import numpy as np

from router.matching.confirm import LEAST, MARGIN
from router.matching.index import Index
from router.matching.signature import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

BEST = 64
"""How many candidates of a text are offered at the most: as many as a chain of the index is walked."""


class Candidate(NamedTuple):
    """A case and an earlier one whose texts may be nearly the same, by their signatures."""

    case_id: str
    earlier: str
    similarity: float


class Library:
    """An index whose rows are cases; a case's name takes 16 bytes."""

    def __init__(self) -> None:
        """Start empty."""
        self.index = Index()
        self.number = 0
        """The number of the newest signature that came in."""
        self._names = bytearray()

    def add(self, rows: Sequence[tuple[int, str, bytes]]) -> NDArray[np.int64]:
        """Take in signatures (number, case id, bytes) in the order of their numbers; return their places."""
        if not rows:
            return np.zeros(0, dtype=np.int64)
        for _, case_id, _ in rows:
            self._names += UUID(case_id).bytes
        self.number = rows[-1][0]
        joined = b"".join(signature for _, _, signature in rows)
        return self.index.add(np.frombuffer(joined, dtype="<u2").reshape(len(rows), PLACES))

    def candidates(self, places: NDArray[np.int64]) -> Iterator[Candidate]:
        """Yield, for signatures taken in, the likeliest earlier ones; of equally likely ones the newest first."""
        new, earlier, similarity = self.index.earlier(places, LEAST - MARGIN)
        order = np.lexsort((-earlier, -similarity, new))
        new, earlier, similarity = new[order], earlier[order], similarity[order]
        begins = np.searchsorted(new, new)
        kept = np.arange(len(new)) - begins < BEST
        pairs = zip(new[kept].tolist(), earlier[kept].tolist(), similarity[kept].tolist(), strict=True)
        for one, other, alike in pairs:
            yield Candidate(self._name(one), self._name(other), alike)

    def _name(self, place: int) -> str:
        return str(UUID(bytes=bytes(self._names[16 * place : 16 * place + 16])))
