"""How long batches and rounds take, and what became of them: measured around the door and the publisher, once each."""

from __future__ import annotations

import time
from itertools import groupby
from typing import TYPE_CHECKING

from prometheus_client import Counter, Histogram

from router.ledger.standing import written_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from prometheus_client import CollectorRegistry

    from consumers.router import Takes
    from producers.relay import Publishes
    from router.door.received import Received, Taken
    from router.health import Reason
    from router.ledger.claims import Advance
    from router.ledger.outbox import PendingOutput

_BATCH = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_DELAY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_OUTCOMES = ("decided", "refused", "repeated", "quarantined")


class MeasuredDoor:
    """The door, with its batches measured."""

    def __init__(self, door: Takes, registry: CollectorRegistry) -> None:
        self._door = door
        self._seconds = Histogram(
            "bancheng_batch_seconds",
            "How long a batch took, from reading to commit.",
            buckets=_BATCH,
            registry=registry,
        )
        self._messages = Counter(
            "bancheng_messages", "Messages taken, by what became of them.", ["outcome"], registry=registry
        )
        self._follows = Counter("bancheng_followed", "Commands between cases that were taken.", registry=registry)
        for outcome in _OUTCOMES:
            self._messages.labels(outcome)

    def take(self, messages: Sequence[Received], advances: Sequence[Advance]) -> Taken:
        """Take messages and move positions, or leave no trace."""
        begun = time.perf_counter()
        taken = self._door.take(messages, advances)
        self._seconds.observe(time.perf_counter() - begun)
        for outcome in _OUTCOMES:
            self._messages.labels(outcome).inc(taken.outcomes[outcome])
        return taken

    def take_inbox(self, most: int) -> int:
        """Take commands left by decisions on other cases; return how many."""
        taken = self._door.take_inbox(most)
        self._follows.inc(taken)
        return taken


class MeasuredPublisher:
    """A publisher, with its rounds measured."""

    def __init__(self, publisher: Publishes, registry: CollectorRegistry, now: Callable[[], datetime]) -> None:
        self._publisher = publisher
        self._now = now
        self._seconds = Histogram(
            "bancheng_publish_seconds", "How long a round took until the broker had it.", buckets=_BATCH,
            registry=registry,
        )  # fmt: skip
        self._delay = Histogram(
            "bancheng_publish_delay_seconds",
            "From the decision until the broker had its messages, of the oldest in a round.",
            buckets=_DELAY, registry=registry,
        )  # fmt: skip
        self._published = Counter("bancheng_published", "Messages the broker has.", ["kind"], registry=registry)
        for kind in ("record", "output"):
            self._published.labels(kind)

    def publish(
        self,
        records: Sequence[tuple[str, int, str, bytes]],
        outputs: Sequence[tuple[PendingOutput, bytes]],
    ) -> dict[PendingOutput, str]:
        """Send records and outputs, wait for all, return outputs that failed."""
        begun = time.perf_counter()
        failed = self._publisher.publish(records, outputs)
        self._seconds.observe(time.perf_counter() - begun)
        oldest = min((at for at in _firsts(records, outputs) if at), default=None)
        if oldest is not None:
            self._delay.observe(max(0.0, (self._now() - oldest).total_seconds()))
        self._published.labels("record").inc(len(records))
        self._published.labels("output").inc(len(outputs) - len(failed))
        return failed

    def why_away(self) -> Reason:
        """Return why nothing arrives."""
        return self._publisher.why_away()

    def close(self) -> None:
        """Let go of the broker."""
        self._publisher.close()


def _firsts(
    records: Sequence[tuple[str, int, str, bytes]], outputs: Sequence[tuple[PendingOutput, bytes]]
) -> Iterator[datetime | None]:
    """Yield when the first message of each shard was decided: within a shard the first is the oldest."""
    for _, group in groupby(records, key=lambda record: record[1]):
        yield written_at(next(group)[3])
    for _, group_of in groupby(outputs, key=lambda output: output[0].shard):
        yield written_at(next(group_of)[1])
