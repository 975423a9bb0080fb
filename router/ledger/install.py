"""Making an installation: migrations, the fixed facts, one row a shard."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from alembic import command
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from router.ledger import revisions, roles
from router.ledger.database import transaction
from router.ledger.record import GENESIS
from router.ledger.tables import installation, matched, relays, shards
from router.saying import SaidError
from router.vault.keyring import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection, Engine

    from router.vault.keyring import Keyring

SHARDS = 16
"""The default number of shards (DESIGN §9); fixed when an installation is made."""
_LOCK = 0x62616E63
"""Advisory lock: two processes that start at once migrate one after the other."""
OWNER = "lookup"
"""The name to which the look-up key is bound when it is wrapped."""


class OtherTimeError(SaidError):
    """The installation counts time otherwise: a demonstration's home, or a real one."""

    def __init__(self, source: str) -> None:
        demo = source == "message"
        super().__init__(
            f"这里的数据属于{'模拟时间的演示' if demo else '正式运行'}，两者不能混用："
            "请另设 BANCHENG_HOME 或另用数据库。",
            f"The data here belong to {'a demonstration with simulated time' if demo else 'a real installation'},"
            " and the two don't mix: set BANCHENG_HOME to another folder, or use another database.",
        )


class NotPreparedError(SaidError):
    """This login may not make or change the tables, and they are not what this version needs."""

    def __init__(self, found: str | None, wanted: str | None) -> None:
        super().__init__(
            f"数据库中的表是 {found or '（无）'} 版，本程序需要 {wanted} 版，而当前登录无权更改："
            "请用表的所有者执行 bancheng topics create。",
            f"The tables are of version {found or '(none)'} and this program needs {wanted}, and this login may not"
            " change them: run `bancheng topics create` as their owner.",
        )


@dataclass(frozen=True, slots=True)
class Installation:
    """What is fixed: the number of shards, the key of look-ups, and where the time comes from."""

    shards: int
    lookup_key: bytes
    time_source: str


def migrate(connection: Connection) -> None:
    """Bring the tables to this version, and the roles to what they may do with them.

    Raises:
        NotPreparedError: they are of another version, and this login may not change them.
    """
    config = revisions.config()
    config.attributes["connection"] = connection
    if roles.owns(connection):
        command.upgrade(config, "head")
        roles.ensure(connection)
        return
    wanted = revisions.known()[-1]
    try:
        found = revisions.installed(connection)
    except ProgrammingError:  # a login without any right of ours
        found = None
    if found != wanted:
        raise NotPreparedError(found, wanted)


def install(
    engine: Engine, keyring: Keyring, *, count: int = SHARDS, time_source: str = "system",
    first: Callable[[], None] = lambda: None,
) -> Installation:  # fmt: skip
    """Make or find the installation; doing it again changes nothing.

    `first` makes the master key where there is none yet. It is called for a new installation only: where keys were
    wrapped by one that is gone, another one in its place would open nothing.

    Raises:
        OtherTimeError: it was made with another time source.
        NotPreparedError: the tables aren't there or of another version, and this login may not change that.
        VaultError: it was made with another master key, or the master key is gone.
        NotNowError: the database is away.
    """
    with transaction(engine) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        migrate(connection)
        found = connection.execute(select(installation)).one_or_none()
        if found is None:
            if not keyring.ready:
                first()
            secret = os.urandom(KEY_BYTES)
            connection.execute(
                insert(installation).values(
                    master=keyring.id,
                    shards=count,
                    created_at=datetime.now(UTC),
                    lookup_key=keyring.wrap_secret(secret, OWNER),
                    time_source=time_source,
                )
            )
            numbers = range(count)
            connection.execute(
                insert(shards),
                [{"shard": n, "sequence": 0, "head": GENESIS, "outputs": 0} for n in numbers],
            )
            connection.execute(
                insert(relays),
                [{"shard": n, "epoch": 0, "record": 0, "output": 0} for n in numbers],
            )
            connection.execute(insert(matched), [{"shard": n, "record": 0} for n in numbers])
            return Installation(count, secret, time_source)
        if found.time_source != time_source:
            raise OtherTimeError(found.time_source)
        secret = keyring.taking(found.master).unwrap_secret(found.lookup_key, OWNER)
        if found.master is None and roles.owns(connection):  # from before wrapped keys named their master key
            connection.execute(update(installation).values(master=keyring.id))
        return Installation(found.shards, secret, time_source)
