"""A client that is closed while it still connects leaves no socket behind."""

from __future__ import annotations

import gc
import socket
import warnings
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaTimeoutError

from router.wire.login import open_admin, witness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address that takes no connection and refuses none: its queue of callers is full."""
    with ExitStack() as held:
        full = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            caller = held.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        yield f"127.0.0.1:{full.getsockname()[1]}"


def _client(kind: type[KafkaConsumer | KafkaProducer], address: str) -> None:
    """Try to make one until its time is up, and close what it began."""
    made: list[Any] = []

    def kept(**configs: object) -> object:
        made.append(witness(**configs))
        return made[-1]

    with pytest.raises(KafkaTimeoutError):
        kind(bootstrap_servers=address, bootstrap_timeout_ms=300, kafka_client=kept)
    made[0].close()


def _admin(address: str) -> None:
    with pytest.raises(KafkaTimeoutError):
        open_admin({"bootstrap_servers": address}, timeout_s=0.3)


def _closed_meanwhile(address: str) -> None:
    """Begin to connect, and close long before the time is up."""
    net = witness(bootstrap_servers=address)
    under_way = net._manager.bootstrap_async(60_000)
    net.poll(timeout_ms=100, future=under_way)
    assert not under_way.is_done
    net.close()


@pytest.mark.parametrize(
    "reach", [partial(_client, KafkaConsumer), partial(_client, KafkaProducer), _admin, _closed_meanwhile]
)
def test_a_connection_under_way_is_closed(nobody: str, reach: Callable[[str], None]) -> None:
    """Nothing is left for the collector to find when a client gave up before its broker answered."""
    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always", ResourceWarning)
        reach(nobody)
        gc.collect()
    assert [str(warning.message) for warning in left if "unclosed" in str(warning.message)] == []
