"""Services that show that they run: one row a process, and what is due meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from router.ledger.tables import cases, heartbeats

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from psycopg import Cursor
    from sqlalchemy.engine import Connection

_BEAT = """
    INSERT INTO heartbeats (service, owner, begun_at, beat_at, worked_at, done, horizon)
    VALUES (%(service)s, %(owner)s, %(now)s, %(now)s, NULL, %(done)s, %(horizon)s)
    ON CONFLICT (service, owner) DO UPDATE SET beat_at = excluded.beat_at, done = excluded.done,
        worked_at = CASE WHEN excluded.done > heartbeats.done THEN excluded.beat_at ELSE heartbeats.worked_at END
"""
_STOPPED = " (stopped)"
_OLD = "DELETE FROM heartbeats WHERE service = %s AND beat_at < %s - interval '7 days'"


class Heartbeat(NamedTuple):
    """A process that shows that it runs, or has."""

    owner: str
    begun_at: datetime
    beat_at: datetime
    worked_at: datetime | None
    done: int
    horizon: int

    @property
    def stopped(self) -> bool:
        """Whether it ended as it was told to."""
        return self.owner.endswith(_STOPPED)

    def alive(self, now: datetime, within: timedelta) -> bool:
        """Whether it runs: it has not ended, and beat not longer ago; `now` is aware, of a clock near its own."""
        return not self.stopped and abs(now - self.beat_at) < within


class Waiting(NamedTuple):
    """How much waits for the clock: cases due by now, the longest due of them, and the next moment."""

    due: int
    oldest: datetime | None
    following: datetime | None


def beat(cur: Cursor[tuple[object, ...]], service: str, owner: str, *, now: datetime, done: int, horizon: int) -> None:
    """Show that a process runs; rows of processes that ended without a word go after a week."""
    cur.execute(_OLD, (service, now))
    cur.execute(_BEAT, {"service": service, "owner": owner, "now": now, "done": done, "horizon": horizon})


def forget(cur: Cursor[tuple[object, ...]], service: str, owner: str) -> None:
    """Note that a process ended as it was told to: it is no longer expected to beat."""
    cur.execute(
        "UPDATE heartbeats SET owner = owner || %s WHERE service = %s AND owner = %s", (_STOPPED, service, owner)
    )  # fmt: skip


def horizon(cur: Cursor[tuple[object, ...]], service: str) -> int:
    """Return the last year whose holidays any process of the service has known; 0 if there was none."""
    cur.execute("SELECT coalesce(max(horizon), 0) FROM heartbeats WHERE service = %s", (service,))
    row = cur.fetchone()
    return int(str(row[0])) if row else 0


def wake_guesses(cur: Cursor[tuple[object, ...]], now: datetime) -> None:
    """Let the clock look at every case whose due date was reckoned beyond the known years."""
    cur.execute("UPDATE cases SET next_due_at = least(next_due_at, %s) WHERE provisional", (now,))


def of_service(connection: Connection, service: str) -> list[Heartbeat]:
    """Return a service's processes, the latest beat first."""
    columns = [heartbeats.c[name] for name in Heartbeat._fields]
    query = select(*columns).where(heartbeats.c.service == service).order_by(heartbeats.c.beat_at.desc())
    return [Heartbeat(*row) for row in connection.execute(query)]


def waiting(connection: Connection, now: datetime) -> Waiting:
    """Return what waits for the clock at an aware moment."""
    due = cases.c.next_due_at
    count, oldest = connection.execute(select(func.count(), func.min(due)).where(due <= now)).one()
    following = connection.execute(select(func.min(due)).where(due > now)).scalar_one()
    return Waiting(int(count), oldest, following)
