"""What events of units at work change: assignments, returns, pauses, extensions, due dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.assignment import Assignment, Held, Own
from router.cases.evolve.change import assignment, force, held, with_assignment, with_part
from router.cases.matters import Extension
from router.cases.state import Case, Stage
from router.clocks.pauses import Pause
from router.taskforces.state import PartStage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


def _assigned(case: Case, event: ev.Assigned, now: datetime) -> Case:
    given = Assignment(
        number=event.number,
        unit=event.unit,
        role=event.role,
        form=event.form,
        dispatched_at=now,
        due=event.due,
        limit=event.limit,
        days=event.days,
        part=event.part,
        why=event.why,
        round=case.round,
        designated=event.designated,
        provisional=event.provisional,
    )
    return replace(case, assignments=(*case.assignments, given))


def _signed(case: Case, event: ev.Signed, now: datetime) -> Case:
    return with_assignment(case, event.number, held=Held.SIGNED, since=now, signed_at=now)


def _contacted(case: Case, event: ev.FirstContacted, now: datetime) -> Case:
    return with_assignment(case, event.number, contacted_at=now)


def _return_applied(case: Case, event: ev.ReturnApplied, now: datetime) -> Case:
    applied = with_assignment(case, event.number, held=Held.RETURNING, since=now, reason=event.reason)
    return _counted_return(applied, event.number)


def _return_granted(case: Case, event: ev.ReturnGranted, now: datetime) -> Case:
    returned = held(case, event.number, now, Held.RETURNED)
    extension = None if case.extension and case.extension.number == event.number else case.extension
    recused = (*case.recused, *(unit for unit in event.recused if unit not in case.recused))
    return replace(returned, recused=recused, extension=extension)


def _return_refused(case: Case, event: ev.ReturnRefused, now: datetime) -> Case:
    signed = Held.SIGNED if assignment(case, event.number).signed_at else Held.DISPATCHED
    return held(case, event.number, now, signed)


def _counted_return(case: Case, number: int) -> Case:
    name = assignment(case, number).part
    if name is None:
        return replace(case, returns=case.returns + 1)
    found = force(case).part(name)
    return with_part(case, name, returns=found.returns + 1) if found else case


def _withdrawn(case: Case, event: ev.AssignmentWithdrawn, now: datetime) -> Case:
    extension = None if case.extension and case.extension.number == event.number else case.extension
    return replace(held(case, event.number, now, Held.WITHDRAWN), extension=extension)


def _conference(case: Case, event: ev.ConferenceCalled, now: datetime) -> Case:
    if event.part is not None:
        return with_part(case, event.part, stage=PartStage.CONFERENCE, since=now)
    return replace(case, stage=Stage.CONFERENCE)


def _designated(case: Case, event: ev.Designated, now: datetime) -> Case:
    if event.part is not None:
        return with_part(case, event.part, stage=PartStage.ISSUED, since=now)
    return replace(case, designated=event.unit, stage=Stage.HANDLING)


def _paused(case: Case, event: ev.ClockPaused, now: datetime) -> Case:
    pause = Pause(event.kind, now, until=event.until)
    if event.number is None:
        return replace(case, pauses=(*case.pauses, pause))
    return with_assignment(case, event.number, pauses=(*assignment(case, event.number).pauses, pause))


def _resumed(case: Case, event: ev.ClockResumed, now: datetime) -> Case:
    end = event.due or now
    if event.number is None:
        return replace(case, pauses=_ended(case.pauses, end))
    pauses = _ended(assignment(case, event.number).pauses, end)
    return with_assignment(case, event.number, pauses=pauses)


def _ended(pauses: tuple[Pause, ...], end: datetime) -> tuple[Pause, ...]:
    return tuple(replace(pause, end=end) if pause.end is None else pause for pause in pauses)


def _extension_applied(case: Case, event: ev.ExtensionApplied, now: datetime) -> Case:
    return replace(case, extension=Extension(event.number, event.days, event.approver, now))


def _extension_granted(case: Case, event: ev.ExtensionGranted, _now: datetime) -> Case:
    given = assignment(case, event.number)
    extended = with_assignment(
        replace(case, extension=None),
        event.number,
        extensions=given.extensions + 1,
        extra_days=given.extra_days + (event.days if given.limit in (Own.PART, Own.LETTER) else 0),
    )
    if given.limit in (Own.PART, Own.LETTER):
        return extended
    return replace(extended, extra_days=case.extra_days + event.days)


def _extension_refused(case: Case, _event: ev.ExtensionRefused, _now: datetime) -> Case:
    return replace(case, extension=None)


def _revised(case: Case, event: ev.DueDateRevised, now: datetime) -> Case:
    if event.clock != "case":
        number = int(event.clock.removeprefix("unit-"))
        moved = with_assignment(case, number, due=event.due, provisional=event.provisional, revised_at=now)
        return _begun_anew(moved, event.clock)
    moved = replace(case, due=event.due, provisional=event.provisional, revised_at=now)
    moved = _begun_anew(moved, event.clock)
    if event.limit is None:
        return moved
    return replace(moved, limit=event.limit, limit_from=now, limit_days=event.days, extra_days=0)


def _begun_anew(case: Case, clock: str) -> Case:
    """The ladder of a clock begins again at its new due date; only a circular that a person must decide on stays."""
    return replace(case, notices=tuple(n for n in case.notices if n.clock != clock or n.undecided))


CHANGES: Mapping[type[ev.AnyEvent], Callable[[Case, Any, datetime], Case]] = {
    ev.Assigned: _assigned,
    ev.Signed: _signed,
    ev.FirstContacted: _contacted,
    ev.ReturnApplied: _return_applied,
    ev.ReturnGranted: _return_granted,
    ev.ReturnRefused: _return_refused,
    ev.AssignmentWithdrawn: _withdrawn,
    ev.ConferenceCalled: _conference,
    ev.Designated: _designated,
    ev.ClockPaused: _paused,
    ev.ClockResumed: _resumed,
    ev.ExtensionApplied: _extension_applied,
    ev.ExtensionGranted: _extension_granted,
    ev.ExtensionRefused: _extension_refused,
    ev.DueDateRevised: _revised,
}
