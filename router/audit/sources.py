"""Where records and anchors are read from: the database, the topic `ledger`, or an export. Each streams.

Kafka holds every record at least once: a relay that was cut short sends its last round again.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from sqlalchemy import text

from router.audit.anchor import looks_like_anchor
from router.audit.exported import ExportSource, other_rules
from router.audit.source import DamagedError, Head, Kept, Place, Source, SourceError
from router.ledger.database import transaction
from router.wire.connection import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Engine

    from router.wire.connection import Connection

__all__ = ["DamagedError", "DatabaseSource", "ExportSource", "KafkaSource", "Source", "SourceError"]

TOPIC = "ledger"
_ROWS = 2000
"""Rows fetched at once: a few megabytes."""
_SILENT_MS = 10_000
"""How long the broker may say nothing before it counts as away."""
_FETCH = 8 * 1024 * 1024
_SHARDS = """
    WITH RECURSIVE found (shard) AS (
        SELECT min(shard) FROM records
        UNION ALL SELECT (SELECT min(r.shard) FROM records AS r WHERE r.shard > found.shard) FROM found
        WHERE found.shard IS NOT NULL)
    SELECT shard FROM found WHERE shard IS NOT NULL
"""
"""The shards that records name, by one look into the index each."""


class DatabaseSource:
    """The tables of an installation, read through cursors of the server: flat memory whatever their size."""

    repeats = False

    def __init__(self, engine: Engine) -> None:
        """Read through `engine`; the auditor's role is enough. Raises NotNowError, NoRightError."""
        self._engine = engine
        with transaction(engine) as connection:
            self._shards = int(connection.execute(text("SELECT shards FROM installation")).scalar_one())

    @property
    def shards(self) -> int:
        """The number of shards of the installation."""
        return self._shards

    def heads(self) -> list[Head]:
        """Return the rows of `shards`, all of one moment."""
        with transaction(self._engine) as connection:
            rows = connection.execute(text("SELECT shard, sequence, head FROM shards ORDER BY shard")).all()
        return [Head(shard, sequence, bytes(head)) for shard, sequence, head in rows]

    def rules(self) -> Iterator[str]:
        """Yield the names of policies and models that are others than their hashes say; one is read at a time."""
        for table, ending in (("policies", ".json"), ("models", "")):
            with transaction(self._engine) as connection:
                known = connection.execute(text(f"SELECT hash FROM {table} ORDER BY hash")).scalars().all()  # noqa: S608
            for digest in known:
                with transaction(self._engine) as connection:
                    query = text(f"SELECT content FROM {table} WHERE hash = :hash")  # noqa: S608 (likewise our own)
                    content = connection.execute(query, {"hash": digest}).scalar_one()
                if other_rules(name := f"{table}/{digest}{ending}", bytes(content)):
                    yield name

    def anchors(self) -> Iterator[bytes]:
        """Yield the rows of `anchors` by number."""
        with self._streamed("SELECT bytes FROM anchors ORDER BY number") as rows:
            for (data,) in rows:
                yield data

    def records(self, shard: int) -> Iterator[bytes]:
        """Yield a shard's records by sequence."""
        with self._streamed("SELECT bytes FROM records WHERE shard = %s ORDER BY sequence", shard) as rows:
            for (data,) in rows:
                yield data

    def places(self) -> Iterator[Place]:
        """Yield all records, shard by shard, with what stands beside them."""
        statement = "SELECT bytes, sequence, case_id::text, hash FROM records WHERE shard = %s ORDER BY sequence"
        for shard in self._standing():
            with self._streamed(statement, shard) as rows:
                for data, sequence, case, digest in rows:
                    yield Place(shard, data, Kept(sequence, case, digest))

    def _standing(self) -> list[int]:
        """Return every shard that has or should have records, those that the installation doesn't know too."""
        with transaction(self._engine) as connection:
            found = connection.execute(text(_SHARDS)).scalars().all()
        return sorted({*range(self._shards), *found})

    @contextmanager
    def _streamed(self, statement: str, *given: int) -> Iterator[Iterator[Any]]:
        """Run a statement through a cursor of the server."""
        with transaction(self._engine) as connection:
            driver = connection.connection.driver_connection
            if not isinstance(driver, psycopg.Connection):
                raise TypeError("the ledger needs psycopg 3: use a postgresql+psycopg:// address")
            with driver.cursor("bancheng_audit", binary=True) as cur:
                cur.itersize = _ROWS
                cur.execute(statement, given)
                yield iter(cur)


