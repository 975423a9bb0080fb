"""Logging: structlog events as JSON lines, for services to standard error; libraries from warnings up only."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LIBRARIES = ("kafka", "sqlalchemy", "alembic", "psycopg")
"""Never below WARNING: at DEBUG kafka-python logs keys and values."""
_NOISY = ("kafka.net.selector", "kafka.net.sasl.scram", "opentelemetry")
"""From errors up only: they warn of every slow moment, of SCRAM on the loopback's plain connection, of every try."""


def configure(level: str) -> None:
    """Set up logging for this process; `level` is debug, info, warning or error."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=_processors(),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


@contextmanager
def journal(path: Path) -> Iterator[Any]:
    """Give a logger that appends to a file of its own: for what must be found again, whoever ran the command."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="utf-8") as file:
        everything = structlog.make_filtering_bound_logger(logging.NOTSET)
        yield structlog.wrap_logger(
            structlog.WriteLogger(file), processors=_processors(), wrapper_class=everything
        )  # fmt: skip


def _processors() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
