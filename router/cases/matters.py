"""What hangs on a case besides its assignments: notices, an extension asked for, a rating, being on hold."""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.cases.entry import Entry


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the ladder has gone for one clock that began at `start` (aware moments)."""

    clock: str
    holder: str
    start: datetime
    warned: int = 0
    """The share of the limit's own time, in thousandths, at which the last early warning (预警) was given."""
    overdue: int = 0
    """How often it was noticed as overdue (催办)."""
    overdue_due: datetime | None = None
    """When the last of these was due."""
    drafted_at: datetime | None = None
    """When supervision (督办) was drafted."""
    supervised_at: datetime | None = None
    """When it was signed: the unit owes a written reply."""
    replied_at: datetime | None = None
    circular_at: datetime | None = None
    """When a circular (通报) was drafted."""
    circular_ended_at: datetime | None = None
    """When a person issued it or let it go."""

    @property
    def undecided(self) -> bool:
        """Whether a drafted circular waits for a person."""
        return self.circular_at is not None and self.circular_ended_at is None


class Extension(msgspec.Struct, frozen=True, omit_defaults=True):
    """An extension (延期) that somebody has to decide on."""

    number: int
    days: int
    approver: str
    """`window` or `leader`."""
    since: datetime


class Rating(msgspec.Struct, frozen=True, omit_defaults=True):
    """The person's rating (好差评) and what became of it."""

    grade: str
    since: datetime
    """Since when it waits for the step that is next."""
    result: str | None = None
    """fault, remediable, lawful or set_aside; none while it has to be checked."""
    by: str = ""
    """Who checked it last."""
    confirmed: bool = False
    """A second person has agreed to set it aside."""
    objected: bool = False
    """The person has objected, once: the supervisor checks."""


class Hold(msgspec.Struct, frozen=True, omit_defaults=True):
    """On hold (挂账): proposed, then approved by the leader and reviewed every so often."""

    since: datetime
    """The proposal, the approval or the last review."""
    entries: tuple[Entry, ...] = ()
    """The reasons of the proposal."""
    approved: bool = False
