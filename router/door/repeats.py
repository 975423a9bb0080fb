"""Which messages of a batch are new, which are repeats, and which submissions bring a matter again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import UUID

from router.cases.other import VERY_WORDS, Relation
from router.cases.state import OPEN, Stage
from router.door.lookups import similarity
from router.door.reading import Bad, Read
from router.ledger.packed import NUMBERS, column, packed, uuids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from router.cases.state import Case
    from router.door.lookups import Lookups
    from router.ledger.database import Cursor


class SortedOut(NamedTuple):
    """New messages in their order, how many exact repeats, and ids used twice for different content."""

    fresh: list[Read]
    repeats: int
    conflicts: list[Bad]


# What stands in the slots before is known; the rest is claimed in the present one, where an index sees to it. Whoever
# brings the same message waits for its case's shard before this, and then finds it.
_CLAIM = f"""
    WITH asked AS MATERIALIZED (SELECT {column(0)} AS message, {column(1)} AS content FROM {NUMBERS}),
    known AS MATERIALIZED (
        SELECT message, content FROM seen
        WHERE message = ANY(ARRAY(SELECT message FROM asked)) AND slot <> seen_slot(now())),
    claimed AS (
        INSERT INTO seen (message, content) SELECT message, content FROM asked
        WHERE NOT EXISTS (SELECT FROM known WHERE known.message = asked.message) ORDER BY 1
        ON CONFLICT DO NOTHING RETURNING message)
    SELECT message, NULL AS content FROM claimed UNION ALL SELECT message, content FROM known
"""  # noqa: S608 (made of constants)
_CLAIM_LOOKUPS = f"""
    INSERT INTO vault_lookups (digest, case_id)
    SELECT {column(0)}, {uuids(1)} FROM {NUMBERS} ORDER BY 1
    ON CONFLICT DO NOTHING
"""  # noqa: S608 (likewise)
_OWNERS = f"""
    SELECT digest, case_id::text FROM vault_lookups WHERE digest = ANY(ARRAY(SELECT {column(0)} FROM {NUMBERS}))
"""  # noqa: S608 (likewise)
_OLD = """
    SELECT l.digest, v.after FROM vault_lookups AS l LEFT JOIN cases AS c ON c.id = l.case_id
    JOIN unnest(%s::bytea[], %s::uuid[]) AS v (digest, after) ON v.digest = l.digest
    WHERE c.id IS NULL OR c.stage = ANY(%s) ORDER BY l.digest FOR UPDATE OF l
"""
_HAND_ON = """
    UPDATE vault_lookups AS l SET case_id = v.after
    FROM unnest(%s::bytea[], %s::uuid[]) AS v (digest, after) WHERE l.digest = v.digest
"""
_ENDED = [stage.value for stage in Stage if stage not in OPEN and stage is not Stage.LINKED]


def sort_out(cur: Cursor, asked: Sequence[Read]) -> SortedOut:
    """Claim each message's id, in one order everywhere so that two processes can't block each other."""
    first: dict[bytes, Read] = {}
    later = [item for item in asked if first.setdefault(item.seen_key, item) is not item]
    if not first:
        return SortedOut([], 0, [])
    items = list(first.values())
    cur.execute(_CLAIM, packed([i.seen_key for i in items], [i.content_digest for i in items]))
    told: dict[bytes, bytes | None] = dict(cur.fetchall())  # type: ignore[arg-type]  # two bytea columns
    claimed = {message for message, content in told.items() if content is None}
    known = {message: content for message, content in told.items() if content is not None}
    known |= {item.seen_key: item.content_digest for item in items if item.seen_key in claimed}
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
    relation: Relation
    similarity: int
    """In thousandths, as far as shared hashes tell."""


class Claims:
    """The look-ups of a batch's submissions: claimed and asked for together with other questions, then answered."""

    def __init__(self, fresh: Sequence[Read]) -> None:
        """Gather what the submissions of a batch are known by."""
        self._known = [(item.command.case_id, item.lookups) for item in fresh]
        self._owner: dict[bytes, str] = {}
        self._cases: list[bytes] = []
        claimed = 0
        for case_id, lookups in self._known:
            before, claims = len(self._owner), lookups.claims()
            for digest in claims:
                self._owner.setdefault(digest, case_id)
            self._cases += [UUID(case_id).bytes] * (len(self._owner) - before)
            claimed += len(claims)
        asks = {digest for _, lookups in self._known for digest in lookups.asks()}
        self._sought = asks - self._owner.keys()
        self._strangers = claimed == len(self._owner) and len(self._sought) == len(asks)
        """No two of the batch have anything in common."""

    def ask(self, claiming: Cursor, seeking: Cursor) -> None:
        """Claim them, in one order everywhere, and ask for those that only others claim."""
        if self._owner:
            claiming.execute(_CLAIM_LOOKUPS, packed(list(self._owner), self._cases))
        if self._sought:
            seeking.execute(_OWNERS, packed(list(self._sought)))

    def again(self, claiming: Cursor, seeking: Cursor) -> dict[str, tuple[Again, ...]]:
        """Return by case what each is known by, the likeliest first; asks once more where some were claimed before."""
        others: dict[bytes, str] = dict(seeking.fetchall()) if self._sought else {}  # type: ignore[arg-type]  # bytea, text
        taken = bool(self._owner) and claiming.rowcount < len(self._owner)
        if self._strangers and not others and not taken:
            return {}
        owner = {**self._owner, **others}
        if taken:
            claiming.execute(_OWNERS, packed(list(self._owner)))
            owner.update(claiming.fetchall())  # type: ignore[arg-type]  # likewise
        return {own: found for own, lookups in self._known if (found := tuple(again_by(own, lookups, owner)))}


def again_by(own: str, known: Lookups, owner: Mapping[bytes, str]) -> Iterator[Again]:
    """Yield by which earlier cases one is known again, the same person's first; `owner` names each look-up's case."""
    alike: dict[str, int] = {}
    for one in (*known.known, *known.sought):
        for case_id, bands in Counter(owner[band] for band in one.bands if band in owner).items():
            alike[case_id] = max(alike.get(case_id, 0), similarity(bands))
        if one.words in owner:
            alike[owner[one.words]] = VERY_WORDS
    alike.pop(own, None)
    for case_id in sorted(alike, key=lambda name: (-alike[name], name)):
        yield Again(case_id, Relation.SAME_PERSON, alike[case_id])
    if known.words is not None and owner[known.words] not in (own, *alike):
        first = owner[known.words]
        apart = any(owner[kind] == first for kind in known.kinds)
        yield Again(first, Relation.SUPPORTER if apart else Relation.SAME_WORDS, VERY_WORDS)


class Leads(Protocol):
    """What is known of cases after a batch was decided."""

    def leading(self, case_id: str) -> Case | None:
        """Return the case that goes for this one."""
        ...


def hand_on(cur: Cursor, fresh: Sequence[Read], again: Mapping[str, Sequence[Again]], decided: Leads) -> None:
    """Let look-ups of whichever case has ended, or was refused, belong to the one that runs now."""
    wanted: dict[bytes, UUID] = {}
    for item in fresh:
        own = item.command.case_id
        now = decided.leading(own) if own in again else None
        if now is not None and now.id == own and now.stage in OPEN:
            wanted |= dict.fromkeys(item.lookups.claims(), UUID(own))
    if wanted:
        cur.execute(_OLD, (list(wanted), list(wanted.values()), _ENDED))
        if moves := cur.fetchall():
            cur.execute(_HAND_ON, tuple(map(list, zip(*moves, strict=True))))
