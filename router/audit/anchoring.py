"""Making anchors: the heads of all shards of one moment, signed, kept in a row and left for the relay to publish.

Whoever makes one holds shard 0 while doing so: anchors are a chain of their own, and one row follows the other.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

from router.audit import anchor as anchors
from router.audit.anchor import FIRST, Anchor, End
from router.ledger import claims
from router.ledger.database import cursor, transaction
from router.ledger.house import SHARD, note
from router.ledger.record import Noted
from router.ledger.sheet import Sheet
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy.engine import Connection, Engine

    from router.ledger.database import Cursor

TOPIC = "ledger"
_HEADS = "SELECT shard, sequence, encode(head, 'hex') FROM shards ORDER BY shard"
_NEWEST = "SELECT bytes FROM anchors ORDER BY number DESC LIMIT 1"
_STANDS = "SELECT (SELECT sum(sequence) FROM shards), (SELECT bytes FROM anchors ORDER BY number DESC LIMIT 1)"
_LATER = "SELECT bytes FROM anchors WHERE number > :number ORDER BY number LIMIT 1000"


class KeyNotKnownError(SaidError):
    """The key at hand isn't one of those that the log knows, or it was retired."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"签名密钥 {key} 不是台账认可的：请放回原来的 signing.key，"
            "或用 bancheng anchor rotate-key --lost 另立新钥。",
            f"The signing key {key} isn't one that the log knows: put the right signing.key back, or begin with a new"
            " one by `bancheng anchor rotate-key --lost`.",
        )


class NotToRetireError(SaidError):
    """There is no earlier key to retire."""

    def __init__(self) -> None:
        super().__init__("没有可停用的旧签名密钥。", "There is no earlier signing key to retire.")


class Every(NamedTuple):
    """How often an anchor is due: after so many records, or so much time in which there was one."""

    records: int
    time: timedelta


class Anchoring:
    """Makes anchors in one installation's database."""

    def __init__(self, engine: Engine) -> None:
        """Work through `engine`; the services' role is enough."""
        self._engine = engine
        self._read = 0
        self._holds: dict[str, bool] = {}

    def due(self, now: datetime, every: Every) -> bool:
        """Whether an anchor is due; raises NotNowError."""
        with transaction(self._engine) as connection:
            count, newest = connection.execute(text(_STANDS)).one()
        if newest is None:
            return int(count) > 0
        last = anchors.decode(bytes(newest))
        fresh = int(count) - last.records
        return fresh >= every.records or (fresh > 0 and now - last.made_at >= every.time)

    def make(self, now: datetime, key: Ed25519PrivateKey, *, lost: bool = False) -> bytes:
        """Make an anchor and return its bytes. The first one introduces its key; so does one after a key was lost.

        Raises:
            KeyNotKnownError: the log knows this key not, or no more.
            NotNowError: the database is away.
        """
        with self._held() as cur:
            known = self._holds.get(_name(key))
            if known is None and (lost or not self._holds):
                return _written(cur, now, key, fresh=key)
            if not known:
                raise KeyNotKnownError(_name(key))
            return _written(cur, now, key)

    def introduce(self, now: datetime, key: Ed25519PrivateKey, fresh: Ed25519PrivateKey) -> bytes:
        """Make an anchor by which a new key holds beside those that do; raises KeyNotKnownError, NotNowError."""
        with self._held() as cur:
            if not self._holds.get(_name(key)):
                raise KeyNotKnownError(_name(key))
            return _written(cur, now, key, fresh=fresh)

    def retire(self, now: datetime, key: Ed25519PrivateKey) -> tuple[str, bytes]:
        """Make an anchor by which the earlier key holds no more; return which, and the bytes.

        Raises:
            NotToRetireError: no key holds that was introduced before this one.
            KeyNotKnownError: the log knows this key not, or no more.
        """
        with self._held() as cur:
            if not self._holds.get(_name(key)):
                raise KeyNotKnownError(_name(key))
            old = next(name for name, holds in self._holds.items() if holds)  # in the order of their introduction
            if old == _name(key):
                raise NotToRetireError
            return old, _written(cur, now, key, retires=old)

    def since(self, number: int) -> Iterator[bytes]:
        """Yield the anchors after a number."""
        while True:
            with transaction(self._engine) as connection:
                found = _later(connection, number)
            if not found:
                return
            yield from found
            number = anchors.decode(found[-1]).number

    def holds(self, key: str) -> bool | None:
        """Whether the log knows this key and lets it sign: None if it never heard of it; raises NotNowError."""
        with transaction(self._engine) as connection:
            self._learn(connection)
        return self._holds.get(key)

    @contextmanager
    def _held(self) -> Iterator[Cursor]:
        """Hold shard 0, and only then learn which keys hold: while one waits for it a key may have been retired."""
        with transaction(self._engine) as connection:
            cur = cursor(connection)
            claims.hold(cur, (), {SHARD})
            self._learn(connection)
            yield cur

    def _learn(self, connection: Connection) -> None:
        while found := _later(connection, self._read):
            for data in found:
                self._know(anchors.decode(data))

    def _know(self, found: Anchor) -> None:
        """Learn what an anchor does to keys; one that was retired never holds again, as for those who verify."""
        self._read = found.number
        if found.introduces is not None:
            self._holds.setdefault(found.introduces.key, True)
        if found.retires is not None:
            self._holds[found.retires] = False


def _later(connection: Connection, number: int) -> list[bytes]:
    return [bytes(row[0]) for row in connection.execute(text(_LATER), {"number": number})]


def _written(
    cur: Cursor, now: datetime, key: Ed25519PrivateKey, *, fresh: Ed25519PrivateKey | None = None,
    retires: str | None = None,
) -> bytes:  # fmt: skip
    """Write an anchor, and what it does to keys into the chain; return its bytes. Shard 0 must be held."""
    if fresh is not None:
        note(cur, now, Noted("signing_key_introduced", {"key": _name(fresh), "by": _name(key)}))
    if retires is not None:
        note(cur, now, Noted("signing_key_retired", {"key": retires, "by": _name(key)}))
    held = claims.hold(cur, (), {SHARD})
    made = _made(cur, now, key, fresh, retires)
    data = anchors.encode(made)
    cur.execute("INSERT INTO anchors (number, made_at, bytes) VALUES (%s, %s, %s)", (made.number, made.made_at, data))
    sheet = Sheet(held, now)
    sheet.publish(SHARD, f"anchor-{made.number}", TOPIC, data)
    sheet.write(cur)
    return data


def _made(
    cur: Cursor, now: datetime, key: Ed25519PrivateKey, fresh: Ed25519PrivateKey | None, retires: str | None
) -> Anchor:
    """Return the anchor of this moment: all heads are read by one statement, so that they belong together."""
    newest = cur.execute(_NEWEST).fetchone()
    before = None if newest is None else bytes(newest[0])  # type: ignore[call-overload]
    number = 1 if before is None else anchors.decode(before).number + 1
    previous = FIRST if before is None else anchors.digest(before).hex()
    heads = tuple(End(*row) for row in cur.execute(_HEADS))  # type: ignore[arg-type]
    introduces = None if fresh is None else anchors.introduced(fresh, previous)
    plain = Anchor(
        number, now, heads, sum(head.sequence for head in heads), previous, _name(key), introduces, retires
    )  # fmt: skip
    return anchors.signed(plain, key)


def _name(key: Ed25519PrivateKey) -> str:
    return anchors.key_id(key.public_key().public_bytes_raw())
