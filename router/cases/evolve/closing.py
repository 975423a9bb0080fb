"""What events from the answer to the end change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.assignment import Held, Share
from router.cases.commands import BAD
from router.cases.evolve.change import assignment, with_assignment
from router.cases.matters import Hold, Rating
from router.cases.state import Case, Stage
from router.clocks.pauses import Pause
from router.policy.limits import PauseKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


def _answered(case: Case, event: ev.Answered, now: datetime) -> Case:
    done = with_assignment(case, event.number, held=Held.DONE, since=now, done_at=now, answer=event.entries)
    lead = assignment(case, event.number).role is Share.LEAD
    return replace(done, answer=event.entries) if lead else done


def _merged(case: Case, event: ev.AnswerMerged, _now: datetime) -> Case:
    return replace(case, answer=event.entries)


def _negative_proposed(case: Case, event: ev.NegativeAnswerProposed, _now: datetime) -> Case:
    return replace(case, stage=Stage.REVIEW, negative_reason=event.reason, answer=event.entries)


def _negative_approved(case: Case, _event: ev.NegativeAnswerApproved, now: datetime) -> Case:
    lead = case.lead_assignment
    if lead is None or not lead.live:
        return case
    return with_assignment(case, lead.number, held=Held.DONE, since=now, done_at=now)


def _negative_refused(case: Case, _event: ev.NegativeAnswerRefused, _now: datetime) -> Case:
    return replace(case, stage=Stage.HANDLING, negative_reason=None, answer=())


def _resolved(case: Case, event: ev.Resolved, now: datetime) -> Case:
    force = case.task_force
    lapsed = force is not None and force.pending
    return replace(
        case,
        stage=Stage.RESOLVED,
        task_force=None if lapsed else force,
        proposals=case.proposals[:-1] if lapsed else case.proposals,
        outcome=event.outcome,
        resolved_at=now,
        pauses=_over(case, now),
        extension=None,
        hold=None,
        followed_up=False,
    )


def _over(case: Case, now: datetime) -> tuple[Any, ...]:
    return tuple(replace(pause, end=now) if pause.end is None else pause for pause in case.pauses)


def _followed_up(case: Case, _event: ev.FollowedUp, _now: datetime) -> Case:
    return replace(case, followed_up=True)


def _rated(case: Case, event: ev.FeedbackReceived, now: datetime) -> Case:
    rating = Rating(event.grade, now) if event.grade in BAD else None
    return replace(case, grade=event.grade, rating=rating)


def _checked(case: Case, event: ev.RatingChecked, now: datetime) -> Case:
    if case.rating is None:
        return case
    checked = replace(case.rating, since=now, result=event.result, by=event.by, confirmed=event.confirmed)
    return replace(case, rating=checked)


def _set_aside_refused(case: Case, _event: ev.SetAsideRefused, now: datetime) -> Case:
    if case.rating is None:
        return case
    return replace(case, rating=replace(case.rating, since=now, result=None))


def _objected(case: Case, _event: ev.ObjectionReceived, now: datetime) -> Case:
    if case.rating is None:
        return case
    return replace(case, rating=replace(case.rating, since=now, result=None, confirmed=False, objected=True))


def _redo(case: Case, event: ev.RedoOrdered, _now: datetime) -> Case:
    return replace(
        case,
        stage=Stage.HANDLING,
        round=case.round + 1,
        faults=case.faults + (event.why == "fault"),
        outcome=None,
        negative_reason=None,
        grade=None,
        rating=None,
        followed_up=False,
    )


def _hold_proposed(case: Case, event: ev.HoldProposed, now: datetime) -> Case:
    return replace(case, hold=Hold(now, event.entries))


def _hold_refused(case: Case, _event: ev.HoldRefused, _now: datetime) -> Case:
    return replace(case, hold=None)


def _put_on_hold(case: Case, event: ev.PutOnHold, now: datetime) -> Case:
    if case.stage is Stage.LINKED:  # the running case is, and the person is told
        return case
    held = (*case.pauses, Pause(PauseKind.HOLD, now))
    return replace(case, hold=Hold(now, event.entries, approved=True), stage=Stage.ON_HOLD, pauses=held, extension=None)


def _hold_reviewed(case: Case, event: ev.HoldReviewed, now: datetime) -> Case:
    if event.resume:
        return replace(case, hold=None, stage=Stage.HANDLING, pauses=_over(case, now))
    return replace(case, hold=Hold(now, approved=True))


def _closed(case: Case, _event: ev.Closed, _now: datetime) -> Case:
    return replace(case, stage=Stage.CLOSED)


def _taken_back(case: Case, _event: ev.CaseWithdrawn, now: datetime) -> Case:
    return replace(
        case, stage=Stage.WITHDRAWN, outcome="withdrawn", pauses=_over(case, now), extension=None, hold=None,
    )  # fmt: skip


CHANGES: Mapping[type[ev.AnyEvent], Callable[[Case, Any, datetime], Case]] = {
    ev.Answered: _answered,
    ev.AnswerMerged: _merged,
    ev.NegativeAnswerProposed: _negative_proposed,
    ev.NegativeAnswerApproved: _negative_approved,
    ev.NegativeAnswerRefused: _negative_refused,
    ev.Resolved: _resolved,
    ev.FollowedUp: _followed_up,
    ev.FeedbackReceived: _rated,
    ev.RatingChecked: _checked,
    ev.SetAsideRefused: _set_aside_refused,
    ev.ObjectionReceived: _objected,
    ev.RedoOrdered: _redo,
    ev.HoldProposed: _hold_proposed,
    ev.HoldRefused: _hold_refused,
    ev.PutOnHold: _put_on_hold,
    ev.HoldReviewed: _hold_reviewed,
    ev.Closed: _closed,
    ev.CaseWithdrawn: _taken_back,
}
