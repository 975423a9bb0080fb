"""Which units a matter needs, by the policy's routing table. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from router.cases.state import Case
    from router.policy.policy import Policy
    from router.policy.routes import Route
    from router.policy.taskforces import TaskForceRule


class Needed(NamedTuple):
    """The lead, and the cooperating units in the table's order."""

    lead: str
    cooperating: tuple[str, ...]


def routed(policy: Policy, case: Case) -> Needed:
    """Return the units for a case whose domain is known; the most specific row that fits decides."""
    words = frozenset(case.words)
    rows = [route for route in policy.routes_of(case.domain or "") if _fits(route, case, words)]
    best = max(rows, key=lambda route: route.conditions())
    helpers = tuple(other.unit for other in best.cooperating if not other.when_words or words & other.when_words.keys())
    return Needed(best.lead, helpers)


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
