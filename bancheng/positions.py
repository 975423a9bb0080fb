"""How far the input topics are taken, beside what the broker holds; going on over a gap leaves a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import structlog
from kafka import KafkaConsumer, TopicPartition

from consumers.bounds import bounds
from consumers.sorting import span
from router.door.received import Received
from router.ledger import reading
from router.ledger.claims import Advance, FencedError
from router.ledger.database import transaction
from router.saying import SaidError
from router.wire.connection import check

if TYPE_CHECKING:
    from bancheng.compose import House

log = structlog.get_logger("bancheng.positions")


class PositionError(SaidError):
    """A position can't be moved as asked."""


class Place(NamedTuple):
    """A partition's position, and what the broker holds of it."""

    topic: str
    partition: int
    position: int
    earliest: int
    end: int

    @property
    def missing(self) -> int:
        """How many messages are gone from the broker before they were read."""
        return max(0, self.earliest - self.position)

    @property
    def beyond(self) -> int:
        """By how many messages the position lies beyond the partition's end."""
        return max(0, self.position - self.end)


def places(house: House) -> list[Place]:
    """Return the positions of all topics that are still there; raises WireError, NotNowError, KafkaError."""
    with transaction(house.engine) as connection:
        rows = reading.list_positions(connection)
    given = house.connection("router")
    check(given, ())
    consumer = KafkaConsumer(enable_auto_commit=False, allow_auto_create_topics=False, **given.options())
    try:
        there = consumer.topics()
        known = {TopicPartition(row.topic, row.partition): row.next_offset for row in rows if row.topic in there}
        held = bounds(consumer, known)
    finally:
        consumer.close(timeout_ms=1000)
    return [Place(p.topic, p.partition, offset, held[p].earliest, held[p].end) for p, offset in known.items()]


def skip(house: House, place: Place, to: int | None) -> Place:
    """Go on behind what is gone, or at offset `to`; the stretch stands in quarantine as `lost`.

    Raises:
        PositionError: nothing is missing there, or `to` lies outside what the broker holds.
        NotNowError: the database is away.
    """
    target = place.earliest if to is None else to
    if target <= place.position:
        raise PositionError(
            f"{place.topic} 分区 {place.partition} 没有缺失：下一条为 {place.position}，无需跳过。",
            f"{place.topic} partition {place.partition} lacks nothing: it goes on at {place.position}.",
        )
    if not place.earliest <= target <= place.end:
        raise PositionError(
            f"{place.topic} 分区 {place.partition} 只有 {place.earliest} 至 {place.end}：请改 --to。",
            f"{place.topic} partition {place.partition} holds {place.earliest} to {place.end}: change --to.",
        )
    return _moved(house, place, target, "lost", range(place.position, target))


def reread(house: House, place: Place) -> Place:
    """Read a topic that was cut off again from its beginning; what is gone stands in quarantine as `reread`.

    Raises:
        PositionError: the position lies within what the broker holds.
        NotNowError: the database is away.
    """
    if not place.beyond:
        raise PositionError(
            f"{place.topic} 分区 {place.partition} 的位置在范围内，无需重读。",
            f"{place.topic} partition {place.partition} stands where it can be read on: nothing to do.",
        )
    return _moved(house, place, place.earliest, "reread", range(place.end, place.position))


def _moved(house: House, place: Place, target: int, code: str, gone: range) -> Place:
    """Move the position through the door, so that the record and the move are one transaction."""
    message = Received(place.topic, place.partition, gone.start, None, None, fault=code, span=span(gone))
    try:
        house.door().take([message], [Advance(place.topic, place.partition, place.position, target)])
    except FencedError:
        raise PositionError(
            f"{place.topic} 分区 {place.partition} 的位置刚刚被移动：请再看一次 bancheng positions list。",
            f"{place.topic} partition {place.partition} has just been moved on: see `bancheng positions list`.",
        ) from None
    log.warning("position moved", topic=place.topic, partition=place.partition, stood=place.position, stands=target,
                code=code)  # fmt: skip
    return place._replace(position=target)
