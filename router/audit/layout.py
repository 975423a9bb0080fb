"""How an export lies in its folder: the manifest, files of compressed lines, and what can be wrong with them.

`records.jsonl.zst` and `anchors.jsonl.zst` hold one record's or anchor's exact bytes a line (JSON Lines in Zstandard
frames, RFC 8878). The manifest names every other file with its SHA-256, and is written last.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec
import zstandard

from router.audit.exported import FORMAT, MANIFEST, NAME
from router.ledger.record import UNREADABLE
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

STATE: Final = "state.jsonl.zst"
"""What an empty system needs besides the records to go on: rows of tables, a line each."""
VAULT: Final = "vault.jsonl.zst"
"""Rows of the vault's tables, as they stand there: sealed, under wrapped keys."""
_FAMILY: Final = "bancheng.export."
_LEVEL: Final = 3
_CHUNK: Final = 1 << 20


class ExportError(SaidError):
    """A folder is no export that can be used: which file, and what is wrong with it."""


class Head(msgspec.Struct, frozen=True):
    """Where a shard's chain stands: the sequence and hash (hex) of a record; sequence 0 where there is none."""

    shard: int
    sequence: int
    hash: str


class Stored(msgspec.Struct, frozen=True):
    """A file as it lies there: its SHA-256 (hex) and size as stored, and how many lines it holds unpacked."""

    sha256: str
    bytes: int
    lines: int


class Used(msgspec.Struct, frozen=True):
    """A policy or a model by its hash, and since when it was known here (aware)."""

    hash: str
    since: datetime


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an export holds. `after` is where each shard's first record follows: all zero in an export of everything."""

    format: str
    made_at: datetime
    code: str
    """The version of bancheng that wrote it."""
    tables: str
    """The version of the tables that it was read from."""
    shards: int
    time_source: str
    since: datetime | None = None
    """Of a part: only records written from then on."""
    records: int
    after: tuple[Head, ...]
    heads: tuple[Head, ...]
    policies: tuple[Used, ...]
    models: tuple[Used, ...]
    schemas: tuple[str, ...]
    vault: bool
    files: dict[str, Stored]

    @property
    def whole(self) -> bool:
        """Whether nothing before it is left out."""
        return not any(head.sequence for head in self.after)


class Writing:
    """A file being written: bytes go through a hash to the disk."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin an empty file."""
        self._file = file
        self._hash = hashlib.sha256()
        self._bytes = 0
        self.lines = 0

    def write(self, data: bytes) -> int:
        """Write bytes as they are stored; return how many."""
        self._hash.update(data)
        self._bytes += len(data)
        return self._file.write(data)

    def stored(self) -> Stored:
        """Return what the manifest says of it."""
        return Stored(self._hash.hexdigest(), self._bytes, self.lines)


@contextmanager
def written(path: Path) -> Iterator[Writing]:
    """Write a file whole and make sure that it is on the disk when the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        writing = Writing(file)
        yield writing
        file.flush()
        os.fsync(file.fileno())


def store(path: Path, content: bytes) -> Stored:
    """Write a small file; return what the manifest says of it."""
    with written(path) as writing:
        writing.write(content)
        writing.lines = content.count(b"\n")
    return writing.stored()


def store_lines(path: Path, lines: Iterator[bytes], told: Callable[[int], None] | None = None) -> Stored:
    """Write lines compressed as they come, one at a time in memory; `told` is called for each."""
    with written(path) as writing:
        packing = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compressobj()
        for line in lines:
            writing.write(packing.compress(line + b"\n"))
            writing.lines += 1
            if told is not None:
                told(1)
        writing.write(packing.flush())
    return writing.stored()


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of an export.

    Raises:
        ExportError: the folder is none, is from a newer version, or its manifest isn't one.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError:
        raise ExportError(
            f"{folder} 不是导出目录：里面没有 {MANIFEST}。请指定 bancheng export 写出的目录。",
            f"{folder} is no export: there is no {MANIFEST} in it. Name a folder that `bancheng export` has written.",
        ) from None
    try:
        found = msgspec.json.decode(content)
        named = found["format"]
        if isinstance(named, str) and named.startswith(_FAMILY) and named != FORMAT:
            raise ExportError(
                f"{folder} 的格式是 {named}，本程序只认识 {FORMAT}：请用写出它的版本或更新的版本。",
                f"{folder} is of format {named} and this program knows {FORMAT}: use the version that wrote it,"
                " or a newer one.",
            )
        if named == FORMAT:
            return msgspec.convert(found, Manifest)
    except (*UNREADABLE, KeyError, TypeError):
        pass
    raise ExportError(
        f"{folder} 的 {MANIFEST} 读不懂：导出不完整或被改动过，请重新导出。",
        f"{MANIFEST} in {folder} can't be understood: the export was cut short or changed. Export again.",
    )


def check_files(folder: Path, manifest: Manifest, told: Callable[[int], None] | None = None) -> None:
    """Make sure that every file is as the manifest says; `told` hears how many bytes were read.

    Raises:
        ExportError: one is missing, cut short or changed.
    """
    used = {f"policies/{one.hash}.json" for one in manifest.policies}
    used |= {f"models/{one.hash}" for one in manifest.models}
    if not used <= manifest.files.keys() or not all(map(NAME.fullmatch, manifest.files)):
        raise _changed(MANIFEST)
    for name, wanted in manifest.files.items():
        check_file(folder, name, wanted, told)


def check_file(folder: Path, name: str, wanted: Stored, told: Callable[[int], None] | None = None) -> None:
    """Make sure that a file of a folder is as it was stored; raises ExportError."""
    try:
        size = (folder / name).stat().st_size
    except OSError as error:
        raise _unreadable(name, error) from None
    if size != wanted.bytes:
        raise ExportError(
            f"导出中的 {name} 有 {size} 字节，清单写的是 {wanted.bytes}：导出不完整，请重新复制或重新导出。",
            f"{name} in the export has {size} bytes and the manifest says {wanted.bytes}: it is incomplete."
            " Copy it again, or export again.",
        )
    if _digest(folder / name, told) != wanted.sha256:
        raise _changed(name)


def _digest(path: Path, told: Callable[[int], None] | None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            if told is not None:
                told(len(chunk))
    return digest.hexdigest()


def _unreadable(name: str, error: OSError) -> ExportError:
    return ExportError(
        f"读不了导出中的 {name}（{error.strerror}）：导出不完整，请重新复制或重新导出。",
        f"{name} in the export can't be read ({error.strerror}): it is incomplete. Copy it again, or export again.",
    )


def _changed(name: str) -> ExportError:
    return ExportError(
        f"导出中的 {name} 与清单的 SHA-256 不符：文件被改动过，请重新复制或重新导出。",
        f"{name} in the export isn't what the manifest says (SHA-256): it was changed. Copy it again, or export anew.",
    )
