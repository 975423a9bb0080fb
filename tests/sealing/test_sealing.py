"""Sealed blocks: what opens, what doesn't, and that anybody can build the same from RFC 9180."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from router.messages.retention import TOPICS_KEEP, erased_by
from router.vault import keyfile
from router.vault.keyfile import KeyFile
from router.vault.sealing import Keys, PrivateKey, PublicKey, SealingError, UnsealableError, about

if TYPE_CHECKING:
    from pathlib import Path

ATTRIBUTES = ("/channels/hotline", "cn.bancheng.case.submitted.v1", "0195d3a0-7b1c-7c3e-9a4f-2b6d8e1f0a11", "m-1")
KEY = PrivateKey.new()


@given(st.binary(max_size=3000))
def test_what_is_sealed_opens_with_its_key(plain: bytes) -> None:
    """What is sealed to a key opens with it, is never the same twice, and holds nothing of the plain bytes."""
    one, two = (KEY.public.seal(plain, about(*ATTRIBUTES)) for _ in range(2))
    assert Keys((KEY,)).open(one, about(*ATTRIBUTES)) == plain
    assert one["sealed"] != two["sealed"]
    assert len(plain) < 8 or plain not in b64decode(one["sealed"])


@given(st.integers(0, 3), st.text(min_size=1, max_size=20))
def test_a_block_opens_in_its_message_alone(which: int, other: str) -> None:
    """Put on another case, type, sender or message it doesn't open."""
    block = KEY.public.seal(b"{}", about(*ATTRIBUTES))
    changed = [part + other if at == which else part for at, part in enumerate(ATTRIBUTES)]
    with pytest.raises(UnsealableError) as refused:
        Keys((KEY,)).open(block, about(*changed))
    assert refused.value.field == "sealed"


@given(st.data())
def test_an_altered_block_does_not_open(data: st.DataObject) -> None:
    """A bit flipped anywhere, a piece cut off or added, or no base64 at all: it is refused by name."""
    sealed = b64decode(KEY.public.seal(b"plain words", about(*ATTRIBUTES))["sealed"])
    at = data.draw(st.integers(0, len(sealed) - 1))
    flipped = sealed[:at] + bytes((sealed[at] ^ 1 << data.draw(st.integers(0, 7)),)) + sealed[at + 1 :]
    for altered in (flipped, sealed[:at], sealed + b"x"):
        with pytest.raises(UnsealableError):
            KEY.open(altered, about(*ATTRIBUTES))
    with pytest.raises(UnsealableError):
        Keys((KEY,)).open({"key": KEY.public.id, "sealed": "%%%"}, about(*ATTRIBUTES))


def test_another_key_does_not_open() -> None:
    """A block for somebody else is told by its key; the key's id put on another block doesn't help."""
    other = PrivateKey.new()
    block = other.public.seal(b"{}", about(*ATTRIBUTES))
    with pytest.raises(UnsealableError) as unknown:
        Keys((KEY,)).open(block, about(*ATTRIBUTES))
    assert unknown.value.field == "key"
    with pytest.raises(UnsealableError) as wrong:
        Keys((KEY,)).open(block | {"key": KEY.public.id}, about(*ATTRIBUTES))
    assert wrong.value.field == "sealed"


def outsider(private: bytes, sealed: bytes, info: bytes) -> bytes:
    """Open by RFC 9180's own words (4.1, 5.1, 5.2), in nothing but X25519, HMAC-SHA-256 and AES-GCM."""

    def extract(suite: bytes, salt: bytes, label: bytes, key: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + key, "sha256")

    def expand(suite: bytes, secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
        whole = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return hmac.digest(secret, whole + b"\x01", "sha256")[:length]

    kem, hpke = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x02"
    enc, mine = sealed[:32], X25519PrivateKey.from_private_bytes(private)
    shared = mine.exchange(X25519PublicKey.from_public_bytes(enc))
    secret = extract(kem, b"", b"eae_prk", shared)
    secret = expand(kem, secret, b"shared_secret", enc + mine.public_key().public_bytes_raw(), 32)
    context = b"\x00" + extract(hpke, b"", b"psk_id_hash", b"") + extract(hpke, b"", b"info_hash", info)
    secret = extract(hpke, secret, b"secret", b"")
    key, nonce = expand(hpke, secret, b"key", context, 32), expand(hpke, secret, b"base_nonce", context, 12)
    return AESGCM(key).decrypt(nonce, sealed[32:], b"")


def test_an_outsider_opens_what_we_seal() -> None:
    """A second implementation, written from the RFC, opens a block by what docs/messages.md says of it."""
    block = KEY.public.seal("{“巴图”}".encode(), about(*ATTRIBUTES))
    info = "\n".join(("bancheng.sealed.v1", *ATTRIBUTES)).encode()
    assert outsider(b64decode(KEY.text), b64decode(block["sealed"]), info).decode() == "{“巴图”}"
    assert block["key"] == hashlib.sha256(b64decode(KEY.public.text)).hexdigest()[:16]


@pytest.mark.parametrize("text", ["", "x", "AAAA", b64encode(bytes(31)).decode(), "密钥"])
def test_what_is_no_key_is_told(text: str) -> None:
    """A key that can't be one is refused with a sentence, never with a traceback."""
    for kind in (PublicKey, PrivateKey):
        with pytest.raises(SealingError, match="bancheng keys make"):
            kind.read(text)


@pytest.mark.parametrize("raw", [bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_a_key_to_which_nothing_can_be_sealed_is_none(raw: bytes) -> None:
    """A point of low order is refused where it is handed in, and sealing to one that got by says so."""
    with pytest.raises(SealingError, match="bancheng keys make"):
        PublicKey.read(b64encode(raw).decode())
    with pytest.raises(SealingError):
        PublicKey(raw).seal(b"{}", b"")


def test_a_file_of_keys_is_followed(tmp_path: Path) -> None:
    """A first key is made once; another one counts in a process that runs, the older opens until it is dropped."""
    path = tmp_path / "sub" / "router.key"
    running, again = keyfile.kept(path), keyfile.kept(path)
    first = running.public
    assert again.public.id == first.id
    assert path.stat().st_mode & 0o777 == 0o600
    old = first.seal(b"old", about(*ATTRIBUTES))
    second = keyfile.add(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert running.open(second.seal(b"new", about(*ATTRIBUTES)), about(*ATTRIBUTES)) == b"new"
    assert running.open(old, about(*ATTRIBUTES)) == b"old"
    assert running.public.id == second.id
    with pytest.raises(SealingError, match="in use"):
        keyfile.drop(path, second.id)
    assert keyfile.drop(path, first.id)
    assert not keyfile.drop(path, first.id)
    with pytest.raises(UnsealableError):
        KeyFile(path).open(old, about(*ATTRIBUTES))


@pytest.mark.parametrize("content", [None, b"", b"# nothing\n", b"no key\n", b"\xff\xfe"])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes | None) -> None:
    """A file that is missing, empty or no file of keys is refused by its name; nothing is made in its place."""
    path = tmp_path / "router.key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SealingError, match=r"router\.key"):
        KeyFile(path)
    assert path.exists() is (content is not None)


def test_when_an_erasure_is_complete() -> None:
    """What was said until now is gone once the topics' retention has passed, and the segment that it stood in."""
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert erased_by(now) > now + TOPICS_KEEP + timedelta(days=7)
    assert erased_by(now, timedelta(days=90)) - erased_by(now) == timedelta(days=60)
