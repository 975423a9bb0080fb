"""A case at a moment that has passed: what had been decided by then, and nothing that came later."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bancheng.cli.shell import fail, said
from router.cases.evolve import fold
from router.ledger import reading
from router.ledger.database import transaction

if TYPE_CHECKING:
    from bancheng.compose import House
    from router.cases.state import Case
    from router.ledger.record import Record

At = Annotated[
    datetime | None,
    typer.Option(
        "--at",
        formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"],
        help="当时所知，如 '2026-03-03 12:00'。As it was known at that moment, in the centre's time.",
    ),
]


class Past(NamedTuple):
    """A case as it was known, and its records until then."""

    case: Case
    records: list[Record]
    at: datetime
    """The moment, aware."""


def as_it_was(given: House, case: Case, at: datetime) -> Past:
    """Return what was known of a case at a moment, or leave with one sentence; without a zone it is the centre's."""
    moment = at if at.tzinfo else at.replace(tzinfo=given.policy.work_calendar.zone)
    with transaction(given.engine) as connection:
        records = [record for record in reading.history(connection, case.id) if record.now <= moment]
    found = fold(case.id, ((event, record.now) for record in records for event in record.events))
    if found is None:
        told = f"{moment:%Y-%m-%d %H:%M}"
        fail(said(given.settings.lang, f"{told} 时还没有工单 {case.id}。",
                  f"Case {case.id} was not known yet at {told}."))  # fmt: skip
    return Past(found, records, moment)
