"""What a unit does with an assignment: sign, contact, report, answer; and how a case gets its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Assignment, Form, Held, Share
from router.cases.refusals import RefusedError
from router.cases.state import Stage

if TYPE_CHECKING:
    from router.cases.commands import Answer, Contact, ProposeNegative, ReportProgress, Sign
    from router.cases.draft import Draft


def sign(draft: Draft, action: Sign) -> None:
    """签收: the unit has it; that is receipt, not admission."""
    held = draft.own_assignment(action.assignment)
    if held.held is not Held.DISPATCHED:
        raise RefusedError("already_done", "sign")
    draft.add(ev.Signed(held.number))


def contact(draft: Draft, action: Contact) -> None:
    """The unit has spoken to the person."""
    held = draft.own_assignment(action.assignment)
    if held.contacted_at is not None:
        raise RefusedError("already_done", "contact")
    draft.add(ev.FirstContacted(held.number))


def report_progress(draft: Draft, action: ReportProgress) -> None:
    """The unit says how far it is."""
    held = draft.own_assignment(action.assignment)
    draft.add(ev.ProgressReported(held.number, draft.command.entries))


def answer(draft: Draft, action: Answer) -> None:
    """A cooperating unit gives its share; the lead answers the case once nothing required is open."""
    draft.expect(Stage.HANDLING)
    held = _answering(draft, action.assignment)
    if held.role is not Share.LEAD:
        draft.add(ev.Answered(held.number, draft.command.entries))
        return
    _expect_ready(draft)
    draft.add(ev.Answered(held.number, draft.command.entries))
    resolve(draft, "resolved")


def _answering(draft: Draft, number: int | None) -> Assignment:
    """Return the assignment that is answered; a part is closed by applying for it instead."""
    lead = draft.case.lead_assignment
    if number is None and lead is not None and lead.live and lead.unit == draft.actor:
        return lead
    held = draft.own_assignment(number)
    if held.part is not None:
        raise RefusedError("part_by_closing")
    return held


def propose_negative(draft: Draft, action: ProposeNegative) -> None:
    """The lead says that it can't be done, with reason, basis and remedy; the window reviews it."""
    draft.expect(Stage.HANDLING)
    held = draft.lead_assignment(action.assignment)
    if action.reason not in {reason.id for reason in draft.policy.negative_reasons}:
        raise RefusedError("unknown_reason", action.reason)
    _expect_parts_closed(draft)
    draft.add(ev.NegativeAnswerProposed(held.number, action.reason, _late(draft), draft.command.entries))


def _late(draft: Draft) -> bool:
    """Whether a negative answer took longer than the policy lets it; a task force has its own date."""
    case = draft.case
    if case.task_force is not None or case.limit_from is None:
        return False
    limit, calendar = draft.policy.limits.negative, draft.policy.work_calendar
    return draft.now > calendar.end(calendar.date_of(case.limit_from), limit.working_days or 0)[0]


def resolve(draft: Draft, outcome: str) -> None:
    """Give the case its outcome: what units still hold falls away; the task force waits for who dissolves it."""
    for held in draft.case.assignments:
        if held.live:
            draft.add(ev.AssignmentWithdrawn(held.number))
    draft.add(ev.Resolved(outcome))
    draft.add(ev.FollowUpDue(due=draft.due(draft.policy.limits.follow_up).at))


def _expect_ready(draft: Draft) -> None:
    _expect_parts_closed(draft)
    waiting = [a.unit for a in draft.case.assignments if _owes_share(a)]
    if waiting and not (draft.case.task_force and draft.case.task_force.at_work):
        raise RefusedError("cooperating_open", "、".join(waiting))


def _owes_share(assignment: Assignment) -> bool:
    """Whether the lead has to wait for this one; who is only asked by letter keeps nobody waiting."""
    return assignment.role is Share.COOPERATING and assignment.live and assignment.form is Form.ORDER


def _expect_parts_closed(draft: Draft) -> None:
    force = draft.case.task_force
    if force is not None and force.at_work and force.open_required:
        raise RefusedError("parts_open", "、".join(force.open_required))
