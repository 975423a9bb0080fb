"""Whatever is done to a log is seen, and where: by our verifier and by an outsider's script that shares nothing."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from logs import BEGIN, EACH, SHARDS, Log, Memory, changed, exported, kept, made_anchor, record, rehashed, whole
from tampering import KINDS, Done, ours, theirs

from router.audit import anchor as anchors
from router.audit.exported import ExportSource, lines
from router.audit.source import DamagedError, Head, SourceError
from router.audit.troubles import Kind, Trouble
from router.audit.verifying import Given, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STOPS_BEFORE = {"anchor_order anchor-3": "anchor_gap anchor-3"}
"""The script stops at the first anchor that isn't the next one, and can't know that it comes later."""


@pytest.fixture(scope="module")
def log() -> Log:
    """A log that is whole."""
    return whole()


def first(found: tuple[Trouble, ...]) -> str:
    """The first trouble, as the script says it."""
    return f"{found[0].kind} {found[0].where}" if found else "whole"


def test_a_whole_log_is_whole(log: Log, tmp_path: Path) -> None:
    """From an export, like Kafka and like the database; what is confirmed and by which key is told."""
    key = log.key.public_key().public_bytes_raw()
    folder = exported(log, tmp_path)
    for verdict in (
        ours(folder, key), verify(Memory(log, repeats=True), Given((key,))),
        verify(Memory(log, kept=kept(log)), Given((key,))),
    ):  # fmt: skip
        assert verdict.whole, verdict.troubles
        assert (verdict.records, verdict.anchors, verdict.unanchored) == (SHARDS * EACH, 5, 0)
        assert verdict.trusted
        assert {one.confirmed for one in verdict.shards} == {EACH, 0}
    assert theirs(folder, key) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_tampering_is_seen_by_both(kind: Callable[[Log], Done], log: Log, tmp_path: Path) -> None:
    """Both name the same first record or anchor and the same kind of trouble; ours has a sentence in two languages."""
    done = kind(log.copy())
    folder = exported(done.log, tmp_path)
    if done.spoil:
        done.spoil(folder)
    found = ours(folder, done.key).troubles
    assert first(found) == done.first
    assert theirs(folder, done.key)[0] == STOPS_BEFORE.get(done.first, done.first)
    for trouble in found:
        assert trouble.sentence("zh").endswith("。")
        assert trouble.sentence("en").endswith(".")


@given(st.data())
def test_no_byte_of_an_anchored_record_changes_unseen(data: st.DataObject) -> None:
    """Whichever byte of whichever record is changed to whatever else, it is seen in its shard, at it or before."""
    log = LOG.copy()
    shard, at = data.draw(st.integers(0, SHARDS - 1)), data.draw(st.integers(0, EACH - 1))
    found = bytearray(log.records[shard][at])
    place = data.draw(st.integers(0, len(found) - 1))
    found[place] ^= data.draw(st.integers(1, 255))
    log.records[shard][at] = bytes(found)
    verdict = verify(Memory(log, repeats=True))
    assert not verdict.whole
    assert verdict.shards[shard].whole <= at
    assert all(one.whole == one.newest for one in verdict.shards if one.shard != shard)


LOG = whole()


@given(st.integers(0, SHARDS - 1), st.lists(st.tuples(st.integers(0, EACH - 1), st.integers(1, 10)), max_size=4))
def test_what_kafka_repeats_is_no_trouble(shard: int, again: list[tuple[int, int]]) -> None:
    """Rounds that a relay sent again stand in a partition as they were, and all is well."""
    log = LOG.copy()
    records = log.records[shard]
    for start, count in again:
        end = start + count
        records[end:end] = records[start:end]
    log.anchors = [one for one in log.anchors for _ in range(2)]
    assert verify(Memory(log, repeats=True)).whole


def test_a_long_repeat_is_known_by_its_chain() -> None:
    """A topic that a relay filled anew from the start is whole; one record of it with other content is not."""
    log = whole(shards=1, each=4300)
    log.records[0] += list(log.records[0])
    assert verify(Memory(log, repeats=True)).whole
    log.records[0][4305] = changed(log.records[0][4305], policy="cd" * 32)
    assert verify(Memory(log, repeats=True)).troubles[0].kind is Kind.OTHER_CONTENT


def test_an_old_record_repeated_with_other_content_is_seen() -> None:
    """Also where a record of lately, as it was, comes right behind it: nothing leads from the one to the other."""
    log = whole(shards=1, each=4300)
    log.records[0] += [changed(log.records[0][50], policy="cd" * 32), log.records[0][4200]]
    assert verify(Memory(log, repeats=True)).troubles == (Trouble(Kind.OTHER_CONTENT, 0, 51),)


def test_an_anchor_in_another_partition_is_none(log: Log) -> None:
    """Kafka holds anchors in partition 0; elsewhere nothing is passed over because it looks like one."""
    mine = log.copy()
    mine.records[0].insert(5, mine.anchors[0])
    assert verify(Memory(mine, repeats=True)).whole
    mine.records[3].insert(5, mine.anchors[0])
    assert verify(Memory(mine, repeats=True)).troubles == (Trouble(Kind.NOT_A_RECORD, 3, 6),)


@pytest.mark.parametrize(
    "content",
    [
        {"number": 2**63}, {"made_at": "2026-03-02T02:00:00"}, {"made_at": "9999-12-31T23:59:59Z"},
        {"heads": [{"shard": 0, "sequence": 2**63, "hash": "00" * 32}]},
    ],
)  # fmt: skip
def test_an_anchor_beyond_reckoning_is_none(log: Log, content: dict[str, object]) -> None:
    """Who signs what can't be reckoned with doesn't bring verifying down."""
    mine = log.copy()
    mine.anchors[2] = changed(mine.anchors[2], **content)
    assert Trouble(Kind.NOT_AN_ANCHOR, anchor=3) in verify(Memory(mine, repeats=True)).troubles


@pytest.mark.parametrize(
    "spoilt",
    [
        {"shards": 0}, {"shards": 10**9}, {"heads": []},
        {"heads": [{"shard": 0, "sequence": 2**63, "hash": "00" * 32}]},
        {"after": [{"shard": 0, "sequence": -5, "hash": "00" * 32}]},
    ],
)  # fmt: skip
def test_a_manifest_beyond_sense_is_refused(log: Log, tmp_path: Path, spoilt: dict[str, object]) -> None:
    """Numbers that no installation has, and heads that don't name each shard once, are told in one sentence."""
    path = exported(log, tmp_path) / "manifest.json"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | spoilt))
    with pytest.raises(SourceError, match="no export"):
        ExportSource(tmp_path)


