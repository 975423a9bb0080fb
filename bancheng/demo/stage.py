"""The demonstration's cases in simulated time: each case takes one step after the other, in order of time."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from router.cases import events as ev

if TYPE_CHECKING:
    from datetime import datetime

    from bancheng.demo.agents import Step
    from bancheng.demo.script import CasePlay
    from router.ledger.record import Record

_SETTLE_SECONDS = 0.06
"""How long after a decision its messages have surely reached the agents."""


@dataclass
class OnStage:
    """One case: its simulated time, the steps still to come, and whether it has ended."""

    case_id: str
    play: CasePlay
    now: datetime
    records: list[Record] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    outcome: str | None = None
    closed: bool = False
    units: set[str] = field(default_factory=set)
    """Units that were assigned something."""
    _steps: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _waiting_for: str | None = None
    _ready_at: float = 0.0
    _count: int = 0

    def plan(self, step: Step) -> None:
        """Put a step into the case's calendar."""
        self._count += 1
        heapq.heappush(self._steps, (step.at, self._count, step))

    def message(self, step: Step) -> str:
        """Return the id under which a step is sent: the same in every run, so that none is done twice."""
        return f"demo-{self.case_id}-{step.name}"

    def due(self) -> Step | None:
        """Return the next step, once everything that the last one set off has arrived."""
        if self._waiting_for is not None or time.monotonic() < self._ready_at:
            return None
        while self._steps:
            at, _, step = heapq.heappop(self._steps)
            if self.message(step) not in self.done:
                self._waiting_for = self.message(step)
                self.now = max(self.now, at)
                return step
        return None

    def recorded(self, record: Record) -> None:
        """Take note of a decision."""
        self.records.append(record)
        self.now = max(self.now, record.now)
        if record.cause.message is not None:
            self.done.add(record.cause.message)
            if record.cause.message == self._waiting_for:
                self._waiting_for = None
        self._ready_at = time.monotonic() + _SETTLE_SECONDS
        for event in record.events:
            if isinstance(event, ev.Resolved):
                self.outcome = event.outcome
            elif isinstance(event, ev.Declined):
                self.outcome = "declined"
            elif isinstance(event, ev.DuplicateLinked) and event.primary:
                self.outcome = "linked"
            elif isinstance(event, ev.Closed):
                self.closed = True
            elif isinstance(event, ev.Assigned):
                self.units.add(event.unit)

    @property
    def ended(self) -> bool:
        """Whether the case has its outcome and nothing is planned any more."""
        if self.outcome == "declined":
            return True
        linked = self.play.expect == "linked"
        return self.outcome is not None and (self.closed or (not linked and self.play.follow_up is None))

    @property
    def as_expected(self) -> bool:
        """Whether the case ended as the script says."""
        wanted = {"linked": ("linked", "resolved", "negative")}.get(self.play.expect, (self.play.expect,))
        return self.outcome in wanted
