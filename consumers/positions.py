"""Which partitions are held and where to read on; the rebalance listener that hands them over.

The listener runs on kafka-python's I/O thread, where a blocking call raises, and what it raises comes out of the next
poll (kafka-python 917). So it only seeks, pauses and notes; the loop does the rest.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from kafka import ConsumerRebalanceListener, TopicPartition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kafka import KafkaConsumer


class Positions(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python ships no types
    """The partitions held by this process and the offset each is to be read from."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        """Follow the assignments of `consumer`."""
        self._consumer = consumer
        self._lock = threading.Lock()
        self._round = 0
        self._new: dict[TopicPartition, int] = {}
        self.next: dict[TopicPartition, int] = {}
        self.ids: dict[str, str] = {}
        """The id that each topic bore when its positions were read."""

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Forget them: another process reads on from the database.

        kafka-python 3.0.12 drops a join that outlasts one poll when a change of topics set it off: its leader notes
        the new topics before the join is done, sees no reason to join any more, and never reads again. Asking for
        the join by name keeps the reason until it is done.
        """
        with self._lock:
            for partition in revoked:
                self._new.pop(partition, None)
                self.next.pop(partition, None)
        self._consumer._coordinator.request_rejoin()  # noqa: SLF001  # pinned <3.1; only sets a flag

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Hold them still until the loop knows where to read on."""
        for partition in assigned:
            self._consumer.seek(partition, 0)
            self._consumer.pause(partition)
        self._ask(assigned)

    def unplaced(self) -> dict[TopicPartition, int]:
        """Return the partitions whose position has to be read from the database, each with the round that asks.

        One that is held without ever having been handed over (the listener was not called, or not to its end) would
        be read by nobody: it is asked for as well.
        """
        held = self._consumer.assignment()
        with self._lock:
            overlooked = held - self.next.keys() - self._new.keys()
        if overlooked:
            self._ask(overlooked)
        with self._lock:
            return dict(self._new)

    def place(
        self, offsets: Mapping[TopicPartition, int], asked: Mapping[TopicPartition, int], ids: Mapping[str, str]
    ) -> None:
        """Go to these offsets, as far as their partitions are still held; `ids` are their topics' ids.

        What has been handed over anew since it was `asked` for stays to be placed.
        """
        held = self._consumer.assignment()
        self.ids = {**{topic: known for topic, known in self.ids.items() if topic in {p.topic for p in held}}, **ids}
        for partition, offset in offsets.items():
            if partition in held:
                self._consumer.seek(partition, offset)
            with self._lock:
                if self._new.get(partition) == asked[partition]:
                    del self._new[partition]
                    if partition in held:
                        self.next[partition] = offset

    def forget(self) -> None:
        """Read all positions anew: what this process thought it knew is void."""
        held = self._consumer.assignment()
        with self._lock:
            self.next.clear()
        self._ask(held)

    def rewind(self) -> None:
        """After a failure, go back to what is not taken yet (poll has moved past it)."""
        with self._lock:
            offsets = dict(self.next)
        self.back_to(offsets)

    def back_to(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Go to these offsets, which are taken next, where poll has moved past them or can't get past them."""
        held = self._consumer.assignment()
        for partition, offset in offsets.items():
            if partition in held:
                self._consumer.seek(partition, offset)

    def _ask(self, partitions: Iterable[TopicPartition]) -> None:
        with self._lock:
            self._round += 1
            self._new.update(dict.fromkeys(partitions, self._round))
