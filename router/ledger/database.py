"""Connections to PostgreSQL, and which of its errors mean "not now"."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import structlog
from sqlalchemy import create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection, Engine

_SETTINGS = "-c idle_in_transaction_session_timeout=5s -c lock_timeout=3s -c synchronous_commit=on"
"""A stopped process must not hold a shard; commits stay durable (DESIGN §9)."""

_SERIALISATION = ("40001", "40P01", "55P03", "57014", "57P01", "53100", "53200", "53300", "25P03")
"""Conflict, deadlock, lock or statement time-out, shutdown, disk, memory or connections full, idle cut off."""


Cursor = psycopg.Cursor[tuple[object, ...]]
"""psycopg's own cursor, with plain rows."""
_SHOWN_SECONDS = 1.0


class AtWork:
    """Shows the database, during long decisions within a transaction, that this process is not a stopped one.

    A large batch on a slow machine would else be cut off as idle, rolled back, tried again, and cut off for ever.
    """

    def __init__(self, cur: psycopg.Cursor[tuple[object, ...]], *, seconds: float = _SHOWN_SECONDS) -> None:
        """Show it on `cur` whenever asked to, at most every so many seconds."""
        self._cur = cur
        self._seconds = seconds
        self._shown_at = time.monotonic()

    def show(self) -> None:
        """Show it, if that was not done a moment ago."""
        now = time.monotonic()
        if now - self._shown_at >= self._seconds:
            self._cur.execute("SELECT")
            self._shown_at = now


_TAKE = "SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = %s AND pg_has_role(oid, 'SET')"

log = structlog.get_logger("bancheng.database")


_NO_RIGHT = "42501"


class NoRightError(SaidError):
    """This login, or the role it works in, may not do that with the tables."""

    def __init__(self) -> None:
        super().__init__(
            "数据库拒绝：当前登录无权这样做；请用表的所有者执行（见 docs/access.md）。",
            "The database refuses: this login may not do that. Run it as the tables' owner (see docs/access.md).",
        )


class NotNowError(Exception):
    """The database can't do it at the moment; the same call may go through later. Nothing was written."""


def connect(url: str, *, name: str, role: str | None = None) -> Engine:
    """Return an engine for `postgresql+psycopg://…`; `name` shows in pg_stat_activity.

    With a `role` every connection has its rights and no others, where the login may take it; else the login's own,
    and the log says so.
    """
    engine = create_engine(
        url,
        pool_size=4,
        connect_args={
            "application_name": f"bancheng-{name}",
            "options": _SETTINGS,
            "connect_timeout": 5,
        },
    )

    @event.listens_for(engine, "connect")
    def _plain(connection: psycopg.Connection[tuple[object, ...]], _record: object) -> None:
        connection.prepare_threshold = 3
        if role is not None:
            _take(connection, role)

    return engine


def _take(connection: psycopg.Connection[tuple[object, ...]], role: str) -> None:
    connection.autocommit = True  # or the first rollback would give the role back
    if connection.execute(_TAKE, (role,)).fetchone() is None:
        log.warning("database role not taken", role=role)
    connection.autocommit = False


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Run one transaction; it is committed at the end or leaves nothing.

    Raises:
        NotNowError: the database is away, or asks to try again.
        NoRightError: this login may not do that.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if isinstance(error, OperationalError) or error.connection_invalidated or state in _SERIALISATION:
            raise NotNowError(type(error.orig).__name__) from error
        if state == _NO_RIGHT:
            raise NoRightError from error
        raise
    except psycopg.Error as error:
        if isinstance(error, psycopg.OperationalError) or error.sqlstate in _SERIALISATION:
            raise NotNowError(type(error).__name__) from error
        if error.sqlstate == _NO_RIGHT:
            raise NoRightError from error
        raise


def cursor(connection: Connection) -> Cursor:
    """Return psycopg's own cursor in the transaction of `connection`: COPY, packed parameters, binary results."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("the ledger needs psycopg 3: use a postgresql+psycopg:// address")
    return driver.cursor(binary=True)


@contextmanager
def together(cur: Cursor) -> Iterator[Callable[[], Cursor]]:
    """Send statements in one go instead of waiting for each: what is yielded makes a cursor for one of them.

    Their results are there when the block has ended; the first error is raised then.
    """
    with cur.connection.pipeline():
        yield lambda: cur.connection.cursor(binary=True)
