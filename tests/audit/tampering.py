"""Every kind of tampering that we know of, done to a whole log; `python tests/audit/tampering.py` prints the table.

Each is a function from a whole log to one that was tampered with by somebody who writes everything that the export says
of itself anew (manifest, heads, checksums), so that only chain and anchors speak against it.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from logs import BEGIN, EACH, Log, changed, content, exported, made_anchor, record, rehashed, whole

from router.audit import anchor as anchors
from router.audit.exported import ExportSource
from router.audit.source import Head
from router.audit.verifying import Given, Verdict, verify
from router.ledger.record import GENESIS, chained

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

SCRIPT = Path(__file__).parent.parent.parent / "examples" / "verify_outside.py"


class Done(NamedTuple):
    """A tampered log, what must be said of it first, and what was done to the files besides."""

    log: Log
    first: str
    spoil: Callable[[Path], None] | None = None
    key: bytes | None = None
    """What the auditor holds it against."""


def altered(log: Log) -> Done:
    """A unit's name in one record."""
    log.records[1][9] = changed(log.records[1][9], case="01980000-0000-7000-8000-999999999999")
    return Done(log.end(), "altered 1-10")


def one_byte(log: Log) -> Done:
    """One digit of a time."""
    data = log.records[0][4]
    log.records[0][4] = data.replace(b'"now":"2026-03-02', b'"now":"2026-03-12')
    return Done(log.end(), "altered 0-5")


def blanks(log: Log) -> Done:
    """The same JSON, written with a blank."""
    log.records[2][3] = log.records[2][3].replace(b'"data":{', b'"data": {')
    return Done(log.end(), "altered 2-4")


def previous_edited(log: Log) -> Done:
    """What a record names as the one before it."""
    log.records[2][11] = changed(log.records[2][11], previous="11" * 32)
    return Done(log.end(), "altered 2-11")


def first_altered(log: Log) -> Done:
    """The very first record."""
    log.records[3][0] = changed(log.records[3][0], policy="cd" * 32)
    return Done(log.end(), "altered 3-1")


def newest_altered(log: Log) -> Done:
    """The newest record, which no other follows but an anchor confirms."""
    log.records[0][-1] = changed(log.records[0][-1], policy="cd" * 32)
    return Done(log.end(), "rewritten 0-25")


def deleted(log: Log) -> Done:
    """One record taken out."""
    del log.records[1][14]
    return Done(log.end(), "gap 1-15")


def several_deleted(log: Log) -> Done:
    """Five records taken out."""
    del log.records[1][14:19]
    return Done(log.end(), "gap 1-15")


def deleted_renumbered(log: Log) -> Done:
    """One record taken out and the later ones renumbered, their chain left as it was."""
    del log.records[1][14]
    log.records[1] = [changed(data, sequence=n) for n, data in enumerate(log.records[1], 1)]
    return Done(log.end(), "altered 1-14")


def deleted_rehashed(log: Log) -> Done:
    """One record taken out, the later ones renumbered and chained anew."""
    del log.records[1][14]
    log.records[1] = rehashed([changed(data, sequence=n) for n, data in enumerate(log.records[1], 1)], 14)
    return Done(log.end(), "rewritten 1-13")


def first_deleted(log: Log) -> Done:
    """The first record of a shard taken out."""
    del log.records[2][0]
    return Done(log.end(), "gap 2-1")


def inserted(log: Log) -> Done:
    """A record put in between under a number that is taken."""
    log.records[0].insert(8, record(0, 8, BEGIN + timedelta(minutes=14), log.hashed(0)[6], version=99))
    return Done(log.end(), "fork 0-8")


def inserted_renumbered(log: Log) -> Done:
    """A record put in, the later ones renumbered."""
    log.records[0].insert(8, record(0, 9, BEGIN + timedelta(minutes=16), log.hashed(0)[7]))
    log.records[0] = [changed(data, sequence=n) for n, data in enumerate(log.records[0], 1)]
    return Done(log.end(), "altered 0-9")


def appended(log: Log) -> Done:
    """A record of the forger's own at the end, the manifest left as it was."""
    last = content(log.records[0][-1])["data"]
    log.records[0].append(record(0, last["sequence"] + 1, BEGIN + timedelta(hours=2), log.hashed(0)[-1]))
    return Done(log, f"surplus 0-{EACH + 1}")


def swapped(log: Log) -> Done:
    """Two neighbours in each other's place."""
    shard = log.records[2]
    shard[6], shard[7] = shard[7], shard[6]
    return Done(log.end(), "order 2-7")


