"""Which office or lead is asked for a step after an event. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Form, Share
from router.cases.entry import Entry
from router.cases.offices import approver, issuer, office, second_person, signer
from router.cases.state import Stage
from router.clocks.limits import due
from router.messages.outbound import Requested, Task
from router.policy.people import Role
from router.taskforces.state import SETTLED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.cases.state import Case
    from router.policy.policy import Policy
    from router.taskforces.state import TaskForce

Asked = tuple[str, Requested, tuple[Entry, ...]]
"""Who is asked, for what, and with which texts."""


def asked_for(policy: Policy, case: Case, event: ev.AnyEvent) -> Iterator[Asked]:
    """Yield the steps that an event asks of offices and of the lead."""
    yield from _of_intake(policy, case, event)
    if case.task_force is not None:
        yield from _of_force(policy, case, case.task_force, event)
    yield from _of_answer(policy, case, event)
    yield from _of_oversight(policy, case, event)


def _head(case: Case) -> dict[str, object]:
    return {"version": case.version, "reference": case.reference}


def _of_intake(policy: Policy, case: Case, event: ev.AnyEvent) -> Iterator[Asked]:
    match event:
        case ev.TriageRequested():
            task = Requested(
                **_head(case), task=Task.TRIAGE, reason=event.reason, offered=event.offered, other=event.other
            )
            yield office(case, policy, Role.DISPATCHER), task, case.entries
        case ev.ReturnApplied() if case.stage is not Stage.CONFERENCE:
            task = Requested(**_head(case), task=Task.REVIEW_RETURN, assignment=event.number, reason=event.reason)
            yield office(case, policy, Role.DISPATCHER), task, event.entries
        case ev.ConferenceCalled():
            task = Requested(**_head(case), task=Task.DESIGNATE, units=event.units, part=event.part, due=event.due)
            yield office(case, policy, Role.LEADER), task, case.entries
            invited = Requested(**_head(case), task=Task.CONFER, units=event.units, part=event.part, due=event.due)
            for unit in dict.fromkeys((*event.units, *policy.conference_with)):
                yield unit, invited, ()
        case ev.ExtensionApplied():
            task = Requested(**_head(case), task=Task.DECIDE_EXTENSION, assignment=event.number, days=event.days)
            role = approver(event.approver)
            yield office(case, policy, role), task, event.entries
        case _:
            pass


def _of_force(policy: Policy, case: Case, force: TaskForce, event: ev.AnyEvent) -> Iterator[Asked]:
    head = _head(case)
    match event:
        case ev.TaskForceProposed() if force.pending:
            role = approver(event.approver)
            reason = event.cause if event.why == "cause" else event.why
            task = Requested(**head, task=Task.APPROVE_TASK_FORCE, reason=reason)
            yield office(case, policy, role), task, case.entries
        case ev.TaskForceOpened() | ev.MeetingHeld():
            desk = due(policy.limits.desks.meeting, case.changed_at, policy.work_calendar)
            yield force.office, Requested(**head, task=Task.HOLD_MEETING, due=desk.at), ()
        case ev.OpinionGiven():
            task = Requested(**head, task=Task.APPROVE_OPINION, done_by=event.done_by)
            yield office(case, policy, Role.LEADER), task, event.entries
        case ev.PartSubmitted():
            task = Requested(**head, task=Task.CHECK_PART, part=event.part, result=event.result)
            yield force.lead, task, event.entries
        case ev.PartVerified(by_lead=True):
            part = force.part(event.part)
            task = Requested(**head, task=Task.VERIFY_PART, part=event.part, result=part.result if part else None)
            yield force.office, task, part.report if part else ()
        case ev.PartVerified() if all(part.stage in SETTLED for part in force.parts):
            yield force.lead, Requested(**head, task=Task.MERGE_ANSWER), ()
        case ev.Resolved() if force.at_work:
            role = approver(force.approver)
            yield office(case, policy, role), Requested(**head, task=Task.DISSOLVE_TASK_FORCE), ()
        case _:
            pass


def _of_answer(policy: Policy, case: Case, event: ev.AnyEvent) -> Iterator[Asked]:
    head = _head(case)
    match event:
        case ev.Answered() if case.stage is Stage.HANDLING and case.lead and not _waiting(case):
            given = tuple(entry for a in case.assignments for entry in a.answer)
            yield case.lead, Requested(**head, task=Task.MERGE_ANSWER), given
        case ev.NegativeAnswerProposed():
            task = Requested(**head, task=Task.REVIEW_NEGATIVE, reason=event.reason)
            yield office(case, policy, Role.WINDOW), task, event.entries
        case ev.NegativeAnswerRefused() if case.lead:
            yield case.lead, Requested(**head, task=Task.REWORK_ANSWER), event.entries
        case ev.HoldProposed():
            yield office(case, policy, Role.LEADER), Requested(**head, task=Task.APPROVE_HOLD), event.entries
        case ev.FollowUpDue():
            task = Requested(**head, task=Task.FOLLOW_UP, due=event.due)
            yield office(case, policy, Role.WINDOW), task, case.answer
        case ev.FeedbackReceived() | ev.ObjectionReceived() | ev.SetAsideRefused() if case.rating is not None:
            role = Role.SUPERVISOR if case.rating.objected else Role.WINDOW
            task = Requested(**head, task=Task.CHECK_RATING, reason=case.rating.grade)
            yield office(case, policy, role), task, event.entries
        case ev.RatingChecked(confirmed=False) if case.rating is not None:
            second = second_person(case, policy, case.rating)
            yield second, Requested(**head, task=Task.CONFIRM_SET_ASIDE), event.entries
        case _:
            pass


def _of_oversight(policy: Policy, case: Case, event: ev.AnyEvent) -> Iterator[Asked]:
    match event:
        case ev.SupervisionDrafted():
            task = Requested(**_head(case), task=Task.SIGN_SUPERVISION, clock=event.clock, units=(event.holder,))
            yield signer(case, policy, event.holder), task, ()
        case ev.CircularDrafted():
            task = Requested(**_head(case), task=Task.ISSUE_CIRCULAR, clock=event.clock, units=(event.holder,))
            yield issuer(case, policy, event.holder), task, ()
        case _:
            pass


def _waiting(case: Case) -> bool:
    return any(a.role is Share.COOPERATING and a.live and a.form is Form.ORDER for a in case.assignments)
