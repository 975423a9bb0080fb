"""Looking at something with a time limit: in a thread that nobody waits for longer than that."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from bancheng.doctor.causes import missing
from bancheng.doctor.seen import Missing
from bancheng.unforeseen import note

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 10.0
"""The longest that one look may take."""

T = TypeVar("T")
Thing = TypeVar("Thing")


class Look(Generic[T]):
    """A look under way. Its thread ends with the process, should it hang."""

    def __init__(self, work: Callable[[], T]) -> None:
        """Begin."""
        self._future: Future[T] = Future()
        self._deadline = time.monotonic() + SECONDS
        threading.Thread(target=self._run, args=(work,), name="doctor", daemon=True).start()

    def seen(self) -> T | Missing:
        """Wait for what is seen; whatever goes wrong is told instead."""
        try:
            return self._future.result(max(0.0, self._deadline - time.monotonic()))
        except Exception as error:  # noqa: BLE001 (one part that fails must not keep the others from being looked at)
            return missing(error, note)

    def _run(self, work: Callable[[], T]) -> None:
        try:
            self._future.set_result(work())
        except BaseException as error:  # noqa: BLE001 (handed over to whoever waits)
            self._future.set_exception(error)


def at(thing: Thing | Missing, ask: Callable[[Thing], T]) -> Look[T | Missing]:
    """Look at a thing; if it could not be reached itself, that is what is seen."""
    return Look(lambda: thing if isinstance(thing, Missing) else ask(thing))
