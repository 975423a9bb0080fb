"""What must hold after any fault, proved from what was sent, what stands in the topics, and what stands in the tables.

A code path of its own: plain JSON and SHA-256 over plain values. Of the project only the fold of events is used, to
hold each case's state against its records.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from router.audit.anchor import looks_like_anchor
from router.cases.evolve import EventOutOfPlaceError, fold
from router.cases.state import Case
from router.ledger.record import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Place = tuple[str, int, int]
"""Topic, partition, offset."""
_PREFIX = b"bancheng.record.v1"


class Sent(NamedTuple):
    """A message that was handed to the broker until it had it, once or more often."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    rubbish: bool = False
    """It must end in quarantine, wherever it stands."""


class Stood(NamedTuple):
    """A message as it stands in a topic."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.topic, self.partition, self.offset


class RecordRow(NamedTuple):
    """A row of the table of records."""

    shard: int
    sequence: int
    case_id: str
    data: bytes
    hash: bytes


class OutputRow(NamedTuple):
    """A row of the table of outputs."""

    shard: int
    position: int
    topic: str
    key: str
    event: bytes


@dataclass(frozen=True)
class Found:
    """What stands in the topics and in the tables."""

    inputs: Sequence[Stood]
    ledger: Sequence[Stood]
    told: Sequence[Stood]
    records: Sequence[RecordRow]
    heads: Mapping[int, tuple[int, bytes]]
    outputs: Sequence[OutputRow]
    states: Mapping[str, bytes]
    quarantine: Sequence[tuple[str, int, int, str]]
    positions: Mapping[tuple[str, int], int]
    waiting: Mapping[str, int] = field(default_factory=dict)
    """Rows of inbox and parked."""


@dataclass
class Verdict:
    """What was counted, and every complaint by its name."""

    counts: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)

    def complain(self, name: str, what: str) -> None:
        """Count a fault and keep the first of each kind in words."""
        self.counts[name] += 1
        if self.counts[name] <= _KEPT:
            self.complaints.append(f"{name}: {what}")


_KEPT = 5
FAULTS = (
    "not_delivered", "lost", "doubled", "disordered", "gap", "broken_chain", "version", "output_lost",
    "output_invented", "output_differs", "record_lost", "record_invented", "record_disordered", "quarantine",
    "replay", "position", "left_over",
)  # fmt: skip
"""The names under which the checker complains."""


def check(sent: Iterable[Sent], found: Found) -> Verdict:
    """Return everything that is wrong; nothing if all promises were kept."""
    verdict = Verdict()
    records = [(row, json.loads(row.data)["data"]) for row in sorted(found.records)]
    _inputs(verdict, list(sent), found, records)
    _chains(verdict, found)
    _order(verdict, records)
    _outputs(verdict, found)
    _ledger(verdict, found)
    _replay(verdict, found)
    for name, count in found.waiting.items():
        if count:
            verdict.complain("left_over", f"{count} rows of {name}")
    return verdict


def _inputs(
    verdict: Verdict, sent: Sequence[Sent], found: Found, records: Sequence[tuple[RecordRow, dict[str, Any]]]
) -> None:
    """Each good message has one record of its own, all rubbish is in quarantine, and nothing else is."""
    stands: dict[tuple[str, bytes | None, bytes | None], list[Place]] = defaultdict(list)
    for one in found.inputs:
        stands[one.topic, one.key, one.value].append(one.place)
    by_cause: dict[Place, int] = Counter(
        (cause["topic"], cause["partition"], cause["offset"])
        for _, data in records
        if "topic" in (cause := data["cause"])
    )
    aside = {(topic, partition, offset) for topic, partition, offset, _ in found.quarantine}
    wanted: set[Place] = set()
    known: set[Place] = set()
    distinct = {(one.topic, one.key, one.value): one for one in sent}
    for name, one in distinct.items():
        places = stands.get(name, [])
        known.update(places)
        if not places:
            verdict.complain("not_delivered", f"{one.topic}/{one.partition}")
        elif one.rubbish:
            wanted.update(places)
            verdict.counts["rubbish"] += len(places)
        else:
            _once(verdict, places, by_cause)
    for place in wanted ^ aside:
        verdict.complain("quarantine", f"{'/'.join(map(str, place))} {'missing' if place in wanted else 'too much'}")
    for place in by_cause.keys() - known:
        verdict.complain("doubled", f"a record of {'/'.join(map(str, place))}, which nobody sent")
    verdict.counts["sent"] = len(sent)
    verdict.counts["standing"] = len(found.inputs)
    verdict.counts["in_ledger"] = len(by_cause)
    verdict.counts["besides"] = len(records) - sum(by_cause.values())
    verdict.counts["conflicts"] = sum(1 for *_, code in found.quarantine if code == "conflict")
    ends: Counter[tuple[str, int]] = Counter()
    for stood in found.inputs:
        ends[stood.topic, stood.partition] = max(ends[stood.topic, stood.partition], stood.offset + 1)
    for partition, end in ends.items():
        if found.positions.get(partition) != end:
            verdict.complain("position", f"{partition} at {found.positions.get(partition)} of {end}")


def _once(verdict: Verdict, places: Sequence[Place], by_cause: Mapping[Place, int]) -> None:
    times = sum(by_cause.get(place, 0) for place in places)
    verdict.counts["repeats"] += len(places) - 1
    if times == 0:
        verdict.complain("lost", f"no record of {'/'.join(map(str, places[0]))}")
    elif times > 1:
        verdict.complain("doubled", f"{times} records of {'/'.join(map(str, places[0]))}")


def _chains(verdict: Verdict, found: Found) -> None:
    """Each shard's records are numbered without a gap, and each hash follows from the one before."""
    last: dict[int, tuple[int, bytes]] = {}
    for row in sorted(found.records):
        sequence, previous = last.get(row.shard, (0, bytes(32)))
        if row.sequence != sequence + 1:
            verdict.complain("gap", f"shard {row.shard}: {row.sequence} follows {sequence}")
        elif hashlib.sha256(_PREFIX + previous + row.data).digest() != row.hash:
            verdict.complain("broken_chain", f"record {row.shard}-{row.sequence}")
        data = json.loads(row.data)
        if (data["data"]["shard"], data["data"]["sequence"]) != (row.shard, row.sequence):
            verdict.complain("broken_chain", f"record {row.shard}-{row.sequence} names itself {data['id']}")
        last[row.shard] = row.sequence, row.hash
    for shard, head in found.heads.items():
        if head != last.get(shard, (0, bytes(32))):
            verdict.complain("gap", f"shard {shard} ends elsewhere than its head says")


