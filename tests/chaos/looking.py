"""Reading what stands in the topics and in the tables: a plain consumer, plain SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from checker import Found, OutputRow, RecordRow, Stood
from kafka import KafkaConsumer, TopicPartition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

INPUTS = ("cases.", "responses.", "feedback.")
OUTPUTS = ("results.", "assignments.", "quarantine")
_IDLE_POLLS = 20


def read_topics(options: Mapping[str, Any]) -> dict[str, list[Stood]]:
    """Return everything that stands in every topic now, each partition in its order."""
    consumer = KafkaConsumer(
        enable_auto_commit=False, auto_offset_reset="earliest", max_poll_records=5000, fetch_max_bytes=32 << 20,
        max_partition_fetch_bytes=8 << 20, **options,
    )  # fmt: skip
    try:
        topics = sorted(topic for topic in consumer.topics() if not topic.startswith("__"))
        partitions = [TopicPartition(t, n) for t in topics for n in sorted(consumer.partitions_for_topic(t) or ())]
        ends = consumer.end_offsets(partitions)
        filled = [partition for partition in partitions if ends[partition]]
        found: dict[str, list[Stood]] = {topic: [] for topic in topics}
        consumer.assign(filled)
        idle = 0
        while filled and idle < _IDLE_POLLS and any(consumer.position(p) < ends[p] for p in filled):
            batch = consumer.poll(timeout_ms=500)
            idle = 0 if batch else idle + 1
            for records in batch.values():
                found[records[0].topic] += [Stood(r.topic, r.partition, r.offset, r.key, r.value) for r in records]
        return found
    finally:
        consumer.close()


def read_tables(url: str) -> dict[str, Any]:
    """Return the tables as the checker wants them; `url` is libpq's."""
    with psycopg.connect(url) as connection:
        connection.execute("SET statement_timeout = 0")

        def rows(query: str) -> Sequence[Any]:
            return connection.execute(query).fetchall()

        return {
            "records": [
                RecordRow(*row) for row in rows("SELECT shard, sequence, case_id::text, bytes, hash FROM records")
            ],
            "heads": {row[0]: (row[1], row[2]) for row in rows("SELECT shard, sequence, head FROM shards")},
            "outputs": [OutputRow(*row) for row in rows("SELECT shard, position, topic, key, event FROM outputs")],
            "states": dict(rows("SELECT id::text, state FROM cases")),
            "quarantine": rows('SELECT topic, partition, "offset", code FROM quarantine'),
            "positions": {
                (row[0], row[1]): row[2] for row in rows("SELECT topic, partition, next_offset FROM positions")
            },
            "waiting": {
                name: rows(f"SELECT count(*) FROM {name}")[0][0]  # noqa: S608 (two names of our own)
                for name in ("inbox", "parked")
            },
        }


def look(options: Mapping[str, Any], url: str) -> Found:
    """Return everything the checker needs."""
    topics = read_topics(options)

    def of(prefixes: Iterable[str]) -> list[Stood]:
        return [one for topic, stood in topics.items() if topic.startswith(tuple(prefixes)) for one in stood]

    return Found(inputs=of(INPUTS), ledger=of(("ledger",)), told=of(OUTPUTS), **read_tables(url))
