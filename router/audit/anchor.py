"""An anchor: one signed statement about where every chain ends. Its shape, its bytes, its signature, its line. Pure.

The bytes are one CloudEvents JSON value like a record's. The signature (Ed25519, RFC 8032) is over
`"bancheng.anchor.v1" ‖ canonical(data without signature)`: JSON with sorted names, no blanks, integers and strings.
An anchor carries the SHA-256 of the one before it, so that anchors are a chain of their own, and introduces or retires
signing keys: `docs/verify.md` has it byte by byte.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from router.ledger.record import UNREADABLE

TYPE = "cn.bancheng.anchor.v1"
DIGEST = 32
"""Bytes of a SHA-256."""
FIRST = "00" * DIGEST
"""What the first anchor says of the one before it."""
_MARK = b'"type":"cn.bancheng.anchor.'
_MARKED = 256
"""Within so many bytes of an event that we wrote stands its type."""
_PREFIX = b"bancheng.anchor.v1"
_KEY_PREFIX = b"bancheng.key.v1"
_BEIJING = timezone(timedelta(hours=8))
_CODE_BYTES = 20
"""160 bits of the digest stand in a line: nobody finds two anchors of one code (a collision costs 2^80)."""
_LINE = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)\s+anchor\s+(?P<number>\d{1,18})\s+records\s+(?P<records>\d{1,18})"
    r"\s+head\s+(?P<code>[A-Z2-7]{4}(?:-[A-Z2-7]{4}){7})\s+key\s+(?P<key>[0-9a-f]{32})"
)


_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""No anchor was made before or will be after; nearer to the calendar's ends there is no reckoning."""


class End(msgspec.Struct, frozen=True):
    """Where one shard's chain ends: sequence and hash (hex) of its newest record, 0 and zeros where it is empty."""

    shard: int
    sequence: _Count
    hash: str


class Introduced(msgspec.Struct, frozen=True):
    """A signing key that holds from here on, and its own word that it wants to."""

    key: str
    public: str
    """The 32 bytes of the public key, base64."""
    confirmed: str
    """Its signature over `"bancheng.key.v1" ‖ hash of the anchor before ‖ public key`, base64."""


class Anchor(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an anchor says: where every chain ended at one moment, signed; times are UTC."""

    number: _Count
    made_at: Annotated[datetime, msgspec.Meta(tz=True)]
    heads: tuple[End, ...]
    records: int
    """How many there are in all shards."""
    previous: str
    """SHA-256 (hex) of the bytes of the anchor before."""
    key: str
    """Which key signed it."""
    introduces: Introduced | None = None
    retires: str | None = None
    """A key that signs nothing any more after this anchor."""
    signature: str = ""


class Event(msgspec.Struct, frozen=True):
    """The CloudEvents envelope around an anchor."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    data: Anchor


class _Envelope(msgspec.Struct, frozen=True):
    type: str


_event = msgspec.json.Decoder(Event).decode
_envelope = msgspec.json.Decoder(_Envelope).decode
_any = msgspec.json.Decoder(type=dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode
_sorted = msgspec.json.Encoder(order="sorted").encode


class NotAnAnchorError(ValueError):
    """The bytes are no anchor, or one of a version that this program doesn't know."""


def encode(anchor: Anchor) -> bytes:
    """Return the anchor's bytes; the same anchor always gives the same bytes."""
    name = f"anchor-{anchor.number}"
    return _encode(Event("1.0", name, "/router", TYPE, name, anchor.made_at, "application/json", anchor))


def decode(data: bytes) -> Anchor:
    """Return the anchor in `data`; its signature is not looked at.

    Raises:
        NotAnAnchorError: it isn't one, or of a later version.
    """
    try:
        kind = _envelope(data).type
        found = _event(data).data if kind == TYPE else None
    except UNREADABLE as error:
        raise NotAnAnchorError(type(error).__name__) from error
    if found is None:
        raise NotAnAnchorError("of another type")
    if not _EARLIEST <= found.made_at < _LATEST:
        raise NotAnAnchorError("of another time")
    return found


def looks_like_anchor(data: bytes) -> bool:
    """Whether what stands among records is an anchor: told by the type in its envelope, which comes first."""
    return _MARK in data[:_MARKED]


def digest(data: bytes) -> bytes:
    """Return the SHA-256 of an anchor's bytes: the next one names it."""
    return hashlib.sha256(data).digest()


def key_id(public: bytes) -> str:
    """Return how a key is called: the first 16 bytes of the SHA-256 of its 32, in hex."""
    return hashlib.sha256(public).hexdigest()[:32]


def signed(anchor: Anchor, key: Ed25519PrivateKey) -> Anchor:
    """Return the anchor with its signature; `key` must be the one that it names."""
    plain = msgspec.structs.replace(anchor, signature="")
    return msgspec.structs.replace(plain, signature=_written(key.sign(_PREFIX + _sorted(plain))))


def sound(data: bytes, public: bytes) -> bool:
    """Whether the anchor in these bytes was signed with this key."""
    content = _any(data)["data"]
    given = content.pop("signature", "")
    return _holds(public, given, _PREFIX + _sorted(content))


def introduced(key: Ed25519PrivateKey, previous: str) -> Introduced:
    """Return the introduction of a key, to stand in the anchor after the one whose hash is `previous`."""
    public = key.public_key().public_bytes_raw()
    confirmed = key.sign(_KEY_PREFIX + bytes.fromhex(previous) + public)
    return Introduced(key_id(public), _written(public), _written(confirmed))


def public_of(given: Introduced, previous: str) -> bytes | None:
    """Return the public key that is introduced; None where it isn't the one it is called, or never confirmed it."""
    try:
        public, before = base64.b64decode(given.public, validate=True), bytes.fromhex(previous)
    except ValueError:
        return None
    if key_id(public) != given.key or not _holds(public, given.confirmed, _KEY_PREFIX + before + public):
        return None
    return public


def _holds(public: bytes, signature: object, content: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(str(signature), validate=True), content)
    except (ValueError, InvalidSignature):
        return False
    return True


def _written(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


class Line(NamedTuple):
    """The short line of an anchor, to be posted on a wall or sent to another office."""

    date: str
    """Day in China (UTC+8)."""
    number: int
    records: int
    code: str
    """160 bits of the anchor's SHA-256 in base32: it covers the heads of all shards."""
    key: str

    def __str__(self) -> str:
        """Write it: `bancheng 2026-11-30 anchor 42 records 1234567 head ABCD-… key 0123…`."""
        return f"bancheng {self.date} anchor {self.number} records {self.records} head {self.code} key {self.key}"


def line(data: bytes) -> Line:
    """Return the line of an anchor's bytes."""
    anchor = decode(data)
    date = anchor.made_at.astimezone(_BEIJING).date().isoformat()
    return Line(date, anchor.number, anchor.records, code(digest(data)), anchor.key)


def code(given: bytes) -> str:
    """Return the first 160 bits of a digest as eight groups of four letters and digits (base32, RFC 4648)."""
    letters = base64.b32encode(given[:_CODE_BYTES]).decode()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def read_line(written: str) -> Line | None:
    """Return the line in a text that somebody copied; None where there is none."""
    found = _LINE.search(written)
    if found is None:
        return None
    date, number, records, head, key = found.groups()
    return Line(date, int(number), int(records), head, key)
