"""Whole logs, made in memory as the service makes them, to be tampered with: records in chains, anchors beside them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import orjson
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from router.audit import anchor as anchors
from router.audit.anchor import Anchor, End
from router.audit.source import Head, Kept, Place
from router.cases.events import AnyEvent
from router.ledger.record import GENESIS, Cause, Record, Who, chained, encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EXAMPLES = Path(__file__).parent.parent / "data" / "events.jsonl"
BEGIN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SHARDS = 4
EACH = 30
EVERY = 24
"""Records between two anchors."""


@cache
def examples() -> list[AnyEvent]:
    """One event of each kind."""
    return [msgspec.json.decode(line, type=AnyEvent) for line in EXAMPLES.read_bytes().splitlines()]


def record(shard: int, sequence: int, at: datetime, previous: bytes, **changes: Any) -> bytes:
    """A record's bytes as the service would write them."""
    case = f"01980000-0000-7000-8000-{shard:04d}{sequence % 7:08d}"
    fields: dict[str, Any] = {
        "shard": shard, "sequence": sequence, "previous": previous.hex(), "recorded_at": at, "now": at, "case": case,
        "version": sequence, "policy": "ab" * 32, "actor": Who("window-system", "channel"),
        "cause": Cause(f"m-{shard}-{sequence}", "cases.window-system", shard, sequence),
        "command": {"verb": "submit", "occurred_at": at}, "given": ("text",),
        "events": tuple(examples()[(sequence + n) % len(examples())] for n in range(3)),
    }  # fmt: skip
    return encode(Record(**fields | changes))


@dataclass
class Log:
    """A log: each shard's records in order, and the anchors; what the source says of itself; and what is beside."""

    records: list[list[bytes]]
    anchors: list[bytes]
    key: Ed25519PrivateKey
    heads: list[Head] = field(default_factory=list)
    order: list[tuple[int, int]] | None = None
    """In which order an export's lines stand, by shard and place; by shard and then as they stand where None."""

    def copy(self) -> Log:
        """The same once more, to be changed."""
        return Log([list(shard) for shard in self.records], list(self.anchors), self.key, list(self.heads))

    def hashed(self, shard: int) -> list[bytes]:
        """The hash of each record of a shard as it stands."""
        found, hashes = GENESIS, []
        for data in self.records[shard]:
            found = chained(found, data)
            hashes.append(found)
        return hashes

    def end(self) -> Log:
        """The same with heads as they are now."""
        self.heads = [
            Head(n, len(shard), self.hashed(n)[-1] if shard else GENESIS) for n, shard in enumerate(self.records)
        ]
        return self


def content(data: bytes) -> Any:
    """A record or anchor, decoded."""
    return orjson.loads(data)


def changed(data: bytes, **fields: Any) -> bytes:
    """A record or anchor with other fields in its data."""
    event = content(data)
    return orjson.dumps(event | {"data": event["data"] | fields})


def rehashed(records: Sequence[bytes], start: int) -> list[bytes]:
    """The records with every `previous` from `start` (an index) on put right, as somebody would who hides an edit."""
    found, made = GENESIS, []
    for at, data in enumerate(records):
        fixed = changed(data, previous=found.hex()) if at >= start else data
        made.append(fixed)
        found = chained(found, fixed)
    return made


def made_anchor(
    heads: Sequence[Head], number: int, at: datetime, before: bytes | None, key: Ed25519PrivateKey, **more: Any
) -> bytes:
    """An anchor over these heads, signed."""
    previous = anchors.digest(before).hex() if before else anchors.FIRST
    name = anchors.key_id(key.public_key().public_bytes_raw())
    more = more or ({} if before else {"introduces": anchors.introduced(key, previous)})
    ends = tuple(End(head.shard, head.sequence, head.hash.hex()) for head in heads)
    records = sum(head.sequence for head in heads)
    return anchors.encode(anchors.signed(Anchor(number, at, ends, records, previous, name, **more), key))


def whole(*, shards: int = SHARDS, each: int = EACH, key: Ed25519PrivateKey | None = None) -> Log:
    """A log of so many records a shard, written by turns, with an anchor now and then and one shard that is empty."""
    key = key or Ed25519PrivateKey.generate()
    log = Log([[] for _ in range(shards + 1)], [], key)
    heads = [Head(n, 0, GENESIS) for n in range(shards + 1)]
    for count in range(shards * each):
        shard, at = count % shards, BEGIN + timedelta(seconds=30 * count)
        data = record(shard, heads[shard].sequence + 1, at, heads[shard].hash)
        log.records[shard].append(data)
        heads[shard] = Head(shard, heads[shard].sequence + 1, chained(heads[shard].hash, data))
        if count % EVERY == EVERY - 1:
            before = log.anchors[-1] if log.anchors else None
            log.anchors.append(made_anchor(heads, len(log.anchors) + 1, at, before, key))
    log.heads = heads
    return log


class Memory(NamedTuple):
    """A log as a source: like Kafka (`repeats`, by partition), or like the database (`kept` beside each record)."""

    log: Log
    repeats: bool = False
    kept: Sequence[Sequence[Kept]] | None = None

    @property
    def shards(self) -> int:
        """How many."""
        return len(self.log.records)

    def heads(self) -> list[Head]:
        """What the database says; Kafka says nothing."""
        return self.log.heads if self.kept is not None else []

    def rules(self) -> Iterator[str]:
        """None that is another."""
        yield from ()

    def anchors(self) -> Iterator[bytes]:
        """As they stand."""
        yield from self.log.anchors

    def records(self, shard: int) -> Iterator[bytes]:
        """As they stand."""
        yield from self.log.records[shard]

    def places(self) -> Iterator[Place]:
        """Shard by shard."""
        for number, shard in enumerate(self.log.records):
            for at, data in enumerate(shard):
                yield Place(number, data, self.kept[number][at] if self.kept else None)


def kept(log: Log) -> list[list[Kept]]:
    """The database's columns beside each record of a log."""
    return [
        [
            Kept(at, content(data)["data"]["case"], digest)
            for at, (data, digest) in enumerate(zip(shard, log.hashed(n), strict=True), 1)
        ]
        for n, shard in enumerate(log.records)
    ]  # fmt: skip


def compress(data: bytes) -> bytes:
    """One frame with a checksum."""
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def exported(log: Log, folder: Path, *, after: Sequence[Head] = ()) -> Path:
    """Write a log as `bancheng export` does, as far as verifying needs it."""
    folder.mkdir(parents=True, exist_ok=True)
    order = log.order or [(n, at) for n, shard in enumerate(log.records) for at in range(len(shard))]
    files = {
        "records.jsonl.zst": b"".join(log.records[shard][at] + b"\n" for shard, at in order),
        "anchors.jsonl.zst": b"".join(data + b"\n" for data in log.anchors),
    }
    listed = {}
    for name, lines in files.items():
        packed = compress(lines)
        (folder / name).write_bytes(packed)
        listed[name] = {
            "sha256": hashlib.sha256(packed).hexdigest(), "bytes": len(packed), "lines": lines.count(b"\n"),
        }  # fmt: skip
    heads, begins = ([{"shard": one.shard, "sequence": one.sequence, "hash": one.hash.hex()} for one in said]
                     for said in (log.heads, after))  # fmt: skip
    manifest = {
        "format": "bancheng.export.v1", "shards": len(log.records), "heads": heads, "after": begins, "files": listed,
    }  # fmt: skip
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))
    return folder
