"""What differs between the two sides of one case, kind by kind. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from router.audit.whatif.intime import Timely, timely
from router.audit.whatif.outline import REFUSED, Outline, outline
from router.cases import events as ev

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from router.audit.whatif.rerun import Both, Misfit, Parting, Taken
    from router.clocks.calendar import WorkCalendar


class Kind(StrEnum):
    """In what a case may differ; it counts once for each."""

    INTAKE = "intake"
    """The submission is refused, or no longer."""
    JUDGED = "judged"
    """It is taken for another matter: domain, cause, kind, urgency."""
    WENT = "went"
    """It first goes elsewhere: a unit, several, a task force, triage, not accepted, a repeat."""
    TRIAGE = "triage"
    """A person has to decide, for another reason or no longer."""
    DECLINED = "declined"
    """It is not accepted, by another rule or no longer."""
    LEAD = "lead"
    COOPERATING = "cooperating"
    TASK_FORCE = "task_force"
    """Task forces proposed or opened."""
    DUE = "due"
    """The due date that the person was told at acceptance."""
    UNIT_DUE = "unit_due"
    """A unit's own due date, at dispatch."""
    SIGN_DUE = "sign_due"
    """Until when a unit has to sign."""
    STEPS = "steps"
    """What time brings: warnings, notices, supervision, ends."""
    ON_TIME = "on_time"
    """Whether it was answered in time."""
    LATER = "later"
    """Something further on, and nothing of the above."""


class Shift(NamedTuple):
    """A due date that moved: earlier or later, and by how many days of the calendar (0: within the day)."""

    later: bool
    days: int


class Difference(NamedTuple):
    """One case compared."""

    kinds: frozenset[Kind]
    """Empty where nothing differs."""
    was: Outline
    would: Outline
    due: Shift | None
    unit_due: tuple[Shift, ...]
    sign_due: tuple[Shift, ...]
    timely: Timely
    parting: Parting | None
    misfit: Misfit | None


def compared(both: Both, now: datetime, calendar: WorkCalendar) -> Difference:
    """Return what differs between the two sides; `now` is the newest record's moment, for what is overdue."""
    was = outline(both.was, both.comparable)
    if both.parting is None:
        return Difference(frozenset(), was, was, None, (), (), timely(both, now), None, None)
    would = outline(both.would, len(both.would))
    due = _shift(was.promised, would.promised, calendar)
    unit_due: tuple[Shift, ...] = ()
    sign_due: tuple[Shift, ...] = ()
    if was.dispatch is not None and would.dispatch is not None:
        unit_due = tuple(_shifts(was.dispatch.due, would.dispatch.due, calendar))
        sign_due = tuple(_shifts(was.dispatch.sign_due, would.dispatch.sign_due, calendar))
    told = timely(both, now)
    kinds = {*_of_outlines(was, would), *_of_dues(due, unit_due, sign_due)}
    if told.judged and told.was != told.would:
        kinds.add(Kind.ON_TIME)
    if not kinds and _apart(both):
        kinds.add(Kind.LATER)
    return Difference(frozenset(kinds), was, would, due, unit_due, sign_due, told, both.parting, both.misfit)


def _of_outlines(was: Outline, would: Outline) -> Iterator[Kind]:
    if (was.went == REFUSED) != (would.went == REFUSED):
        yield Kind.INTAKE
        return
    pairs = (
        (Kind.JUDGED, was.judged, would.judged),
        (Kind.WENT, was.went, would.went),
        (Kind.TRIAGE, was.triage, would.triage),
        (Kind.DECLINED, was.declined, would.declined),
        (Kind.TASK_FORCE, (was.proposed, was.opened), (would.proposed, would.opened)),
        (Kind.STEPS, was.steps, would.steps),
    )
    yield from (kind for kind, one, other in pairs if one != other)
    if was.dispatch is not None and would.dispatch is not None:
        if was.dispatch.lead != would.dispatch.lead:
            yield Kind.LEAD
        if was.dispatch.cooperating != would.dispatch.cooperating:
            yield Kind.COOPERATING


def _of_dues(due: Shift | None, unit_due: tuple[Shift, ...], sign_due: tuple[Shift, ...]) -> Iterator[Kind]:
    if due is not None:
        yield Kind.DUE
    if unit_due:
        yield Kind.UNIT_DUE
    if sign_due:
        yield Kind.SIGN_DUE


def _apart(both: Both) -> bool:
    """Whether the sides part in what they come to, though in nothing that has a kind of its own."""
    return both.misfit is not None or list(map(_plain, both.was)) != list(map(_plain, both.would))


def _plain(taken: Taken) -> list[ev.AnyEvent]:
    """Return what happened without how sure a classifier was, and what it went by."""
    return [
        replace(event, model="", confidence=0, cause_confidence=0, words=(), regions=(), enterprises=())
        if isinstance(event, ev.Classified)
        else event
        for event in taken.events
    ]


def _shift(was: datetime | None, would: datetime | None, calendar: WorkCalendar) -> Shift | None:
    if was is None or would is None or was == would:
        return None
    return Shift(would > was, (calendar.date_of(would) - calendar.date_of(was)).days)


def _shifts(was: dict[str, datetime], would: dict[str, datetime], calendar: WorkCalendar) -> Iterator[Shift]:
    for unit in sorted(was.keys() & would.keys()):
        moved = _shift(was[unit], would[unit], calendar)
        if moved is not None:
            yield moved
