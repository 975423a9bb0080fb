"""One example of every message type, as it stands on the wire: the envelope around fields and words. Pure."""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import Any, Final

import orjson

from bancheng.contract.inbound_examples import sent
from bancheng.contract.ledger_examples import LEDGER
from bancheng.contract.matter import BROUGHT, CASE
from bancheng.contract.outbound_examples import told
from router.messages.envelope import write
from router.messages.inbound import kinds

_UTC: Final = BROUGHT.astimezone(UTC)
_PLACE: Final = ("cases.window-system", 3, 1207)


def example(type_: str) -> dict[str, Any]:
    """Return a whole event of that type; raises LookupError for a type without an example."""
    if type_ in LEDGER:
        return _read(LEDGER[type_]())
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


def _read(event: bytes) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(event)
    return content
