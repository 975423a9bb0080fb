"""What is known of a case after its events so far. Only `evolve` makes new ones."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from router.policy.people import Authority
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
    RESOLVED = "resolved"
    CLOSED = "closed"
    DECLINED = "declined"
    LINKED = "linked"
    """The same matter as a running case; it shares that one's answer."""
    WITHDRAWN = "withdrawn"


OPEN = frozenset({Stage.TRIAGE, Stage.PROPOSED, Stage.HANDLING, Stage.CONFERENCE, Stage.REVIEW})
"""Stages in which somebody still has to do something about the matter."""


DECLINED_BY = "declined:"
"""How the outcome of a declined case begins; the rule's id follows."""


class Share(StrEnum):
    """What a unit is to an assignment: 主办 or 牵头, 协办."""

    LEAD = "lead"
    COOPERATING = "cooperating"


class Form(StrEnum):
    """How an assignment is put: 派单 to a local unit, 商请函 to one that is only asked."""

    ORDER = "order"
    LETTER = "letter"

    @classmethod
    def to(cls, authority: Authority) -> Form:
        """Return the form due to a unit of that authority."""
        return cls.ORDER if authority is Authority.LOCAL else cls.LETTER


class Held(StrEnum):
    """Where an assignment stands."""

    DISPATCHED = "dispatched"
    SIGNED = "signed"
    RETURNING = "returning"
    RETURNED = "returned"
    DONE = "done"
    WITHDRAWN = "withdrawn"


LIVE = frozenset({Held.DISPATCHED, Held.SIGNED, Held.RETURNING})
"""The unit still holds it."""


class EntryKind(StrEnum):
    """What a vault entry holds: who the person is, what the matter is, or what somebody wrote."""

    PERSON = "person"
    MATTER = "matter"
    NOTE = "note"


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A reference to a text in the vault, by case and name; never the text."""

    case: str
    name: str
    kind: EntryKind


class Assignment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One unit's task in a case (派单), with its clock."""

    number: int
    unit: str
    role: Share
    form: Form
    dispatched_at: datetime
    sign_due: datetime
    due: datetime
    part: str | None = None
    held: Held = Held.DISPATCHED
    contacted: bool = False
    designated: bool = False
    """By a written designation, which can't be returned."""
    answer: tuple[Entry, ...] = ()
    """What a cooperating unit answered, for the lead to merge."""


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """One case (工单)."""

    id: str
    channel: str
    policy: str
    """The hash of the policy it began with."""
    received_at: datetime
    changed_at: datetime
    version: int = 0
    """How many events it has seen."""
    stage: Stage = Stage.RECEIVED
    reference: str | None = None
    withheld: bool = False
    accepted_at: datetime | None = None
    due: datetime | None = None
    domain: str | None = None
    section: str | None = None
    cause: str | None = None
    words: tuple[str, ...] = ()
    """Words of the routing table that occurred in it."""
    kind: str | None = None
    urgent: bool = False
    confidence: int = 0
    entries: tuple[Entry, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    task_force: TaskForce | None = None
    returns: int = 0
    """Granted and refused applications for return outside a task force: the case is one part."""
    designated: str | None = None
    primary: str | None = None
    repeats: tuple[str, ...] = ()
    answer: tuple[Entry, ...] = ()
    negative_reason: str | None = None
    opinion_by: date | None = None
    outcome: str | None = None
    grade: str | None = None

    @property
    def lead(self) -> str | None:
        """The unit that merges and answers."""
        return next((a.unit for a in self.assignments if a.role is Share.LEAD and a.held is not Held.RETURNED
                     and a.held is not Held.WITHDRAWN), None)  # fmt: skip

    def live(self, unit: str) -> tuple[Assignment, ...]:
        """Return the assignments that the unit still holds."""
        return tuple(a for a in self.assignments if a.unit == unit and a.held in LIVE)
