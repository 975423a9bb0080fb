"""Task forces: proposed by the router, opened by the leader or who is delegated, led, and dissolved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.assignment import Share
from router.cases.clocks import CASE, DATE
from router.cases.offices import approver, office
from router.cases.refusals import RefusedError
from router.cases.routing import Needed, needed, stand_in
from router.cases.rules.closing import close_if_done
from router.cases.rules.dispatching import assign, begin_anew, follow_case
from router.cases.rules.dutylist import advance, as_added, at_work, own_list, task_force
from router.cases.state import Stage
from router.clocks.limits import Clock, ends
from router.policy.people import Authority, Role

if TYPE_CHECKING:
    from datetime import date

    from router.cases.commands import (
        ApproveOpinion,
        ApproveTaskForce,
        DissolveTaskForce,
        GiveOpinion,
        HandOver,
        RefuseOpinion,
        RefuseTaskForce,
    )
    from router.cases.draft import Draft
    from router.policy.policy import Policy
    from router.policy.taskforces import Delegation, TaskForceRule
    from router.taskforces.state import TaskForce

_YEAR = timedelta(days=366)
"""How far ahead a task force may promise: a later date is a slip of the pen, and would be reckoned day by day."""


def propose(draft: Draft, template: TaskForceRule | None, units: Needed, why: str = "cause") -> None:
    """Propose a task force with its duty list; where the rule itself may approve, it opens at once."""
    cause, case, policy = draft.case.cause or "", draft.case, draft.policy
    delegation = _delegation(policy, cause)
    lead = stand_in(policy, case, template.lead) if template else None
    draft.add(
        ev.TaskForceProposed(
            cause=cause,
            leader=_unless_recused(draft, template.leader if template else policy.task_forces.leader, Role.LEADER),
            lead=lead or units.lead,
            office=_unless_recused(draft, template.office if template else policy.task_forces.office, Role.WINDOW),
            approver=delegation.by,
            delegation=delegation.id,
            template=template.id if template else None,
            why=why,
        )
    )
    parts = as_added(template) if template else own_list(policy, (*units.cooperating, units.lead))
    for added in parts:
        fitting = stand_in(policy, draft.case, added.unit) or units.lead
        draft.add(added if fitting == added.unit else replace(added, unit=fitting))
    if delegation.by == "rule":
        _open(draft, by=f"rule:{delegation.id}")


def propose_after(draft: Draft, why: str, count: int) -> None:
    """Propose a task force on a case in hand once it has come to the policy's count of returns, misses or redos."""
    case = draft.case
    busy = case.task_force is not None and case.task_force.dissolved_at is None
    if busy or why in case.proposals or count < getattr(draft.policy.task_forces.propose_after, why):
        return
    holding = tuple(dict.fromkeys(a.unit for a in case.assignments if a.live or why == "returns"))
    routed = needed(draft.policy, case) if case.domain else None
    lead = case.lead or (routed.lead if routed else None) or next(iter(holding), None)
    if lead is not None and lead not in case.recused:
        others = tuple(unit for unit in holding if unit != lead and unit not in case.recused)
        propose(draft, None, Needed(lead, others), why)


def approve(draft: Draft, _action: ApproveTaskForce) -> None:
    """Open the proposed task force."""
    _proposed(draft)
    _open(draft, by=draft.actor)


def refuse(draft: Draft, _action: RefuseTaskForce) -> None:
    """Handle it without a task force: ordinary lead-and-cooperating work."""
    waited = _proposed(draft).why == "cause"
    draft.add(ev.TaskForceRefused(by=draft.actor, entries=draft.command.entries))
    units = needed(draft.policy, draft.case) if waited else None
    if units is not None:
        begin_anew(draft, "complex" if units.cooperating else "ordinary", "refused")
        assign(draft, units.lead, Share.LEAD, why="route")
        for unit in units.cooperating:
            assign(draft, unit, Share.COOPERATING, why="route")


def give_opinion(draft: Draft, action: GiveOpinion) -> None:
    """The lead says by when it will be done (办理意见), or asks, before expiry, to move that date."""
    force = at_work(draft)
    draft.lead_assignment(action.assignment)
    if force.opinion is not None:
        raise RefusedError("already_done", "give_opinion")
    if draft.case.opinion_by is not None and draft.case.due is not None and draft.now >= draft.case.due:
        raise RefusedError("expired", "give_opinion")
    _days_until(draft, action.done_by)
    due = draft.policy.work_calendar.closing(action.done_by)
    draft.add(ev.OpinionGiven(done_by=action.done_by, due=due, entries=draft.command.entries))


