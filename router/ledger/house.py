"""Records of no case: what happened in the house stands in the same chain as what was decided on cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.ledger import claims
from router.ledger.record import NO_CASE, Activated, Cause, Noted, Record, Who
from router.ledger.sheet import Sheet

if TYPE_CHECKING:
    from datetime import datetime

    from router.ledger.database import Cursor

SHARD = 0
"""Where records of no case stand."""
_OPERATOR = Who("operator", "operator")


def note(cur: Cursor, wall: datetime, noted: Noted, *, policy: str = "", by: Who = _OPERATOR) -> str:
    """Write in the transaction of `cur` what happened in the house; return the name of the record that says so.

    It takes hold of shard 0. `wall` is the system's time, aware; `policy` the hash of the policy in use, where it
    matters.
    """
    return _write(cur, _record(wall, {"verb": noted.kind}, policy, by, noted=noted))


def note_activation(cur: Cursor, wall: datetime, activated: Activated, policy: str) -> str:
    """Write in the transaction of `cur` which model judges from now on; return the name of the record that says so."""
    command = {"verb": "activate_model", "model": activated.model}
    return _write(cur, _record(wall, command, policy, _OPERATOR, activated=activated))


def _record(
    wall: datetime, command: dict[str, str | None], policy: str, by: Who, *, noted: Noted | None = None,
    activated: Activated | None = None,
) -> Record:  # fmt: skip
    return Record(
        shard=SHARD,
        sequence=0,
        previous="",
        recorded_at=wall,
        now=wall,
        case=NO_CASE,
        version=0,
        policy=policy,
        cause=Cause(),
        actor=by,
        command=command,
        activated=activated,
        noted=noted,
    )


def _write(cur: Cursor, record: Record) -> str:
    sheet = Sheet(claims.hold(cur, (), {SHARD}), record.recorded_at)
    name = sheet.record(record)
    sheet.write(cur)
    return name
