"""`--key`: public signing keys that a person has from elsewhere than the log."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bancheng.cli.shell import MISUSED, fail, said

Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key", help="另行得到的公钥：文件或 64 位十六进制。A public key that you have: a file, or 64 hex digits."
    ),
]
_HEX = re.compile(r"\b[0-9a-f]{64}\b")


def public_keys(written: list[str] | None, lang: str) -> tuple[bytes, ...]:
    """Return the public keys that were given, 32 bytes each, or leave with one sentence."""
    return tuple(_public(one, lang) for one in written or ())


def _public(written: str, lang: str) -> bytes:
    """Return a public key's 32 bytes from a file (PEM or hex) or from hex digits."""
    path = Path(written)
    try:
        content = path.read_bytes() if path.is_file() else written.encode()
    except OSError:
        content = b""
    found = _HEX.search(content.decode(errors="replace"))
    if found is not None:
        return bytes.fromhex(found.group())
    try:
        key = serialization.load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        fail(said(lang, f"--key {written} 不是公钥：应为 PEM 文件或 64 位十六进制数。",
                  f"--key {written} is no public key: name a PEM file, or write 64 hex digits."), MISUSED)  # fmt: skip
    return key.public_bytes_raw()