def approve_opinion(draft: Draft, _action: ApproveOpinion) -> None:
    """The leader approves the date: from now on it is the case's, and the person is told."""
    force, calendar = at_work(draft), draft.policy.work_calendar
    draft.expect_office(Role.LEADER)
    if force.opinion is None:
        raise RefusedError("no_opinion")
    done_by = force.opinion.done_by
    days = _days_until(draft, done_by)
    last = ends(Clock(draft.policy.part_limit(days), draft.now), calendar)
    draft.add(ev.OpinionApproved(done_by=done_by, by=draft.actor))
    draft.add(ev.DueDateRevised(CASE, last.at, "opinion", last.provisional, DATE, days))
    follow_case(draft, "opinion")


def _days_until(draft: Draft, done_by: date) -> int:
    """Return the working days from today up to a promised date, which may be at most a year away."""
    calendar = draft.policy.work_calendar
    today = calendar.date_of(draft.now)
    if done_by < today:
        raise RefusedError("date_passed")
    if done_by - today > _YEAR:
        raise RefusedError("date_too_far")
    return calendar.between(today, calendar.after(done_by, 0))


def refuse_opinion(draft: Draft, _action: RefuseOpinion) -> None:
    """The leader sends the opinion back."""
    force = at_work(draft)
    draft.expect_office(Role.LEADER)
    if force.opinion is None:
        raise RefusedError("no_opinion")
    draft.add(ev.OpinionRefused(by=draft.actor, entries=draft.command.entries))


def hand_over(draft: Draft, action: HandOver) -> None:
    """The leader hands the lead to another unit; what is done stays done, the clocks go on."""
    force = at_work(draft)
    draft.expect_office(Role.LEADER)
    draft.expect_unit(action.to)
    if draft.policy.unit_by_id[action.to].authority is not Authority.LOCAL:
        raise RefusedError("not_local", action.to)
    if action.to == force.lead:
        raise RefusedError("already_done", "hand_over")
    draft.add(ev.HandedOver(before=force.lead, to=action.to, by=draft.actor, entries=draft.command.entries))
    lead = draft.case.lead_assignment
    if lead is not None and lead.live:
        draft.add(ev.AssignmentWithdrawn(lead.number))
    assign(draft, action.to, Share.LEAD, why="hand_over", entries=draft.command.entries)


def dissolve(draft: Draft, action: DissolveTaskForce) -> None:
    """Who approved it dissolves it once the case has its outcome, and writes down what was found."""
    draft.expect(Stage.RESOLVED)
    force = task_force(draft)
    if not force.at_work:
        raise RefusedError("already_done", "dissolve_task_force")
    draft.expect_office(approver(force.approver))
    if action.cause is not None and action.cause not in draft.policy.cause_by_id:
        raise RefusedError("unknown_cause", action.cause)
    draft.add(ev.TaskForceDissolved(by=draft.actor, cause=action.cause, entries=draft.command.entries))
    close_if_done(draft, "dissolved")


def _open(draft: Draft, by: str) -> None:
    """Open it: the lead gets the case, if it has it not yet; what others held of it goes on as parts."""
    draft.add(ev.TaskForceOpened(by=by))
    force, lead = task_force(draft), draft.case.lead_assignment
    keeps = lead is not None and lead.live and lead.unit == force.lead
    for held in draft.case.assignments:
        if held.live and not (keeps and lead is not None and held.number == lead.number):
            draft.add(ev.AssignmentWithdrawn(held.number))
    if force.why != "cause":
        begin_anew(draft, "opinion", "opened")
    if not keeps:
        assign(draft, force.lead, Share.LEAD, why="opened")
    advance(draft)


def _proposed(draft: Draft) -> TaskForce:
    draft.expect(Stage.PROPOSED, Stage.HANDLING, Stage.CONFERENCE, Stage.REVIEW)
    force = task_force(draft)
    if not force.pending:
        raise RefusedError("already_done", "approve_task_force")
    draft.expect_office(approver(force.approver))
    return force


def _unless_recused(draft: Draft, unit: str, role: Role) -> str:
    return unit if unit not in draft.case.recused else office(draft.case, draft.policy, role)


def _delegation(policy: Policy, cause: str) -> Delegation:
    rows = policy.task_forces.delegations
    return next(row for row in rows if not row.causes or cause in row.causes)
