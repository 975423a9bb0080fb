"""Services as processes of their own: one that dies is started again, ever more slowly."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from bancheng.services import Service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
