"""Published outputs leave the table when their topics have let go of them too; nothing that waits does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from router.ledger import outbox
from router.ledger.database import cursor
from router.ledger.outbox import Lease
from router.messages.envelope import write

if TYPE_CHECKING:
    from bancheng.compose import House

OLD = datetime(2026, 1, 5, tzinfo=UTC)
NEW = datetime.now(UTC)
FIRST = 10**12
SHARD = 15


def message(at: datetime, subject: str = "办") -> bytes:
    """An output as the ledger writes it."""
    return write(
        id="15-1-0", source="/router", type="t", subject=subject, time=at.isoformat(), data={"said": "办" * 300}
    )


def test_what_is_published_and_old_goes_and_nothing_else(house: House) -> None:
    """Of ten outputs the old ones behind the cursor go, a few at a time; parked, recent and unpublished ones stay."""
    times = [OLD, OLD, OLD, OLD, NEW, OLD, OLD, OLD, OLD, NEW]
    with house.working.connect() as connection:  # rolled back at the end
        cur = cursor(connection)
        cur.execute("DELETE FROM outputs WHERE shard = %s", (SHARD,))
        cur.executemany(
            "INSERT INTO outputs (shard, position, topic, key, event) VALUES (%s, %s, 't', %s, %s)",
            [(SHARD, FIRST + n, f"case-{n}", message(at)) for n, at in enumerate(times)],
        )
        cur.execute("UPDATE relays SET output = %s WHERE shard = %s", (FIRST + 6, SHARD))
        lease = Lease(SHARD, 0, 10**12, FIRST + 6)
        parked = outbox.pending(cur, [lease._replace(output=FIRST)], 1).outputs
        outbox.park(cur, dict.fromkeys(parked, "no topic"))
        gone = [outbox.prune(cur, [SHARD], NEW - timedelta(days=30), 3) for _ in range(3)]
        assert gone == [3, 2, 0]
        cur.execute("SELECT position FROM outputs WHERE shard = %s ORDER BY 1", (SHARD,))
        left = [row[0] - FIRST for row in cur]
        assert left == [1, 4, 7, 8, 9]
        pending = outbox.pending(cur, [lease], 10)
        assert [one.position - FIRST for one in pending.outputs] == [7, 8, 9]
        assert pending.parked == {"case-1"}


def test_a_shard_of_another_relay_is_left_alone(house: House) -> None:
    """Only shards that are named are looked at."""
    with house.working.connect() as connection:
        cur = cursor(connection)
        cur.execute(
            "INSERT INTO outputs (shard, position, topic, key, event) VALUES (%s, 0, 't', 'k', %s)",
            (SHARD, message(OLD)),
        )
        outbox.prune(cur, [SHARD - 1], NEW, 10**6)
        assert connection.execute(text("SELECT count(*) FROM outputs WHERE shard = 15 AND position = 0")).scalar() == 1
