"""What events of the intake change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.state import DECLINED_BY, Case, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


def _supplemented(case: Case, event: ev.Supplemented, _now: datetime) -> Case:
    return replace(case, entries=case.entries + event.entries)


def _supplement_requested(case: Case, _event: ev.SupplementRequested, _now: datetime) -> Case:
    return replace(case, supplement_asked=True)


def _classified(case: Case, event: ev.Classified, _now: datetime) -> Case:
    return replace(
        case,
        domain=event.domain,
        section=event.section,
        cause=event.cause,
        kind=event.kind,
        urgent=event.urgent,
        confidence=event.confidence,
        words=event.words,
        regions=event.regions,
        enterprises=event.enterprises,
        recused=_with(case.recused, event.complained_of),
    )


def _with(recused: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return (*recused, *(unit for unit in others if unit not in recused)) if others else recused


def _triage_requested(case: Case, _event: ev.TriageRequested, _now: datetime) -> Case:
    return replace(case, stage=Stage.TRIAGE)


def _triaged(case: Case, event: ev.Triaged, _now: datetime) -> Case:
    return replace(
        case,
        stage=Stage.RECEIVED,
        domain=event.domain,
        section=case.section if event.domain == case.domain else None,
        cause=event.cause,
        recused=_with(case.recused, event.complained_of),
        guided=case.guided or event.guided,
    )


def _accepted(case: Case, event: ev.Accepted, now: datetime) -> Case:
    return replace(
        case,
        accepted_at=case.accepted_at or now,
        due=event.due,
        limit=event.limit,
        limit_from=event.start or now,
        provisional=event.provisional,
        stage=Stage.HANDLING,
    )


def _declined(case: Case, event: ev.Declined, _now: datetime) -> Case:
    return replace(case, stage=Stage.DECLINED, outcome=DECLINED_BY + event.rule, pauses=())


def _linked(case: Case, event: ev.DuplicateLinked, _now: datetime) -> Case:
    if event.primary is not None:
        return replace(case, primary=event.primary, stage=Stage.LINKED)
    return replace(case, repeats=(*case.repeats, event.repeat or ""))


def _unlinked(case: Case, event: ev.DuplicateUnlinked, _now: datetime) -> Case:
    apart = (*case.apart, event.repeat or event.primary or "")
    if event.repeat is not None:
        return replace(case, apart=apart, repeats=tuple(one for one in case.repeats if one != event.repeat))
    promised = case.due if case.accepted_at is not None else None  # the running case's date was only lent
    return replace(case, apart=apart, primary=None, stage=Stage.RECEIVED, due=promised)


def _policy_moved(case: Case, event: ev.PolicyMoved, _now: datetime) -> Case:
    return replace(case, policy=event.policy)


CHANGES: Mapping[type[ev.AnyEvent], Callable[[Case, Any, datetime], Case]] = {
    ev.Supplemented: _supplemented,
    ev.SupplementRequested: _supplement_requested,
    ev.Classified: _classified,
    ev.TriageRequested: _triage_requested,
    ev.Triaged: _triaged,
    ev.Accepted: _accepted,
    ev.Declined: _declined,
    ev.DuplicateLinked: _linked,
    ev.DuplicateUnlinked: _unlinked,
    ev.PolicyMoved: _policy_moved,
}
