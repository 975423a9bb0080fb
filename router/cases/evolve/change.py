"""Changing one thing inside a case: an assignment, a part, a notice; or saying that it isn't there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from datetime import datetime

    from router.cases.assignment import Assignment, Held
    from router.cases.state import Case
    from router.taskforces.state import TaskForce


class EventOutOfPlaceError(Exception):
    """An event that can't follow: the record it stands in is not one that `decide` made."""


def assignment(case: Case, number: int) -> Assignment:
    """Return an assignment by its number."""
    if not 1 <= number <= len(case.assignments):
        raise EventOutOfPlaceError(f"case {case.id} has no assignment {number}")
    return case.assignments[number - 1]


def with_assignment(case: Case, number: int, **changes: object) -> Case:
    """Change fields of an assignment."""
    changed = replace(assignment(case, number), **changes)
    return replace(case, assignments=tuple(changed if a.number == number else a for a in case.assignments))


def held(case: Case, number: int, now: datetime, stands: Held) -> Case:
    """Let an assignment stand elsewhere from now on."""
    return with_assignment(case, number, held=stands, since=now)


def force(case: Case) -> TaskForce:
    """Return the case's task force."""
    if case.task_force is None:
        raise EventOutOfPlaceError(f"case {case.id} has no task force")
    return case.task_force


def with_force(case: Case, **changes: object) -> Case:
    """Change fields of the task force."""
    return replace(case, task_force=replace(force(case), **changes))


def with_part(case: Case, name: str, **changes: object) -> Case:
    """Change fields of an item of the duty list."""
    return with_force(case, parts=tuple(replace(p, **changes) if p.id == name else p for p in force(case).parts))
