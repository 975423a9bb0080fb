"""What might be asked of a case as it stands: acts worth putting to `decide`, and who might send them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from router.cases import commands as do
from router.cases.assignment import Held
from router.policy.limits import PauseKind
from router.policy.people import Role
from router.taskforces.state import PartStage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from router.cases.state import Case
    from router.policy.policy import Policy

_RESULTS: tuple[str, ...] = get_args(do.CheckRating.model_fields["result"].annotation)
_AT_HAND = frozenset({PartStage.ISSUED, PartStage.SUBMITTED, PartStage.CHECKED})


TWIN = "00000000-0000-7000-8000-000000000000"
"""A running case that doesn't exist, of the same kind in everything: what any case might be linked with."""


class Setting(NamedTuple):
    """A case, who looks at it, and when; `policies` are the hashes of others that it might be moved to."""

    case: Case
    policy: Policy
    now: datetime
    actor: do.Actor
    policies: tuple[str, ...] = ()


class About(NamedTuple):
    """What an act is about within the case: an assignment, a part or a clock by name; else the case itself."""

    assignment: int | None = None
    part: str | None = None
    clock: str | None = None

    def fields(self) -> dict[str, Any]:
        """Return the fields of the action that say so."""
        return {name: value for name, value in self._asdict().items() if value is not None}


def actors(policy: Policy) -> Iterator[do.Actor]:
    """Yield everybody outside the router who may send anything, in the policy's order."""
    for unit in policy.units:
        yield do.Actor(unit.id, unit.role)
    for role in (Role.CHANNEL, Role.RATING):
        yield from (do.Actor(channel.id, role) for channel in policy.channels)


def targets(kind: type[do.Action], seen: Setting) -> Iterator[About]:
    """Yield what an action of that kind might be about, each once."""
    case, who = seen.case, seen.actor.id
    parts = case.task_force.parts if case.task_force is not None else ()
    if kind in (do.GrantReturn, do.RefuseReturn):
        yield from (About(a.number) for a in case.assignments if a.held is Held.RETURNING)
    elif kind is do.GiveOpinion:
        yield About()
    elif issubclass(kind, do.OfAssignment):
        whole = kind in (do.Pause, do.Resume)
        if whole:
            yield About()
        lead = case.lead_assignment
        led = lead.number if lead is not None and whole else None  # the lead pauses the whole case
        yield from (About(a.number) for a in case.live(who) if a.number != led)
    elif issubclass(kind, do.OfPart):
        yield from (About(part=part.id) for part in parts if part.stage in _AT_HAND)
    elif kind is do.Designate:
        yield About()
        yield from (About(part=part.id) for part in parts if part.stage is PartStage.CONFERENCE)
    elif issubclass(kind, do.OfClock):
        yield from (About(clock=name) for name in dict.fromkeys(notice.clock for notice in case.notices))
    else:
        yield About()


def ways(kind: type[do.Action], about: About, seen: Setting) -> Iterator[do.Action]:
    """Yield actions of that kind that differ in what may make `decide` refuse them, the likeliest first."""
    for fields in _WAYS.get(kind, _plain)(seen):
        yield kind(**about.fields(), **fields)


def _plain(_seen: Setting) -> Iterable[dict[str, Any]]:
    return ({},)


def _domains(seen: Setting) -> Iterable[dict[str, Any]]:
    names = (seen.case.domain, *seen.policy.domain_by_id)
    return ({"domain": name} for name in dict.fromkeys(names) if name in seen.policy.domain_by_id)


def _units(seen: Setting) -> Iterator[str]:
    """Yield every unit, those that have to do with the case first."""
    force = seen.case.task_force
    near = [a.unit for a in seen.case.assignments] + ([force.lead, force.office] if force else [])
    return iter(dict.fromkeys((*near, *seen.policy.unit_by_id)))


def _items(seen: Setting) -> Iterator[dict[str, Any]]:
    known = {part.id for part in seen.case.task_force.parts} if seen.case.task_force else set()
    name = next(f"new-{number}" for number in range(len(known) + 1) if f"new-{number}" not in known)
    return ({"item": do.Item(id=name, unit=unit, working_days=1)} for unit in _units(seen))


def _members(seen: Setting) -> Iterable[dict[str, Any]]:
    """A unit names who stands for itself; where it can't have anybody, the lead names for others."""
    return ({"unit": unit, "post": "liaison"} for unit in dict.fromkeys((seen.actor.id, *_units(seen))))


_WAYS: Mapping[type[do.Action], Callable[[Setting], Iterable[dict[str, Any]]]] = {
    do.Triage: _domains,
    do.Decline: lambda seen: ({"rule": rule.id} for rule in seen.policy.not_accepted),
    do.Link: lambda _seen: ({"primary": TWIN},),
    do.MovePolicy: lambda seen: ({"policy": name} for name in seen.policies if name != seen.case.policy),
    do.ProposeNegative: lambda seen: ({"reason": reason.id} for reason in seen.policy.negative_reasons),
    do.ApplyReturn: lambda seen: ({"reason": reason.id} for reason in seen.policy.return_reasons),
    do.GrantReturn: lambda seen: ({"to": unit} for unit in _units(seen)),
    do.Designate: lambda seen: ({"unit": unit} for unit in (None, *_units(seen))),
    do.Pause: lambda _seen: ({"kind": kind} for kind in PauseKind),
    do.ApplyExtension: lambda _seen: ({"days": 1},),
    do.GiveOpinion: lambda seen: ({"done_by": seen.policy.work_calendar.date_of(seen.now)},),
    do.AddPart: _items,
    do.NameMember: _members,
    do.HandOver: lambda seen: ({"to": unit} for unit in _units(seen)),
    do.Rate: lambda _seen: ({"grade": grade} for grade in do.Grade),
    do.CheckRating: lambda _seen: ({"result": one} for one in _RESULTS),
    do.ConfirmSetAside: lambda _seen: ({"agree": True}, {"agree": False}),
}  # fmt: skip
"""What has to be named besides; of a kind that is not here, nothing."""
