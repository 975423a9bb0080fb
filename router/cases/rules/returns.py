"""Returns (退单), the conference that the second one calls, and the designation that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Assignment, Form, Held, Share
from router.cases.offices import barred, office
from router.cases.refusals import RefusedError
from router.cases.rules.dispatching import assign, at_least
from router.cases.rules.forces import propose_after
from router.cases.state import Stage
from router.clocks.limits import due
from router.policy.people import Authority, Role
from router.taskforces.state import PartStage

if TYPE_CHECKING:
    from router.cases.commands import ApplyReturn, Designate, GrantReturn, RefuseReturn
    from router.cases.draft import Draft

RECUSAL = "recusal"
"""The reason of return by which a unit says that it is complained of itself; granted, it never sees the case again."""
BY_RULE = "rule:first-received"
"""Who designates when nobody did in time: the unit that got the case first leads (首接负责)."""


def apply_return(draft: Draft, action: ApplyReturn) -> None:
    """A unit wants to give it back: in time, after contact, with reason code, basis and signature.

    The application that reaches the policy's count calls the conference itself; nobody decides it.
    """
    draft.expect(Stage.HANDLING)
    held = draft.own_assignment(action.assignment)
    if held.held is Held.RETURNING:
        raise RefusedError("already_done", "apply_return")
    if held.designated:
        raise RefusedError("return_of_designated")
    if _returns(draft, held) >= draft.policy.limits.returns_before_conference:
        raise RefusedError("returns_used_up")
    if held.part is None and held.role is Share.LEAD and _binds_lead(draft, held):
        raise RefusedError("return_by_lead_of_task_force")
    if action.reason not in {reason.id for reason in draft.policy.return_reasons}:
        raise RefusedError("unknown_reason", action.reason)
    if held.contacted_at is None and not draft.case.hidden:
        raise RefusedError("return_without_contact")
    last = due(draft.policy.limits.return_window, held.dispatched_at, draft.policy.work_calendar)
    if draft.now > last.at:
        raise RefusedError("return_too_late")
    draft.add(ev.ReturnApplied(held.number, action.reason, draft.command.entries))
    if _returns(draft, held) >= draft.policy.limits.returns_before_conference:
        _confer(draft, held)


def _binds_lead(draft: Draft, held: Assignment) -> bool:
    """Whether the unit leads a task force that binds it: a lead can't decline, where it is a local unit."""
    force = draft.case.task_force
    return force is not None and force.at_work and held.form is Form.ORDER


def _confer(draft: Draft, held: Assignment) -> None:
    """Take back everything of that part whose return waits, and call those who got it so far together."""
    for other in draft.case.assignments:
        if other.part == held.part and other.held is Held.RETURNING:
            draft.add(ev.ReturnGranted(other.number, recused=_recused(draft, other.unit, other.reason)))
    units = tuple(dict.fromkeys(a.unit for a in draft.case.assignments if a.part == held.part))
    last = draft.due(draft.policy.limits.desks.designate)
    draft.add(ev.ConferenceCalled(units=units, due=last.at, part=held.part))
    propose_after(draft, "returns", _returns(draft, held))


def grant_return(draft: Draft, action: GrantReturn) -> None:
    """The dispatcher takes it back and names the unit that gets it next."""
    held = _returning(draft, action.assignment)
    if action.to is None:
        raise RefusedError("next_unit_missing")
    if action.to == held.unit:
        raise RefusedError("same_unit", action.to)
    draft.expect_unit(action.to)
    draft.add(ev.ReturnGranted(held.number, recused=_recused(draft, held.unit, held.reason)))
    draft.expect_unit(action.to)
    entries = draft.command.entries
    assign(draft, action.to, held.role, why="return", part=held.part, days=held.days, entries=entries)


def refuse_return(draft: Draft, action: RefuseReturn) -> None:
    """The dispatcher leaves it where it is, with the reason; what it took to decide is not the unit's time."""
    held = _returning(draft, action.assignment)
    draft.add(ev.ReturnRefused(held.number, draft.command.entries))
    at_least(draft, held.number)


def designate(draft: Draft, action: Designate) -> None:
    """After the conference a unit is named in writing; it can't return that. Without a name, the first leads."""
    _expect_conference(draft, action.part)
    draft.expect_office(Role.LEADER)
    unit = action.unit or first_received(draft, action.part)
    draft.expect_unit(unit)
    if draft.policy.unit_by_id[unit].authority is not Authority.LOCAL:
        raise RefusedError("not_local", unit)
    put_in_charge(draft, unit, action.part, by=draft.actor)


def put_in_charge(draft: Draft, unit: str, part: str | None, by: str) -> None:
    """Designate a unit for what was returned last: the case, or an item of the duty list."""
    returned = [a for a in draft.case.assignments if a.held is Held.RETURNED and a.part == part]
    last = max(returned, key=lambda a: (a.since or a.dispatched_at, a.number))
    entries = draft.command.entries
    draft.add(ev.Designated(unit=unit, by=by, part=part, entries=entries))
    why = "first_received" if by == BY_RULE else "designation"
    lead = draft.case.lead_assignment
    role = last.role if part is not None or (lead is not None and lead.live) else Share.LEAD
    assign(draft, unit, role, why=why, part=part, days=last.days, designated=True, entries=entries)


def _expect_conference(draft: Draft, part: str | None) -> None:
    if part is None:
        draft.expect(Stage.CONFERENCE)
        return
    draft.expect(Stage.HANDLING)
    found = draft.case.task_force.part(part) if draft.case.task_force else None
    if found is None:
        raise RefusedError("unknown_part", part)
    if found.stage is not PartStage.CONFERENCE:
        raise RefusedError("part_wrong_stage", found.stage.value)


def _recused(draft: Draft, unit: str, reason: str | None) -> tuple[str, ...]:
    return barred(draft.policy, (unit,)) if reason == RECUSAL else ()


def first_received(draft: Draft, part: str | None) -> str:
    """Return the local unit that got the case (or that part) first and may still have it; else the supervisor."""
    units = draft.policy.unit_by_id
    fitting = (
        a.unit
        for a in draft.case.assignments
        if a.part == part and a.unit not in draft.case.recused and units[a.unit].authority is Authority.LOCAL
    )
    return next(fitting, office(draft.case, draft.policy, Role.SUPERVISOR))


def _returning(draft: Draft, number: int) -> Assignment:
    draft.expect(Stage.HANDLING)
    held = next((a for a in draft.case.assignments if a.number == number and a.live), None)
    if held is None or held.held is not Held.RETURNING:
        raise RefusedError("no_return")
    return held


def _returns(draft: Draft, held: Assignment) -> int:
    if held.part is None:
        return draft.case.returns
    part = draft.case.task_force.part(held.part) if draft.case.task_force else None
    return part.returns if part else 0
