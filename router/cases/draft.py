"""A decision in the making: events so far, and the case as they leave it. Lives only inside `decide`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases.evolve import begin, evolve
from router.cases.offices import handlers, office
from router.cases.refusals import RefusedError
from router.clocks.limits import Due, due

if TYPE_CHECKING:
    from datetime import datetime

    from router.cases import events as ev
    from router.cases.assignment import Assignment
    from router.cases.commands import Command
    from router.cases.follow import Follow
    from router.cases.state import Case, Stage
    from router.policy.limits import Limit
    from router.policy.people import Role
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
        self.follows: list[Follow] = []
        """What other cases must do although nothing happened on this one."""

    @property
    def case(self) -> Case:
        """The case as the events so far leave it."""
        if self._case is None:
            raise RefusedError("unknown_case")
        return self._case

    @property
    def actor(self) -> str:
        """Who asks."""
        return self.command.actor.id

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

    def expect(self, *stages: Stage) -> None:
        """Refuse unless the case stands at one of these stages."""
        if self.case.stage not in stages:
            raise RefusedError("wrong_stage", self.case.stage.value)

    def expect_lead(self) -> None:
        """Refuse unless the actor leads the case."""
        if self.case.lead != self.actor:
            raise RefusedError("not_the_lead", self.case.lead or "")

    def expect_office(self, role: Role) -> None:
        """Refuse unless the actor is the office that acts in that role on this case."""
        acting = office(self.case, self.policy, role)
        same = self.command.actor.role is role and self.actor not in handlers(self.case)
        if self.actor != acting and not same:
            raise RefusedError("not_the_office", acting)

    def expect_unit(self, *units: str | None) -> None:
        """Refuse unless each of these is a unit that may get work on this case."""
        for unit in units:
            if unit is not None and unit not in self.policy.unit_by_id:
                raise RefusedError("unknown_unit", unit)
            if unit is not None and unit in self.case.recused:
                raise RefusedError("recused", unit)
            if unit is None or not self.policy.unit_by_id[unit].township:
                continue
            if unit not in self.policy.listed(self.case.domain):
                raise RefusedError("township_not_listed", unit)

    def own_assignment(self, number: int | None) -> Assignment:
        """Return the actor's live assignment of that number, or its only one."""
        live = self.case.live(self.actor)
        found = tuple(a for a in live if number is None or a.number == number)
        if not found:
            raise RefusedError("not_assigned", str(number or ""))
        if len(found) > 1:
            raise RefusedError("which_assignment")
        return found[0]

    def lead_assignment(self, number: int | None) -> Assignment:
        """Return the actor's own assignment, which must be the lead's; without a number it is found."""
        lead = self.case.lead_assignment
        if number is None and lead is not None and lead.live and lead.unit == self.actor:
            return lead
        held = self.own_assignment(number)
        if lead is None or held.number != lead.number:
            raise RefusedError("not_the_lead", self.case.lead or "")
        return held
