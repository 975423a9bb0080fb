"""Everything one transaction writes, gathered in memory and written in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import orjson
from msgspec.structs import replace

from router.ledger.copying import copy, insert
from router.ledger.database import together
from router.ledger.packed import NUMBERS, column, packed, uuids
from router.ledger.record import chained, encode, name
from router.ledger.tables import (
    cases,
    inbox,
    outputs,
    quarantine,
    records,
    vault_entries,
    vault_keys,
)
from router.messages.envelope import write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from router.cases.entry import Entry
    from router.ledger.claims import Head, Known
    from router.ledger.database import Cursor
    from router.ledger.record import Record
    from router.messages.outbound import Outbound

CHANNEL = "bancheng"
"""The NOTIFY channel on which the relay and the inbox are woken."""

_FEW = 200
"""Rows that are rather inserted: COPY waits three times a table, and a few cases must not wait for it."""
_encode = msgspec.json.Encoder().encode
CASE = (
    "id", "shard", "version", "stage", "disposition", "channel", "domain", "lead", "reference", "received_at",
    "changed_at", "next_due_at", "provisional", "state",
)  # fmt: skip
"""The columns of a case's row, as `case_row` fills them."""
_UPDATE_CASES = """
    UPDATE cases AS c SET version = v.version, stage = v.stage, domain = v.domain, lead = v.lead,
        changed_at = v.changed_at, next_due_at = v.next_due_at, provisional = v.provisional, state = v.state
    FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
        %s::timestamptz[], %s::bool[], %s::bytea[])
        AS v (id, version, stage, domain, lead, changed_at, next_due_at, provisional, state)
    WHERE c.id = v.id
"""
_UPDATE_SHARDS = """
    UPDATE shards AS s SET sequence = v.sequence, head = v.head, outputs = v.outputs
    FROM unnest(%s::int[], %s::bigint[], %s::bytea[], %s::bigint[]) AS v (shard, sequence, head, outputs)
    WHERE s.shard = v.shard
"""
_PERSONS = f"""
    INSERT INTO vault_persons (digest, case_id) SELECT {column(0)}, {uuids(1)} FROM {NUMBERS} ON CONFLICT DO NOTHING
"""  # noqa: S608 (made of constants)
_QUARANTINE = (
    "topic",
    "partition",
    "offset",
    "code",
    "field",
    "received_at",
    "digest",
    "wrapped",
    "sealed",
)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message set aside whole, encrypted under a key of its own."""

    shard: int
    topic: str
    partition: int
    offset: int
    code: str
    field: str
    digest: bytes
    wrapped: bytes
    sealed: bytes


@dataclass(slots=True)
class _End:
    """Where a shard's chain and outputs end, moving on as the sheet is filled."""

    sequence: int
    hash: bytes
    outputs: int


