"""Polls that are fair between topics: one with a million messages waiting doesn't hold up one with a single message.

kafka-python hands out what it has fetched partition by partition, and asks for more of the others only when it has
little left. So a topic that filled most of a batch lets the others go first in the next one; its partitions are paused
for that one look, which costs nothing when nobody else has anything.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from kafka import KafkaConsumer, TopicPartition


class Record(Protocol):
    """A record as kafka-python hands it out."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


Batch = dict["TopicPartition", list[Record]]


class Turns:
    """Polls one consumer, topic after topic."""

    def __init__(self, consumer: KafkaConsumer, most: int) -> None:
        """`most` is how many records a batch holds."""
        self._consumer = consumer
        self._most = most
        self._served: frozenset[str] = frozenset()

    def poll(self, flowing: AbstractSet[TopicPartition], wait_ms: int) -> Batch:
        """Return the next records of the partitions `flowing`, waiting up to `wait_ms` for the first."""
        batch: Batch = {}
        others = {partition for partition in flowing if partition.topic not in self._served}
        if self._served and others:
            flow(self._consumer, others)
            batch = self._consumer.poll(timeout_ms=0, max_records=self._most)
        flow(self._consumer, flowing)
        room = self._most - count(batch.values())
        if room:
            more = self._consumer.poll(timeout_ms=0 if batch else wait_ms, max_records=room)
            for partition, records in more.items():
                batch.setdefault(partition, []).extend(records)
        self._served = hogs(batch, self._most)
        return batch


def flow(consumer: KafkaConsumer, flowing: AbstractSet[TopicPartition]) -> None:
    """Let exactly these of the partitions held be read; all others are paused.

    kafka-python 3.0.12 parks what it has unpacked of a paused partition, and takes it up again only while nothing else
    is in line. What was read to its end stays in line for ever, so the partition would never be read again.
    """
    fetcher = consumer._fetcher  # noqa: SLF001  # pinned <3.1; touched by polls only
    if not fetcher._next_partition_records:  # noqa: SLF001
        fetcher._next_partition_records = None  # noqa: SLF001
    held, paused = consumer.assignment(), consumer.paused()
    consumer.pause(*(held - flowing - paused))
    consumer.resume(*(held & flowing & paused))


def hogs(batch: Batch, most: int) -> frozenset[str]:
    """Return the topics that filled a full batch by at least half."""
    if count(batch.values()) < most:
        return frozenset()
    shares: Counter[str] = Counter()
    for partition, records in batch.items():
        shares[partition.topic] += len(records)
    return frozenset(topic for topic, share in shares.items() if 2 * share >= most)


def count(lists: Iterable[Sequence[Record]]) -> int:
    """Return how many records there are."""
    return sum(map(len, lists))
