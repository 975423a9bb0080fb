"""The demonstration as `scripts/run` shows it, and what a home survives: a service killed, passwords lost."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from bancheng.compose import CREDENTIALS, House
from bancheng.demo.director import perform
from bancheng.embedded.progress import SilentProgress
from bancheng.settings import Settings
from bancheng.up import prepare, servers, services
from router.ledger import reading
from router.ledger.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bancheng.services import Service


@pytest.mark.slow
def test_every_case_has_its_outcome_though_the_router_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], eventually: Callable[..., object]
) -> None:
    """All 25 cases end as told, through a router killed on the way and restarted; 巴图's journey is shown whole.

    Started again in the same home, after the file of passwords was lost, nothing is done twice.
    """
    assert _performed(tmp_path, eventually, kill=True)
    told = capsys.readouterr().out
    assert "25 件中 25 件按预期办结" in told
    for word in ("专班成立", "任务清单：", "申请销号：", "窗口核验销号：", "从 results.window-system 收到 巴图"):
        assert word in told
    (tmp_path / CREDENTIALS).unlink()
    assert _performed(tmp_path, eventually, kill=False)
    assert "25 件中 25 件按预期办结" in capsys.readouterr().out


def _performed(home: Path, eventually: Callable[..., object], *, kill: bool) -> bool:
    """Perform it in `home`; return whether all ended as told and, if need be, a killed router came back."""
    house = House(Settings(home=home), demo=True)
    with servers(house, SilentProgress(), fast=True):
        prepare(house)
        before = _counted(house)
        with services(house) as (router, _), ThreadPoolExecutor(1) as pool:
            killing = pool.submit(_kill, house, router, eventually) if kill else None
            ended = perform(house, threading.Event())
            if killing is not None:
                killing.result()
        restarts = router.restarts
        after = _counted(house)
        house.close()
    return ended and restarts == int(kill) and (kill or before == after)


def _kill(house: House, router: Service, eventually: Callable[..., object]) -> None:
    """Kill the router once it has decided something."""
    eventually(lambda: _counted(house) > 0)
    child = router.child
    if child is not None:
        os.kill(child.process.pid, signal.SIGKILL)


def _counted(house: House) -> int:
    """Return how many records there are."""
    with transaction(house.engine) as connection:
        return reading.count_records(connection)
