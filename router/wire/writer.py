"""Writing events to one topic of one's own, in order per case, and waiting until the broker has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import KafkaProducer
from kafka.errors import AuthorizationError, KafkaError

from router.ledger.shards import shard_of
from router.messages.envelope import CONTENT_TYPE
from router.wire.connection import NoRightError, WireError

if TYPE_CHECKING:
    from typing import Any

    from router.wire.connection import Connection

_SECONDS = 30.0


class NotDeliveredError(WireError):
    """The broker did not confirm a message in time; send it again, its id keeps it from being doubled."""


class TopicWriter:
    """Sends events; the partition is the case's shard, so that one case stays in order."""

    def __init__(self, connection: Connection, topic: str, *, bulk: bool = False) -> None:
        """`bulk` waits a moment to send many at once."""
        self._topic = topic
        self._producer = KafkaProducer(
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            batch_size=256 * 1024,
            linger_ms=20 if bulk else 0,
            max_request_size=4 * 1024 * 1024,
            max_block_ms=10_000,
            allow_auto_create_topics=False,
            **connection.options(),
        )
        self._partitions = len(self._producer.partitions_for(topic))
        self._promised: list[Any] = []

    def send(self, case_id: str, event: bytes) -> None:
        """Hand an event over; `wait` makes sure that it arrived."""
        partition = shard_of(case_id, self._partitions)
        try:
            self._promised.append(
                self._producer.send(
                    self._topic,
                    value=event,
                    key=case_id.encode(),
                    partition=partition,
                    headers=[CONTENT_TYPE],
                )
            )
        except KafkaError as error:
            raise self._explained(error) from error

    def wait(self) -> int:
        """Wait until everything handed over is in the broker; return how many that were.

        Raises:
            NoRightError: this user may not write the topic.
            NotDeliveredError: some could not be confirmed.
        """
        promised, self._promised = self._promised, []
        for promise in promised:
            try:
                promise.get(timeout=_SECONDS)
            except KafkaError as error:
                raise self._explained(error) from error
        return len(promised)

    def close(self) -> None:
        """Send what is under way and let go of the broker."""
        self._producer.close(timeout=5)

    def _explained(self, error: KafkaError) -> WireError:
        if isinstance(error, AuthorizationError):
            return NoRightError(
                f"该用户无权写入 {self._topic}：请使用该主题自己的用户。",
                f"This user may not write to {self._topic}: use the topic's own user.",
            )
        return NotDeliveredError(
            f"Kafka 未确认发往 {self._topic} 的一条消息（{type(error).__name__}）：请重新发送，不会重复立案。",
            f"The broker did not confirm a message to {self._topic} ({type(error).__name__}): send it again.",
        )
