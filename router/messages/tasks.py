"""Which office or lead is asked for a step after an event. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.state import LIVE, Entry, Share, Stage
from router.messages.outbound import Requested, Task
from router.policy.people import Role
from router.taskforces.state import SETTLED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from router.cases.state import Case
    from router.policy.policy import Policy

Asked = tuple[str, Requested, tuple[Entry, ...]]
"""Who is asked, for what, and with which texts."""


def asked_for(policy: Policy, case: Case, event: ev.AnyEvent) -> Iterator[Asked]:  # noqa: C901 (one arm an event, a table)
    """Yield the steps that an event asks of offices and of the lead."""
    head = {"version": case.version, "reference": case.reference}
    force = case.task_force
    match event:
        case ev.TriageRequested():
            task = Requested(**head, task=Task.TRIAGE, reason=event.reason, offered=event.offered)
            yield policy.first_with(Role.DISPATCHER).id, task, case.entries
        case ev.TaskForceProposed() if case.stage is Stage.PROPOSED:
            office = event.leader if event.approver == "leader" else event.office
            yield (
                office,
                Requested(**head, task=Task.APPROVE_TASK_FORCE, reason=event.cause),
                case.entries,
            )
        case ev.ReturnApplied() if case.stage is not Stage.CONFERENCE:
            task = Requested(**head, task=Task.REVIEW_RETURN, assignment=event.number, reason=event.reason)
            yield policy.first_with(Role.DISPATCHER).id, task, event.entries
        case ev.ConferenceCalled():
            task = Requested(**head, task=Task.DESIGNATE, units=event.units, part=event.part, due=event.due)
            yield policy.first_with(Role.LEADER).id, task, case.entries
        case ev.PartSubmitted() if force:
            task = Requested(**head, task=Task.CHECK_PART, part=event.part, result=event.result)
            yield force.lead, task, event.entries
        case ev.PartVerified(by_lead=True) if force:
            part = force.part(event.part)
            result = part.result if part else None
            yield (
                force.office,
                Requested(**head, task=Task.VERIFY_PART, part=event.part, result=result),
                (),
            )
        case ev.PartVerified() if force and all(part.stage in SETTLED for part in force.parts):
            yield force.lead, Requested(**head, task=Task.MERGE_ANSWER), ()
        case ev.Answered() if case.stage is Stage.HANDLING and case.lead and not _waiting(case):
            given = tuple(entry for a in case.assignments for entry in a.answer)
            yield case.lead, Requested(**head, task=Task.MERGE_ANSWER), given
        case ev.NegativeAnswerProposed():
            task = Requested(**head, task=Task.REVIEW_NEGATIVE, reason=event.reason)
            yield policy.first_with(Role.WINDOW).id, task, event.entries
        case ev.NegativeAnswerRefused() if case.lead:
            yield case.lead, Requested(**head, task=Task.REWORK_ANSWER), event.entries
        case ev.FollowUpDue():
            task = Requested(**head, task=Task.FOLLOW_UP, due=event.due)
            yield policy.first_with(Role.WINDOW).id, task, case.answer
        case _:
            pass


def _waiting(case: Case) -> bool:
    return any(a.role is Share.COOPERATING and a.held in LIVE for a in case.assignments)
