"""Where records are read from: an export that is whole, cut, damaged, of another format, or none."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import orjson
import pytest
import zstandard

from router.audit.sources import DamagedError, ExportSource, SourceError

if TYPE_CHECKING:
    from pathlib import Path


def line(shard: int, sequence: int) -> bytes:
    """As much of a record as reading needs."""
    return orjson.dumps({"data": {"shard": shard, "sequence": sequence, "filler": "办" * sequence}})


def compress(content: bytes) -> bytes:
    """One frame with a checksum, without which a changed byte can go unseen."""
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


LINES = [line(shard, sequence) for shard in (0, 1, 3) for sequence in range(1, 200)]


def exported(folder: Path, lines: list[bytes]) -> Path:
    """A folder as `bancheng export` writes it, as far as reading needs it."""
    packed = compress(b"".join(one + b"\n" for one in lines))
    (folder / "records.jsonl.zst").write_bytes(packed)
    listed = {"sha256": hashlib.sha256(packed).hexdigest(), "bytes": len(packed), "lines": len(lines)}
    (folder / "manifest.json").write_bytes(
        orjson.dumps({
            "format": "bancheng.export.v1", "shards": 4,
            "heads": [{"shard": shard, "sequence": 199, "hash": "00" * 32} for shard in range(4)],
            "files": {"records.jsonl.zst": listed}, "made_at": "2026-11-30T00:00:00Z",
        })
    )  # fmt: skip
    return folder


def test_an_export_is_read_shard_by_shard_and_at_once(tmp_path: Path) -> None:
    """Each shard's records come in their order, in whatever order shards are asked for."""
    source = ExportSource(exported(tmp_path, LINES))
    assert source.shards == 4
    assert source.heads()[0].sequence == 199
    for shard in (0, 1, 2, 3, 1, 0):
        assert list(source.records(shard)) == [one for one in LINES if orjson.loads(one)["data"]["shard"] == shard]
    assert [place.data for place in source.places()] == LINES
    assert list(source.damaged()) == []


def test_an_export_of_several_frames_is_one(tmp_path: Path) -> None:
    """What several compressors wrote one after the other is read as one file."""
    source = ExportSource(exported(tmp_path, LINES))
    half = [b"".join(one + b"\n" for one in part) for part in (LINES[:50], LINES[50:])]
    (tmp_path / "records.jsonl.zst").write_bytes(b"".join(map(compress, half)))
    assert [place.data for place in source.places()] == LINES


def test_an_export_cut_or_changed_says_so(tmp_path: Path) -> None:
    """Half a file, a file without its last byte, and one with a byte changed are told from a whole one."""
    source = ExportSource(exported(tmp_path, LINES))
    path = tmp_path / "records.jsonl.zst"
    whole = path.read_bytes()
    for changed in (whole[: len(whole) // 2], whole[:-1], whole[:200] + bytes([whole[200] ^ 1]) + whole[201:], b"no"):
        path.write_bytes(changed)
        assert list(source.damaged()) == ["records.jsonl.zst"]
        with pytest.raises(DamagedError, match="breaks off"):
            list(source.places())
    path.unlink()
    with pytest.raises(DamagedError, match="missing"):
        list(source.places())


@pytest.mark.parametrize(
    ("manifest", "said"),
    [(None, "no export"), (b"{", "no export"), (b'{"format": "bancheng.export.v2"}', "newer version"),
     (b'{"format": "bancheng.export.v1"}', "no export")],
)  # fmt: skip
def test_what_is_no_export_is_said(tmp_path: Path, manifest: bytes | None, said: str) -> None:
    """A folder without a manifest, with a broken one, or of another format is refused in one sentence."""
    if manifest is not None:
        (tmp_path / "manifest.json").write_bytes(manifest)
    with pytest.raises(SourceError, match=said):
        ExportSource(tmp_path)
