"""People and meetings of a task force: members named, minutes kept, agreed items put on the duty list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.refusals import RefusedError
from router.cases.rules.dutylist import add_items, advance, at_work

if TYPE_CHECKING:
    from router.cases.commands import AddPart, HoldMeeting, NameMember
    from router.cases.draft import Draft


def add_part(draft: Draft, action: AddPart) -> None:
    """The lead or the office puts an item on the list between meetings."""
    force = at_work(draft)
    if draft.actor not in (force.lead, force.office):
        raise RefusedError("not_the_lead", force.lead)
    add_items(draft, (action.item,))
    advance(draft)


def hold_meeting(draft: Draft, action: HoldMeeting) -> None:
    """The office keeps the minutes; what was agreed becomes parts at once."""
    force = at_work(draft)
    if draft.actor != force.office:
        raise RefusedError("not_the_office", force.office)
    items = tuple(item.id for item in action.items)
    draft.add(ev.MeetingHeld(by=draft.actor, items=items, entries=draft.command.entries))
    add_items(draft, action.items)
    advance(draft)


def name_member(draft: Draft, action: NameMember) -> None:
    """Say who stands for a unit; naming another one later is the hand-over, and both stay on record."""
    force = at_work(draft)
    draft.expect_unit(action.unit)
    if action.unit not in {force.lead, force.office, *(part.unit for part in force.parts)}:
        raise RefusedError("no_member", action.unit)
    if draft.actor not in (action.unit, force.lead, force.office):
        raise RefusedError("not_the_lead", force.lead)
    named = ev.MemberNamed(unit=action.unit, post=action.post, by=draft.actor, entries=draft.command.entries)
    draft.add(named)
