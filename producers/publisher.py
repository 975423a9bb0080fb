"""Sending a round of messages with an idempotent producer, and knowing for each whether it arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kafka import KafkaProducer
from kafka.errors import (
    AuthorizationError,
    InvalidTopicError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    UnknownTopicOrPartitionError,
)

from router.messages.envelope import CONTENT_TYPE
from router.wire.connection import check

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from router.ledger.outbox import PendingOutput
    from router.wire.connection import Connection

_SECONDS = 30.0
_PARKED_FOR = (
    AuthorizationError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    UnknownTopicOrPartitionError,
)
"""Errors that lie with one topic or message; anything else means that the broker is away."""


class Publisher:
    """A kafka-python producer that tells the fate of every message.

    `flush` doesn't raise for failed deliveries (kafka-python 3), so the futures are asked one by one.
    """

    def __init__(self, connection: Connection, *, client: str) -> None:
        """Connect; raises WireError with the true cause."""
        check(connection, ())
        self._producer = KafkaProducer(
            client_id=client,
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            batch_size=256 * 1024,
            max_request_size=4 * 1024 * 1024,
            max_block_ms=5_000,
            delivery_timeout_ms=30_000,
            request_timeout_ms=10_000,
            allow_auto_create_topics=False,
            **connection.options(),
        )

    def publish(
        self,
        records: Iterable[tuple[str, int, str, bytes]],
        outputs: Sequence[tuple[PendingOutput, bytes]],
    ) -> dict[PendingOutput, str]:
        """Send records (topic, partition, key, value) and outputs, wait for all, return outputs that failed.

        Raises:
            KafkaError: a record failed, or the broker is away; everything has to be sent again.
        """
        promised = [self._send(topic, partition, key, value) for topic, partition, key, value in records]
        failed: dict[PendingOutput, str] = {}
        sent: list[tuple[PendingOutput, Any]] = []
        broken: dict[str, str] = {}
        for output, value in outputs:
            if output.topic in broken:
                failed[output] = broken[output.topic]
                continue
            try:
                sent.append((output, self._send(output.topic, 0, output.key, value)))
            except (*_PARKED_FOR, KafkaTimeoutError) as error:
                failed[output] = broken[output.topic] = type(error).__name__
        for promise in promised:
            promise.get(timeout=_SECONDS)
        for output, promise in sent:
            try:
                promise.get(timeout=_SECONDS)
            except _PARKED_FOR as error:
                failed[output] = type(error).__name__
        return _with_later_ones(failed, outputs)

    def _send(self, topic: str, partition: int, key: str, value: bytes) -> Any:  # noqa: ANN401 (kafka-python's future)
        return self._producer.send(topic, value=value, key=key.encode(), partition=partition, headers=[CONTENT_TYPE])

    def close(self) -> None:
        """Send what is under way and let go of the broker."""
        self._producer.close(timeout=5)


def _with_later_ones(
    failed: dict[PendingOutput, str], outputs: Sequence[tuple[PendingOutput, bytes]]
) -> dict[PendingOutput, str]:
    """Park with a failed output the later ones of its case and topic, so that order holds."""
    stopped = {(output.key, output.topic) for output in failed}
    return failed | {
        output: "behind a parked message"
        for output, _ in outputs
        if (output.key, output.topic) in stopped and output not in failed
    }
