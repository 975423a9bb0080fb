"""One router, then two, then four share the partitions while messages flow: each partition once, each case once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from bancheng.doctor.ask_broker import patiently
from consumers.router import GROUP
from producers.window import new_id
from router.ledger.database import transaction
from router.ledger.shards import shard_of
from router.wire.connection import admin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Wire
    from kafka import KafkaAdminClient

TOPIC = "cases.window-system"
SHARDS = 16
CASES = 60
"""A step: enough that each of four routers gets some while partitions move."""


@contextmanager
def routers(wire: Wire, count: int) -> Iterator[None]:
    """So many more `bancheng route` processes while the block runs; each ends cleanly."""
    settings = wire.house.settings
    environment = {**os.environ, "BANCHENG_HOME": str(settings.home), "BANCHENG_POLICY": str(settings.policy)}
    command = [sys.executable, "-m", "bancheng", "route"]
    begun = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(count)]
    try:
        yield
    finally:
        for process in begun:
            process.terminate()
        codes = [process.wait(30) for process in begun]
    assert codes == [0] * count


@pytest.fixture
def client(wire: Wire) -> Iterator[KafkaAdminClient]:
    """The administrator."""
    made = admin(wire.house.connection("admin"))
    yield made
    made.close()


def placed(client: KafkaAdminClient) -> tuple[int, Counter[int], int]:
    """How many routers are in the group, how often each partition is held, and by how many routers."""
    group: dict[str, Any] = patiently(lambda one: one.describe_groups([GROUP]), client)[GROUP]
    held = [sorted(_held(member)) for member in group["members"]]
    stable = group["group_state"] == "Stable"
    return len(held) if stable else 0, Counter(number for own in held for number in own), sum(map(bool, held))


def _held(member: dict[str, Any]) -> Iterator[int]:
    """The partitions of the topic that a member of the group holds."""
    for topic in (member["member_assignment"] or {"assigned_partitions": ()})["assigned_partitions"]:
        if topic["topic"] == TOPIC:
            yield from topic["partitions"]


def send(wire: Wire) -> list[str]:
    """Send some cases to all partitions, without waiting for them; return their ids."""
    sent = []
    for _ in range(CASES):
        case_id, value = wire.submit(f"小区房屋漏水{new_id()}")
        wire.send("channel-window-system", TOPIC, case_id.encode(), value, partition=shard_of(case_id, SHARDS))
        sent.append(case_id)
    return sent


def decided(wire: Wire, cases: list[str]) -> Counter[str]:
    """How many records say that a case was submitted."""
    query = """SELECT case_id::text, count(*) FROM records
        WHERE case_id = ANY(%s::uuid[]) AND position('"verb":"submit"'::bytea IN bytes) > 0 GROUP BY case_id"""
    with transaction(wire.engine) as connection:
        return Counter({row[0]: row[1] for row in connection.exec_driver_sql(query, (cases,))})


@pytest.mark.slow
def test_routers_share_the_partitions(wire: Wire, client: KafkaAdminClient, eventually: Callable[..., Any]) -> None:
    """While cases flow, one, two, four and again one router hold each partition once and decide each case once."""
    every = Counter(range(SHARDS))
    sent = send(wire)
    eventually(lambda: placed(client) == (1, every, 1), seconds=60)
    with routers(wire, 1):
        sent += send(wire)
        eventually(lambda: placed(client) == (2, every, 2), seconds=60)
        with routers(wire, 2):
            sent += send(wire)
            eventually(lambda: placed(client) == (4, every, 4), seconds=60)
            sent += send(wire)
    sent += send(wire)
    eventually(lambda: placed(client) == (1, every, 1), seconds=60)
    eventually(lambda: decided(wire, sent) == Counter(sent), seconds=60)
