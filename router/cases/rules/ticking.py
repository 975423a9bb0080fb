"""Time passing: every step that has come due happens once, in order, and says when it was due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.refusals import RefusedError
from router.cases.rules.dispatching import revise
from router.cases.rules.forces import propose_after
from router.cases.rules.returns import BY_RULE, first_received, put_in_charge
from router.cases.state import Stage
from router.cases.steps import Step, What, upcoming

if TYPE_CHECKING:
    from router.cases.commands import Tick
    from router.cases.draft import Draft
    from router.cases.duties import Duty

_CLOSED = {"lawful": "explained", "set_aside": "set_aside"}
"""Why a case is closed after a bad rating, by what became of that."""
_MOST = 1000
"""Steps of one tick; more would mean that a step does not end what it is about."""


def tick(draft: Draft, _action: Tick) -> None:
    """Take every step whose moment has come, however long nobody looked."""
    for _ in range(_MOST):
        step = upcoming(draft.case, draft.policy)
        if step is None or step.at > draft.now:
            break
        _take(draft, step)
    if not draft.events:
        raise RefusedError("nothing_due")


def _take(draft: Draft, step: Step) -> None:
    if step.duty is not None:
        _of_duty(draft, step, step.duty)
    elif step.what is What.RESUME:
        draft.add(ev.ClockResumed("cap", step.number, step.at))
        if draft.case.stage is not Stage.ON_HOLD:  # a case on hold gets a limit of its own when it is taken up again
            revise(draft, "pause")
    elif step.what is What.RECKON:
        revise(draft, "calendar")
    elif step.what is What.CLOSE:
        rating = draft.case.rating
        draft.add(ev.Closed("unrated" if rating is None else _CLOSED[rating.result or ""]))


def _of_duty(draft: Draft, step: Step, duty: Duty) -> None:
    key, holder, start, at = duty.key, duty.holder, duty.clock.start, step.at
    match step.what:
        case What.WARN:
            draft.add(ev.Warned(key, holder, start, at, step.round))
        case What.OVERDUE:
            missed = duty.counts and step.round == 1
            draft.add(ev.OverdueNoticed(key, holder, start, at, step.round, missed))
            if missed:
                propose_after(draft, "missed", draft.case.missed)
        case What.DRAFT_SUPERVISION:
            draft.add(ev.SupervisionDrafted(key, holder, start, at))
        case What.DRAFT_CIRCULAR:
            draft.add(ev.CircularDrafted(key, holder, start, at))
        case _:
            part = key.removeprefix("designate").removeprefix("-") or None
            put_in_charge(draft, first_received(draft, part), part, BY_RULE)