def repeated(log: Log) -> Done:
    """A record that stands there twice."""
    log.records[2].insert(7, log.records[2][6])
    return Done(log, "repeated 2-7")


def repeated_otherwise(log: Log) -> Done:
    """A record again with other content, which follows nothing."""
    log.records[2].insert(12, changed(log.records[2][6], previous="22" * 32))
    return Done(log, "other_content 2-7")


def truncated(log: Log) -> Done:
    """The newest records of a shard cut off."""
    del log.records[1][-9:]
    return Done(log.end(), f"truncated 1-{EACH - 8}")


def emptied(log: Log) -> Done:
    """A shard without any record."""
    log.records[1].clear()
    return Done(log.end(), "truncated 1-1")


def truncated_not_anchored(log: Log) -> Done:
    """The newest records cut off that no anchor has seen yet, the manifest left as it was."""
    log.anchors.clear()
    del log.records[1][-1:]
    return Done(log, f"truncated 1-{EACH}")


def older_state(log: Log) -> Done:
    """Everything as it was some time ago, but for the anchors."""
    log.records = [shard[:20] for shard in log.records]
    return Done(log.end(), "truncated 0-21")


def fork(log: Log) -> Done:
    """A second history from some record on: chained well, but not what was anchored."""
    before = log.hashed(1)[:15]
    log.records[1] = [*log.records[1][:15], *rewritten(log, 1, 15, before[-1])]
    return Done(log.end(), "rewritten 1-13")


def rewritten(log: Log, shard: int, start: int, head: bytes) -> list[bytes]:
    """Other records from `start` on, chained."""
    made = []
    for sequence in range(start + 1, len(log.records[shard]) + 1):
        at = BEGIN + timedelta(seconds=120 * sequence)
        data = record(shard, sequence, at, head, version=sequence + 1)
        made.append(data)
        head = chained(head, data)
    return made


def rehashed_all(log: Log) -> Done:
    """One record edited, and everything after it chained anew."""
    log.records[3][16] = changed(log.records[3][16], policy="cd" * 32)
    log.records[3] = rehashed(log.records[3], 17)
    return Done(log.end(), "rewritten 3-13")


def shard_replaced(log: Log) -> Done:
    """A shard of another installation in place of ours."""
    other = whole()
    log.records[2] = [changed(data, policy="ef" * 32) for data in other.records[2]]
    log.records[2] = rehashed(log.records[2], 0)
    return Done(log.end(), "rewritten 2-1")


def spliced(log: Log) -> Done:
    """The later half of a shard from another installation."""
    other = rehashed([changed(data, policy="ef" * 32) for data in whole().records[2]], 0)
    log.records[2] = [*log.records[2][:15], *other[15:]]
    return Done(log.end(), "altered 2-15")


def moved(log: Log) -> Done:
    """A record taken from one shard to another."""
    data = log.records[0].pop(20)
    log.records[1].insert(20, changed(data, shard=1))
    return Done(log.end(), "gap 0-21")


def shards_exchanged(log: Log) -> Done:
    """Two shards under each other's number, chained anew."""
    one, two = log.records[0], log.records[1]
    log.records[0] = rehashed([changed(data, shard=0) for data in two], 0)
    log.records[1] = rehashed([changed(data, shard=1) for data in one], 0)
    return Done(log.end(), "rewritten 0-1")


def clock_back(log: Log) -> Done:
    """A service whose clock was set back by an hour, chained well and not anchored yet."""
    at, head = BEGIN, log.hashed(1)[-1]
    log.records[1].append(record(1, EACH + 1, at, head))
    return Done(log.end(), f"clock 1-{EACH + 1}")


def predated(log: Log) -> Done:
    """A record written after an anchor that claims a time before it."""
    log.records = [shard[:24] for shard in log.records]
    log.anchors = log.anchors[:4]
    at = BEGIN + timedelta(seconds=30 * 90)
    for shard in range(4):
        log.records[shard].append(record(shard, 25, at, log.hashed(shard)[-1]))
    return Done(log.end(), "clock 0-25")


def no_record(log: Log) -> Done:
    """Something else in a record's place."""
    log.records[3][5] = b'{"hello":"world"}'
    return Done(log, "not_a_record 3-6")


def no_json(log: Log) -> Done:
    """Rubbish in a record's place."""
    log.records[3][5] = b"\xff\x00rubbish"
    return Done(log, "not_a_record 3-6")


def nested(log: Log) -> Done:
    """A record with a field that is nested without end."""
    log.records[3][5] = log.records[3][5].replace(b'"data":{', b'"data":{"x":' + b"[" * 9999 + b"]" * 9999 + b",", 1)
    return Done(log, "not_a_record 3-6")


