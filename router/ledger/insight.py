"""Looking back over many cases: those that came lately, those of a field that were solved, those a person judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from router.cases.state import Case
from router.ledger.tables import cases, records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

_SETTLED = text("stage = ANY (ARRAY['resolved', 'closed'])")
"""Word for word the condition of the index `cases_settled`."""
_TRIAGE = b'"command":{"verb":"triage"'


class Recent(NamedTuple):
    """A case that came lately; moments are aware."""

    id: str
    reference: str | None
    channel: str
    received_at: datetime


def recent(connection: Connection, since: datetime, before: datetime, most: int) -> list[Recent]:
    """Return the cases received from `since` until just before `before`, newest first, at most so many."""
    query = select(cases.c.id, cases.c.reference, cases.c.channel, cases.c.received_at)
    query = query.where(cases.c.received_at >= since, cases.c.received_at < before)
    rows = connection.execute(query.order_by(cases.c.received_at.desc(), cases.c.id).limit(most))
    return [Recent(str(row[0]), *row[1:]) for row in rows]


def states(connection: Connection, case_ids: Sequence[str]) -> dict[str, Case]:
    """Return these cases as they stand."""
    query = select(cases.c.id, cases.c.state).where(cases.c.id.in_([UUID(case_id) for case_id in case_ids]))
    return {str(row[0]): msgspec.json.decode(row[1], type=Case) for row in connection.execute(query)}


def settled(connection: Connection, domain: str, most: int) -> list[Case]:
    """Return the cases of a domain that have their outcome, those changed last first, at most so many."""
    query = select(cases.c.state).where(cases.c.domain == domain, _SETTLED)
    query = query.order_by(cases.c.changed_at.desc(), cases.c.id).limit(most)
    return [msgspec.json.decode(state, type=Case) for state in connection.execute(query).scalars()]


def triaged(connection: Connection) -> list[str]:
    """Return the ids of all cases that a person judged (人工研判).

    This reads every record, inside the database; it is for an export now and then.
    """
    query = select(records.c.case_id).where(text("position(:verb IN bytes) > 0")).distinct()
    return sorted(str(found) for found in connection.execute(query, {"verb": _TRIAGE}).scalars())
