"""How a service's loop is asked to end, and shows that it turns.

Ctrl-C and SIGTERM only set a flag: a handler never closes a client (DESIGN §13).
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bancheng.watchdog import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from router.health import Condition

_BEAT_SECONDS = 1.0


@contextmanager
def until_told() -> Iterator[threading.Event]:
    """Give a flag that is set when this process is told to end."""
    told = threading.Event()
    kept = {number: signal.signal(number, lambda *_: told.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextmanager
def looping(home: Path, task: str, condition: Condition, told: threading.Event) -> Iterator[Callable[[], bool]]:
    """Give a service's loop what it asks once a round: whether to end. Meanwhile it is watched.

    Each asking, at most once a second, touches `run/<task>.alive` in the home: whoever watches a container sees by the
    file's age that the loop still turns. A loop that doesn't turn, or doesn't end, is left by the watchdog.
    """
    with watched(home, task, condition, told) as turned:
        yield _beating(home, task, turned, told)


def _beating(home: Path, task: str, turned: Callable[[], None], told: threading.Event) -> Callable[[], bool]:
    file = home / "run" / f"{task}.alive"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    last = float("-inf")

    def asked() -> bool:
        nonlocal last
        turned()
        now = time.monotonic()
        if now - last >= _BEAT_SECONDS:
            file.touch()
            last = now
        return told.is_set()

    return asked
