"""The duty list (任务清单): where its items come from, and which are issued next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Share
from router.cases.refusals import RefusedError
from router.cases.routing import stand_in
from router.cases.rules.dispatching import assign
from router.cases.state import Stage
from router.taskforces.graph import cycle
from router.taskforces.progress import next_steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.cases.commands import Item
    from router.cases.draft import Draft
    from router.policy.policy import Policy
    from router.policy.taskforces import TaskForceRule
    from router.taskforces.state import TaskForce


def task_force(draft: Draft) -> TaskForce:
    """Return the case's task force, or refuse."""
    if draft.case.task_force is None:
        raise RefusedError("no_task_force")
    return draft.case.task_force


def at_work(draft: Draft) -> TaskForce:
    """Return the task force that works on a case in hand, or refuse."""
    draft.expect(Stage.HANDLING)
    force = task_force(draft)
    if not force.at_work:
        raise RefusedError("no_task_force")
    return force


def as_added(template: TaskForceRule) -> list[ev.PartAdded]:
    """Return a template's items."""
    return [
        ev.PartAdded(
            part=part.id,
            unit=part.unit,
            working_days=part.working_days,
            required=part.required,
            after=part.after,
            needs=part.needs,
            only_if_failed=part.only_if_failed,
        )
        for part in template.parts
    ]


def own_list(policy: Policy, units: Iterable[str]) -> list[ev.PartAdded]:
    """Return one item a unit, where no template says more."""
    days = policy.task_forces.part_working_days
    return [ev.PartAdded(part=f"work-{unit}"[:60], unit=unit, working_days=days) for unit in dict.fromkeys(units)]


def add_items(draft: Draft, items: Iterable[Item]) -> None:
    """Put new items on the list: each for a unit that may get it, waiting only for items that are there."""
    new = tuple(items)
    known = {part.id: (*part.after, *part.needs, *part.only_if_failed) for part in task_force(draft).parts}
    for item in new:
        if item.id in known:
            raise RefusedError("part_known", item.id)
        draft.expect_unit(item.unit)
        known[item.id] = (*item.after, *item.needs, *item.only_if_failed)
    for item in new:
        for other in known[item.id]:
            if other not in known:
                raise RefusedError("unknown_part", other)
    if circle := cycle(known):
        raise RefusedError("circle", "、".join(circle))
    for item in new:
        draft.add(
            ev.PartAdded(
                part=item.id,
                unit=item.unit,
                working_days=item.working_days,
                required=item.required,
                after=item.after,
                needs=item.needs,
                only_if_failed=item.only_if_failed,
                entries=draft.command.entries,
            )
        )


def advance(draft: Draft) -> None:
    """Issue the parts whose turn has come, with an assignment each; withdraw those no longer needed."""
    steps = next_steps(task_force(draft).parts)
    for name in steps.withdraw:
        draft.add(ev.PartWithdrawn(part=name))
    for part in [part for part in task_force(draft).parts if part.id in steps.issue]:
        unit = stand_in(draft.policy, draft.case, part.unit) or task_force(draft).lead
        days = part.working_days
        draft.add(ev.PartIssued(part=part.id, due=draft.due(draft.policy.part_limit(days)).at))
        assign(draft, unit, Share.COOPERATING, why="part", part=part.id, days=days, entries=part.entries)
