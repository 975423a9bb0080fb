"""What somebody may see of a case's details: by the policy, and by what no policy changes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases.assignment import GONE
from router.policy.people import Role
from router.policy.privacy import PERSONAL, Detail

if TYPE_CHECKING:
    from router.cases.commands import Actor
    from router.cases.state import Case
    from router.policy.policy import Policy
    from router.policy.privacy import Sight


class Seen(NamedTuple):
    """What may be opened, and what is shown masked; the rest is hidden."""

    plain: frozenset[Detail] = frozenset()
    masked: frozenset[Detail] = frozenset()


NOTHING = Seen()


def seen(case: Case, policy: Policy, actor: Actor, why: str) -> Seen:
    """Return what an actor may see of a case for a purpose of the policy.

    Who is complained of sees nothing (回避), a unit only what it holds, and of a withheld person or a reporter no
    unit sees who it is (保密工单): invariants, whatever the policy says.
    """
    if actor.id in case.recused:
        return NOTHING
    held = [one for one in case.assignments if one.unit == actor.id and one.held not in GONE]
    working = actor.role in (Role.UNIT, Role.TEAM)
    if working and not held:
        return NOTHING
    signed = any(one.signed_at is not None for one in held)
    sight = next((one for one in policy.privacy.sights if _fits(one, actor, why, signed=signed)), None)
    if sight is None:
        return NOTHING
    hidden = PERSONAL if case.hidden and (working or held) else frozenset[Detail]()
    plain = frozenset(sight.plain) - hidden
    return Seen(plain, frozenset(sight.masked) - plain - hidden)


def _fits(sight: Sight, actor: Actor, why: str, *, signed: bool) -> bool:
    return (
        actor.role in sight.roles
        and (not sight.units or actor.id in sight.units)
        and (not sight.purposes or why in sight.purposes)
        and (signed or not sight.signed)
    )