def newer(log: Log) -> Done:
    """A record of a later version of the format."""
    log.records[3][5] = log.records[3][5].replace(b"cn.bancheng.record.v1", b"cn.bancheng.record.v2")
    return Done(log, "newer 3-6")


def anchor_forged(log: Log) -> Done:
    """An anchor whose heads were edited."""
    log.anchors[2] = changed(log.anchors[2], records=70)
    return Done(log, "anchor_forged anchor-3")


def anchor_of_another(log: Log) -> Done:
    """An anchor signed with another key, under the true key's name."""
    forged = anchors.decode(log.anchors[3])
    log.anchors[3] = anchors.encode(anchors.signed(forged, Ed25519PrivateKey.generate()))
    return Done(log, "anchor_forged anchor-4")


def anchor_unknown_key(log: Log) -> Done:
    """An anchor signed with a key that nobody introduced."""
    heads = [Head(end.shard, end.sequence, bytes.fromhex(end.hash)) for end in anchors.decode(log.anchors[3]).heads]
    at = anchors.decode(log.anchors[3]).made_at
    log.anchors[3] = made_anchor(heads, 4, at, log.anchors[2], Ed25519PrivateKey.generate(), retires=None)
    return Done(log, "anchor_key anchor-4")


def anchor_own_key(log: Log) -> Done:
    """An anchor whose key introduces itself, later than the first."""
    fresh = Ed25519PrivateKey.generate()
    before = anchors.digest(log.anchors[2]).hex()
    heads = [Head(end.shard, end.sequence, bytes.fromhex(end.hash)) for end in anchors.decode(log.anchors[3]).heads]
    at = anchors.decode(log.anchors[3]).made_at
    introduces = anchors.introduced(fresh, before)
    log.anchors[3] = made_anchor(heads, 4, at, log.anchors[2], fresh, introduces=introduces)
    return Done(log, "anchor_key anchor-4")


def anchor_retired_key(log: Log) -> Done:
    """An anchor signed with a key after it was retired."""
    at, _ = _rotated(log)
    log.anchors.append(made_anchor(log.heads, 8, at, log.anchors[-1], log.key, retires=None))
    return Done(log, "anchor_key anchor-8")


def anchor_key_revived(log: Log) -> Done:
    """An anchor signed with a key that was retired and then introduced once more."""
    at, fresh = _rotated(log)
    introduces = anchors.introduced(log.key, anchors.digest(log.anchors[-1]).hex())
    log.anchors.append(made_anchor(log.heads, 8, at, log.anchors[-1], fresh, introduces=introduces))
    log.anchors.append(made_anchor(log.heads, 9, at, log.anchors[-1], log.key, retires=None))
    return Done(log, "anchor_key anchor-9")


def _rotated(log: Log) -> tuple[datetime, Ed25519PrivateKey]:
    """Add the sixth and seventh anchor: a new key is introduced, the old one is retired; return when, and the new."""
    fresh, at = Ed25519PrivateKey.generate(), BEGIN + timedelta(hours=1)
    introduces = anchors.introduced(fresh, anchors.digest(log.anchors[-1]).hex())
    log.anchors.append(made_anchor(log.heads, 6, at, log.anchors[-1], log.key, introduces=introduces))
    retires = anchors.decode(log.anchors[0]).key
    log.anchors.append(made_anchor(log.heads, 7, at, log.anchors[-1], fresh, retires=retires))
    return at, fresh


def anchor_removed(log: Log) -> Done:
    """An anchor taken out."""
    del log.anchors[2]
    return Done(log, "anchor_gap anchor-3")


def anchors_swapped(log: Log) -> Done:
    """Two anchors in each other's place."""
    log.anchors[2], log.anchors[3] = log.anchors[3], log.anchors[2]
    return Done(log, "anchor_order anchor-3")


def anchor_resigned(log: Log) -> Done:
    """Somebody who has the key makes an old anchor anew, over other records."""
    found = anchors.decode(log.anchors[2])
    heads = [Head(end.shard, end.sequence, bytes.fromhex(end.hash)) for end in found.heads]
    later = found.made_at + timedelta(seconds=1)
    log.anchors[2] = made_anchor(heads, 3, later, log.anchors[1], log.key, retires=None)
    return Done(log, "anchor_chain anchor-4")


