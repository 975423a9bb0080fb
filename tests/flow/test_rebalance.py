"""Rebalances: what the group's library forgets, the router must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kafka import KafkaConsumer, TopicPartition

from bancheng.access import TopicSpec
from consumers.positions import Positions
from producers.window import new_id
from router.wire.connection import admin

if TYPE_CHECKING:
    from collections.abc import Callable

    from bancheng.compose import House


@pytest.mark.slow
def test_a_join_longer_than_a_poll_is_finished(house: House, eventually: Callable[..., object]) -> None:
    """New topics are taken over even if every poll is far shorter than the join that they set off."""
    consumer = KafkaConsumer(
        group_id=f"bancheng-{new_id()}", enable_auto_commit=False, auto_offset_reset="none",
        metadata_max_age_ms=100, session_timeout_ms=10_000, **house.connection("router").options(),
    )  # fmt: skip
    positions = Positions(consumer)
    consumer.subscribe(pattern=r"^responses\.brief-.*", listener=positions)
    client = admin(house.connection("admin"))
    try:
        for number in range(4):
            name = f"responses.brief-{number}"
            client.create_topics({name: TopicSpec(name, 1, -1).options()})

            def taken_over(name: str = name) -> bool:
                consumer.poll(timeout_ms=25)
                asked = positions.unplaced()
                positions.place(dict.fromkeys(asked, 0), asked, {})
                return TopicPartition(name, 0) in positions.next

            eventually(taken_over)
            assert len(positions.next) == number + 1
    finally:
        client.close()
        consumer.close()
