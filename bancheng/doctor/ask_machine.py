"""Looking at this machine: disks, secret files, the policy's files."""

from __future__ import annotations

import shutil
import stat
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bancheng import policies
from bancheng.anchors import HomeAnchors
from bancheng.doctor.seen import Disk, Kept, Rules, Signing
from bancheng.secrets import MASTER, master_key
from bancheng.settings import SECRETS
from router.vault.keyring import VaultError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Engine

    from bancheng.settings import Settings
    from router.policy.policy import Policy

SECRET_FILES = ("credentials.json", "import.key", "sealing.key")


def disks(folders: Iterable[Path]) -> tuple[Disk, ...]:
    """Return the disks on which these folders lie, each once, by the first folder on it."""
    found: dict[int, Disk] = {}
    for folder in folders:
        if folder.is_dir():
            room = shutil.disk_usage(folder)
            found.setdefault(folder.stat().st_dev, Disk(folder, room.free, room.total))
    return tuple(found.values())


def kept(path: Path) -> Kept:
    """Return a secret file's length and rights; raises OSError."""
    told = path.stat()
    return Kept(path, told.st_size, stat.S_IMODE(told.st_mode), path.is_relative_to(SECRETS))


def secret_files(home: Path) -> tuple[Kept, ...]:
    """Return the secret files of a home, as far as there are any."""
    return tuple(kept(home / name) for name in SECRET_FILES if (home / name).is_file())


def master_kept(settings: Settings) -> Kept:
    """Return where the master key stands, its length and rights; raises OSError where there is none.

    A key that another program unwraps has the length that this gives.
    """
    if settings.master_key is None:
        found = kept(settings.master_key_file or settings.home / MASTER)
        if settings.master_key_command is None:
            return found
    else:
        found = Kept(Path("BANCHENG_MASTER_KEY"), 0, 0o600)
    keys = master_keys(settings) or (b"",)
    return found._replace(length=len(keys[0]))


def signing(engine: Engine, settings: Settings) -> Signing:
    """Return the signing key's file, and whether the log knows it; raises SigningKeyError, NotNowError."""
    home = HomeAnchors(engine, settings)
    home.public()
    return Signing(kept(home.key_file), home.holds())


def master_keys(settings: Settings) -> tuple[bytes, ...] | None:
    """Return the master keys, two while one takes over; None if they can't be read. None is ever made here."""
    try:
        return master_key(settings).keys() or None
    except VaultError:
        return None


def rules(settings: Settings, now: datetime) -> Rules:
    """Return the policy in use at an aware moment; raises PolicyError."""
    book = policies.read_all(settings.policy)
    newest = book.newest
    today = newest.work_calendar.date_of(now)
    return Rules(
        f"{newest.id} {newest.version}",
        frozenset(policy.hash for policy in book.policies),
        book.channels,
        book.units,
        _known_until(newest),
        today,
    )


def _known_until(policy: Policy) -> date:
    """Return the last day of the years whose holidays are published, or of the policy's own days after them."""
    own = (*policy.calendar.holidays, *policy.calendar.workdays)
    return max((date(policy.work_calendar.last_known_year, 12, 31), *own))
