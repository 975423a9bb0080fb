"""Pauses of a clock: typed, capped elsewhere, and told apart from each other when they overlap."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from router.policy.limits import PauseKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.clocks.calendar import WorkCalendar

_DAY = timedelta(days=1)


class Pause(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time during which a clock stands still; still going on where it has no end (aware moments)."""

    kind: PauseKind
    start: datetime
    end: datetime | None = None
    until: datetime | None = None
    """When it ends by itself: its kind's cap."""


def touched(pause: Pause, calendar: WorkCalendar) -> tuple[date, date]:
    """Return the first and the last day of which a pause took a part, from midnight to close of business.

    A pause that began when the day's business was over, or ended at midnight, left that day whole: so one that
    begins after a limit has ended never revives it. Where there is no such day the last lies before the first.
    """
    first = calendar.date_of(pause.start)
    if pause.start >= calendar.closing(first):
        first += _DAY
    if pause.end is None:
        return first, date.max
    # less the smallest step of time, midnight belongs to the day that it ends
    return first, calendar.date_of(pause.end - timedelta.resolution)


def covers(pauses: Iterable[Pause], day: date, calendar: WorkCalendar) -> Pause | None:
    """Return a pause that touched that day: such a day doesn't count at all."""
    for pause in pauses:
        first, last = touched(pause, calendar)
        if first <= day <= last:
            return pause
    return None


def stretches(pauses: Iterable[Pause]) -> list[tuple[datetime, datetime]]:
    """Return the times (UTC) during which at least one ended pause lasted, in order, none overlapping."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted((p.start.astimezone(UTC), p.end.astimezone(UTC)) for p in pauses if p.end is not None):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
