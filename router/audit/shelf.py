"""Cases in the making: those met lately in memory, the others on the disk, so that memory stays flat.

Records come in order of time, and a case's lie close together more often than not; one that was put away is fetched
again when its next record comes.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from router.cases.state import Case

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 10_000
"""Cases held in memory: some 100 MB of the largest kind."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Case).decode


class Rebuilt(NamedTuple):
    """A case as its records make it, and where it first went."""

    case: Case
    disposition: str


class Shelf:
    """Cases by their ids."""

    def __init__(self, most: int = MOST) -> None:
        """Hold up to `most` in memory."""
        self._most = most
        self._at_hand: dict[str, Rebuilt] = {}
        self._away: sqlite3.Connection | None = None

    def take(self, case_id: str) -> Rebuilt | None:
        """Return a case and let go of it: it comes back by `put`."""
        found = self._at_hand.pop(case_id, None)
        if found is not None or self._away is None:
            return found
        row = self._away.execute("DELETE FROM away WHERE id = ? RETURNING disposition, state", (case_id,)).fetchone()
        return None if row is None else Rebuilt(_decode(row[1]), row[0])

    def put(self, found: Rebuilt) -> None:
        """Keep a case as it is now; where there are too many, those not met for longest go to the disk."""
        self._at_hand[found.case.id] = found
        if len(self._at_hand) > self._most:
            self._put_away()

    def all(self) -> Iterator[Rebuilt]:
        """Yield every case, in no order."""
        yield from self._at_hand.values()
        if self._away is not None:
            for disposition, state in self._away.execute("SELECT disposition, state FROM away"):
                yield Rebuilt(_decode(state), disposition)

    def close(self) -> None:
        """Let go of everything."""
        self._at_hand.clear()
        if self._away is not None:
            self._away.close()
            self._away = None

    def _put_away(self) -> None:
        if self._away is None:
            self._away = sqlite3.connect("", isolation_level=None)  # a file without a name, gone when it is closed
            self._away.execute("PRAGMA synchronous = OFF")
            self._away.execute("PRAGMA cache_size = -16384")  # KiB
            self._away.execute("CREATE TABLE away (id TEXT PRIMARY KEY, disposition TEXT, state BLOB)")
        oldest = [self._at_hand.pop(case_id) for case_id in list(self._at_hand)[: self._most // 2 + 1]]
        self._away.execute("BEGIN")
        self._away.executemany(
            "REPLACE INTO away VALUES (?, ?, ?)", [(one.case.id, one.disposition, _encode(one.case)) for one in oldest]
        )
        self._away.execute("COMMIT")
