"""Sealing details on their way out: to whose key, or why a message can't go yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import orjson

from router.ledger import sealing_keys
from router.messages.envelope import with_details
from router.policy.sealing import Mode
from router.vault.sealing import SealingError, about_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from router.ledger.database import Cursor
    from router.vault.sealing import PublicKey

_LOOK_SECONDS: Final = 2.0
"""How long a key that was registered or taken back may go unseen."""
_LONG_AGO: Final = float("-inf")
_USERS: Final = {"assignments": "unit", "results": "channel"}


class NotSealedError(Exception):
    """Details may not go as they are: the reader has no key, or its key was taken back. The text is why."""


class Sealing:
    """Follows the registered keys, looking again every two seconds."""

    def __init__(self, mode: Callable[[str], Mode]) -> None:
        """`mode` says how details travel to a unit or channel, by its id."""
        self._mode = mode
        self._keys: dict[str, PublicKey | None] = {}
        self._looked = _LONG_AGO

    def follow(self, cur: Cursor, *, at_once: bool) -> None:
        """Read in the transaction of `cur` which keys hold, if that was some time ago, or `at_once`."""
        if at_once or time.monotonic() - self._looked > _LOOK_SECONDS:
            self._keys = sealing_keys.newest(cur)
            self._looked = time.monotonic()

    def put(self, topic: str, event: bytes, details: bytes) -> bytes:
        """Return a message with its details, sealed to the topic's reader where that is to be.

        Raises:
            NotSealedError: it has to wait until another key is registered.
        """
        family, _, owner = topic.partition(".")
        mode = self._mode(owner)
        if mode is Mode.OFF:
            return with_details(event, details)
        user = f"{_USERS[family]}-{owner}"
        key = self._keys.get(user)
        if key is not None:
            try:
                return with_details(event, orjson.dumps(key.seal(details, about_event(orjson.loads(event)))))
            except SealingError:
                raise NotSealedError(sealing_keys.UNUSABLE) from None
        if user in self._keys:
            raise NotSealedError(sealing_keys.REVOKED)
        if mode is Mode.REQUIRED:
            raise NotSealedError(sealing_keys.NO_KEY)
        return with_details(event, details)
