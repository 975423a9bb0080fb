"""One example of every message type, as it stands on the wire: the envelope around fields and words. Pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from bancheng.contract.inbound_examples import sent
from bancheng.contract.matter import BROUGHT, CASE, DUE, NUMBER, POLICY
from bancheng.contract.outbound_examples import told
from router.cases import events as ev
from router.cases.assignment import Form, Share
from router.cases.entry import Entry, EntryKind
from router.classify.classification import Classification, Cue, Verdict
from router.ledger import record
from router.messages.envelope import write
from router.messages.inbound import kinds

_UTC: Final = BROUGHT.astimezone(UTC)
_PLACE: Final = ("cases.window-system", 3, 1207)


def example(type_: str) -> dict[str, Any]:
    """Return a whole event of that type; raises LookupError for a type without an example."""
    if type_ == record.TYPE:
        return _read(_record())
    if type_ == "cn.bancheng.quarantined.v1":
        return _quarantined(type_)
    name = type_.removeprefix("cn.bancheng.").removesuffix(".v1")
    if type_ in kinds():
        source, (fields, words) = sent(name)
        id_, time = "0195d3a0-7b1d-7f00-8a10-" + hashlib.sha256(type_.encode()).hexdigest()[:12], BROUGHT
    else:
        source, (fields, words) = "/router", told(name)
        id_, time = "5-42-0", _UTC
    data = fields | ({"details": {"scheme": "plain", **words}} if words else {})
    return _read(write(id=id_, source=source, type=type_, subject=CASE, time=time.isoformat(), data=data))


def _quarantined(type_: str) -> dict[str, Any]:
    topic, partition, offset = _PLACE
    place = f"{topic}/{partition}/{offset}"
    data = {
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "code": "bad_field",
        "field": "data.details.narrative",
        "digest": hashlib.sha256(b"example").hexdigest(),
    }
    return _read(write(id=place, source="/router", type=type_, subject=place, time=_UTC.isoformat(), data=data))


def _record() -> bytes:
    """Return the record of the example submission, as the router would encode it."""
    entries = (Entry(CASE, "matter", EntryKind.MATTER), Entry(CASE, "person", EntryKind.PERSON))
    domain, cause = "pension", "file-lost"
    due = datetime.fromisoformat(DUE)
    return record.encode(
        record.Record(
            shard=5,
            sequence=42,
            previous=hashlib.sha256(b"the record before").hexdigest(),
            recorded_at=_UTC,
            now=_UTC,
            case=CASE,
            version=5,
            policy=POLICY,
            cause=record.Cause(
                message="0195d3a0-7b1d-7f00-8a10-1c2d3e4f5a6b", topic=_PLACE[0], partition=5, offset=880
            ),
            actor=record.Who("window-system", "channel"),
            command={"verb": "submit", "occurred_at": BROUGHT.isoformat(), "reference": NUMBER, "guided": True},
            entries=entries,
            classification=Classification(
                model=POLICY,
                domain=Verdict(domain, 912, "labour", (Cue("养老保险", 3000, title=True),)),
                cause=Verdict(cause, 874, None, (Cue("档案找不到", 4000, title=True),)),
            ),
            events=(
                ev.Submitted("window-system", POLICY, BROUGHT, NUMBER, guided=True, entries=entries),
                ev.Acknowledged(),
                ev.Classified(POLICY, domain, cause=cause, confidence=912, cause_confidence=874),
                ev.Accepted(due),
                ev.Assigned(1, "hrss", Share.LEAD, Form.ORDER, _UTC + timedelta(days=1), due, why="route"),
            ),
        )
    )


def _read(event: bytes) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(event)
    return content
