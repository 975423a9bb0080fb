"""Units at work: assignments, returns, conference, designation, progress."""

from __future__ import annotations

from datetime import datetime

from router.cases.events.base import Event
from router.cases.state import Entry, Form, Share


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


class ReturnRefused(Event, frozen=True, tag="return_refused"):
    """The dispatcher left it where it is, or the second return called the conference."""

    number: int


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
