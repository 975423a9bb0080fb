"""An installation whose router is stepped by the test itself, and raw access to its topics."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from consumers.router import RouterConsumer
from producers.window import new_id
from router.ledger import reading
from router.ledger.database import connect, transaction
from router.messages.envelope import CONTENT_TYPE, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kafka import KafkaProducer

    from bancheng.compose import House
    from consumers.breaker import BreakerRules

TOPIC = "cases.window-system"
OTHER = "cases.hotline"
NOW = "2026-03-02T09:30:00+08:00"


@dataclass
class Bench:
    """The installation, a producer that may write everything, and a router that goes only when it is stepped."""

    house: House
    producer: KafkaProducer
    routers: list[RouterConsumer] = field(default_factory=list)

    def router(self, rules: BreakerRules | None = None, name: str = "stepped") -> RouterConsumer:
        """Join with a router of one's own; the test steps it."""
        house = self.house
        engine = connect(house.engine.url.render_as_string(hide_password=False), name=name)
        made = RouterConsumer(house.connection("router"), engine, house.door(), client=name, rules=rules)
        self.routers.append(made)
        return made

    def send(self, topic: str, values: list[bytes], partition: int, *, key: bytes = b"k") -> list[int]:
        """Send messages as one batch where it is small enough; return their offsets."""
        sent = [
            self.producer.send(topic, key=key, value=value, partition=partition, headers=[CONTENT_TYPE])
            for value in values
        ]
        return [one.get(timeout=60).offset for one in sent]

    def cases(self, count: int, topic: str = TOPIC) -> list[tuple[str, bytes]]:
        """Build submissions whose words are their own."""
        return [submission(topic.removeprefix("cases.")) for _ in range(count)]

    def submit(self, cases: list[tuple[str, bytes]], partition: int, topic: str = TOPIC) -> list[int]:
        """Send submissions and return their offsets."""
        sent = [
            self.producer.send(topic, key=case.encode(), value=value, partition=partition, headers=[CONTENT_TYPE])
            for case, value in cases
        ]
        return [one.get(timeout=60).offset for one in sent]

    def decided(self, cases: list[tuple[str, bytes]]) -> int:
        """How many of these cases are in the ledger."""
        with transaction(self.house.engine) as connection:
            return sum(reading.find_case(connection, case) is not None for case, _ in cases)

    def set_aside(self, topic: str, code: str) -> list[Any]:
        """The rows of the quarantine of a topic with this code, oldest first."""
        with transaction(self.house.engine) as connection:
            rows = reading.list_quarantine(connection, most=500_000, status=None)
        return [row for row in reversed(rows) if (row.topic, row.code) == (topic, code)]

    def position(self, topic: str, partition: int) -> int | None:
        """Where the ledger stands in a partition."""
        with transaction(self.house.engine) as connection:
            rows = reading.list_positions(connection)
        return next((row.next_offset for row in rows if (row.topic, row.partition) == (topic, partition)), None)


def submission(channel: str, text: str = "小区房屋漏水") -> tuple[str, bytes]:
    """A whole submission: its case id and bytes."""
    case_id = new_id()
    data = {"details": {"narrative": f"{text}{new_id()}", "person": {"name": "张三"}}}
    value = write(
        id=new_id(), source=f"/channels/{channel}", type="cn.bancheng.case.submitted.v1", subject=case_id, time=NOW,
        data=data,
    )  # fmt: skip
    return case_id, value


def until(router: RouterConsumer, condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Step a router until something holds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        router.step()


def closed(bench: Bench) -> Iterator[Bench]:
    """Give the bench to a test and let its routers leave the group afterwards."""
    yield bench
    while bench.routers:
        bench.routers.pop().run(lambda: True)
