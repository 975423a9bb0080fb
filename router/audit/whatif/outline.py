"""What one side of a case's history comes to: where it went, who got it, until when, what time brought. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from router.cases import events as ev
from router.cases.assignment import Share
from router.messages.telling import disposition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from router.audit.whatif.rerun import Taken

REFUSED = "refused"
"""Where a submission went that was refused."""
_BY_TIME = (
    ev.Warned, ev.OverdueNoticed, ev.SupervisionDrafted, ev.CircularDrafted, ev.ClockResumed, ev.Closed,
)  # fmt: skip
"""What time alone brings; a resumption or an end may come of a person too, on both sides alike."""


class Judged(NamedTuple):
    """What a case was taken for at submission."""

    domain: str | None = None
    cause: str | None = None
    kind: str | None = None
    urgent: bool = False


class Dispatch(NamedTuple):
    """The first handing out: who leads, who cooperates, and until when each has it."""

    lead: str
    cooperating: tuple[str, ...]
    sign_due: dict[str, datetime]
    due: dict[str, datetime]


class Outline(NamedTuple):
    """One side in short."""

    went: str
    """Where it first went: a disposition of the ledger, or `refused`."""
    judged: Judged
    triage: str | None
    """Why a person was to decide, at submission."""
    declined: str | None
    """By which rule it was not accepted, at submission."""
    dispatch: Dispatch | None
    proposed: tuple[tuple[str, str | None], ...]
    """Task forces proposed: why, and by which template."""
    opened: int
    promised: datetime | None
    """The due date that the person was told at first acceptance."""
    steps: Counter[str]
    """What time brought, by the event's tag."""


def outline(side: Sequence[Taken], comparable: int) -> Outline:
    """Return one side in short; an empty one was refused.

    What it was taken for and its first dispatch are facts of the whole side. Task forces and what time brought count
    as far as the two sides are comparable, a first dispatch or proposal included in any case.
    """
    if not side:
        return Outline(REFUSED, Judged(), None, None, None, (), 0, None, Counter())
    first = side[0]
    near = side[: max(comparable, next((n + 1 for n, taken in enumerate(side) if _begins_work(taken)), 0))]
    told = [event for taken in near for event in taken.events]
    return Outline(
        went=disposition(first.case),
        judged=Judged(first.case.domain, first.case.cause, first.case.kind, first.case.urgent),
        triage=next((event.reason for event in first.events if isinstance(event, ev.TriageRequested)), None),
        declined=next((event.rule for event in first.events if isinstance(event, ev.Declined)), None),
        dispatch=next((found for taken in side if (found := _dispatch(taken.events)) is not None), None),
        proposed=tuple((event.why, event.template) for event in told if isinstance(event, ev.TaskForceProposed)),
        opened=sum(isinstance(event, ev.TaskForceOpened) for event in told),
        promised=next((taken.case.due for taken in side if _has(taken, ev.Accepted)), None),
        steps=Counter(
            str(event.__struct_config__.tag)
            for taken in side[:comparable]
            for event in taken.events
            if isinstance(event, _BY_TIME)
        ),
    )


def _has(taken: Taken, kind: type[ev.AnyEvent]) -> bool:
    return any(isinstance(event, kind) for event in taken.events)


def _begins_work(taken: Taken) -> bool:
    return _has(taken, ev.Assigned) or _has(taken, ev.TaskForceProposed)


def _dispatch(events: Sequence[ev.AnyEvent]) -> Dispatch | None:
    """Return a handing out; in a task force who leads it, and the owners of the parts issued at once."""
    given = [event for event in events if isinstance(event, ev.Assigned)]
    if not given:
        return None
    lead = next((event.unit for event in given if event.role is Share.LEAD and event.part is None), given[0].unit)
    others = sorted({event.unit for event in given} - {lead})
    mine = {event.unit: event for event in reversed(given)}  # a unit's first one
    return Dispatch(
        lead,
        tuple(others),
        {unit: event.sign_due for unit, event in mine.items()},
        {unit: event.due for unit, event in mine.items()},
    )
