"""A router killed in the middle, three times over: nothing is lost, doubled, or out of order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from homes import SMALL, installation

from bancheng.tally import from_topics
from producers.window import Submission, new_id
from router.ledger import reading
from router.ledger.database import transaction
from router.ledger.record import NO_CASE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNT = 3000
TEXTS = ("房屋漏水，物业不管", "暖气不热", "社保断了多年，档案找不到", "气死我了", "房屋漏水，法院已立案", "社保")


def begin(home: Path) -> subprocess.Popen[bytes]:
    """Start a router as a process of its own."""
    environment = {**os.environ, "BANCHENG_HOME": str(home), "BANCHENG_POLICY": str(SMALL)}
    return subprocess.Popen([sys.executable, "-m", "bancheng", "route"], env=environment, stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_killed_three_times(tmp_path_factory: Any, eventually: Callable[..., Any]) -> None:
    """SIGKILL at three moments of a flow of 3 000: each case is in the ledger once, and topics say the same."""
    home = tmp_path_factory.mktemp("killed")
    with installation(home) as (house, _):
        with house.window("hotline", bulk=True) as window:
            cases = [Submission(narrative=f"{TEXTS[n % 6]}{new_id()}") for n in range(COUNT - 50)]
            repeats = [Submission(narrative=case.narrative.replace("，", "， ")) for case in cases[:50]]
            window.submit_many([*cases, *repeats])

        def decided() -> int:
            with transaction(house.engine) as connection:
                return sum(reading.tally(connection).values())

        for share in (1, COUNT // 4, COUNT // 2):
            victim = begin(home)
            eventually(lambda least=share: decided() >= least, seconds=30)
            victim.send_signal(signal.SIGKILL)
            victim.wait(10)
        last, stop = begin(home), threading.Event()
        relay = house.relay()
        publishing = threading.Thread(target=relay.run, args=(stop.is_set,))
        publishing.start()
        eventually(lambda: decided() >= COUNT, seconds=30)

        def told() -> Counter[str] | None:
            counted = from_topics(house)
            return counted if counted.total() >= COUNT else None

        counted = eventually(told, seconds=30)
        last.terminate()
        assert last.wait(10) == 0
        stop.set()
        publishing.join(20)
        with transaction(house.engine) as connection:
            ledger = Counter(reading.tally(connection))
            lines = connection.exec_driver_sql(
                "SELECT count(*), count(DISTINCT case_id), sum(sequence), count(*) FILTER (WHERE case_id = %(none)s)"
                " FROM records",
                {"none": NO_CASE},
            ).one()
            heads = connection.exec_driver_sql("SELECT sum(sequence), sum(sequence * (sequence + 1) / 2) FROM shards")
            records, gapless = heads.one()
        house.engine.dispose()
    assert ledger == counted
    assert ledger["repeat"] == 50
    assert ledger["quarantined"] == 0
    assert ledger.total() == COUNT == lines[1] - (lines[3] > 0)
    assert (lines[0], lines[2]) == (records, gapless)
