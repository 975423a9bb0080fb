"""One home, one program: a lock the kernel lets go of when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bancheng.embedded.errors import HomeInUseError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


@dataclass(frozen=True, slots=True)
class HomeLock:
    """The right to use a home, held from `take` to `release` (or the holder's end).

    The file keeps the holder's process id, only to name it to the next one: the lock itself is
    `flock`, so that a file left behind by a killed run locks nothing.
    """

    path: Path
    handle: int

    @classmethod
    def take(cls, home: Path) -> Self:
        """Take the lock of `home`, making the folder (0700) when it is new.

        Raises HomeInUseError, naming the process, when a live one holds it.
        """
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = home / "lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(handle, 20).decode("ascii", "ignore").strip()
            os.close(handle)
            raise HomeInUseError(home, int(pid) if pid.isdigit() else None) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
        return cls(path, handle)

    def release(self) -> None:
        """Let go. The file stays: removing it would let two holders lock two files."""
        os.ftruncate(self.handle, 0)
        os.close(self.handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
