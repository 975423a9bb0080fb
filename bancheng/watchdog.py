"""A thread that watches a service's loop: stuck, it writes down where, and leaves for the supervisor.

What is under way when a process leaves is rolled back by the database and read or published again, so leaving at any
moment loses nothing. A broker that takes connections and says nothing is worth a new start too: sockets that look
alive may be dead.
"""

from __future__ import annotations

import faulthandler
import os
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from router.health import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from router.health import Condition, Health

STUCK_CODE: Final = 75
"""EX_TEMPFAIL of BSD's sysexits: try again."""
_PATIENCE: Final = 40.0
_SILENCE: Final = 30.0
"""Seconds of a silent broker, which is noticed after ten of them."""
_GRACE: Final = 3.5
"""Seconds that a loop may take to end once it is told to."""
_LOOK: Final = 0.25

log = structlog.get_logger("bancheng.watchdog")


class Leave(NamedTuple):
    """Why a process is to leave at once, and with which exit code."""

    code: int
    why: str


def verdict(*, still: float, told: float | None, health: Health, now: datetime) -> Leave | None:
    """Return whether to leave: `still` seconds since the loop turned, `told` seconds since it was to end."""
    if told is not None and told > _GRACE:
        return Leave(0, "told to end")
    if still > _PATIENCE:
        return Leave(STUCK_CODE, "loop stuck")
    silent = health.reason is Reason.BROKER_SILENT and (now - health.since).total_seconds() > _SILENCE
    return Leave(STUCK_CODE, "broker silent") if silent else None


class Watchdog:
    """Watches one loop. `turned` is called by the loop once a round."""

    def __init__(self, folder: Path, task: str, condition: Condition, told: threading.Event) -> None:
        """`folder` takes the stacks; `told` is set when the process is to end."""
        self._folder = folder
        self._task = task
        self._condition = condition
        self._told = told
        self._told_at: float | None = None
        self._turned = time.monotonic()

    def turned(self) -> None:
        """Note that the loop went round."""
        self._turned = time.monotonic()

    def look(self) -> Leave | None:
        """Return whether to leave now."""
        now = time.monotonic()
        if self._told_at is None and self._told.is_set():
            self._told_at = now
        told = None if self._told_at is None else now - self._told_at
        return verdict(still=now - self._turned, told=told, health=self._condition.health, now=datetime.now(UTC))

    def watch(self, over: threading.Event) -> None:
        """Look again and again until `over`; leave the process when it must be."""
        while not over.wait(_LOOK):
            leave = self.look()
            if leave is not None and not over.is_set():
                self._leave(leave)

    def _leave(self, leave: Leave) -> None:
        if leave.code:
            log.error("leaving", task=self._task, why=leave.why, stacks=str(self._stacks()))
        else:
            log.warning("leaving", task=self._task, why=leave.why)
        os._exit(leave.code)

    def _stacks(self) -> Path:
        """Write down where every thread is: files, lines and functions, no values."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        file = self._folder / f"stacks-{self._task}-{moment}-{os.getpid()}.txt"
        with file.open("w", encoding="utf-8") as out:
            faulthandler.dump_traceback(out, all_threads=True)
        return file


@contextmanager
def watched(home: Path, task: str, condition: Condition, told: threading.Event) -> Iterator[Callable[[], None]]:
    """Watch a loop while the block runs; it calls what is given once a round."""
    dog, over = Watchdog(home / "log", task, condition, told), threading.Event()
    thread = threading.Thread(target=dog.watch, args=(over,), name="watchdog", daemon=True)
    thread.start()
    try:
        yield dog.turned
    finally:
        over.set()
        thread.join()
