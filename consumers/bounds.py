"""Whether what is to be read next is still there: a gap is told and never jumped over.

The broker forgets messages after the topic's retention. A service that was away for longer, or a topic that was cut
off or restored from a copy, leaves a position that the topic no longer has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kafka import KafkaConsumer, TopicPartition

_ASK_MS = 10_000


class Bounds(NamedTuple):
    """The offsets that a partition holds."""

    earliest: int
    end: int
    """The offset that the next message will get."""


class GapError(SaidError):
    """A position lies outside what its partition holds: messages were lost, or the topic was cut off."""


def bounds(consumer: KafkaConsumer, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]:
    """Ask the broker what these partitions hold; raises KafkaError."""
    wanted = list(partitions)
    earliest = consumer.beginning_offsets(wanted, timeout_ms=_ASK_MS)
    ends = consumer.end_offsets(wanted, timeout_ms=_ASK_MS)
    return {partition: Bounds(earliest[partition], ends[partition]) for partition in wanted}


def check_bounds(positions: Mapping[TopicPartition, int], held: Mapping[TopicPartition, Bounds]) -> None:
    """Make sure that every position lies within what its partition holds.

    Raises:
        GapError: names the first that doesn't, how much is missing, and how to go on.
    """
    for partition, offset in sorted(positions.items()):
        earliest, end = held[partition]
        if offset < earliest:
            raise _lost(partition, offset, earliest)
        if offset > end:
            raise _beyond(partition, offset, end)


def _lost(partition: TopicPartition, offset: int, earliest: int) -> GapError:
    topic, number = partition
    command = f"bancheng positions skip {topic} {number}"
    missing = earliest - offset
    return GapError(
        f"{topic} 分区 {number} 应从 {offset} 读起，但 Kafka 只保留了 {earliest} 之后的消息，缺 {missing} 条："
        f"请向发送方核对补发；用 {command} 记录缺失并继续（bancheng positions list 查看全部）。",
        f"{topic} partition {number} is to be read from {offset}, but the broker keeps only what stands from "
        f"{earliest} on: {missing} messages are missing. Have them sent again; `{command}` records the loss and "
        "goes on (`bancheng positions list` shows all).",
    )


def _beyond(partition: TopicPartition, offset: int, end: int) -> GapError:
    topic, number = partition
    command = f"bancheng positions reread {topic} {number}"
    return GapError(
        f"{topic} 分区 {number} 已读到 {offset}，但 Kafka 中只到 {end}（缺 {offset - end} 条）："
        f"主题被截断或由旧备份恢复。用 {command} 从头再读并继续；已收过的消息不会重复立案。",
        f"{topic} partition {number} has been read up to {offset}, but the broker has it only up to {end} "
        f"({offset - end} messages fewer): it was cut off or restored from an older copy. `{command}` reads it again "
        "from its beginning and goes on; what was taken before is recognised.",
    )
