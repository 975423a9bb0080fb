"""The router's consumer: poll, take the batch through the door, move on; stop taking when told "not now"."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import (
    AuthorizationError,
    CorruptRecordError,
    KafkaError,
    LogTruncationError,
    OffsetOutOfRangeError,
)
from kafka.structs import OffsetAndMetadata

from consumers.bounds import bounds, check_bounds
from consumers.breaker import Breakers
from consumers.positions import Positions
from consumers.pulse import Pulse
from consumers.raw import unreadable
from consumers.sorting import allowed, heard_of, received, spanned
from consumers.turns import Turns, flow
from router.health import Condition, Reason
from router.ledger import claims
from router.ledger.claims import Advance
from router.ledger.database import NotNowError, cursor, transaction
from router.wire.connection import BrokerAwayError, NoRightError, check

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.engine import Engine

    from consumers.breaker import BreakerRules
    from consumers.turns import Batch
    from router.door.received import Received, Taken
    from router.wire.connection import Connection

GROUP = "bancheng-router"
PATTERN = r"^(cases|responses|feedback)\.[a-z0-9-]{1,60}$"
_BATCH = 2000
_FETCH = 8 * 1024 * 1024
_POLL_MS = 1000
_PATIENT_MS = 1000
"""How long the broker may keep a request that it has nothing for: asking is all that an idle router does."""
_WAIT_MS = 1000
_CLOSE_MS = 2000
_INBOX = 500
_LOOK_SECONDS = 1.0
"""Between two looks at the inbox for what other processes leave there; what a batch leaves is taken at once."""
_LONG_AGO = float("-inf")

log = structlog.get_logger("bancheng.router")


class Takes(Protocol):
    """The door, as the consumer sees it."""

    def take(self, messages: Sequence[Received], advances: Sequence[Advance]) -> Taken:
        """Take messages and move positions, or leave no trace."""
        ...

    def take_inbox(self, most: int) -> int:
        """Take commands left by decisions on other cases; return how many."""
        ...


class RouterConsumer:
    """Reads every input topic as one member of the group; one per process."""

    def __init__(
        self, connection: Connection, engine: Engine, door: Takes, *, client: str, rules: BreakerRules | None = None
    ) -> None:
        """Join the group; `client` names this process to the broker, `rules` are those of the breakers.

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
            fetch_max_wait_ms=_PATIENT_MS,
            allow_auto_create_topics=False,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
            metadata_max_age_ms=5_000,
            **connection.options(),
        )
        self._positions = Positions(self._consumer)
        self._pulse = Pulse(self._consumer, connection)
        self._turns = Turns(self._consumer, _BATCH)
        self._breakers = Breakers(rules) if rules else Breakers()
        self._consumer.subscribe(pattern=PATTERN, listener=self._positions)
        self._looked = _LONG_AGO
        self.totals: Counter[str] = Counter()
        self.condition = Condition()

    def run(self, stopping: Callable[[], bool]) -> None:
        """Take batches until `stopping` says so; a batch under way is finished first.

        Raises:
            GapError: messages that are to be taken next are gone from the broker.
            DamagedError: the broker can't read its own storage.
            WireError: a right that is missing.
        """
        try:
            while not stopping():
                self.step()
        finally:
            self._consumer.close(timeout_ms=_CLOSE_MS)
            self._engine.dispose()
            log.info("router stopped", **self.totals)

    def step(self) -> None:
        """Poll once and take what came; on "not now" stay in the group and wait."""
        try:
            self._place_new()
            batch = self._polled()
            if batch:
                self._take(batch)
            if time.monotonic() - self._looked > _LOOK_SECONDS:
                while self._door.take_inbox(_INBOX):
                    pass
                self._looked = time.monotonic()
            self._say(self._pulse.away())
        except NotNowError as error:
            self._hold(Reason.DATABASE, str(error))
        except (BrokerAwayError, KafkaError) as error:
            self._hold(self._pulse.away() or Reason.BROKER, type(error).__name__)
        except claims.FencedError as error:
            log.warning("fenced", reason=str(error))
            self._positions.forget()

    def _place_new(self) -> None:
        anew = self._pulse.made_anew(self._positions.ids)
        if anew:
            log.warning("topics made anew", topics=sorted(anew))
            self._positions.forget()
        new = self._positions.unplaced()
        if not new:
            return
        try:
            ids = check(self._connection, {partition.topic for partition in new})
        except NoRightError as error:
            log.warning("topics gone", reason=str(error))  # deleted while they were handed over: a rebalance follows
            return
        wanted = {(partition.topic, partition.partition) for partition in new}
        with transaction(self._engine) as connection:
            found = claims.positions(cursor(connection), wanted, ids)
        offsets = {TopicPartition(*key): offset for key, offset in found.items()}
        check_bounds(offsets, bounds(self._consumer, offsets))
        self._positions.place(offsets, new, ids)
        log.info("partitions placed", count=len(found))

    def _polled(self) -> Batch:
        """Poll; what can't be unpacked is set aside, and what is no longer there is looked for anew."""
        try:
            return self._turns.poll(self._flowing(), _POLL_MS)
        except (OffsetOutOfRangeError, LogTruncationError) as error:
            log.warning("positions not there", reason=type(error).__name__)
            self._positions.forget()
        except AuthorizationError as error:
            raise NoRightError(
                "router 用户无权读取输入主题：请运维执行 bancheng topics create。",
                f"The router may not read its topics ({error}): let an operator run `bancheng topics create`.",
            ) from error
        except Exception as error:  # a codec raises whatever it likes
            log.warning("poll failed", reason=type(error).__name__)
            if not self._pass_over(broken=isinstance(error, CorruptRecordError)):
                raise
        return {}

    def _flowing(self) -> set[TopicPartition]:
        """Return the partitions that may be read now: placed, and of a topic that doesn't rest."""
        now = datetime.now(UTC)
        return {p for p in self._positions.next if self._breakers.allowance(p.topic, now) != 0}

    def _take(self, batch: Batch) -> None:
        now = datetime.now(UTC)
        expected = self._positions.next
        held = {partition: records for partition, records in batch.items() if partition in expected}
        taking, left = allowed(held, lambda topic: self._breakers.allowance(topic, now))
        self._positions.back_to(left)
        if not taking:
            return
        advances = [
            Advance(partition.topic, partition.partition, expected[partition], records[-1].offset + 1)
            for partition, records in taking.items()
        ]
        self._through(received(taking), advances)
        self._report(advances)

    def _through(self, messages: Sequence[Received], advances: Sequence[Advance]) -> None:
        """Take messages through the door, and remember what became of them."""
        taken = self._door.take(messages, advances)
        for move in advances:
            self._positions.next[TopicPartition(move.topic, move.partition)] = move.following
        if taken.follows:
            self._looked = _LONG_AGO
        self.totals.update(taken.outcomes)
        log.info("batch taken", messages=len(messages), **taken.outcomes)
        before = self._breakers
        self._breakers = before.after(heard_of(messages), taken.bad, datetime.now(UTC))
        if self._breakers is not before:
            self._tell_of_breakers(before)

    def _tell_of_breakers(self, before: Breakers) -> None:
        resting, rested = self._breakers.paused(), {one.topic for one in before.paused()}
        for one in resting:
            if one.topic not in rested:
                log.error("breaker opened", topic=one.topic, again_at=one.again_at.isoformat())
        for topic in rested - {one.topic for one in resting}:
            log.warning("breaker closed", topic=topic)
        self.condition.paused(resting, self._breakers.opened)

    def _pass_over(self, *, broken: bool) -> bool:
        """Set aside, each with its position, the batches that can't be unpacked, and read on behind them.

        Return whether that was the trouble; `broken` says that it surely was. kafka-python's next poll would go
        round for ever in the remains of the batch that failed, so they are dropped.
        """
        fetcher = self._consumer._fetcher  # noqa: SLF001  # pinned <3.1; touched by polls only, as here
        stuck, fetcher._next_partition_records = fetcher._next_partition_records, None  # noqa: SLF001
        if not (stuck or broken):
            return False
        expected = dict(self._positions.next)
        suspects = {p: o for p, o in expected.items() if p == stuck.topic_partition} if stuck else expected
        for piece in unreadable(self._connection, suspects):
            message, advance = spanned(piece)
            self._through([message], [advance])
            log.error("unreadable batch set aside", topic=advance.topic, partition=advance.partition,
                      offset=advance.expected, following=advance.following, code=piece.code)  # fmt: skip
        self._positions.rewind()
        return True

    def _report(self, advances: Sequence[Advance]) -> None:
        """Tell the broker how far we are, for whoever watches lag there; positions stand in the database."""
        offsets = {
            TopicPartition(move.topic, move.partition): OffsetAndMetadata(move.following, "", -1) for move in advances
        }
        try:
            self._consumer.commit_async(offsets)
        except KafkaError as error:
            log.warning("lag not reported", reason=type(error).__name__)

    def _hold(self, reason: Reason, why: str) -> None:
        """Go back to what isn't taken, and stay in the group without taking anything for a moment."""
        self._say(reason, why)
        self._positions.rewind()
        flow(self._consumer, set())
        try:
            self._consumer.poll(timeout_ms=_WAIT_MS)
        except KafkaError as error:
            log.warning("poll failed", reason=type(error).__name__)

    def _say(self, reason: Reason | None, why: str = "") -> None:
        """Let the condition tell what is waited for, and log it once."""
        if reason is None:
            if self.condition.fine():
                log.info("router at work")
        elif self.condition.waiting(reason):
            log.warning("router waits", reason=reason.value, why=why)
