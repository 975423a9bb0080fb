"""A decision in the making: events so far, and the case as they leave it. Lives only inside `decide`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.evolve import begin, evolve
from router.cases.refusals import RefusedError
from router.cases.state import Assignment, Case, Form, Share, Stage
from router.clocks.limits import Due, due, due_in_days

if TYPE_CHECKING:
    from datetime import datetime

    from router.cases.commands import Command
    from router.policy.limits import Limit
    from router.policy.policy import Policy


class Draft:
    """Collects events; `case` is always what they lead to, so that later rules see earlier effects."""

    def __init__(self, case: Case | None, command: Command, policy: Policy, now: datetime) -> None:
        """Start from the case as it is; `now` is aware."""
        self._case = case
        self.command = command
        self.policy = policy
        self.now = now
        self.events: list[ev.AnyEvent] = []

    @property
    def case(self) -> Case:
        """The case as the events so far leave it."""
        if self._case is None:
            raise RefusedError("unknown_case")
        return self._case

    def begin(self, event: ev.Submitted) -> None:
        """Make the case by its first event."""
        if self._case is not None:
            raise RefusedError("known_case")
        self.events.append(event)
        self._case = begin(self.command.case_id, event, self.now)

    def add(self, event: ev.AnyEvent) -> None:
        """Let something have happened."""
        self.events.append(event)
        self._case = evolve(self.case, event, self.now)

    def due(self, limit: Limit) -> Due:
        """Return when a limit that starts now ends."""
        return due(limit, self.now, self.policy.work_calendar)

    def due_in_days(self, working_days: int) -> Due:
        """Return when that many working days from now end."""
        return due_in_days(working_days, self.now, self.policy.work_calendar)

    def expect(self, *stages: Stage) -> None:
        """Refuse unless the case stands at one of these stages."""
        if self.case.stage not in stages:
            raise RefusedError("wrong_stage", self.case.stage.value)

    def expect_text(self) -> None:
        """Refuse a command that came without the text it needs."""
        if not self.command.entries:
            raise RefusedError("details_missing", self.command.action.verb)

    def expect_lead(self) -> None:
        """Refuse unless the actor leads the case."""
        if self.case.lead != self.command.actor.id:
            raise RefusedError("not_the_lead", self.case.lead or "")

    def assign(
        self, unit: str, role: Share, *, part: str | None = None, days: int | None = None,
        designated: bool = False,
    ) -> None:  # fmt: skip
        """Dispatch to a unit: its sign clock runs from now, its own limit is the case's, two days at least."""
        if unit not in self.policy.unit_by_id:
            raise RefusedError("unknown_unit", unit)
        limits = self.policy.limits
        sign = self.due(limits.sign_urgent if self.case.urgent else limits.sign)
        least = self.due(limits.unit_minimum)
        own = self.due_in_days(days) if days is not None else Due(self.case.due or least.at, provisional=False)
        last = max(own, least)
        self.add(
            ev.Assigned(
                number=len(self.case.assignments) + 1,
                unit=unit,
                role=role,
                form=Form.to(self.policy.unit_by_id[unit].authority),
                sign_due=sign.at,
                due=last.at,
                part=part,
                designated=designated,
                provisional=last.provisional,
            )
        )

    def own_assignment(self, number: int | None) -> Assignment:
        """Return the actor's live assignment of that number, or its only one."""
        live = self.case.live(self.command.actor.id)
        found = tuple(a for a in live if number is None or a.number == number)
        if not found:
            raise RefusedError("not_assigned", str(number or ""))
        if len(found) > 1:
            raise RefusedError("which_assignment")
        return found[0]
