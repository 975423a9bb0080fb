"""The watchdog: when a process leaves, with which code, and what it writes down before."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bancheng.watchdog import STUCK_CODE, verdict
from router.health import Condition, Health, Reason, State

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SECRET = "13800000000"  # noqa: S105 (a telephone number that no stack may show)
STUCK = f"""
import sys, threading
from pathlib import Path
from bancheng import watchdog
from router.health import Condition
watchdog._PATIENCE, told = 1.0, threading.Event()
if sys.argv[2] == "told":
    told.set()
    watchdog._PATIENCE, watchdog._GRACE = 60.0, 1.0
with watchdog.watched(Path(sys.argv[1]), "route", Condition(), told) as turned:
    turned()
    narrative = {SECRET!r}
    threading.Event().wait(30)
"""


def waiting(reason: Reason | None, seconds: float) -> Health:
    """A service that has waited for so long."""
    return Health(State.WAITING if reason else State.OK, reason, NOW - timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("still", "told", "health", "code"),
    [
        (1.0, None, waiting(None, 1000), None),
        (39.0, None, waiting(None, 1000), None),
        (41.0, None, waiting(None, 1000), STUCK_CODE),
        (1.0, None, waiting(Reason.DATABASE, 1000), None),
        (1.0, None, waiting(Reason.BROKER, 1000), None),
        (1.0, None, waiting(Reason.BROKER_SILENT, 29), None),
        (1.0, None, waiting(Reason.BROKER_SILENT, 31), STUCK_CODE),
        (3.0, 3.4, waiting(None, 1000), None),
        (41.0, 3.6, waiting(None, 1000), 0),
    ],
)
def test_when_to_leave(still: float, told: float | None, health: Health, code: int | None) -> None:
    """A loop that stands for 40 s or a broker silent for as long ends the process; one that is away never does."""
    leave = verdict(still=still, told=told, health=health, now=NOW)
    assert (leave.code if leave else None) == code


def test_health_is_one_value_that_tells_since_when() -> None:
    """A condition begins by waiting for its start; saying the same again changes nothing, not even since when."""
    moments = iter(NOW + timedelta(seconds=n) for n in range(9))
    condition = Condition(lambda: next(moments))
    assert condition.health == Health(State.WAITING, Reason.STARTING, NOW)
    assert condition.fine()
    kept = condition.health
    assert not condition.fine()
    assert condition.health is kept
    assert kept.ok
    assert condition.waiting(Reason.DATABASE)
    assert condition.health == Health(State.WAITING, Reason.DATABASE, NOW + timedelta(seconds=2))


@pytest.mark.parametrize(("mode", "code"), [("stuck", STUCK_CODE), ("told", 0)])
def test_a_loop_that_stands_still_is_left(tmp_path: Path, mode: str, code: int) -> None:
    """Stuck: the stacks of all threads are in `log/`, without any value, and the code says try again; told: code 0."""
    done = subprocess.run(
        [sys.executable, "-c", STUCK, str(tmp_path), mode],
        env=os.environ, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    stacks = list(tmp_path.glob("log/stacks-route-*.txt"))
    assert len(stacks) == (1 if code else 0)
    for file in stacks:
        text = file.read_text(encoding="utf-8")
        assert "most recent call first" in text
        assert "in wait" in text
        assert SECRET not in text
