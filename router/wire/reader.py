"""Reading one topic of one's own: every event once, in order, going on where the last reading ended.

A topic with one reader needs no group rebalancing: its partition is assigned by hand, and only the offset
is kept with the broker under the group's name.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

import orjson
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from router.messages.trace import taken
from router.wire.client_keys import NO_KEYS

if TYPE_CHECKING:
    from typing import Any

    from router.wire.client_keys import ClientKeys
    from router.wire.connection import Connection

_REMEMBERED = 10_000


class Event(NamedTuple):
    """A CloudEvent as a reader sees it."""

    id: str
    type: str
    case_id: str
    data: dict[str, Any]
    partition: int
    offset: int
    trace: str | None = None
    """The trace that it belongs to, as `traceparent` says."""
    unopened: str | None = None
    """The id of the key that its details are sealed to, where this reader doesn't have it: they are as they came."""


class TopicReader:
    """Reads the events of one topic; repeats of a message are dropped by their id."""

    def __init__(self, connection: Connection, topic: str, *, group: str | None, keys: ClientKeys = NO_KEYS) -> None:
        """Start where `group` last ended, or at the beginning; without a group nothing is remembered.

        `keys` open details that are sealed to whose topic it is.
        Without the right to read a topic Kafka answers with silence: let `connection.check` ask first.
        """
        self._consumer = KafkaConsumer(
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            max_poll_records=2000,
            **connection.options(),
        )
        partitions = sorted(self._consumer.partitions_for_topic(topic) or {0})
        self._partitions = [TopicPartition(topic, number) for number in partitions]
        self._consumer.assign(self._partitions)
        self._remembers = group is not None
        self._keys = keys
        self._seen: OrderedDict[str, None] = OrderedDict()

    def poll(self, seconds: float) -> list[Event]:
        """Return the next events, waiting up to `seconds` for the first."""
        batch = self._consumer.poll(timeout_ms=int(seconds * 1000))
        events = []
        for partition, records in batch.items():
            for record in records:
                content = orjson.loads(record.value)
                if content["id"] in self._seen:
                    continue
                self._remember(content["id"])
                data, unopened = self._keys.opened(content)
                events.append(
                    Event(
                        content["id"],
                        content["type"],
                        content["subject"],
                        data,
                        partition.partition,
                        record.offset,
                        taken(content.get("traceparent")),
                        unopened,
                    )
                )
        return events

    def at_end(self) -> bool:
        """Whether everything that stands in the topic now has been read."""
        ends = self._consumer.end_offsets(self._partitions)
        return all(self._consumer.position(partition) >= end for partition, end in ends.items())

    def done(self) -> None:
        """Remember with the broker that everything read so far is dealt with."""
        if self._remembers:
            self._consumer.commit({p: OffsetAndMetadata(self._consumer.position(p), "", -1) for p in self._partitions})

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()

    def _remember(self, event_id: str) -> None:
        self._seen[event_id] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
