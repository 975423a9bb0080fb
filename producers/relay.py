"""The relay: what the ledger holds ready is published in order, and cursors move only behind what was taken.

Readers see each message at least once. An output that can't be published is parked with the later ones of
its case, shown, and tried again; every other case goes on. Records are never parked: the log has no gaps.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

import structlog
from kafka.errors import KafkaError

from producers.details import complete, needs, wanted
from producers.sealing import NotSealedError
from router.health import Condition, Reason
from router.ledger import outbox
from router.ledger.database import NotNowError, cursor, transaction
from router.ledger.outbox import BEHIND
from router.messages.retention import TOPICS_KEEP
from router.vault.store import open_entries
from router.wire.connection import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from psycopg import Cursor
    from sqlalchemy.engine import Engine

    from producers.details import Needs
    from producers.sealing import Sealing
    from producers.waking import Waker
    from router.ledger.outbox import Lease, PendingOutput, PendingRecord
    from router.vault.keyring import Keyring

_MOST = 400
"""Messages a shard and round."""
_IDLE_SECONDS = 1.0
_AWAY_SECONDS = 1.0
_LONG_AGO = float("-inf")
_KEPT = TOPICS_KEEP
"""How long published outputs stay: as long as their topics keep them; only `bancheng cases causes` looks back."""
_PRUNE_SECONDS = 60.0
_PRUNED = 2000
"""Outputs a shard that are removed at once; a busy shard's are removed in its quiet hours."""

log = structlog.get_logger("bancheng.relay")


class Publishes(Protocol):
    """The publisher, as the relay sees it."""

    def publish(
        self, records: Sequence[tuple[str, int, str, bytes]], outputs: Sequence[tuple[PendingOutput, bytes]]
    ) -> dict[PendingOutput, str]:
        """Send records (topic, partition, key, value) and outputs, wait for all, return outputs that failed."""
        ...

    def why_away(self) -> Reason:
        """Return why nothing arrives."""
        ...

    def close(self) -> None:
        """Let go of the broker."""
        ...


class Done(NamedTuple):
    """What a round has done, to be noted in the ledger."""

    leases: dict[int, Lease]
    """Those whose cursors move, with their new ones."""
    parked: dict[PendingOutput, str]
    """What could not be sent, and why."""
    unparked: list[PendingOutput]


