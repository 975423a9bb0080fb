"""Units at work: assignments, returns, conference, designation, progress."""

from __future__ import annotations

from datetime import datetime

from router.cases.assignment import Form, Own, Share
from router.cases.entry import Entry
from router.cases.events.base import Event
from router.policy.limits import PauseKind


class Assigned(Event, frozen=True, tag="assigned"):
    """A unit got it (派单 or 商请函)."""

    number: int
    unit: str
    role: Share
    form: Form
    sign_due: datetime
    due: datetime
    part: str | None = None
    designated: bool = False
    provisional: bool = False
    limit: Own = Own.CASE
    days: int = 0
    """The working days of a part."""
    why: str = ""
    """route, triage, return, designation, first_received, part, opened, hand_over, redo, remedy, directly."""
    entries: tuple[Entry, ...] = ()
    """What goes with it in words: the designation, why it is to be redone, what was agreed."""


class Signed(Event, frozen=True, tag="signed"):
    """签收: receipt, not admission."""

    number: int


class FirstContacted(Event, frozen=True, tag="first_contacted"):
    """The unit spoke to the person."""

    number: int


class ReturnApplied(Event, frozen=True, tag="return_applied"):
    """The unit wants to give it back (退单)."""

    number: int
    reason: str
    entries: tuple[Entry, ...] = ()


class ReturnGranted(Event, frozen=True, tag="return_granted"):
    """The dispatcher took it back."""

    number: int
    recused: tuple[str, ...] = ()
    """Units that turned out to be complained of, with their children: they never see the case again."""


class ReturnRefused(Event, frozen=True, tag="return_refused"):
    """The dispatcher left it where it is, with the reason."""

    number: int
    entries: tuple[Entry, ...] = ()


class AssignmentWithdrawn(Event, frozen=True, tag="assignment_withdrawn"):
    """The unit need not do it any more."""

    number: int


class ConferenceCalled(Event, frozen=True, tag="conference_called"):
    """Units disagree: 会商 within one working day."""

    units: tuple[str, ...]
    due: datetime
    part: str | None = None


class Designated(Event, frozen=True, tag="designated"):
    """指定承办, in writing and binding."""

    unit: str
    by: str
    part: str | None = None
    entries: tuple[Entry, ...] = ()


class ProgressReported(Event, frozen=True, tag="progress_reported"):
    """A unit said how far it is."""

    number: int
    entries: tuple[Entry, ...] = ()


class ClockPaused(Event, frozen=True, tag="clock_paused"):
    """A clock stands still; the whole case's, or with a number that of one assignment."""

    kind: PauseKind
    by: str
    until: datetime
    """When it ends by itself."""
    number: int | None = None
    entries: tuple[Entry, ...] = ()


class ClockResumed(Event, frozen=True, tag="clock_resumed"):
    """The clock runs on: because of what was brought, was asked, or because the pause had lasted its longest."""

    why: str
    number: int | None = None
    due: datetime | None = None
    """When the pause ended, where that is earlier than the record (the clock service was down)."""


class ExtensionApplied(Event, frozen=True, tag="extension_applied"):
    """A unit asked for more time (延期)."""

    number: int
    days: int
    approver: str
    entries: tuple[Entry, ...] = ()


class ExtensionGranted(Event, frozen=True, tag="extension_granted"):
    """It has so many working days more."""

    number: int
    days: int
    by: str


class ExtensionRefused(Event, frozen=True, tag="extension_refused"):
    """It has not."""

    number: int
    by: str
    entries: tuple[Entry, ...] = ()


class DueDateRevised(Event, frozen=True, tag="due_date_revised"):
    """A due date moved: of the `case` or of an assignment (`unit-N`); the person is told of the case's."""

    clock: str
    due: datetime
    why: str
    """pause, extension, dispatching, opinion, opened, refused, redo, remedy, hold, policy, calendar; a repeat's also
    linked, accepted."""
    provisional: bool = False
    limit: str | None = None
    """The limit that it stands on from now, if it is another one."""
    days: int = 0
