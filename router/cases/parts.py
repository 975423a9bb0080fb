"""Items of the duty list: applied for by the owner, checked by the lead, closed by the window (销号)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.refusals import RefusedError
from router.cases.state import LIVE, Share, Stage
from router.policy.people import Role
from router.taskforces.progress import next_steps
from router.taskforces.state import Part, PartStage, TaskForce

if TYPE_CHECKING:
    from router.cases.commands import CheckPart, RejectPart, SubmitPart, VerifyPart
    from router.cases.draft import Draft


def submit_part(draft: Draft, action: SubmitPart) -> None:
    """The owner applies for closing its part, done or impossible; it says what it did or looked for."""
    part = _part(draft, action.part, PartStage.ISSUED)
    _expect_owner(draft, part)
    draft.expect_text()
    draft.add(ev.PartSubmitted(part=part.id, result=action.result, entries=draft.command.entries))


def check_part(draft: Draft, action: CheckPart) -> None:
    """The lead passes a part on to the window."""
    part = _part(draft, action.part, PartStage.SUBMITTED)
    draft.expect_lead()
    draft.add(ev.PartVerified(part=part.id, by_lead=True))


def verify_part(draft: Draft, action: VerifyPart) -> None:
    """The window closes a part; what follows from it is issued, and what it made needless falls away."""
    part = _part(draft, action.part, PartStage.CHECKED)
    draft.add(ev.PartVerified(part=part.id))
    advance(draft)


def reject_part(draft: Draft, action: RejectPart) -> None:
    """The lead (before checking) or the window (after it) sends a part back to its owner."""
    window = draft.command.actor.role is Role.WINDOW
    part = _part(draft, action.part, PartStage.CHECKED if window else PartStage.SUBMITTED)
    if not window:
        draft.expect_lead()
    draft.expect_text()
    draft.add(ev.PartRejected(part=part.id, by=draft.command.actor.id, entries=draft.command.entries))


def advance(draft: Draft) -> None:
    """Issue the parts whose turn has come, with an assignment each; withdraw those no longer needed."""
    steps = next_steps(task_force(draft).parts)
    for name in steps.withdraw:
        draft.add(ev.PartWithdrawn(part=name))
    for part in [part for part in task_force(draft).parts if part.id in steps.issue]:
        draft.add(ev.PartIssued(part=part.id, due=draft.due_in_days(part.working_days).at))
        draft.assign(part.unit, Share.COOPERATING, part=part.id, days=part.working_days)


def task_force(draft: Draft) -> TaskForce:
    """Return the case's task force, or refuse."""
    if draft.case.task_force is None:
        raise RefusedError("no_task_force")
    return draft.case.task_force


def _part(draft: Draft, name: str, stage: PartStage) -> Part:
    draft.expect(Stage.HANDLING)
    part = task_force(draft).part(name)
    if part is None:
        raise RefusedError("unknown_part", name)
    if part.stage is not stage:
        raise RefusedError("part_wrong_stage", part.stage.value)
    return part


def _expect_owner(draft: Draft, part: Part) -> None:
    holders = [a.unit for a in draft.case.assignments if a.part == part.id and a.held in LIVE]
    if draft.command.actor.id not in holders:
        raise RefusedError("not_the_owner", holders[0] if holders else part.unit)
