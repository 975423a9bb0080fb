"""What waits to be published: leases, the next messages of a shard, cursors, and what is parked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from router.ledger.database import together

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from router.ledger.database import Cursor

LEASE = timedelta(seconds=10)
"""How long a relay holds a shard without renewing; a stopped one is replaced after that."""
BEHIND = "behind a parked message"
"""Why an output is parked that could be published, but for the earlier one of its case."""
_RETRY = timedelta(seconds=5)
_LONGEST = timedelta(minutes=5)


class _Told(msgspec.Struct):
    id: str
    type: str


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


class Sent(NamedTuple):
    """A message that a decision asked for: its topic, type and id."""

    topic: str
    type: str
    id: str


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
_SENT = """
    SELECT o.event, o.topic FROM unnest(%s::text[], %s::int[]) AS c (key, shard)
    JOIN outputs AS o ON o.shard = c.shard AND o.key = c.key ORDER BY o.shard, o.position
"""
# The time stands in the envelope, which holds ASCII alone up to there; the escaping makes text of any cut.
_PRUNE = """
    DELETE FROM outputs AS o USING (
        SELECT n.shard, n.position FROM relays AS r CROSS JOIN LATERAL (
            SELECT shard, position, event FROM outputs AS c
            WHERE c.shard = r.shard AND c.position <= r.output
                AND NOT EXISTS (SELECT FROM parked AS p WHERE p.shard = c.shard AND p.position = c.position)
            ORDER BY c.position LIMIT %s) AS n
        WHERE r.shard = ANY(%s)
            AND substring(encode(substring(n.event FROM 1 FOR 400), 'escape') FROM '"time":"([^"]+)"')::timestamptz < %s
    ) AS gone
    WHERE o.shard = gone.shard AND o.position = gone.position
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


def sent(cur: Cursor, shards: Mapping[str, int]) -> dict[str, list[Sent]]:
    """Return what was or will be sent about cases (by their shards), by the record that asked for it.

    It reads all outputs of these shards, of which `prune` leaves the newest: for a person who asks, now and then.
    """
    cur.execute(_SENT, (list(shards), list(shards.values())))
    found: dict[str, list[Sent]] = {}
    for event, topic in cur:
        told = msgspec.json.decode(event, type=_Told)  # type: ignore[call-overload]  # bytea
        found.setdefault(told.id.rpartition("-")[0], []).append(Sent(str(topic), told.type, told.id))
    return found


def prune(cur: Cursor, shards: Collection[int], before: datetime, most: int) -> int:
    """Remove outputs of these shards that were published and written before a moment (aware); return how many.

    Up to `most` a shard, the oldest first. What is parked stays, however old.
    """
    cur.execute(_PRUNE, (most, list(shards), before))
    return cur.rowcount
