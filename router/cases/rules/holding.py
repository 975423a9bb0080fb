"""On hold for now (挂账): proposed by the lead, approved by the leader, looked at again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.refusals import RefusedError
from router.cases.rules.dispatching import begin_anew
from router.cases.state import Stage
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.commands import ApproveHold, ProposeHold, RefuseHold, ReviewHold
    from router.cases.draft import Draft
    from router.cases.matters import Hold


def propose_hold(draft: Draft, action: ProposeHold) -> None:
    """The lead says why nothing can be done for now."""
    draft.expect(Stage.HANDLING)
    draft.lead_assignment(action.assignment)
    if draft.case.hold is not None:
        raise RefusedError("already_done", "propose_hold")
    draft.add(ev.HoldProposed(by=draft.actor, entries=draft.command.entries))


def approve_hold(draft: Draft, _action: ApproveHold) -> None:
    """The leader puts it on hold; the person is told."""
    proposed = _expect_proposed(draft)
    draft.add(ev.PutOnHold(by=draft.actor, entries=proposed.entries))


def refuse_hold(draft: Draft, _action: RefuseHold) -> None:
    """The leader wants it handled now."""
    _expect_proposed(draft)
    draft.add(ev.HoldRefused(by=draft.actor, entries=draft.command.entries))


def review_hold(draft: Draft, action: ReviewHold) -> None:
    """The window or the leader has looked again: it stays on hold, or it is taken up with a limit of its own."""
    draft.expect(Stage.ON_HOLD)
    draft.add(ev.HoldReviewed(by=draft.actor, resume=action.resume, entries=draft.command.entries))
    if action.resume:
        begin_anew(draft, "complex", "hold")


def _expect_proposed(draft: Draft) -> Hold:
    draft.expect(Stage.HANDLING)
    if draft.case.hold is None:
        raise RefusedError("no_hold_proposed")
    draft.expect_office(Role.LEADER)
    return draft.case.hold
