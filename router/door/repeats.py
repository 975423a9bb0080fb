"""Which messages of a batch are new, which are repeats, and which submissions bring a matter again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import UUID

from router.cases.state import OPEN
from router.door.lookups import similarity
from router.door.reading import Bad, Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from psycopg import Cursor

    from router.cases.state import Case


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
_CLAIM_LOOKUPS = """
    INSERT INTO vault_lookups (digest, case_id)
    SELECT * FROM unnest(%s::bytea[], %s::uuid[]) ORDER BY 1
    ON CONFLICT DO NOTHING RETURNING digest
"""
_HAND_ON = """
    UPDATE vault_lookups AS l SET case_id = v.after
    FROM unnest(%s::bytea[], %s::uuid[], %s::uuid[]) AS v (digest, before, after)
    WHERE l.digest = v.digest AND l.case_id = v.before
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


class Again(NamedTuple):
    """An earlier case by which a submission is known again."""

    case_id: str
    same: bool
    """It is the same person's."""
    similarity: int
    """In thousandths, as far as shared hashes tell."""
    persons: bool
    """Whether it is known who brings this one."""


def known_again(cur: Cursor[tuple[object, ...]], fresh: Sequence[Read]) -> dict[str, tuple[Again, ...]]:
    """Claim the look-ups of a batch's submissions, and return by case what each is known by, the likeliest first."""
    owner: dict[bytes, str] = {}
    for item in fresh:
        for digest in item.lookups.all():
            owner.setdefault(digest, item.command.case_id)
    if not owner:
        return {}
    cur.execute(_CLAIM_LOOKUPS, (list(owner), [UUID(case_id) for case_id in owner.values()]))
    claimed = {row[0] for row in cur}
    missing = [digest for digest in owner if digest not in claimed]
    if missing:
        cur.execute("SELECT digest, case_id::text FROM vault_lookups WHERE digest = ANY(%s)", (missing,))
        owner.update(cur.fetchall())  # type: ignore[arg-type]  # bytea and text columns
    return {item.command.case_id: found for item in fresh if (found := tuple(_again(item, owner)))}


def _again(item: Read, owner: Mapping[bytes, str]) -> Iterator[Again]:
    own, known = item.command.case_id, item.lookups
    shared = Counter(owner[digest] for digest in known.person if owner[digest] != own)
    for case_id, count in shared.most_common():
        alike = 1000 if owner[known.person[0]] == case_id else similarity(count)
        yield Again(case_id, same=True, similarity=alike, persons=True)
    if known.words is not None and owner[known.words] != own and owner[known.words] not in shared:
        yield Again(owner[known.words], same=False, similarity=1000, persons=item.person is not None)


class Leads(Protocol):
    """What is known of cases after a batch was decided."""

    def leading(self, case_id: str) -> Case | None:
        """Return the case that goes for this one."""
        ...


def hand_on(
    cur: Cursor[tuple[object, ...]], fresh: Sequence[Read], again: Mapping[str, Sequence[Again]], decided: Leads
) -> None:
    """Let look-ups that belong to a case that has ended belong to the one that runs now."""
    moves: dict[bytes, tuple[UUID, UUID]] = {}
    for item in fresh:
        own = item.command.case_id
        now = decided.leading(own)
        ended = [
            one.case_id for one in again.get(own, ()) if (was := decided.leading(one.case_id)) and was.stage not in OPEN
        ]  # fmt: skip
        if ended and now is not None and now.id == own and now.stage in OPEN:
            moves |= {digest: (UUID(ended[0]), UUID(own)) for digest in item.lookups.all()}
    if moves:
        digests = sorted(moves)
        cur.execute("SELECT digest FROM vault_lookups WHERE digest = ANY(%s) ORDER BY digest FOR UPDATE", (digests,))
        before, after = [moves[digest][0] for digest in digests], [moves[digest][1] for digest in digests]
        cur.execute(_HAND_ON, (digests, before, after))
