"""Whether a policy's parts fit together: names that exist, steps that somebody may take. Pure."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from router.cases.commands import ACTIONS, ROUTER_ONLY
from router.policy.catalogue import Kind
from router.policy.conditions import Condition, Is, parts
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from router.policy.base import Named
    from router.policy.places import Path
    from router.policy.policy import Policy

Complaint = tuple["Path", str, str]
"""Where, what is wrong, and the mend."""

Use = tuple["Path", str, "str | None"]
"""Where a name is used, of what kind of thing, and the name."""

_OFFICES = (Role.DISPATCHER, Role.WINDOW, Role.SUPERVISOR, Role.LEADER)


def complaints(policy: Policy) -> Iterator[Complaint]:
    """Yield everything in a well-formed policy that can't work."""
    yield from _twice(policy)
    yield from _offices(policy)
    yield from _units(policy)
    yield from _names(policy)
    yield from _routes(policy)
    yield from _conditions(policy)
    yield from _calibration(policy)
    yield from _task_forces(policy)
    yield from _steps(policy)


def _twice(policy: Policy) -> Iterator[Complaint]:
    groups: dict[Path, tuple[Named, ...]] = {
        ("channels",): policy.channels,
        ("units",): policy.units,
        ("domains",): policy.domains,
        ("causes",): policy.causes,
        ("enterprises",): policy.enterprises,
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
        if unit.role in (Role.CHANNEL, Role.RATING, Role.ROUTER):
            mend = "a unit is unit, team, dispatcher, window, supervisor or leader"
            yield ("units", index, "role"), f"a unit can't be a {unit.role.value}", mend


def _names(policy: Policy) -> Iterator[Complaint]:
    """Every name that is used must be the name of something."""
    known: dict[str, Container[str]] = {
        "unit": policy.unit_by_id,
        "domain": policy.domain_by_id,
        "cause": policy.cause_by_id,
        "channel or unit": {*policy.channel_by_id, *policy.unit_by_id},
    }
    sealed: Iterator[Use] = ((("sealing", "by", name), "channel or unit", name) for name in policy.sealing.by)
    for path, what, name in (*_names_in_units(policy), *_names_in_routes(policy), *_names_in_forces(policy), *sealed):
        if name is not None and name not in known[what]:
            mend = f"name a {what} of this policy, or add it"
            yield path, f"there is no {what} {name!r}", mend


def _names_in_units(policy: Policy) -> Iterator[Use]:
    for index, unit in enumerate(policy.units):
        yield ("units", index, "parent"), "unit", unit.parent
    for index, enterprise in enumerate(policy.enterprises):
        yield ("enterprises", index, "under"), "unit", enterprise.under
    yield from ((("conference_with", index), "unit", unit) for index, unit in enumerate(policy.conference_with))
    for index, cause in enumerate(policy.causes):
        yield from ((("causes", index, "domains"), "domain", domain) for domain in cause.domains)


def _names_in_routes(policy: Policy) -> Iterator[Use]:
    for index, route in enumerate(policy.routes):
        here: Path = ("routes", index)
        yield (*here, "domain"), "domain", route.domain
        yield (*here, "cause"), "cause", route.cause
        yield (*here, "lead"), "unit", route.lead
        for number, other in enumerate(route.cooperating):
            yield (*here, "cooperating", number, "unit"), "unit", other.unit


def _names_in_forces(policy: Policy) -> Iterator[Use]:
    rules = policy.task_forces
    yield ("task_forces", "leader"), "unit", rules.leader
    yield ("task_forces", "office"), "unit", rules.office
    for index, delegation in enumerate(rules.delegations):
        for cause in delegation.causes:
            yield ("task_forces", "delegations", index, "causes"), "cause", cause
    for index, template in enumerate(rules.templates):
        here: Path = ("task_forces", "templates", index)
        yield (*here, "cause"), "cause", template.cause
        yield (*here, "domain"), "domain", template.domain
        for field in ("leader", "office", "lead"):
            yield (*here, field), "unit", getattr(template, field)
        for number, part in enumerate(template.parts):
            yield (*here, "parts", number, "unit"), "unit", part.unit


def _routes(policy: Policy) -> Iterator[Complaint]:
    routed = {route.domain for route in policy.routes if route.conditions == 0}
    for index, domain in enumerate(policy.domains):
        if domain.id not in routed:
            mend = "add a route with only this domain and its lead"
            yield ("domains", index, "id"), f"no route takes {domain.id!r} whatever the cause", mend
    for index, route in enumerate(policy.routes):
        domain_of = policy.domain_by_id.get(route.domain)
        sections = {section.id for section in domain_of.sections} if domain_of else set()
        if route.section is not None and domain_of and route.section not in sections:
            mend = f"name a section of {route.domain!r}, or add it"
            yield ("routes", index, "section"), f"there is no section {route.section!r}", mend
        for number, other in enumerate(route.cooperating):
            if other.unit == route.lead:
                mend = "a lead doesn't cooperate with itself: remove it here"
                yield ("routes", index, "cooperating", number, "unit"), f"{other.unit!r} leads already", mend


def _conditions(policy: Policy) -> Iterator[Complaint]:
    """What a condition names must be there to be named."""
    known: dict[str, Container[str]] = {
        "domain": policy.domain_by_id,
        "section": {section.id for domain in policy.domains for section in domain.sections},
        "cause": policy.cause_by_id,
        "kind": set(Kind),
        "regions": policy.regions,
        "enterprises": policy.enterprise_by_id,
    }
    for path, condition in _stated(policy):
        for part in parts(condition):
            if isinstance(part, Is) and part.value not in known[part.field]:
                what = part.field.removesuffix("s")
                yield path, f"there is no {what} {part.value!r}", f"name a {what} of this policy, or add it"


def _stated(policy: Policy) -> Iterator[tuple[Path, Condition]]:
    for index, route in enumerate(policy.routes):
        if route.condition is not None:
            yield ("routes", index, "when"), route.condition
        for number, other in enumerate(route.cooperating):
            if other.condition is not None:
                yield ("routes", index, "cooperating", number, "when"), other.condition


def _calibration(policy: Policy) -> Iterator[Complaint]:
    knots = policy.confidence.calibration
    for index, (one, two) in enumerate(pairwise(knots)):
        if one.raw >= two.raw or one.right > two.right or one.precision > two.precision:
            mend = "let raw rise from point to point, and right and precision never fall"
            yield ("confidence", "calibration", index + 1), "goes backwards", mend


def _task_forces(policy: Policy) -> Iterator[Complaint]:
    rules = policy.task_forces
    for index, template in enumerate(rules.templates):
        cause = policy.cause_by_id.get(template.cause)
        if cause is not None and not cause.task_force:
            mend = "set task_force: true at the cause, or remove the template"
            yield ("task_forces", "templates", index, "cause"), f"{cause.id!r} opens no task force", mend
    if all(delegation.causes for delegation in rules.delegations):
        mend = "end the list with a delegation that names no causes"
        yield ("task_forces", "delegations"), "some causes have nobody to approve", mend


def _steps(policy: Policy) -> Iterator[Complaint]:
    taken = {name for actions in policy.roles.values() for name in actions}
    for role, names in policy.roles.items():
        for name in names:
            if name not in ACTIONS:
                mend = "one of: " + ", ".join(sorted(ACTIONS))
                yield ("roles", role.value), f"there is no command {name!r}", mend
    for name in sorted(set(ACTIONS) - ROUTER_ONLY - taken):
        yield ("roles",), f"nobody may send {name!r}", "give it to a role"
