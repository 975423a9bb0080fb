"""Returns (退单), the conference that the second one calls, and the designation that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.refusals import RefusedError
from router.cases.state import LIVE, Assignment, Held, Share, Stage
from router.clocks.limits import due

if TYPE_CHECKING:
    from router.cases.commands import ApplyReturn, Designate, GrantReturn, RefuseReturn
    from router.cases.draft import Draft


def apply_return(draft: Draft, action: ApplyReturn) -> None:
    """A unit wants to give it back: in time, after contact, with a reason code and the signed text.

    The application that reaches the policy's count calls the conference itself; nobody decides it.
    """
    draft.expect(Stage.HANDLING)
    held = draft.own_assignment(action.assignment)
    if held.held is Held.RETURNING:
        raise RefusedError("already_done", "apply_return")
    if held.designated:
        raise RefusedError("return_of_designated")
    force = draft.case.task_force
    if force is not None and held.part is None and held.role is Share.LEAD:
        raise RefusedError("return_by_lead_of_task_force")
    if action.reason not in {reason.id for reason in draft.policy.return_reasons}:
        raise RefusedError("unknown_reason", action.reason)
    if not held.contacted:
        raise RefusedError("return_without_contact")
    last = due(draft.policy.limits.return_window, held.dispatched_at, draft.policy.work_calendar)
    if draft.now > last.at:
        raise RefusedError("return_too_late")
    draft.expect_text()
    draft.add(ev.ReturnApplied(held.number, action.reason, draft.command.entries))
    if _returns(draft, held) + 1 >= draft.policy.limits.returns_before_conference:
        draft.add(ev.ReturnGranted(held.number))
        units = tuple(dict.fromkeys(a.unit for a in draft.case.assignments if a.part == held.part))
        last = draft.due_in_days(1)
        draft.add(ev.ConferenceCalled(units=units, due=last.at, part=held.part))


def grant_return(draft: Draft, action: GrantReturn) -> None:
    """The dispatcher takes it back and names the unit that gets it next."""
    held = _returning(draft, action.assignment)
    if action.to is None:
        raise RefusedError("next_unit_missing")
    if action.to not in draft.policy.unit_by_id:
        raise RefusedError("unknown_unit", action.to)
    draft.add(ev.ReturnGranted(held.number))
    draft.assign(action.to, held.role, part=held.part)


def refuse_return(draft: Draft, action: RefuseReturn) -> None:
    """The dispatcher leaves it where it is, with the reason."""
    held = _returning(draft, action.assignment)
    draft.expect_text()
    draft.add(ev.ReturnRefused(held.number))


def designate(draft: Draft, action: Designate) -> None:
    """After the conference a unit is named in writing; it can't return that."""
    draft.expect(Stage.CONFERENCE)
    draft.expect_text()
    if action.unit not in draft.policy.unit_by_id:
        raise RefusedError("unknown_unit", action.unit)
    returned = [a for a in draft.case.assignments if a.held is Held.RETURNED]
    last = returned[-1]
    draft.add(
        ev.Designated(
            unit=action.unit,
            by=draft.command.actor.id,
            part=last.part,
            entries=draft.command.entries,
        )
    )
    draft.assign(action.unit, last.role, part=last.part, designated=True)


def _returning(draft: Draft, number: int) -> Assignment:
    draft.expect(Stage.HANDLING)
    held = next((a for a in draft.case.assignments if a.number == number and a.held in LIVE), None)
    if held is None or held.held is not Held.RETURNING:
        raise RefusedError("no_return")
    return held


def _returns(draft: Draft, held: Assignment) -> int:
    if held.part is None:
        return draft.case.returns
    part = draft.case.task_force.part(held.part) if draft.case.task_force else None
    return part.returns if part else 0
