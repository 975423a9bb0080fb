"""Which office acts for a case, and who stands above whom; a unit complained of never does. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.cases.state import Case
    from router.policy.policy import Policy

_INSTEAD = {
    Role.DISPATCHER: (Role.DISPATCHER, Role.WINDOW, Role.SUPERVISOR, Role.LEADER),
    Role.WINDOW: (Role.WINDOW, Role.SUPERVISOR, Role.DISPATCHER, Role.LEADER),
    Role.SUPERVISOR: (Role.SUPERVISOR, Role.LEADER, Role.WINDOW, Role.DISPATCHER),
    Role.LEADER: (Role.LEADER, Role.SUPERVISOR, Role.WINDOW, Role.DISPATCHER),
}
"""Who acts in an office's place when the matter is a complaint about that office."""


def office(case: Case, policy: Policy, role: Role) -> str:
    """Return the office that acts in a role on this case: never one that is complained of."""
    for wanted in _INSTEAD[role]:
        for unit in policy.units:
            if unit.role is wanted and unit.id not in case.recused:
                return unit.id
    return policy.first_with(role).id


def superior(case: Case, policy: Policy, unit: str) -> str:
    """Return who is told when a unit is late: whom the policy names, its parent, or the leader."""
    found = policy.unit_by_id.get(unit)
    for name in (found.superior, found.parent) if found else ():
        if name is not None and name not in case.recused:
            return name
    leader = office(case, policy, Role.LEADER)
    return leader if leader != unit else office(case, policy, Role.SUPERVISOR)


def barred(policy: Policy, complained_of: Iterable[str]) -> tuple[str, ...]:
    """Return the units complained of and all below them: a child doesn't look into its parent (回避)."""
    found = list(dict.fromkeys(complained_of))
    for name in found:
        found += [unit.id for unit in policy.units if unit.parent == name and unit.id not in found]
    return tuple(found)
