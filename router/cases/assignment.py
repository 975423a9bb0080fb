"""One unit's task in a case (派单 or 商请函), as it stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from router.cases.entry import Entry
from router.clocks.pauses import Pause
from router.policy.people import Authority


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

GONE = frozenset({Held.RETURNED, Held.WITHDRAWN})
"""The unit gave it back or was relieved of it."""


class Own(StrEnum):
    """What a unit's own limit is: what remains of the case's, a part's, a letter's."""

    CASE = "case"
    PART = "part"
    LETTER = "letter"


class Assignment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One unit's task, with its clock. Moments are aware (UTC)."""

    number: int
    unit: str
    role: Share
    form: Form
    dispatched_at: datetime
    due: datetime
    limit: Own = Own.CASE
    days: int = 0
    """The working days of a part."""
    part: str | None = None
    why: str = ""
    """Why it came to this unit: `route`, `triage`, `return`, `designation`, `part`, `hand_over`, `redo`, …"""
    round: int = 0
    held: Held = Held.DISPATCHED
    since: datetime | None = None
    """When it came to stand as it does, where that is not the dispatch."""
    reason: str | None = None
    """Why the unit applied to return it, a code of the policy."""
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    done_at: datetime | None = None
    extra_days: int = 0
    extensions: int = 0
    pauses: tuple[Pause, ...] = ()
    """A part's own; the case's count besides."""
    designated: bool = False
    """By a written designation, which can't be returned."""
    provisional: bool = False
    revised_at: datetime | None = None
    """When its due date moved last: early warnings before that are past."""
    answer: tuple[Entry, ...] = ()
    """What a cooperating unit answered, for the lead to merge."""

    @property
    def live(self) -> bool:
        """Whether the unit still holds it."""
        return self.held in LIVE
