"""A file of private keys for sealing: one a line in base64, the newest last; read anew when it has changed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Final

from router.vault.sealing import Keys, PrivateKey, PublicKey, SealingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_LOOK_SECONDS: Final = 2.0
"""How long a new key may go unseen by a process that runs; one that is asked for is looked for at once."""
_HEAD: Final = "# bancheng: private keys for sealing, the newest last. Keep it secret."


class KeyFile:
    """The keys in a file; a key that is added or taken out counts within seconds, without a new start."""

    def __init__(self, path: Path) -> None:
        """Read the file; raises SealingError where it is missing, empty or no file of keys."""
        self.path = path
        self._keys: tuple[PrivateKey, ...] = ()
        self._opener = Keys(())
        self._stamp: tuple[int, int] | None = None
        self._looked = time.monotonic()
        self._read()

    @property
    def keys(self) -> tuple[PrivateKey, ...]:
        """The keys, the newest last."""
        self._look()
        return self._keys

    @property
    def public(self) -> PublicKey:
        """The newest key's public half: what is to be sealed to."""
        return self.keys[-1].public

    def open(self, block: Mapping[str, Any], bound_to: bytes) -> bytes:
        """Return the plain block's bytes; raises UnsealableError."""
        self._look()
        if block["key"] not in self._opener and self._changed():
            self._again()
        return self._opener.open(block, bound_to)

    def _look(self) -> None:
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            self._looked = time.monotonic()
            if self._changed():
                self._again()

    def _changed(self) -> bool:
        try:
            return _stamp(self.path) != self._stamp
        except OSError:
            return False

    def _again(self) -> None:
        """Read it anew; while it can't be read, what was known before opens."""
        try:
            self._read()
        except SealingError:
            return

    def _read(self) -> None:
        try:
            stamp, text = _stamp(self.path), self.path.read_text("ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(self.path, error) from None
        try:
            keys = tuple(PrivateKey.read(line) for line in text.splitlines() if line.strip() and line[0] != "#")
        except SealingError as error:
            raise _unreadable(self.path, error) from None
        if not keys:
            raise _unreadable(self.path, SealingError("没有密钥", "it holds no key"))
        self._keys, self._opener, self._stamp = keys, Keys(keys), stamp


def kept(path: Path) -> KeyFile:
    """Return the keys of a file that is made with a first key where there is none; raises SealingError, OSError."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        _write(fresh, (PrivateKey.new(),))
        try:
            os.link(fresh, path)
        except FileExistsError:  # another process was quicker: its key is the one
            pass
        finally:
            fresh.unlink()
    return KeyFile(path)


def add(path: Path) -> PublicKey:
    """Put a new key behind those of a file, which is made where there is none; return its public half.

    Raises:
        SealingError: what stands there is no file of keys.
        OSError: it can't be written.
    """
    if not path.exists():
        return kept(path).public
    made = PrivateKey.new()
    _replace(path, (*KeyFile(path).keys, made))
    return made.public


def drop(path: Path, key_id: str) -> bool:
    """Take a key out of a file; return whether it was there. The newest stays: raises SealingError."""
    keys = KeyFile(path).keys
    if keys[-1].public.id == key_id:
        raise SealingError(
            f"{key_id} 是现用密钥：请先 bancheng keys rotate，再收回旧的。",
            f"{key_id} is the key in use: make another first (`bancheng keys rotate`), then take this one back.",
        )
    left = tuple(key for key in keys if key.public.id != key_id)
    if len(left) < len(keys):
        _replace(path, left)
    return len(left) < len(keys)


def _replace(path: Path, keys: Iterable[PrivateKey]) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    _write(fresh, keys)
    fresh.replace(path)


def _write(path: Path, keys: Iterable[PrivateKey]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write("\n".join([_HEAD, *(key.text for key in keys), ""]))
        file.flush()
        os.fsync(file.fileno())


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_ino


def _unreadable(path: Path, error: Exception) -> SealingError:
    why = getattr(error, "strerror", None)
    return SealingError(
        f"读不了密封私钥文件 {path}（{why or '内容不是密钥'}）：请从备份恢复，或检查 BANCHENG_SEALING_KEY_FILE。",
        f"The file of sealing keys {path} can't be read ({why or 'what stands there is no key'}): restore it from a"
        " backup, or check BANCHENG_SEALING_KEY_FILE.",
    )
