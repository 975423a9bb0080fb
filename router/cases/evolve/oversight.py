"""What steps of the ladder change: how far each clock's notice has gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from router.cases import events as ev
from router.cases.matters import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from router.cases.events.oversight import OfLadder
    from router.cases.state import Case


def _noticed(case: Case, event: OfLadder, **changes: object) -> Case:
    """Change the notice of the clock that the step is about; a clock that began anew begins a new one."""
    before = case.notice(event.clock, event.start) or Notice(event.clock, event.holder, event.start)
    others = tuple(n for n in case.notices if n.clock != event.clock)
    return replace(case, notices=(*others, replace(before, holder=event.holder, **changes)))


def _warned(case: Case, event: ev.Warned, _now: datetime) -> Case:
    return _noticed(case, event, warned=event.share)


def _overdue(case: Case, event: ev.OverdueNoticed, _now: datetime) -> Case:
    return replace(
        _noticed(case, event, overdue=event.round, overdue_due=event.due), missed=case.missed + event.missed
    )  # fmt: skip


def _drafted(case: Case, event: ev.SupervisionDrafted, now: datetime) -> Case:
    return _noticed(case, event, drafted_at=now)


def _supervised(case: Case, event: ev.Supervised, now: datetime) -> Case:
    return _noticed(case, event, supervised_at=now)


def _replied(case: Case, event: ev.SupervisionReplied, now: datetime) -> Case:
    return _noticed(case, event, replied_at=now)


def _circular(case: Case, event: ev.CircularDrafted, now: datetime) -> Case:
    return _noticed(case, event, circular_at=now)


def _circular_ended(case: Case, event: ev.CircularIssued | ev.CircularDropped, now: datetime) -> Case:
    return _noticed(case, event, circular_ended_at=now)


CHANGES: Mapping[type[ev.AnyEvent], Callable[[Case, Any, datetime], Case]] = {
    ev.Warned: _warned,
    ev.OverdueNoticed: _overdue,
    ev.SupervisionDrafted: _drafted,
    ev.Supervised: _supervised,
    ev.SupervisionReplied: _replied,
    ev.CircularDrafted: _circular,
    ev.CircularIssued: _circular_ended,
    ev.CircularDropped: _circular_ended,
}
