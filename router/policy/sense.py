"""Whether a policy's parts fit together: names that exist, steps that somebody may take. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from router.cases.commands import ACTIONS
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.policy.base import Named
    from router.policy.places import Path
    from router.policy.policy import Policy

Complaint = tuple["Path", str, str]
"""Where, what is wrong, and the mend."""

_OFFICES = (Role.DISPATCHER, Role.WINDOW, Role.SUPERVISOR, Role.LEADER)


def complaints(policy: Policy) -> Iterator[Complaint]:
    """Yield everything in a well-formed policy that can't work."""
    yield from _twice(policy)
    yield from _offices(policy)
    yield from _units(policy)
    yield from _routes(policy)
    yield from _task_forces(policy)
    yield from _steps(policy)


def _twice(policy: Policy) -> Iterator[Complaint]:
    groups: dict[Path, tuple[Named, ...]] = {
        ("channels",): policy.channels,
        ("units",): policy.units,
        ("domains",): policy.domains,
        ("causes",): policy.causes,
        ("not_accepted",): policy.not_accepted,
        ("return_reasons",): policy.return_reasons,
        ("negative_reasons",): policy.negative_reasons,
        ("task_forces", "templates"): policy.task_forces.templates,
        **{("domains", i, "sections"): domain.sections for i, domain in enumerate(policy.domains)},
    }
    for path, items in groups.items():
        seen = Counter(item.id for item in items)
        for index, item in enumerate(items):
            if seen[item.id] > 1:
                yield (*path, index, "id"), f"{item.id!r} is used twice", "give each an id of its own"
    known: dict[str, str] = {}
    for index, unit in enumerate(policy.units):
        for name in unit.names():
            if known.setdefault(name, unit.id) != unit.id:
                yield (
                    ("units", index, "name"),
                    f"the name {name!r} is also a name of {known[name]!r}",
                    "a name leads to one unit: drop it at one of them",
                )


def _offices(policy: Policy) -> Iterator[Complaint]:
    held = {unit.role for unit in policy.units}
    for role in _OFFICES:
        if role not in held:
            yield ("units",), f"no unit has the role {role.value!r}", "add that office"


def _units(policy: Policy) -> Iterator[Complaint]:
    for index, unit in enumerate(policy.units):
        if unit.parent is not None and unit.parent not in policy.unit_by_id:
            yield ("units", index, "parent"), *_unknown("unit", unit.parent)
        if unit.role in (Role.CHANNEL, Role.RATING, Role.ROUTER):
            mend = "a unit is unit, team, dispatcher, window, supervisor or leader"
            yield ("units", index, "role"), f"a unit can't be a {unit.role.value}", mend


def _routes(policy: Policy) -> Iterator[Complaint]:
    routed = {route.domain for route in policy.routes if route.conditions() == 0}
    for index, domain in enumerate(policy.domains):
        if domain.id not in routed:
            mend = "add a route with only this domain and its lead"
            yield ("domains", index, "id"), f"no route takes {domain.id!r} whatever the cause", mend
    for index, route in enumerate(policy.routes):
        here: Path = ("routes", index)
        if route.domain not in policy.domain_by_id:
            yield (*here, "domain"), *_unknown("domain", route.domain)
        elif route.section is not None and route.section not in {
            section.id for section in policy.domain_by_id[route.domain].sections
        }:
            yield (*here, "section"), *_unknown("section", route.section)
        if route.cause is not None and route.cause not in policy.cause_by_id:
            yield (*here, "cause"), *_unknown("cause", route.cause)
        if route.lead not in policy.unit_by_id:
            yield (*here, "lead"), *_unknown("unit", route.lead)
        for number, other in enumerate(route.cooperating):
            if other.unit not in policy.unit_by_id:
                yield (*here, "cooperating", number, "unit"), *_unknown("unit", other.unit)
            if other.unit == route.lead:
                mend = "a lead doesn't cooperate with itself: remove it here"
                yield (*here, "cooperating", number, "unit"), f"{other.unit!r} leads already", mend


def _task_forces(policy: Policy) -> Iterator[Complaint]:
    rules = policy.task_forces
    for index, template in enumerate(rules.templates):
        here: Path = ("task_forces", "templates", index)
        if template.cause not in policy.cause_by_id:
            yield (*here, "cause"), *_unknown("cause", template.cause)
        elif not policy.cause_by_id[template.cause].task_force:
            mend = "set task_force: true at the cause, or remove the template"
            yield (*here, "cause"), f"{template.cause!r} opens no task force", mend
        if template.domain is not None and template.domain not in policy.domain_by_id:
            yield (*here, "domain"), *_unknown("domain", template.domain)
        for field in ("leader", "office", "lead"):
            if getattr(template, field) not in policy.unit_by_id:
                yield (*here, field), *_unknown("unit", getattr(template, field))
        for number, part in enumerate(template.parts):
            if part.unit not in policy.unit_by_id:
                yield (*here, "parts", number, "unit"), *_unknown("unit", part.unit)
    for index, delegation in enumerate(rules.delegations):
        for cause in delegation.causes:
            if cause not in policy.cause_by_id:
                yield ("task_forces", "delegations", index, "causes"), *_unknown("cause", cause)
    if not any(not delegation.causes for delegation in rules.delegations):
        mend = "end the list with a delegation that names no causes"
        yield ("task_forces", "delegations"), "some causes have nobody to approve", mend
    for field in ("leader", "office"):
        if getattr(rules, field) not in policy.unit_by_id:
            yield ("task_forces", field), *_unknown("unit", getattr(rules, field))


def _steps(policy: Policy) -> Iterator[Complaint]:
    taken = {name for actions in policy.roles.values() for name in actions}
    for role, names in policy.roles.items():
        for name in names:
            if name not in ACTIONS:
                mend = "one of: " + ", ".join(sorted(ACTIONS))
                yield ("roles", role.value), f"there is no command {name!r}", mend
    for name in sorted(set(ACTIONS) - taken):
        yield ("roles",), f"nobody may send {name!r}", "give it to a role"


def _unknown(what: str, name: str) -> tuple[str, str]:
    return f"there is no {what} {name!r}", f"name a {what} of this policy, or add it"
