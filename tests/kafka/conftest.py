"""One broker and database for the tests of kafka-python's traps: no router runs but those that a test steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from homes import installation
from kafka import KafkaProducer
from steps import Bench, closed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bancheng.compose import House


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation without services."""
    with installation(tmp_path_factory.mktemp("calm")) as (given, _):
        yield given


@pytest.fixture(scope="session")
def writer(calm: House) -> Iterator[KafkaProducer]:
    """A producer that may write every topic."""
    options = calm.connection("admin").options()
    made = KafkaProducer(acks="all", linger_ms=30, compression_type="lz4", max_request_size=4 * 1024 * 1024, **options)
    yield made
    made.close(timeout=5)


@pytest.fixture
def bench(calm: House, writer: KafkaProducer) -> Iterator[Bench]:
    """The installation with a router that the test steps."""
    yield from closed(Bench(calm, writer))
