"""The secrets of a home that are not passwords: the vault's master key, the key of imports, and keys for sealing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bancheng.master_key import Bare, ByCommand, Given, write_new
from bancheng.master_key import KeyFile as MasterFile
from router.vault import keyfile
from router.vault.keyfile import KeyFile
from router.vault.keyring import KEY_BYTES, Keyring

if TYPE_CHECKING:
    from pathlib import Path

    from bancheng.master_key import MasterKey
    from bancheng.settings import Settings

MASTER = "master.key"
_IMPORT = "import.key"
_SEALING = "sealing.key"
_PARTIES = "sealing"


def master_key(settings: Settings) -> MasterKey:
    """Return where the master key is kept: in the environment, in the file that is named, else in the home."""
    if settings.master_key is not None:
        return Given(settings.master_key.get_secret_value())
    command = settings.master_key_command
    path = settings.master_key_file or settings.home / MASTER
    return MasterFile(path, settings.master_key_file is None, ByCommand(command) if command else Bare())


def keyring(kept: MasterKey) -> Keyring:
    """Return the vault's keyring; raises VaultError where a key is there that can't be used. None is made here."""
    return Keyring(*kept.keys(), reread=kept.keys)


def import_key(home: Path) -> bytes:
    """Return the key by which imported rows get their ids, so that importing again doubles nothing; made once."""
    path = home / _IMPORT
    if not path.exists():
        write_new(path, os.urandom(KEY_BYTES))
    return path.read_bytes()


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
