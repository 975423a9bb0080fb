"""A task force (专班) and the items of its duty list (任务清单) as they stand."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class PartStage(StrEnum):
    """Where an item of the duty list stands."""

    WAITING = "waiting"
    ISSUED = "issued"
    SUBMITTED = "submitted"
    """Its owner applied for closing; the lead has to check."""
    CHECKED = "checked"
    """The lead has checked; the window has to verify."""
    DONE = "done"
    FAILED = "failed"
    """Verified to be impossible; alternatives come into play."""
    WITHDRAWN = "withdrawn"
    """Not needed any more."""


SETTLED = frozenset({PartStage.DONE, PartStage.FAILED, PartStage.WITHDRAWN})
"""Nothing more is to be done about the part."""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item of the duty list; its words (problem, task, measure, standard) stand in the policy or the vault."""

    id: str
    unit: str
    working_days: int
    required: bool = True
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    only_if_failed: tuple[str, ...] = ()
    stage: PartStage = PartStage.WAITING
    result: str | None = None
    """What the owner applied with: `done` or `impossible`."""
    issued_at: datetime | None = None
    due: datetime | None = None
    returns: int = 0


class TaskForce(msgspec.Struct, frozen=True, omit_defaults=True):
    """Leader, lead unit, office, and the duty list; open once approved."""

    template: str | None
    """The policy's template, or none where the parts came from the units needed."""
    leader: str
    lead: str
    office: str
    approver: str
    """Who may open it: `leader`, `window` or `rule`."""
    delegation: str
    opened_at: datetime | None = None
    dissolved_at: datetime | None = None
    parts: tuple[Part, ...] = ()

    def part(self, name: str) -> Part | None:
        """Return the part of that name, if there is one."""
        return next((part for part in self.parts if part.id == name), None)

    @property
    def open_required(self) -> tuple[str, ...]:
        """Required parts that are not settled: while there are any, the case can't be answered."""
        return tuple(p.id for p in self.parts if p.required and p.stage not in SETTLED)