def test_no_file_fills_the_memory(tmp_path: Path) -> None:
    """A few kilobytes may stand for gigabytes of nothing: they are unpacked a little at a time."""
    made = zstandard.ZstdCompressor(level=19).compressobj()
    (tmp_path / "lines").write_bytes(b"".join([*(made.compress(bytes(1 << 20)) for _ in range(128)), made.flush()]))
    tracemalloc.start()
    with pytest.raises(DamagedError):
        list(lines(tmp_path / "lines"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 << 20


@pytest.mark.parametrize(
    ("column", "kind"), [("hash", Kind.COLUMN), ("case", Kind.COLUMN), ("sequence", Kind.COLUMN)]
)  # fmt: skip
def test_columns_beside_a_record_are_checked(log: Log, column: str, kind: Kind) -> None:
    """The hash, case and sequence that the database keeps beside the bytes are held against them."""
    beside = kept(log)
    changes = {"hash": bytes(32), "case": "01980000-0000-7000-8000-999999999999", "sequence": 99}
    beside[1][11] = beside[1][11]._replace(**{column: changes[column]})
    beside[2][EACH - 1] = beside[2][EACH - 1]._replace(**{column: changes[column]})
    assert verify(Memory(log, kept=beside)).troubles == (
        Trouble(kind, 1, 12), Trouble(kind, 2, EACH),
    )  # fmt: skip


def test_a_record_in_another_shards_place_is_seen(log: Log) -> None:
    """In Kafka the partition, in the database the column says to which shard a record belongs."""
    mine = log.copy()
    mine.records[3].insert(5, mine.records[2][5])
    assert verify(Memory(mine, repeats=True)).troubles == (Trouble(Kind.MOVED, 3, 6),)


def test_edited_with_its_hash_beside_it(log: Log) -> None:
    """A record edited together with its hash column is seen by the next one."""
    mine, beside = log.copy(), kept(log)
    mine.records[0][7] = changed(mine.records[0][7], policy="cd" * 32)
    beside[0][7] = beside[0][7]._replace(hash=mine.hashed(0)[7])
    assert verify(Memory(mine, kept=beside)).troubles[0] == Trouble(Kind.ALTERED, 0, 8)


def test_shards_row_set_back(log: Log) -> None:
    """The database's own head that names less than an anchor has seen is told."""
    mine = log.copy()
    mine.heads[1] = Head(1, 20, mine.hashed(1)[19])
    assert verify(Memory(mine, kept=kept(log))).troubles == (Trouble(Kind.SURPLUS, 1, 21, EACH),)


def test_newest_records_and_anchors_cut_off(log: Log) -> None:
    """What was cut off together with its anchors is known by a posted line, and by anchors that were kept elsewhere."""
    mine = log.copy()
    mine.records = [shard[:24] for shard in mine.records]
    mine.anchors = mine.anchors[:4]
    source = Memory(mine, repeats=True)
    assert verify(source).whole
    line = anchors.line(log.anchors[4])
    assert verify(source, Given(line=line)).troubles == (Trouble(Kind.LINE, anchor=5),)
    found = verify(source, Given(kept=log.anchors)).troubles
    assert found[0] == Trouble(Kind.TRUNCATED, 0, 25, EACH, 5)
    assert found[-1] == Trouble(Kind.ANCHOR_MISSING, anchor=5)


def test_a_posted_line_is_found_again(log: Log) -> None:
    """A line read from a wall is held against the anchor of its number; one letter or number off is told."""
    line = anchors.line(log.anchors[2])
    posted = str(line)
    assert posted.startswith("bancheng 2026-03-02 anchor 3 records 72 head ")
    assert anchors.read_line(f" {posted}\n") == line
    assert anchors.read_line("nothing") is None
    source = Memory(log, repeats=True)
    assert verify(source, Given(line=line)).whole
    for other in (line._replace(records=73), line._replace(code="A" + line.code[1:]), line._replace(number=9)):
        if other != line:
            assert verify(source, Given(line=other)).troubles[0].kind is Kind.LINE


def test_keys_with_overlap(log: Log) -> None:
    """A new key is introduced by the old one, both sign for a while, then the old one is retired by the new."""
    mine, fresh = log.copy(), Ed25519PrivateKey.generate()
    at = BEGIN + timedelta(hours=2)
    introduces = anchors.introduced(fresh, anchors.digest(mine.anchors[-1]).hex())
    old = anchors.decode(mine.anchors[0]).key
    for key, more in ((mine.key, {"introduces": introduces}), (fresh, {"retires": None}), (mine.key, {"retires": None}),
                      (fresh, {"retires": old}), (fresh, {"retires": None})):  # fmt: skip
        mine.anchors.append(made_anchor(mine.heads, len(mine.anchors) + 1, at, mine.anchors[-1], key, **more))
    verdict = verify(Memory(mine, repeats=True), Given(keys=(fresh.public_key().public_bytes_raw(),)))
    assert verdict.whole
    assert verdict.trusted
    assert [(key.introduced, key.retired, key.trusted) for key in verdict.keys] == [(1, 9, False), (6, None, True)]


def test_a_key_that_never_confirmed_is_refused(log: Log) -> None:
    """Nobody introduces somebody else's key: the key itself must have signed, at this place of the chain."""
    mine, fresh = log.copy(), Ed25519PrivateKey.generate()
    elsewhere = anchors.introduced(fresh, anchors.FIRST)
    mine.anchors.append(made_anchor(mine.heads, 6, BEGIN + timedelta(hours=2), mine.anchors[-1], mine.key,
                                    introduces=elsewhere))  # fmt: skip
    assert verify(Memory(mine, repeats=True)).troubles == (Trouble(Kind.ANCHOR_KEY, anchor=6),)


def test_a_part_begins_behind_its_head(log: Log, tmp_path: Path) -> None:
    """An export of later records only is verified from the heads that it names, against the same anchors."""
    mine = log.copy()
    after = [
        Head(n, 10 if shard else 0, log.hashed(n)[9] if shard else bytes(32)) for n, shard in enumerate(log.records)
    ]
    mine.records = [shard[10:] for shard in mine.records]
    folder = exported(mine, tmp_path, after=after)
    verdict = ours(folder, None)
    assert verdict.whole, verdict.troubles
    assert {one.first for one in verdict.shards} == {11, 1}
    assert verdict.part
    assert theirs(folder, None) == []
    other = list(log.records[1])
    other[9] = changed(other[9], version=99)
    mine.records[1] = rehashed(other, 9)[10:]
    folder = exported(mine, tmp_path / "other", after=after)
    assert first(ours(folder, None).troubles) == theirs(folder, None)[0] == "altered 1-11"


def test_a_files_checksum_is_told(log: Log, tmp_path: Path) -> None:
    """A file beside the records that isn't what the manifest says, or is missing, is named."""
    folder = exported(log, tmp_path)
    path = folder / "anchors.jsonl.zst"
    path.write_bytes(path.read_bytes() + b"\x28\xb5\x2f\xfd\x00\x58\x01\x00\x00")
    assert ExportSource(folder).shards == SHARDS + 1
    assert Trouble(Kind.FILE, file="anchors.jsonl.zst") in ours(folder, None).troubles


def test_many_troubles_are_counted(log: Log) -> None:
    """A log that is wrong everywhere is told of shortly, and memory stays flat."""
    mine = Log([[], []], [], log.key)
    mine.records[0] = [record(0, n, BEGIN, bytes(32)) for n in range(1, 3000)]
    verdict = verify(Memory(mine, repeats=True))
    assert len(verdict.troubles) == 1000
    assert verdict.more == 2998 - 1000
