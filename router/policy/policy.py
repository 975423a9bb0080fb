"""The whole policy: one frozen model, with the look-ups that the heart asks for."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import Field

from router.clocks.calendar import WorkCalendar
from router.policy.base import ActionName, Named, Rule, Slug, Text, Words
from router.policy.catalogue import Cause, Confidence, Domain, Kind, NotAccepted
from router.policy.enterprises import Enterprise
from router.policy.examples import Example
from router.policy.limits import Calendar, Limit, Limits
from router.policy.people import Channel, Recusal, Role, Unit
from router.policy.privacy import Privacy
from router.policy.routes import Route
from router.policy.sealing import Sealing
from router.policy.taskforces import PartRule, TaskForces

if TYPE_CHECKING:
    from router.policy.people import ChannelKind


class Policy(Rule):
    """Everything a centre decides about its own work. Its hash is pinned on every case."""

    id: Slug
    version: Text
    name: Text
    english: Text | None = None
    region: Slug
    starts: date | None = None
    """The first day on which new cases begin under it; without one it holds since ever."""
    channels: tuple[Channel, ...] = Field(min_length=1)
    units: tuple[Unit, ...] = Field(min_length=1)
    roles: dict[Role, tuple[ActionName, ...]]
    """Which commands a role may send."""
    domains: tuple[Domain, ...] = Field(min_length=1)
    causes: tuple[Cause, ...] = ()
    kinds: dict[Kind, Words] = Field(default_factory=dict)
    urgent: Words = Field(default_factory=dict)
    """Words of danger to life, safety or many people; from a summed weight of 4 a case is urgent."""
    not_accepted: tuple[NotAccepted, ...] = ()
    return_reasons: tuple[Named, ...] = ()
    negative_reasons: tuple[Named, ...] = ()
    routes: tuple[Route, ...] = Field(min_length=1)
    enterprises: tuple[Enterprise, ...] = ()
    recusal: Recusal = Recusal()
    examples: tuple[Example, ...] = ()
    """Matters and where they must go: `policy check` tries them."""
    task_forces: TaskForces
    conference_with: tuple[Slug, ...] = ()
    """Who confers with the units that each say it is the other's: 编办 on duties, 司法局 on law."""
    confidence: Confidence = Confidence()
    limits: Limits
    calendar: Calendar = Calendar()
    privacy: Privacy = Privacy()
    sealing: Sealing = Sealing()
    """Whether details are sealed on their way over the broker."""

    @classmethod
    def pinned(cls, content: dict[str, Any], own: str) -> Policy:
        """Return a policy that was stored, under the hash by which cases and records name it for ever.

        What this program would write of it may differ from what was stored, by a new field's default say.
        """
        policy = cls.model_validate(content)
        policy.__dict__["hash"] = own  # where the cached property below looks first
        return policy

    @cached_property
    def hash(self) -> str:
        """SHA-256 over its canonical JSON, hex: what is pinned on every case and record."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @cached_property
    def unit_by_id(self) -> dict[str, Unit]:
        """Units and offices by identifier."""
        return {unit.id: unit for unit in self.units}

    @cached_property
    def channel_by_id(self) -> dict[str, Channel]:
        """Channels by identifier."""
        return {channel.id: channel for channel in self.channels}

    @cached_property
    def domain_by_id(self) -> dict[str, Domain]:
        """Domains of the first level by identifier."""
        return {domain.id: domain for domain in self.domains}

    @cached_property
    def cause_by_id(self) -> dict[str, Cause]:
        """Causes by identifier."""
        return {cause.id: cause for cause in self.causes}

    @cached_property
    def enterprise_by_id(self) -> dict[str, Enterprise]:
        """Enterprises of the register by identifier."""
        return {enterprise.id: enterprise for enterprise in self.enterprises}

    @cached_property
    def offices(self) -> dict[Role, tuple[str, ...]]:
        """The offices of each role, and the units that have none, in the order of the file."""
        return {role: tuple(unit.id for unit in self.units if unit.role is role) for role in Role}

    @cached_property
    def regions(self) -> frozenset[str]:
        """The regions that units answer for, beside the centre's own."""
        return frozenset(unit.region for unit in self.units if unit.region)

    @cached_property
    def allowed(self) -> dict[Role, frozenset[str]]:
        """Which commands each role may send."""
        return {role: frozenset(actions) for role, actions in self.roles.items()}

    @cached_property
    def work_calendar(self) -> WorkCalendar:
        """The centre's working days, for the clocks."""
        own = self.calendar
        return WorkCalendar(
            own.timezone,
            own.opens,
            own.closes,
            holidays=frozenset(own.holidays),
            workdays=frozenset(own.workdays),
        )

    @cached_property
    def _routes_by_domain(self) -> dict[str, tuple[Route, ...]]:
        grouped: dict[str, list[Route]] = {}
        for route in self.routes:
            grouped.setdefault(route.domain, []).append(route)
        return {domain: tuple(routes) for domain, routes in grouped.items()}

    def routes_of(self, domain: str) -> tuple[Route, ...]:
        """Return the routing rows of a domain, in the order of the file."""
        return self._routes_by_domain.get(domain, ())

    @cached_property
    def _specific_first(self) -> dict[str, tuple[Route, ...]]:
        ordered = self._routes_by_domain.items()
        return {domain: tuple(sorted(rows, key=lambda row: -row.conditions)) for domain, rows in ordered}

    def specific_first(self, domain: str) -> tuple[Route, ...]:
        """Return the routing rows of a domain, those with most conditions first, then in the order of the file."""
        return self._specific_first.get(domain, ())

    @cached_property
    def _part_rules(self) -> dict[tuple[str, str], PartRule]:
        return {(template.id, part.id): part for template in self.task_forces.templates for part in template.parts}

    def part_rule(self, template: str, part: str) -> PartRule | None:
        """Return a template's item of the duty list, with its words."""
        return self._part_rules.get((template, part))

    def part_limit(self, days: int) -> Limit:
        """Return the limit of an item of a duty list."""
        return self._days(days, "任务清单条目的时限")

    def rest_limit(self, days: int) -> Limit:
        """Return what remains of a case's limit for a unit that gets it later."""
        return self._days(days, "工单剩余的期限")

    @cached_property
    def _lengths(self) -> dict[tuple[int, str], Limit]:
        return {}

    def _days(self, days: int, source: str) -> Limit:
        found = self._lengths.get((days, source))
        if found is None:
            # not validated: what is derived from a policy's limits may be longer than one that it states
            found = self._lengths[days, source] = Limit.model_construct(working_days=days, source=source)
        return found

    def listed(self, domain: str | None) -> frozenset[str]:
        """Return every unit that a route or duty list names for a domain: of townships only these may get its work."""
        routed = {name for route in self.routes_of(domain or "") for name in route.units()}
        templates = [t for t in self.task_forces.templates if t.domain in (None, domain)]
        return frozenset(routed | {part.unit for template in templates for part in template.parts})

    def not_accepted_at(self, kind: ChannelKind) -> tuple[NotAccepted, ...]:
        """Return the rules of refusal that hold at this kind of channel."""
        return tuple(rule for rule in self.not_accepted if not rule.channels or kind in rule.channels)
