"""What is known of a case after its events so far. Only `evolve` makes new ones."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from router.cases.assignment import GONE, Assignment, Share
from router.cases.entry import Entry
from router.cases.matters import Extension, Hold, Notice, Rating
from router.clocks.pauses import Pause
from router.taskforces.state import TaskForce


class Stage(StrEnum):
    """Where a case stands; what may follow is decided by stage."""

    RECEIVED = "received"
    TRIAGE = "triage"
    PROPOSED = "proposed"
    """A task force is proposed and waits for its approval."""
    HANDLING = "handling"
    CONFERENCE = "conference"
    """Units disagree on who is responsible; a designation must follow."""
    REVIEW = "review"
    """A negative answer is proposed and waits for the window."""
    ON_HOLD = "on_hold"
    """挂账: open, but nothing can be done for now."""
    RESOLVED = "resolved"
    CLOSED = "closed"
    DECLINED = "declined"
    LINKED = "linked"
    """The same matter as a running case; it shares that one's answer."""
    WITHDRAWN = "withdrawn"


OPEN = frozenset({Stage.TRIAGE, Stage.PROPOSED, Stage.HANDLING, Stage.CONFERENCE, Stage.REVIEW, Stage.ON_HOLD})
"""Stages in which somebody still has to do something about the matter."""

DECLINED_BY = "declined:"
"""How the outcome of a declined case begins; the rule's id follows."""


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """One case (工单). Moments are aware (UTC)."""

    id: str
    channel: str
    policy: str
    """The hash of the policy it began with, or was moved to."""
    received_at: datetime
    changed_at: datetime
    version: int = 0
    """How many events it has seen."""
    stage: Stage = Stage.RECEIVED
    since: datetime | None = None
    """When it came to that stage."""
    reference: str | None = None
    withheld: bool = False
    recused: tuple[str, ...] = ()
    """Units complained of, and their children: they never see it."""
    guided: bool = False
    accepted_at: datetime | None = None
    """First acceptance: the person's total time (总历时) runs from it and never restarts."""
    due: datetime | None = None
    limit: str = ""
    """Which of the policy's limits its due date stands on; `date` for a task force's opinion."""
    limit_from: datetime | None = None
    limit_days: int = 0
    """The working days of `date`."""
    extra_days: int = 0
    provisional: bool = False
    """Its due date was reckoned beyond the years whose holidays are known."""
    revised_at: datetime | None = None
    """When its due date moved last: early warnings before that are past."""
    pauses: tuple[Pause, ...] = ()
    domain: str | None = None
    section: str | None = None
    cause: str | None = None
    words: tuple[str, ...] = ()
    """Words of the routing table that occurred in it."""
    regions: tuple[str, ...] = ()
    enterprises: tuple[str, ...] = ()
    kind: str | None = None
    urgent: bool = False
    confidence: int = 0
    entries: tuple[Entry, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    task_force: TaskForce | None = None
    proposals: tuple[str, ...] = ()
    """Why task forces were proposed: the same reason doesn't propose one again."""
    returns: int = 0
    """Applications for return outside a task force: the case is one part."""
    missed: int = 0
    """Limits of the case or its units that passed."""
    round: int = 0
    """How often it was taken up again (重办)."""
    faults: int = 0
    """How many redos a justified bad rating ordered."""
    supplement_asked: bool = False
    designated: str | None = None
    primary: str | None = None
    repeats: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    """Cases that it was linked with and taken apart from: the router doesn't link them again."""
    answer: tuple[Entry, ...] = ()
    negative_reason: str | None = None
    opinion_by: date | None = None
    outcome: str | None = None
    resolved_at: datetime | None = None
    """When it got its outcome last."""
    followed_up: bool = False
    grade: str | None = None
    notices: tuple[Notice, ...] = ()
    extension: Extension | None = None
    erased_at: datetime | None = None
    """When the person's details were erased, last."""
    rating: Rating | None = None
    hold: Hold | None = None

    @property
    def lead_assignment(self) -> Assignment | None:
        """The assignment of the unit that merges and answers, the newest."""
        for held in reversed(self.assignments):
            if held.role is Share.LEAD and held.held not in GONE:
                return held
        return None

    @property
    def lead(self) -> str | None:
        """The unit that merges and answers."""
        held = self.lead_assignment
        return held.unit if held else None

    @property
    def hidden(self) -> bool:
        """Whether the person is withheld from every unit: asked for, or because somebody is reported (保密工单)."""
        return self.withheld or self.kind == "report"

    @property
    def standing(self) -> bool:
        """Whether the case's own clock stands still."""
        return any(pause.end is None for pause in self.pauses)

    def live(self, unit: str) -> tuple[Assignment, ...]:
        """Return the assignments that the unit still holds."""
        return tuple(a for a in self.assignments if a.unit == unit and a.live)

    def notice(self, clock: str, start: datetime) -> Notice | None:
        """Return how far the ladder has gone for a clock that began then."""
        for notice in self.notices:
            if notice.clock == clock and notice.start == start:
                return notice
        return None
