"""Which office acts for a case, and who stands above whom; a unit complained of never does. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases.assignment import GONE
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.cases.matters import Rating
    from router.cases.state import Case
    from router.policy.policy import Policy

_INSTEAD = {
    Role.DISPATCHER: (Role.DISPATCHER, Role.WINDOW, Role.SUPERVISOR, Role.LEADER),
    Role.WINDOW: (Role.WINDOW, Role.SUPERVISOR, Role.DISPATCHER, Role.LEADER),
    Role.SUPERVISOR: (Role.SUPERVISOR, Role.LEADER, Role.WINDOW, Role.DISPATCHER),
    Role.LEADER: (Role.LEADER, Role.SUPERVISOR, Role.WINDOW, Role.DISPATCHER),
}
"""Who acts in an office's place when the matter is a complaint about that office."""


def office(case: Case, policy: Policy, role: Role, *, other_than: str = "") -> str:
    """Return the office that acts in a role on this case.

    Never one that is complained of; nor one that handles the case itself, as long as there is another; nor, where a
    second person is needed, the first one.
    """
    offices = [name for wanted in _INSTEAD[role] for name in policy.offices[wanted]]
    fitting = [name for name in offices if name not in case.recused and name != other_than]
    handling = handlers(case)
    return next((name for name in fitting if name not in handling), (fitting or offices)[0])


def handlers(case: Case) -> frozenset[str]:
    """Return who has or had the case itself, not only a part of it: they don't judge their own work."""
    return frozenset(a.unit for a in case.assignments if a.part is None and a.held not in GONE)


def approver(name: str) -> Role:
    """Return who approves: the leader, or the window's head, who also acts where the rule itself approved."""
    return Role.LEADER if name == "leader" else Role.WINDOW


def second_person(case: Case, policy: Policy, rating: Rating) -> str:
    """Return who has to agree that a rating is set aside: never the one who asked for it."""
    return office(case, policy, Role.LEADER if rating.objected else Role.SUPERVISOR, other_than=rating.by)


def signer(case: Case, policy: Policy, holder: str) -> str:
    """Return who signs supervision of a holder: the window's head, never of the window itself."""
    return office(case, policy, Role.WINDOW, other_than=holder)


def issuer(case: Case, policy: Policy, holder: str) -> str:
    """Return who decides on a circular about a holder."""
    return office(case, policy, Role.SUPERVISOR, other_than=holder)


def superior(case: Case, policy: Policy, unit: str) -> str:
    """Return who is told when a unit is late: whom the policy names, its parent, or the leader."""
    found = policy.unit_by_id.get(unit)
    for name in (found.superior, found.parent) if found else ():
        if name is not None and name not in case.recused and name != unit:
            return name
    return office(case, policy, Role.LEADER, other_than=unit)


def barred(policy: Policy, complained_of: Iterable[str]) -> tuple[str, ...]:
    """Return the units complained of and all below them: a child doesn't look into its parent (回避)."""
    found = list(dict.fromkeys(complained_of))
    for name in found:
        found += [unit.id for unit in policy.units if unit.parent == name and unit.id not in found]
    return tuple(found)
