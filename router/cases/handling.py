"""What a unit does with an assignment: sign, contact, report, answer; and how a case gets its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.forces import dissolve
from router.cases.refusals import RefusedError
from router.cases.state import LIVE, Assignment, Held, Share, Stage

if TYPE_CHECKING:
    from router.cases.commands import Answer, Contact, ProposeNegative, ReportProgress, Sign
    from router.cases.draft import Draft

_FOLLOW_UP_DAYS = 4
"""Working days within which the window asks the person how it went (DESIGN §7)."""


def sign(draft: Draft, action: Sign) -> None:
    """签收: the unit has it; that is receipt, not admission."""
    held = draft.own_assignment(action.assignment)
    if held.held is not Held.DISPATCHED:
        raise RefusedError("already_done", "sign")
    draft.add(ev.Signed(held.number))


def contact(draft: Draft, action: Contact) -> None:
    """The unit has spoken to the person."""
    held = draft.own_assignment(action.assignment)
    if held.contacted:
        raise RefusedError("already_done", "contact")
    draft.add(ev.FirstContacted(held.number))


def report_progress(draft: Draft, action: ReportProgress) -> None:
    """The unit says how far it is."""
    held = draft.own_assignment(action.assignment)
    draft.expect_text()
    draft.add(ev.ProgressReported(held.number, draft.command.entries))


def answer(draft: Draft, action: Answer) -> None:
    """A cooperating unit gives its share; the lead answers the case once nothing required is open."""
    draft.expect(Stage.HANDLING)
    held = draft.own_assignment(action.assignment)
    if held.part is not None:
        raise RefusedError("part_by_closing")
    draft.expect_text()
    if held.role is not Share.LEAD:
        draft.add(ev.Answered(held.number, draft.command.entries))
        return
    _expect_ready(draft)
    draft.add(ev.Answered(held.number, draft.command.entries))
    resolve(draft, "resolved")


def propose_negative(draft: Draft, action: ProposeNegative) -> None:
    """The lead says that it can't be done, with reason, basis and remedy; the window reviews it."""
    draft.expect(Stage.HANDLING)
    held = draft.own_assignment(action.assignment)
    if held.role is not Share.LEAD or held.part is not None:
        raise RefusedError("not_the_lead", draft.case.lead or "")
    if action.reason not in {reason.id for reason in draft.policy.negative_reasons}:
        raise RefusedError("unknown_reason", action.reason)
    _expect_parts_closed(draft)
    draft.expect_text()
    draft.add(ev.NegativeAnswerProposed(held.number, action.reason, draft.command.entries))


def resolve(draft: Draft, outcome: str) -> None:
    """Give the case its outcome: what units still hold falls away, the task force is dissolved."""
    for held in draft.case.assignments:
        if held.held in LIVE:
            draft.add(ev.AssignmentWithdrawn(held.number))
    dissolve(draft)
    draft.add(ev.Resolved(outcome))
    draft.add(ev.FollowUpDue(due=draft.due_in_days(_FOLLOW_UP_DAYS).at))


def _expect_ready(draft: Draft) -> None:
    _expect_parts_closed(draft)
    waiting = [a.unit for a in draft.case.assignments if _owes_share(a)]
    if waiting and draft.case.task_force is None:
        raise RefusedError("cooperating_open", "、".join(waiting))


def _owes_share(assignment: Assignment) -> bool:
    return assignment.role is Share.COOPERATING and assignment.held in LIVE


def _expect_parts_closed(draft: Draft) -> None:
    force = draft.case.task_force
    if force is not None and force.open_required:
        raise RefusedError("parts_open", "、".join(force.open_required))
