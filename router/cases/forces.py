"""Task forces: proposed by the router, opened by the leader or who is delegated, dissolved when done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.parts import advance, task_force
from router.cases.refusals import RefusedError
from router.cases.routing import Needed, routed
from router.cases.state import Share, Stage
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.commands import ApproveTaskForce, GiveOpinion, RefuseTaskForce
    from router.cases.draft import Draft
    from router.policy.policy import Policy
    from router.policy.taskforces import Delegation, TaskForceRule
    from router.taskforces.state import TaskForce

_APPROVERS = {Role.LEADER: "leader", Role.WINDOW: "window"}


def propose(draft: Draft, template: TaskForceRule | None, needed: Needed) -> None:
    """Propose a task force with its duty list; where the rule itself may approve, it opens at once."""
    cause = draft.case.cause or ""
    rules = draft.policy.task_forces
    delegation = _delegation(draft.policy, cause)
    draft.add(
        ev.TaskForceProposed(
            cause=cause,
            leader=template.leader if template else rules.leader,
            lead=template.lead if template else needed.lead,
            office=template.office if template else rules.office,
            approver=delegation.by,
            delegation=delegation.id,
            template=template.id if template else None,
        )
    )
    for added in _duty_list(draft.policy, template, needed):
        draft.add(added)
    if delegation.by == "rule":
        _open(draft, by=f"rule:{delegation.id}")


def approve(draft: Draft, _action: ApproveTaskForce) -> None:
    """Open the proposed task force."""
    _approver(draft)
    _open(draft, by=draft.command.actor.id)


def refuse(draft: Draft, _action: RefuseTaskForce) -> None:
    """Handle it without a task force: ordinary lead-and-cooperating work."""
    _approver(draft)
    draft.expect_text()
    draft.add(ev.TaskForceRefused(by=draft.command.actor.id, entries=draft.command.entries))
    needed = routed(draft.policy, draft.case)
    draft.assign(needed.lead, Share.LEAD)
    for unit in needed.cooperating:
        draft.assign(unit, Share.COOPERATING)


def give_opinion(draft: Draft, action: GiveOpinion) -> None:
    """The lead says by when it will be done (办理意见)."""
    draft.expect(Stage.HANDLING)
    task_force(draft)
    draft.expect_lead()
    draft.expect_text()
    if action.done_by < draft.policy.work_calendar.date_of(draft.now):
        raise RefusedError("date_passed")
    due = draft.policy.work_calendar.closing(action.done_by)
    draft.add(ev.OpinionGiven(done_by=action.done_by, due=due, entries=draft.command.entries))


def dissolve(draft: Draft) -> None:
    """Dissolve the task force of a case that is being resolved, if it has one."""
    force = draft.case.task_force
    if force is not None and force.dissolved_at is None:
        draft.add(ev.TaskForceDissolved())


def _open(draft: Draft, by: str) -> None:
    draft.add(ev.TaskForceOpened(by=by))
    force = task_force(draft)
    draft.assign(force.lead, Share.LEAD)
    advance(draft)


def _approver(draft: Draft) -> TaskForce:
    draft.expect(Stage.PROPOSED)
    force = task_force(draft)
    actor = draft.command.actor
    if _APPROVERS.get(actor.role) != force.approver:
        raise RefusedError("not_the_approver", force.approver)
    return force


def _delegation(policy: Policy, cause: str) -> Delegation:
    rows = policy.task_forces.delegations
    return next(row for row in rows if not row.causes or cause in row.causes)


def _duty_list(policy: Policy, template: TaskForceRule | None, needed: Needed) -> list[ev.PartAdded]:
    if template is None:
        days = policy.task_forces.part_working_days
        units = dict.fromkeys((*needed.cooperating, needed.lead))
        return [ev.PartAdded(part=f"work-{unit}"[:60], unit=unit, working_days=days) for unit in units]
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
