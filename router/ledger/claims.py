"""What a batch takes hold of before it decides: positions, shards, cases, inbox rows; always in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from router.cases.state import Case
from router.ledger.database import together

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from router.ledger.database import Cursor

_decode = msgspec.json.Decoder(Case).decode


class FencedError(Exception):
    """Another process has moved these positions on: this one's work is void, and it must read them anew."""


class Advance(NamedTuple):
    """A partition's position to move from the expected offset to the next one."""

    topic: str
    partition: int
    expected: int
    following: int


class Head(NamedTuple):
    """The end of a shard's chain."""

    sequence: int
    hash: bytes
    outputs: int


class Known(NamedTuple):
    """A case that is known: as it stands, where it first went, and when time will ask something of it."""

    case: Case
    disposition: str
    next_due_at: datetime | None


_SHARDS = "SELECT shard, sequence, head, outputs FROM shards WHERE shard = ANY(%s) ORDER BY shard FOR UPDATE"
_ADVANCE = """
    UPDATE positions AS p SET next_offset = v.following
    FROM unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[]) AS v (topic, partition, expected, following)
    WHERE p.topic = v.topic AND p.partition = v.partition AND p.next_offset = v.expected
"""
_BEGIN = """
    INSERT INTO positions (topic, partition, topic_id, next_offset)
    SELECT *, 0 FROM unnest(%s::text[], %s::int[], %s::text[])
    ON CONFLICT (topic, partition) DO UPDATE SET topic_id = excluded.topic_id, next_offset = 0
    WHERE positions.topic_id <> excluded.topic_id
"""


def hold(cur: Cursor, advances: Sequence[Advance], shards: Collection[int]) -> dict[int, Head]:
    """Move positions by compare-and-swap, lock the shards in ascending order, return the ends of their chains.

    Raises:
        FencedError: not every position stood where expected.
    """
    with together(cur) as another:
        moving, locking = another(), another()
        if advances:
            moving.execute(_ADVANCE, tuple(list(column) for column in zip(*advances, strict=True)))
        locking.execute(_SHARDS, (sorted(shards),))
    if advances and moving.rowcount != len(advances):
        raise FencedError(f"{len(advances) - moving.rowcount} of {len(advances)} positions have moved")
    return _heads(locking)


def positions(
    cur: Cursor,
    partitions: Collection[tuple[str, int]],
    topic_ids: dict[str, str],
) -> dict[tuple[str, int], int]:
    """Return where to read on; a partition not known, or of a topic made anew, begins at 0."""
    wanted = sorted(partitions)
    topics, numbers = [t for t, _ in wanted], [n for _, n in wanted]
    cur.execute(_BEGIN, (topics, numbers, [topic_ids[topic] for topic in topics]))
    cur.execute(
        "SELECT p.topic, p.partition, p.next_offset FROM positions AS p"
        " JOIN unnest(%s::text[], %s::int[]) AS v (topic, partition) USING (topic, partition)",
        (topics, numbers),
    )
    return {(str(topic), int(number)): int(offset) for topic, number, offset in cur}  # type: ignore[call-overload]


def _heads(cur: Cursor) -> dict[int, Head]:
    return {row[0]: Head(row[1], row[2], row[3]) for row in cur}  # type: ignore[misc, arg-type]


def load_cases(cur: Cursor, case_ids: Collection[str]) -> dict[str, Known]:
    """Return the cases known of these ids."""
    if not case_ids:
        return {}
    ask_cases(cur, case_ids)
    return told_cases(cur)


def ask_cases(cur: Cursor, case_ids: Collection[str]) -> None:
    """Ask for the cases of these ids; `told_cases` returns them."""
    query = "SELECT state, disposition, next_due_at FROM cases WHERE id = ANY(string_to_array(%s, ' ')::uuid[])"
    cur.execute(query, (" ".join(case_ids),))


def told_cases(cur: Cursor) -> dict[str, Known]:
    """Return the cases that were asked for."""
    found = (Known(_decode(state), disposed, due) for state, disposed, due in cur)  # type: ignore[arg-type]
    return {known.case.id: known for known in found}


def load_leading(cur: Cursor, case_ids: Collection[str]) -> dict[str, Case]:
    """Return these cases and those that they are linked with, as they stand; nothing is locked."""
    found: dict[str, Case] = {}
    missing = set(case_ids)
    while missing:
        loaded = load_cases(cur, missing)
        found |= {case_id: known.case for case_id, known in loaded.items()}
        missing = {known.case.primary for known in loaded.values() if known.case.primary} - found.keys()
    return found


def find_due(cur: Cursor, now: datetime, most: int) -> dict[int, list[str]]:
    """Return up to `most` cases on which something is due, the longest overdue first, by shard."""
    cur.execute(
        "SELECT shard, id::text FROM cases WHERE next_due_at <= %s ORDER BY next_due_at LIMIT %s", (now, most)
    )  # fmt: skip
    found: dict[int, list[str]] = {}
    for shard, case_id in cur:
        found.setdefault(int(shard), []).append(str(case_id))  # type: ignore[call-overload]
    return found


def try_shards(cur: Cursor, shards: Collection[int]) -> dict[int, Head]:
    """Lock those of the shards that nobody holds, and return the ends of their chains."""
    cur.execute(_SHARDS + " SKIP LOCKED", (sorted(shards),))
    return _heads(cur)


def take_inbox(cur: Cursor, most: int) -> list[tuple[str, bytes]]:
    """Take up to `most` waiting commands out of the inbox, in the order in which they were left."""
    cur.execute(
        "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox ORDER BY created_at, id LIMIT %s"
        " FOR UPDATE SKIP LOCKED) RETURNING created_at, id, case_id::text, payload",
        (most,),
    )
    return [(row[2], row[3]) for row in sorted(cur.fetchall())]  # type: ignore[misc]
