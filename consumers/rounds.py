"""How a service that reads the database goes on: round after round, until it is told to stop."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import structlog

from router.health import Reason
from router.ledger import heartbeats
from router.ledger.database import NotNowError, cursor, transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Engine

    from router.health import Condition

_IDLE_SECONDS = 0.5

log = structlog.get_logger("bancheng.rounds")


def keep_going(
    step: Callable[[], bool], stopping: Callable[[], bool], engine: Engine, condition: Condition, *,
    service: str, owner: str,
) -> None:  # fmt: skip
    """Take rounds until `stopping` says so; one under way is finished first, and then nobody waits for its heartbeat.

    `step` returns whether there was anything to do; while the database is away it is tried again.
    """
    pause = threading.Event()
    try:
        while not stopping():
            try:
                busy = step()
                if condition.fine():
                    log.info("at work", service=service)
            except NotNowError as error:
                if condition.waiting(Reason.DATABASE):
                    log.warning("service waits", service=service, reason=Reason.DATABASE.value, why=str(error))
                busy = False
            if not busy:
                pause.wait(_IDLE_SECONDS)
        with transaction(engine) as connection:
            heartbeats.forget(cursor(connection), service, owner)
    finally:
        engine.dispose()
