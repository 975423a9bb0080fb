"""Which messages of a batch are new, which are repeats, and whose words have been brought before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from router.door.reading import Bad, Read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Cursor


class SortedOut(NamedTuple):
    """New messages in their order, how many exact repeats, and ids used twice for different content."""

    fresh: list[Read]
    repeats: int
    conflicts: list[Bad]


_CLAIM = """
    INSERT INTO seen (message, content)
    SELECT * FROM unnest(%s::bytea[], %s::bytea[]) ORDER BY 1
    ON CONFLICT DO NOTHING RETURNING message
"""
_CLAIM_WORDS = """
    INSERT INTO vault_lookups (digest, case_id)
    SELECT * FROM unnest(%s::bytea[], %s::uuid[]) ORDER BY 1
    ON CONFLICT DO NOTHING RETURNING digest
"""


def sort_out(cur: Cursor[tuple[object, ...]], asked: Sequence[Read]) -> SortedOut:
    """Claim each message's id, in one order everywhere so that two processes can't block each other."""
    first: dict[bytes, Read] = {}
    later = [item for item in asked if first.setdefault(item.seen_key, item) is not item]
    if not first:
        return SortedOut([], 0, [])
    items = list(first.values())
    cur.execute(_CLAIM, ([i.seen_key for i in items], [i.content_digest for i in items]))
    claimed = {row[0] for row in cur}
    known = {item.seen_key: item.content_digest for item in items if item.seen_key in claimed}
    fresh = [item for item in items if item.seen_key in claimed]
    later += [item for item in items if item.seen_key not in claimed]
    missing = [item.seen_key for item in later if item.seen_key not in known]
    if missing:
        cur.execute("SELECT message, content FROM seen WHERE message = ANY(%s)", (missing,))
        known.update(cur.fetchall())  # type: ignore[arg-type]  # two bytea columns
    conflicts = [
        Bad(item.received, item.shard, "conflict", "id", item.content_digest)
        for item in later
        if known[item.seen_key] != item.content_digest
    ]
    return SortedOut(fresh, len(later) - len(conflicts), conflicts)


def first_with_words(cur: Cursor[tuple[object, ...]], fresh: Sequence[Read]) -> dict[str, str]:
    """Return, for each submission whose very words came before, the case that brought them first."""
    owner: dict[bytes, str] = {}
    bringing = [item for item in fresh if item.lookup is not None]
    for item in bringing:
        owner.setdefault(item.lookup or b"", item.command.case_id)
    if not owner:
        return {}
    cur.execute(_CLAIM_WORDS, (list(owner), [UUID(case_id) for case_id in owner.values()]))
    claimed = {row[0] for row in cur}
    missing = [digest for digest in owner if digest not in claimed]
    if missing:
        cur.execute("SELECT digest, case_id::text FROM vault_lookups WHERE digest = ANY(%s)", (missing,))
        owner.update(cur.fetchall())  # type: ignore[arg-type]  # bytea and text columns
    return {
        item.command.case_id: owner[item.lookup or b""]
        for item in bringing
        if owner[item.lookup or b""] != item.command.case_id
    }
