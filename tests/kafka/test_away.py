"""Broker or database away: the services stop taking, say why, stay in the group, and go on by themselves."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from homes import installation
from kafka import KafkaProducer
from steps import Bench, submission

from bancheng.embedded.broker import Broker
from bancheng.embedded.database import Database
from bancheng.embedded.progress import SilentProgress
from bancheng.up import ADMIN
from bancheng.watchdog import STUCK_CODE
from consumers.router import GROUP
from router.health import Reason
from router.wire.connection import admin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bancheng.compose import House
    from bancheng.up import Servers

pytestmark = pytest.mark.slow


@pytest.fixture
def own(tmp_path: Any) -> Iterator[tuple[House, Servers]]:
    """An installation whose servers the test may stop."""
    with installation(tmp_path) as given:
        yield given


def test_away_and_back(own: tuple[House, Servers], eventually: Callable[..., Any]) -> None:
    """Database stopped and started, then the broker: one router, never restarted, takes all that was sent."""
    house, embedded = own
    home, stop = house.settings.home, threading.Event()
    bench = Bench(house, KafkaProducer(acks="all", **house.connection("admin").options()))
    router, relay = bench.router(), house.relay()
    threads = [threading.Thread(target=one.run, args=(stop.is_set,)) for one in (router, relay)]
    for thread in threads:
        thread.start()
    database, broker = embedded.database, embedded.broker
    try:
        first = [submission("window-system") for _ in range(3)]
        bench.submit(first, 1)
        eventually(lambda: bench.decided(first) == 3, seconds=60)
        assert router.condition.health.ok

        database.stop()
        second = [submission("window-system") for _ in range(3)]
        bench.submit(second, 1)
        eventually(lambda: router.condition.health.reason is Reason.DATABASE, seconds=60)
        eventually(lambda: relay.condition.health.reason is Reason.DATABASE, seconds=60)
        client = admin(house.connection("admin"))
        [group] = client.describe_groups([GROUP]).values()
        client.close()
        assert len(group["members"]) == 1
        database = Database.start(home, progress=SilentProgress(), fast=True)
        house.engine.dispose()  # what it keeps in its pool ended with the server
        eventually(lambda: bench.decided(second) == 3, seconds=60)
        eventually(lambda: router.condition.health.ok and relay.condition.health.ok, seconds=60)

        broker.stop()
        eventually(lambda: router.condition.health.reason is Reason.BROKER, seconds=60)
        gc.collect()  # a socket left open by an attempt to connect would be told as a warning, which is an error
        assert all(thread.is_alive() for thread in threads)
        broker = Broker.start(
            home, admin_password=house.credentials.password(ADMIN), progress=SilentProgress(), fast=True
        )
        third = [submission("window-system") for _ in range(3)]
        bench.submit(third, 1)
        eventually(lambda: bench.decided(third) == 3, seconds=60)
        eventually(lambda: router.condition.health.ok, seconds=60)
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)
        bench.producer.close(timeout=5)
        broker.stop()
        database.stop()
    assert not any(thread.is_alive() for thread in threads)


def test_a_silent_broker_ends_the_services(own: tuple[House, Servers], eventually: Callable[..., Any]) -> None:
    """kafka-python 1803, 2179: a broker that takes connections and says nothing for 40 s: stacks, and code 75."""
    house, embedded = own
    settings = house.settings
    environment = {**os.environ, "BANCHENG_HOME": str(settings.home), "BANCHENG_POLICY": str(settings.policy)}
    with KafkaProducer(acks="all", **house.connection("admin").options()) as producer:
        bench = Bench(house, producer)
        processes = {
            task: subprocess.Popen([sys.executable, "-m", "bancheng", task], env=environment, stderr=subprocess.DEVNULL)
            for task in ("route", "relay")
        }
        first = [submission("window-system") for _ in range(3)]
        bench.submit(first, 1)
        eventually(lambda: bench.decided(first) == 3, seconds=90)
    os.kill(embedded.broker.pid, signal.SIGSTOP)
    try:
        assert processes["route"].wait(100) == STUCK_CODE
    finally:
        os.kill(embedded.broker.pid, signal.SIGCONT)
        for process in processes.values():
            process.kill()
            process.wait()
    [stacks] = settings.home.glob("log/stacks-route-*.txt")
    assert "most recent call first" in stacks.read_text(encoding="utf-8")
