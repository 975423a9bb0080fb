"""Taken apart again: a linked case that is a matter of its own goes its own way (解除并案)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.cases import events as ev
from router.cases.commands import UnlinkRepeat
from router.cases.follow import Follow
from router.cases.rules.intake import dispatch
from router.cases.state import Stage

if TYPE_CHECKING:
    from router.cases.commands import Separate
    from router.cases.draft import Draft

_ONE = 1000


def separate(draft: Draft, _action: Separate) -> None:
    """Unlink on both sides; then dispatch the case as it was classified, or let a person decide where it goes."""
    draft.expect(Stage.LINKED)
    primary = draft.case.primary or ""
    draft.add(ev.DuplicateUnlinked(primary=primary, by=draft.actor, entries=draft.command.entries))
    draft.follows.append(Follow(primary, UnlinkRepeat(repeat=draft.case.id)))
    if _sure(draft):
        dispatch(draft)
    else:
        offered = (draft.case.domain,) if draft.case.domain else ()
        draft.add(ev.TriageRequested("separated", offered))


def _sure(draft: Draft) -> bool:
    """Whether it is known where the case goes: it was there before, or its classification suffices."""
    case = draft.case
    sure = case.confidence >= draft.policy.confidence.domain * _ONE
    return case.domain is not None and (sure or bool(case.assignments))
