"""A member stopped beyond the session timeout, in the middle of a batch: what it does afterwards is void."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from steps import TOPIC, until

from router.ledger import reading
from router.ledger.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from steps import Bench

pytestmark = pytest.mark.slow
STOPS = """
import os, signal, sys, threading
from pathlib import Path
from bancheng import logs
from bancheng.compose import House
from bancheng.settings import Settings
from consumers.router import RouterConsumer

class StopsBefore:
    def __init__(self, door):
        self.door, self.stopped = door, False
    def take(self, messages, advances):
        if not self.stopped:
            self.stopped = True
            os.kill(os.getpid(), signal.SIGSTOP)
        return self.door.take(messages, advances)
    def take_inbox(self, most):
        return self.door.take_inbox(most)

logs.configure("info")
house = House(Settings(home=Path(sys.argv[1]), policy=Path(sys.argv[2])))
router = RouterConsumer(house.connection("router"), house.engine, StopsBefore(house.door()), client="stale")
told = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: told.set())
router.run(told.is_set)
"""


def test_a_stale_member_is_fenced(bench: Bench, tmp_path: Path, eventually: Callable[..., Any]) -> None:
    """Of faust-streaming 312, 606: stopped with a batch in hand, another takes over; continued, its work is void."""
    settings, cases, log = bench.house.settings, bench.cases(5), tmp_path / "log"
    bench.submit(cases, 11)
    with log.open("wb") as errors:
        stale = subprocess.Popen([sys.executable, "-c", STOPS, str(settings.home), str(settings.policy)], stderr=errors)
    try:
        eventually(lambda: _state(stale.pid) == "T", seconds=90)
        assert bench.decided(cases) == 0
        router = bench.router()
        until(router, lambda: bench.decided(cases) == 5, seconds=90)
        position = bench.position(TOPIC, 11)
        os.kill(stale.pid, signal.SIGCONT)
        eventually(lambda: router.step() or b'"fenced"' in log.read_bytes(), seconds=90)
        more = bench.cases(3)
        bench.submit(more, 11)
        until(router, lambda: bench.decided(more) == 3, seconds=90)
        stale.send_signal(signal.SIGTERM)
        assert stale.wait(30) == 0
    finally:
        stale.kill()
        stale.wait()
    with transaction(bench.house.engine) as connection:
        assert [len(reading.history(connection, case)) for case, _ in (*cases, *more)] == [1] * 8
    assert position is not None


def test_a_stopped_process_cannot_hold_a_shard(bench: Bench) -> None:
    """Every connection of ours gives up a transaction that idles for 5 s, and waits 3 s for a lock at the most."""
    with bench.house.engine.connect() as connection:
        for name, value in (("idle_in_transaction_session_timeout", "5s"), ("lock_timeout", "3s")):
            assert connection.exec_driver_sql(f"SHOW {name}").scalar() == value


def _state(pid: int) -> str:
    """The process's state as the kernel tells it: T is stopped."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123 (a line of the kernel)
        return stat.read().rpartition(")")[2].split()[0]