class KafkaSource:
    """The topic `ledger` as any user reads it who may (`auditor`); without a group, so that nothing is left behind."""

    repeats = True

    def __init__(self, connection: Connection, *, topic: str = TOPIC) -> None:
        """Find the topic; raises WireError with the true cause."""
        check(connection, (topic,))
        self._connection = connection
        self._topic = topic
        with self._consumer() as consumer:
            self._partitions = sorted(consumer.partitions_for_topic(topic) or ())

    @property
    def shards(self) -> int:
        """The number of the topic's partitions: one a shard."""
        return len(self._partitions)

    def heads(self) -> list[Head]:
        """Return nothing: a topic says nothing about itself."""
        return []

    def rules(self) -> Iterator[str]:
        """Yield nothing: a topic holds no policies and no models."""
        yield from ()

    def anchors(self) -> Iterator[bytes]:
        """Yield the anchors, which stand among the records of shard 0, as they were published: at least once each."""
        for batch in self._batches([0]):
            yield from (message.value for message in batch if looks_like_anchor(message.value or b""))

    def records(self, shard: int) -> Iterator[bytes]:
        """Yield what stands in a shard's partition but anchors; a record may come again, as it was."""
        for batch in self._batches([shard]):
            yield from (message.value or b"" for message in batch if not looks_like_anchor(message.value or b""))

    def places(self) -> Iterator[Place]:
        """Yield everything up to where the topic ends now: records, and the anchors among them."""
        for batch in self._batches(self._partitions):
            shard = batch[0].partition
            for message in batch:
                yield Place(shard, message.value or b"")

    def _batches(self, partitions: list[int]) -> Iterator[list[Any]]:
        """Yield messages of one partition at a time, up to where the partitions end when reading begins.

        Raises:
            SourceError: the broker fell silent.
        """
        with self._consumer() as consumer:
            wanted = [TopicPartition(self._topic, number) for number in partitions]
            consumer.assign(wanted)
            ends = consumer.end_offsets(wanted)
            consumer.seek_to_beginning(*wanted)
            left = {place for place in wanted if consumer.position(place) < ends[place]}
            consumer.pause(*(place for place in wanted if place not in left))
            while left:
                found = consumer.poll(timeout_ms=_SILENT_MS)
                if not found:
                    raise SourceError(
                        f"读取主题 {self._topic} 时 Kafka 不再应答：请稍后再试。",
                        f"The broker fell silent while {self._topic} was read: try again later.",
                    )
                for place, batch in found.items():
                    yield [message for message in batch if message.offset < ends[place]]
                    if batch[-1].offset + 1 >= ends[place]:
                        left.discard(place)
                        consumer.pause(place)

    @contextmanager
    def _consumer(self) -> Iterator[KafkaConsumer]:
        consumer = KafkaConsumer(
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            max_poll_records=4000,
            fetch_max_bytes=4 * _FETCH,
            max_partition_fetch_bytes=_FETCH,
            **self._connection.options(),
        )
        try:
            yield consumer
        except KafkaError as error:
            raise SourceError(
                f"读取主题 {self._topic} 未能完成（{type(error).__name__}）。",
                f"The topic {self._topic} could not be read ({type(error).__name__}).",
            ) from error
        finally:
            consumer.close()
