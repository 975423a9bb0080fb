"""The router's consumer: poll, take the batch through the door, move on; stop taking when told "not now"."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from consumers.positions import Positions
from router.door.received import Received
from router.health import Condition, Reason
from router.ledger import claims
from router.ledger.database import NotNowError, cursor, transaction
from router.wire.connection import check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.engine import Engine

    from router.ledger.claims import Advance
    from router.wire.connection import Connection

GROUP = "bancheng-router"
PATTERN = r"^(cases|responses|feedback)\.[a-z0-9-]{1,60}$"
_BATCH = 2000
_FETCH = 8 * 1024 * 1024
_POLL_MS = 250
_WAIT_MS = 1000
_INBOX = 500

log = structlog.get_logger("bancheng.router")


class Takes(Protocol):
    """The door, as the consumer sees it."""

    def take(self, messages: Sequence[Received], advances: Sequence[Advance]) -> Counter[str]:
        """Take messages and move positions, or leave no trace."""
        ...

    def take_inbox(self, most: int) -> int:
        """Take commands left by decisions on other cases; return how many."""
        ...


class RouterConsumer:
    """Reads every input topic as one member of the group; one per process."""

    def __init__(self, connection: Connection, engine: Engine, door: Takes, *, client: str) -> None:
        """Join the group; `client` names this process to the broker.

        Raises:
            WireError: the broker is away, or refuses the user.
        """
        self._connection = connection
        self._engine = engine
        self._door = door
        check(connection, ())
        self._consumer = KafkaConsumer(
            group_id=GROUP,
            client_id=client,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_poll_records=_BATCH,
            fetch_max_bytes=_FETCH,
            max_partition_fetch_bytes=_FETCH,
            allow_auto_create_topics=False,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
            metadata_max_age_ms=3_000,
            **connection.options(),
        )
        self._positions = Positions(self._consumer)
        self._consumer.subscribe(pattern=PATTERN, listener=self._positions)
        self.totals: Counter[str] = Counter()
        self.condition = Condition()

    def run(self, stopping: Callable[[], bool]) -> None:
        """Take batches until `stopping` says so; a batch under way is finished first."""
        try:
            while not stopping():
                self.step()
        finally:
            self._consumer.close()
            self._engine.dispose()
            log.info("router stopped", **self.totals)

    def step(self) -> None:
        """Poll once and take what came; on "not now" stay in the group and wait."""
        try:
            self._place_new()
            batch = self._consumer.poll(timeout_ms=_POLL_MS)
            if batch:
                self._take(batch)
            while self._door.take_inbox(_INBOX):
                pass
            self.condition.fine()
        except NotNowError as error:
            log.warning("database not now", reason=str(error))
            self.condition.waiting(Reason.DATABASE)
            self._positions.rewind()
            self._wait()
        except claims.FencedError as error:
            log.warning("fenced", reason=str(error))
            self._positions.forget()

    def _place_new(self) -> None:
        new = self._positions.unplaced()
        if not new:
            return
        ids = check(self._connection, {partition.topic for partition in new})
        wanted = {(partition.topic, partition.partition) for partition in new}
        with transaction(self._engine) as connection:
            found = claims.positions(cursor(connection), wanted, ids)
        self._positions.place({TopicPartition(*key): offset for key, offset in found.items()}, new)
        log.info("partitions placed", count=len(found))

    def _take(self, batch: Mapping[TopicPartition, Sequence[_Record]]) -> None:
        messages: list[Received] = []
        advances: list[Advance] = []
        expected = self._positions.next
        for partition, records in batch.items():
            if partition not in expected:
                continue
            advances.append(
                claims.Advance(
                    partition.topic,
                    partition.partition,
                    expected[partition],
                    records[-1].offset + 1,
                )
            )
            messages += [Received(r.topic, r.partition, r.offset, r.key, r.value, r.headers) for r in records]
        if not messages:
            return
        outcomes = self._door.take(messages, advances)
        for move in advances:
            expected[TopicPartition(move.topic, move.partition)] = move.following
        self.totals.update(outcomes)
        log.info("batch taken", messages=len(messages), **outcomes)
        self._report(advances)

    def _report(self, advances: Sequence[Advance]) -> None:
        """Tell the broker how far we are, for whoever watches lag there; positions stand in the database."""
        offsets = {
            TopicPartition(move.topic, move.partition): OffsetAndMetadata(move.following, "", -1) for move in advances
        }
        try:
            self._consumer.commit_async(offsets)
        except KafkaError as error:
            log.warning("lag not reported", reason=type(error).__name__)

    def _wait(self) -> None:
        """Stay in the group without taking anything for a moment."""
        held = self._consumer.assignment()
        self._consumer.pause(*held)
        self._consumer.poll(timeout_ms=_WAIT_MS)
        placed = [partition for partition in held if partition in self._positions.next]
        self._consumer.resume(*placed)


class _Record(Protocol):
    """A record as kafka-python hands it out."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
