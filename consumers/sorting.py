"""From what a poll brought to what the door takes: how much of each topic, and in plain values. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from router.door.received import Received
from router.ledger.claims import Advance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kafka import TopicPartition

    from consumers.raw import Unreadable
    from consumers.turns import Batch


def allowed(batch: Batch, allowance: Callable[[str], int | None]) -> tuple[Batch, dict[TopicPartition, int]]:
    """Divide a batch into what may be taken of each topic now, and where to go back to for the rest."""
    taking: Batch = {}
    left: dict[TopicPartition, int] = {}
    room: dict[str, int | None] = {topic: allowance(topic) for topic in {partition.topic for partition in batch}}
    for partition, records in batch.items():
        most = room[partition.topic]
        taken = records if most is None else records[:most]
        if most is not None:
            room[partition.topic] = most - len(taken)
        if taken:
            taking[partition] = taken
        if len(taken) < len(records):
            left[partition] = records[len(taken)].offset
    return taking, left


def received(batch: Batch) -> list[Received]:
    """Return a batch's messages as the door takes them."""
    return [
        Received(record.topic, record.partition, record.offset, record.key, record.value, record.headers)
        for records in batch.values()
        for record in records
    ]


def spanned(piece: Unreadable) -> tuple[Received, Advance]:
    """Return a stretch that can't be unpacked as one message that the door sets aside, and the move behind it."""
    topic, partition = piece.partition
    offsets = span(range(piece.first, piece.following))
    message = Received(topic, partition, piece.first, None, piece.data, fault=piece.code, span=offsets)
    return message, Advance(topic, partition, piece.first, piece.following)


def span(offsets: range) -> str:
    """Return a stretch of offsets as a person reads it: its first and last."""
    return str(offsets.start) if len(offsets) == 1 else f"{offsets.start}-{offsets.stop - 1}"


def heard_of(messages: Iterable[Received]) -> Counter[str]:
    """Return how many messages came of each topic."""
    return Counter(message.topic for message in messages)
