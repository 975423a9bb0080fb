"""How many open cases each unit holds, and on how many of them its time is over: counted from what is open alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from router.cases.state import OPEN, Case, Stage
from router.ledger.database import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.engine import Engine

NOBODY: Final = "(none)"
"""In place of a unit, for cases that no unit holds: an office has to decide. No id looks like it."""
OPEN_CASES: Final = "SELECT state FROM cases WHERE next_due_at IS NOT NULL AND stage = ANY(%s)"
"""An open case always waits for a moment (`router.cases.duties`), so that the clock's index holds every one of them
and nothing that is long closed."""
_PAGE: Final = 500

_decode = msgspec.json.Decoder(Case).decode


@dataclass(frozen=True, slots=True)
class Load:
    """Cases by unit; one with several units counts for each of them."""

    open: Counter[str] = field(default_factory=Counter)
    overdue: Counter[str] = field(default_factory=Counter)


def load(engine: Engine, now: datetime) -> Load:
    """Count what is open at an aware moment, a page of rows at a time.

    Raises:
        NotNowError: the database is away.
    """
    counted = Load()
    with transaction(engine) as connection:
        driver = connection.connection.driver_connection
        with driver.cursor("open_cases") as cur:  # type: ignore[union-attr]  # psycopg's, as `connect` makes it
            cur.itersize = _PAGE
            cur.execute(OPEN_CASES, ([stage.value for stage in OPEN],))
            for (state,) in cur:
                for unit, late in held(_decode(state), now):
                    counted.open[unit] += 1
                    counted.overdue[unit] += late
    return counted


def held(case: Case, now: datetime) -> Iterator[tuple[str, bool]]:
    """Yield who holds a case, each once, and whether their time is over; a clock that stands still is never late."""
    runs = case.stage is not Stage.ON_HOLD and not case.standing
    late: dict[str, bool] = {}
    for one in case.assignments:
        if one.live:
            over = runs and one.due < now and all(pause.end for pause in one.pauses)
            late[one.unit] = late.get(one.unit, False) or over
    yield from late.items() or [(NOBODY, runs and case.due is not None and case.due < now)]
