"""What events of a task force change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.assignment import Held
from router.cases.evolve.change import force, with_force, with_part
from router.cases.state import Case, Stage
from router.taskforces.state import Member, Opinion, Part, PartStage, TaskForce

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


def _proposed(case: Case, event: ev.TaskForceProposed, now: datetime) -> Case:
    proposed = TaskForce(
        template=event.template,
        leader=event.leader,
        lead=event.lead,
        office=event.office,
        approver=event.approver,
        delegation=event.delegation,
        why=event.why,
        proposed_at=now,
    )
    stage = Stage.PROPOSED if event.why == "cause" else case.stage
    return replace(case, task_force=proposed, proposals=(*case.proposals, event.why), stage=stage)


def _opened(case: Case, _event: ev.TaskForceOpened, now: datetime) -> Case:
    return replace(with_force(case, opened_at=now), stage=Stage.HANDLING)


def _refused(case: Case, _event: ev.TaskForceRefused, _now: datetime) -> Case:
    return replace(case, task_force=None, stage=Stage.HANDLING if case.stage is Stage.PROPOSED else case.stage)


def _dissolved(case: Case, event: ev.TaskForceDissolved, now: datetime) -> Case:
    return replace(with_force(case, dissolved_at=now), cause=event.cause or case.cause)


def _part_added(case: Case, event: ev.PartAdded, _now: datetime) -> Case:
    part = Part(
        id=event.part,
        unit=event.unit,
        working_days=event.working_days,
        required=event.required,
        after=event.after,
        needs=event.needs,
        only_if_failed=event.only_if_failed,
        entries=event.entries,
    )
    return with_force(case, parts=(*force(case).parts, part))


def _issued(case: Case, event: ev.PartIssued, now: datetime) -> Case:
    return with_part(case, event.part, stage=PartStage.ISSUED, since=now)


def _submitted(case: Case, event: ev.PartSubmitted, now: datetime) -> Case:
    return with_part(case, event.part, stage=PartStage.SUBMITTED, since=now, result=event.result, report=event.entries)


def _verified(case: Case, event: ev.PartVerified, now: datetime) -> Case:
    if event.by_lead:
        return with_part(case, event.part, stage=PartStage.CHECKED, since=now)
    found = force(case).part(event.part)
    failed = found is not None and found.result == "impossible"
    closed = with_part(case, event.part, stage=PartStage.FAILED if failed else PartStage.DONE, since=now)
    done = tuple(
        replace(a, held=Held.DONE, since=now, done_at=now) if a.part == event.part and a.live else a
        for a in closed.assignments
    )
    return replace(closed, assignments=done)


def _rejected(case: Case, event: ev.PartRejected, now: datetime) -> Case:
    return with_part(case, event.part, stage=PartStage.ISSUED, since=now, result=None)


def _part_withdrawn(case: Case, event: ev.PartWithdrawn, now: datetime) -> Case:
    return with_part(case, event.part, stage=PartStage.WITHDRAWN, since=now)


def _member(case: Case, event: ev.MemberNamed, _now: datetime) -> Case:
    entry = event.entries[0].name if event.entries else ""
    named = Member(event.unit, event.post, entry)
    others = tuple(m for m in force(case).members if (m.unit, m.post) != (event.unit, event.post))
    return with_force(case, members=(*others, named))


def _handed_over(case: Case, event: ev.HandedOver, _now: datetime) -> Case:
    return with_force(case, lead=event.to)


def _met(case: Case, _event: ev.MeetingHeld, now: datetime) -> Case:
    return with_force(case, met_at=now, meetings=force(case).meetings + 1)


def _opinion(case: Case, event: ev.OpinionGiven, now: datetime) -> Case:
    return with_force(case, opinion=Opinion(event.done_by, now))


def _opinion_approved(case: Case, event: ev.OpinionApproved, _now: datetime) -> Case:
    return replace(with_force(case, opinion=None), opinion_by=event.done_by)


def _opinion_refused(case: Case, _event: ev.OpinionRefused, _now: datetime) -> Case:
    return with_force(case, opinion=None)


CHANGES: Mapping[type[ev.AnyEvent], Callable[[Case, Any, datetime], Case]] = {
    ev.TaskForceProposed: _proposed,
    ev.TaskForceOpened: _opened,
    ev.TaskForceRefused: _refused,
    ev.TaskForceDissolved: _dissolved,
    ev.PartAdded: _part_added,
    ev.PartIssued: _issued,
    ev.PartSubmitted: _submitted,
    ev.PartVerified: _verified,
    ev.PartRejected: _rejected,
    ev.PartWithdrawn: _part_withdrawn,
    ev.MemberNamed: _member,
    ev.HandedOver: _handed_over,
    ev.MeetingHeld: _met,
    ev.OpinionGiven: _opinion,
    ev.OpinionApproved: _opinion_approved,
    ev.OpinionRefused: _opinion_refused,
}
