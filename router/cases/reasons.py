"""Why a case went where it went: what was judged, which row of the routing table held, who decided what. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.clocks import CASE
from router.cases.evolve import begin, evolve
from router.cases.explanation import Beside, Fell, Judged, Reasons, Routed
from router.cases.offices import office
from router.cases.routing import answered_for, facts_of, route_of
from router.policy.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from router.cases.state import Case
    from router.classify.classification import Classification
    from router.policy.policy import Policy


class Asker(Protocol):
    """Who asked for a decision."""

    @property
    def id(self) -> str:
        """The unit, office, channel or the router."""
        ...


class Decided(Protocol):
    """A decision as a record keeps it."""

    @property
    def now(self) -> datetime:
        """When it was made (aware)."""
        ...

    @property
    def actor(self) -> Asker:
        """Who asked for it."""
        ...

    @property
    def events(self) -> tuple[ev.AnyEvent, ...]:
        """What happened by it."""
        ...

    @property
    def classification(self) -> Classification | None:
        """What the classifier said, where it was asked."""
        ...


def reasons(policy: Policy, records: Iterable[Decided]) -> Reasons:
    """Return why each decision on a case fell, from all its records, oldest first.

    A row of the routing table is named only for what was routed under `policy`.
    """
    case: Case | None = None
    judged: list[Judged] = []
    routed: list[Routed] = []
    fell: list[Fell] = []
    for record in records:
        judged += _judged(record)
        row: Routed | None = None
        for event in record.events:
            if case is not None:
                row = row or _row(case, event, policy, record.now)
                if tells(event):
                    bare = replace(event, entries=()) if "entries" in event.__struct_fields__ else event
                    fell.append(Fell(record.now, record.actor.id, bare, _charged(case, event, policy)))
            case = _after(case, event, record)
        routed += [row] if row else []
    return Reasons(tuple(judged), tuple(routed), tuple(fell))


def tells(event: ev.AnyEvent) -> bool:
    """Whether an event is one of those that say why the case stands where it does."""
    match event:
        case ev.DueDateRevised():
            return event.clock == CASE
        case ev.OverdueNoticed():
            return event.missed
        case _:
            return isinstance(event, _TELLING)


_TELLING = (
    ev.TriageRequested, ev.Triaged, ev.Declined, ev.DuplicateLinked, ev.DuplicateUnlinked, ev.PolicyMoved,
    ev.ReturnApplied, ev.ReturnGranted, ev.ReturnRefused, ev.ConferenceCalled, ev.Designated, ev.TaskForceProposed,
    ev.TaskForceOpened, ev.TaskForceRefused, ev.TaskForceDissolved, ev.HandedOver, ev.OpinionApproved,
    ev.OpinionRefused, ev.ExtensionGranted, ev.ExtensionRefused, ev.ClockPaused, ev.ClockResumed,
    ev.NegativeAnswerProposed, ev.NegativeAnswerApproved, ev.NegativeAnswerRefused, ev.RatingChecked,
    ev.SetAsideRefused, ev.ObjectionReceived, ev.RedoOrdered, ev.HoldProposed, ev.HoldRefused, ev.PutOnHold,
    ev.HoldReviewed, ev.CircularIssued, ev.CircularDropped, ev.CaseWithdrawn,
)  # fmt: skip


def _after(case: Case | None, event: ev.AnyEvent, record: Decided) -> Case | None:
    if case is not None:
        return evolve(case, event, record.now)
    return begin("", event, record.now) if isinstance(event, ev.Submitted) else None


def _judged(record: Decided) -> Iterator[Judged]:
    told = record.classification
    for event in record.events:
        if isinstance(event, ev.Classified):
            yield Judged(
                at=record.now,
                domain=event.domain,
                confidence=event.confidence,
                section=event.section,
                runner_up=told.domain.runner_up if told else None,
                cues=told.domain.cues if told else (),
                precision=told.domain.precision if told else None,
                model=event.model,
                cause=event.cause,
                cause_confidence=event.cause_confidence,
                cause_cues=told.cause.cues if told else (),
                kind=event.kind,
                urgent=event.urgent,
            )


def _row(case: Case, event: ev.AnyEvent, policy: Policy, now: datetime) -> Routed | None:
    """Return the row by which a unit got the case, or came onto a duty list that no template makes."""
    by_row = (isinstance(event, ev.Assigned) and event.why == "route") or (
        isinstance(event, ev.TaskForceProposed) and event.why == "cause" and event.template is None
    )
    if not by_row or case.policy != policy.hash or not policy.routes_of(case.domain or ""):
        return None
    return row_told(case, policy, now)


def row_told(case: Case, policy: Policy, now: datetime) -> Routed:
    """Return the row of the routing table for a case whose domain is known, with each unit's reason."""
    facts = facts_of(case)
    row = route_of(policy, facts)
    occurred = facts.words
    beside = [Beside(other.unit, other.why, other.when or "", needed=other.needed(facts)) for other in row.cooperating]
    beside += [Beside(firm.under, "", enterprise=firm.id) for firm in answered_for(policy, row, facts)]
    named = (row.lead, *(other.unit for other in row.cooperating))
    return Routed(
        at=now,
        domain=row.domain,
        lead=row.lead,
        why=row.why,
        section=row.section,
        cause=row.cause,
        words=tuple(word for word in row.words if word in occurred),
        cooperating=tuple(beside),
        recused=tuple(unit for unit in named if unit in case.recused),
    )


def _charged(case: Case, event: ev.AnyEvent, policy: Policy) -> str | None:
    """Return to whose account the time of a decision goes; nobody's where the law or the person is the reason."""
    match event:
        case ev.ExtensionGranted():
            return case.assignments[event.number - 1].unit
        case ev.DueDateRevised(why="dispatching"):
            return office(case, policy, Role.DISPATCHER)
        case ev.OverdueNoticed():
            return event.holder
        case _:
            return None