class Relay:
    """Publishes the shards that it holds by lease; many may run, each shard has one."""

    def __init__(
        self, engine: Engine, keyring: Keyring, publisher: Publishes, waker: Waker, sealing: Sealing, *, owner: str
    ) -> None:
        """`owner` names this process in its leases."""
        self._engine = engine
        self._keyring = keyring
        self._publisher = publisher
        self._waker = waker
        self._sealing = sealing
        self._owner = owner
        self._leases: dict[int, Lease] = {}
        self._done: Done | None = None
        self._renewed = _LONG_AGO
        self._pruned = _LONG_AGO
        self.totals: Counter[str] = Counter()
        self.condition = Condition()

    def run(self, stopping: Callable[[], bool]) -> None:
        """Publish until `stopping` says so, then give the shards back."""
        try:
            while not stopping():
                try:
                    busy = self.step() or self._prune()
                    if self.condition.fine():
                        log.info("relay at work")
                except (NotNowError, KafkaError, WireError) as error:
                    away = Reason.DATABASE if isinstance(error, NotNowError) else self._publisher.why_away()
                    if self.condition.waiting(away):
                        log.warning("relay waits", reason=away.value, why=type(error).__name__)
                    self._waker.wait(_AWAY_SECONDS, eager=False)
                    continue
                if not busy:
                    self._waker.wait(_IDLE_SECONDS)
            self._finish()
        finally:
            self._publisher.close()
            self._waker.close()
            self._engine.dispose()
            log.info("relay stopped", **self.totals)

    def step(self) -> bool:
        """Note what the last round has done and publish the next one; return whether there was anything."""
        with transaction(self._engine) as connection:
            cur = cursor(connection)
            self._note(cur)
            leases = self._held(cur)
            records, outputs, held_back = outbox.pending(cur, leases.values(), _MOST)
            again = outbox.due_again(cur, leases, _MOST) if held_back else []
            wants = {output: needs(output) for output in (*again, *outputs)}
            texts = open_entries(cur, self._keyring, wanted(wants.values()))
            self._sealing.follow(cur, at_once=bool(again))  # what waited may wait for a key
        self._leases, self._done = leases, None
        if not (records or outputs or again):
            return False
        waiting = {o: BEHIND for o in outputs if o.key in held_back}
        ready = [o for o in outputs if o not in waiting]
        whole, held = self._completed((*again, *ready), wants, texts)
        failed = held | self._publisher.publish([("ledger", r.shard, r.key, r.event) for r in records], whole)
        self._done = Done(
            leases=moved(leases, records, outputs),
            parked={**failed, **waiting},
            unparked=[output for output in again if output not in failed],
        )
        self._tell(self._done, failed, len(records), len(outputs) + len(again))
        return True

    def _completed(
        self, outputs: Sequence[PendingOutput], wants: Mapping[PendingOutput, Needs],
        texts: Mapping[tuple[str, str], bytes],
    ) -> tuple[list[tuple[PendingOutput, bytes]], dict[PendingOutput, str]]:  # fmt: skip
        """Return whole messages, and those that can't go unsealed, with the later ones of their case and topic."""
        whole: list[tuple[PendingOutput, bytes]] = []
        held: dict[PendingOutput, str] = {}
        stopped: set[tuple[str, str]] = set()
        for output in outputs:
            if (output.key, output.topic) in stopped:
                held[output] = BEHIND
                continue
            put = partial(self._sealing.put, output.topic)
            try:
                whole.append((output, complete(output.event, wants[output], texts, put)))
            except NotSealedError as why:
                held[output] = str(why)
                stopped.add((output.key, output.topic))
        return whole, held

    def _held(self, cur: Cursor[tuple[object, ...]]) -> dict[int, Lease]:
        """Return the shards held, renewing the leases before they are half over."""
        if time.monotonic() - self._renewed > outbox.LEASE.total_seconds() / 3:
            held = outbox.acquire(cur, self._owner)
            self._renewed = time.monotonic()
            return held
        return {**self._leases, **self._done.leases} if self._done else self._leases

    def _note(self, cur: Cursor[tuple[object, ...]]) -> None:
        """Move the cursors behind what the broker has and park what could not be sent, before anything is read.

        If that can't be done now it is done later; what was sent meanwhile by another relay is sent twice.
        """
        done = self._done
        if done is None:
            return
        if done.leases and not outbox.move(cur, list(done.leases.values())):
            self._renewed, self._done = _LONG_AGO, None
            raise NotNowError("a lease was lost")
        if done.parked:
            outbox.park(cur, done.parked)
        if done.unparked:
            outbox.unpark(cur, done.unparked)

    def _prune(self) -> bool:
        """While nothing waits, remove outputs as old as their topics keep them; return whether more may follow."""
        if time.monotonic() - self._pruned < _PRUNE_SECONDS:
            return False
        with transaction(self._engine) as connection:
            gone = outbox.prune(cursor(connection), self._leases, datetime.now(UTC) - _KEPT, _PRUNED)
        if gone:
            log.info("published outputs removed", outputs=gone)
        else:
            self._pruned = time.monotonic()
        return bool(gone)

    def _finish(self) -> None:
        """Note the last round, and give the shards back."""
        with transaction(self._engine) as connection:
            cur = cursor(connection)
            self._note(cur)
            outbox.release(cur, self._owner)

    def _tell(self, done: Done, failed: dict[PendingOutput, str], records: int, outputs: int) -> None:
        self.totals.update(records=records, outputs=outputs - len(done.parked), parked=len(done.parked))
        for output, reason in failed.items():
            log.warning("output parked", case=output.key, topic=output.topic, reason=reason)
        log.debug("published", records=records, outputs=outputs)


def moved(
    leases: Mapping[int, Lease], records: Sequence[PendingRecord], outputs: Sequence[PendingOutput]
) -> dict[int, Lease]:
    """Return the leases whose cursors stand behind these messages now, each shard's in their order."""
    last_record = {record.shard: record.sequence for record in records}
    last_output = {output.shard: output.position for output in outputs}
    return {
        shard: lease._replace(record=last_record.get(shard, lease.record), output=last_output.get(shard, lease.output))
        for shard, lease in leases.items()
        if shard in last_record or shard in last_output
    }
