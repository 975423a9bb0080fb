"""What may be done on a case now, and by whom. Pure.

No rule stands here: plausible acts are put to `decide` itself, with all the words that may have to come with them, and
those that it takes are listed. So the listing can't promise what would be refused, and follows every change of a rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from router.cases.commands import ACTIONS, AT_THE_VAULT, ROUTER_ONLY, Command, MovePolicy, Submit
from router.cases.decide import decide
from router.cases.other import other
from router.cases.plausible import TWIN, About, Setting, actors, targets, ways
from router.cases.state import Stage
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from router.cases.commands import Action
    from router.cases.state import Case
    from router.policy.policy import Policy

_WHATEVER_ELSE = frozenset({"role_not_allowed", "wrong_stage", "no_task_force"})
"""Refusals that no other reason, unit or rule named in the command would change."""


class May(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who may do it, and about which assignment, part or clock; else about the case."""

    who: str
    role: Role
    assignment: int | None = None
    part: str | None = None
    clock: str | None = None


class Possible(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that may be done, which words must come with it, and by whom."""

    verb: str
    by: tuple[May, ...]
    needs: tuple[str, ...] = ()


def possible(case: Case, policy: Policy, now: datetime, policies: tuple[str, ...] = ()) -> tuple[Possible, ...]:
    """Return everything that somebody outside the router may do on a case at `now` (aware), in the order of ACTIONS.

    `policies` are the hashes of this installation's, to any other of which the case may be moved.
    """
    found: dict[str, list[May]] = {}
    for command, about in openings(case, policy, now, policies):
        may = May(command.actor.id, command.actor.role, *about)
        found.setdefault(command.action.verb, []).append(may)
    return tuple(Possible(verb, tuple(by), ACTIONS[verb].needs) for verb, by in found.items())


def openings(
    case: Case, policy: Policy, now: datetime, policies: tuple[str, ...] = (),
) -> Iterator[tuple[Command, About]]:  # fmt: skip
    """Yield one command that `decide` takes for each thing that somebody may do, and what it is about."""
    everybody = tuple(actors(policy))
    for verb, kind in ACTIONS.items():
        if verb in ROUTER_ONLY | AT_THE_VAULT or kind is Submit:
            continue
        for actor in everybody:
            seen = Setting(case, policy, now, actor, policies)
            for about in targets(kind, seen):
                command = _taken(kind, about, seen)
                if command is not None:
                    yield command, about


def _taken(kind: type[Action], about: About, seen: Setting) -> Command | None:
    """Return the first command of that kind about that thing which is not refused."""
    given, known = frozenset(kind.needs), kind is MovePolicy
    twin = msgspec.structs.replace(other(seen.case, seen.policy.id), id=TWIN, stage=Stage.HANDLING, hidden=False)
    for action in ways(kind, about, seen):
        command = Command(seen.case.id, seen.actor, action, given=given, other=twin, knows_policy=known)
        refusal = decide(seen.case, command, seen.policy, seen.now).refusal
        if refusal is None:
            return command
        if refusal.code in _WHATEVER_ELSE:
            return None
    return None
