"""What an access plan wants and what a broker holds, side by side, user by user. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bancheng.access_plan import AUDITOR, SUPERUSERS, plan_access

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bancheng.access_plan import AccessPlan, Right
    from router.ledger.access_changes import History

__all__ = ["Account", "Holdings", "Parties", "compare", "differences", "planned"]


class Parties(Protocol):
    """Whom the policies in use name: ids of channels, and of units and offices."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels."""
        ...

    @property
    def units(self) -> tuple[str, ...]:
        """Units and offices."""
        ...


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a broker holds: each user's login mechanisms, and every right (`bancheng.access.holdings` reads it)."""

    logins: Mapping[str, tuple[str, ...]]
    """`SCRAM-SHA-256` or `SCRAM-SHA-512` by user; both while a password is being changed."""
    rights: frozenset[Right]


@dataclass(frozen=True, slots=True)
class Account:
    """One user: whether it is planned, how it may log in, and in what its rights differ from the plan's."""

    user: str
    planned: bool
    mechanisms: tuple[str, ...]
    rights: tuple[Right, ...]
    """What the broker grants it now."""
    missing: tuple[Right, ...]
    surplus: tuple[Right, ...]

    @property
    def agrees(self) -> bool:
        """Whether the broker has just what the plan says: a login and its rights, or neither of them."""
        return self.planned == bool(self.mechanisms) and not self.missing and not self.surplus


def planned(parties: Parties, shards: int, histories: Mapping[str, History]) -> AccessPlan:
    """Return who is to have access: by the policies, and further auditors, without those it was taken from."""
    revoked = {user for user, history in histories.items() if history.revoked_at is not None}
    auditors = sorted(user.removeprefix(f"{AUDITOR}-") for user in histories if user.startswith(f"{AUDITOR}-"))
    plan = plan_access(channels=parties.channels, units=parties.units, shards=shards, auditors=auditors)
    return plan.without(revoked)


def compare(plan: AccessPlan, held: Holdings) -> tuple[Account, ...]:
    """Return every user that the plan or the broker knows, in the plan's order, unplanned ones last.

    The broker's superusers are left out: what they may do is said in its own settings, not by rights.
    """
    wanted, found = _by_user(plan.rights), _by_user(held.rights)
    strangers = sorted({*held.logins, *found} - {*plan.users, *SUPERUSERS})
    return tuple(
        Account(
            user,
            user in plan.users,
            held.logins.get(user, ()),
            tuple(sorted(found.get(user, frozenset()))),
            tuple(sorted(wanted.get(user, frozenset()) - found.get(user, frozenset()))),
            tuple(sorted(found.get(user, frozenset()) - wanted.get(user, frozenset()))),
        )
        for user in (*plan.users, *strangers)
    )


def differences(plan: AccessPlan, held: Holdings) -> tuple[Account, ...]:
    """Return the users of whom plan and broker say different things; empty when all is as planned."""
    return tuple(account for account in compare(plan, held) if not account.agrees)


def _by_user(rights: Iterable[Right]) -> dict[str, frozenset[Right]]:
    found: dict[str, set[Right]] = {}
    for right in rights:
        found.setdefault(right.user, set()).add(right)
    return {user: frozenset(own) for user, own in found.items()}
