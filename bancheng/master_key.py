"""Where the vault's master key comes from: a file, a file that another program unwraps (a KMS), or the environment.

A key of our own wraps the vault's data keys within the process, so that no message waits for a KMS; a KMS wraps just
this one key, and is asked when a process starts (envelope encryption, NIST SP 800-57 part 1, 6.2).
"""

from __future__ import annotations

import os
import shlex
import subprocess
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from router.vault.keyring import KEY_BYTES, VaultError, master_id

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 30


class MasterKey(Protocol):
    """Where master keys are kept."""

    def keys(self) -> tuple[bytes, ...]:
        """Return the keys that stand there now, none or up to two; raises VaultError where they can't be had."""
        ...

    def make(self) -> None:
        """Make the first one, for a new installation; raises VaultError where that is somebody else's to do."""
        ...

    def begin(self, current: bytes) -> bytes:
        """Return the key that is to take over from the one of id `current`, made now or before; raises VaultError."""
        ...

    def finish(self, key: bytes) -> bool:
        """Let `key` alone stand there; False where that is left to a person."""
        ...


class Wrapping(Protocol):
    """Wraps the master key for keeping in a file."""

    def wrap(self, key: bytes) -> bytes:
        """Return what may stand in a file."""
        ...

    def unwrap(self, kept: bytes) -> bytes:
        """Return the key; raises VaultError."""
        ...


class Bare:
    """The file holds the key itself: 32 bytes."""

    def wrap(self, key: bytes) -> bytes:
        """Return the key."""
        return key

    def unwrap(self, kept: bytes) -> bytes:
        """Return the key."""
        return kept


@dataclass(frozen=True, slots=True)
class ByCommand:
    """Another program wraps and unwraps: `COMMAND wrap` and `COMMAND unwrap`, Base64 in and out, a line each."""

    command: str

    def wrap(self, key: bytes) -> bytes:
        """Return what the program makes of the key; raises VaultError."""
        return b64encode(self._asked("wrap", key)) + b"\n"

    def unwrap(self, kept: bytes) -> bytes:
        """Return the key; raises VaultError."""
        return self._asked("unwrap", _decoded(kept))

    def _asked(self, verb: str, given: bytes) -> bytes:
        words = [*shlex.split(self.command), verb]
        try:
            done = subprocess.run(  # noqa: S603 (the operator's own setting)
                words, input=b64encode(given) + b"\n", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                timeout=_SECONDS, check=True,
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            raise _failed(verb, f"{error.returncode}") from None
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(verb, type(error).__name__) from None
        return _decoded(done.stdout)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file that only its owner may read, and beside it, while it takes over, the next one."""

    path: Path
    own: bool
    """Ours to make: in the home. A file that a setting names is never made."""
    wrapping: Wrapping

    @property
    def _next(self) -> Path:
        return self.path.with_name(f"{self.path.name}.next")

    def keys(self) -> tuple[bytes, ...]:
        """Return what the files hold."""
        return tuple(self.wrapping.unwrap(kept) for path in (self.path, self._next) if (kept := _read(path)))

    def make(self) -> None:
        """Make the home's key; a file that was named must be there."""
        if not self.own:
            raise VaultError(
                f"没有主密钥文件 {self.path}：请检查 BANCHENG_MASTER_KEY_FILE。",
                f"There is no master key {self.path}: check BANCHENG_MASTER_KEY_FILE.",
            )
        write_new(self.path, self.wrapping.wrap(os.urandom(KEY_BYTES)))

    def begin(self, current: bytes) -> bytes:  # noqa: ARG002 (the next one stands in a file of its own)
        """Make the next key beside the one in use; one that was begun before is taken up again."""
        try:
            if not _read(self._next):
                write_new(self._next, self.wrapping.wrap(os.urandom(KEY_BYTES)))
            return self.wrapping.unwrap(_read(self._next) or b"")
        except OSError as error:
            raise VaultError(
                f"写不了 {self._next}（{error.strerror}）：请在能写主密钥文件的机器上轮换。",
                f"{self._next} can't be written ({error.strerror}): rotate where the key's file may be written.",
            ) from None

    def finish(self, key: bytes) -> bool:
        """Overwrite the old key where it stands, and take the next one's file away; never by another than `key`."""
        coming = _read(self._next)
        if coming is None or self.wrapping.unwrap(coming) != key:  # somebody else was quicker
            return self.keys()[:1] == (key,)
        with self.path.open("r+b") as file:
            # one write: whatever cuts it off, no end of the old one stands behind a shorter new one
            file.write(coming.ljust(self.path.stat().st_size, b"\n"))
            file.flush()
            os.fsync(file.fileno())
        self._next.unlink(missing_ok=True)
        return True


@dataclass(frozen=True, slots=True)
class Given:
    """Keys from the environment, Base64, the one that wraps first; a person puts them there and takes them away."""

    written: str

    def keys(self) -> tuple[bytes, ...]:
        """Return what is set."""
        return tuple(_decoded(part.encode()) for part in self.written.split(","))

    def make(self) -> None:
        """Nothing to do: they are there."""

    def begin(self, current: bytes) -> bytes:
        """Return the first key, if it is another than the one in use."""
        first = self.keys()[0]
        if master_id(first) == current and len(self.keys()) == 1:
            raise VaultError(
                "请先把新主密钥放在 BANCHENG_MASTER_KEY 的最前面（新,旧），各服务重启后再轮换；"
                "新密钥：head -c 32 /dev/urandom | base64。",
                "Put the new master key in front in BANCHENG_MASTER_KEY (new,old), start the services again, and rotate"
                " then; a new one: head -c 32 /dev/urandom | base64.",
            )
        return first

    def finish(self, key: bytes) -> bool:
        """A person takes the old one away."""
        return self.keys() == (key,)


def _decoded(written: bytes) -> bytes:
    try:
        return b64decode(written.strip(), validate=True)
    except Base64Error:
        raise VaultError(
            "主密钥不是 Base64：请检查 BANCHENG_MASTER_KEY 和 BANCHENG_MASTER_KEY_COMMAND。",
            "The master key isn't Base64: check BANCHENG_MASTER_KEY and BANCHENG_MASTER_KEY_COMMAND.",
        ) from None


def _failed(verb: str, how: str) -> VaultError:
    return VaultError(
        f"BANCHENG_MASTER_KEY_COMMAND 未能完成 {verb}（{how}）：请单独执行它查看原因。",
        f"BANCHENG_MASTER_KEY_COMMAND could not {verb} ({how}): run it by itself to see why.",
    )


def _read(path: Path) -> bytes | None:
    """Return a file's bytes; None where there is no such file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VaultError(
            f"读不了主密钥 {path}（{error.strerror}）：请检查 BANCHENG_MASTER_KEY_FILE。",
            f"The master key {path} can't be read ({error.strerror}): check BANCHENG_MASTER_KEY_FILE.",
        ) from None


def write_new(path: Path, content: bytes) -> None:
    """Write a file whole, for its owner alone, unless it is there already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # another process was quicker: its key is the one
        os.link(fresh, path)
    fresh.unlink()
