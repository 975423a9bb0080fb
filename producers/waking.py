"""Being woken when the ledger has something to publish: PostgreSQL's LISTEN and NOTIFY."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psycopg

from router.ledger.sheet import CHANNEL

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine


class Waker:
    """Waits on a connection of its own. While the database is away it only lets time pass."""

    def __init__(self, engine: Engine) -> None:
        """Connect on first use, to the same database as `engine`."""
        self._url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None

    def wait(self, seconds: float, *, eager: bool = True) -> None:
        """Return after a notice, or after `seconds`; not eager: let the time pass in any case."""
        if not eager:
            time.sleep(seconds)
            return
        try:
            for _ in self._listening().notifies(timeout=seconds, stop_after=1):
                return
        except psycopg.Error:
            self.close()
            time.sleep(seconds)

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _listening(self) -> psycopg.Connection[tuple[object, ...]]:
        if self._connection is None:
            self._connection = psycopg.connect(self._url, autocommit=True, application_name="bancheng-waker")
            self._connection.execute(f"LISTEN {CHANNEL}")
        return self._connection
