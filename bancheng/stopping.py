"""Ending cleanly on Ctrl-C and SIGTERM: a handler only sets a flag (never closes a client, DESIGN §13)."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


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
