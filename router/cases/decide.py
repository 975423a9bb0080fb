"""The one way in: a command on a case becomes events, or a named refusal that changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases.commands import ROUTER_ONLY
from router.cases.draft import Draft
from router.cases.follow import Follow, follows
from router.cases.offices import office
from router.cases.refusals import Refusal, RefusedError
from router.cases.rules.table import RULES
from router.policy.people import Role

if TYPE_CHECKING:
    from datetime import datetime

    from router.cases.commands import Actor, Command
    from router.cases.events import AnyEvent
    from router.cases.state import Case
    from router.policy.policy import Policy

_OFFICES = (Role.DISPATCHER, Role.WINDOW, Role.SUPERVISOR, Role.LEADER)


_OUTSIDE = (Role.CHANNEL, Role.RATING)
"""Who speaks only of cases that came by its own channel."""


class Decision(NamedTuple):
    """What was decided: the case after it, its events or the refusal, and commands for other cases."""

    case: Case | None
    events: tuple[AnyEvent, ...] = ()
    refusal: Refusal | None = None
    follows: tuple[Follow, ...] = ()


def decide(case: Case | None, command: Command, policy: Policy, now: datetime) -> Decision:
    """Decide `command` on `case` (none: not known yet) under `policy` at `now` (aware). Pure and total."""
    verb = command.action.verb
    if not _may(case, command.actor, policy, verb):
        return Decision(case, refusal=Refusal("role_not_allowed", verb))
    if case is not None and command.actor.id in case.recused:  # who is complained of doesn't learn that there is one
        return Decision(case, refusal=Refusal("unknown_case"))
    if case is not None and command.actor.role in _OUTSIDE and command.actor.id != case.channel:
        return Decision(case, refusal=Refusal("unknown_case"))
    if case is not None and command.action.version not in (None, case.version):
        return Decision(case, refusal=Refusal("stale_version", str(case.version)))
    draft = Draft(case, command, policy, now)
    try:
        RULES[type(command.action)](draft, command.action)
        _expect_words(command)
    except RefusedError as refused:
        return Decision(case, refusal=refused.refusal)
    events = tuple(draft.events)
    return Decision(draft.case, events, follows=(*draft.follows, *follows(draft.case, events)))


def _expect_words(command: Command) -> None:
    """Refuse a command that came without the words it needs; last, so that another fault is named first."""
    for word in command.action.needs:
        if word not in command.given:
            raise RefusedError("details_missing", word)


def _may(case: Case | None, actor: Actor, policy: Policy, verb: str) -> bool:
    """Whether a role may send a command; an office that acts for one complained of may send its commands too.

    The router's own commands are no policy's business: one that is pinned to an old policy keeps up like any other.
    """
    if verb in ROUTER_ONLY:
        return actor.role is Role.ROUTER
    if verb in policy.allowed.get(actor.role, ()):
        return True
    if case is None or not case.recused or actor.role not in _OFFICES:
        return False
    return any(
        verb in policy.allowed.get(role, ()) and office(case, policy, role) == actor.id
        for role in _OFFICES
        if role is not actor.role
    )  # fmt: skip
