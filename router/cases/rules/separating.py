"""Taken apart again: a linked case that is a matter of its own goes its own way (解除并案)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.assignment import Held
from router.cases.commands import UnlinkRepeat
from router.cases.follow import Follow
from router.cases.rules.intake import dispatch
from router.cases.state import Stage

if TYPE_CHECKING:
    from router.cases.commands import Separate
    from router.cases.draft import Draft
    from router.cases.state import Case


def separate(draft: Draft, _action: Separate) -> None:
    """Unlink on both sides; what a unit held when it was linked is dispatched again, the rest a person looks at.

    A case linked at submission was never judged by itself: doubts, refusals and the wanted precision wait for it.
    """
    draft.expect(Stage.LINKED)
    case = draft.case
    primary = case.primary or ""
    draft.add(ev.DuplicateUnlinked(primary=primary, by=draft.actor, entries=draft.command.entries))
    draft.follows.append(Follow(primary, UnlinkRepeat(repeat=case.id)))
    if case.domain is not None and _dispatched(case):
        dispatch(draft)
    else:
        draft.add(ev.TriageRequested("separated", (case.domain,) if case.domain else ()))


def _dispatched(case: Case) -> bool:
    """Whether a unit had a linked case until it was linked."""
    return any(held.held is Held.WITHDRAWN and held.since == case.since for held in case.assignments)
