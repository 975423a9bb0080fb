"""Keys and ciphers of the vault: AES-256-GCM throughout (NIST SP 800-38D), keyed BLAKE2b for look-ups."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KEY_BYTES = 32
ID_BYTES = 8
_NONCE = 12
_UNNAMED = _NONCE + KEY_BYTES + 16
"""The length of a key that was wrapped before wrapped keys named their master key."""
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
    """The master keys' holder: makes, wraps and unwraps data keys.

    What is wrapped begins with the id of the master key it was wrapped by. While one key takes over from another both
    open; the installation's row says which one wraps (`taking`), so that no process goes on with one that is to go.
    """

    def __init__(self, *masters: bytes, reread: Callable[[], Sequence[bytes]] = tuple) -> None:
        """Take the master keys, 32 bytes each, the wrapping one first; they are never written to the database.

        `reread` brings them anew when something was wrapped by another one.
        """
        self._reread = reread
        self._masters: dict[bytes, Sealer] = {}
        self._hold(masters)

    @property
    def id(self) -> bytes:
        """The id of the key that wraps; raises VaultError where there is none."""
        return self._wrapping()[0]

    @property
    def ready(self) -> bool:
        """Whether there is any key."""
        return bool(self._masters)

    def holds(self, key_id: bytes) -> bool:
        """Whether a master key of that id is at hand, here or where they are kept."""
        if key_id not in self._masters:
            self._hold(self._reread())
        return key_id in self._masters

    def taking(self, key_id: bytes | None) -> Keyring:
        """Return the keyring that wraps by the key of that id, as the installation says; None is whichever is first.

        Raises:
            VaultError: that key isn't here.
        """
        if key_id is None or next(iter(self._masters), None) == key_id:
            return self
        if not self.holds(key_id):
            raise self._unknown(key_id)
        taken = Keyring(reread=self._reread)
        taken._masters = {key_id: self._masters[key_id], **self._masters}
        return taken

    def new(self, owner: str) -> DataKey:
        """Make a data key for `owner` (a case id)."""
        key = os.urandom(KEY_BYTES)
        return DataKey(Sealer(key), self.wrap_secret(key, owner))

    def unwrap(self, wrapped: bytes, owner: str) -> DataKey:
        """Return the data key of `owner`; raises VaultError if this isn't its wrapped form."""
        return DataKey(Sealer(self.unwrap_secret(wrapped, owner)), wrapped)

    def wrap_secret(self, secret: bytes, owner: str) -> bytes:
        """Wrap a key (a case's, the look-up key) for keeping in the database."""
        key_id, master = self._wrapping()
        return key_id + master.seal(secret, owner)

    def unwrap_secret(self, wrapped: bytes, owner: str) -> bytes:
        """Return a secret wrapped by `wrap_secret`; raises VaultError."""
        if len(wrapped) == _UNNAMED:
            return self._unwrap_unnamed(wrapped, owner)
        key_id = wrapped[:ID_BYTES]
        if not self.holds(key_id):
            raise self._unknown(key_id)
        return self._masters[key_id].open(wrapped[ID_BYTES:], owner)

    def _unwrap_unnamed(self, wrapped: bytes, owner: str) -> bytes:
        """Open what was wrapped before keys were named: only trying tells which key it was."""
        *others, last = list(self._masters.values()) or [self._wrapping()[1]]
        for master in others:
            with suppress(VaultError):
                return master.open(wrapped, owner)
        return last.open(wrapped, owner)

    def _wrapping(self) -> tuple[bytes, Sealer]:
        if not self._masters:
            self._hold(self._reread())
        for found in self._masters.items():
            return found
        raise VaultError(
            "找不到主密钥，保险库打不开：请从备份恢复（见 docs/operating.md）；不会自动另造一把。",
            "The master key is missing, and the vault stays shut: bring it back from its backup (docs/operating.md)."
            " None is made in its place.",
        )

    def _unknown(self, key_id: bytes) -> VaultError:
        """Return what to say of a key that isn't here; raises VaultError where there is none at all."""
        self._wrapping()
        return VaultError(
            f"保险库由另一把主密钥（{key_id.hex()}）封存，本机没有这一把：请换上它再启动（BANCHENG_MASTER_KEY_FILE）。",
            f"The vault is wrapped by another master key ({key_id.hex()}) that isn't here: bring it and start again"
            " (BANCHENG_MASTER_KEY_FILE).",
        )

    def _hold(self, masters: Sequence[bytes]) -> None:
        for master in masters:
            if len(master) != KEY_BYTES:
                raise VaultError(
                    f"主密钥必须是 {KEY_BYTES} 字节，这一把是 {len(master)} 字节：请检查 BANCHENG_MASTER_KEY_FILE。",
                    f"The master key must be {KEY_BYTES} bytes, this one has {len(master)}:"
                    " check BANCHENG_MASTER_KEY_FILE.",
                )
        if masters:
            self._masters = {master_id(master): Sealer(master) for master in masters}


def master_id(master: bytes) -> bytes:
    """Return the id of a master key: eight bytes of its SHA-256, which tell nothing of 32 random ones."""
    return hashlib.sha256(b"bancheng.master" + master).digest()[:ID_BYTES]


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
