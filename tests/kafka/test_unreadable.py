"""What can't be unpacked is set aside with its place, and what stands behind it is taken."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest
from kafka import TopicPartition
from kafka.record import MemoryRecords
from kafka.record.util import calc_crc32c
from steps import OTHER, TOPIC, until

from consumers.raw import unreadable
from consumers.sorting import span
from router.ledger import reading
from router.ledger.database import transaction
from router.messages.faults import sentence
from router.vault.store import open_message

if TYPE_CHECKING:
    from pathlib import Path

    from steps import Bench

    from bancheng.compose import House

pytestmark = pytest.mark.slow
_HEADER = 61
"""Bytes of a batch before its messages (Kafka's record format v2)."""


def segment(house: House, topic: str, partition: int) -> Path:
    """The file in which the broker keeps a partition."""
    return house.settings.home / "kafka" / "data" / f"{topic}-{partition}" / "00000000000000000000.log"


def spoil(file: Path, offset: int, place: int, value: bytes | None = None) -> range:
    """Change bytes of the batch that holds `offset`, `place` bytes from its start; return the batch's offsets."""
    start, batch = standing(file, offset)
    with file.open("r+b") as log:
        log.seek(start + place)
        log.write(value or bytes([batch._buffer[place] ^ 0x40]))
        log.flush()
        os.fsync(log.fileno())
    return range(batch.base_offset, batch.next_offset)


def standing(file: Path, offset: int) -> tuple[int, Any]:
    """The batch that holds `offset`, and where in the file it begins."""
    start = 0
    for batch in MemoryRecords(file.read_bytes()):
        if batch.base_offset <= offset < batch.next_offset:
            return start, batch
        start += batch.size_in_bytes
    raise AssertionError(offset)


def taken_whole(bench: Bench, topic: str, partition: int, bad: range, code: str) -> None:
    """The batch at `bad` stands in quarantine as one piece; everything before and behind it was taken."""
    row = next(row for row in bench.set_aside(topic, code) if (row.partition, row.offset) == (partition, bad[0]))
    assert row.field == span(bad)
    with transaction(bench.house.engine) as connection:
        kept = reading.find_quarantined(connection, row.id)
    assert kept is not None
    whole = open_message(bench.house.keyring, f"{topic}/{partition}/{bad[0]}", kept.wrapped, kept.sealed)
    assert whole.value is not None
    assert int.from_bytes(whole.value[:8], "big") == bad[0]
    for lang in ("zh", "en"):
        assert row.field in sentence(row.code, row.field, lang)


@pytest.mark.parametrize("place", [_HEADER + 20, 23 + 3], ids=["a message's bytes", "the batch's own length"])
def test_a_corrupt_batch_is_passed_over(bench: Bench, place: int) -> None:
    """kafka-python 3.0.12's endless poll, 1141, arroyo 431: a wrong check sum costs its batch, named by its offsets."""
    partition = 3 if place > _HEADER else 4
    before, bad, behind = bench.cases(3), bench.cases(4), bench.cases(3)
    bench.submit(before, partition)
    offsets = bench.submit(bad, partition)
    bench.submit(behind, partition)
    spoiled = spoil(segment(bench.house, TOPIC, partition), offsets[0], place)
    elsewhere = bench.cases(2, OTHER)
    bench.submit(elsewhere, 0, OTHER)
    router = bench.router()
    until(router, lambda: bench.decided(behind) == 3)
    assert bench.decided(before) == 3
    assert bench.decided(bad) == 4 - len(spoiled)
    assert bench.decided(elsewhere) == 2
    taken_whole(bench, TOPIC, partition, spoiled, "corrupt")
    assert bench.position(TOPIC, partition) == offsets[-1] + 4


def test_an_unknown_codec_does_not_spin(bench: Bench) -> None:
    """kafka-python 545: a batch in zstd, for which nothing is installed, is set aside; every poll ends."""
    partition = 5
    bad, behind = bench.cases(4), bench.cases(3)
    offsets = bench.submit(bad, partition)
    bench.submit(behind, partition)
    file = segment(bench.house, TOPIC, partition)
    spoil(file, offsets[0], 22, bytes([4]))  # attributes: the codec is zstd now
    _, batch = standing(file, offsets[0])
    spoiled = spoil(file, offsets[0], 17, int(calc_crc32c(memoryview(batch._buffer)[21:])).to_bytes(4, "big"))
    router = bench.router()
    longest = 0.0

    def behind_taken() -> bool:
        return bench.decided(behind) == 3

    while not behind_taken():
        begun = time.monotonic()
        router.step()
        longest = max(longest, time.monotonic() - begun)
        assert longest < 30
    taken_whole(bench, TOPIC, partition, spoiled, "undecodable")


def test_what_can_be_read_is_no_suspect(bench: Bench) -> None:
    """A damaged answer on its way, not on disk: asked again the batch is whole, and nothing is set aside."""
    offsets = bench.submit(bench.cases(2), 6)
    assert unreadable(bench.house.connection("router"), {TopicPartition(TOPIC, 6): offsets[0]}) == []
