"""Sending a round of messages with an idempotent producer, and knowing for each whether it arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from kafka import KafkaProducer
from kafka.errors import (
    AuthorizationError,
    InvalidTopicError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    UnknownTopicOrPartitionError,
)

from router.messages.envelope import CONTENT_TYPE
from router.wire.connection import NoRightError, check

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from router.ledger.outbox import PendingOutput
    from router.wire.connection import Connection

log = structlog.get_logger("bancheng.relay")

_SECONDS = 30.0
_LINGER_MS = 1000
"""Longer than it takes to hand a round over: its end is flushed, so that the round goes in few requests, at once."""
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
        self._connection = connection
        self._client = client
        self._producer = self._made()

    def _made(self) -> KafkaProducer:
        return KafkaProducer(
            client_id=self._client,
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            batch_size=256 * 1024,
            linger_ms=_LINGER_MS,
            max_request_size=4 * 1024 * 1024,
            max_block_ms=5_000,
            delivery_timeout_ms=12_000,
            request_timeout_ms=10_000,
            allow_auto_create_topics=False,
            **self._connection.options(),
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
        try:
            self._producer.flush(timeout=_SECONDS)
            for promise in promised:
                promise.get(timeout=_SECONDS)
            failed |= self._fates(sent, broken)
        except KafkaTimeoutError:
            self._renew()
            raise
        return _with_later_ones(failed, outputs)

    def _fates(self, sent: Iterable[tuple[PendingOutput, Any]], broken: dict[str, str]) -> dict[PendingOutput, str]:
        """Return which outputs did not arrive, and why; raises KafkaError when the broker is away."""
        failed: dict[PendingOutput, str] = {}
        late = False
        for output, promise in sent:
            try:
                promise.get(timeout=_SECONDS)
            except _PARKED_FOR as error:
                failed[output] = type(error).__name__
            except KafkaTimeoutError:
                late = True
                if output.topic not in broken and self._there(output.topic):
                    raise
                failed[output] = broken[output.topic] = UnknownTopicOrPartitionError.__name__
        if late:
            self._renew()
        return failed

    def _renew(self) -> None:
        """Go on with another producer: an idempotent one is of no use once a batch of it has expired.

        kafka-python 3.0.12 keeps waiting for the sequence that never came, and sends nothing more.
        """
        self.close()
        self._producer = self._made()

    def _there(self, topic: str) -> bool:
        """Whether a topic is there: kafka-python tries a topic that it knew and that is gone until it runs out of time.

        Raises:
            WireError: the broker is away.
        """
        try:
            check(self._connection, (topic,))
        except NoRightError:
            return False
        return True

    def _send(self, topic: str, partition: int, key: str, value: bytes) -> Any:  # noqa: ANN401 (kafka-python's future)
        return self._producer.send(topic, value=value, key=key.encode(), partition=partition, headers=[CONTENT_TYPE])

    def close(self) -> None:
        """Send what is under way and let go of the broker; what could not be sent is sent again by the next one."""
        try:
            self._producer.close(timeout=5)
        except KafkaError as error:
            log.warning("producer did not close", reason=type(error).__name__)


def _with_later_ones(
    failed: dict[PendingOutput, str], outputs: Sequence[tuple[PendingOutput, bytes]]
) -> dict[PendingOutput, str]:
    """Park with a failed output the later ones of its case and topic, so that order holds."""
    if not failed:
        return failed
    stopped = {(output.key, output.topic) for output in failed}
    return failed | {
        output: "behind a parked message"
        for output, _ in outputs
        if (output.key, output.topic) in stopped and output not in failed
    }
