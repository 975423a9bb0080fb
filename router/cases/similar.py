"""Solved cases that are like one at hand, and how they were solved. Pure; nothing of what anybody wrote."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from router.cases.assignment import GONE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from router.cases.state import Case

SOLVED = "resolved"
"""The outcome of a case that was answered, not refused, linked or withdrawn."""


class Agreement(NamedTuple):
    """In what a solved case agrees with the one at hand; the more, the liker it is, in this order."""

    cause: bool
    section: bool
    lead: bool
    units: int
    """How many of the other units took part in both."""
    words: int
    """How many words of the routing table stood in both."""

    @property
    def same(self) -> bool:
        """Whether it has the same cause and one unit at least in common."""
        return self.cause and (self.lead or self.units > 0)


class Piece(NamedTuple):
    """What proves that a step was done: an answer or a part's report, without its words."""

    code: str
    """`answer`, or the part's id."""
    unit: str
    at: datetime | None


class Solved(NamedTuple):
    """How a case was solved."""

    id: str
    reference: str | None
    agreement: Agreement
    lead: str | None
    cooperating: tuple[str, ...]
    days: int | None
    """From acceptance to its outcome (总历时), in days begun."""
    task_force: bool
    parts: tuple[tuple[str, str, str], ...]
    """Items of the task force's duty list: id, unit, how it ended."""
    rounds: int
    """How often it was taken up again (重办)."""
    grade: str | None
    pieces: tuple[Piece, ...]


def similar(case: Case, solved: Iterable[Case], most: int) -> list[Solved]:
    """Return the solved cases most like one, at most so many; of equally like ones in the order given.

    Those with the same cause and a unit in common; where there is none, those of the same section. A case whose person
    is withheld is shown to nobody as an example.
    """
    others = [other for other in solved if other.id != case.id and other.outcome == SOLVED and not other.hidden]
    judged = [(_agreement(case, other), other) for other in others]
    like = [one for one in judged if one[0].same] or [one for one in judged if one[0].section]
    like.sort(key=lambda one: one[0], reverse=True)
    return [_told(other, agreement) for agreement, other in like[:most]]


def _agreement(case: Case, other: Case) -> Agreement:
    lead = case.lead is not None and case.lead == other.lead
    return Agreement(
        cause=case.cause is not None and case.cause == other.cause,
        section=case.section is not None and case.section == other.section,
        lead=lead,
        units=len({*_units(case)} & {*_units(other)}) - lead,
        words=len({*case.words} & {*other.words}),
    )


def _units(case: Case) -> tuple[str, ...]:
    return tuple(dict.fromkeys(held.unit for held in case.assignments if held.held not in GONE))


def _told(case: Case, agreement: Agreement) -> Solved:
    force = case.task_force if case.task_force and case.task_force.opened_at else None
    parts = force.parts if force else ()
    answers = [Piece("answer", held.unit, held.done_at) for held in case.assignments if held.done_at and not held.part]
    reports = [Piece(part.id, part.unit, part.since) for part in parts if part.report]
    return Solved(
        id=case.id,
        reference=case.reference,
        agreement=agreement,
        lead=case.lead,
        cooperating=tuple(unit for unit in _units(case) if unit != case.lead),
        days=_days(case.accepted_at, case.resolved_at),
        task_force=force is not None,
        parts=tuple((part.id, part.unit, str(part.stage)) for part in parts),
        rounds=case.round,
        grade=case.grade,
        pieces=(*reports, *answers),
    )


def _days(start: datetime | None, end: datetime | None) -> int | None:
    return -((start - end) // timedelta(days=1)) if start and end else None
