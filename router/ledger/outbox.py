"""What waits to be published: leases, the next messages of a shard, cursors, and what is parked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from router.ledger.database import together

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from router.ledger.database import Cursor

LEASE = timedelta(seconds=10)
"""How long a relay holds a shard without renewing; a stopped one is replaced after that."""
BEHIND = "behind a parked message"
"""Why an output is parked that could be published, but for the earlier one of its case."""
_RETRY = timedelta(seconds=5)
_LONGEST = timedelta(minutes=5)


class Lease(NamedTuple):
    """A shard held by a relay, and how far it is published."""

    shard: int
    epoch: int
    record: int
    output: int


class PendingRecord(NamedTuple):
    """A record to be published byte for byte."""

    shard: int
    sequence: int
    key: str
    event: bytes


class PendingOutput(NamedTuple):
    """A message to be published once its details are put in."""

    shard: int
    position: int
    topic: str
    key: str
    event: bytes
    needs: bytes | None


class Pending(NamedTuple):
    """What is to be published next."""

    records: list[PendingRecord]
    outputs: list[PendingOutput]
    parked: set[str]
    """Cases of which something is parked: what comes after must wait behind it."""


_ACQUIRE = """
    UPDATE relays SET owner = %(owner)s, until = now() + %(lease)s,
        epoch = epoch + CASE WHEN owner = %(owner)s THEN 0 ELSE 1 END
    WHERE owner = %(owner)s OR owner IS NULL OR until < now()
    RETURNING shard, epoch, record, output
"""
_MOVE = """
    UPDATE relays AS r SET record = v.record, output = v.output
    FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[]) AS v (shard, epoch, record, output)
    WHERE r.shard = v.shard AND r.epoch = v.epoch
"""
_RECORDS = """
    SELECT r.* FROM unnest(%s::int[], %s::bigint[]) AS c (shard, after) CROSS JOIN LATERAL (
        SELECT shard, sequence, case_id::text, bytes FROM records
        WHERE shard = c.shard AND sequence > c.after ORDER BY sequence LIMIT %s) AS r
"""
_OUTPUTS = """
    SELECT o.* FROM unnest(%s::int[], %s::bigint[]) AS c (shard, after) CROSS JOIN LATERAL (
        SELECT shard, position, topic, key, event, entries FROM outputs
        WHERE shard = c.shard AND position > c.after ORDER BY position LIMIT %s) AS o
"""
_PARK = """
    INSERT INTO parked (shard, position, key, reason, attempts, parked_at, retry_at)
    VALUES (%s, %s, %s, %s, 1, now(), now() + %s)
    ON CONFLICT (shard, position) DO UPDATE SET reason = excluded.reason,
        attempts = parked.attempts + 1, retry_at = now() + least(%s, %s * 2 ^ parked.attempts)
"""
_DUE = """
    SELECT o.shard, o.position, o.topic, o.key, o.event, o.entries
    FROM parked AS p JOIN outputs AS o USING (shard, position)
    WHERE p.shard = ANY(%s) AND p.key IN (
        SELECT key FROM parked WHERE shard = p.shard GROUP BY key HAVING min(retry_at) <= now())
    ORDER BY o.shard, o.position LIMIT %s
"""


def acquire(cur: Cursor, owner: str) -> dict[int, Lease]:
    """Renew this relay's shards and take those that nobody holds."""
    cur.execute(_ACQUIRE, {"owner": owner, "lease": LEASE})
    return {row[0]: Lease(*row) for row in cur}  # type: ignore[misc, arg-type]


def release(cur: Cursor, owner: str) -> None:
    """Give all shards back at once, so that another relay need not wait for the lease to end."""
    cur.execute("UPDATE relays SET owner = NULL, until = NULL WHERE owner = %s", (owner,))


def pending(cur: Cursor, leases: Collection[Lease], most: int) -> Pending:
    """Return the next records and outputs of each shard, `most` a shard of each, and the cases that wait."""
    shards = [lease.shard for lease in leases]
    with together(cur) as another:
        records, outputs, parked = another(), another(), another()
        records.execute(_RECORDS, (shards, [lease.record for lease in leases], most))
        outputs.execute(_OUTPUTS, (shards, [lease.output for lease in leases], most))
        parked.execute("SELECT DISTINCT key FROM parked WHERE shard = ANY(%s)", (shards,))
    return Pending(
        [PendingRecord(*row) for row in records],  # type: ignore[arg-type]
        [PendingOutput(*row) for row in outputs],  # type: ignore[arg-type]
        {str(row[0]) for row in parked},
    )


def move(cur: Cursor, leases: Sequence[Lease]) -> bool:
    """Move the cursors behind what was acknowledged; false if a lease was lost meanwhile.

    Nobody waits until that is on the disk: after a crash it is published once more, as readers are told to expect.
    """
    columns = tuple(list(column) for column in zip(*leases, strict=True))
    with together(cur) as another:
        moving = another()
        another().execute("SET LOCAL synchronous_commit = off")
        moving.execute(_MOVE, columns)
    return moving.rowcount == len(leases)


def park(cur: Cursor, failed: Mapping[PendingOutput, str]) -> None:
    """Set outputs aside that can't be published now, with the reason; each try waits longer."""
    rows = [(o.shard, o.position, o.key, why, _RETRY, _LONGEST, _RETRY) for o, why in failed.items()]
    cur.executemany(_PARK, rows)


def unpark(cur: Cursor, sent: Collection[PendingOutput]) -> None:
    """Forget parked outputs that have been published."""
    cur.executemany(
        "DELETE FROM parked WHERE shard = %s AND position = %s",
        [(o.shard, o.position) for o in sent],
    )


def due_again(cur: Cursor, shards: Collection[int], most: int) -> list[PendingOutput]:
    """Return parked outputs to try again, in order, of cases whose waiting time is over."""
    cur.execute(_DUE, (list(shards), most))
    return [PendingOutput(*row) for row in cur]  # type: ignore[arg-type]
