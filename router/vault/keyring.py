"""Keys and ciphers of the vault: AES-256-GCM throughout (NIST SP 800-38D), keyed BLAKE2b for look-ups."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_BYTES = 32
_NONCE = 12
DIGEST_BYTES = 16
"""The size of every keyed hash."""


class VaultError(SaidError):
    """Something in the vault can't be opened: wrong master key, or altered."""


class Sealer:
    """Seals and opens with one key; what is sealed is bound to the name given with it."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, bound_to: str) -> bytes:
        """Return nonce and ciphertext."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """Return the plain bytes.

        Raises:
            VaultError: another key, another name, or altered bytes.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
        except InvalidTag:
            raise VaultError(
                "用这把主密钥打不开保险库：请检查 BANCHENG_MASTER_KEY_FILE。",
                "The vault can't be opened with this master key: check BANCHENG_MASTER_KEY_FILE.",
            ) from None


@dataclass(frozen=True, slots=True)
class DataKey:
    """A case's sealer, and its key as it stands in the database."""

    sealer: Sealer
    wrapped: bytes


class Keyring:
    """The master key's holder: makes, wraps and unwraps data keys."""

    def __init__(self, master: bytes) -> None:
        """Take the master key, 32 bytes, from a file or a secret; it is never written to the database."""
        if len(master) != KEY_BYTES:
            raise VaultError(
                f"主密钥必须是 {KEY_BYTES} 字节，这一把是 {len(master)} 字节：请检查 BANCHENG_MASTER_KEY_FILE。",
                f"The master key must be {KEY_BYTES} bytes, this one has {len(master)}:"
                " check BANCHENG_MASTER_KEY_FILE.",
            )
        self._master = Sealer(master)

    def new(self, owner: str) -> DataKey:
        """Make a data key for `owner` (a case id)."""
        key = os.urandom(KEY_BYTES)
        return DataKey(Sealer(key), self._master.seal(key, owner))

    def unwrap(self, wrapped: bytes, owner: str) -> DataKey:
        """Return the data key of `owner`; raises VaultError if this isn't its wrapped form."""
        return DataKey(Sealer(self._master.open(wrapped, owner)), wrapped)

    def wrap_secret(self, secret: bytes, owner: str) -> bytes:
        """Wrap another secret (the look-up key) for keeping in the database."""
        return self._master.seal(secret, owner)

    def unwrap_secret(self, wrapped: bytes, owner: str) -> bytes:
        """Return a secret wrapped by `wrap_secret`; raises VaultError."""
        return self._master.open(wrapped, owner)


class Hasher:
    """Keyed hashes whose first parts are the same: they are taken in once."""

    __slots__ = ("_begun",)

    def __init__(self, key: bytes, *parts: bytes) -> None:
        """Take in the parts that all begin with; each part is kept apart from the next by its length."""
        self._begun = hashlib.blake2b(key=key, digest_size=DIGEST_BYTES)
        for part in parts:
            self._begun.update(len(part).to_bytes(8, "big") + part)

    def of(self, *parts: bytes) -> bytes:
        """Return 16 bytes that can't be guessed back without the key."""
        digest = self._begun.copy()
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.digest()

    def each(self, items: Sequence[bytes]) -> tuple[bytes, ...]:
        """Return the hash of each of many items of one length."""
        if not items:
            return ()
        begun = self._begun.copy()
        begun.update(len(items[0]).to_bytes(8, "big"))
        found = []
        for item in items:
            digest = begun.copy()
            digest.update(item)
            found.append(digest.digest())
        return tuple(found)


def keyed_hash(key: bytes, *parts: bytes) -> bytes:
    """Return 16 bytes that can't be guessed back without the key; parts are kept apart by their lengths."""
    return Hasher(key).of(*parts)
