"""Looking things up in the ledger: cases, their records, counts, and what stands in quarantine."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Row, func, select, update

from router.cases.state import Case
from router.ledger.record import Record, decode
from router.ledger.tables import cases, installation, parked, positions, quarantine, records, shards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

_AT_A_TIME = 500
"""Rows of a long reading that are held in memory: well below the time that a transaction may idle."""


class PositionRow(NamedTuple):
    """How far a partition has been taken."""

    topic: str
    partition: int
    next_offset: int


class CaseRow(NamedTuple):
    """A case in a listing."""

    id: str
    reference: str | None
    channel: str
    stage: str
    disposition: str
    domain: str | None
    lead: str | None
    received_at: datetime
    changed_at: datetime


class QuarantineRow(NamedTuple):
    """A message that was set aside, without its content."""

    id: int
    topic: str
    partition: int
    offset: int
    code: str
    field: str
    received_at: datetime
    status: str


def list_cases(connection: Connection, *, most: int, **wanted: str | None) -> list[CaseRow]:
    """Return the cases changed last; `wanted` narrows by column (stage, disposition, channel, domain, lead)."""
    columns = [cases.c[name] for name in CaseRow._fields]
    query = select(*columns).order_by(cases.c.changed_at.desc(), cases.c.id).limit(most)
    for name, value in wanted.items():
        if value is not None:
            query = query.where(cases.c[name] == value)
    return [CaseRow(str(row[0]), *row[1:]) for row in connection.execute(query)]


def find_case(connection: Connection, wanted: str) -> Case | None:
    """Return the case of that id, or of that reference if there is just one."""
    try:
        condition = cases.c.id == UUID(wanted)
    except ValueError:
        condition = cases.c.reference == wanted
    found = connection.execute(select(cases.c.state).where(condition).limit(2)).scalars().all()
    return msgspec.json.decode(found[0], type=Case) if len(found) == 1 else None


def stream_cases(connection: Connection, since: date | None, until: date | None) -> Iterator[Case]:
    """Yield the cases that may have been accepted from `since` to `until`, through a cursor on the server.

    Coarse, and never one too few: a case can't be accepted before it was received nor after it last changed. A day
    more at both ends, for any time zone and for clocks that differ. In no order; the transaction has to stay open.
    """
    query = select(cases.c.state).execution_options(yield_per=_AT_A_TIME)
    if since is not None:
        query = query.where(cases.c.changed_at + timedelta(days=1) >= datetime.combine(since, time(), UTC))
    if until is not None:
        query = query.where(cases.c.received_at - timedelta(days=2) < datetime.combine(until, time(), UTC))
    decoder = msgspec.json.Decoder(Case)
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '60s'")  # what is read is worked on
    with connection.execute(query) as found:
        for state in found.scalars():
            yield decoder.decode(state)


def present(connection: Connection, now: datetime) -> datetime:
    """Return the time as this ledger has it: `now`, or that of the newest change where time is simulated."""
    if connection.execute(select(installation.c.time_source)).scalar() != "message":
        return now
    newest: datetime | None = connection.execute(select(func.max(cases.c.changed_at))).scalar()
    return newest or now


def history(connection: Connection, case_id: str) -> list[Record]:
    """Return every record of a case, oldest first."""
    query = select(records.c.bytes).where(records.c.case_id == UUID(case_id)).order_by(records.c.sequence)
    return [decode(data) for data in connection.execute(query).scalars()]


def count_records(connection: Connection) -> int:
    """Return how many records there are, over all shards."""
    return int(connection.execute(select(func.coalesce(func.sum(shards.c.sequence), 0))).scalar_one())


def tally(connection: Connection) -> dict[str, int]:
    """Return how many cases first went where, and how many messages are quarantined."""
    counted = select(cases.c.disposition, func.count()).group_by(cases.c.disposition)
    found: dict[str, int] = {str(name): int(count) for name, count in connection.execute(counted)}
    found["quarantined"] = connection.execute(select(func.count()).select_from(quarantine)).scalar_one()
    return found


def count_parked(connection: Connection) -> int:
    """Return how many outputs wait because they could not be published."""
    return connection.execute(select(func.count()).select_from(parked)).scalar_one()


def list_quarantine(connection: Connection, *, most: int, status: str | None) -> list[QuarantineRow]:
    """Return messages set aside, newest first."""
    query = select(*(quarantine.c[name] for name in QuarantineRow._fields))
    if status is not None:
        query = query.where(quarantine.c.status == status)
    rows = connection.execute(query.order_by(quarantine.c.id.desc()).limit(most))
    return [QuarantineRow(*row) for row in rows]


def list_positions(connection: Connection) -> list[PositionRow]:
    """Return how far every partition that was ever read has been taken, by topic and partition."""
    columns = (positions.c.topic, positions.c.partition, positions.c.next_offset)
    rows = connection.execute(select(*columns).order_by(positions.c.topic, positions.c.partition))
    return [PositionRow(*row) for row in rows]


def find_quarantined(connection: Connection, number: int) -> Row[Any] | None:
    """Return everything kept of one message that was set aside, still sealed."""
    return connection.execute(select(quarantine).where(quarantine.c.id == number)).one_or_none()


def mark_quarantined(connection: Connection, number: int, status: str) -> None:
    """Note what became of a message: `requeued`."""
    connection.execute(update(quarantine).where(quarantine.c.id == number).values(status=status))


def discard_quarantined(connection: Connection, number: int) -> None:
    """Remove a message's content for good; that it was set aside, where and why, stays known."""
    gone = {"status": "discarded", "wrapped": None, "sealed": None}
    connection.execute(update(quarantine).where(quarantine.c.id == number).values(**gone))
