"""Logging: structlog events as JSON lines, for services to standard error; libraries from warnings up only."""

from __future__ import annotations

import logging
import sys

import structlog

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
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
