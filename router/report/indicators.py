"""The formulas: what each case and each assignment counts for. Pure, one pass, memory by the number of rows.

The names of the three rates (三率考核), 响应率, 解决率, 满意率, are those of Beijing's 12345 (接诉即办; 北京青年报,
23 September 2021, 《市民服务热线12345的数字内涵》). There the person's word at the call back decides; here the first
two are read off the ledger, so that anybody can count them again. The five grades of the rating are those of
国办发〔2019〕51号 (好差评). Where ours differ, and why, is said at each function and in `docs/indicators.md`.

A case counts for the period and month in which it was accepted, by the date in its policy's zone; one that nobody has
accepted, by the day it was received. Linked repeats, withdrawn, declined and waiting cases are counted by number
alone: nothing of them goes into a rate or an average. Everything is as of `now`: an old period's figures move while
its cases do.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

from router.cases.assignment import Form, Held, Share
from router.cases.commands import BAD
from router.cases.state import Stage
from router.clocks.limits import due
from router.clocks.pauses import stretches
from router.report.rows import By, Fact, Period, Report, Sums, What

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from router.cases.assignment import Assignment
    from router.cases.state import Case
    from router.clocks.calendar import WorkCalendar
    from router.policy.policy import Policy

_EVER = Period()
_APART = {Stage.WITHDRAWN: What.WITHDRAWN, Stage.DECLINED: What.DECLINED}


def reckon(
    cases: Iterable[Case], by: By, policy_of: Callable[[str], Policy], now: datetime, period: Period = _EVER,
) -> Report:  # fmt: skip
    """Count the cases of a period; `policy_of` finds a policy by the hash on the case, `now` is aware.

    Counts of cases and of assignments add up: over the rows of any `by` they make the row of all.
    """
    sums: dict[str | None, Sums] = {}
    everything = Sums()
    for case in cases:
        policy = policy_of(case.policy)
        day = policy.work_calendar.date_of(case.accepted_at or case.received_at)
        if not period.holds(day):
            continue
        for fact in facts(case, policy, now):
            key = fact.unit if by is By.UNIT else case.domain if by is By.DOMAIN else f"{day:%Y-%m}"
            if key not in sums:
                sums[key] = Sums()
            sums[key].take(fact)
            everything.take(fact)
    keys = sorted(sums, key=lambda key: (key is None, key or ""))
    return Report(by, tuple(sums[key].row(key) for key in keys), everything.row(None))


def facts(case: Case, policy: Policy, now: datetime) -> Iterator[Fact]:
    """Yield everything that one case counts for."""
    unit = leading(case)
    yield Fact(unit, What.CASES)
    apart = What.REPEATS if case.primary is not None else _APART.get(case.stage)
    if apart is None and case.accepted_at is None:
        apart = What.WAITING
    if apart is not None:
        yield Fact(unit, apart)
        return
    yield Fact(unit, What.ACCEPTED)
    yield from _progress(case, unit, now)
    yield from _outcome(case, unit, policy.work_calendar)
    for given in case.assignments:
        yield from _assignment(case, given, policy, now)


def leading(case: Case) -> str | None:
    """Return the unit that a case counts for: who leads it; of a withdrawn one, who led it last.

    None where nobody leads: waiting, being conferred about, proposed for a task force.
    """
    if case.stage is not Stage.WITHDRAWN:
        return case.lead
    held = (a for a in reversed(case.assignments) if a.role is Share.LEAD and a.held is not Held.RETURNED)
    return next((a.unit for a in held), None)


def _progress(case: Case, unit: str | None, now: datetime) -> Iterator[Fact]:
    """Answered, on hold or open; overdue and on time.

    逾期: open, its clock runs, and its due date (after extensions, pauses and redos) is before `now`.
    按时办结率 = answered at or before the due date / (answered + overdue). Open cases that still have time count as
    neither, nor do those on hold or whose clock stands still.
    """
    if case.outcome is not None:
        yield Fact(unit, What.ANSWERED)
        yield Fact(unit, What.ON_TIME, hit=answered_in_time(case))
    elif case.stage is Stage.ON_HOLD:
        yield Fact(unit, What.ON_HOLD)
    else:
        yield Fact(unit, What.OPEN)
        if case.due is not None and case.due < now and not case.standing:
            yield Fact(unit, What.OVERDUE)
            yield Fact(unit, What.ON_TIME)


def answered_in_time(case: Case) -> bool:
    """Whether an answered case was answered by its due date, in its last round.

    A clock that stood still when the answer came is measured where it stopped: its due date wasn't moved any more.
    """
    if case.resolved_at is None or case.due is None:
        return False
    stopped = (begun for begun, over in stretches(case.pauses) if over == case.resolved_at)
    return next(stopped, case.resolved_at) <= case.due


def _outcome(case: Case, unit: str | None, calendar: WorkCalendar) -> Iterator[Fact]:
    """How the matter ended: resolution, reopening, satisfaction, total time.

    解决率 = outcome `resolved`, never redone for the unit's fault / (outcome, or on hold, or redone for the unit's
    fault). What a justified bad rating has sent back once was not solved, even if the redo succeeds, and it stays in
    the denominator while it is redone. A negative answer and a case on hold are not solved, though nobody be at fault.

    重办率 = cases taken up again at least once / cases that ever had an outcome. Redone for whatever reason.

    满意率 = very satisfied, satisfied, fairly satisfied / rated. No rating counts as neither; one that a second person
    has set aside isn't counted, one that only waits for that is. A redo clears its rating: the last round's counts.

    总历时 = working time from first acceptance to the last answer, with every pause and every redo in it.
    """
    fault = case.faults > 0
    if case.outcome is not None or case.stage is Stage.ON_HOLD or fault:
        yield Fact(unit, What.RESOLUTION, hit=case.outcome == "resolved" and not fault)
    if case.outcome is not None or case.round:
        yield Fact(unit, What.REOPENED, hit=case.round > 0)
    yield from repeat(Fact(unit, What.REDOS), case.round)
    yield from repeat(Fact(unit, What.FAULTS), case.faults)
    rating = case.rating
    set_aside = rating is not None and rating.result == "set_aside" and rating.confirmed
    if case.grade is not None and not set_aside:
        yield Fact(unit, What.SATISFACTION, hit=case.grade not in BAD)
    if case.outcome is not None and case.accepted_at and case.resolved_at:
        yield Fact(unit, What.TOTAL, took=calendar.worked(case.accepted_at, case.resolved_at))


def _assignment(case: Case, given: Assignment, policy: Policy, now: datetime) -> Iterator[Fact]:
    """What one assignment counts for, always for the unit that got it.

    退单率 = assignments given back (return granted, or by the conference) / assignments. `returns_applied` are those
    for which a return was asked at least once, whatever came of it.

    Steps: working time from dispatch to signature, to first contact, to done; of every assignment that got there,
    orders, letters and parts alike, pauses included. A part is done when the window has verified it.
    """
    unit, worked = given.unit, policy.work_calendar.worked
    yield Fact(unit, What.RETURNS, hit=given.held is Held.RETURNED)
    if given.reason is not None:
        yield Fact(unit, What.RETURNS_APPLIED)
    in_time = responded(case, given, policy, now)
    if in_time is not None:
        yield Fact(unit, What.RESPONSE, hit=in_time)
    steps = (What.SIGN, given.signed_at), (What.CONTACT, given.contacted_at), (What.DONE, given.done_at)
    for what, at in steps:
        if at is not None:
            yield Fact(unit, what, took=worked(given.dispatched_at, at))


def responded(case: Case, given: Assignment, policy: Policy, now: datetime) -> bool | None:
    """Return whether the unit contacted the person in time; None where that isn't counted (yet).

    响应率 = assignments contacted within the limit / assignments contacted at all, or not contacted when the limit
    passed while the unit held them. The limit is the policy's first contact, for an urgent case its urgent one; it
    runs from dispatch and no pause stops it. Only orders (派单) count: a letter (商请函) binds nobody, and in a task
    force the lead speaks to the person, not the owner of each part. What a unit answered, gave back or lost before the
    limit counts as neither.
    """
    if given.form is not Form.ORDER or given.part is not None:
        return None
    limits = policy.limits
    limit = limits.first_contact_urgent if case.urgent else limits.first_contact
    last = due(limit, given.dispatched_at, policy.work_calendar).at
    if given.contacted_at is not None:
        return given.contacted_at <= last
    until = now if given.live else given.done_at or given.since or now
    return False if last < until else None
