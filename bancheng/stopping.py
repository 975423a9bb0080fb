"""How a service's loop is asked to end, and shows that it turns.

Ctrl-C and SIGTERM only set a flag: a handler never closes a client (DESIGN §13).
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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


def beating(home: Path, task: str, stopping: Callable[[], bool]) -> Callable[[], bool]:
    """Return `stopping` such that each asking, once a second, touches `run/<task>.alive` in the home.

    A loop asks once a round; whoever watches a container sees by the file's age that it still turns.
    """
    file = home / "run" / f"{task}.alive"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    last = float("-inf")

    def asked() -> bool:
        nonlocal last
        now = time.monotonic()
        if now - last >= _BEAT_SECONDS:
            file.touch()
            last = now
        return stopping()

    return asked
