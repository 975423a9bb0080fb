"""Whether the broker still answers a consumer, and which topics it has made anew since."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from router.wire.connection import why_away

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kafka import KafkaConsumer

    from router.health import Reason
    from router.wire.connection import Connection

_SILENCE = 10.0
"""Seconds without an answer that are noticed; metadata are asked for every three."""
_LOOK = 1.0


class Pulse:
    """Follows a consumer's metadata: the one request that is answered again and again, whether messages come or not."""

    def __init__(
        self, consumer: KafkaConsumer, connection: Connection, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` is in seconds and runs as kafka-python's own does."""
        self._cluster = consumer._cluster  # noqa: SLF001  # pinned <3.1; nothing public tells
        self._connection = connection
        self._clock = clock
        self._begun = clock()
        self._looked = float("-inf")
        self._compared = -1.0
        self._reason: Reason | None = None

    def silent(self) -> float:
        """Return the seconds since the broker's last answer."""
        heard = float(self._cluster._last_successful_refresh_ms) / 1000  # noqa: SLF001  # pinned <3.1
        return self._clock() - max(heard, self._begun)

    def away(self) -> Reason | None:
        """Return why nothing comes; None while the broker answers. Looked at once a second."""
        if self.silent() < _SILENCE:
            self._reason = None
        elif self._clock() - self._looked > _LOOK:
            self._looked = self._clock()
            self._reason = why_away(self._connection)
        return self._reason

    def made_anew(self, ids: Mapping[str, str]) -> set[str]:
        """Return those topics that bear another id now: deleted and made anew under the same name.

        Between two looks at the metadata the group notices nothing, and positions of the old topic mean nothing.
        """
        heard = float(self._cluster._last_successful_refresh_ms)  # noqa: SLF001  # pinned <3.1
        if heard == self._compared:
            return set()
        self._compared = heard
        return {topic for topic, known in ids.items() if (now := self._cluster.topic_id(topic)) and str(now) != known}
