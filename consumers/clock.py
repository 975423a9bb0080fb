"""The clock: what is due by the mere passing of time is taken through the same door as messages.

Many processes may run; they share the work by shard without doubling it. An idle round is one look at an index.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import structlog

from consumers.rounds import keep_going
from router.health import Condition
from router.ledger import heartbeats, seen
from router.ledger.database import cursor, transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Engine

SERVICE = "clock"
_MOST = 500
"""Cases a round: a transaction of well under a second."""
_BEAT_SECONDS = 1.0
_ANCHOR_SECONDS = 10.0
_FORGET_SECONDS = 3600.0

log = structlog.get_logger("bancheng.clock")


class TakesDue(Protocol):
    """The door, as the clock sees it."""

    def take_due(self, now: datetime, most: int) -> int:
        """Let happen what is due by `now`; return on how many cases something did."""
        ...


class MakesAnchors(Protocol):
    """What signs the heads of the chains, as the clock sees it."""

    def make_due(self, now: datetime) -> bool:
        """Make an anchor if one is due; raises NotNowError alone."""
        ...


class Clock:
    """Looks for what is due, again and again, and shows that it does."""

    def __init__(
        self, engine: Engine, door: TakesDue, *, owner: str, horizon: int, anchors: MakesAnchors | None = None
    ) -> None:
        """`owner` names this process; `horizon` is the last year whose holidays it knows."""
        self._engine = engine
        self._door = door
        self._owner = owner
        self._horizon = horizon
        self._anchors = anchors
        self._beat_at: datetime | None = None
        self._anchored_at: datetime | None = None
        self._forgot_at: datetime | None = None
        self.taken = 0
        self.condition = Condition()

    def run(self, stopping: Callable[[], bool]) -> None:
        """Take what comes due until `stopping` says so; a round under way is finished first."""
        try:
            keep_going(
                lambda: self.step(datetime.now(UTC)), stopping, self._engine, self.condition,
                service=SERVICE, owner=self._owner,
            )  # fmt: skip
        finally:
            log.info("clock stopped", taken=self.taken)

    def step(self, now: datetime) -> bool:
        """Take one round of what is due by `now` (aware), and beat; return whether there was anything.

        Raises:
            NotNowError: the database is away.
        """
        self._beat(now)
        self._anchor(now)
        self._forget(now)
        taken = self._door.take_due(now, _MOST)
        self.taken += taken
        if taken:
            log.info("due steps taken", cases=taken)
        return bool(taken)

    def _anchor(self, now: datetime) -> None:
        """See now and then whether an anchor is due: it is so by time, like everything here."""
        if self._anchors is None:
            return
        if _past(self._anchored_at, now, _ANCHOR_SECONDS):
            self._anchored_at = now
            self._anchors.make_due(now)

    def _forget(self, now: datetime) -> None:
        """Once an hour forget ids of messages that no topic can bring again, if it is time for it."""
        if not _past(self._forgot_at, now, _FORGET_SECONDS):
            return
        self._forgot_at = now
        with transaction(self._engine) as connection:
            forgotten = seen.forget(cursor(connection))
        if forgotten:
            log.info("ids of old messages forgotten")

    def _beat(self, now: datetime) -> None:
        """Show once a second that it runs; the first beat wakes guessed due dates if more years are known now."""
        if self._beat_at is not None and (now - self._beat_at).total_seconds() < _BEAT_SECONDS:
            return
        with transaction(self._engine) as connection:
            cur = cursor(connection)
            if self._beat_at is None and heartbeats.horizon(cur, SERVICE) < self._horizon:
                heartbeats.wake_guesses(cur, now)
            heartbeats.beat(cur, SERVICE, self._owner, now=now, done=self.taken, horizon=self._horizon)
        self._beat_at = now


def _past(before: datetime | None, now: datetime, seconds: float) -> bool:
    """Whether so many seconds have passed, or a clock was set."""
    return before is None or abs((now - before).total_seconds()) >= seconds
