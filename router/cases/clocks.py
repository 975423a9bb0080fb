"""The clocks of a case: on which limit each due date stands, and since when it runs. Pure."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from router.cases.assignment import Own
from router.clocks.limits import Clock, Due, counted, ends, stopped
from router.policy.limits import Limit

if TYPE_CHECKING:
    from router.cases.assignment import Assignment
    from router.cases.state import Case
    from router.policy.policy import Policy

CASE = "case"
"""The name of the case's own clock; those of assignments are `unit-N`, `sign-N`, `contact-N`."""
DATE = "date"
"""The limit of a case whose task force has named a date; every other one is named as in the policy."""
_OPINION = "办理意见载明、领导批准的办结日期"


def case_limit(case: Case, policy: Policy) -> Limit:
    """Return the limit that the case's due date stands on."""
    if case.limit == DATE:
        return Limit(working_days=case.limit_days, source=_OPINION)
    found = getattr(policy.limits, case.limit or "ordinary")
    return found if isinstance(found, Limit) else policy.limits.ordinary


def case_clock(case: Case, policy: Policy) -> Clock | None:
    """Return the case's own clock; none before it is accepted."""
    if case.limit_from is None:
        return None
    return Clock(case_limit(case, policy), case.limit_from, case.pauses, case.extra_days)


def own_clock(case: Case, held: Assignment, policy: Policy) -> Clock:
    """Return the clock of an assignment's own limit."""
    pauses = (*case.pauses, *held.pauses)
    match held.limit:
        case Own.PART:
            limit = policy.part_limit(held.days)
            return Clock(limit, held.dispatched_at, pauses, held.extra_days)
        case Own.LETTER:
            return Clock(policy.limits.letter, held.dispatched_at, pauses, held.extra_days)
        case _:
            return _rest(case, held, policy)


def _rest(case: Case, held: Assignment, policy: Policy) -> Clock:
    """Return the clock of what remained of the case's limit when a unit got it."""
    whole = case_clock(case, policy)
    if whole is None or case.due is None:
        return Clock(policy.limits.ordinary, held.dispatched_at, case.pauses)
    calendar = policy.work_calendar
    begun, last = calendar.date_of(held.dispatched_at), calendar.date_of(case.due)
    if whole.limit.working_days is None or begun <= calendar.date_of(whole.start) or last <= begun:
        return whole
    days = takewhile(lambda day: day <= last, counted(whole._replace(start=held.dispatched_at), calendar))
    return Clock(policy.rest_limit(sum(1 for _ in days)), held.dispatched_at, case.pauses)


def own_due(case: Case, held: Assignment, policy: Policy) -> Due | None:
    """Return when an assignment is due by its own clock; none while that stands still."""
    clock = own_clock(case, held, policy)
    return None if clock.standing else ends(clock, policy.work_calendar)


def case_stands(case: Case, policy: Policy) -> bool:
    """Whether the case's own clock stands still."""
    clock = case_clock(case, policy) if case.pauses else None
    return clock is not None and stopped(clock, policy.work_calendar)


def stands(case: Case, held: Assignment, policy: Policy) -> bool:
    """Whether an assignment's clock stands still, by its own pause or by the case's."""
    return bool(case.pauses or held.pauses) and stopped(own_clock(case, held, policy), policy.work_calendar)
