"""Looking at this machine: disks, secret files, the policy's files."""

from __future__ import annotations

import shutil
import stat
from datetime import date
from typing import TYPE_CHECKING

from bancheng import policies
from bancheng.doctor.seen import Disk, Kept, Rules

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from bancheng.settings import Settings
    from router.policy.policy import Policy

MASTER = "master.key"
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
    return Kept(path, told.st_size, stat.S_IMODE(told.st_mode))


def secret_files(home: Path) -> tuple[Kept, ...]:
    """Return the secret files of a home, as far as there are any."""
    return tuple(kept(home / name) for name in SECRET_FILES if (home / name).is_file())


def master_file(settings: Settings) -> Path:
    """Return where the master key stands."""
    return settings.master_key_file or settings.home / MASTER


def master_key(settings: Settings) -> bytes | None:
    """Return the master key; None if it can't be read. Other than the services, this never makes one."""
    try:
        return master_file(settings).read_bytes()
    except OSError:
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
