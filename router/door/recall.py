"""Messages whose ids may be forgotten: the records of their cases know them for ever.

Ids of messages taken stay in `seen` for a while (`router.ledger.seen`). A copy of one that is gone from there is as old
as its own time says; or, where its sender stamps it anew, its case is old, since it had come when the first was taken.
For such messages alone the records of their cases are read, in which everything that was decided on stands; young
messages of young cases cost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from router.door.deciding import recorded
from router.door.reading import Bad
from router.door.repeats import SortedOut
from router.ledger.record import decode
from router.vault.store import open_entries

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from router.door.reading import Read
    from router.ledger.claims import Known
    from router.ledger.database import Cursor
    from router.ledger.record import Record
    from router.vault.keyring import Keyring

# The id stands in a record's bytes as it is written in JSON; what only mentions it is told apart afterwards.
_TOLD = """
    SELECT v.n, r.bytes FROM unnest(%s::int[], %s::uuid[], %s::bytea[]) AS v (n, case_id, told)
    JOIN records AS r ON r.case_id = v.case_id AND position(v.told IN r.bytes) > 0
"""


def old(fresh: Sequence[Read], before: datetime) -> list[Read]:
    """Return messages whose own time is before a moment (aware)."""
    return [item for item in fresh if item.time < before]


def of_old_cases(fresh: Sequence[Read], known: Mapping[str, Known], before: datetime) -> list[Read]:
    """Return messages of a later time, on cases that came before that moment."""
    return [
        item
        for item in fresh
        if item.time >= before
        and (case := known.get(item.command.case_id)) is not None
        and case.case.received_at < before
    ]


def recall(cur: Cursor, keyring: Keyring, fresh: list[Read], suspects: Sequence[Read]) -> SortedOut:
    """Sort out of `fresh` those of `suspects` that were taken before: repeats, and ids used for something else.

    What was said in words is compared as far as it is kept: erased or archived words can't speak against a repeat.
    """
    taken = _records(cur, suspects) if suspects else {}
    if not taken:
        return SortedOut(fresh, 0, [])
    kept = open_entries(cur, keyring, {(e.case, e.name) for record in taken.values() for e in record.entries})
    conflicts = [
        Bad(item.received, item.shard, "conflict", "id", item.content_digest)
        for at, item in enumerate(suspects)
        if at in taken and not _says_the_same(item, taken[at], kept)
    ]
    gone = {id(suspects[at]) for at in taken}
    return SortedOut([item for item in fresh if id(item) not in gone], len(taken) - len(conflicts), conflicts)


def _records(cur: Cursor, suspects: Sequence[Read]) -> dict[int, Record]:
    """Return by their numbers the records of what suspects asked when they came first."""
    cases = [UUID(item.command.case_id) for item in suspects]
    told = [msgspec.json.encode(item.message) for item in suspects]
    cur.execute(_TOLD, (list(range(len(suspects))), cases, told))
    found = ((int(at), decode(data)) for at, data in cur)  # type: ignore[call-overload, arg-type]  # int, bytea
    return {at: record for at, record in found if _brought(record, suspects[at])}


def _brought(record: Record, item: Read) -> bool:
    """Whether a record tells of this very message: its id, from the same source."""
    cause = record.cause
    return cause.message == item.message and _source(cause.topic or "") == _source(item.received.topic)


def _source(topic: str) -> tuple[bool, str]:
    """Return whose messages a topic carries: a unit's or a channel's, which has two of them."""
    family, _, owner = topic.partition(".")
    return family == "responses", owner


def _says_the_same(item: Read, record: Record, kept: Mapping[tuple[str, str], bytes]) -> bool:
    """Whether a message asks what a record says that was asked, in the same words."""
    entries = {entry.kind: (entry.case, entry.name) for entry in record.entries}
    return (
        record.command == recorded(item.command.action)
        and set(record.given) == item.command.given
        and entries.keys() == _kinds(item)
        and all(kept.get(entries[text.entry.kind], text.plain) == text.plain for text in item.texts)
    )


def _kinds(item: Read) -> Collection[str]:
    return {text.entry.kind for text in item.texts}
