"""The secrets of a home that are not passwords: the vault's master key and the key of imports."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bancheng.master_key import Bare, ByCommand, Given, KeyFile, write_new
from router.vault.keyring import KEY_BYTES, Keyring

if TYPE_CHECKING:
    from pathlib import Path

    from bancheng.master_key import MasterKey
    from bancheng.settings import Settings

MASTER = "master.key"
_IMPORT = "import.key"


def master_key(settings: Settings) -> MasterKey:
    """Return where the master key is kept: in the environment, in the file that is named, else in the home."""
    if settings.master_key is not None:
        return Given(settings.master_key.get_secret_value())
    command = settings.master_key_command
    path = settings.master_key_file or settings.home / MASTER
    return KeyFile(path, settings.master_key_file is None, ByCommand(command) if command else Bare())


def keyring(kept: MasterKey) -> Keyring:
    """Return the vault's keyring; raises VaultError where a key is there that can't be used. None is made here."""
    return Keyring(*kept.keys(), reread=kept.keys)


def import_key(home: Path) -> bytes:
    """Return the key by which imported rows get their ids, so that importing again doubles nothing; made once."""
    path = home / _IMPORT
    if not path.exists():
        write_new(path, os.urandom(KEY_BYTES))
    return path.read_bytes()
