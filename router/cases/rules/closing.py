"""After the answer: review of a negative one, follow-up, closing, withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.refusals import RefusedError
from router.cases.rules.handling import resolve
from router.cases.state import OPEN, Stage

if TYPE_CHECKING:
    from router.cases.commands import ApproveNegative, FollowUp, RefuseNegative, Withdraw
    from router.cases.draft import Draft


def approve_negative(draft: Draft, _action: ApproveNegative) -> None:
    """The window lets a negative answer go out."""
    draft.expect(Stage.REVIEW)
    draft.add(ev.NegativeAnswerApproved())
    resolve(draft, "negative")


def refuse_negative(draft: Draft, _action: RefuseNegative) -> None:
    """The window sends a negative answer back, with the reason."""
    draft.expect(Stage.REVIEW)
    draft.add(ev.NegativeAnswerRefused(entries=draft.command.entries))


def follow_up(draft: Draft, action: FollowUp) -> None:
    """The window has asked the person; the case is closed, unless the person is dissatisfied."""
    draft.expect(Stage.RESOLVED)
    if draft.actor == draft.case.lead:
        raise RefusedError("not_by_the_unit", draft.actor)
    if draft.case.followed_up or draft.case.rating is not None:
        raise RefusedError("already_done", "follow_up")
    draft.add(ev.FollowedUp(by=draft.actor, entries=draft.command.entries))
    if action.grade is not None:
        draft.add(ev.FeedbackReceived(action.grade.value))
    close_if_done(draft, "followed_up")


def close_if_done(draft: Draft, why: str) -> None:
    """Close a resolved case on which nothing more is owed: asked or rated, and its task force dissolved."""
    case = draft.case
    asked = case.followed_up or case.grade is not None
    at_work = case.task_force is not None and case.task_force.at_work
    if case.stage is Stage.RESOLVED and asked and case.rating is None and not at_work:
        draft.add(ev.Closed(why))


def withdraw(draft: Draft, _action: Withdraw) -> None:
    """The person takes the case back; the units are told."""
    draft.expect(*OPEN, Stage.LINKED)
    for held in draft.case.assignments:
        if held.live:
            draft.add(ev.AssignmentWithdrawn(held.number))
    draft.add(ev.CaseWithdrawn())
