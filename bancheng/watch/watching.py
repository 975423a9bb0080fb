"""Watching an installation: a thread looks every few seconds, and figures and pages show what it saw last."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bancheng.watch.figures import OfInstallation
from bancheng.watch.findings import LOOP_LIMIT, of_installation
from bancheng.watch.neighbours import WATCH
from bancheng.watch.pages import Told
from bancheng.watch.turning import Turning
from bancheng.watch.working import told_at
from router.health import now_utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bancheng.compose import House
    from bancheng.watch.look import Look, Looking

_LOOK_SECONDS = 5.0


class Watching:
    """Looks again and again, and keeps what was seen last."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self._turning = Turning()
        self._seen: tuple[datetime, Look] | None = None

    def run(self, over: threading.Event) -> None:
        """Look until it is over."""
        stopping = self._turning.noting(over.is_set)
        while not stopping():
            look = self._looking.look()
            self._seen = now_utc(), look
            over.wait(_LOOK_SECONDS)
        self._looking.close()

    def seen(self) -> tuple[datetime, Look] | None:
        """Return the last look and when it was taken."""
        return self._seen

    def told(self) -> Told:
        """Return how the installation is: ready while database and broker answer."""
        alive = self._turning.age <= LOOP_LIMIT
        if self._seen is None:
            return Told(WATCH, alive, ready=False, since=now_utc())
        at, look = self._seen
        ready = look.database is None and look.broker is None
        return Told(WATCH, alive, ready, at, tuple(of_installation(look)))


@contextmanager
def watching(house: House) -> Iterator[None]:
    """Watch the installation while the block runs, and show it where the settings say; else nothing is done."""
    if house.settings.watch is None:
        yield
        return
    watch, over = Watching(house.looking()), threading.Event()
    house.registry.register(OfInstallation(watch.seen))
    thread = threading.Thread(target=watch.run, args=(over,), name="watching", daemon=True)
    with told_at(house.settings, WATCH, house.registry, watch.told):
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
