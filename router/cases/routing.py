"""Which units a matter needs, by the policy's routing table; who is complained of is passed over. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases.offices import office
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.state import Case
    from router.policy.policy import Policy
    from router.policy.routes import Route
    from router.policy.taskforces import TaskForceRule


class Needed(NamedTuple):
    """The lead, and the cooperating units in the table's order."""

    lead: str
    cooperating: tuple[str, ...]


def route_of(policy: Policy, case: Case) -> Route:
    """Return the row of the routing table for a case whose domain is known: the most specific one that fits."""
    words = frozenset(case.words)
    rows = [route for route in policy.routes_of(case.domain or "") if _fits(route, case, words)]
    return max(rows, key=lambda route: route.conditions())


def needed(policy: Policy, case: Case) -> Needed | None:
    """Return the units for a case whose domain is known; None if every one that may lead is complained of."""
    route, words = route_of(policy, case), frozenset(case.words)
    helpers = tuple(
        other.unit for other in route.cooperating if not other.when_words or words & other.when_words.keys()
    )
    if not case.recused:
        return Needed(route.lead, helpers)
    lead = stand_in(policy, case, route.lead)
    helpers = tuple(unit for unit in helpers if unit not in case.recused and unit != lead)
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


def _fits(route: Route, case: Case, words: frozenset[str]) -> bool:
    return (
        (route.section is None or route.section == case.section)
        and (route.cause is None or route.cause == case.cause)
        and (not route.words or bool(words & route.words.keys()))
    )


def template_for(policy: Policy, case: Case) -> TaskForceRule | None:
    """Return the task force template for the case's cause, one for its domain before a general one."""
    fitting = [t for t in policy.task_forces.templates if t.cause == case.cause]
    exact = [t for t in fitting if t.domain == case.domain]
    general = [t for t in fitting if t.domain is None]
    return next(iter(exact + general), None)
