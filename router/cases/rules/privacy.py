"""Who may look at details, and what may be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.refusals import RefusedError
from router.cases.sight import NOTHING, seen
from router.policy.people import Role

if TYPE_CHECKING:
    from router.cases.commands import EraseSubject, ViewDetails
    from router.cases.draft import Draft


def view_details(draft: Draft, action: ViewDetails) -> None:
    """Let somebody look who needs to know: for a purpose of the policy, at no more than that shows."""
    case, actor = draft.case, draft.command.actor
    if action.why not in {one.id for one in draft.policy.privacy.purposes}:
        raise RefusedError("unknown_reason", action.why)
    may = seen(case, draft.policy, actor, action.why)
    if may == NOTHING:
        raise RefusedError("not_assigned" if actor.role in (Role.UNIT, Role.TEAM) else "field_hidden", "details")
    for wanted in action.reveal:
        if wanted not in may.plain:
            raise RefusedError("field_hidden", wanted.value)
    revealed = frozenset(action.reveal)
    masked = (may.plain | may.masked) - revealed
    draft.add(
        ev.DetailsViewed(
            actor.id, actor.role.value, action.why, tuple(sorted(revealed)), tuple(sorted(masked)), action.clerk
        )
    )


def erase_subject(draft: Draft, action: EraseSubject) -> None:
    """Erase what is no longer needed; an open case only for a reason that asks for it before the end."""
    privacy = draft.policy.privacy
    reason = next((one for one in privacy.erase_reasons if one.id == action.why), None)
    if reason is None:
        raise RefusedError("unknown_reason", action.why)
    if not reason.before_end and draft.case.stage.value not in privacy.erase_stages:
        raise RefusedError("wrong_stage", draft.case.stage.value)
    draft.add(ev.SubjectErased(draft.actor, draft.command.actor.role.value, action.why, action.clerk))
