"""Extensions (延期): applied for before expiry, once and so many days by the window, beyond that by the leader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Assignment, Own, Share
from router.cases.clocks import own_clock, stands
from router.cases.offices import approver
from router.cases.refusals import RefusedError
from router.cases.rules.dispatching import revise
from router.cases.state import Stage

if TYPE_CHECKING:
    from router.cases.commands import ApplyExtension, GrantExtension, RefuseExtension
    from router.cases.draft import Draft
    from router.cases.matters import Extension


def apply_extension(draft: Draft, action: ApplyExtension) -> None:
    """The unit asks in time; who decides depends on how much and how often."""
    draft.expect(Stage.HANDLING)
    held, rules = _asking(draft, action.assignment), draft.policy.limits.extensions
    if draft.case.extension is not None:
        raise RefusedError("already_done", "apply_extension")
    if stands(draft.case, held, draft.policy):
        raise RefusedError("clock_stands")
    if draft.now >= held.due:
        raise RefusedError("expired", "apply_extension")
    if action.days > rules.most_by_leader:
        raise RefusedError("extension_too_long", str(rules.most_by_leader))
    by_leader = action.days > rules.working_days or held.extensions >= rules.times
    approver = "leader" if by_leader else "window"
    draft.add(ev.ExtensionApplied(held.number, action.days, approver, draft.command.entries))


def _asking(draft: Draft, number: int | None) -> Assignment:
    """Return the assignment whose limit is to be extended: a part, or the lead's, on which the case's stands."""
    lead = draft.case.lead_assignment
    alone = number is None and lead is not None and lead.live and lead.unit == draft.actor
    held = lead if alone and lead is not None else draft.own_assignment(number)
    if held.limit is Own.CASE and held.role is not Share.LEAD:
        raise RefusedError("not_the_lead", draft.case.lead or "")
    if own_clock(draft.case, held, draft.policy).limit.working_days is None:
        raise RefusedError("not_extendable")
    return held


def grant_extension(draft: Draft, _action: GrantExtension) -> None:
    """The window or the leader grants it: due dates move, the person is told."""
    asked = _decided(draft)
    draft.add(ev.ExtensionGranted(asked.number, asked.days, draft.actor))
    revise(draft, "extension")


def refuse_extension(draft: Draft, _action: RefuseExtension) -> None:
    """It stays as it was."""
    asked = _decided(draft)
    draft.add(ev.ExtensionRefused(asked.number, draft.actor, draft.command.entries))


def _decided(draft: Draft) -> Extension:
    draft.expect(Stage.HANDLING)
    asked = draft.case.extension
    if asked is None:
        raise RefusedError("no_extension")
    draft.expect_office(approver(asked.approver))
    return asked
