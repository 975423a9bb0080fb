"""One embedded broker and database a run, and the small policy for tests of the pure heart."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from homes import SMALL, installation
from hypothesis import settings

from bancheng import policies
from bancheng.up import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bancheng.compose import House
    from router.policy.policy import Policy

settings.register_profile("fast", max_examples=30, deadline=None)
settings.register_profile("long", max_examples=2000, stateful_step_count=60, deadline=None, derandomize=True)
settings.load_profile("fast")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what shares the broker and the database in one process where several run the tests (`scripts/test`)."""
    for item in items:
        if "house" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("servers"))


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The smallest policy that has one of everything."""
    return policies.read(SMALL)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running installation under the small policy: real Kafka, real PostgreSQL, no services yet."""
    with installation(tmp_path_factory.mktemp("home")) as (given, _):
        yield given


@pytest.fixture(scope="session")
def running(house: House) -> Iterator[House]:
    """The installation with a router and a relay at work, each a process of its own that logs whatever it can."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("BANCHENG_LOG_LEVEL", "debug")
            stack.enter_context(services(house))
        yield house


@pytest.fixture(scope="session")
def eventually() -> Callable[..., object]:
    """Wait for a condition: return its first true value, or fail after some seconds."""

    def wait(condition: Callable[[], object], *, seconds: float = 20.0) -> object:
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while not (value := condition()):
            if time.monotonic() > deadline:
                pytest.fail(f"not within {seconds} s: {condition}")
            pause.wait(0.02)
        return value

    return wait
