"""Which units a matter needs, by the policy's routing table; who is complained of is passed over. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases.offices import office
from router.policy.conditions import Facts
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.state import Case
    from router.policy.enterprises import Enterprise
    from router.policy.policy import Policy
    from router.policy.routes import Route
    from router.policy.taskforces import TaskForceRule


class Needed(NamedTuple):
    """The lead, and the cooperating units in the table's order."""

    lead: str
    cooperating: tuple[str, ...]


def facts_of(case: Case) -> Facts:
    """Return what the routing table asks about a case."""
    return Facts(
        domain=case.domain,
        section=case.section,
        cause=case.cause,
        kind=case.kind,
        urgent=case.urgent,
        words=frozenset(case.words),
        regions=frozenset(case.regions),
        enterprises=frozenset(case.enterprises),
    )


def route_of(policy: Policy, facts: Facts) -> Route:
    """Return the row of the routing table for a matter whose domain is known: the most specific one that fits."""
    return next(row for row in policy.specific_first(facts.domain or "") if row.fits(facts))


def answered_for(policy: Policy, route: Route, facts: Facts) -> tuple[Enterprise, ...]:
    """Return the enterprises named, as far as the policy knows them, where the row asks who answers for them."""
    if not route.with_enterprise:
        return ()
    known = policy.enterprise_by_id
    return tuple(known[name] for name in sorted(facts.enterprises) if name in known)


def units_of(policy: Policy, facts: Facts) -> Needed:
    """Return the units that a matter of a known domain needs, whoever is complained of in it."""
    route = route_of(policy, facts)
    helpers = [other.unit for other in route.cooperating if other.needed(facts)]
    helpers += [enterprise.under for enterprise in answered_for(policy, route, facts)]
    return Needed(route.lead, tuple(unit for unit in dict.fromkeys(helpers) if unit != route.lead))


def needed(policy: Policy, case: Case) -> Needed | None:
    """Return the units for a case whose domain is known; None if every one that may lead is complained of."""
    found = units_of(policy, facts_of(case))
    if not case.recused:
        return found
    lead = stand_in(policy, case, found.lead)
    helpers = tuple(unit for unit in found.cooperating if unit not in case.recused and unit != lead)
    return Needed(lead, helpers) if lead is not None else None


def stand_in(policy: Policy, case: Case, unit: str) -> str | None:
    """Return the unit, or who looks into the matter in its place: the unit above it, else the supervisor."""
    if unit not in case.recused:
        return unit
    parent = policy.unit_by_id[unit].parent
    if parent is not None and parent not in case.recused:
        return parent
    supervisor = office(case, policy, Role.SUPERVISOR)
    return supervisor if supervisor not in case.recused else None


def template_for(policy: Policy, case: Case) -> TaskForceRule | None:
    """Return the task force template for the case's cause, one for its domain before a general one."""
    fitting = [t for t in policy.task_forces.templates if t.cause == case.cause]
    exact = [t for t in fitting if t.domain == case.domain]
    general = [t for t in fitting if t.domain is None]
    return next(iter(exact + general), None)
