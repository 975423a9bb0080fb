"""The long-running services as processes of their own: begun, watched, restarted when one dies."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from bancheng.embedded.children import Child

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_STOP_SECONDS = 10.0
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0
"""A service that ran this long had a good start: the next restart is quick again."""

log = structlog.get_logger("bancheng.services")


@dataclass
class Service:
    """One service: `bancheng NAME …` in a process that ends with us."""

    name: str
    arguments: tuple[str, ...]
    home: Path
    settings: Mapping[str, str]
    """Variables besides those of this process."""
    child: Child | None = None
    restarts: int = 0
    _pause: float = field(default=_FIRST_PAUSE, repr=False)
    _begun: float = field(default=0.0, repr=False)
    _not_before: float = field(default=0.0, repr=False)

    @property
    def log_file(self) -> Path:
        """Where its log goes."""
        return self.home / "log" / f"{self.name}.log"

    def begin(self) -> None:
        """Start it."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        self.child = Child.begin(
            (sys.executable, "-m", "bancheng", *self.arguments),
            folder=self.home,
            log=self.log_file,
            environment={**os.environ, **self.settings},
        )
        self._begun = time.monotonic()

    def watch(self) -> None:
        """Restart it if it died; a service that keeps dying is restarted ever more slowly."""
        now = time.monotonic()
        if self.child is None:
            if now >= self._not_before:
                self.restarts += 1
                self.begin()
            return
        code = self.child.poll()
        if code is None:
            return
        self._pause = _FIRST_PAUSE if now - self._begun > _STEADY_SECONDS else min(self._pause * 2, _LONGEST_PAUSE)
        self._not_before = now + self._pause
        self.child = None
        log.warning("service died", service=self.name, code=code, again_in_seconds=self._pause)

    def stop(self) -> None:
        """Ask it to end; a batch under way is finished first."""
        if self.child is not None:
            self.child.stop(_STOP_SECONDS)
            self.child = None
