"""What a decision on one case asks of other cases: commands for the inbox, never changes made here. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from router.cases import events as ev
from router.cases.commands import Action, KeepUp, LinkRepeat, MergeAnswer
from router.cases.state import OPEN, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from router.cases.entry import Entry
    from router.cases.state import Case


ON_HOLD = "on_hold"
"""Why a repeat has to keep up: nothing can be done for now about the running case either."""


class Follow(NamedTuple):
    """A command for another case, with the vault entries it hands on."""

    case_id: str
    action: Action
    entries: tuple[Entry, ...] = ()


def follows(case: Case, events: Iterable[ev.AnyEvent]) -> tuple[Follow, ...]:
    """Return what other cases must now do: a repeat is noted by its running case, keeps up with it, shares its end."""
    events = tuple(events)
    return (*_each(case, events), *_keeping_up(case, events))


def _each(case: Case, events: Iterable[ev.AnyEvent]) -> Iterator[Follow]:
    for event in events:
        match event:
            case ev.DuplicateLinked(primary=str(primary)):
                noted = LinkRepeat(repeat=case.id, relation=event.relation, similarity=event.similarity, due=case.due)
                yield Follow(primary, noted)
            case ev.Resolved() | ev.Declined() | ev.CaseWithdrawn():
                yield from (merged(case, repeat) for repeat in case.repeats)
            case _:
                pass


def _keeping_up(case: Case, events: Iterable[ev.AnyEvent]) -> Iterator[Follow]:
    """Tell repeats that the running case's date is another one now, or that it is on hold."""
    if not case.repeats or not (case.stage in OPEN or case.stage is Stage.LINKED):
        return
    why: str | None = None
    entries: tuple[Entry, ...] = ()
    for event in events:
        match event:
            case ev.Accepted():
                why = "accepted"
            case ev.DueDateRevised(clock="case") if event.why != "policy":
                why = event.why
            case ev.PutOnHold():
                why, entries = ON_HOLD, event.entries
            case _:
                pass
    if why is not None:
        yield from (moved(case, repeat, why, entries) for repeat in case.repeats)


def moved(case: Case, repeat: str, why: str, entries: tuple[Entry, ...] = ()) -> Follow:
    """Return what tells a repeat that the running case's date has moved, or why it is on hold."""
    return Follow(repeat, KeepUp(primary=case.id, why=why), entries)


def merged(case: Case, repeat: str) -> Follow:
    """Return what tells a repeat how its running case ended."""
    return Follow(repeat, MergeAnswer(primary=case.id, outcome=case.outcome or ""), case.answer)
