"""The Kafka passwords of this installation: a file in the home, one a user, made on demand."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bancheng.embedded.files import write_whole
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path


class CredentialsError(SaidError):
    """The file of passwords is not what we wrote: one sentence with what to do."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """User names and their random passwords (256 bits, URL-safe characters).

    The file (0600) is read anew each time and changed under a lock, so that the service and a
    command run beside it never make two passwords for one user. Reading costs 0.1 ms; nobody asks
    in a loop.
    """

    path: Path

    @classmethod
    def load(cls, path: Path) -> Self:
        """The credentials kept in `path`, which need not exist yet.

        A file others could read is closed to them. Raises CredentialsError when it is damaged.
        """
        found = cls(path)
        if path.exists() and path.stat().st_mode & 0o077:
            path.chmod(0o600)
        found._read()
        return found

    def password(self, user: str) -> str:
        """The password of `user`, made and written down when there is none yet."""
        return self.passwords((user,))[user]

    def passwords(self, users: Sequence[str]) -> dict[str, str]:
        """The passwords of `users`, the missing ones made and written down at once."""
        known = self._read()
        if all(user in known for user in users):
            return {user: known[user] for user in users}
        with self._locked():
            known = self._read()
            fresh = {user: secrets.token_urlsafe(32) for user in users if user not in known}
            known.update(fresh)
            write_whole(self.path, json.dumps(known, indent=1, sort_keys=True) + "\n")
        return {user: known[user] for user in users}

    def known(self) -> tuple[str, ...]:
        """The users who have a password, sorted."""
        return tuple(sorted(self._read()))

    def _read(self) -> dict[str, str]:
        try:
            stored = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise _damaged(self.path) from error
        if not isinstance(stored, dict) or not all(isinstance(v, str) for v in stored.values()):
            raise _damaged(self.path)
        return stored

    @contextmanager
    def _locked(self) -> Generator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self.path.with_name(f"{self.path.name}.lock")
        handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _damaged(path: Path) -> CredentialsError:
    return CredentialsError(
        f"{path} 不是本程序写的密码文件：请从备份恢复，或删除它以重新生成全部密码。",
        f"{path} is not a file of passwords we wrote: restore it from a backup,"
        " or remove it to have every password made anew.",
    )
