"""Positions that a topic no longer has: told in one sentence, never jumped over; topics made anew or grown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from kafka import KafkaProducer, TopicPartition
from kafka.errors import TopicAlreadyExistsError
from steps import OTHER, TOPIC, until
from typer.testing import CliRunner

from bancheng import positions
from bancheng.access_plan import TopicSpec
from bancheng.cli import app
from consumers.bounds import GapError
from consumers.turns import flow
from router.ledger import reading
from router.ledger.database import transaction
from router.ledger.shards import shard_of
from router.wire.connection import admin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kafka import KafkaAdminClient
    from steps import Bench

    from bancheng.compose import House

pytestmark = pytest.mark.slow


@pytest.fixture
def operator(calm: House) -> Iterator[KafkaAdminClient]:
    """Administer the broker."""
    client = admin(calm.connection("admin"))
    yield client
    client.close()


@pytest.fixture
def command(calm: House, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command of an operator and return what it says."""
    for name, value in {
        "BANCHENG_HOME": calm.settings.home, "BANCHENG_POLICY": calm.settings.policy, "COLUMNS": 240,
        "BANCHENG_LANG": "en",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))

    def run(*words: object, code: int = 0) -> str:
        result = CliRunner().invoke(app, [str(word) for word in words])
        structlog.reset_defaults()  # it logs to the standard error that the runner gave it
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_a_gap_stops_the_router_until_an_operator_says_go_on(
    bench: Bench, operator: KafkaAdminClient, command: Callable[..., str]
) -> None:
    """What retention took is named with offsets and count; `positions skip` goes on and leaves a record."""
    partition, gone, kept = 8, bench.cases(5), bench.cases(2)
    offsets = bench.submit([*gone, *kept], partition)
    operator.delete_records({TopicPartition(TOPIC, partition): offsets[5]})
    router = bench.router()
    with pytest.raises(GapError) as told:
        until(router, lambda: False)
    place = f"{TOPIC} partition {partition}"
    first, kept_from = offsets[0], offsets[5]
    assert f"{place} is to be read from {first}, but the broker keeps only" in told.value.en
    assert f"stands from {kept_from} on: 5 messages are missing" in told.value.en
    assert f"`bancheng positions skip {TOPIC} {partition}`" in told.value.en
    assert "缺 5 条" in told.value.zh
    assert bench.decided(kept) == 0
    listed = command("positions", "list", "--gaps")
    assert TOPIC in listed
    assert "no gap" not in command("positions", "skip", TOPIC, partition, "--yes")
    assert "lacks nothing" in command("positions", "skip", TOPIC, partition, "--yes", code=1)
    lost = [row for row in bench.set_aside(TOPIC, "lost") if row.partition == partition]
    assert [(row.offset, row.field) for row in lost] == [(first, f"{first}-{offsets[4]}")]
    assert "can't be sent again" in command("quarantine", "requeue", lost[0].id, code=1)
    bench.routers.pop().run(lambda: True)
    until(bench.router(), lambda: bench.decided(kept) == 2)
    assert bench.decided(gone) == 0


def test_a_gap_that_opens_while_running_stops_it_too(bench: Bench, operator: KafkaAdminClient) -> None:
    """auto_offset_reset is none: records deleted under a router that holds the partition are told as well."""
    partition = 9
    router = bench.router()
    first = bench.cases(2)
    bench.submit(first, partition)
    until(router, lambda: bench.decided(first) == 2)
    flow(router._consumer, set())
    router._consumer.poll(timeout_ms=1000)  # nothing is being fetched any more
    offsets = bench.submit(bench.cases(3), partition)
    operator.delete_records({TopicPartition(TOPIC, partition): offsets[-1] + 1})
    with pytest.raises(GapError, match=f"partition {partition} is to be read from {offsets[0]}.*3 messages"):
        until(router, lambda: False)
    place = next(one for one in positions.places(bench.house) if (one.topic, one.partition) == (TOPIC, partition))
    assert (place.missing, place.beyond) == (3, 0)
    assert positions.skip(bench.house, place, None).position == offsets[-1] + 1


