"""What a home does with anchors: the signing key's file, the file that keeps them, stamps by a program of one's own."""

from __future__ import annotations

import fcntl
import os
import shlex
import subprocess
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bancheng.master_key import write_new
from router.audit import anchor
from router.audit.anchoring import Anchoring, Every
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.engine import Engine

    from bancheng.settings import Settings

KEY: Final = "signing.key"
KEPT: Final = "anchors.log"
STAMPS: Final = "stamps"
_STAMP_SECONDS: Final = 10.0
_TAIL: Final = 64 * 1024
"""An anchor of some hundred shards is shorter."""

log = structlog.get_logger("bancheng.anchors")


class SigningKeyError(SaidError):
    """The signing key's file is missing, can't be read, or holds something else."""


def promised(settings: Settings) -> Every:
    """Return how often an anchor is due by these settings."""
    return Every(settings.anchor_records, timedelta(minutes=settings.anchor_minutes))


def key_file(settings: Settings) -> Path:
    """Return where the signing key lies."""
    return settings.signing_key_file or settings.home / KEY


class HomeAnchors:
    """Makes anchors with the home's key, keeps them in the home, and has them stamped where that is wanted."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        """Nothing is read or made yet."""
        self._anchoring = Anchoring(engine)
        self._settings = settings
        self._every = promised(settings)
        self._told: str | None = None

    @property
    def key_file(self) -> Path:
        """Where the signing key lies."""
        return key_file(self._settings)

    def make_due(self, now: datetime) -> bool:
        """Make an anchor if one is due at this aware moment; what hinders it is logged once, and nothing else waits.

        Raises:
            NotNowError: the database is away.
        """
        if not self._anchoring.due(now, self._every):
            return False
        try:
            made = self.make(now, fresh=self._settings.embedded)
        except SaidError as error:
            if self._told != str(error):
                log.warning("nothing is anchored", why=type(error).__name__, file=str(self.key_file))
                self._told = str(error)
            return False
        self._told = None
        log.info("anchored", number=anchor.decode(made).number)
        return True

    def make(self, now: datetime, *, fresh: bool = True) -> bytes:
        """Make an anchor; the key is made with the first one if `fresh`; return its bytes.

        Raises:
            SigningKeyError, KeyNotKnownError: it can't be signed.
            NotNowError: the database is away.
        """
        return self._kept(self._anchoring.make(now, self._key(fresh=fresh)))

    def rotate(self, now: datetime, *, lost: bool = False) -> bytes:
        """Introduce a new key, which signs from now on; the old one holds beside it until `retire`.

        With `lost` no old key signs: whoever verifies needs the new public key from elsewhere. Raises as `make`.
        """
        path, coming = self.key_file, self.key_file.with_name(f"{self.key_file.name}.new")
        with _writing(path):
            write_new(coming, _packed(Ed25519PrivateKey.generate()))
        new = _read(coming)
        if lost:
            made = self._anchoring.make(now, new, lost=True)
        else:
            made = self._anchoring.introduce(now, self._key(fresh=False), new)
        with _writing(path):
            coming.replace(path)
        return self._kept(made)

    def retire(self, now: datetime) -> tuple[str, bytes]:
        """Let the earlier key hold no more; return which, and the anchor. Raises as `make`, and NotToRetireError."""
        old, made = self._anchoring.retire(now, self._key(fresh=False))
        return old, self._kept(made)

    def public(self) -> bytes:
        """Return the public key of the home's signing key (32 bytes); raises SigningKeyError."""
        return self._key(fresh=False).public_key().public_bytes_raw()

    def holds(self) -> bool | None:
        """Whether the log lets the home's key sign, None if it never heard of it; raises as `public`, NotNowError."""
        return self._anchoring.holds(anchor.key_id(self.public()))

    def all(self) -> Iterator[bytes]:
        """Yield every anchor of the installation, oldest first."""
        yield from self._anchoring.since(0)

    def _key(self, *, fresh: bool) -> Ed25519PrivateKey:
        path = self.key_file
        if fresh and self._settings.signing_key_file is None and not path.exists():
            write_new(path, _packed(Ed25519PrivateKey.generate()))
        return _read(path)

    def _kept(self, made: bytes) -> bytes:
        """Add to the file what it doesn't have yet, one anchor a line; have the newest stamped.

        One process after the other: lines written into one another would be no anchors, and verifying would say so.
        """
        path = self._settings.home / KEPT
        with _writing(path), os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for data in self._anchoring.since(_last(file.fileno())):
                file.write(data + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if self._settings.anchor_stamp_command:
            self._stamp(made, self._settings.anchor_stamp_command)
        return made

    def _stamp(self, made: bytes, command: str) -> None:
        """Keep what a program answers to the anchor's SHA-256 (hex, on its standard input): an RFC 3161 token, say."""
        number = anchor.decode(made).number
        try:
            done = subprocess.run(  # noqa: S603 (the operator's own program)
                shlex.split(command), input=anchor.digest(made).hex().encode(), capture_output=True, check=True,
                timeout=_STAMP_SECONDS,
            )  # fmt: skip
            folder = self._settings.home / STAMPS
            folder.mkdir(mode=0o700, exist_ok=True)
            write_new(folder / f"{number}.tsr", done.stdout)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            log.warning("anchor not stamped", number=number, why=type(error).__name__)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say in one sentence that a file of the home can't be written."""
    try:
        yield
    except OSError as error:
        raise SigningKeyError(
            f"写不了 {path}（{error.strerror}）。", f"{path} can't be written ({error.strerror})."
        ) from error


def _last(file: int) -> int:
    """Return the number of the newest anchor in the file; a line that was cut short is written anew."""
    size = os.fstat(file).st_size
    tail = os.pread(file, _TAIL, max(0, size - _TAIL))
    if tail and not tail.endswith(b"\n"):
        cut = tail.rfind(b"\n") + 1
        os.ftruncate(file, size - len(tail) + cut)
        tail = tail[:cut]
    lines = tail.splitlines()
    with suppress(ValueError, anchor.NotAnAnchorError):
        return anchor.decode(lines[-1]).number if lines else 0
    return 0


def _packed(key: Ed25519PrivateKey) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def _read(path: Path) -> Ed25519PrivateKey:
    """Return the key in a file (PEM, PKCS 8); raises SigningKeyError."""
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise SigningKeyError(
            f"读不了签名密钥 {path}（{error.strerror}）：请从备份放回；本目录的由 bancheng anchor now 首次生成，"
            "BANCHENG_SIGNING_KEY_FILE 指定的用 openssl genpkey -algorithm ed25519 生成。",
            f"The signing key {path} can't be read ({error.strerror}): put it back from a backup. A home's own is made"
            " by the first `bancheng anchor now`, the one that BANCHENG_SIGNING_KEY_FILE names by"
            " `openssl genpkey -algorithm ed25519`.",
        ) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise SigningKeyError(
            f"{path} 不是 Ed25519 私钥（PEM）。", f"{path} is no private Ed25519 key in PEM."
        )  # fmt: skip
    return found
