"""From a limit and a start to the moment it is due.

Counting follows 民法典 201 and 203: the day of the start is not counted, whatever its hour and whether or
not it was a working day; the last day ends at close of business. Hour limits run round the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from router.clocks.calendar import WorkCalendar
    from router.policy.limits import Limit


class Due(NamedTuple):
    """When something is due (UTC), and whether working days had to be guessed for it."""

    at: datetime
    provisional: bool


def due(limit: Limit, start: datetime, calendar: WorkCalendar) -> Due:
    """Return when `limit`, running from the aware `start`, ends."""
    if limit.working_days is None:
        return Due((start + timedelta(hours=limit.hours or 0)).astimezone(UTC), provisional=False)
    return due_in_days(limit.working_days, start, calendar)


def due_in_days(working_days: int, start: datetime, calendar: WorkCalendar) -> Due:
    """Return the close of business of the last of `working_days` after the date of `start`."""
    at, known = calendar.end(calendar.date_of(start), working_days)
    return Due(at, provisional=not known)
