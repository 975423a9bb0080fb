"""Looking at the database: every look is one short transaction that can only read."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from bancheng.doctor.seen import Beat, Database, Installation, Migrations, Offset, Place, Position, Work
from router.ledger import reading, revisions
from router.ledger.database import transaction
from router.ledger.heartbeats import of_service, waiting
from router.ledger.install import OWNER
from router.ledger.tables import (
    inbox,
    installation,
    parked,
    policies,
    positions,
    quarantine,
    relays,
    shards,
)
from router.vault.keyring import Keyring, VaultError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection, Engine

SERVICES = ("clock", "match")
"""Those that beat in the database; routers show in the consumer group, relays by their leases."""
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


def fixed(engine: Engine, master: bytes | None) -> Installation | None:
    """Return what was fixed at installation, and whether this master key opens it; None before that."""
    with looking(engine) as connection:
        row = connection.execute(select(installation)).one_or_none()
    if row is None:
        return None
    opened: bool | None = None
    if master is not None:
        try:
            Keyring(master).unwrap_secret(row.lookup_key, OWNER)
            opened = True
        except VaultError:
            opened = False
    return Installation(row.shards, row.time_source == "message", opened)


def kept_policies(engine: Engine) -> frozenset[str]:
    """Return the hashes of all policies kept."""
    with looking(engine) as connection:
        return frozenset(connection.execute(select(policies.c.hash)).scalars())


def taken(engine: Engine) -> dict[Place, Position]:
    """Return how far each partition is taken."""
    with looking(engine) as connection:
        query = select(positions.c.topic, positions.c.partition, positions.c.topic_id, positions.c.next_offset)
        return {(row[0], row[1]): Position(row[2], row[3]) for row in connection.execute(query)}


def work(engine: Engine, now: datetime) -> Work:
    """Return what waits inside the database at an aware moment."""
    with looking(engine) as connection:
        held = connection.execute(
            select(func.count()).select_from(relays).where(relays.c.until > func.now())
        ).scalar_one()
        behind = shards.c.sequence - relays.c.record + shards.c.outputs - relays.c.output
        joined = shards.join(relays, shards.c.shard == relays.c.shard)
        unpublished = connection.execute(select(func.coalesce(func.sum(behind), 0)).select_from(joined)).scalar_one()
        parked_since = connection.execute(select(func.min(parked.c.parked_at))).scalar_one()
        waits = connection.execute(select(func.count(), func.min(inbox.c.created_at))).one()
        set_aside = select(func.count()).select_from(quarantine).where(quarantine.c.status == "open")
        due = waiting(connection, now)
        return Work(
            tuple(Beat(name, _last_beat(connection, name)) for name in SERVICES),
            held,
            int(unpublished),
            reading.count_parked(connection),
            parked_since,
            connection.execute(set_aside).scalar_one(),
            waits[0],
            waits[1],
            due.due,
            due.oldest,
        )


def _last_beat(connection: Connection, service: str) -> datetime | None:
    """Return when any process of a service beat last, but those that ended as they were told to."""
    return next((beat.beat_at for beat in of_service(connection, service) if not beat.stopped), None)


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
