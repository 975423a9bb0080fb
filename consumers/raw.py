"""What stands at a position, batch by batch as the broker keeps it, without unpacking the messages.

kafka-python says that a batch can't be unpacked, but neither always which nor how far it reaches. Here the broker is
asked again for the raw bytes, with a consumer of its own that belongs to no group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kafka import KafkaConsumer
from kafka.errors import CorruptRecordError, KafkaError, UnsupportedCodecError, for_code
from kafka.protocol.consumer import FetchRequest
from kafka.record import MemoryRecords

from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kafka import TopicPartition

    from router.wire.connection import Connection

_BYTES = 8 * 1024 * 1024
"""Two batches of the largest size that a broker of ours takes."""
_WAIT_MS = 500
_NEWEST_FETCH = 12
"""The last version that names topics by their names."""
_NO_SESSION = -1


class Unreadable(NamedTuple):
    """Messages of one partition that can't be unpacked, as one piece of bytes."""

    partition: TopicPartition
    first: int
    following: int
    """The first offset behind them."""
    code: str
    """`corrupt`: the bytes were changed; `undecodable`: packed in a way that is not known here."""
    data: bytes


class DamagedError(SaidError):
    """The broker itself can't read its storage at a position."""


def unreadable(connection: Connection, positions: Mapping[TopicPartition, int]) -> list[Unreadable]:
    """Return what can't be unpacked at these positions; partitions that can be read are left out.

    Raises:
        KafkaError: the broker is away.
        DamagedError: its own storage is damaged, so that nobody knows where the next message begins.
    """
    consumer = KafkaConsumer(enable_auto_commit=False, allow_auto_create_topics=False, **connection.options())
    try:
        consumer.assign(list(positions))
        consumer.end_offsets(list(positions), timeout_ms=10_000)
        found = (_at(consumer, partition, offset) for partition, offset in positions.items())
        return [one for one in found if one is not None]
    finally:
        consumer.close(timeout_ms=1000)


def _at(consumer: KafkaConsumer, partition: TopicPartition, offset: int) -> Unreadable | None:
    answer = _fetched(consumer, partition, offset)
    if answer.error_code:
        error = for_code(answer.error_code)
        if error is CorruptRecordError:
            raise _damaged(partition, offset)
        raise error
    end = answer.high_watermark
    batches = MemoryRecords(answer.records or b"")
    raw: memoryview | None = batches._next_slice  # noqa: SLF001  # pinned <3.1
    if raw is None:
        return None
    code = _fault(batches.next_batch())
    if code is None:
        return None
    return Unreadable(partition, offset, _following(batches, raw, offset, end), code, bytes(raw))


def _fault(batch: Any) -> str | None:  # noqa: ANN401  # an untyped library
    """Return why a batch can't be unpacked; None if it can."""
    try:
        if not batch.validate_crc():
            return "corrupt"
        for _ in batch:
            pass
    except CorruptRecordError:
        return "corrupt"
    except UnsupportedCodecError:
        return "undecodable"
    except Exception:  # noqa: BLE001  # a codec raises whatever it likes at bytes that it can't unpack
        return "undecodable"
    return None


def _following(batches: Iterable[Any], raw: memoryview, offset: int, end: int) -> int:
    """Return the first offset behind the batch `raw`.

    A changed batch may lie about its own length in messages, so the next batch's word counts more.
    """
    following = next((batch.base_offset for batch in batches), None)
    if following is None:
        following = int.from_bytes(raw[0:8], "big") + int.from_bytes(raw[23:27], "big", signed=True) + 1
    return min(max(following, offset + 1), max(end, offset + 1))


def _fetched(consumer: KafkaConsumer, partition: TopicPartition, offset: int) -> Any:  # noqa: ANN401
    """Ask the partition's leader for the bytes at `offset`."""
    wanted = FetchRequest.FetchTopic.FetchPartition(
        partition=partition.partition, current_leader_epoch=-1, fetch_offset=offset, last_fetched_epoch=-1,
        partition_max_bytes=_BYTES,
    )  # fmt: skip
    request = FetchRequest(
        max_wait_ms=_WAIT_MS, min_bytes=1, max_bytes=_BYTES, isolation_level=0, session_id=0,
        session_epoch=_NO_SESSION, topics=[(partition.topic, [wanted])], forgotten_topics_data=[], rack_id="",
        max_version=_NEWEST_FETCH,
    )  # fmt: skip
    leader = consumer._cluster.leader_for_partition(partition)  # noqa: SLF001  # pinned <3.1

    async def asked() -> Any:  # noqa: ANN401
        return await consumer._manager.send(request, node_id=leader)  # noqa: SLF001  # pinned <3.1

    response = consumer._net.run(asked)  # noqa: SLF001  # pinned <3.1
    if response.error_code:
        raise KafkaError(for_code(response.error_code).__name__)
    return response.responses[0].partitions[0]


def _damaged(partition: TopicPartition, offset: int) -> DamagedError:
    topic, number = partition
    command = f"bancheng positions skip {topic} {number} --to {offset + 1}"
    return DamagedError(
        f"Kafka 读不出 {topic} 分区 {number} 自 {offset} 起的内容（其存储已损坏）：请先修复 Kafka；"
        f"确实无法修复时，用 {command} 跳过并留下记录。",
        f"The broker can't read {topic} partition {number} from {offset} on, its storage is damaged: mend it; "
        f"if that can't be done, `{command}` goes on and leaves a record.",
    )
