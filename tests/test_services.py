"""Services as processes of their own: one that dies is started again, ever more slowly; a dead server ends all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from bancheng.services import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.mark.slow
def test_a_service_that_dies_is_started_again(tmp_path: Path, eventually: Callable[..., object]) -> None:
    """Whatever ends it, it comes back; stopped by us, it stays away."""
    service = Service("brief", ("version",), tmp_path, {"BANCHENG_HOME": str(tmp_path)})
    service.begin()
    try:
        eventually(lambda: service.watch() or service.restarts == 1)
        child = service.child
        assert child is not None
        os.kill(child.process.pid, signal.SIGKILL)
        eventually(lambda: service.watch() or service.restarts == 2)
    finally:
        service.stop()
    assert service.child is None
    assert service.log_file.read_text(encoding="utf-8").startswith("bancheng ")


@pytest.mark.slow
@pytest.mark.parametrize(("part", "word"), [("Kafka", "kafka.Kafka"), ("PostgreSQL", "postgres")])
def test_up_says_that_a_server_has_ended(
    tmp_path: Path, part: str, word: str, eventually: Callable[..., object]
) -> None:
    """Broker or database killed under `bancheng up`: one sentence names it and its log; nothing is left running."""
    environment = {**os.environ, "BANCHENG_HOME": str(tmp_path), "BANCHENG_LANG": "en"}
    command = [sys.executable, "-m", "bancheng", "up"]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    eventually(lambda: (tmp_path / "run" / "relay.alive").exists() or running.poll() is not None, seconds=60)
    victims = [child for child in _children(running.pid) if word in " ".join(child.cmdline())]
    assert victims
    ours = [child.pid for child in _children(running.pid)]
    victims[0].kill()
    _, complaint = running.communicate(timeout=60)
    assert running.returncode == 1
    assert f"{part} has ended (exit code -9)" in complaint
    assert "Traceback" not in complaint
    assert not [pid for pid in ours if psutil.pid_exists(pid)]


def _children(pid: int) -> Iterator[psutil.Process]:
    """The processes that a command has started, oldest first."""
    yield from psutil.Process(pid).children()
