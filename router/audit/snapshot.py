"""The database at one moment: everything read in the block belongs together, however long it takes, and nothing waits.

Whoever reads so sees what was committed when the block began (PostgreSQL's REPEATABLE READ); services go on writing.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from router.ledger.database import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Engine

_ROWS = 2000
"""Rows fetched at once: a few megabytes."""


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that sees one moment; it may be long, since it holds no shard.

    Raises:
        NotNowError: the database is away.
    """
    with transaction(engine) as connection:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield connection


def stream(connection: Connection, statement: str, *given: object) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a statement through a cursor of the server: flat memory whatever their number."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("the ledger needs psycopg 3: use a postgresql+psycopg:// address")
    with driver.cursor("bancheng_audit", binary=True) as cur:
        cur.itersize = _ROWS
        cur.execute(statement, given, binary=True)
        yield from cur


def stored_records(connection: Connection, after: dict[int, int]) -> Iterator[bytes]:
    """Yield the bytes of all records behind a sequence a shard, by shard, then sequence."""
    for shard, sequence in sorted(after.items()):
        statement = "SELECT bytes FROM records WHERE shard = %s AND sequence > %s ORDER BY sequence"
        for (data,) in stream(connection, statement, shard, sequence):
            yield data