def test_a_position_beyond_the_end_is_told(bench: Bench, command: Callable[..., str]) -> None:
    """A topic restored from an older copy ends too early; `positions reread` takes it anew and doubles nothing."""
    partition, cases = 10, bench.cases(3)
    end = bench.submit(cases, partition)[-1] + 1
    router = bench.router()
    until(router, lambda: bench.decided(cases) == 3)
    bench.routers.pop().run(lambda: True)
    with transaction(bench.house.engine) as connection:
        connection.exec_driver_sql(
            "UPDATE positions SET next_offset = %s WHERE topic = %s AND partition = %s", (end + 4, TOPIC, partition)
        )
    router = bench.router()
    with pytest.raises(GapError, match=rf"read up to {end + 4}, but .* only up to {end} \(4 messages fewer\)"):
        until(router, lambda: False)
    command("positions", "reread", TOPIC, partition)
    assert [row.field for row in bench.set_aside(TOPIC, "reread")] == [f"{end}-{end + 3}"]
    bench.routers.pop().run(lambda: True)
    router = bench.router()
    until(router, lambda: bench.position(TOPIC, partition) == end)
    with transaction(bench.house.engine) as connection:
        assert [len(reading.history(connection, case)) for case, _ in cases] == [1, 1, 1]


def test_a_topic_made_anew_is_read_from_its_beginning(bench: Bench, operator: KafkaAdminClient) -> None:
    """Positions know the topic's id: what stands in one that was deleted and made anew is read from offset 0."""
    router = bench.router()
    old, new = bench.cases(5, OTHER), bench.cases(7, OTHER)
    stood = bench.submit(old, 0, OTHER)[-1] + 1
    until(router, lambda: bench.position(OTHER, 0) == stood)
    before = _topic_id(bench)
    operator.delete_topics([OTHER])

    def made() -> bool:
        try:
            operator.create_topics({OTHER: TopicSpec(OTHER, 16, -1).options()})
        except TopicAlreadyExistsError:
            return False  # the old one is still going
        return True

    while not made():
        router.step()
    bench.submit(new, 0, OTHER)
    until(router, lambda: _topic_id(bench) != before and bench.decided(new) == 7, seconds=90)
    with transaction(bench.house.engine) as connection:
        assert [len(reading.history(connection, case)) for case, _ in (*old, *new)] == [1] * 12


def test_partitions_added_while_running_change_no_shard(bench: Bench, operator: KafkaAdminClient) -> None:
    """A topic that grew to 20 partitions is read whole; a case's shard is the hash of its id modulo 16 as before."""
    router = bench.router()
    until(router, lambda: TopicPartition(OTHER, 15) in router._positions.next)
    operator.create_partitions({OTHER: 20})
    until(router, lambda: TopicPartition(OTHER, 19) in router._positions.next)
    cases = bench.cases(6, OTHER)
    with KafkaProducer(acks="all", **bench.house.connection("admin").options()) as producer:
        for number, one in enumerate(cases):
            replace(bench, producer=producer).submit([one], 16 + number % 4, OTHER)
    until(router, lambda: bench.decided(cases) == 6)
    with transaction(bench.house.engine) as connection:
        rows = connection.exec_driver_sql(
            "SELECT id::text, shard FROM cases WHERE id = ANY(%s::uuid[])", ([case for case, _ in cases],)
        ).all()
        assert dict(rows) == {case: shard_of(case, 16) for case, _ in cases}


def _topic_id(bench: Bench) -> Any:
    with transaction(bench.house.engine) as connection:
        return connection.exec_driver_sql(
            "SELECT topic_id FROM positions WHERE topic = %s AND partition = 0", (OTHER,)
        ).scalar()
