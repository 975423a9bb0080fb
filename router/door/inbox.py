"""Commands that decisions on other cases leave behind: how they are kept, and how they come back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from router.cases.commands import ACTIONS, Actor, Command
from router.cases.entry import Entry
from router.ledger.record import Cause
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.follow import Follow

ROUTER = Actor("router", Role.ROUTER)
"""The router itself, as the actor of what follows from its own decisions."""


class _Waiting(msgspec.Struct, frozen=True, omit_defaults=True):
    verb: str
    action: dict[str, Any]
    entries: tuple[Entry, ...]
    record: str
    time: datetime
    trace: str | None = None


class Waiting(NamedTuple):
    """A command from the inbox, the record it follows from, when that was decided, and the trace it belongs to."""

    command: Command
    cause: Cause
    time: datetime
    trace: str | None


def pack(follow: Follow, record: str, now: datetime, trace: str | None = None) -> bytes:
    """Return a command as it is kept in the inbox."""
    action = follow.action
    kept = _Waiting(action.verb, action.model_dump(mode="json"), follow.entries, record, now, trace)
    return msgspec.json.encode(kept)


def unpack(row: tuple[str, bytes]) -> Waiting:
    """Return the command of an inbox row (case id, payload)."""
    case_id, payload = row
    kept = msgspec.json.decode(payload, type=_Waiting)
    action = ACTIONS[kept.verb].model_validate(kept.action)
    return Waiting(Command(case_id, ROUTER, action, kept.entries), Cause(record=kept.record), kept.time, kept.trace)
