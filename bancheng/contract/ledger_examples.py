"""What stands on `ledger`, an example a type, made as the router makes it: a record of a case, and an anchor. Pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bancheng.contract.matter import BROUGHT, CASE, DUE, NUMBER, POLICY
from router.audit import anchor
from router.cases import events as ev
from router.cases.assignment import Form, Share
from router.cases.entry import Entry, EntryKind
from router.classify.classification import Classification, Cue, Verdict
from router.ledger import record

_UTC: Final = BROUGHT.astimezone(UTC)
_SHARDS: Final = 2
"""Fewer than an installation has, so that the example stays short."""


def recorded() -> bytes:
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
                message="0195d3a0-7b1d-7f00-8a10-1c2d3e4f5a6b", topic="cases.window-system", partition=5, offset=880
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


def anchored() -> bytes:
    """Return the first anchor over a small log, with the key that it introduces: its signature is a true one."""
    heads = tuple(anchor.End(shard, 21, hashlib.sha256(b"head %d" % shard).hexdigest()) for shard in range(_SHARDS))
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"example signing key").digest())
    introduced = anchor.introduced(key, anchor.FIRST)
    records = sum(head.sequence for head in heads)
    plain = anchor.Anchor(1, _UTC, heads, records, anchor.FIRST, introduced.key, introduced)
    return anchor.encode(anchor.signed(plain, key))


LEDGER: Final = {record.TYPE: recorded, anchor.TYPE: anchored}
"""What makes the example of each type on `ledger`."""
