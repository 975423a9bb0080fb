"""What a case is after an event. Total and pure: replay is a fold of `evolve` over a case's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.state import DECLINED_BY, LIVE, Assignment, Case, Held, Share, Stage
from router.taskforces.state import Part, PartStage, TaskForce

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class EventOutOfPlaceError(Exception):
    """An event that can't follow: the record it stands in is not one that `decide` made."""


def begin(case_id: str, event: ev.Submitted, now: datetime) -> Case:
    """Return the case that its first event makes."""
    return Case(
        id=case_id,
        channel=event.channel,
        policy=event.policy,
        received_at=event.occurred_at,
        changed_at=now,
        version=1,
        reference=event.reference,
        withheld=event.withheld,
        entries=event.entries,
    )


def evolve(case: Case, event: ev.AnyEvent, now: datetime) -> Case:
    """Return the case after `event`, which happened at `now` (aware)."""
    return replace(_changed(case, event, now), version=case.version + 1, changed_at=now)


def fold(case_id: str, history: Iterable[tuple[ev.AnyEvent, datetime]]) -> Case | None:
    """Rebuild a case from its events and their times; nothing if there are none."""
    case: Case | None = None
    for event, now in history:
        if case is None:
            if not isinstance(event, ev.Submitted):
                raise EventOutOfPlaceError(f"case {case_id} begins with {type(event).__name__}, not Submitted")
            case = begin(case_id, event, now)
        else:
            case = evolve(case, event, now)
    return case


def _changed(case: Case, event: ev.AnyEvent, now: datetime) -> Case:  # noqa: C901, PLR0911, PLR0912 (a table)
    match event:
        case ev.Supplemented():
            return replace(case, entries=case.entries + event.entries)
        case ev.Classified():
            return replace(
                case,
                domain=event.domain,
                section=event.section,
                cause=event.cause,
                kind=event.kind,
                urgent=event.urgent,
                confidence=event.confidence,
                words=event.words,
            )
        case ev.TriageRequested():
            return replace(case, stage=Stage.TRIAGE)
        case ev.Triaged():
            section = case.section if event.domain == case.domain else None
            return replace(case, stage=Stage.RECEIVED, domain=event.domain, section=section, cause=event.cause)
        case ev.Accepted():
            return replace(case, accepted_at=case.accepted_at or now, due=event.due, stage=Stage.HANDLING)
        case ev.Declined():
            return replace(case, stage=Stage.DECLINED, outcome=DECLINED_BY + event.rule)
        case ev.DuplicateLinked(primary=str(primary)):
            return replace(case, primary=primary, stage=Stage.LINKED)
        case ev.DuplicateLinked(repeat=str(repeat)):
            return replace(case, repeats=(*case.repeats, repeat))
        case ev.DuplicateUnlinked():
            return replace(case, primary=None, stage=Stage.RECEIVED)
        case ev.Assigned():
            return _assigned(case, event, now)
        case ev.Signed():
            return _held(case, event.number, Held.SIGNED)
        case ev.FirstContacted():
            return _with(case, replace(_assignment(case, event.number), contacted=True))
        case ev.ReturnApplied():
            return _held(case, event.number, Held.RETURNING)
        case ev.ReturnGranted():
            return _counted_return(_held(case, event.number, Held.RETURNED), event.number)
        case ev.ReturnRefused():
            return _counted_return(_held(case, event.number, Held.SIGNED), event.number)
        case ev.AssignmentWithdrawn():
            return _held(case, event.number, Held.WITHDRAWN)
        case ev.ConferenceCalled():
            return replace(case, stage=Stage.CONFERENCE)
        case ev.Designated():
            return replace(case, designated=event.unit, stage=Stage.HANDLING)
        case ev.TaskForceProposed():
            force = TaskForce(
                event.template,
                event.leader,
                event.lead,
                event.office,
                event.approver,
                event.delegation,
            )
            return replace(case, task_force=force, stage=Stage.PROPOSED)
        case ev.TaskForceOpened():
            return replace(case, task_force=replace(_force(case), opened_at=now), stage=Stage.HANDLING)
        case ev.TaskForceRefused():
            return replace(case, task_force=None, stage=Stage.HANDLING)
        case ev.TaskForceDissolved():
            return replace(case, task_force=replace(_force(case), dissolved_at=now))
        case ev.PartAdded():
            return _part_added(case, event)
        case ev.PartIssued():
            return _part(case, event.part, stage=PartStage.ISSUED, issued_at=now, due=event.due)
        case ev.PartSubmitted():
            return _part(case, event.part, stage=PartStage.SUBMITTED, result=event.result)
        case ev.PartVerified(by_lead=True):
            return _part(case, event.part, stage=PartStage.CHECKED)
        case ev.PartVerified():
            return _part_closed(case, event.part)
        case ev.PartRejected():
            return _part(case, event.part, stage=PartStage.ISSUED, result=None)
        case ev.PartWithdrawn():
            return _part(case, event.part, stage=PartStage.WITHDRAWN)
        case ev.OpinionGiven():
            return replace(case, opinion_by=event.done_by, due=event.due)
        case ev.Answered():
            return _answered(case, event)
        case ev.AnswerMerged():
            return replace(case, answer=event.entries)
        case ev.NegativeAnswerProposed():
            return replace(case, stage=Stage.REVIEW, negative_reason=event.reason, answer=event.entries)
        case ev.NegativeAnswerApproved():
            return _lead_done(case)
        case ev.NegativeAnswerRefused():
            return replace(case, stage=Stage.HANDLING, negative_reason=None, answer=())
        case ev.Resolved():
            return replace(case, stage=Stage.RESOLVED, outcome=event.outcome)
        case ev.FeedbackReceived():
            return replace(case, grade=event.grade)
        case ev.Closed():
            return replace(case, stage=Stage.CLOSED)
        case ev.CaseWithdrawn():
            return replace(case, stage=Stage.WITHDRAWN, outcome="withdrawn")
        case ev.Submitted():
            raise EventOutOfPlaceError(f"case {case.id} was submitted twice")
        case _:  # acknowledged, progress reported and reminders change nothing but the version
            return case


