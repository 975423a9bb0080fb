"""Task forces and the items of their duty lists."""

from __future__ import annotations

from datetime import date, datetime

from router.cases.entry import Entry
from router.cases.events.base import Event


class TaskForceProposed(Event, frozen=True, tag="task_force_proposed"):
    """The router proposes a task force; `approver` may open it, by which delegation."""

    cause: str
    leader: str
    lead: str
    office: str
    approver: str
    delegation: str
    template: str | None = None
    why: str = "cause"
    """cause, returns, missed or redos; only for a cause does the case wait for the approval."""


class TaskForceOpened(Event, frozen=True, tag="task_force_opened"):
    """The task force stands."""

    by: str


class TaskForceRefused(Event, frozen=True, tag="task_force_refused"):
    """It is to be handled without one."""

    by: str
    entries: tuple[Entry, ...] = ()


class PartAdded(Event, frozen=True, tag="part_added"):
    """An item came onto the duty list."""

    part: str
    unit: str
    working_days: int
    required: bool = True
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    only_if_failed: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    """Its words, where they stand in no template."""


class MemberNamed(Event, frozen=True, tag="member_named"):
    """Who stands for a unit; the name is in the vault."""

    unit: str
    post: str
    by: str
    entries: tuple[Entry, ...] = ()


class HandedOver(Event, frozen=True, tag="handed_over"):
    """The lead went from one unit to another."""

    before: str
    to: str
    by: str
    entries: tuple[Entry, ...] = ()


class MeetingHeld(Event, frozen=True, tag="meeting_held"):
    """调度例会 with its minutes; agreed items follow as parts."""

    by: str
    items: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()


class PartIssued(Event, frozen=True, tag="part_issued"):
    """All it waited for is settled: its unit may start."""

    part: str
    due: datetime


class PartSubmitted(Event, frozen=True, tag="part_submitted"):
    """Its owner applied for closing (申请销号)."""

    part: str
    result: str
    entries: tuple[Entry, ...] = ()


class PartVerified(Event, frozen=True, tag="part_verified"):
    """Checked by the lead (`by_lead`), or closed by the window (核验销号)."""

    part: str
    by_lead: bool = False


class PartRejected(Event, frozen=True, tag="part_rejected"):
    """Sent back to its owner."""

    part: str
    by: str
    entries: tuple[Entry, ...] = ()


class PartWithdrawn(Event, frozen=True, tag="part_withdrawn"):
    """Not needed: an alternative was done, or what it needed can't be had."""

    part: str


class OpinionGiven(Event, frozen=True, tag="opinion_given"):
    """办理意见 of a task force, with the date by which it will be done; the leader approves it."""

    done_by: date
    due: datetime
    """The close of business of that day."""
    entries: tuple[Entry, ...] = ()


class OpinionApproved(Event, frozen=True, tag="opinion_approved"):
    """The date binds; it is told to the person."""

    done_by: date
    by: str


class OpinionRefused(Event, frozen=True, tag="opinion_refused"):
    """The leader wants another one."""

    by: str
    entries: tuple[Entry, ...] = ()


class TaskForceDissolved(Event, frozen=True, tag="task_force_dissolved"):
    """It has done its work; its findings are kept with the cause."""

    by: str = ""
    cause: str | None = None
    entries: tuple[Entry, ...] = ()
