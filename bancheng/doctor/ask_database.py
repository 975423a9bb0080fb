"""Looking at the database: every look is one short transaction that can only read."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from bancheng.doctor.seen import Database, Installation, Migrations, Offset
from router.audit.reach import reach
from router.ledger import revisions, sealing_keys, standing
from router.ledger.access_changes import histories
from router.ledger.database import cursor, transaction
from router.ledger.guard import guard
from router.ledger.install import OWNER
from router.ledger.tables import installation, policies
from router.vault.keyring import Keyring, VaultError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy.engine import Connection, Engine

    from router.audit.reach import Reach
    from router.ledger.access_changes import History
    from router.ledger.guard import Guard
    from router.ledger.standing import Standing

_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "idle_in_transaction_session_timeout", "lock_timeout")
_CONNECTIONS = """
    SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity WHERE backend_type = 'client backend'
"""
_MOST_SECONDS = 8


@contextmanager
def looking(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that can only read, and ends after some seconds.

    Raises:
        NotNowError: the database is away.
    """
    with transaction(engine) as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{_MOST_SECONDS}s'"))
        yield connection


def database(engine: Engine) -> Database:
    """Return what the server says of itself, and how much the ledger holds where its tables are there."""
    with looking(engine) as connection:
        told = {name: str(connection.execute(text(f"SHOW {name}")).scalar_one()) for name in _SETTINGS}
        version, encoding = (
            str(connection.execute(text(f"SHOW {n}")).scalar_one()) for n in ("server_version", "server_encoding")
        )
        used, most = connection.execute(text(_CONNECTIONS)).one()
        size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        known, recent = _counted(connection)
    return Database(version, encoding, told, int(used), int(most), int(size), known, recent)


def clock(engine: Engine) -> Offset:
    """Return how far the database's clock is ahead."""
    with looking(engine) as connection:
        begun, clock_begun = time.time(), time.perf_counter()
        there = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one()
        took = time.perf_counter() - clock_begun
    return Offset(float(there) - (begun + took / 2), took / 2)


def migrations(engine: Engine) -> Migrations:
    """Return the tables' version, and those that this code knows."""
    with looking(engine) as connection:
        return Migrations(revisions.installed(connection), revisions.known())


def fixed(engine: Engine, masters: tuple[bytes, ...] | None) -> Installation | None:
    """Return what was fixed at installation, and whether these master keys open it; None before that."""
    with looking(engine) as connection:
        row = connection.execute(select(installation)).one_or_none()
    if row is None:
        return None
    opened: bool | None = None
    if masters is not None:
        try:
            Keyring(*masters).unwrap_secret(row.lookup_key, OWNER)
            opened = True
        except VaultError:
            opened = False
    return Installation(row.shards, row.time_source == "message", opened)


def kept_policies(engine: Engine) -> frozenset[str]:
    """Return the hashes of all policies kept."""
    with looking(engine) as connection:
        return frozenset(connection.execute(select(policies.c.hash)).scalars())


def work(engine: Engine) -> Standing | None:
    """Return what waits inside the database, as `bancheng status` sees it; None before the installation is made."""
    with looking(engine) as connection:
        try:
            return standing.look(cursor(connection))
        except LookupError:
            return None


def rights(engine: Engine) -> dict[str, History]:
    """Return what was done to each user of the broker."""
    with looking(engine) as connection:
        return histories(connection)


def anchored(engine: Engine) -> Reach:
    """Return how far anchors reach."""
    with looking(engine) as connection:
        return reach(connection)


def final(engine: Engine) -> Guard:
    """Return what keeps final rows final, and as whom processes of ours are connected."""
    with looking(engine) as connection:
        return guard(connection)


def keyless(engine: Engine, wanted: Collection[str]) -> tuple[str, ...]:
    """Return which of these users have no key that details could be sealed to."""
    with looking(engine) as connection:
        known = sealing_keys.newest(cursor(connection))
    return tuple(user for user in wanted if known.get(user) is None)


def _counted(connection: Connection) -> tuple[int, int]:
    """Return about how many cases there are, and how many came in a week; nothing where there are no tables yet."""
    if connection.execute(text("SELECT to_regclass('cases')")).scalar_one() is None:
        return 0, 0
    estimate: Any = connection.execute(text("SELECT reltuples::bigint FROM pg_class WHERE oid = 'cases'::regclass"))
    known = estimate.scalar_one()
    if known < 0:
        known = connection.execute(text("SELECT count(*) FROM cases")).scalar_one()
    recent = connection.execute(
        text("SELECT count(*) FROM cases WHERE received_at > now() - interval '7 days'")
    ).scalar_one()
    return int(known), int(recent)
