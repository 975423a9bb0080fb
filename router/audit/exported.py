"""An export as a source: a folder with a manifest and zstd-compressed lines. Needs no settings, home or server."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import zstandard

from router.audit.source import DamagedError, Head, Place, SourceError
from router.ledger.record import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = "bancheng.export.v1"
MANIFEST = "manifest.json"
RECORDS = "records.jsonl.zst"
ANCHORS = "anchors.jsonl.zst"
_CHUNK = 512
"""Compressed bytes taken at once: four may stand for 128 KiB, so that no file gives more than 16 MiB at once."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
"""What a manifest may name: a file of the folder or of one folder in it."""
_LONGEST = 32 * 1024 * 1024
"""A longer line is no record: Kafka takes messages of a few megabytes."""


_MOST_SHARDS = 32_767
"""A shard's number is a smallint in the database."""
_Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Listed(msgspec.Struct, frozen=True):
    """What the manifest says of a file."""

    sha256: str
    bytes: int
    lines: int | None = None


class Ended(msgspec.Struct, frozen=True):
    """What the manifest says of a shard."""

    shard: int
    sequence: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    hash: _Hex


class Manifest(msgspec.Struct, frozen=True):
    """Of an export's manifest what reading and checking need."""

    format: str
    shards: Annotated[int, msgspec.Meta(ge=1, le=_MOST_SHARDS)]
    heads: list[Ended]
    files: dict[str, Listed]
    after: list[Ended] = []
    """Of a part: behind which record each shard begins."""


class _Told(msgspec.Struct):
    shard: int


class _Line(msgspec.Struct):
    data: _Told


_shard_of = msgspec.json.Decoder(_Line).decode


class ExportSource:
    """The folder that `bancheng export` writes."""

    repeats = False

    def __init__(self, folder: Path) -> None:
        """Read the manifest; raises SourceError where it isn't there, isn't one, or is of a newer format."""
        self.folder = folder
        self.manifest = manifest(folder)
        self._ahead: tuple[int, bytes] | None = None
        self._reading: Iterator[tuple[int, bytes]] = iter(())

    @property
    def shards(self) -> int:
        """The number of shards as the manifest says."""
        return self.manifest.shards

    def heads(self) -> list[Head]:
        """Return where the chains ended when the export was made, as the manifest says."""
        return self._ends(self.manifest.heads)

    def after(self) -> list[Head]:
        """Return behind which record each shard begins, as the manifest says: of a part, else nothing."""
        return [head for head in self._ends(self.manifest.after) if head.sequence]

    def _ends(self, said: list[Ended]) -> list[Head]:
        return [Head(end.shard, end.sequence, bytes.fromhex(end.hash)) for end in said]

    def anchors(self) -> Iterator[bytes]:
        """Yield the anchors by number."""
        yield from lines(self.folder / ANCHORS)

    def records(self, shard: int) -> Iterator[bytes]:
        """Yield a shard's records by sequence; asked for in ascending order, the file is read once."""
        if self._ahead is None or self._ahead[0] > shard:
            self._reading = self._told()
            self._ahead = next(self._reading, None)
        while self._ahead is not None and self._ahead[0] <= shard:
            found, line = self._ahead
            self._ahead = next(self._reading, None)
            if found == shard:
                yield line

    def places(self) -> Iterator[Place]:
        """Yield all records in the order of the file; each says itself to which shard it belongs."""
        for line in lines(self.folder / RECORDS):
            yield Place(None, line)

    def damaged(self) -> Iterator[str]:
        """Yield the names of files that are not there, or not what the manifest says they are."""
        for name, said in sorted(self.manifest.files.items()):
            path = self.folder / name
            if not NAME.fullmatch(name) or not path.is_file():
                yield name
                continue
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != said.sha256 or path.stat().st_size != said.bytes:
                yield name

    def rules(self) -> Iterator[str]:
        """Yield the names of policies and models that aren't what the hashes in their names say."""
        for name in sorted(self.manifest.files):
            path = self.folder / name
            if NAME.fullmatch(name) and path.is_file() and other_rules(name, path):
                yield name

    def _told(self) -> Iterator[tuple[int, bytes]]:
        """Yield every record with the shard that it says; what says none belongs to the one before."""
        shard = 0
        for line in lines(self.folder / RECORDS):
            with suppress(*UNREADABLE):
                shard = _shard_of(line).data.shard
            yield shard, line


def manifest(folder: Path) -> Manifest:
    """Return the manifest of an export; raises SourceError."""
    try:
        content = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=dict[str, Any])
    except (OSError, *UNREADABLE):
        raise _no_manifest(folder) from None
    found = content.get("format")
    if found != FORMAT:
        raise SourceError(
            f"{folder} 的格式是 {found}，本程序只认 {FORMAT}：请用更新的版本。",
            f"{folder} is of format {found}, and this program knows {FORMAT}: use a newer version.",
        )
    try:
        read = msgspec.convert(content, Manifest)
    except msgspec.ValidationError:
        raise _no_manifest(folder) from None
    every = list(range(read.shards))
    if [end.shard for end in read.heads] != every or [end.shard for end in read.after] not in ([], every):
        raise _no_manifest(folder)
    return read


def other_rules(name: str, content: Path | bytes) -> bool:
    """Whether a policy or a model, as `policies/HASH.json` or `models/HASH`, is another than the one of that hash.

    Records name the rules that a decision was made by, and the model that judged, by these hashes and no otherwise.
    """
    folder, _, file = name.partition("/")
    if folder not in ("policies", "models"):
        return False
    data = content if isinstance(content, bytes) else content.read_bytes()
    told = data if folder == "policies" else data[:-32]  # a model's hash is its own end
    return hashlib.sha256(told).hexdigest() != file.removesuffix(".json")


def lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a zstd-compressed file, without their ends; raises DamagedError where it breaks off."""
    rest = b""
    for block in _blocks(path):
        first, *more = block.split(b"\n")
        if not more:
            rest += first
            if len(rest) > _LONGEST:
                raise _damaged(path)
            continue
        yield rest + first
        rest = more.pop()
        yield from more
    if rest:
        raise _damaged(path)


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield a compressed file's content piece by piece, over all of its frames; each must be whole."""
    made = zstandard.ZstdDecompressor()
    frame = made.decompressobj()
    begun = False
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                while chunk:
                    begun = True
                    if block := frame.decompress(chunk):
                        yield block
                    chunk = b""
                    if frame.eof:
                        chunk, frame, begun = frame.unused_data, made.decompressobj(), False
    except FileNotFoundError:
        raise DamagedError(f"缺少 {path.name}。", f"{path.name} is missing.") from None
    except (OSError, zstandard.ZstdError):
        raise _damaged(path) from None
    if begun:
        raise _damaged(path)


def _damaged(path: Path) -> DamagedError:
    return DamagedError(
        f"{path.name} 读到一半就断了，或有字节被改动：请重新拷贝。",
        f"{path.name} breaks off, or a byte of it was changed: copy it again.",
    )


def _no_manifest(folder: Path) -> SourceError:
    return SourceError(
        f"{folder} 不是导出文件夹：里面没有可用的 {MANIFEST}。",
        f"{folder} is no export: there is no usable {MANIFEST} in it.",
    )
