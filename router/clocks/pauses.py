"""Pauses of a clock: typed, capped elsewhere, and told apart from each other when they overlap."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from router.policy.limits import PauseKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.clocks.calendar import WorkCalendar


class Pause(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time during which a clock stands still; still going on where it has no end (aware moments)."""

    kind: PauseKind
    start: datetime
    end: datetime | None = None
    until: datetime | None = None
    """When it ends by itself: its kind's cap."""


def covers(pauses: Iterable[Pause], day: date, calendar: WorkCalendar) -> Pause | None:
    """Return a pause that touched that day: a day begun under a pause doesn't count at all."""
    for pause in pauses:
        if calendar.date_of(pause.start) <= day and (pause.end is None or day <= calendar.date_of(pause.end)):
            return pause
    return None


def stretches(pauses: Iterable[Pause]) -> list[tuple[datetime, datetime]]:
    """Return the times during which at least one ended pause lasted, in order, none overlapping."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted((p.start, p.end) for p in pauses if p.end is not None):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
