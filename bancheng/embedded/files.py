"""Files of the home: written whole or not at all, and a look at the room left."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from bancheng.embedded.errors import NoRoomError

MIB: Final = 1024 * 1024


def write_whole(path: Path, text: str) -> None:
    """Write `text` (UTF-8) so that a reader, or a crash, sees the old file or the new one.

    The file is readable by its owner only (0600). Raises OSError when the disk refuses.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def need_room(folder: Path, mib: int) -> None:
    """Raise NoRoomError unless the disk of `folder` has `mib` MiB free."""
    free = shutil.disk_usage(folder).free // MIB
    if free < mib:
        raise NoRoomError(folder, needed_mib=mib, free_mib=free)


def last_words(log: Path, *, start: int = 0) -> str:
    """The last line of a log that explains a failure, read from byte `start`; "" when none does.

    Prefers a line that names an error over mere chatter; frames of a Java stack never count.
    """
    lines = [
        line.strip()
        for line in tail(log, start=start).splitlines()
        if line.strip() and not line.startswith(("\t", "    at "))
    ]
    telling = [line for line in lines if any(w in line for w in ("FATAL", "ERROR", "Exception", "Error"))]
    return (telling or lines or [""])[-1][:300]


def tail(log: Path, *, start: int = 0, limit: int = 262_144) -> str:
    """What a log holds from byte `start` on, at most its last `limit` bytes; "" when it is away."""
    try:
        with log.open("rb") as source:
            size = source.seek(0, os.SEEK_END)
            source.seek(max(start if start <= size else 0, size - limit))
            return source.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def turn_log(log: Path, *, limit: int = 5 * MIB) -> int:
    """Put a log over `limit` bytes aside as `<name>.1`; return the size of what stays in place."""
    if not log.exists():
        return 0
    size = log.stat().st_size
    if size <= limit:
        return size
    log.replace(log.with_name(f"{log.name}.1"))
    return 0
