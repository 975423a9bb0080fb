"""What a client of the router seals with and opens by: the router's public key, and its own private ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import orjson

from router.vault.keyfile import KeyFile
from router.vault.sealing import NOBODY, PublicKey, UnsealableError, about_event, is_sealed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from router.vault.sealing import Opens


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """One channel's or unit's keys. Without the router's key it sends plain; without its own it opens nothing."""

    router: PublicKey | None = None
    own: Opens = NOBODY

    @classmethod
    def of(cls, router: str | None, file: Path | None) -> Self:
        """Return a client's keys: `router` as `bancheng keys public` prints it, and a file of `bancheng keys make`.

        Raises:
            SealingError: one of them is no key.
        """
        return cls(PublicKey.read(router) if router else None, KeyFile(file) if file else NOBODY)

    def sealed(self, data: Mapping[str, Any], attributes: Mapping[str, str]) -> Mapping[str, Any]:
        """Return a message's `data` with its details sealed to the router, plain as they are where its key isn't known.

        `attributes` are the message's `id`, `source`, `type` and `subject`: the block opens in this message alone.
        """
        if self.router is None or "details" not in data:
            return data
        return {**data, "details": self.router.seal(orjson.dumps(data["details"]), about_event(attributes))}

    def opened(self, event: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
        """Return an event's data with plain details, and None; or as it came, and the id of the key that is missing."""
        data: dict[str, Any] = event["data"]
        details = data.get("details")
        if not is_sealed(details):
            return data, None
        try:
            return data | {"details": orjson.loads(self.own.open(details, about_event(event)))}, None
        except UnsealableError:
            return data, str(details["key"])


NO_KEYS = ClientKeys()
"""Whose messages travel plain."""