def _assigned(case: Case, event: ev.Assigned, now: datetime) -> Case:
    assignment = Assignment(
        number=event.number,
        unit=event.unit,
        role=event.role,
        form=event.form,
        dispatched_at=now,
        sign_due=event.sign_due,
        due=event.due,
        part=event.part,
        designated=event.designated,
    )
    return replace(case, assignments=(*case.assignments, assignment))


def _answered(case: Case, event: ev.Answered) -> Case:
    held = replace(_assignment(case, event.number), held=Held.DONE, answer=event.entries)
    answered = _with(case, held)
    return replace(answered, answer=event.entries) if held.role is Share.LEAD else answered


def _lead_done(case: Case) -> Case:
    held = next((a for a in case.assignments if a.role is Share.LEAD and a.part is None and a.held in LIVE), None)
    return _held(case, held.number, Held.DONE) if held else case


def _assignment(case: Case, number: int) -> Assignment:
    if not 1 <= number <= len(case.assignments):
        raise EventOutOfPlaceError(f"case {case.id} has no assignment {number}")
    return case.assignments[number - 1]


def _with(case: Case, assignment: Assignment) -> Case:
    kept = tuple(assignment if a.number == assignment.number else a for a in case.assignments)
    return replace(case, assignments=kept)


def _held(case: Case, number: int, held: Held) -> Case:
    return _with(case, replace(_assignment(case, number), held=held))


def _counted_return(case: Case, number: int) -> Case:
    name = _assignment(case, number).part
    if name is None:
        return replace(case, returns=case.returns + 1)
    found = _force(case).part(name)
    return _part(case, name, returns=found.returns + 1) if found else case


def _force(case: Case) -> TaskForce:
    if case.task_force is None:
        raise EventOutOfPlaceError(f"case {case.id} has no task force")
    return case.task_force


def _part_added(case: Case, event: ev.PartAdded) -> Case:
    force = _force(case)
    part = Part(
        id=event.part,
        unit=event.unit,
        working_days=event.working_days,
        required=event.required,
        after=event.after,
        needs=event.needs,
        only_if_failed=event.only_if_failed,
    )
    return replace(case, task_force=replace(force, parts=(*force.parts, part)))


def _part(case: Case, name: str, **changes: object) -> Case:
    force = _force(case)
    parts = tuple(replace(part, **changes) if part.id == name else part for part in force.parts)
    return replace(case, task_force=replace(force, parts=parts))


def _part_closed(case: Case, name: str) -> Case:
    found = _force(case).part(name)
    failed = found is not None and found.result == "impossible"
    closed = _part(case, name, stage=PartStage.FAILED if failed else PartStage.DONE)
    done = tuple(replace(a, held=Held.DONE) if a.part == name and a.held in LIVE else a for a in closed.assignments)
    return replace(closed, assignments=done)
