"""Handing out: acceptance with its limit, an assignment with its own, and due dates that move with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.assignment import Form, Own, Share
from router.cases.clocks import CASE, DATE, case_clock, case_limit, case_stands, own_due, stands
from router.cases.refusals import RefusedError
from router.clocks.limits import Due, due, ends
from router.policy.limits import Limit

if TYPE_CHECKING:
    from router.cases.draft import Draft
    from router.cases.entry import Entry


def accept(draft: Draft, limit: str) -> None:
    """Accept the case under one of the policy's limits, by name; urgent ones under their own, from submission on.

    What was promised before, while it was linked with another, stays promised.
    """
    kept = draft.case
    if kept.accepted_at is not None and kept.due is not None:
        draft.add(ev.Accepted(kept.due, kept.limit, kept.limit_from, kept.provisional))
        return
    urgent = draft.case.urgent and limit in ("ordinary", "complex")
    name, start = ("urgent", draft.case.received_at) if urgent else (limit, None)
    last = due(_limit(draft, name), start or draft.now, draft.policy.work_calendar)
    draft.add(ev.Accepted(due=last.at, limit=name, start=start, provisional=last.provisional))


def begin_anew(draft: Draft, limit: str, why: str) -> None:
    """Let the case's limit be another one from now on; its total time goes on."""
    last = draft.due(_limit(draft, limit))
    draft.add(ev.DueDateRevised(CASE, last.at, why, last.provisional, limit))
    follow_case(draft, why)


def assign(
    draft: Draft, unit: str, role: Share, *, why: str, part: str | None = None, days: int = 0, designated: bool = False,
    entries: tuple[Entry, ...] = (),
) -> None:  # fmt: skip
    """Dispatch to a unit: its sign clock runs from now; its own limit is the case's, two working days at least.

    Where less of the case's limit remained, that is extended by the dispatching itself, and the person is told.
    """
    found = draft.policy.unit_by_id.get(unit)
    if found is None:
        raise RefusedError("unknown_unit", unit)
    if unit in draft.case.recused:
        raise RefusedError("recused", unit)
    limits, form = draft.policy.limits, Form.to(found.authority)
    asked = form is Form.LETTER and not draft.case.urgent
    own = Own.PART if part is not None else Own.LETTER if asked else Own.CASE
    draft.add(
        ev.Assigned(
            number=len(draft.case.assignments) + 1,
            unit=unit,
            role=role,
            form=form,
            sign_due=draft.due(limits.sign_urgent if draft.case.urgent else limits.sign).at,
            due=(last := _own_limit(draft, own, days, why)).at,
            part=part,
            designated=designated,
            provisional=last.provisional,
            limit=own,
            days=days,
            why=why,
            entries=entries,
        )
    )


def revise(draft: Draft, why: str) -> None:
    """After a pause or an extension: move every due date that follows from it, and say so."""
    clock = case_clock(draft.case, draft.policy)
    if clock is not None and not clock.standing:
        last = ends(clock, draft.policy.work_calendar)
        if last != (draft.case.due, draft.case.provisional):
            draft.add(ev.DueDateRevised(CASE, last.at, why, last.provisional))
    follow_case(draft, why)


def follow_case(draft: Draft, why: str) -> None:
    """Let the assignments' due dates follow the case's and their own clocks."""
    for held in draft.case.assignments:
        if not held.live or stands(draft.case, held, draft.policy):
            continue
        last = own_due(draft.case, held, draft.policy)
        if held.limit is Own.CASE and draft.case.due is not None:
            last = Due(draft.case.due, draft.case.provisional)
        if last is not None and last != (held.due, held.provisional):
            draft.add(ev.DueDateRevised(f"unit-{held.number}", last.at, why, last.provisional))


def keep_promise(draft: Draft) -> None:
    """Before other rules hold for a case: what is left of its limit stays what it is, counted in days from now."""
    case, calendar = draft.case, draft.policy.work_calendar
    if case.due is None or case.due <= draft.now or case_stands(case, draft.policy):
        return
    if case_limit(case, draft.policy).working_days is not None:
        days = calendar.between(calendar.date_of(draft.now), calendar.date_of(case.due))
        draft.add(ev.DueDateRevised(CASE, case.due, "policy", case.provisional, DATE, days))


def at_least(draft: Draft, number: int) -> None:
    """Give a unit that waited for an office its two working days at least, charged to dispatching."""
    held = draft.case.assignments[number - 1]
    least = draft.due(draft.policy.limits.unit_minimum)
    if (
        held.limit is Own.CASE
        and not draft.case.urgent
        and held.due < least.at
        and not stands(draft.case, held, draft.policy)
    ):
        begin_anew(draft, "unit_minimum", "dispatching")


def _own_limit(draft: Draft, own: Own, days: int, why: str) -> Due:
    policy = draft.policy
    if own is Own.PART:
        return draft.due(policy.part_limit(days))
    if own is Own.LETTER:
        return draft.due(policy.limits.letter)
    least = Due(draft.now, provisional=False) if draft.case.urgent else draft.due(policy.limits.unit_minimum)
    rest = _rest_of_case(draft)
    if rest is None or rest.at > least.at or why == "directly":
        return rest or least
    begin_anew(draft, "urgent" if draft.case.urgent else "unit_minimum", "dispatching")
    return _rest_of_case(draft) or least


def _rest_of_case(draft: Draft) -> Due | None:
    """Return when the case is due; while its clock stands still, when it would be if that ran on now."""
    case = draft.case
    clock = case_clock(case, draft.policy)
    if clock is None or case.due is None:
        return None
    if not case_stands(case, draft.policy):
        return Due(case.due, case.provisional)
    ended = tuple(replace(pause, end=draft.now) if pause.end is None else pause for pause in case.pauses)
    return ends(clock._replace(pauses=ended), draft.policy.work_calendar)


def _limit(draft: Draft, name: str) -> Limit:
    found = getattr(draft.policy.limits, name)
    if not isinstance(found, Limit):
        raise TypeError(f"{name} is no limit")
    return found