class Sheet:
    """Rows to be written under locked shards. It continues each shard's chain and output positions."""

    def __init__(self, heads: Mapping[int, Head], wall: datetime) -> None:
        """`heads` are the locked shards' ends; `wall` is the real time of writing (UTC)."""
        self.wall = wall
        self._time = wall.isoformat()
        self._ends = {shard: _End(*head) for shard, head in heads.items()}
        self._records: list[tuple[object, ...]] = []
        self._outputs: list[tuple[object, ...]] = []
        self._new: dict[str, tuple[Known, int]] = {}
        self._changed: dict[str, Known] = {}
        self._texts: list[tuple[object, ...]] = []
        self._keys: list[tuple[object, ...]] = []
        self._persons: list[tuple[bytes, bytes]] = []
        self._follows: list[tuple[object, ...]] = []
        self._set_aside: list[tuple[object, ...]] = []
        self._ids: dict[str, UUID] = {}

    def _id(self, case_id: str) -> UUID:
        found = self._ids.get(case_id)
        if found is None:
            found = self._ids[case_id] = UUID(case_id)
        return found

    def record(self, record: Record) -> str:
        """Append a record to its shard's chain; return the name under which it is cited."""
        end = self._ends[record.shard]
        placed = replace(record, sequence=end.sequence + 1, previous=end.hash.hex())
        data = encode(placed)
        end.sequence, end.hash = placed.sequence, chained(end.hash, data)
        self._records.append((placed.shard, placed.sequence, self._id(placed.case), data, end.hash))
        return name(placed.shard, placed.sequence)

    def output(
        self, shard: int, name: str, key: str, *, topic: str, data: Outbound, needs: bytes | None,
        trace: str | None = None,
    ) -> None:  # fmt: skip
        """Append a message to be published; its details are put in by the relay from `needs`."""
        event = write(
            id=name,
            source="/router",
            type=data.type,
            subject=key,
            time=self._time,
            data=orjson.Fragment(data.model_dump_json(exclude_none=True, exclude_defaults=True)),
            traceparent=trace,
        )
        self._append_output(shard, key, topic, event, needs)

    def publish(self, shard: int, key: str, topic: str, event: bytes) -> None:
        """Append a message that is published as it is, byte for byte."""
        self._append_output(shard, key, topic, event, None)

    def case(self, known: Known, shard: int, *, new: bool) -> None:
        """Write a case's state: its row is made once and then changed."""
        case_id = known.case.id
        if new or case_id in self._new:
            self._new[case_id] = (known, shard)
        else:
            self._changed[case_id] = known

    def text(self, entry: Entry, sealed: bytes) -> None:
        """Put a sealed text into the vault."""
        self._texts.append((self._id(entry.case), entry.name, sealed))

    def key(self, case_id: str, wrapped: bytes) -> None:
        """Put a case's wrapped data key into the vault."""
        self._keys.append((self._id(case_id), wrapped))

    def person(self, case_id: str, digests: Sequence[bytes]) -> None:
        """Note whose case it is, by keyed hashes."""
        self._persons += [(digest, self._id(case_id).bytes) for digest in digests]

    def follow(self, name: str, case_id: str, payload: bytes) -> None:
        """Leave a command for another case."""
        self._follows.append((name, self._id(case_id), payload, self.wall))

    @property
    def leaves(self) -> bool:
        """Whether commands for other cases are left."""
        return bool(self._follows)

    def quarantine(self, bad: Quarantined) -> None:
        """Set a message aside and tell operators its position, code and hash, nothing of its content."""
        self._set_aside.append(
            (bad.topic, bad.partition, bad.offset, bad.code, bad.field, self.wall, bad.digest, bad.wrapped,
             bad.sealed)
        )  # fmt: skip
        place = f"{bad.topic}/{bad.partition}/{bad.offset}"
        event = write(
            id=place,
            source="/router",
            type="cn.bancheng.quarantined.v1",
            subject=place,
            time=self._time,
            data={
                "topic": bad.topic,
                "partition": bad.partition,
                "offset": bad.offset,
                "code": bad.code,
                "field": bad.field,
                "digest": bad.digest.hex(),
            },
        )
        self._append_output(bad.shard, place, "quarantine", event, None)

    def write(self, cur: Cursor) -> None:
        """Write everything and wake whoever waits for it when the transaction commits."""
        rows = (
            (records, ("shard", "sequence", "case_id", "bytes", "hash"), self._records),
            (outputs, ("shard", "position", "topic", "key", "event", "entries"), self._outputs),
            (cases, CASE, [case_row(self._id(case_id), *new) for case_id, new in self._new.items()]),
            (vault_keys, ("case_id", "wrapped"), self._keys),
            (vault_entries, ("case_id", "name", "sealed"), self._texts),
            (inbox, ("id", "case_id", "payload", "created_at"), self._follows),
            (quarantine, _QUARANTINE, self._set_aside),
        )
        if sum(len(each) for _, _, each in rows) <= _FEW:
            with together(cur) as another:
                for table, columns, each in rows:
                    insert(another(), table, columns, each)
                self._finish(another)
        else:
            for table, columns, each in rows:
                copy(cur, table, columns, each)
            self._finish(lambda: cur)

    def _finish(self, another: Callable[[], Cursor]) -> None:
        """Write what is only changed, each by a cursor of its own."""
        if self._changed:
            rows = [self._change(known) for known in self._changed.values()]
            another().execute(_UPDATE_CASES, tuple(list(column) for column in zip(*rows, strict=True)))
        if self._persons:
            another().execute(_PERSONS, packed(*zip(*self._persons, strict=True)))
        if self._records or self._outputs:
            ends = [(shard, end.sequence, end.hash, end.outputs) for shard, end in self._ends.items()]
            another().execute(_UPDATE_SHARDS, tuple(list(column) for column in zip(*ends, strict=True)))
            another().execute("SELECT pg_notify(%s, '')", (CHANNEL,))

    def _append_output(self, shard: int, key: str, topic: str, event: bytes, needs: bytes | None) -> None:
        end = self._ends[shard]
        end.outputs += 1
        self._outputs.append((shard, end.outputs, topic, key, event, needs))

    def _change(self, known: Known) -> tuple[object, ...]:
        case = known.case
        return (
            self._id(case.id), case.version, case.stage.value, case.domain, case.lead, case.changed_at,
            known.next_due_at, case.provisional, _encode(case),
        )  # fmt: skip


def case_row(case_id: UUID, known: Known, shard: int) -> tuple[object, ...]:
    """Return the whole row of a case: whatever is needed to find it, and its state."""
    case = known.case
    return (
        case_id, shard, case.version, case.stage.value, known.disposition, case.channel, case.domain, case.lead,
        case.reference, case.received_at, case.changed_at, known.next_due_at, case.provisional, _encode(case),
    )  # fmt: skip
