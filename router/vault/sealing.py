"""Sealing to a reader's public key: HPKE in base mode, so that between sender and reader nobody reads along.

Construction: RFC 9180, single shot, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, by `cryptography`'s own
implementation; what is sealed is the encapsulated key (32 bytes) and behind it the ciphertext. `info` binds it to the
one message in which it stands (`about`). Base mode doesn't say who sealed: that the broker's credentials do.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeGuard

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEY_BYTES: Final = 32
SEALED: Final = "sealed"
_ID_BYTES: Final = 8
_LABEL: Final = "bancheng.sealed.v1"


class SealingError(SaidError):
    """A key of sealing can't be used, or a file of them: one sentence with what to do."""


class UnsealableError(Exception):
    """A block can't be opened: `field` says whether its `key` isn't known here, or what is `sealed` isn't right."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


def about(source: str, type_: str, subject: str, id_: str) -> bytes:
    """Return what a block is bound to, HPKE's `info`: a label and four attributes of its message, one a line.

    `source` tells the direction as well: `/router` on the way out, a channel's or unit's on the way in. Nobody can move
    a block to another case, another type, another sender or another message.
    """
    return f"{_LABEL}\n{source}\n{type_}\n{subject}\n{id_}".encode()


def about_event(event: Mapping[str, Any]) -> bytes:
    """Return what the details of an event, given by its attributes, are bound to."""
    return about(event["source"], event["type"], event["subject"], event["id"])


class PublicKey:
    """What is sealed to; `id` is how blocks name it."""

    __slots__ = ("_key", "id", "raw")

    def __init__(self, raw: bytes) -> None:
        """Take the 32 bytes of an X25519 public key; raises SealingError where they are none."""
        if len(raw) != KEY_BYTES:
            raise _no_key()
        self._key = X25519PublicKey.from_public_bytes(raw)
        self.raw = raw
        self.id = hashlib.sha256(raw).hexdigest()[: 2 * _ID_BYTES]

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the key that `text` writes in base64; raises SealingError, also where nothing can be sealed to it."""
        made = cls(_bytes(text))
        made.seal(b"", b"")
        return made

    @property
    def text(self) -> str:
        """The key as it is handed on: base64."""
        return b64encode(self.raw).decode()

    def seal(self, plain: bytes, bound_to: bytes) -> dict[str, str]:
        """Return the block that stands in place of `plain` (a block `details` as JSON bytes).

        Raises:
            SealingError: the key is a point of low order, to which everybody could open (RFC 7748, 6.1).
        """
        try:
            sealed = _suite().encrypt(plain, self._key, bound_to)
        except ValueError:
            raise _no_key() from None
        return {"scheme": SEALED, "key": self.id, SEALED: b64encode(sealed).decode()}


class PrivateKey:
    """What is opened with."""

    __slots__ = ("_key", "public", "raw")

    def __init__(self, raw: bytes) -> None:
        """Take the 32 bytes of an X25519 private key; raises SealingError where they are none."""
        if len(raw) != KEY_BYTES:
            raise _no_key()
        self._key = X25519PrivateKey.from_private_bytes(raw)
        self.raw = raw
        self.public = PublicKey(self._key.public_key().public_bytes_raw())

    @classmethod
    def new(cls) -> Self:
        """Make a key."""
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the key that `text` writes in base64; raises SealingError."""
        return cls(_bytes(text))

    @property
    def text(self) -> str:
        """The key as it is kept: base64."""
        return b64encode(self.raw).decode()

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Return what was sealed; raises UnsealableError: another key, another message, or altered bytes."""
        try:
            return _suite().decrypt(sealed, self._key, bound_to)
        except (InvalidTag, ValueError):
            raise UnsealableError(SEALED) from None


class Opens(Protocol):
    """Who opens what is sealed to it."""

    def open(self, block: Mapping[str, Any], bound_to: bytes) -> bytes:
        """Return the plain block's bytes; raises UnsealableError."""
        ...


class Keys:
    """Private keys of one reader, several generations: older ones open what was sealed before."""

    def __init__(self, keys: Iterable[PrivateKey]) -> None:
        """Take the keys, the newest last."""
        self._by_id = {key.public.id: key for key in keys}

    def __contains__(self, key_id: object) -> bool:
        return key_id in self._by_id

    def open(self, block: Mapping[str, Any], bound_to: bytes) -> bytes:
        """Return the plain block's bytes; raises UnsealableError."""
        key = self._by_id.get(block["key"])
        if key is None:
            raise UnsealableError("key")
        try:
            sealed = b64decode(block[SEALED], validate=True)
        except ValueError:
            raise UnsealableError(SEALED) from None
        return key.open(sealed, bound_to)


NOBODY: Final = Keys(())
"""Who has no keys."""


def is_sealed(details: object) -> TypeGuard[dict[str, Any]]:
    """Whether a message's block `details` says of itself that it is sealed."""
    return isinstance(details, dict) and details.get("scheme") == SEALED


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text.strip(), validate=True)
    except ValueError:
        raise _no_key() from None


def _no_key() -> SealingError:
    return SealingError(
        "这不是密封公钥或私钥：应为 32 字节的 X25519 密钥，以 base64 书写（bancheng keys make 生成）。",
        "This is no key for sealing: write the 32 bytes of an X25519 key in base64 (`bancheng keys make` makes one).",
    )
