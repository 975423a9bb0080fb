"""Items of the duty list: applied for by the owner, checked by the lead, closed by the window (销号)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.refusals import RefusedError
from router.cases.rules.dutylist import advance, task_force
from router.cases.state import Stage
from router.taskforces.state import Part, PartStage

if TYPE_CHECKING:
    from router.cases.commands import CheckPart, RejectPart, SubmitPart, VerifyPart
    from router.cases.draft import Draft


def submit_part(draft: Draft, action: SubmitPart) -> None:
    """The owner applies for closing its part, done or impossible; it says what it did or looked for."""
    part = _part(draft, action.part, PartStage.ISSUED)
    _expect_owner(draft, part)
    draft.add(ev.PartSubmitted(part=part.id, result=action.result, entries=draft.command.entries))


def check_part(draft: Draft, action: CheckPart) -> None:
    """The lead passes a part on to the window."""
    part = _part(draft, action.part, PartStage.SUBMITTED)
    draft.expect_lead()
    draft.add(ev.PartVerified(part=part.id, by_lead=True))


def verify_part(draft: Draft, action: VerifyPart) -> None:
    """The window closes a part; what follows from it is issued, and what it made needless falls away."""
    part = _part(draft, action.part, PartStage.CHECKED)
    if draft.actor != task_force(draft).office:
        raise RefusedError("not_the_office", task_force(draft).office)
    draft.add(ev.PartVerified(part=part.id))
    advance(draft)


def reject_part(draft: Draft, action: RejectPart) -> None:
    """The lead (before checking) or the office (after it) sends a part back to its owner."""
    by_office = draft.actor == task_force(draft).office
    found = task_force(draft).part(action.part)
    checked = by_office and found is not None and found.stage is PartStage.CHECKED
    part = _part(draft, action.part, PartStage.CHECKED if checked else PartStage.SUBMITTED)
    if not checked:
        draft.expect_lead()
    draft.add(ev.PartRejected(part=part.id, by=draft.actor, entries=draft.command.entries))


def _part(draft: Draft, name: str, stage: PartStage) -> Part:
    draft.expect(Stage.HANDLING)
    part = task_force(draft).part(name)
    if part is None:
        raise RefusedError("unknown_part", name)
    if part.stage is not stage:
        raise RefusedError("part_wrong_stage", part.stage.value)
    return part


def _expect_owner(draft: Draft, part: Part) -> None:
    holders = [a.unit for a in draft.case.assignments if a.part == part.id and a.live]
    if draft.actor not in holders:
        raise RefusedError("not_the_owner", holders[0] if holders else part.unit)
