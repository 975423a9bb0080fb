"""One decision as one record: its shape, its bytes, its place in the hash chain.

The bytes are one complete CloudEvents JSON value with integers and strings only. The chain is
`hash = SHA-256("bancheng.record.v1" ‖ previous hash ‖ bytes)`; a shard's first record follows 32 zero
bytes. `previous` stands in the bytes as well, so that a reader of Kafka alone can name a broken record.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from router.cases.entry import Entry
from router.cases.events import AnyEvent
from router.cases.other import Other
from router.classify.classification import Classification
from router.ledger.renewing import renewed

TYPE = "cn.bancheng.record.v1"
GENESIS = bytes(32)
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises at bytes that are none of ours: no JSON, no UTF-8, nested without end."""
_PREFIX = TYPE.removeprefix("cn.").encode()
_encode = msgspec.json.Encoder().encode


class Cause(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a decision was asked by: a message at its position, another record, or the clock."""

    message: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    record: str | None = None
    clock: datetime | None = None
    """When it was due, where time alone asked for it."""


class Who(msgspec.Struct, frozen=True):
    """The unit, office, channel or router that asked, and the role it acted in."""

    id: str
    role: str


class Activated(msgspec.Struct, frozen=True, omit_defaults=True):
    """A trained model judges from now on, or none does: in a record of no case, since it concerns all later ones."""

    model: str | None
    """The model's hash; none where the policy's words alone judge again."""
    before: str | None = None
    """What judged until now."""
    forced: bool = False
    """It was not shown to be better than what judged before."""
    figures: dict[str, int] = {}
    """What was measured in training and comparison: thousandths and counts."""


class Noted(msgspec.Struct, frozen=True):
    """Something that concerns the house rather than a case: a key made or taken back, an archive, an import.

    `kind` is a past participle phrase such as `signing_key_introduced`; `facts` are codes, counts and times, never
    words that a person wrote and nothing secret.
    """

    kind: str
    facts: dict[str, str | int]


NO_CASE = "00000000-0000-0000-0000-000000000000"
"""In place of a case's id, where a record concerns the house."""


class Refusing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why nothing changed."""

    code: str
    about: str = ""


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """The data of a record: codes, numbers and times (UTC); never text that a person wrote."""

    shard: int
    sequence: int
    previous: str
    recorded_at: datetime
    now: datetime
    case: str
    version: int
    policy: str
    cause: Cause
    actor: Who
    command: dict[str, Any]
    entries: tuple[Entry, ...] = ()
    given: tuple[str, ...] = ()
    """Which words came with the command: text, basis, remedy, signed_by."""
    classification: Classification | None = None
    repeat_of: str | None = None
    """In records from before `other`: the case that brought the very same words first."""
    other: Other | None = None
    """What was known of the running case that brings the same matter."""
    events: tuple[AnyEvent, ...] = ()
    refusal: Refusing | None = None
    activated: Activated | None = None
    noted: Noted | None = None
    """What happened in the house, in a record of no case."""


class Event(msgspec.Struct, frozen=True):
    """The CloudEvents envelope around a record."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    data: Record


_decode = msgspec.json.Decoder(Event).decode
_upcast = msgspec.json.Decoder(type=dict[str, Any]).decode


def encode(record: Record) -> bytes:
    """Return the record's bytes; the same record always gives the same bytes."""
    return _encode(
        Event(
            specversion="1.0",
            id=name(record.shard, record.sequence),
            source="/router",
            type=TYPE,
            subject=record.case,
            time=record.recorded_at,
            datacontenttype="application/json",
            data=record,
        )
    )


def decode(data: bytes) -> Record:
    """Return the record in `data`, of whatever age; raises msgspec.ValidationError if it isn't one."""
    try:
        return _decode(data).data
    except msgspec.ValidationError:
        return of(_upcast(data)["data"])


def of(data: dict[str, Any]) -> Record:
    """Return the record whose data were decoded already, of whatever age; raises msgspec.ValidationError."""
    return msgspec.convert(renewed(data), Record)


def name(shard: int, sequence: int) -> str:
    """Return the id under which a record is cited."""
    return f"{shard}-{sequence}"


def chained(previous: bytes, data: bytes) -> bytes:
    """Return the hash of a record that follows `previous`."""
    return hashlib.sha256(_PREFIX + previous + data).digest()
