"""Whether a service's loop turns."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Turning:
    """When a loop last turned. The loop says so, any thread may ask."""

    def __init__(self) -> None:
        self._at = time.monotonic()

    def noting(self, stopping: Callable[[], bool]) -> Callable[[], bool]:
        """Return `stopping` such that each asking, once a round, is noted."""

        def asked() -> bool:
            self._at = time.monotonic()
            return stopping()

        return asked

    @property
    def age(self) -> timedelta:
        """How long ago it last turned."""
        return timedelta(seconds=time.monotonic() - self._at)
