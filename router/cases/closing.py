"""After the answer: review of a negative one, follow-up, feedback, closing, withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.handling import resolve
from router.cases.state import LIVE, OPEN, Stage

if TYPE_CHECKING:
    from router.cases.commands import ApproveNegative, FollowUp, Rate, RefuseNegative, Withdraw
    from router.cases.draft import Draft


def approve_negative(draft: Draft, _action: ApproveNegative) -> None:
    """The window lets a negative answer go out."""
    draft.expect(Stage.REVIEW)
    draft.add(ev.NegativeAnswerApproved())
    resolve(draft, "negative")


def refuse_negative(draft: Draft, _action: RefuseNegative) -> None:
    """The window sends a negative answer back, with the reason."""
    draft.expect(Stage.REVIEW)
    draft.expect_text()
    draft.add(ev.NegativeAnswerRefused(entries=draft.command.entries))


def follow_up(draft: Draft, action: FollowUp) -> None:
    """The window has asked the person; the case is closed."""
    draft.expect(Stage.RESOLVED)
    draft.add(ev.FollowedUp(by=draft.command.actor.id, entries=draft.command.entries))
    if action.grade is not None:
        draft.add(ev.FeedbackReceived(action.grade.value))
    draft.add(ev.Closed())


def rate(draft: Draft, action: Rate) -> None:
    """The person's own rating; a resolved case is closed by it."""
    draft.expect(Stage.RESOLVED, Stage.CLOSED)
    draft.add(ev.FeedbackReceived(action.grade.value, draft.command.entries))
    if draft.case.stage is Stage.RESOLVED:
        draft.add(ev.Closed())


def withdraw(draft: Draft, _action: Withdraw) -> None:
    """The person takes the case back; the units are told."""
    draft.expect(*OPEN, Stage.LINKED)
    for held in draft.case.assignments:
        if held.held in LIVE:
            draft.add(ev.AssignmentWithdrawn(held.number))
    draft.add(ev.CaseWithdrawn())
