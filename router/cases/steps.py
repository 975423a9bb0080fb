"""What happens on a case by the mere passing of time, and when: the ladder, and what ends by itself. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from router.cases.duties import Duty, Rungs
from router.cases.state import OPEN, Stage
from router.cases.supervision import owed
from router.clocks.limits import due, reached

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from router.cases.matters import Notice
    from router.cases.state import Case
    from router.policy.limits import Limit
    from router.policy.policy import Policy


class What(StrEnum):
    """The kinds of step, in the order in which those of one moment are taken."""

    RESUME = "resume"
    WARN = "warn"
    OVERDUE = "overdue"
    DRAFT_SUPERVISION = "draft_supervision"
    DRAFT_CIRCULAR = "draft_circular"
    DESIGNATE = "designate"
    RECKON = "reckon"
    CLOSE = "close"


_THOUSAND = 1000
_ORDER = {what: index for index, what in enumerate(What)}


class Step(NamedTuple):
    """One step: when it is due, what it is, and the duty (or assignment) that it is about."""

    at: datetime
    what: What
    duty: Duty | None = None
    number: int | None = None
    round: int = 0
    """The share of a warning, in thousandths, or which notice this is."""


def upcoming(case: Case, policy: Policy) -> Step | None:
    """Return the next step that time will bring; none where nothing is owed any more."""
    return min(steps(case, policy), key=lambda step: (step.at, _ORDER[step.what]), default=None)


def next_due(case: Case, policy: Policy) -> datetime | None:
    """Return when the clock has to look at the case again."""
    step = upcoming(case, policy)
    return step.at if step else None


def steps(case: Case, policy: Policy) -> Iterator[Step]:
    """Yield the next step of every clock and duty of a case."""
    for duty in owed(case, policy):
        step = _of_duty(case, duty, policy)
        if step is not None:
            yield step
    yield from _pauses(case)
    if case.stage in OPEN:
        yield from _reckoning(case, policy)
    since = _closes_from(case)
    if since is not None:
        yield Step(due(policy.limits.closing, since, policy.work_calendar).at, What.CLOSE)


def _of_duty(case: Case, duty: Duty, policy: Policy) -> Step | None:
    """Return the next rung of a duty's ladder; none while its clock stands still."""
    if duty.due is None:
        return None
    notice = case.notice(duty.key, duty.clock.start)
    if notice is not None and notice.overdue:
        return _after_expiry(duty, notice, notice.overdue_due or duty.due, policy)
    warning = _warning(duty, notice.warned if notice else 0, policy) if duty.rungs is Rungs.FULL else None
    return warning or Step(duty.due, What.OVERDUE, duty, round=1)


def _warning(duty: Duty, warned: int, policy: Policy) -> Step | None:
    """Return the next early warning that is still ahead of the due date, and not past since that moved."""
    for share in policy.limits.ladder.warnings:
        part = round(share * _THOUSAND)
        if part <= warned:
            continue
        at = reached(duty.clock, share, policy.work_calendar)
        if duty.due is not None and at < duty.due and (duty.revised is None or at > duty.revised):
            return Step(max(at, duty.clock.start), What.WARN, duty, round=part)
    return None


def _after_expiry(duty: Duty, notice: Notice, expired: datetime, policy: Policy) -> Step:
    """Return what follows on the first notice: supervision, circular, and notices again and again."""
    ladder, key = policy.limits.ladder, duty.key
    if key.startswith("designate") and notice.overdue == 1:
        return Step(_later(ladder.supervision, expired, policy), What.DESIGNATE, duty)
    if duty.rungs in (Rungs.FULL, Rungs.PLAIN) and notice.overdue == 1:
        if notice.drafted_at is None:
            return Step(_later(ladder.supervision, expired, policy), What.DRAFT_SUPERVISION, duty)
        if notice.circular_at is None and notice.replied_at is None:
            return Step(_later(ladder.circular, expired, policy), What.DRAFT_CIRCULAR, duty)
        expired = _later(ladder.circular, expired, policy)
    return Step(_later(ladder.repeat, expired, policy), What.OVERDUE, duty, round=notice.overdue + 1)


def _later(limit: Limit, start: datetime, policy: Policy) -> datetime:
    return due(limit, start, policy.work_calendar).at


def _pauses(case: Case) -> Iterator[Step]:
    for pause in case.pauses:
        if pause.end is None and pause.until is not None:
            yield Step(pause.until, What.RESUME)
    for held in case.assignments:
        for pause in held.pauses:
            if held.live and pause.end is None and pause.until is not None:
                yield Step(pause.until, What.RESUME, number=held.number)


def _reckoning(case: Case, policy: Policy) -> Iterator[Step]:
    """A due date that was guessed is reckoned anew once the holidays of its year are known."""
    calendar = policy.work_calendar
    if not case.provisional or case.due is None or case.limit_from is None or case.standing:
        return
    if calendar.knows_through(calendar.date_of(case.limit_from), calendar.date_of(case.due)):
        yield Step(case.changed_at, What.RECKON)


def _closes_from(case: Case) -> datetime | None:
    """Return since when a resolved case waits to be closed by itself; None while something is owed on it."""
    if case.stage is not Stage.RESOLVED or (case.task_force is not None and case.task_force.at_work):
        return None
    if case.rating is None:
        return case.since
    return case.rating.since if case.rating.result is not None and case.rating.confirmed else None
