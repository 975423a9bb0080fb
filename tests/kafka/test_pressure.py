"""Storms and backlogs on one topic, and what a listener or a member does wrong: every other topic goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from kafka import TopicPartition
from steps import OTHER, TOPIC, until

from consumers.breaker import BreakerRules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from steps import Bench

    from consumers.breaker import Breakers

pytestmark = pytest.mark.slow
QUICK = BreakerRules(
    least=100, window=2000, first_rest=timedelta(seconds=1), longest_rest=timedelta(seconds=1), first_trial=50,
    largest_trial=1000,
)  # fmt: skip

_EACH = 1250
"""Messages waiting in each of 16 partitions."""


def test_a_storm_opens_one_breaker_and_costs_nobody_else(bench: Bench) -> None:
    """Thousands of bad messages rest in their topic; the others go on, and in the end all of it is taken."""
    partition, behind, elsewhere = 12, bench.cases(3), bench.cases(5, OTHER)
    router = bench.router(QUICK)
    until(router, lambda: TopicPartition(TOPIC, partition) in router._positions.next)
    storm = bench.send(TOPIC, [b"<xml/>"] * 5000, partition)
    bench.submit(behind, partition)
    until(router, lambda: router.condition.health.paused)
    resting = router.condition.health.paused[0]
    assert (resting.topic, router.condition.health.opened) == (TOPIC, 1)
    assert router.condition.health.ok
    bench.submit(elsewhere, 7, OTHER)
    router._breakers = _asleep(router._breakers)  # no trial while we look
    until(router, lambda: bench.decided(elsewhere) == 5)
    assert bench.decided(behind) == 0
    stands = bench.position(TOPIC, partition)
    assert stands is not None
    assert storm[0] < stands < storm[-1]
    router._breakers = _asleep(router._breakers, hours=0)
    until(router, lambda: bench.decided(behind) == 3, seconds=120)
    rows = [row.offset for row in bench.set_aside(TOPIC, "not_json") if row.partition == partition]
    assert rows == storm
    bench.submit(bench.cases(1), partition)
    until(router, lambda: not router.condition.health.paused)
    assert router.condition.health.opened == 1


def test_a_backlog_does_not_starve_a_single_message(bench: Bench) -> None:
    """One topic with 20 000 messages waiting in 16 partitions: the other one's only message is taken within 4 polls."""
    [same], [single] = bench.cases(1), bench.cases(1, OTHER)
    ends = {number: bench.submit([same] * _EACH, number)[-1] + 1 for number in range(16)}
    router = bench.router()
    until(router, lambda: (bench.position(TOPIC, 0) or 0) > 0 or _any_moved(bench, ends))
    bench.submit([single], 3, OTHER)
    steps = 0
    while not bench.decided([single]):
        router.step()
        steps += 1
        assert steps <= 4
    left = sum(end - (bench.position(TOPIC, number) or 0) for number, end in ends.items())
    assert left > 5000
    until(router, lambda: all(bench.position(TOPIC, number) == end for number, end in ends.items()), seconds=180)
    assert bench.decided([same]) == 1


def test_a_listener_that_fails_loses_no_partition(bench: Bench) -> None:
    """kafka-python 3131: what a rebalance listener raises comes out of poll; its partitions are read all the same."""
    router = bench.router()
    listener, failures = router._positions.on_partitions_assigned, []

    def failing(assigned: Iterable[TopicPartition]) -> None:
        if not failures:
            failures.append(len(list(assigned)))
            raise RuntimeError("the listener failed")
        listener(assigned)

    router._positions.on_partitions_assigned = failing  # type: ignore[method-assign]
    cases = bench.cases(2)
    bench.submit(cases, 14)
    until(router, lambda: bench.decided(cases) == 2)
    assert failures


def test_a_blocking_call_in_a_listener_raises(bench: Bench) -> None:
    """What DESIGN §13 says of listeners holds: asking the broker there raises, so ours only seeks, pauses and notes."""
    router = bench.router()
    listener, said = router._positions.on_partitions_assigned, []

    def asking(assigned: Iterable[TopicPartition]) -> None:
        try:
            router._consumer.end_offsets(list(assigned))
        except RuntimeError as error:
            said.append(str(error))
        listener(assigned)

    router._positions.on_partitions_assigned = asking  # type: ignore[method-assign]
    until(router, lambda: router._positions.next)
    assert "IO thread" in said[0]


def _any_moved(bench: Bench, ends: dict[int, int]) -> bool:
    return any((bench.position(TOPIC, number) or 0) > end - _EACH for number, end in ends.items())


def _asleep(breakers: Breakers, hours: int = 1) -> Breakers:
    """The breakers with their next trial put off, or brought on."""
    later = datetime.now(UTC) + timedelta(hours=hours)
    return replace(breakers, by_topic={t: replace(b, again_at=later) for t, b in breakers.by_topic.items()})
