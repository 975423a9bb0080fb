"""Sending raw messages as a channel or unit, and looking into the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from kafka import KafkaProducer

from producers.window import new_id
from router.ledger import reading
from router.ledger.database import connect, transaction
from router.ledger.shards import shard_of
from router.messages.envelope import CONTENT_TYPE, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Engine

    from bancheng.compose import House
    from router.cases.state import Case

NOW = "2026-03-02T09:30:00+08:00"


@dataclass
class Wire:
    """Raw access to the running installation."""

    house: House
    engine: Engine
    eventually: Callable[..., Any]
    _producers: dict[str, KafkaProducer]

    def send(
        self, user: str, topic: str, key: bytes | None, value: bytes | None, *, partition: int = 0,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> tuple[str, int, int]:  # fmt: skip
        """Send one message as `user` and return where it stands."""
        if user not in self._producers:
            options = self.house.connection(user).options()
            self._producers[user] = KafkaProducer(acks="all", max_request_size=4 * 1024 * 1024, **options)
        sent = self._producers[user].send(
            topic, key=key, value=value, partition=partition,
            headers=[CONTENT_TYPE] if headers is None else headers,
        )  # fmt: skip
        stands = sent.get(timeout=10)
        return stands.topic, stands.partition, stands.offset

    def submit(self, text: str, *, channel: str = "window-system", **changes: Any) -> tuple[str, bytes]:
        """Build a submission; return its case id and bytes."""
        case_id = changes.pop("case_id", None) or new_id()
        data = {"details": {"narrative": text, "person": {"name": "张三", "phone": "13800000000"}}}
        return case_id, event(
            subject=case_id, source=f"/channels/{channel}", type="cn.bancheng.case.submitted.v1",
            data=changes.pop("data", data), **changes,
        )  # fmt: skip

    def good(self, text: str = "小区房屋漏水", *, channel: str = "window-system") -> str:
        """Submit a case whose words are its own, and wait until it is in the ledger; return its id."""
        case_id, value = self.submit(f"{text}{new_id()}", channel=channel)
        partition = shard_of(case_id, 16)
        self.send(f"channel-{channel}", f"cases.{channel}", case_id.encode(), value, partition=partition)
        self.case_when(case_id, lambda case: case is not None)
        return case_id

    def case(self, case_id: str) -> Case | None:
        """The case as the ledger has it."""
        with transaction(self.engine) as connection:
            return reading.find_case(connection, case_id)

    def case_when(self, case_id: str, condition: Callable[[Any], bool]) -> Any:
        """Wait until the case is as wanted, and return it."""

        def found() -> object:
            case = self.case(case_id)
            return case if condition(case) else None

        return self.eventually(found)

    def quarantined(self, place: tuple[str, int, int]) -> Any:
        """Wait for the quarantine row of a message."""

        def found() -> object:
            with transaction(self.engine) as connection:
                rows = reading.list_quarantine(connection, most=1000, status=None)
            return next((r for r in rows if (r.topic, r.partition, r.offset) == place), None)

        return self.eventually(found)


def event(**changes: Any) -> bytes:
    """A whole CloudEvent; fields are given by name."""
    fields = {"id": new_id(), "time": NOW, **changes}
    return write(**fields)


@pytest.fixture(scope="session")
def wire(running: House, eventually: Callable[..., Any]) -> Iterator[Wire]:
    """Raw access to the installation with router and relay at work."""
    engine = connect(running.engine.url.render_as_string(hide_password=False), name="test")
    given = Wire(running, engine, eventually, {})
    yield given
    for producer in given._producers.values():
        producer.close(timeout=5)
    engine.dispose()
