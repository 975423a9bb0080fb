"""The secrets of a home that are not passwords: the vault's master key, the key of imports, and keys for sealing."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from router.vault import keyfile
from router.vault.keyfile import KeyFile
from router.vault.keyring import KEY_BYTES, Keyring, VaultError

if TYPE_CHECKING:
    from pathlib import Path

_MASTER = "master.key"
_IMPORT = "import.key"
_SEALING = "sealing.key"
_PARTIES = "sealing"


def keyring(home: Path, file: Path | None) -> Keyring:
    """Return the vault's keyring; its key is made once in the home unless a file is named.

    Raises:
        VaultError: the named file is missing or not a key.
    """
    if file is None:
        return Keyring(_kept(home / _MASTER))
    try:
        return Keyring(file.read_bytes())
    except OSError as error:
        raise VaultError(
            f"读不了主密钥 {file}（{error.strerror}）：请检查 BANCHENG_MASTER_KEY_FILE。",
            f"The master key {file} can't be read ({error.strerror}): check BANCHENG_MASTER_KEY_FILE.",
        ) from None


def import_key(home: Path) -> bytes:
    """Return the key by which imported rows get their ids, so that importing again doubles nothing."""
    return _kept(home / _IMPORT)


def sealing_file(home: Path, file: Path | None) -> Path:
    """Return where the router's private keys for sealing are kept."""
    return file or home / _SEALING


def sealing_keys(home: Path, file: Path | None) -> KeyFile:
    """Return the router's private keys for sealing; the first is made in the home unless a file is named.

    Raises:
        SealingError: the named file is missing, or no file of keys.
    """
    return KeyFile(file) if file else keyfile.kept(home / _SEALING)


def party_file(home: Path, user: str) -> Path:
    """Return where this home keeps the private keys of a unit or channel, given by its Kafka user, if it does."""
    return home / _PARTIES / f"{user}.key"


def _kept(path: Path) -> bytes:
    """Return the bytes in a file that only its owner may read, made on first use."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was quicker: its key is the one
            os.link(fresh, path)
        fresh.unlink()
    return path.read_bytes()