def _order(verdict: Verdict, records: Sequence[tuple[RecordRow, dict[str, Any]]]) -> None:
    """A case's messages were decided in the order of their partition, and each event counted once."""
    offsets: dict[tuple[str, str, int], int] = {}
    versions: Counter[str] = Counter()
    shards: dict[str, int] = {}
    follows: Counter[tuple[str, str]] = Counter()
    for row, data in records:
        cause, case = data["cause"], data["case"]
        if "topic" in cause:
            name = case, cause["topic"], cause["partition"]
            if cause["offset"] <= offsets.get(name, -1):
                verdict.complain("disordered", f"case {case}: {row.shard}-{row.sequence}")
            offsets[name] = cause["offset"]
        else:
            follows[case, json.dumps([cause, data["command"]], sort_keys=True)] += 1
        if shards.setdefault(case, row.shard) != row.shard:
            verdict.complain("disordered", f"case {case} in two shards")
        versions[case] += len(data.get("events", ()))
        if data["version"] != versions[case]:
            verdict.complain("version", f"case {case}: {row.shard}-{row.sequence} says {data['version']}")
    for (case, what), times in follows.items():
        if times > 1:
            verdict.complain("doubled", f"case {case}: {what} {times} times")


def _outputs(verdict: Verdict, found: Found) -> None:
    """Each output stands in its topic, with the same bytes each time (a seal apart), in the table's order; no other."""
    first: dict[tuple[str, str], bytes] = {}
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in found.told:
        event = json.loads(one.value or b"{}")
        name = one.topic, event["id"]
        if name not in first:
            first[name] = one.value or b""
            told[one.topic, (one.key or b"").decode()].append(event["id"])
        elif _unsealed(first[name]) != _unsealed(one.value or b""):
            verdict.complain("output_differs", f"{name} has come with other bytes")
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    names = {f"{row.shard}-{row.sequence}": row.case_id for row in found.records}
    aside = {f"{topic}/{partition}/{offset}" for topic, partition, offset, _ in found.quarantine}
    for row in sorted(row for row in found.outputs if row.topic != "ledger"):
        event = json.loads(row.event)
        name = row.topic, event["id"]
        wanted[row.topic, row.key].append(event["id"])
        if names.get(event["id"].rpartition("-")[0]) != row.key and event["id"] not in aside:
            verdict.complain("output_invented", f"{name} follows from no record")
        if name not in first:
            verdict.complain("output_lost", f"{name}")
        elif _bare(first.pop(name)) != _bare(row.event):
            verdict.complain("output_differs", f"{name} isn't what the table says")
    for name in first:
        verdict.complain("output_invented", f"{name} in no table")
    _told_in_order(verdict, told, wanted)
    verdict.counts["outputs"] = len(found.outputs)
    verdict.counts["told"] = len(found.told)


