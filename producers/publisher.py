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

from router.ledger.outbox import BEHIND
from router.messages.envelope import CONTENT_TYPE
from router.wire.connection import WireError, check, there, why_away

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from router.health import Reason
    from router.ledger.outbox import PendingOutput
    from router.wire.connection import Connection

log = structlog.get_logger("bancheng.relay")

_SECONDS = 30.0
_CLOSE_SECONDS = 2.0
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
        self._producer: KafkaProducer | None = self._made()
        self._known: set[str] = set()

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
        try:
            failed = self._published(records, outputs)
        except (KafkaError, WireError):
            self._renew()
            raise
        return _with_later_ones(failed, outputs)

    def _published(
        self, records: Iterable[tuple[str, int, str, bytes]], outputs: Sequence[tuple[PendingOutput, bytes]]
    ) -> dict[PendingOutput, str]:
        producer = self._ready({output.topic for output, _ in outputs})
        promised = [_send(producer, topic, partition, key, value) for topic, partition, key, value in records]
        failed: dict[PendingOutput, str] = {}
        sent: list[tuple[PendingOutput, Any]] = []
        broken: dict[str, str] = {}
        for output, value in outputs:
            if output.topic in broken:
                failed[output] = broken[output.topic]
                continue
            try:
                sent.append((output, _send(producer, output.topic, 0, output.key, value)))
            except _PARKED_FOR as error:
                failed[output] = broken[output.topic] = type(error).__name__
            except KafkaTimeoutError:
                broken |= self._gone(outputs)
                if output.topic not in broken:
                    raise
                failed[output] = broken[output.topic]
        producer.flush(timeout=_SECONDS)
        for promise in promised:
            promise.get(timeout=_SECONDS)
        return failed | self._fates(sent, broken)

    def _fates(self, sent: Sequence[tuple[PendingOutput, Any]], broken: dict[str, str]) -> dict[PendingOutput, str]:
        """Return which outputs did not arrive, and why; raises KafkaError when the broker is away."""
        failed: dict[PendingOutput, str] = {}
        late = False
        for output, promise in sent:
            try:
                promise.get(timeout=_SECONDS)
            except _PARKED_FOR as error:
                failed[output] = type(error).__name__
            except KafkaTimeoutError:
                if not late:
                    late = True
                    broken |= self._gone(sent)
                if output.topic not in broken:
                    raise
                failed[output] = broken[output.topic]
        if late:
            self._renew()
        return failed

    def _renew(self) -> None:
        """Go on with another producer: an idempotent one is of no use once a batch of it has failed.

        kafka-python 3.0.12 keeps waiting for the sequence that never came, and sends nothing more. The other one is
        made when there is something to send: the broker may be away.
        """
        self.close()
        self._producer = None

    def _gone(self, outputs: Iterable[tuple[PendingOutput, Any]]) -> dict[str, str]:
        """Return the topics that aren't there, with what to say of them.

        kafka-python tries such a topic until it runs out of time: asked for once, nobody waits for the next one.

        Raises:
            WireError: the broker is away.
        """
        topics = {output.topic for output, _ in outputs}
        gone = topics - there(self._connection, topics).keys()
        return dict.fromkeys(gone, UnknownTopicOrPartitionError.__name__)

    def _ready(self, topics: set[str]) -> KafkaProducer:
        """Return a producer that asks for a round's new topics together: one by one each takes a tenth of a second."""
        if self._producer is None:
            self._producer, self._known = self._made(), set()
        for topic in topics - self._known:
            self._producer._sender.add_topic(topic)  # noqa: SLF001  # pinned <3.1; only notes the name
        self._known |= topics
        return self._producer

    def why_away(self) -> Reason:
        """Return why nothing arrives: nobody answers at the broker's address, or somebody who stays silent."""
        return why_away(self._connection)

    def close(self) -> None:
        """Send what is under way and let go of the broker; what could not be sent is sent again by the next one."""
        if self._producer is None:
            return
        try:
            self._producer.close(timeout=_CLOSE_SECONDS)
        except KafkaError as error:
            log.warning("producer did not close", reason=type(error).__name__)


def _send(producer: KafkaProducer, topic: str, partition: int, key: str, value: bytes) -> Any:  # noqa: ANN401 (kafka-python's future)
    return producer.send(topic, value=value, key=key.encode(), partition=partition, headers=[CONTENT_TYPE])


def _with_later_ones(
    failed: dict[PendingOutput, str], outputs: Sequence[tuple[PendingOutput, bytes]]
) -> dict[PendingOutput, str]:
    """Park with a failed output the later ones of its case and topic, so that order holds."""
    if not failed:
        return failed
    stopped = {(output.key, output.topic) for output in failed}
    return failed | {
        output: BEHIND for output, _ in outputs if (output.key, output.topic) in stopped and output not in failed
    }
