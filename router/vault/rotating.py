"""A new master key takes over while services run: first it wraps what is new, then what is old is wrapped anew.

Which key wraps stands in the installation's row. It changes under the locks of all shards, and the door asks for it
under its own (`router.vault.store.ask_keys`): whoever wrapped by the old key has committed before, whoever comes after
wraps by the new one. So one way through all rows finds everything, and the old key may go.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from router.ledger import claims
from router.ledger.database import cursor, transaction
from router.ledger.house import note
from router.ledger.install import OWNER
from router.ledger.record import Noted
from router.vault.keyring import ID_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Engine

    from router.vault.keyring import Keyring

_AT_A_TIME = 1000
_ALONE = """
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = 0;
    SELECT pg_advisory_xact_lock(hashtext('bancheng vault rotate'))
"""
_WHICH = "SELECT master, lookup_key, shards FROM installation FOR UPDATE"
_TAKE_OVER = "UPDATE installation SET master = %s, lookup_key = %s"
_OLD = f"substring(wrapped FROM 1 FOR {ID_BYTES}) <> %s"
_CASES = f"""
    SELECT case_id, case_id::text, wrapped FROM vault_keys WHERE case_id > %s AND {_OLD}
    ORDER BY vault_keys.case_id LIMIT {_AT_A_TIME} FOR UPDATE
"""  # noqa: S608 (made of constants)
_SET_ASIDE = f"""
    SELECT id, topic || '/' || partition || '/' || "offset", wrapped FROM quarantine
    WHERE id > %s AND wrapped IS NOT NULL AND {_OLD} ORDER BY id LIMIT {_AT_A_TIME} FOR UPDATE
"""  # noqa: S608 (likewise)
_WRAP_CASES = """
    UPDATE vault_keys AS k SET wrapped = v.wrapped FROM unnest(%s::uuid[], %s::bytea[]) AS v (id, wrapped)
    WHERE k.case_id = v.id
"""
_WRAP_SET_ASIDE = """
    UPDATE quarantine AS q SET wrapped = v.wrapped FROM unnest(%s::bigint[], %s::bytea[]) AS v (id, wrapped)
    WHERE q.id = v.id
"""


class Wrapped(NamedTuple):
    """How many keys of cases, and of messages set aside, were wrapped anew."""

    cases: int
    set_aside: int


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Let no other rotation run beside the block; wait for one that does. The slower of two would end on a lost key.

    Raises:
        NotNowError: the database is away.
    """
    with transaction(engine) as connection:
        connection.exec_driver_sql(_ALONE)
        yield


def current(engine: Engine) -> bytes | None:
    """Return the id of the master key that wraps now; None before one was named."""
    with transaction(engine) as connection:
        cur = cursor(connection)
        cur.execute("SELECT master FROM installation")
        found = cur.fetchone()
        return found[0] if found else None  # type: ignore[return-value]  # bytea


def take_over(engine: Engine, keyring: Keyring, key_id: bytes) -> None:
    """Let the master key of that id wrap from now on, and record it; nothing happens if it does already.

    Raises:
        NotNowError: some shard is held too long; try again.
        VaultError: the look-up key can't be opened, or the new key isn't here.
    """
    with transaction(engine) as connection:
        cur = cursor(connection)
        cur.execute("SELECT shards FROM installation")
        ((shards,),) = cur.fetchall()
        claims.hold(cur, (), range(int(shards)))  # type: ignore[call-overload]  # smallint
        cur.execute(_WHICH)
        ((before, lookup_key, _),) = cur.fetchall()
        if before == key_id:
            return
        secret = keyring.unwrap_secret(lookup_key, OWNER)  # type: ignore[arg-type]  # bytea
        cur.execute(_TAKE_OVER, (key_id, keyring.taking(key_id).wrap_secret(secret, OWNER)))
        named = bytes(before).hex() if before else ""  # type: ignore[call-overload]  # bytea
        note(cur, datetime.now(UTC), Noted("master_key_rotated", {"key": key_id.hex(), "before": named}))


def wrap_anew(engine: Engine, keyring: Keyring, key_id: bytes, told: Callable[[int], None]) -> Wrapped:
    """Wrap every key by the one of that id, a thousand at a time; what was done before isn't done again.

    `told` hears how many after each batch. Raises VaultError at a key that none of the master keys opens.
    """
    by = keyring.taking(key_id)
    return Wrapped(
        _each(engine, by, _Walk(_CASES, _WRAP_CASES, UUID(int=0)), told),
        _each(engine, by, _Walk(_SET_ASIDE, _WRAP_SET_ASIDE, 0), told),
    )


class _Walk(NamedTuple):
    """One table's keys, from where on, and how they are written back."""

    asking: str
    writing: str
    before: UUID | int


def _each(engine: Engine, keyring: Keyring, walk: _Walk, told: Callable[[int], None]) -> int:
    last: object = walk.before
    done = 0
    while True:
        with transaction(engine) as connection:
            cur = cursor(connection)
            cur.execute(walk.asking, (last, keyring.id))
            rows = cur.fetchall()
            if not rows:
                return done
            fresh = [
                keyring.wrap_secret(keyring.unwrap_secret(wrapped, str(owner)), str(owner))  # type: ignore[arg-type]
                for _, owner, wrapped in rows
            ]
            cur.execute(walk.writing, ([row[0] for row in rows], fresh))
        last = rows[-1][0]
        done += len(rows)
        told(done)
