"""How an installation stands at a moment: what waits, how long, how far everything is. Numbers, ids and codes only.

No question here gets slower by what is long past: each reads the ends of indexes, a row a shard, or at most `MOST`
rows of what is open (`tests/ledger/test_standing.py` asks PostgreSQL for its plans).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from router.ledger.database import Cursor

MOST: Final = 10_000
"""What waits is counted so far; more is told as this many."""
_HEAD: Final = 400
"""The attributes of an event that the ledger wrote stand before its data, within so many bytes."""
_TIME = re.compile(rb'"time":"([^"]+)"')
_ENDS = """
    SELECT coalesce(sum(s.sequence), 0), coalesce(sum(s.outputs), 0), coalesce(sum(s.sequence - r.record), 0),
        coalesce(sum(s.outputs - r.output), 0), coalesce(sum(s.sequence - m.record), 0),
        count(*) FILTER (WHERE r.until IS NULL OR r.until < now())
    FROM shards AS s JOIN relays AS r USING (shard) JOIN matched AS m USING (shard)
"""
UNPUBLISHED: Final = """
    SELECT substring(r.bytes FROM 1 FOR 400) FROM relays AS l
        JOIN records AS r ON r.shard = l.shard AND r.sequence = l.record + 1
    UNION ALL
    SELECT substring(o.event FROM 1 FOR 400) FROM relays AS l
        JOIN outputs AS o ON o.shard = l.shard AND o.position = l.output + 1
"""
_PARKED = """
    SELECT o.topic, count(*) FROM (SELECT shard, position FROM parked LIMIT %s) AS p
    JOIN outputs AS o USING (shard, position) GROUP BY o.topic
"""
DUE: Final = """
    SELECT count(*), min(next_due_at) FROM (
        SELECT next_due_at FROM cases WHERE next_due_at <= now() ORDER BY next_due_at LIMIT %s) AS d
"""
_INBOX = "SELECT count(*), min(created_at) FROM (SELECT created_at FROM inbox LIMIT %s) AS i"
SET_ASIDE: Final = """
    SELECT code, count(*) FROM (
        SELECT code, status FROM quarantine ORDER BY id DESC LIMIT %s) AS q WHERE status = 'open' GROUP BY code
"""
_QUARANTINED = "SELECT code, count(*), max(id) FROM quarantine WHERE id > %s GROUP BY code"
_BEATS = """
    SELECT service, max(beat_at) FROM heartbeats
    WHERE right(owner, 10) <> ' (stopped)' GROUP BY service
"""
_POSITIONS = "SELECT topic, partition, topic_id, next_offset FROM positions"


class Position(NamedTuple):
    """How far a partition is taken, of the topic with this id: one that is made anew begins anew."""

    topic_id: str
    next_offset: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How an installation stands. Moments are aware; counts of what waits stop at `MOST`."""

    at: datetime
    records: int = 0
    """Decisions in the ledger, ever."""
    outputs: int = 0
    """Messages to be published, ever."""
    unpublished_records: int = 0
    unpublished_outputs: int = 0
    unmatched: int = 0
    """Records that matching has not looked at."""
    unheld: int = 0
    """Shards that no relay holds."""
    oldest_unpublished: datetime | None = None
    """When the decision was made that has waited longest to be published."""
    parked: Mapping[str, int] = field(default_factory=dict)
    """Outputs set aside, by topic."""
    due: int = 0
    """Cases on which the clock has something to do by now."""
    due_since: datetime | None = None
    inbox: int = 0
    """Commands that decisions on other cases have left."""
    inbox_since: datetime | None = None
    set_aside: Mapping[str, int] = field(default_factory=dict)
    """Messages in quarantine that nobody has dealt with, by code, of the newest `MOST`."""
    beats: Mapping[str, datetime] = field(default_factory=dict)
    """The last heartbeat of each service that shows itself in the database."""
    positions: Mapping[tuple[str, int], Position] = field(default_factory=dict)
    """Up to where each source partition (topic, number) is taken."""
    simulated: bool = False
    """Time comes from the messages: a demonstration, without clock and matching."""


def look(cur: Cursor) -> Standing:
    """Return how the installation stands now, by the database's own clock."""
    at, simulated = _one(cur, "SELECT now(), time_source = 'message' FROM installation")
    records, outputs, unpublished, waiting, unmatched, unheld = _one(cur, _ENDS)
    due, due_since = _one(cur, DUE, MOST)
    inbox, inbox_since = _one(cur, _INBOX, MOST)
    cur.execute(UNPUBLISHED)
    moments = [written_at(bytes(row[0])) for row in cur]  # type: ignore[call-overload]
    return Standing(
        at=at, records=int(records), outputs=int(outputs), unpublished_records=int(unpublished),
        unpublished_outputs=int(waiting), unmatched=int(unmatched), unheld=int(unheld),
        oldest_unpublished=min((moment for moment in moments if moment), default=None),
        parked=_counted(cur, _PARKED), due=int(due), due_since=due_since, inbox=int(inbox), inbox_since=inbox_since,
        set_aside=_counted(cur, SET_ASIDE), beats=_beats(cur), positions=_positions(cur), simulated=simulated,
    )  # fmt: skip


def quarantined(cur: Cursor, after: int) -> tuple[Counter[str], int]:
    """Return by code how many messages were set aside behind the row `after`, and the newest row.

    From 0 on it counts the whole table: once, where somebody begins to watch.
    """
    cur.execute(_QUARANTINED, (after,))
    rows = [(str(code), int(count), int(newest)) for code, count, newest in cur]  # type: ignore[call-overload]
    return Counter({code: count for code, count, _ in rows}), max((newest for *_, newest in rows), default=after)


def _one(cur: Cursor, query: str, *values: object) -> tuple[Any, ...]:
    cur.execute(query, values)
    row = cur.fetchone()
    if row is None:
        raise LookupError("the installation has not been made")
    return row


def _counted(cur: Cursor, query: str) -> dict[str, int]:
    cur.execute(query, (MOST,))
    return {str(name): int(count) for name, count in cur}  # type: ignore[call-overload]


def _beats(cur: Cursor) -> dict[str, datetime]:
    cur.execute(_BEATS)
    return dict(cur.fetchall())  # type: ignore[arg-type]  # text and timestamptz columns


def _positions(cur: Cursor) -> dict[tuple[str, int], Position]:
    cur.execute(_POSITIONS)
    return {(str(row[0]), int(row[1])): Position(str(row[2]), int(row[3])) for row in cur}  # type: ignore[call-overload]


def written_at(event: bytes) -> datetime | None:
    """Return the `time` of an event that the ledger wrote, from its first bytes (aware)."""
    found = _TIME.search(event, 0, _HEAD)
    return datetime.fromisoformat(found[1].decode()) if found else None
