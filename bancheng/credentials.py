"""The Kafka passwords of this installation: a file in the home, one a user, made on demand."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from bancheng.embedded.files import write_whole
from router.saying import SaidError
from router.wire.login import SHA_256, SHA_512

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

MECHANISMS: Final = (SHA_256, SHA_512)
"""A user has one password a mechanism: the second is what a new password is handed over by."""
_BYTES: Final = 32


class CredentialsError(SaidError):
    """The file of passwords is not what we wrote: one sentence with what to do."""


class Login(NamedTuple):
    """A password, and the mechanism under which the broker knows it."""

    password: str
    mechanism: str = SHA_256

    def __repr__(self) -> str:
        """Name the mechanism alone: what is shown in a log or an error must not tell the password."""
        return f"Login({self.mechanism})"

    @classmethod
    def new(cls, mechanism: str = SHA_256) -> Self:
        """Return a new random password."""
        return cls(secrets.token_urlsafe(_BYTES), mechanism)

    def successor(self) -> Login:
        """Return a new password under the other mechanism, so that this one stays good meanwhile."""
        return Login.new(SHA_512 if self.mechanism == SHA_256 else SHA_256)


@dataclass(frozen=True, slots=True)
class Credentials:
    """User names and their random passwords (256 bits, URL-safe characters).

    The file (0600) is read anew each time and changed under a lock, so that the service and a
    command run beside it never make two passwords for one user. Reading costs 0.1 ms; nobody asks
    in a loop. A password stands there as a string, or with its mechanism where that isn't
    SCRAM-SHA-256: `{"mechanism": "SCRAM-SHA-512", "password": "…"}`.
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
        return self.login(user).password

    def login(self, user: str) -> Login:
        """How `user` logs in; made and written down when there is nothing yet."""
        return self.logins((user,))[user]

    def find(self, user: str) -> Login | None:
        """How `user` logs in, if that is known here; nothing is made."""
        return self._read().get(user)

    def logins(self, users: Sequence[str]) -> dict[str, Login]:
        """How `users` log in, the missing passwords made and written down at once."""
        known = self._read()
        if all(user in known for user in users):
            return {user: known[user] for user in users}
        with self._locked():
            known = self._read()
            known |= {user: Login.new() for user in users if user not in known}
            self._write(known)
        return {user: known[user] for user in users}

    def keep(self, user: str, login: Login) -> None:
        """Write down how `user` logs in from now on."""
        with self._locked():
            self._write(self._read() | {user: login})

    def forget(self, user: str) -> None:
        """Remove the password of `user`, if there is one."""
        with self._locked():
            self._write({name: login for name, login in self._read().items() if name != user})

    def known(self) -> tuple[str, ...]:
        """The users who have a password, sorted."""
        return tuple(sorted(self._read()))

    def _read(self) -> dict[str, Login]:
        try:
            stored = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise _damaged(self.path) from error
        if not isinstance(stored, dict):
            raise _damaged(self.path)
        return {user: self._login(entry) for user, entry in stored.items()}

    def _login(self, entry: Any) -> Login:  # noqa: ANN401 (whatever JSON can hold)
        match entry:
            case str():
                return Login(entry)
            case {"mechanism": str(mechanism), "password": str(password)} if mechanism in MECHANISMS:
                return Login(password, mechanism)
        raise _damaged(self.path)

    def _write(self, logins: dict[str, Login]) -> None:
        entries = {u: one.password if one.mechanism == SHA_256 else one._asdict() for u, one in logins.items()}
        write_whole(self.path, json.dumps(entries, indent=1, sort_keys=True) + "\n")

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
