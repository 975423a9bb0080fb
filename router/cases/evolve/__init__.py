"""What a case is after an event. Total and pure: replay is a fold of `evolve` over a case's events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.evolve import closing, forces, intake, oversight, privacy, work
from router.cases.evolve.change import EventOutOfPlaceError
from router.cases.state import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

__all__ = ["EventOutOfPlaceError", "begin", "evolve", "fold"]

_CHANGES: Mapping[type[ev.AnyEvent], Callable[[Case, Any, datetime], Case]] = {
    **intake.CHANGES, **work.CHANGES, **forces.CHANGES, **closing.CHANGES, **oversight.CHANGES,
    **privacy.CHANGES,
}  # fmt: skip
"""What each event changes; an event that is not named changes nothing but the version."""


def begin(case_id: str, event: ev.Submitted, now: datetime) -> Case:
    """Return the case that its first event makes."""
    return Case(
        id=case_id,
        channel=event.channel,
        policy=event.policy,
        received_at=event.occurred_at,
        changed_at=now,
        version=1,
        since=now,
        reference=event.reference,
        withheld=event.withheld,
        recused=event.complained_of,
        guided=event.guided,
        entries=event.entries,
    )


def evolve(case: Case, event: ev.AnyEvent, now: datetime) -> Case:
    """Return the case after `event`, which happened at `now` (aware)."""
    change = _CHANGES.get(type(event))
    after = change(case, event, now) if change else case
    since = now if after.stage is not case.stage else after.since
    return replace(after, version=case.version + 1, changed_at=now, since=since)


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
