"""The topic `ledger` as measures use it: filled from an export, and read by a consumer that does nothing with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from router.audit.sources import ExportSource

if TYPE_CHECKING:
    from pathlib import Path

    from bancheng.compose import House


def publish(house: House, folder: Path) -> int:
    """Publish an export's records to `ledger`, as the relay does; return how many bytes they have."""
    producer = KafkaProducer(
        acks="all", compression_type="lz4", batch_size=256 * 1024, linger_ms=50,
        max_request_size=4 * 1024 * 1024, **house.connection("router").options(),
    )  # fmt: skip
    size = 0
    for place in ExportSource(folder).places():
        shard = int(place.data.split(b'"shard":', 1)[1].split(b",", 1)[0])
        producer.send("ledger", place.data, key=place.data[-36:], partition=shard)
        size += len(place.data)
    producer.flush(timeout=600)
    producer.close()
    return size


def consume(house: House) -> None:
    """Read the topic to its end with a bare consumer, and do nothing with it."""
    consumer = KafkaConsumer(
        group_id=None, enable_auto_commit=False, auto_offset_reset="earliest", max_poll_records=4000,
        fetch_max_bytes=32 * 1024 * 1024, max_partition_fetch_bytes=8 * 1024 * 1024,
        **house.connection("auditor").options(),
    )  # fmt: skip
    partitions = [TopicPartition("ledger", number) for number in consumer.partitions_for_topic("ledger") or ()]
    consumer.assign(partitions)
    left = sum(consumer.end_offsets(partitions).values())
    while left:
        left -= sum(map(len, consumer.poll(timeout_ms=5000).values()))
    consumer.close()
