"""A task force (专班) and the items of its duty list (任务清单) as they stand."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from router.cases.entry import Entry


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
    CONFERENCE = "conference"
    """Twice returned: a unit is designated for it."""


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
    since: datetime | None = None
    """When it came to that stage."""
    result: str | None = None
    """What the owner applied with: `done` or `impossible`."""
    returns: int = 0
    entries: tuple[Entry, ...] = ()
    """Its words, where no template has them."""
    report: tuple[Entry, ...] = ()
    """What its owner wrote when applying for closing."""


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who stands for a unit: the post, and the vault entry that holds the name."""

    unit: str
    post: str
    """head 分管领导, responsible 责任人, liaison 联络员."""
    entry: str


class Opinion(msgspec.Struct, frozen=True, omit_defaults=True):
    """A handling opinion's date that waits for the leader."""

    done_by: date
    since: datetime


class TaskForce(msgspec.Struct, frozen=True, omit_defaults=True):
    """Leader, lead unit, office, members and the duty list; open once approved."""

    template: str | None
    """The policy's template, or none where the parts came from the units needed."""
    leader: str
    lead: str
    office: str
    approver: str
    """Who may open it: `leader`, `window` or `rule`."""
    delegation: str
    why: str = "cause"
    """cause, returns, missed or redos."""
    proposed_at: datetime | None = None
    opened_at: datetime | None = None
    dissolved_at: datetime | None = None
    parts: tuple[Part, ...] = ()
    members: tuple[Member, ...] = ()
    met_at: datetime | None = None
    meetings: int = 0
    opinion: Opinion | None = None

    @property
    def pending(self) -> bool:
        """Whether it is proposed and neither opened nor refused."""
        return self.opened_at is None

    @property
    def at_work(self) -> bool:
        """Whether it was opened and not dissolved yet."""
        return self.opened_at is not None and self.dissolved_at is None

    def part(self, name: str) -> Part | None:
        """Return the part of that name, if there is one."""
        return next((part for part in self.parts if part.id == name), None)

    @property
    def open_required(self) -> tuple[str, ...]:
        """Required parts that are not settled: while there are any, the case can't be answered."""
        return tuple(p.id for p in self.parts if p.required and p.stage not in SETTLED)