def _told_in_order(
    verdict: Verdict, told: Mapping[tuple[str, str], list[str]], wanted: Mapping[tuple[str, str], list[str]]
) -> None:
    for name, ids in told.items():
        there = set(ids)
        if ids != [one for one in wanted.get(name, ()) if one in there] and there <= set(wanted.get(name, ())):
            verdict.complain("disordered", f"{name}: told out of order")


def _unsealed(value: bytes) -> bytes:
    """The bytes of an output; of sealed details the length, since each sealing has a key of its own."""
    event = json.loads(value or b"{}")
    details = event.get("data", {}).get("details")
    if not details or details["scheme"] != "sealed":
        return value
    event["data"]["details"] = len(details["sealed"])
    return json.dumps(event).encode()


def _bare(value: bytes) -> Any:
    """Return an output without the details that the relay puts in."""
    event = json.loads(value)
    if isinstance(event.get("data"), dict):
        event["data"].pop("details", None)
    return event


def _ledger(verdict: Verdict, found: Found) -> None:
    """The topic `ledger` holds each record byte for byte, each shard's in its order when they first come."""
    rows = {(row.shard, row.data): row.sequence for row in found.records}
    reached: Counter[int] = Counter()
    seen: set[tuple[int, int]] = set()
    for one in found.ledger:
        if one.value is not None and looks_like_anchor(one.value):
            continue
        sequence = rows.get((one.partition, one.value or b""))
        if sequence is None:
            verdict.complain("record_invented", f"ledger/{one.partition}/{one.offset}")
        elif (one.partition, sequence) not in seen:
            seen.add((one.partition, sequence))
            if sequence != reached[one.partition] + 1:
                verdict.complain("record_disordered", f"{one.partition}-{sequence} after {reached[one.partition]}")
            reached[one.partition] = sequence
    anchors = {one.value for one in found.ledger if one.value is not None and looks_like_anchor(one.value)}
    for row in found.outputs:
        if row.topic == "ledger" and row.event not in anchors:
            verdict.complain("output_lost", f"{row.key} is not in the topic")
    for row in found.records:
        if (row.shard, row.sequence) not in seen:
            verdict.complain("record_lost", f"{row.shard}-{row.sequence} is not in the topic")


def _replay(verdict: Verdict, found: Found) -> None:
    """Each case's state is what its events make of it, and every case with events has one."""
    history: dict[str, list[bytes]] = defaultdict(list)
    for row in sorted(found.records):
        history[row.case_id].append(row.data)
    for case_id in history.keys() | found.states.keys():
        kept = found.states.get(case_id)
        try:
            replayed = fold(case_id, _events(history[case_id]))
        except EventOutOfPlaceError as error:
            verdict.complain("replay", str(error))
            continue
        if replayed != (msgspec.json.decode(kept, type=Case) if kept is not None else None):
            verdict.complain("replay", f"case {case_id} is not what its records say")
    verdict.counts["cases"] = len(found.states)


def _events(history: Iterable[bytes]) -> Iterator[tuple[Any, Any]]:
    for data in history:
        record = decode(data)
        yield from ((event, record.now) for event in record.events)
