"""Whose public keys details are sealed to: registered and taken back by rows that stay, each with a ledger record.

An owner is `router` or the Kafka user of a unit or channel (`unit-hrss`). The key that was registered last holds; the
ones before it stay listed, for their owner still opens by them what was sealed before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from router.ledger import house
from router.ledger.record import Noted
from router.vault.sealing import PublicKey, SealingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from router.ledger.database import Cursor

ROUTER: Final = "router"
NO_KEY: Final = "no sealing key"
REVOKED: Final = "sealing key revoked"
UNUSABLE: Final = "sealing key unusable"
"""Why an output is parked; so are the two before."""

_CHANGES = "SELECT owner, change, key, public, changed_at FROM sealing_keys ORDER BY number"
_NEWEST = """
    SELECT DISTINCT ON (k.owner) k.owner, k.public, EXISTS (
        SELECT FROM sealing_keys AS r WHERE r.owner = k.owner AND r.key = k.key AND r.change = 'revoked')
    FROM sealing_keys AS k WHERE k.change = 'registered' ORDER BY k.owner, k.number DESC
"""
_INSERT = """
    INSERT INTO sealing_keys (changed_at, owner, change, key, public, record) VALUES (%s, %s, %s, %s, %s, %s)
"""
_WAKE = "UPDATE parked SET retry_at = now() WHERE reason = ANY(%s)"


class Standing(NamedTuple):
    """One key as it stands; moments are aware (UTC)."""

    owner: str
    public: PublicKey
    state: Literal["current", "former", "revoked"]
    registered_at: datetime
    ended_at: datetime | None = None
    """Since when it is revoked, or another one holds."""

    def may_still_be_needed(self, now: datetime, kept: timedelta) -> bool:
        """Whether messages sealed to it may still wait in a topic that keeps them for `kept`."""
        return self.ended_at is None or now < self.ended_at + kept


def standing(cur: Cursor) -> list[Standing]:
    """Return every key that was ever registered, by owner, the newest of each last."""
    cur.execute(_CHANGES)
    found: dict[tuple[str, str], Standing] = {}
    current: dict[str, str] = {}
    for owner, change, key, public, at in cur.fetchall():
        name = str(owner), str(key)
        if change == "revoked":
            found[name] = found[name]._replace(state="revoked", ended_at=at)  # type: ignore[arg-type]  # timestamptz
            continue
        before = current.get(name[0])
        if before is not None and found[name[0], before].state == "current":
            found[name[0], before] = found[name[0], before]._replace(state="former", ended_at=at)  # type: ignore[arg-type]
        current[name[0]] = name[1]
        found[name] = Standing(name[0], PublicKey(public), "current", at)  # type: ignore[arg-type]  # bytea, timestamptz
    return sorted(found.values(), key=lambda one: (one.owner, one.registered_at))


def newest(cur: Cursor) -> dict[str, PublicKey | None]:
    """Return by owner what is sealed to now; None where the newest key was taken back."""
    cur.execute(_NEWEST)
    return {
        str(owner): None if revoked else PublicKey(public)  # type: ignore[arg-type]  # bytea
        for owner, public, revoked in cur.fetchall()
    }


def register(cur: Cursor, wall: datetime, keys: Mapping[str, PublicKey]) -> str | None:
    """Let these keys hold from now on, by owner; return the name of the record that says so, None if all hold already.

    Outputs that wait for a key are tried again at once. `wall` is the system's time, aware.

    Raises:
        SealingError: one of them was taken back before, or is another owner's.
    """
    known = standing(cur)
    holding = {one.owner: one.public.id for one in known if one.state == "current"}
    fresh = {owner: key for owner, key in keys.items() if holding.get(owner) != key.id}
    for owner, key in fresh.items():
        _refuse_used(owner, key, known)
    if not fresh:
        return None
    facts: dict[str, str | int] = {owner: key.text for owner, key in fresh.items()}
    record = house.note(cur, wall, Noted("sealing_keys_registered", facts))
    cur.executemany(_INSERT, [(wall, o, "registered", key.id, key.raw, record) for o, key in fresh.items()])
    cur.execute(_WAKE, ([NO_KEY, REVOKED, UNUSABLE],))
    return record


def revoke(cur: Cursor, wall: datetime, owner: str, key_id: str | None = None) -> Standing:
    """Take a key back, by default the one that holds: nothing more is sealed to it. Return it as it stood.

    Raises:
        SealingError: there is no such key that isn't revoked.
    """
    theirs = [one for one in standing(cur) if one.owner == owner and one.state != "revoked"]
    wanted = [one for one in theirs if (one.public.id == key_id if key_id else one.state == "current")]
    if not wanted:
        raise SealingError(
            f"{owner} 没有可收回的密钥{f' {key_id}' if key_id else ''}：请用 bancheng keys list 查看。",
            f"{owner} has no key{f' {key_id}' if key_id else ''} to take back: `bancheng keys list` shows them.",
        )
    key = wanted[0].public
    record = house.note(cur, wall, Noted("sealing_key_revoked", {"owner": owner, "key": key.id}))
    cur.execute(_INSERT, (wall, owner, "revoked", key.id, key.raw, record))
    return wanted[0]


def _refuse_used(owner: str, key: PublicKey, known: list[Standing]) -> None:
    for one in known:
        if one.public.id != key.id:
            continue
        if one.owner != owner:
            raise SealingError(
                f"公钥 {key.id} 已登记给 {one.owner}：每个单位和渠道须用自己的密钥。",
                f"Key {key.id} is registered for {one.owner} already: each unit and channel needs a key of its own.",
            )
        raise SealingError(
            f"公钥 {key.id} 曾属 {owner}，不再使用：请用 bancheng keys make 另生成一把。",
            f"Key {key.id} was {owner}'s before and isn't used again: make another (`bancheng keys make`).",
        )
