"""The demonstration's cases in simulated time: each case takes one step after the other, in order of time."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.commands import Actor, Command, HoldMeeting, Tick
from router.cases.decide import Decision
from router.cases.evolve import begin, evolve
from router.messages.telling import tell
from router.policy.people import Role

if TYPE_CHECKING:
    from datetime import datetime

    from bancheng.demo.agents import Step
    from bancheng.demo.script import CasePlay
    from router.cases.state import Case
    from router.ledger.record import Record
    from router.policy.policy import Policy


_TO = "assignments."


@dataclass
class OnStage:
    """One case: its simulated time, the steps still to come, and whether it has ended."""

    case_id: str
    play: CasePlay
    policy: Policy
    now: datetime
    records: list[Record] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    outcome: str | None = None
    closed: bool = False
    units: set[str] = field(default_factory=set)
    """Units that were told something."""
    _steps: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _waiting_for: str | None = None
    _told: set[str] = field(default_factory=set)
    """Messages to units that follow from decisions."""
    _heard: set[str] = field(default_factory=set)
    """Those that have reached their units; a message may be here before the record that it follows from."""
    _state: Case | None = None
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
        if self._waiting_for is not None or not self._told <= self._heard:
            return None
        while self._steps:
            at, _, step = heapq.heappop(self._steps)
            late = self.outcome is not None and isinstance(step.action, HoldMeeting)
            if self.message(step) not in self.done and not late:
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
        self._expect(record)
        for event in record.events:
            if isinstance(event, ev.Resolved):
                self.outcome = event.outcome
            elif isinstance(event, ev.Declined):
                self.outcome = "declined"
            elif isinstance(event, ev.DuplicateLinked) and event.primary:
                self.outcome = "linked"
            elif isinstance(event, ev.Closed):
                self.closed = True

    def heard(self, message: str) -> None:
        """Take note that a message reached its unit."""
        self._heard.add(message)

    def _expect(self, record: Record) -> None:
        """Reckon, as the router does, which messages a decision sends to units: they have to be heard first."""
        for event in record.events:
            if isinstance(event, ev.Submitted):
                self._state = begin(record.case, event, record.now)
            elif self._state is not None:
                self._state = evolve(self._state, event, record.now)
        if record.refusal is None and self._state is not None:
            actor = Actor(record.actor.id, Role(record.actor.role))
            decision = Decision(self._state, record.events)
            outputs = tell(self.policy, Command(record.case, actor, Tick()), decision, "")
            name = f"{record.shard}-{record.sequence}"
            told = {
                f"{name}-{n}": unit for n, o in enumerate(outputs) if (unit := o.topic.removeprefix(_TO)) != o.topic
            }
            self._told |= told.keys()
            self.units |= set(told.values())

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
