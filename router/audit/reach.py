"""How far the anchors reach: what the newest one covers, what came after it, and whether one is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from router.audit.anchor import decode
from router.ledger.standing import written_at

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from router.audit.anchoring import Every

PATIENCE: Final = timedelta(minutes=5)
"""The clock looks every 10 s whether an anchor is due; a restart of it or of the database takes a minute or two."""
_ROUNDS: Final = 2
"""So many times the records of one anchor: a queue that came in faster than the clock looks isn't late yet."""
_NEWEST = "SELECT bytes FROM anchors ORDER BY number DESC LIMIT 1"
_ENDS = "SELECT shard, sequence FROM shards ORDER BY shard"
_FIRST_BEYOND = """
    SELECT substring(r.bytes FROM 1 FOR 400)
    FROM unnest(CAST(:shards AS int[]), CAST(:sequences AS bigint[])) AS h (shard, sequence)
    JOIN records AS r ON r.shard = h.shard AND r.sequence = h.sequence + 1
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the anchors of an installation reach; moments are aware."""

    number: int
    """Of the newest anchor; 0 where there is none."""
    made_at: datetime | None
    beyond: int
    """Records that no anchor covers yet."""
    since: datetime | None
    """When the oldest of them was recorded."""

    def late(self, now: datetime, every: Every) -> bool:
        """Whether an anchor is missing that was promised: by count, or by time in which there was a record."""
        if self.since is None or now - self.since <= PATIENCE:
            return False
        if self.made_at is None or self.beyond >= _ROUNDS * every.records:
            return True
        return now - self.made_at > every.time + PATIENCE


def reach(connection: Connection) -> Reach:
    """Return how far anchors reach now: a row a shard and the newest anchor are read, whatever the log's length."""
    newest = connection.execute(text(_NEWEST)).scalar_one_or_none()
    ends = {int(row.shard): int(row.sequence) for row in connection.execute(text(_ENDS))}
    if newest is None:
        return Reach(0, None, sum(ends.values()), _oldest(connection, dict.fromkeys(ends, 0)))
    found = decode(bytes(newest))
    covered = {head.shard: head.sequence for head in found.heads}
    return Reach(found.number, found.made_at, sum(ends.values()) - found.records, _oldest(connection, covered))


def _oldest(connection: Connection, covered: dict[int, int]) -> datetime | None:
    """Return when the oldest record was written of those that follow the covered ones."""
    given: dict[str, Any] = {"shards": list(covered), "sequences": list(covered.values())}
    times = (written_at(bytes(row[0])) for row in connection.execute(text(_FIRST_BEYOND), given))
    return min((time for time in times if time), default=None)
