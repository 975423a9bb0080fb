"""Rotating the vault's master key from beginning to end, and taken up again wherever it was cut short."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from router.ledger.database import NotNowError
from router.vault import rotating
from router.vault.keyring import Keyring, master_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from bancheng.compose import House
    from router.vault.rotating import Wrapped

_TRIES = 5
_PAUSE_SECONDS = 0.5


class Rotated(NamedTuple):
    """What a rotation did."""

    key: str
    """The new key's id, hex."""
    resumed: bool
    """An earlier one was brought to its end."""
    wrapped: Wrapped
    destroyed: bool
    """The old key is gone from where it was kept; else that is left to a person."""


def rotate(given: House, told: Callable[[int], None] = lambda _done: None) -> Rotated:
    """Let a new master key take over; raises VaultError, NotNowError, NoRightError. Services may run meanwhile.

    The old key goes last: a rotation that is killed leaves both, and the next one goes on from there. Two at once go
    one after the other.
    """
    given.install()
    with rotating.alone(given.engine):
        return _rotated(given, told)


def _rotated(given: House, told: Callable[[int], None]) -> Rotated:
    kept = given.master_key
    before = rotating.current(given.engine) or given.keyring.id
    key = kept.begin(before)
    key_id = master_id(key)
    keyring = Keyring(*kept.keys(), reread=kept.keys)
    _patiently(lambda: rotating.take_over(given.engine, keyring, key_id))
    wrapped = rotating.wrap_anew(given.engine, keyring, key_id, told)
    return Rotated(key_id.hex(), key_id == before, wrapped, kept.finish(key))


def _patiently(step: Callable[[], None]) -> None:
    """Try again while somebody holds a shard for long."""
    for left in range(_TRIES, 0, -1):
        try:
            return step()
        except NotNowError:
            if left == 1:
                raise
            time.sleep(_PAUSE_SECONDS)
    return None
