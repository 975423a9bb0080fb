"""What `bancheng cases explain` shows: the whole derivation of a case, from its own records and policy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bancheng.cli.past import as_it_was
from bancheng.cli.shell import console, print_json
from bancheng.journey.explanation import as_data, sections
from bancheng.journey.story import Teller
from router.cases.evolve import fold
from router.cases.explain import explain
from router.ledger import reading
from router.ledger.database import transaction
from router.ledger.policies import Policies
from router.ledger.tables import cases, installation

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from bancheng.compose import House
    from router.cases.state import Case


def print_explanation(given: House, found: Case, *, at: datetime | None, json: bool) -> None:
    """Print the explanation of a case as it stands now, or stood at a moment, in words or as data."""
    if at is not None:
        _, records, now = as_it_was(given, found, at)
    else:
        with transaction(given.engine) as connection:
            records = reading.history(connection, found.id)
            now = _now(connection)
    events = ((event, record.now) for record in records for event in record.events)
    case = fold(found.id, events) or found  # as these records leave it: one may have come since it was looked up
    policy = Policies(given.engine, given.book).by_hash(case.policy)
    others = tuple(other.hash for other in given.book.policies)
    told = explain(case, policy, max(now, case.changed_at), records, others)
    if json:
        print_json(as_data(told, policy))
        return
    out = console()
    out.print(f"[bold]{case.reference or ''}[/bold] {case.id}")
    for section in sections(told, records, Teller(policy, given.settings.lang)):
        out.print()
        out.print(section.heading, style="bold", markup=False)
        for line in section.lines:
            out.print(f"  {line}", markup=False)


def _now(connection: Connection) -> datetime:
    """Return the moment it is: in a demonstration time is what messages say, so the latest that anything happened."""
    if connection.execute(select(installation.c.time_source)).scalar_one() != "message":
        return datetime.now(UTC)
    latest: datetime = connection.execute(select(func.max(cases.c.changed_at))).scalar_one()
    return latest.astimezone(UTC)