def anchor_back(log: Log) -> Done:
    """An anchor, well signed, whose heads are older than those before it."""
    half = {head.shard: head.sequence // 2 for head in log.heads}
    heads = [Head(n, at, log.hashed(n)[at - 1] if at else GENESIS) for n, at in half.items()]
    log.anchors.append(made_anchor(heads, 6, BEGIN + timedelta(hours=2), log.anchors[-1], log.key, retires=None))
    return Done(log, "anchor_back anchor-6")


def anchor_clock(log: Log) -> Done:
    """An anchor, well signed, of a time before the one before it."""
    log.anchors.append(made_anchor(log.heads, 6, BEGIN, log.anchors[-1], log.key, retires=None))
    return Done(log, "anchor_clock anchor-6")


def all_by_another(log: Log) -> Done:
    """Everything made anew by somebody with a key of his own: consistent, but not by the key that the auditor has."""
    true = log.key.public_key().public_bytes_raw()
    return Done(whole(), "untrusted anchors", key=true)


def cut_in_half(log: Log) -> Done:
    """The file of records cut in half."""

    def spoil(folder: Path) -> None:
        path = folder / "records.jsonl.zst"
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return Done(log, "unreadable 0-1", spoil)


def byte_flipped(log: Log) -> Done:
    """One byte of the compressed records flipped."""

    def spoil(folder: Path) -> None:
        path = folder / "records.jsonl.zst"
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0x10
        path.write_bytes(data)

    return Done(log, "unreadable 0-1", spoil)


def policy_exchanged(log: Log) -> Done:
    """Another policy under the hash by which every record names the one that it was decided by."""

    def spoil(folder: Path) -> None:
        _beside(folder, f"policies/{'ab' * 32}.json", b'{"id":"kinder"}')

    return Done(log, f"rules policies/{'ab' * 32}.json", spoil)


def model_exchanged(log: Log) -> Done:
    """Another model under the hash of the one that judged."""

    def spoil(folder: Path) -> None:
        _beside(folder, f"models/{'cd' * 32}", b"a model" + bytes(32))

    return Done(log, f"rules models/{'cd' * 32}", spoil)


def _beside(folder: Path, name: str, content: bytes) -> None:
    """Put a file into an export, with a manifest that names it."""
    (folder / name).parent.mkdir()
    (folder / name).write_bytes(content)
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "lines": 0}
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))


def local_time(log: Log) -> Done:
    """A record whose time says no longer that it is UTC."""
    data = log.records[1][5]
    log.records[1][5] = data.replace(b'Z","now"', b'","now"')
    return Done(log.end(), "not_a_record 1-6")


def anchor_among_records(log: Log) -> Done:
    """What looks like an anchor, put among the records of a shard."""
    log.records[3].insert(5, b'{"type":"cn.bancheng.anchor.v1"}')
    return Done(log, "not_a_record 3-6")


KINDS: tuple[Callable[[Log], Done], ...] = (
    altered, one_byte, blanks, previous_edited, first_altered, newest_altered, deleted, several_deleted,
    deleted_renumbered, deleted_rehashed, first_deleted, inserted, inserted_renumbered, appended, swapped, repeated,
    repeated_otherwise, truncated, emptied, truncated_not_anchored, older_state, fork, rehashed_all, shard_replaced,
    spliced, moved, shards_exchanged, clock_back, predated, no_record, no_json, newer, anchor_forged, anchor_of_another,
    anchor_unknown_key, anchor_own_key, anchor_retired_key, anchor_key_revived, anchor_removed, anchors_swapped,
    anchor_resigned, anchor_back, anchor_clock, all_by_another, cut_in_half, byte_flipped, policy_exchanged,
    model_exchanged, nested, local_time, anchor_among_records,
)  # fmt: skip


def ours(folder: Path, key: bytes | None) -> Verdict:
    """What our verifier says of a folder."""
    return verify(ExportSource(folder), Given(keys=(key,) if key else ()))


def theirs(folder: Path, key: bytes | None) -> list[str]:
    """What the outsider's script says of a folder: its lines but the last word."""
    words = [sys.executable, str(SCRIPT), str(folder), *([key.hex()] if key else [])]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert bool(done.stderr) == bool(done.returncode)
    return done.stderr.splitlines()


def main() -> None:
    """Print the table: what was done, and what both say first."""
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as name:
            done = kind(whole())
            folder = exported(done.log, Path(name))
            if done.spoil:
                done.spoil(folder)
            first = ours(folder, done.key).troubles
            mine = f"{first[0].kind} {first[0].where}" if first else "whole"
            other = (theirs(folder, done.key) or ["whole"])[0]
            print(f"| {(kind.__doc__ or '').splitlines()[0]} | {mine} | {other} | {done.first} |")


if __name__ == "__main__":
    main()
