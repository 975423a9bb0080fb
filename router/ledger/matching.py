"""How far new cases were compared with earlier ones, and the commands that this leaves for the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from router.ledger.tables import matched, shards, vault_signatures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from psycopg import Cursor
    from sqlalchemy.engine import Connection

_SUBMIT = b'"command":{"verb":"submit"'
_NEW = """
    SELECT r.shard, r.sequence, r.case_id::text, position(%s IN r.bytes) > 0
    FROM unnest(%s::int[], %s::bigint[]) AS c (shard, record)
    CROSS JOIN LATERAL (
        SELECT shard, sequence, case_id, bytes FROM records
        WHERE records.shard = c.shard AND records.sequence > c.record ORDER BY sequence LIMIT %s
    ) AS r
"""
_MOVE = """
    UPDATE matched AS m SET record = v.record
    FROM unnest(%s::int[], %s::bigint[]) AS v (shard, record) WHERE m.shard = v.shard
"""
_LEAVE = """
    INSERT INTO inbox (id, case_id, payload, created_at)
    SELECT * FROM unnest(%s::text[], %s::uuid[], %s::bytea[], %s::timestamptz[]) ORDER BY 1
    ON CONFLICT DO NOTHING
"""


_RULES = "SELECT hash, convert_from(content, 'UTF8')::jsonb ->> 'id' FROM policies WHERE hash = ANY(%s)"


class Brought(NamedTuple):
    """A case that was submitted, and the name of the record that says so."""

    case_id: str
    record: str


def hold(cur: Cursor[tuple[object, ...]]) -> dict[int, int]:
    """Keep every other process from comparing until the transaction ends; return how far each shard is."""
    cur.execute("SELECT shard, record FROM matched ORDER BY shard FOR UPDATE")
    return {int(shard): int(record) for shard, record in cur}  # type: ignore[call-overload]


def brought(cur: Cursor[tuple[object, ...]], far: Mapping[int, int], most: int) -> tuple[list[Brought], dict[int, int]]:
    """Return the cases submitted since, of up to `most` records a shard, and how far that goes."""
    cur.execute(_NEW, (_SUBMIT, list(far), list(far.values()), most))
    found: list[Brought] = []
    moved: dict[int, int] = {}
    for shard, sequence, case_id, submitted in cur.fetchall():
        moved[int(shard)] = max(moved.get(int(shard), 0), int(sequence))  # type: ignore[call-overload]
        if submitted:
            found.append(Brought(str(case_id), f"{shard}-{sequence}"))
    return found, moved


def move(cur: Cursor[tuple[object, ...]], moved: Mapping[int, int]) -> None:
    """Note how far each shard is now."""
    cur.execute(_MOVE, (list(moved), list(moved.values())))


def leave(cur: Cursor[tuple[object, ...]], commands: Sequence[tuple[str, str, bytes]], wall: datetime) -> None:
    """Leave commands in the inbox: name, case id, payload; one left before isn't left again."""
    if commands:
        names, case_ids, payloads = zip(*commands, strict=True)
        times = [wall] * len(commands)
        cur.execute(_LEAVE, (list(names), [UUID(case_id) for case_id in case_ids], list(payloads), times))


def rules(cur: Cursor[tuple[object, ...]], hashes: Iterable[str]) -> dict[str, str]:
    """Return the ids of policies, whatever their version, by their hashes."""
    cur.execute(_RULES, (list(hashes),))
    return {str(one): str(name) for one, name in cur}


def behind(connection: Connection) -> int:
    """Return how many records have not been looked at yet."""
    waits = select(func.sum(shards.c.sequence - matched.c.record)).join(matched, matched.c.shard == shards.c.shard)
    return int(connection.execute(waits).scalar_one() or 0)


def kept(connection: Connection) -> int:
    """Return how many signatures are kept."""
    return int(connection.execute(select(func.count()).select_from(vault_signatures)).scalar_one())
